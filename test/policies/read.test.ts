import * as assert from "node:assert/strict";
import { unknownCheckingProxy } from "@pulumi/policy";
import { Deferred, isUnknown, need, needList, plain, read, unknownMarker } from "../../policies/read";

const sdk = require("@pulumi/policy/proxy") as Record<string, unknown>;

describe("Reading a property", () => {
  const object = { a: { b: [{ c: 1 }, unknownMarker] }, none: null, zero: 0, "x.y": 2 };

  for (const [kind, value] of [
    ["a plain object", object],
    ["the SDK's checking proxy", unknownCheckingProxy(object)],
  ] as const) {
    it(`tells known, absent and not known yet apart in ${kind}`, () => {
      assert.deepEqual(read(value, "a.b.0.c"), { state: "known", value: 1 });
      assert.deepEqual(read(value, "zero"), { state: "known", value: 0 });
      assert.deepEqual(read(value, ["x.y"]), { state: "known", value: 2 });
      assert.deepEqual(read(value, "none"), { state: "absent" });
      assert.deepEqual(read(value, "a.b.7.c"), { state: "absent" });
      assert.deepEqual(read(value, "a.toString"), { state: "absent" });
      assert.deepEqual(read(value, "a.b.1"), { state: "unknown", path: "a.b.1" });
      assert.deepEqual(read(value, "a.b.1.c"), { state: "unknown", path: "a.b.1.c" });
    });
  }

  it("finds nothing in what is no object", () => {
    for (const value of [undefined, null, 5, "text"]) assert.deepEqual(read(value, "a"), { state: "absent" });
    assert.equal(read(unknownMarker, "a").state, "unknown");
  });

  it("throws what the runner counts when a rule needs a value that is not known yet", () => {
    assert.throws(() => need(object, "a.b.1"), Deferred);
    assert.equal(need(object, "none"), undefined);
    assert.deepEqual(needList(object, "zero"), [0]);
    assert.deepEqual(needList(object, "nothing"), []);
  });

  it("knows every marker of the SDK, and how its proxy hands out what it wraps", () => {
    const markers = Object.entries(sdk).filter(([name]) => /^unknown\w+Value$/.test(name));
    assert.equal(markers.length, 7);
    for (const [, marker] of markers) assert.ok(isUnknown(marker));
    assert.equal(plain(unknownCheckingProxy(object)), object);
    assert.equal(plain(object), object);
  });
});
