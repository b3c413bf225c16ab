import assert from "node:assert/strict";
import { pulumiCli } from "../support/pulumi-cli";
import { temporaryDirectory } from "../operations/prism";
import { Drill, named } from "./support";

const INSTANCE = "aws:rds/instance:Instance";

describe("restoring the database to a point in time", function () {
  this.timeout(1_200_000);
  const directory = temporaryDirectory();
  let drill: Drill;
  let old: string;

  before(async function () {
    drill = new Drill(directory, await pulumiCli(this));
    await drill.deploy("--fresh");
    old = drill.inAws(INSTANCE, "database").id;
    drill.configure(["database", "restored"], {
      nameSuffix: "2",
      instance: "ai-prism-postgres",
      time: "2026-11-26T05:00:00Z",
    });
  });

  it("is stopped by the protection of the instance that would be let go of", async () => {
    const { ok, failure, passes } = await drill.rehearse();
    assert.equal(ok, false);
    assert.match(JSON.stringify(failure), /rds.*Instance.*database.*protect/s);
    assert.deepEqual(
      passes.map(({ name }) => name),
      ["gate"],
    );
  });

  it("brings a restored instance up beside the old one once that is unprotected, and moves everything over", async () => {
    await drill.pulumi("state", "unprotect", drill.inState(INSTANCE, "database").urn, "--yes");
    const { changes, outputs } = await drill.deploy();
    const { created, updated, replaced, deleted } = named(changes);
    assert.deepEqual(created, ["rds.Instance database-2"]);
    assert.deepEqual(deleted, ["rds.Instance database"]);
    assert.deepEqual(
      changes.deleted.map(({ retained }) => retained),
      [true],
    );
    // What belongs to an instance: its backups elsewhere, its logs, its password, its place behind the proxy.
    assert.deepEqual(replaced, [
      "cloudwatch.LogGroup database-postgresql",
      "cloudwatch.LogGroup database-upgrade",
      "rds.InstanceAutomatedBackupsReplication database",
      "rds.ProxyTarget database",
      "secretsmanager.SecretRotation database",
    ]);
    for (const resource of ["rds.Proxy database", "elasticbeanstalk.Environment application"]) {
      assert.ok(updated.includes(resource), resource);
    }
    assert.ok(updated.some((resource) => resource.startsWith("cloudwatch.MetricAlarm")));
    assert.equal((outputs.database as { instanceIdentifier: string }).instanceIdentifier, "ai-prism-postgres-2");
  });

  it("has left the old instance where it was, and protects the new one", () => {
    assert.equal(drill.inAws(INSTANCE, "database").id, old);
    assert.notEqual(drill.inAws(INSTANCE, "database-2").id, old);
    assert.equal(drill.inState(INSTANCE, "database-2").protect, true);
  });
});

describe("the database's backups in the other region", function () {
  this.timeout(1_200_000);
  const directory = temporaryDirectory();

  it("bring up a whole environment there, under names of its own", async function () {
    const drill = new Drill(directory, await pulumiCli(this), "west", "production");
    drill.configure(["replicaRegion"], "eu-central-1");
    drill.configure(["database", "restored"], {
      nameSuffix: "2",
      automatedBackupsArn: "arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-0123456789",
    });
    drill.configureRegion("eu-west-1");
    const { outputs } = await drill.deploy("--fresh");
    const instance = drill.inAws(INSTANCE, "database-2");
    assert.equal(instance.region, "eu-west-1");
    assert.deepEqual(instance.inputs.restoreToPointInTime, {
      sourceDbInstanceAutomatedBackupsArn: "arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-0123456789",
      useLatestRestorableTime: true,
    });
    assert.equal((outputs.database as { instanceIdentifier: string }).instanceIdentifier, "ai-prism-postgres-west-2");
    assert.equal((outputs.storage as { bucketName: string }).bucketName, "ai-prism-west");
  });
});
