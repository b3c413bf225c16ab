import assert from "node:assert/strict";
import { RedisCache, type RedisCacheArgs } from "../../infra/redis-cache";
import { isSecret, runMocked, valueOf, type MockOptions } from "../support/mocks";

const ARGS: RedisCacheArgs = {
  replicationGroupId: "ai-prism-redis",
  secretName: "ai-prism/redis",
  region: "eu-north-1",
  engineVersion: "7.1",
  nodeType: "cache.t3.micro",
  nodes: 2,
  subnetIds: ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"],
  securityGroupIds: ["sg-0cccccccccccccccc"],
  kmsKeyArn: "arn:aws:kms:eu-north-1:111122223333:key/home",
};

const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const USER = "aws:elasticache/user:User";
const SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion";

function run(args: Partial<RedisCacheArgs> = {}, options: MockOptions = {}) {
  return runMocked(() => new RedisCache("redis", { ...ARGS, ...args }), {
    outputs: {
      [GROUP]: (inputs) => ({ primaryEndpointAddress: `master.${inputs.replicationGroupId}.cache.amazonaws.com` }),
      "random:index/randomPassword:RandomPassword": (_inputs, name) => ({ result: `generated for ${name}` }),
    },
    ...options,
  });
}

describe("RedisCache", () => {
  for (const preview of [false, true]) {
    it(`registers exactly its resources ${preview ? "in preview" : "in an update"}`, async () => {
      const { list } = await run({}, { preview });
      assert.deepEqual(list(), [
        "aws:elasticache/parameterGroup:ParameterGroup redis",
        "aws:elasticache/replicationGroup:ReplicationGroup redis",
        "aws:elasticache/subnetGroup:SubnetGroup redis",
        "aws:elasticache/user:User redis-application",
        "aws:elasticache/user:User redis-default",
        "aws:elasticache/userGroup:UserGroup redis",
        "aws:secretsmanager/secret:Secret redis",
        "aws:secretsmanager/secretVersion:SecretVersion redis",
        "random:index/randomPassword:RandomPassword redis-password-1",
      ]);
    });
  }

  it("encrypts at rest and in transit and lets in nobody without a password", async () => {
    const { one } = await run();
    const { inputs } = one(GROUP);
    assert.equal(inputs.atRestEncryptionEnabled, true);
    assert.equal(inputs.kmsKeyId, ARGS.kmsKeyArn);
    assert.equal(inputs.transitEncryptionEnabled, true);
    assert.equal(inputs.transitEncryptionMode, "required");
    assert.deepEqual(inputs.userGroupIds, ["ai-prism-redis"]);
    assert.equal(one(USER, "redis-default").inputs.accessString, "off -@all");
    assert.equal(one(USER, "redis-application").inputs.authenticationMode.type, "password");
  });

  it("fails over between two nodes in two zones, and does not ask one node to", async () => {
    const pair = (await run()).one(GROUP).inputs;
    assert.deepEqual([pair.numCacheClusters, pair.automaticFailoverEnabled, pair.multiAzEnabled], [2, true, true]);
    const single = (await run({ nodes: 1 })).one(GROUP).inputs;
    assert.deepEqual(
      [single.numCacheClusters, single.automaticFailoverEnabled, single.multiAzEnabled],
      [1, false, false],
    );
  });

  it("names the metric dimension of every node", async () => {
    const { result } = await run({ nodes: 3 });
    assert.deepEqual(result.memberClusterIds, ["ai-prism-redis-001", "ai-prism-redis-002", "ai-prism-redis-003"]);
  });

  it("keeps the password out of everything but secrets, and hands on a reference", async () => {
    const { one, result } = await run();
    const version = one(SECRET_VERSION);
    assert.deepEqual(JSON.parse(version.inputs.secretString), {
      username: "aiprism",
      password: "generated for redis-password-1",
      url: "rediss://aiprism:generated for redis-password-1@master.ai-prism-redis.cache.amazonaws.com:6379/0",
      url1: "rediss://aiprism:generated for redis-password-1@master.ai-prism-redis.cache.amazonaws.com:6379/0",
    });
    assert.deepEqual(version.secretInputs, ["secretString"]);
    const secret = one("aws:secretsmanager/secret:Secret");
    assert.equal(await valueOf(result.urlSecretReference), `${secret.outputs.arn}:url1`);
    assert.equal(await isSecret(result.urlSecretReference), false);
  });

  it("accepts two passwords during a rotation, hands out the first, and keeps the other for who still asks", async () => {
    const { one, result } = await run({ passwordGenerations: [2, 1] });
    assert.deepEqual(one(USER, "redis-application").inputs.tags, { PasswordGenerations: "2 1" });
    assert.deepEqual(one(USER, "redis-application").inputs.authenticationMode.passwords, [
      "generated for redis-password-2",
      "generated for redis-password-1",
    ]);
    const secret = JSON.parse(one(SECRET_VERSION).inputs.secretString) as Record<string, string>;
    assert.deepEqual(Object.keys(secret), ["username", "password", "url", "url2", "url1"]);
    assert.equal(secret.password, "generated for redis-password-2");
    assert.equal(secret.url, secret.url2);
    assert.match(secret.url1!, /generated for redis-password-1@/);
    assert.match((await valueOf(result.urlSecretReference))!, /:url2$/);
  });

  it("does without the default user on Valkey, which needs none", async () => {
    const { all, one } = await run({ engine: "valkey", engineVersion: "8.1" });
    assert.deepEqual(
      all(USER).map(({ name }) => name),
      ["redis-application"],
    );
    assert.equal(one("aws:elasticache/parameterGroup:ParameterGroup").inputs.family, "valkey8");
  });

  it("protects sessions and secret unless the environment is disposable", async () => {
    const kept = await run();
    assert.equal(kept.one(GROUP).protect, true);
    assert.equal(kept.one(GROUP).inputs.finalSnapshotIdentifier, "ai-prism-redis-final");
    assert.equal(kept.one("aws:secretsmanager/secret:Secret").protect, true);
    const disposable = await run({ disposable: true });
    assert.equal(disposable.one(GROUP).protect, false);
    assert.equal(disposable.one(GROUP).inputs.finalSnapshotIdentifier, undefined);
    assert.equal(disposable.one("aws:secretsmanager/secret:Secret").inputs.recoveryWindowInDays, 0);
  });

  it("merges a transform over one child's arguments and leaves the rest", async () => {
    const { one } = await run({ transform: { replicationGroup: { nodeType: "cache.m6g.large" } } });
    assert.equal(one(GROUP).inputs.nodeType, "cache.m6g.large");
    assert.equal(one(GROUP).inputs.transitEncryptionMode, "required");
  });

  it("refuses no nodes at all, naming itself, the field and what is allowed", async () => {
    await assert.rejects(run({ nodes: 0 }), {
      message: 'RedisCache "redis": nodes = 0 is not allowed: a whole number from 1 to 6',
    });
  });

  it("refuses a third password", async () => {
    await assert.rejects(run({ passwordGenerations: [1, 2, 3] }), /passwordGenerations = \[1,2,3\] is not allowed/);
  });
});
