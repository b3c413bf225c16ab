import assert from "node:assert/strict";
import { changesBetween } from "../../operations/report/changes";
import { Mask } from "../../operations/report/masking";
import { rawResources } from "../../operations/report/raw";
import { type Exported, exportOf, secret } from "./fixtures";

function between(before: readonly Exported[], after: readonly Exported[]) {
  const [old, now] = [rawResources(exportOf(before)), rawResources(exportOf(after))];
  return changesBetween(old, now, new Mask([...old, ...now]));
}

const bucket = (name: string, inputs: Record<string, unknown>, id = name): Exported => ({
  type: "aws:s3/bucket:Bucket",
  name,
  id,
  inputs,
});

describe("changes between two states", () => {
  it("are told by kind, what may lose data first", () => {
    const changes = between(
      [bucket("gone", {}), bucket("kept", { a: 1 }), bucket("moved", { region: "x" }, "1"), bucket("same", { a: 1 })],
      [bucket("kept", { a: 2 }), bucket("moved", { region: "y" }, "2"), bucket("new", {}), bucket("same", { a: 1 })],
    );
    assert.deepEqual(
      changes.map(({ kind, resource }) => `${kind} ${resource}`),
      ["deleted s3.Bucket gone", "replaced s3.Bucket moved", "updated s3.Bucket kept", "created s3.Bucket new"],
    );
  });

  it("name the innermost property, inside a document in a text as well", () => {
    const document = (action: string) => JSON.stringify({ Statement: [{ Action: action }] });
    const [change] = between(
      [bucket("b", { tags: { a: "1", b: "1" }, policy: document("s3:Get"), rules: [{ days: 30 }] })],
      [bucket("b", { tags: { a: "1", c: "1" }, policy: document("s3:Put"), rules: [{ days: 60 }, { days: 90 }] })],
    );
    assert.deepEqual(change!.properties, [
      { path: "tags.b", before: "1", after: "" },
      { path: "tags.c", before: "", after: "1" },
      { path: "policy.Statement[0].Action", before: "s3:Get", after: "s3:Put" },
      { path: "rules[0].days", before: "30", after: "60" },
      { path: "rules[1]", before: "", after: '{\n  "days": 90\n}' },
    ]);
  });

  it("tell the elements of a list by their names, where they have any, and not by their places", () => {
    const setting = (name: string, value: string) => ({ namespace: "aws:autoscaling:asg", name, value });
    const [change] = between(
      [bucket("b", { settings: [setting("MinSize", "3"), setting("MaxSize", "9")] })],
      [bucket("b", { settings: [setting("MaxSize", "15"), setting("MinSize", "3")] })],
    );
    assert.deepEqual(change!.properties, [
      { path: "settings[aws:autoscaling:asg MaxSize].value", before: "9", after: "15" },
    ]);
  });

  it("leave out the engine's notes and what changes inside of secrets", () => {
    const inputs = (note: string, value: string) => ({ __defaults: [note], value: secret(value) });
    assert.deepEqual(
      between([bucket("b", inputs("a", "first-secret"))], [bucket("b", inputs("b", "other-secret"))]),
      [],
    );
  });
});
