import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import { putHandMade } from "../../operations/adopt/hand-made";
import { readInventory } from "../../operations/adopt/inventory";
import { planAdoption } from "../../operations/adopt/plan";
import { UsageError } from "../../operations/errors";
import type { AdoptionReport } from "../../operations/adopt/report";
import { inventoryTemplate } from "../../operations/adopt/template";
import { World, startStandIn } from "../../rehearsal";
import { runCli } from "../../operations/pulumi";
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
    parent[last] = value;
  }
  return stringify(inventory);
}

describe("./prism adopt", function () {
  // Rehearsals of up to three deployments each, on machines that do other things as well.
  this.timeout(1_200_000);
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

    it("changes the database in place only: neither its keys nor its subnet group, version or names", () => {
      const [change] = done.stages[0]!.changes.updated.filter(({ resource }) => resource === "rds.Instance database");
      for (const kept of [
        "kmsKeyId",
        "storageEncrypted",
        "masterUserSecretKmsKeyId",
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

  describe("that is given up again", () => {
    it("leaves bucket and database where they were when the rest is destroyed", async () => {
      const done = await report(inventoryWith({ cdn: undefined }), ["--policy-pack", EMPTY_PACK]);
      assert.equal(done.failure, undefined);
      assert.deepEqual(
        done.stages.map(({ name }) => name),
        ["import", "retire"],
      );
      const { directory: folder, world: worldFile, state } = done.location;
      const managed = readState(state)!.deployment.resources!;
      const world = World.load(worldFile, { accountId: ACCOUNT, region: REGION });
      world.reconcile(managed);
      const idsOf = (type: string): string[] => world.ofType(type).map(({ id }) => id);
      const databases = idsOf(INSTANCE);
      const standIn = await startStandIn(world);
      try {
        const engine = {
          cli,
          workDirectory: path.join(folder, "work"),
          stack: "production",
          env: {
            ...process.env,
            PULUMI_BACKEND_URL: pathToFileURL(path.join(folder, "state")).href,
            PULUMI_CONFIG_PASSPHRASE_FILE: path.join(folder, "passphrase"),
            PULUMI_HOME: path.join(folder, "home"),
            PULUMI_SKIP_UPDATE_CHECK: "1",
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            PULUMI_DEBUG_PROVIDERS: standIn.debugProviders,
          },
        };
        const destroyed = await runCli(engine, ["destroy", "--yes", "--exclude-protected", "--stack", "production"]);
        assert.equal(destroyed.code, 0, destroyed.stdout + destroyed.stderr);
      } finally {
        standIn.close();
      }
      assert.deepEqual(idsOf(INSTANCE), databases);
      assert.ok(idsOf(BUCKET).includes("ai.prism"));
      assert.deepEqual(idsOf("aws:elasticbeanstalk/application:Application"), ["AI-Prism"]);
      assert.deepEqual(idsOf("aws:elasticbeanstalk/environment:Environment"), []);
      assert.deepEqual(idsOf("aws:cloudfront/distribution:Distribution"), []);
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

  describe("of a world that is not as the inventory says", () => {
    it("fails before anything is changed when a key would be, which replaces the database", async () => {
      const file = worldFile(path.join(directory, "unencrypted.json"), inventoryWith(), (world) => {
        const [database] = world.ofType(INSTANCE);
        const { inputs, outputs } = database!;
        world.put({
          ...database!,
          inputs: { ...inputs, storageEncrypted: false, kmsKeyId: undefined },
          outputs: { ...outputs, storageEncrypted: false, kmsKeyId: "" },
        });
      });
      const failed = await report(inventoryWith(), ["--world", file, "--policy-pack", EMPTY_PACK]);
      assert.equal(failed.exitCode, 1);
      assert.match([failed.failure!.message, ...failed.failure!.details].join("\n"), /database[^]*protect/);
      assert.deepEqual(
        failed.stages.map(({ passes }) => passes.map(({ name }) => name)),
        [["gate"]],
      );
    });

    it("names every id that does not exist", async () => {
      const file = worldFile(path.join(directory, "smaller.json"), inventoryWith(), (world) => {
        for (const type of [BUCKET, "aws:ec2/securityGroup:SecurityGroup", "aws:cloudwatch/dashboard:Dashboard"]) {
          for (const { urn, id } of world.ofType(type)) if (id !== "ai-prism-backups") world.remove(urn, id);
        }
      });
      const { code, stderr } = await adopt(["--inventory", written(inventoryWith()), "--world", file]);
      assert.equal(code, 2);
      assert.match(stderr, /has 5 values that are not allowed/);
      assert.match(stderr, /bucket\.name = "ai\.prism" is not allowed: the id of a Bucket that exists/);
      assert.match(stderr, /database\.securityGroupIds\[0\] = "sg-0d000000000000001"/);
      assert.match(stderr, /dashboardNames\[2\] = "AI-Prism-Infrastructure-Health"/);
    });

    it("is refused in one line when its file is missing, damaged, of another version or of another account", async () => {
      const file = path.join(directory, "bad-world.json");
      const refusal = async (text?: string): Promise<string> => {
        if (text !== undefined) fs.writeFileSync(file, text);
        const { code, stderr, stdout } = await adopt(["--inventory", written(inventoryWith()), "--world", file]);
        assert.equal(code, 2, stderr);
        assert.equal(stdout, "");
        assert.equal(stderr.trim().split("\n").length, 1);
        return stderr;
      };
      assert.match(await refusal(), /does not exist/);
      assert.match(await refusal("{"), /damaged/);
      assert.match(await refusal('{"version": 99}'), /version 99/);
      const world = { version: 1, accountId: "999988887777", region: REGION, generations: {}, resources: [] };
      assert.match(await refusal(JSON.stringify(world)), /999988887777/);
    });
  });

  describe("of an inventory that cannot be used", () => {
    it("names every id of the wrong kind, every missing and every unknown key at once", async () => {
      const before = snapshot(directory);
      const text = inventoryWith({
        "network.vpcId": "subnet-0123456789abcdef0",
        "network.privateSubnetIds": ["subnet-0b000000000000001"],
        "bucket.clientRoleArns": ["arn:aws:iam::111122223333:user/somebody"],
        "database.kmsKeyArn": "alias/aws/rds",
        "database.securityGroupIds": "sg-0d000000000000001",
        "database.engineVersion": 16.11,
        "database.instanceClass": undefined,
        "cdn.distributionId": "d111111abcdef8.cloudfront.net",
        rds: "ai-prism-postgres",
      });
      const { code, stdout, stderr } = await adopt(["--inventory", written(text)]);
      assert.equal(code, 2);
      assert.equal(stdout, "");
      assert.match(stderr, /has 9 values that are not allowed/);
      for (const line of [
        'network.vpcId = "subnet-0123456789abcdef0" is not allowed: a VPC id such as vpc-0123456789abcdef0',
        'network.privateSubnetIds = ["subnet-0b000000000000001"] is not allowed: at least 2 subnet ids, in different zones',
        'bucket.clientRoleArns[0] = "arn:aws:iam::111122223333:user/somebody" is not allowed: the ARN of a role',
        'database.kmsKeyArn = "alias/aws/rds" is not allowed: the ARN of a KMS key, not of an alias',
        'database.securityGroupIds = "sg-0d000000000000001" is not allowed: a list of security group ids',
        "database.engineVersion = 16.11 is not allowed: a version such as 16.11, in quotes",
        "database.instanceClass = (not set) is not allowed: a DB instance class such as db.t3.micro",
        'cdn.distributionId = "d111111abcdef8.cloudfront.net" is not allowed: a distribution id such as E1ABCDEFGHIJKL',
        'rds = "ai-prism-postgres" is not allowed: not a known setting here; docs/adopting.md lists them',
      ]) {
        assert.ok(stderr.includes(line), `${line}\n${stderr}`);
      }
      assert.deepEqual(snapshot(directory), before);
    });

    it("names every name that is none of this program, and what would be in the way of the new replica", async () => {
      const text = inventoryWith({
        region: "eu-west-1",
        nameSuffix: "b",
        "bucket.replicaName": "ai-prism-backups-b",
        alarmNames: ["AI-Prism-High-CPU", "AI-Prism-High-CPU", "AI-Prism-CDN-5xx-Errors", "Nagios"],
        dashboardNames: ["Overview"],
      });
      const { code, stderr } = await adopt(["--inventory", written(text)]);
      assert.equal(code, 2);
      for (const line of [
        'region = "eu-west-1" is not allowed: eu-north-1',
        'alarmNames[1] = "AI-Prism-High-CPU" is not allowed: each name once',
        // Stands in another region, so that a hand-made one in the home region is another.
        'alarmNames[2] = "AI-Prism-CDN-5xx-Errors" is not allowed: an alarm of this program: ',
        'alarmNames[3] = "Nagios"',
        'dashboardNames[0] = "Overview" is not allowed: a dashboard of this program: ',
        'bucket.replicaName = "ai-prism-backups-b" is not allowed: another name than the new replica\'s',
      ]) {
        assert.ok(stderr.includes(line), `${line}\n${stderr}`);
      }
    });

    it("is told in one line when it describes what AWS would not have", async () => {
      const before = snapshot(directory);
      for (const [changes, line] of [
        [{ "bucket.replicaName": "ai.prism" }, /cannot exist: .*bucket "ai\.prism" is taken by "ai\.prism"$/],
        [{ "database.restoredFrom": "ai-prism-postgres" }, /cannot exist: .*identifier "ai-prism-postgres" is taken/],
        [{ "application.cnamePrefix": "-prism" }, /cannot exist: .*cnamePrefix: must match/],
      ] as const) {
        const { code, stderr } = await adopt(["--inventory", written(inventoryWith(changes))]);
        assert.equal(code, 2, stderr);
        assert.match(stderr.trim(), line);
      }
      assert.deepEqual(snapshot(directory), before);
    });

    it("is not blamed for a stack file that the program would refuse", () => {
      const file = written(inventoryWith());
      const stack = { "aws:region": REGION, "ai-prism:accountId": "12", "ai-prism:redis": { nodes: 0 } };
      const raw = (config: Tree) =>
        Object.fromEntries(
          Object.entries(config).map(([key, value]) => [
            key,
            typeof value === "string" ? value : JSON.stringify(value),
          ]),
        );
      assert.throws(
        () => planAdoption("production", stack, raw, readInventory(file, file, "")),
        (error: Error) =>
          error instanceof UsageError &&
          /^Pulumi\.production\.yaml has \d values/.test(error.message) &&
          /accountId = "12"/.test(error.message) &&
          /redis\.nodes = 0/.test(error.message),
      );
    });

    it("is told in one line when there is none, or it is no YAML mapping", async () => {
      const missing = await adopt(["--inventory", path.join(directory, "none.yaml"), "--json"]);
      assert.equal(missing.code, 2);
      assert.match(missing.stderr, /none\.yaml does not exist; \.\/prism adopt production --template writes one/);
      assert.equal((JSON.parse(missing.stdout) as { failure: { kind: string } }).failure.kind, "usage");
      const malformed = await adopt(["--inventory", written("region: [")]);
      assert.equal(malformed.code, 2);
      assert.match(malformed.stderr, /is not valid YAML/);
      const list = await adopt(["--inventory", written("- ai.prism")]);
      assert.equal(list.code, 2);
      assert.match(list.stderr, /a mapping of keys to ids is expected/);
    });
  });
});

/** A world file with the hand-made deployment of an inventory in it, changed by `edit`. */
function worldFile(file: string, inventory: string, edit: (world: World) => void): string {
  fs.writeFileSync(`${file}.yaml`, inventory);
  const world = World.load(file, { accountId: ACCOUNT, region: REGION });
  putHandMade(world, readInventory(`${file}.yaml`, file, ""));
  edit(world);
  world.save();
  return file;
}

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
