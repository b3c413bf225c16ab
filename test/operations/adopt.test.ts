import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import type { AdoptionReport } from "../../operations/adopt/report";
import { inventoryTemplate } from "../../operations/adopt/template";
import { World } from "../../rehearsal";
import { readState } from "../../operations/rehearse/state";
import { pulumiCli } from "../support/pulumi-cli";
import { type Ended, prism, temporaryDirectory } from "./prism";

const ACCOUNT = "111122223333";
const REGION = "eu-north-1";
const BUCKET = "aws:s3/bucket:Bucket";
const INSTANCE = "aws:rds/instance:Instance";

type Tree = Record<string, unknown>;

/** The template with something else in some places, given as dotted keys; undefined leaves a key out. */
function inventoryWith(changes: Record<string, unknown> = {}): string {
  const inventory = parse(inventoryTemplate("production", ACCOUNT, REGION)) as Tree;
  for (const [key, value] of Object.entries(changes)) {
    const steps = key.split(".");
    const last = steps.pop()!;
    const parent = steps.reduce((at, step) => at[step] as Tree, inventory);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return stringify(inventory);
}

describe("./prism adopt", function () {
  this.timeout(300_000);
  const directory = temporaryDirectory();
  let cli: string;
  let files = 0;

  before(async function () {
    cli = await pulumiCli(this);
  });

  function adopt(args: string[]): Promise<Ended> {
    return prism(["adopt", "production", ...args], { env: { PRISM_DIR: directory, PRISM_PULUMI: cli } });
  }

  function written(text: string): string {
    const file = path.join(directory, `inventory-${files++}.yaml`);
    fs.writeFileSync(file, text);
    return file;
  }

  async function report(inventory: string, args: string[] = []): Promise<AdoptionReport> {
    const ended = await adopt(["--inventory", written(inventory), "--json", ...args]);
    const document = JSON.parse(ended.stdout) as AdoptionReport;
    assert.equal(ended.code, document.exitCode, ended.stderr);
    return document;
  }

  describe("with --template", () => {
    const file = path.join(directory, "adopt.yaml");

    it("writes an inventory with a comment for what has to be found out", async () => {
      const { code, stdout, stderr } = await adopt(["--template", "--inventory", file]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /is written/);
      assert.equal(fs.readFileSync(file, "utf8"), inventoryTemplate("production", ACCOUNT, REGION));
      assert.match(fs.readFileSync(file, "utf8"), /# .*aws rds describe-db-instances/);
    });

    it("never overwrites one", async () => {
      fs.writeFileSync(file, "mine");
      const { code, stderr } = await adopt(["--template", "--inventory", file]);
      assert.equal(code, 2);
      assert.match(stderr, /exists already, and is never overwritten/);
      assert.equal(fs.readFileSync(file, "utf8"), "mine");
    });
  });

  describe("of a deployment like the one made by hand", () => {
    let done: AdoptionReport;

    before(async () => {
      done = await report(
        inventoryWith({ "database.logExports": ["postgresql"], "database.restoredFrom": "ai-prism-postgres-old" }),
      );
    });

    const world = () => World.load(done.location.world, { accountId: ACCOUNT, region: REGION });

    it("passes, with every policy", () => {
      assert.equal(done.failure, undefined);
      assert.equal(done.exitCode, 0);
      assert.deepEqual(
        done.stages.map(({ name }) => name),
        ["import", "move", "retire"],
      );
      assert.deepEqual(
        done.policies.broken.filter(({ level }) => level === "mandatory"),
        [],
      );
    });

    it("imports what holds data or a name, and nothing else", () => {
      assert.deepEqual(done.stages[0]!.imported.map(({ resource, id }) => `${resource}: ${id}`).sort(), [
        "cloudwatch.Dashboard monitoring-application-performance: AI-Prism-Application-Performance",
        "cloudwatch.Dashboard monitoring-bedrock-metrics: AI-Prism-Bedrock-Metrics",
        "cloudwatch.Dashboard monitoring-infrastructure-health: AI-Prism-Infrastructure-Health",
        "cloudwatch.LogGroup database-postgresql: /aws/rds/instance/ai-prism-postgres/postgresql",
        "cloudwatch.MetricAlarm monitoring-bedrock-throttling: AI-Prism-Bedrock-Throttling",
        "cloudwatch.MetricAlarm monitoring-high-5xx-errors: AI-Prism-High-5xx-Errors",
        "cloudwatch.MetricAlarm monitoring-high-cpu: AI-Prism-High-CPU",
        "cloudwatch.MetricAlarm monitoring-high-memory: AI-Prism-High-Memory",
        "cloudwatch.MetricAlarm monitoring-redis-high-memory: AI-Prism-Redis-High-Memory",
        "elasticbeanstalk.Application application: AI-Prism",
        "rds.Instance database: ai-prism-postgres",
        "s3.Bucket documents: ai.prism",
      ]);
    });

    it("replaces and deletes nothing in the first deployment, and no data in any", () => {
      const [first, move, retire] = done.stages;
      assert.deepEqual([first!.changes.replaced, first!.changes.deleted], [[], []]);
      assert.deepEqual([move!.changes.replaced, move!.changes.deleted], [[], []]);
      assert.deepEqual(retire!.changes.replaced, []);
      assert.deepEqual(
        retire!.changes.deleted.map(({ resource }) => resource),
        ["iam.RolePolicy documents-client-aws-elasticbeanstalk-ec2-role"],
      );
    });

    it("changes the database in place only: neither keys nor subnet group, version nor password", () => {
      const [change] = done.stages[0]!.changes.updated.filter(({ resource }) => resource === "rds.Instance database");
      for (const kept of [
        "kmsKeyId",
        "storageEncrypted",
        "masterUserSecretKmsKeyId",
        "manageMasterUserPassword",
        "dbSubnetGroupName",
        "engineVersion",
        "dbName",
        "username",
      ]) {
        assert.ok(!change!.properties.includes(kept), kept);
      }
      for (const mended of ["publiclyAccessible", "multiAz", "deletionProtection"]) {
        assert.ok(change!.properties.includes(mended), mended);
      }
    });

    it("builds the rest beside the old one, under names that are free", () => {
      const created = done.stages[0]!.changes.created.filter(({ imported }) => !imported).map(
        ({ resource }) => resource,
      );
      for (const built of [
        "elasticbeanstalk.Environment application",
        "elasticache.ReplicationGroup redis",
        "cloudfront.Distribution cdn",
        "s3.Bucket documents-replica",
        "iam.Role documents-replication",
      ]) {
        assert.ok(created.includes(built), built);
      }
      const names = readState(done.location.state)!.deployment.resources!.map(({ inputs }) => inputs?.name);
      assert.ok(names.includes("AI-Prism-Production-2"));
    });

    it("lets the old deployment work with the data until it is gone", () => {
      const [first, , retire] = done.stages;
      const [before, after] = [first, retire].map((stage) => stage!.config["ai-prism:adopt"] as Tree);
      assert.deepEqual(before!.otherClientArns, [`arn:aws:iam::${ACCOUNT}:role/aws-elasticbeanstalk-ec2-role`]);
      assert.equal(after!.otherClientArns, undefined);
      const changed = retire!.changes.updated.map(({ resource, properties }) => `${resource}: ${properties.join()}`);
      assert.ok(changed.some((change) => /^rds\.Instance database: vpcSecurityGroupIds/.test(change)));
      assert.ok(changed.includes("s3.BucketPolicy documents: policy"));
    });

    it("takes the domain's record over when traffic moves, and changes nothing but where it leads", () => {
      const { imported, changes } = done.stages[1]!;
      assert.deepEqual(
        imported.map(({ id }) => id),
        ["Z0123456789ABCDEFGHIJ_prism.example.com_A"],
      );
      const [record] = changes.updated.filter(({ resource }) => resource === "route53.Record cdn-a");
      assert.ok(record!.properties.every((property) => property.startsWith("aliases")));
    });

    it("leaves the same bucket and database in AWS, and the copied one as the way back", () => {
      assert.deepEqual(
        world()
          .ofType(INSTANCE)
          .map(({ id, inputs }) => [String(inputs.identifier), /^db-/.test(id)])
          .sort(),
        [
          ["ai-prism-postgres", true],
          ["ai-prism-postgres-old", true],
        ],
      );
      assert.equal(
        world()
          .ofType(BUCKET)
          .filter(({ id }) => id === "ai.prism").length,
        1,
      );
    });

    it("says of everything that is not imported why", () => {
      const ids = done.retired.map(({ id }) => id);
      for (const id of [
        "ai-prism-redis",
        "AI-Prism-Production",
        "ai-prism-prod",
        "ai-prism-backups",
        "ai-prism-s3-replication-role",
        "E1A2B3C4D5E6F7",
        "Z0123456789ABCDEFGHIJ",
        "ai-prism-postgres-old",
      ]) {
        assert.ok(ids.includes(id), id);
      }
      assert.ok(done.retired.every(({ why }) => why.length > 20));
    });

    it("writes the stack file's keys of each deployment", () => {
      for (const { file, config } of done.stages) {
        assert.deepEqual(parse(fs.readFileSync(file, "utf8")), { config });
      }
    });
  });

  describe("of a deployment whose people know the distribution's own name", () => {
    it("imports the distribution when traffic moves, without a change of its id", async () => {
      const done = await report(inventoryWith({ "cdn.domain": undefined }), ["--policy-pack", EMPTY_PACK]);
      assert.equal(done.failure, undefined);
      const [, move] = done.stages;
      assert.deepEqual(
        move!.imported.map(({ resource, id }) => `${resource}: ${id}`),
        ["cloudfront.Distribution cdn: E1A2B3C4D5E6F7"],
      );
      const state = readState(done.location.state)!.deployment.resources!;
      assert.equal(state.find(({ type }) => type === "aws:cloudfront/distribution:Distribution")?.id, "E1A2B3C4D5E6F7");
    });
  });

  describe("of what cannot be brought there in place", () => {
    it("says so before anything starts, all of it, with the way around", async () => {
      const before = snapshot(directory);
      const refused = await report(
        inventoryWith({
          "bucket.acl": "public-read",
          "database.kmsKeyArn": undefined,
          "database.secretKmsKeyArn": undefined,
          "database.identifier": "prism-db",
          "database.databaseName": "prism",
          "database.username": "postgres",
          "database.engineVersion": "14.9",
          "database.allocatedStorageInGiB": 400,
          "database.backupRetentionInDays": 0,
          "database.vpcId": "vpc-0ffffffffffffffff",
        }),
      );
      assert.equal(refused.exitCode, 1);
      assert.deepEqual(refused.stages, []);
      assert.deepEqual(refused.obstacles.map(({ key }) => key).sort(), [
        "bucket.acl",
        "database.allocatedStorageInGiB",
        "database.backupRetentionInDays",
        "database.databaseName",
        "database.engineVersion",
        "database.identifier",
        "database.kmsKeyArn",
        "database.secretKmsKeyArn",
        "database.username",
        "database.vpcId",
      ]);
      assert.ok(refused.obstacles.every(({ instead }) => instead.length > 0));
      const [encryption] = refused.obstacles.filter(({ key }) => key === "database.kmsKeyArn");
      assert.match(
        encryption!.instead.join("\n"),
        /create-db-snapshot[^]*copy-db-snapshot.*--kms-key-id[^]*restore-db/,
      );
      assert.match(refused.failure!.message, /nothing was started/);
      assert.deepEqual(snapshot(directory), before);
    });
  });
});

const EMPTY_PACK = path.join(__dirname, "fixtures", "pack");

/** Every file of the rehearsals with its time of change. */
function snapshot(directory: string): string[] {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("inventory-"))
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return `${file} ${fs.statSync(file).mtimeMs}`;
    });
}
