import assert from "node:assert/strict";
import { MODELS, StackGraph, VISITORS } from "../../operations/report/graph";
import { checkpointResources } from "../../policies/checkpoint";
import { type Exported, exportOf, urnOf } from "./fixtures";

const graphOf = (resources: readonly Exported[]) => new StackGraph(checkpointResources(exportOf(resources)));

const nameOf = (urn: string): string => urn.split("::").at(-1)!;

const pathsOf = (resources: readonly Exported[]): string[] =>
  graphOf(resources)
    .dataPaths()
    .map(({ from, to }) => `${nameOf(from)} > ${nameOf(to)}`);

const ENVIRONMENT = "aws:elasticbeanstalk/environment:Environment";
const BUCKET = "aws:s3/bucket:Bucket";
const DATABASE = "aws:rds/instance:Instance";

describe("paths of data", () => {
  it("lead from who is given a value to whose value it is, where data passes both", () => {
    const database = { type: DATABASE, name: "database" };
    const key = { type: "aws:kms/key:Key", name: "key" };
    const environment = {
      type: ENVIRONMENT,
      name: "application",
      from: { settings: [urnOf(DATABASE, "database"), urnOf("aws:kms/key:Key", "key")] },
    };
    assert.deepEqual(pathsOf([database, key, environment]), ["application > database"]);
  });

  it("pass what hands on an address, such as the version of a secret", () => {
    const version = "aws:secretsmanager/secretVersion:SecretVersion";
    const redis = "aws:elasticache/replicationGroup:ReplicationGroup";
    assert.deepEqual(
      pathsOf([
        { type: redis, name: "redis" },
        { type: version, name: "address", from: { secretString: [urnOf(redis, "redis")] } },
        { type: ENVIRONMENT, name: "application", from: { settings: [urnOf(version, "address")] } },
      ]),
      ["application > redis"],
    );
  });

  it("lead along what joins two resources, from its source to its target", () => {
    assert.deepEqual(
      pathsOf([
        { type: BUCKET, name: "documents" },
        { type: BUCKET, name: "replica" },
        {
          type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
          name: "replication",
          from: { bucket: [urnOf(BUCKET, "documents")], rules: [urnOf(BUCKET, "replica")] },
        },
      ]),
      ["documents > replica"],
    );
  });

  it("enter where nobody of the stack calls, through the firewall before what it guards", () => {
    const acl = "aws:wafv2/webAcl:WebAcl";
    const paths = pathsOf([
      { type: acl, name: "firewall" },
      { type: "aws:cloudfront/distribution:Distribution", name: "cdn", from: { webAclId: [urnOf(acl, "firewall")] } },
    ]);
    assert.deepEqual(paths, ["firewall > cdn", `${VISITORS} > firewall`]);
  });

  it("lead to the models that an application is given", () => {
    const value = JSON.stringify([{ id: "eu.anthropic.claude-sonnet-4-6", requestsPerMinute: 1 }]);
    const settings = [
      { namespace: "aws:elasticbeanstalk:application:environment", name: "BEDROCK_MODEL_CHAIN", value },
    ];
    assert.deepEqual(pathsOf([{ type: ENVIRONMENT, name: "application", inputs: { settings } }]), [
      `application > ${MODELS}`,
    ]);
  });

  it("do not follow an order without a value", () => {
    const checkpoint = exportOf([
      { type: BUCKET, name: "documents" },
      { type: ENVIRONMENT, name: "application" },
    ]) as { deployment: { resources: { dependencies: string[] }[] } };
    checkpoint.deployment.resources[2]!.dependencies = [urnOf(BUCKET, "documents")];
    assert.deepEqual(new StackGraph(checkpointResources(checkpoint)).dataPaths(), []);
  });
});

describe("what components need", () => {
  const component = (name: string): Exported => ({ type: "shop:index:Part", name, custom: false });
  const child = (owner: string, ...needs: string[]): Exported => ({
    type: BUCKET,
    name: `${owner}-child`,
    parent: urnOf("shop:index:Part", owner),
    from: { tags: needs.map((name) => urnOf(BUCKET, `${name}-child`)) },
  });
  const needsOf = (resources: readonly Exported[]) =>
    Object.fromEntries(
      [...graphOf(resources).needs()].map(([{ name }, needed]) => [name, needed.map((one) => one.name)]),
    );

  it("is what their resources depend on, without what follows from others", () => {
    const parts = [...["a", "b", "c"].map(component), child("a"), child("b", "a"), child("c", "a", "b")];
    assert.deepEqual(needsOf(parts), { a: [], b: ["a"], c: ["b"] });
  });

  it("can be drawn where two need each other", () => {
    const parts = [component("a"), component("b"), child("a", "b"), child("b", "a")];
    assert.deepEqual(needsOf(parts), { a: ["b"], b: ["a"] });
  });

  it("keeps components inside a component with the outermost one, and a resource in none by itself", () => {
    const inner = { ...component("inner"), parent: urnOf("shop:index:Part", "outer") };
    const groups = graphOf([component("outer"), inner, child("inner"), { type: BUCKET, name: "alone" }]).groups;
    assert.deepEqual(
      groups.map(({ name, members }) => [name, members.map((member) => member.name)]),
      [
        ["outer", ["inner-child"]],
        ["alone", ["alone"]],
      ],
    );
  });
});
