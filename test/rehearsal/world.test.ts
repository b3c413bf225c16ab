import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { isSecret, secret } from "../../rehearsal/values";
import { World, WorldFileError, type WorldResource } from "../../rehearsal/world";

const DEFAULTS = { accountId: "111122223333", region: "eu-north-1" };

function file(): string {
  return join(mkdtempSync(join(tmpdir(), "world-")), "world.json");
}

function bucket(name: string): WorldResource {
  const type = "aws:s3/bucket:Bucket";
  return {
    type,
    id: name,
    name,
    urn: `urn::${name}`,
    region: "eu-north-1",
    inputs: { bucket: name },
    outputs: { bucket: name },
  };
}

describe("the simulated world", () => {
  it("is empty where there is no file, and is found again after it is saved", () => {
    const path = file();
    const world = World.load(path, DEFAULTS);
    assert.deepEqual(world.resources(), []);
    world.put(bucket("a"));
    world.nextGeneration("urn::a");
    world.save();
    const again = World.load(path, DEFAULTS);
    assert.deepEqual(again.resources(), [bucket("a")]);
    assert.equal(again.nextGeneration("urn::a"), 2);
    assert.equal(again.find("aws:s3/bucket:Bucket", "a")?.name, "a");
    assert.deepEqual(readdirSync(dirname(path)), ["world.json"]);
  });

  it("writes no secret to its file", () => {
    const path = file();
    const world = World.load(path, DEFAULTS);
    world.put({ ...bucket("a"), inputs: { list: [{ value: secret("leaked-value") }] } });
    world.save();
    assert.doesNotMatch(readFileSync(path, "utf8"), /leaked-value/);
    const [item] = World.load(path, DEFAULTS).resources()[0]!.inputs.list as { value: unknown }[];
    assert.ok(isSecret(item!.value));
  });

  it("refuses a file that is damaged, of another version or of another account, in one line", () => {
    const path = file();
    const refusal = (text: string) => {
      writeFileSync(path, text);
      try {
        World.load(path, DEFAULTS);
      } catch (error) {
        assert.ok(error instanceof WorldFileError);
        return error.message.replace(path, "FILE");
      }
      return undefined;
    };
    assert.equal(refusal('{"version":1,'), "FILE: the file is damaged; start over with --fresh");
    assert.equal(refusal('{"version":1,"resources":[{}]}'), "FILE: the file is damaged; start over with --fresh");
    assert.equal(
      refusal("null"),
      "FILE: has version undefined, this program writes version 1; start over with --fresh",
    );
    assert.equal(
      refusal('{"version":9}'),
      "FILE: has version 9, this program writes version 1; start over with --fresh",
    );
    assert.equal(
      refusal('{"version":1,"accountId":"444455556666","region":"eu-north-1","generations":{},"resources":[]}'),
      "FILE: holds the simulated account 444455556666, not 111122223333; start over with --fresh",
    );
  });

  it("leaves the old file as it was when it cannot write", function () {
    if (process.getuid?.() === 0) this.skip(); // no folder is read-only for the superuser
    const path = file();
    const world = World.load(path, DEFAULTS);
    world.save();
    const before = readFileSync(path, "utf8");
    world.put(bucket("a"));
    chmodSync(dirname(path), 0o500);
    try {
      assert.throws(() => world.save());
    } finally {
      chmodSync(dirname(path), 0o700);
    }
    assert.equal(readFileSync(path, "utf8"), before);
  });

  it("leaves no temporary file behind when the new file cannot take the old one's place", () => {
    const path = file();
    const world = World.load(path, DEFAULTS);
    mkdirSync(path);
    writeFileSync(join(path, "in-the-way"), "");
    assert.throws(() => world.save());
    assert.deepEqual(readdirSync(dirname(path)), ["world.json"]);
  });

  it("is made to agree with an engine's checkpoint", () => {
    const world = World.load(file(), DEFAULTS);
    world.put(bucket("gone"));
    world.put({ ...bucket("kept"), inputs: { bucket: "kept", policy: secret("in memory") } });
    const state = ["kept", "new"].map((name) => ({
      urn: `urn::${name}`,
      type: "aws:s3/bucket:Bucket",
      custom: true,
      id: name,
      inputs: { bucket: name, policy: secret("ciphertext") },
      outputs: { bucket: name, region: "eu-west-1" },
    }));
    const others = [
      { urn: "urn::stack", type: "pulumi:pulumi:Stack" },
      { urn: "urn::read", type: "aws:s3/bucket:Bucket", custom: true, id: "read", external: true },
    ];
    assert.equal(world.reconcile([...state, ...others]), 2);
    assert.deepEqual(
      world
        .resources()
        .map(({ id, region }) => `${id} ${region}`)
        .sort(),
      ["kept eu-north-1", "new eu-west-1"],
    );
    assert.deepEqual(world.find("aws:s3/bucket:Bucket", "kept")!.inputs.policy, secret("in memory"));
    assert.equal(world.reconcile([...state, ...others]), 0);
  });
});
