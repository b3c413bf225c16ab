import assert from "node:assert/strict";

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { revealAll, UNKNOWN } from "../../rehearsal/values";
import { ACCOUNT } from "./account";
import { Engine, failureOf, findCli } from "./engine";

interface Shape {
  cidr?: string;
  team?: string;
  protect?: boolean;
  more?: () => void;
}

/** The program of the first tests: a network, a bucket and a secret. */
function program({ cidr = "10.0.0.0/16", team = "platform", protect = false, more }: Shape = {}) {
  return async () => {
    const vpc = new aws.ec2.Vpc("net", { cidrBlock: cidr, tags: { team } }, { protect });
    const subnet = new aws.ec2.Subnet("net", { vpcId: vpc.id, cidrBlock: cidr.replace("/16", "/24") });
    const bucket = new aws.s3.Bucket("logs", {});
    const password = new random.RandomPassword("redis", { length: 32 });
    const secret = new aws.secretsmanager.Secret("redis", { name: "redis" });
    new aws.secretsmanager.SecretVersion("redis", { secretId: secret.arn, secretString: password.result });
    more?.();
    return {
      vpcId: vpc.id,
      subnetArn: subnet.arn,
      bucketName: bucket.bucket,
      password: password.result,
      zones: aws.getAvailabilityZonesOutput().names,
    };
  };
}

describe("the stand-in behind the real engine", function () {
  this.timeout(60_000);
  let engine: Engine;
  let root: string;

  before(async function () {
    const cli = await findCli();
    if ("missing" in cli) {
      console.log(`      skipped: ${cli.missing}`);
      this.skip();
    }
    root = cli.root;
    engine = await Engine.start(root, { "aws:allowedAccountIds[0]": ACCOUNT, "aws:defaultTags.tags.project": "prism" });
  });

  after(async () => {
    await engine?.stop();
  });

  it("leaves computed values unknown in a preview, which creates nothing", async () => {
    const { changeSummary, events } = await engine.preview(program());
    assert.deepEqual(changeSummary, { create: 7 });
    const outputs = events.flatMap(({ resOutputsEvent }) =>
      resOutputsEvent?.metadata.new ? [resOutputsEvent.metadata.new] : [],
    );
    const vpc = outputs.find(({ type }) => type === "aws:ec2/vpc:Vpc")!.outputs as Record<string, unknown>;
    assert.equal(vpc.arn, UNKNOWN);
    assert.equal(vpc.cidrBlock, "10.0.0.0/16");
    assert.deepEqual(engine.world.resources(), []);
  });

  it("creates what the program declares, with outputs as AWS has them", async () => {
    const { outputs, summary } = await engine.up(program());
    assert.deepEqual(summary.resourceChanges, { create: 7 });
    assert.match(String(outputs.vpcId!.value), /^vpc-[0-9a-f]{17}$/);
    assert.match(
      String(outputs.subnetArn!.value),
      new RegExp(`^arn:aws:ec2:eu-north-1:${ACCOUNT}:subnet/subnet-[0-9a-f]{17}$`),
    );
    assert.match(String(outputs.bucketName!.value), /^logs-[0-9a-f]{7}$/);
    assert.deepEqual(outputs.zones!.value, ["eu-north-1a", "eu-north-1b", "eu-north-1c"]);
    const vpc = engine.world.find("aws:ec2/vpc:Vpc", String(outputs.vpcId!.value))!;
    assert.deepEqual(vpc.outputs.tags, { team: "platform" });
    assert.deepEqual(vpc.outputs.tagsAll, { team: "platform", project: "prism" });
  });

  it("keeps secrets encrypted in state and out of the world's file", async () => {
    const { password } = await engine.stack.outputs();
    assert.equal(password!.secret, true);
    assert.equal(String(password!.value).length, 32);
    engine.world.save();
    const escaped = JSON.stringify(password!.value).slice(1, -1);
    assert.equal(engine.stateText().includes(escaped), false);
    const version = engine.world.ofType("aws:secretsmanager/secretVersion:SecretVersion")[0]!;
    assert.equal(revealAll(version.inputs).secretString, password!.value);
  });

  it("finds nothing to change in an unchanged program, also over a world read from its file", async () => {
    assert.deepEqual((await engine.preview(program())).changeSummary, { same: 7 });
    await engine.standUp();
    assert.deepEqual((await engine.preview(program())).changeSummary, { same: 7 });
    const { resourceChanges } = (await engine.stack.refresh()).summary;
    assert.deepEqual(resourceChanges, { same: 7 });
  });

  it("changes in place what can be, and says which leaf", async () => {
    const { changeSummary, events } = await engine.preview(program({ team: "data" }));
    assert.deepEqual(changeSummary, { same: 6, update: 1 });
    const update = events.find(({ resourcePreEvent }) => resourcePreEvent?.metadata.op === "update")!.resourcePreEvent!;
    assert.deepEqual(Object.keys(update.metadata.detailedDiff ?? {}), ["tags.team"]);
    const before = engine.world.ofType("aws:ec2/vpc:Vpc")[0]!.id;
    await engine.up(program({ team: "data" }));
    const [vpc] = engine.world.ofType("aws:ec2/vpc:Vpc");
    assert.equal(vpc!.id, before);
    assert.deepEqual(vpc!.outputs.tags, { team: "data" });
  });

  it("replaces what cannot be changed, and what hangs on it", async () => {
    const { changeSummary } = await engine.preview(program({ cidr: "10.1.0.0/16", team: "data" }));
    assert.deepEqual(changeSummary, { replace: 2, same: 5 });
    const before = engine.world.ofType("aws:ec2/vpc:Vpc")[0]!.id;
    await engine.up(program({ cidr: "10.1.0.0/16", team: "data", protect: true }));
    const [vpc, ...others] = engine.world.ofType("aws:ec2/vpc:Vpc");
    assert.notEqual(vpc!.id, before);
    assert.deepEqual(others, []);
    assert.equal(engine.world.ofType("aws:ec2/subnet:Subnet")[0]!.inputs.vpcId, vpc!.id);
  });

  it("lets the engine refuse to replace what is protected", async () => {
    const message = await failureOf(engine.preview(program({ cidr: "10.2.0.0/16", team: "data", protect: true })));
    assert.match(message, /unable to replace resource ".*::net"\s+as it is currently marked for protection/);
  });

  it("names a value that the provider refuses, at preview", async () => {
    const more = () => {
      new aws.cloudwatch.LogGroup("web", { name: "web", retentionInDays: 8 });
    };
    const message = await failureOf(
      engine.preview(program({ cidr: "10.1.0.0/16", team: "data", protect: true, more })),
    );
    assert.match(
      message,
      /aws:cloudwatch\/logGroup:LogGroup resource 'web': property retentionInDays value \{8\} has a problem: must be one of /,
    );
  });

  it("names a type that it has no model for, and says where one is added", async () => {
    const more = () => {
      new aws.ecs.Cluster("workers", {});
    };
    const message = await failureOf(
      engine.preview(program({ cidr: "10.1.0.0/16", team: "data", protect: true, more })),
    );
    assert.match(
      message,
      /aws:ecs\/cluster:Cluster: the rehearsal has no model for this type; docs\/rehearsal\.md says where one is added/,
    );
    assert.deepEqual([...engine.standIn.unmodelled], ["aws:ecs/cluster:Cluster"]);
  });

  it("finds drift and what is gone in a refresh", async () => {
    const bucket = engine.world.ofType("aws:s3/bucket:Bucket")[0]!;
    const tags = { made: "by hand" };
    engine.world.put({ ...bucket, inputs: { ...bucket.inputs, tags }, outputs: { ...bucket.outputs, tags } });
    const subnet = engine.world.ofType("aws:ec2/subnet:Subnet")[0]!;
    engine.world.remove(subnet.urn, subnet.id);
    const { resourceChanges } = (await engine.stack.refresh()).summary;
    assert.deepEqual(resourceChanges, { delete: 1, same: 5, update: 1 });
  });

  it("adopts by import what exists, and refuses to adopt what does not", async () => {
    engine.world.put({
      type: "aws:s3/bucket:Bucket",
      id: "made-by-hand",
      name: "made-by-hand",
      urn: "made by hand",
      region: "eu-north-1",
      inputs: { bucket: "made-by-hand", forceDestroy: false, region: "eu-north-1" },
      outputs: { bucket: "made-by-hand", arn: "arn:aws:s3:::made-by-hand", forceDestroy: false, region: "eu-north-1" },
    });
    const adopt = (id: string) => () => {
      new aws.s3.Bucket("old", { bucket: id }, { import: id });
    };
    const shape = { cidr: "10.1.0.0/16", team: "data", protect: true };
    assert.match(
      await failureOf(engine.preview(program({ ...shape, more: adopt("missing") }))),
      /resource 'missing' does not exist/,
    );
    const { resourceChanges } = (await engine.up(program({ ...shape, more: adopt("made-by-hand") }))).summary;
    assert.equal(resourceChanges?.import, 1);
    const { changeSummary } = await engine.preview(program({ ...shape, more: adopt("made-by-hand") }));
    assert.deepEqual(changeSummary, { same: 8 });
  });

  it("does not delete a database that AWS protects", async () => {
    const more = () => {
      new aws.rds.Instance("db", {
        identifier: "db",
        engine: "postgres",
        engineVersion: "16",
        instanceClass: "db.t3.micro",
        allocatedStorage: 20,
        username: "aiprismadmin",
        manageMasterUserPassword: true,
        deletionProtection: true,
        skipFinalSnapshot: true,
      });
    };
    await engine.up(program({ cidr: "10.1.0.0/16", team: "data", more }));
    const message = await failureOf(engine.up(program({ cidr: "10.1.0.0/16", team: "data" })));
    assert.match(
      message,
      /deleting aws:rds\/instance:Instance "db": InvalidParameterCombination: Cannot delete protected DB Instance: deletionProtection is on/,
    );
    assert.equal(engine.world.ofType("aws:rds/instance:Instance").length, 1);
  });

  it("refuses an account that the provider's configuration does not admit", async () => {
    await engine.stack.setConfig("aws:allowedAccountIds[0]", { value: "999988887777" }, true);
    const message = await failureOf(engine.preview(program()));
    assert.match(
      message,
      new RegExp(
        `the credentials belong to account ${ACCOUNT}, and the provider's allowedAccountIds admit only 999988887777`,
      ),
    );
  });

  it("serves two engines at once without mixing their worlds", async () => {
    const others = await Promise.all([Engine.start(root), Engine.start(root)]);
    try {
      const results = await Promise.all(
        others.map((other, index) =>
          other.up(async () => {
            const provider = new aws.Provider("edge", { region: index === 0 ? "us-east-1" : "eu-west-1" });
            const topic = new aws.sns.Topic("alerts", { name: `alerts-${index}` }, { provider });
            const home = new aws.sns.Topic("home", { name: `home-${index}` });
            return { arns: pulumi.all([topic.arn, home.arn]) };
          }),
        ),
      );
      const arns = results.map(({ outputs }) => outputs.arns!.value as string[]);
      assert.deepEqual(arns, [
        [`arn:aws:sns:us-east-1:${ACCOUNT}:alerts-0`, `arn:aws:sns:eu-north-1:${ACCOUNT}:home-0`],
        [`arn:aws:sns:eu-west-1:${ACCOUNT}:alerts-1`, `arn:aws:sns:eu-north-1:${ACCOUNT}:home-1`],
      ]);
      assert.deepEqual(
        others.map(({ world }) => world.ofType("aws:sns/topic:Topic").length),
        [2, 2],
      );
      await others[0]!.stack.destroy();
      assert.deepEqual(
        others.map(({ world }) => world.resources().length),
        [0, 2],
      );
    } finally {
      for (const other of others) await other.stop();
    }
  });
});
