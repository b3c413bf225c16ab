import assert from "node:assert/strict";
import * as fs from "node:fs";
import { pulumiCli } from "../support/pulumi-cli";
import { temporaryDirectory } from "../operations/prism";
import { Drill, named } from "./support";

const INSTANCE = "aws:rds/instance:Instance";
const BUCKET = "aws:s3/bucket:Bucket";
const DATA = [
  [BUCKET, "documents"],
  [INSTANCE, "database"],
  ["aws:elasticache/replicationGroup:ReplicationGroup", "redis"],
] as const;

describe("losing Pulumi's state", function () {
  this.timeout(1_200_000);
  const directory = temporaryDirectory();
  let drill: Drill;
  let older: Buffer;
  let ids: string[];

  const idsOfData = () => DATA.map(([type, name]) => drill.inAws(type, name).id);

  before(async function () {
    drill = new Drill(directory, await pulumiCli(this));
    await drill.deploy("--fresh");
    older = fs.readFileSync(drill.stateFile);
    ids = idsOfData();
    // The deployment whose state is lost: one resource more, and one that it changed.
    drill.configure(["redis", "passwordGenerations"], [1, 2]);
    drill.configure(["firewall", "requestsPerFiveMinutes"], 3000);
    await drill.deploy();
  });

  it("goes on from an older version of it, and replaces nothing that holds data", async () => {
    fs.writeFileSync(drill.stateFile, older);
    const { changes } = await drill.deploy();
    const { replaced, deleted, updated } = named(changes);
    // The password that was lost with the state is generated anew; nothing had been handed it yet.
    assert.deepEqual([replaced, deleted], [["secretsmanager.SecretVersion redis"], []]);
    assert.ok(updated.includes("wafv2.WebAcl firewall"));
    assert.deepEqual(idsOfData(), ids);
  });

  it("names what a resource that the state forgot is imported by, and takes it in", async () => {
    const state = JSON.parse(fs.readFileSync(drill.stateFile, "utf8")) as {
      checkpoint: { latest: { resources: { urn: string }[] } };
    };
    const { latest } = state.checkpoint;
    const forgotten = ["Dashboard::monitoring-infrastructure-health", "MetricAlarm::monitoring-high-cpu"];
    const before = latest.resources.length;
    latest.resources = latest.resources.filter(({ urn }) => !forgotten.some((name) => urn.endsWith(name)));
    assert.equal(before - latest.resources.length, forgotten.length);
    fs.writeFileSync(drill.stateFile, JSON.stringify(state));

    const lost = await drill.rehearse();
    assert.equal(lost.ok, false);
    const importable = lost.orphans.flatMap(({ command }) => command ?? []);
    assert.equal(importable.length, forgotten.length, JSON.stringify(lost.orphans));
    for (const command of importable) assert.match(command, /^pulumi import aws:cloudwatch/);

    const taken = await drill.deploy("--orphans", "import");
    assert.deepEqual(
      taken.orphans.filter(({ command }) => command),
      [],
    );
    assert.deepEqual(named(taken.changes).created, []);
    assert.deepEqual(idsOfData(), ids);
  });
});
