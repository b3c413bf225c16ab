import assert from "node:assert/strict";
import { appendFileSync, chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { isSecret, secret } from "../../rehearsal/values";
import { type CheckpointResource, World, WorldFileError, type WorldResource } from "../../rehearsal/world";
import { scratchDirectory } from "../support/scratch";

const DEFAULTS = { accountId: "111122223333", region: "eu-north-1" };

function file(): string {
  return join(scratchDirectory(), "world.json");
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

/** A world's file that holds these resources. */
function saved(...resources: WorldResource[]): string {
  const path = file();
  const world = World.load(path, DEFAULTS);
  for (const resource of resources) world.put(resource);
  world.save();
  return path;
}

/** A bucket as the engine's state holds it. */
function recorded(name: string): CheckpointResource {
  return {
    urn: `urn::${name}`,
    type: "aws:s3/bucket:Bucket",
    custom: true,
    id: name,
    inputs: { bucket: name },
    outputs: { bucket: name, region: "eu-west-1" },
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

  it("tells what an engine's state does not know of and what it only believes in, and leaves both", () => {
    const world = World.load(saved(bucket("there")), DEFAULTS);
    const made = { ...bucket("unrecorded"), generation: 1 };
    world.put(made);
    world.put(bucket("made-by-hand"));
    const others = [
      { urn: "urn::stack", type: "pulumi:pulumi:Stack" },
      { urn: "urn::read", type: "aws:s3/bucket:Bucket", custom: true, id: "read", external: true },
    ];
    const disagreement = world.reconcile([recorded("there"), recorded("gone"), ...others]);
    assert.deepEqual(disagreement, { unrecorded: [made], added: 0, missing: ["urn::gone"] });
    assert.deepEqual(
      world.resources().map(({ id }) => id),
      ["there", "unrecorded", "made-by-hand"],
    );
  });

  it("knows a resource again that the state holds under another URN", () => {
    const world = World.load(saved({ ...bucket("logs"), generation: 2 }), DEFAULTS);
    const { unrecorded, missing } = world.reconcile([{ ...recorded("logs"), urn: "urn::renamed" }]);
    assert.deepEqual([unrecorded, missing], [[], []]);
    assert.deepEqual(world.resources(), [{ ...bucket("logs"), generation: 2, urn: "urn::renamed", name: "renamed" }]);
  });

  it("takes the state's word where it has no file, secrets aside", () => {
    const world = World.load(file(), DEFAULTS);
    const state = [{ ...recorded("new"), inputs: { bucket: "new", policy: secret("ciphertext") } }];
    assert.equal(world.reconcile(state).added, 1);
    assert.equal(world.find("aws:s3/bucket:Bucket", "new")!.region, "eu-west-1");
    assert.doesNotMatch(JSON.stringify(world.resources()), /ciphertext/);
    assert.equal(world.reconcile(state).added, 0);
  });
});

describe("the journal of the simulated world", () => {
  it("brings back what a killed process had accepted: created, changed and deleted", () => {
    const path = saved(bucket("kept"), bucket("deleted"));
    const world = World.load(path, DEFAULTS);
    world.keepJournal("", true);
    world.put({ ...bucket("created"), generation: world.nextGeneration("urn::created") });
    world.put({ ...bucket("kept"), inputs: { bucket: "kept", forceDestroy: true } });
    world.remove("urn::deleted", "deleted");
    const again = World.load(path, DEFAULTS);
    assert.deepEqual(again.interrupted, { operations: 3, undone: false });
    assert.deepEqual(again.resources(), world.resources());
    assert.equal(again.nextGeneration("urn::created"), 2);
  });

  it("holds no secret", () => {
    const path = file();
    const world = World.load(path, DEFAULTS);
    world.keepJournal("", true);
    world.put({ ...bucket("a"), inputs: { value: secret("leaked-value") } });
    assert.match(readFileSync(`${path}.journal`, "utf8"), /"a"/);
    assert.doesNotMatch(readFileSync(`${path}.journal`, "utf8"), /leaked-value/);
  });

  it("is empty once the world is saved, and goes on after that", () => {
    const path = file();
    const world = World.load(path, DEFAULTS);
    world.keepJournal("", true);
    world.put(bucket("a"));
    world.save();
    assert.equal(World.load(path, DEFAULTS).interrupted, undefined);
    world.put(bucket("b"));
    const again = World.load(path, DEFAULTS);
    assert.deepEqual(again.interrupted, { operations: 1, undone: false });
    assert.deepEqual(
      again.resources().map(({ id }) => id),
      ["a", "b"],
    );
  });

  it("changes nothing when it is read over a file that holds its entries already", () => {
    const path = file();
    const world = World.load(path, DEFAULTS);
    world.keepJournal("", true);
    world.put({ ...bucket("a"), generation: 1 });
    world.put({ ...bucket("b"), generation: 1 });
    world.remove("urn::a", "a");
    const journal = readFileSync(`${path}.journal`);
    world.save();
    writeFileSync(`${path}.journal`, journal);
    assert.deepEqual(World.load(path, DEFAULTS).resources(), world.resources());
  });

  it("counts a run as not made when the engine was to save at the end only and saved nothing", () => {
    const path = saved(bucket("before"));
    const world = World.load(path, DEFAULTS);
    world.keepJournal("before", false);
    world.put({ ...bucket("new"), generation: 1 });
    const undone = World.load(path, DEFAULTS, "before");
    assert.deepEqual(undone.interrupted, { operations: 1, undone: true });
    assert.deepEqual(undone.resources(), [bucket("before")]);
    const known = World.load(path, DEFAULTS, "afterwards");
    assert.equal(known.interrupted?.undone, false);
    assert.deepEqual(known.reconcile([recorded("before"), recorded("new")]).unrecorded, []);
  });

  it("takes an interrupted run's changes into the file when the next run begins its own journal", () => {
    const path = file();
    const world = World.load(path, DEFAULTS);
    world.keepJournal("", true);
    world.put({ ...bucket("orphan"), generation: 1 });
    World.load(path, DEFAULTS).keepJournal("", true);
    const third = World.load(path, DEFAULTS);
    assert.equal(third.interrupted, undefined);
    assert.equal(third.reconcile([]).unrecorded[0]?.id, "orphan");
  });

  it("leaves out a last line that is not whole, and a file that has not even one", () => {
    const path = file();
    const world = World.load(path, DEFAULTS);
    world.keepJournal("", true);
    world.put(bucket("a"));
    appendFileSync(`${path}.journal`, '{"put":{"type":"aws:s3/b');
    assert.deepEqual(World.load(path, DEFAULTS).resources(), [bucket("a")]);
    writeFileSync(`${path}.journal`, '{"version":1,"acc');
    assert.deepEqual(World.load(path, DEFAULTS).resources(), []);
  });

  it("is refused when it is damaged, of another version or of another account, in one line", () => {
    const path = file();
    const refusal = (text: string) => {
      writeFileSync(`${path}.journal`, text);
      try {
        World.load(path, DEFAULTS);
      } catch (error) {
        assert.ok(error instanceof WorldFileError);
        return error.message.replace(path, "WORLD");
      }
      return undefined;
    };
    const header = JSON.stringify({ version: 1, accountId: "111122223333", savedAt: "", checkpoints: true });
    assert.equal(refusal(`${header}\n`), undefined);
    for (const line of ["nothing", "null", "{}", '{"put":{"type":"aws:s3/bucket:Bucket"}}', '{"remove":["urn"]}']) {
      assert.equal(refusal(`${header}\n${line}\n`), "WORLD.journal: line 2 is damaged; start over with --fresh", line);
    }
    assert.equal(
      refusal('{"version":7}\n'),
      "WORLD.journal: has version 7, this program writes version 1; start over with --fresh",
    );
    assert.equal(
      refusal(header.replace("1111", "4444") + "\n"),
      "WORLD.journal: holds the simulated account 444422223333, not 111122223333; start over with --fresh",
    );
  });
});
