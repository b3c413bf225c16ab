import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";

import type { RehearsalReport } from "../../operations/rehearse/report";
import { pulumiCli } from "../support/pulumi-cli";
import { type Ended, appears, prism, sample, temporaryDirectory } from "./prism";

describe("a rehearsal with faults", function () {
  this.timeout(300_000);
  const directory = temporaryDirectory();
  let cli: string;

  before(async function () {
    cli = await pulumiCli(this);
  });

  const rehearse = (...args: string[]): Promise<Ended> =>
    prism(["rehearse", "plain", ...sample, ...args], { env: { PRISM_DIR: directory, PRISM_PULUMI: cli } });

  async function report(...args: string[]): Promise<RehearsalReport> {
    const ended = await rehearse(...args, "--json");
    const document = JSON.parse(ended.stdout) as RehearsalReport;
    assert.equal(ended.code, document.exitCode, ended.stderr);
    return document;
  }

  const folder = path.join(directory, "rehearsals", "test-operations-fixtures-program", "plain");
  const worldFile = path.join(folder, "world.json");
  const stateFile = path.join(folder, "state", ".pulumi", "stacks", "sample", "plain.json");

  it("refuses a fault that cannot be, and what does not go together, with exit code 2", async () => {
    const cases: [string[], RegExp][] = [
      [["--fault", "s3.Bucket=slow"], /^prism: --fault "s3\.Bucket=slow": no kind "slow"; one of throttled, denied, /],
      [
        ["--fault", "s3.Bukket"],
        /^prism: --fault "s3\.Bukket": no type "s3\.Bukket"; one of s3\.AccountPublicAccessBlock, /,
      ],
      [["--fault", "s3.Bucket", "--from", "HEAD"], /^prism: --fault goes with neither --from nor --drift$/],
      [["--orphans", "import", "--fresh"], /^prism: --orphans is about what --fresh would forget; leave one out$/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await rehearse(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr.trim(), message);
    }
    assert.equal(fs.existsSync(folder), false);
  });

  it("fails as AWS would, and says which fault happened and which never did", async () => {
    const { code, stdout, stderr } = await rehearse(
      "--fault",
      "s3.Bucket:bucket-0=denied",
      "--fault",
      "sns.Topic:none@2",
    );
    assert.equal(code, 1);
    assert.match(
      stderr,
      /creating aws:s3\/bucket:Bucket "bucket-0": operation error S3: CreateBucket, .*api error AccessDenied: .* not authorized to perform: s3:CreateBucket/,
    );
    assert.match(stdout, /^Fault: s3\.Bucket:bucket-0=denied: happened when s3\.Bucket bucket-0 was created$/m);
    assert.match(
      stdout,
      /^Fault: sns\.Topic:none@2: never happened; there was no operation on sns\.Topic none, and none was number 2$/m,
    );
    assert.doesNotMatch(stdout, /^Orphan:/m);
    const next = await report();
    assert.equal(next.failure, undefined);
    assert.equal(next.components[0]?.resources, 2);
  });

  it("has the engine take up a resource again that was created and waited for in vain", async () => {
    const failed = await report("--fresh", "--fault", "s3.Bucket:bucket-1=timeout");
    assert.match(failed.failure?.details.join("\n") ?? "", /timeout while waiting for state to become 'available'/);
    assert.deepEqual(failed.orphans, []);
    const next = await report();
    assert.equal(next.failure, undefined);
    assert.deepEqual(
      next.changes.updated.map(({ resource }) => resource),
      ["s3.Bucket bucket-1"],
    );
  });

  it("names what exists without being recorded, refuses its name until it is imported, and imports it", async () => {
    const lost = await report("--fresh", "--fault", "s3.Bucket:bucket-1=lost");
    const [orphan, ...others] = lost.orphans;
    assert.deepEqual(others, []);
    assert.equal(orphan?.resource, "s3.Bucket bucket-1");
    assert.match(
      orphan.command ?? "",
      /^pulumi import aws:s3\/bucket:Bucket bucket-1 sample-bucket-1 --parent parent=urn:pulumi:plain::sample::sample:index:Store::store --provider provider=urn:pulumi:plain::sample::pulumi:providers:aws::\S+ --generate-code=false --stack plain$/,
    );
    const again = await rehearse();
    assert.equal(again.code, 1);
    assert.ok(
      again.stderr.startsWith("Orphan: s3.Bucket bucket-1 (sample-bucket-1) exists in AWS and is not in the state"),
    );
    assert.match(again.stderr, /creating aws:s3\/bucket:Bucket "bucket-1": .*sample-bucket-1/);
    assert.ok(again.stdout.includes(orphan.command!));
    const imported = await report("--orphans", "import");
    assert.equal(imported.failure, undefined);
    assert.deepEqual(imported.orphans, []);
    assert.deepEqual(imported.changes.created, []);
    assert.equal(imported.components[0]?.resources, 2);
  });

  it("creates anew what was deleted in place of being imported", async () => {
    await report("--fresh", "--fault", "s3.Bucket:bucket-0=lost");
    const deleted = await report("--orphans", "delete");
    assert.equal(deleted.failure, undefined);
    assert.ok(deleted.changes.created.some(({ resource }) => resource === "s3.Bucket bucket-0"));
    assert.deepEqual(deleted.orphans, []);
  });

  it("kills the engine, and the next run knows what it had saved and what it had not", async () => {
    const killed = await report("--fresh", "--fault", "s3.Bucket@2=killed");
    assert.equal(killed.failure?.kind, "interrupted");
    assert.match(killed.failure.message, /^the engine was killed, as --fault s3\.Bucket@2=killed asks/);
    const hit = killed.faults[0]?.hit?.name;
    assert.ok(killed.orphans.some(({ resource }) => resource === `s3.Bucket ${hit}`));
    const next = await report("--orphans", "import");
    assert.equal(next.failure, undefined);
    assert.deepEqual(next.orphans, []);
    assert.equal(next.components[0]?.resources, 2);
  });

  it("undoes in the stand-in what an engine had done that was killed before it saved anything", async () => {
    const reached = path.join(directory, "reached");
    const env = { PRISM_DIR: directory, PRISM_PULUMI: cli, SAMPLE_REACHED: reached };
    const args = ["rehearse", "waiting", ...sample, "--json"];
    const first = prism(args, { env });
    await appears(reached);
    const waiting = path.join(path.dirname(folder), "waiting");
    const engine = JSON.parse(fs.readFileSync(path.join(waiting, "engine"), "utf8")) as { pid: number };
    process.kill(-engine.pid, "SIGKILL");
    assert.equal((await first).code, 1);
    fs.writeFileSync(`${reached}.go`, "");
    const next = JSON.parse((await prism(args, { env })).stdout) as RehearsalReport;
    assert.equal(next.failure, undefined);
    assert.deepEqual(next.notes, [
      "the run before ended before the engine saved anything of it, so it counts as not made: 2 changes undone in the stand-in",
    ]);
    assert.deepEqual(next.orphans, []);
    assert.equal(next.components[0]?.resources, 2);
  });

  it("ends with one error where world or journal is damaged or of another version, and leaves all as it is", async () => {
    assert.equal((await report("--fresh")).failure, undefined);
    const world = fs.readFileSync(worldFile, "utf8");
    const state = fs.readFileSync(stateFile, "utf8");
    const cases: [string, string, RegExp][] = [
      [worldFile, world.slice(0, world.length / 2), /world\.json: the file is damaged; start over with --fresh$/],
      [worldFile, "", /world\.json: the file is damaged; start over with --fresh$/],
      [
        worldFile,
        world.replace('"version":1', '"version":2'),
        /world\.json: has version 2, this program writes version 1; /,
      ],
      [`${worldFile}.journal`, "no journal\n", /world\.json\.journal: line 1 is damaged; start over with --fresh$/],
    ];
    for (const [file, content, message] of cases) {
      const before = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
      fs.writeFileSync(file, content);
      const { code, stdout, stderr } = await rehearse();
      assert.equal(code, 1);
      assert.equal(stdout, "");
      const lines = stderr.trim().split("\n");
      assert.match(lines[0] ?? "", message);
      assert.deepEqual(lines.slice(1), ["  state and world are left as they are"]);
      assert.equal(fs.readFileSync(file, "utf8"), content);
      assert.equal(fs.readFileSync(stateFile, "utf8"), state);
      if (before === undefined) fs.rmSync(file);
      else fs.writeFileSync(file, before);
    }
    const restored = await report();
    assert.equal(restored.failure, undefined);
    assert.deepEqual(restored.changes.created, []);
  });
});
