import assert from "node:assert/strict";
import { LogBucket, type LogBucketArgs } from "../../infra/log-bucket";
import { AWS_OUTPUTS } from "../support/aws-outputs";
import { runMocked, valueOf, type Run } from "../support/mocks";

const ARGS: LogBucketArgs = {
  bucketName: "logs",
  region: "eu-north-1",
  accountId: "111122223333",
  retentionInDays: 365,
  writers: ["loadBalancer", "s3", "logDelivery"],
};

function run(args: Partial<LogBucketArgs> = {}, preview = false): Promise<Run<LogBucket>> {
  return runMocked(() => new LogBucket("logs", { ...ARGS, ...args }), { preview, outputs: AWS_OUTPUTS });
}

describe("LogBucket", () => {
  let update: Run<LogBucket>;
  before(async () => {
    update = await run();
  });

  for (const preview of [false, true]) {
    it(`registers exactly its resources ${preview ? "in preview" : "in an update"}`, async () => {
      assert.deepEqual((await run({}, preview)).list(), [
        "aws:s3/bucket:Bucket logs",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration logs",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls logs",
        "aws:s3/bucketPolicy:BucketPolicy logs",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock logs",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration logs",
        "aws:s3/bucketVersioning:BucketVersioning logs",
      ]);
    });
  }

  it("encrypts with S3's own key, because load balancers deliver to no other", () => {
    const { rules } = update.one(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    ).inputs;
    assert.deepEqual(rules, [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }]);
  });

  it("lets exactly its writers in, each below its prefix and for this account, and everybody over TLS only", async () => {
    const { Statement } = JSON.parse(update.one("aws:s3/bucketPolicy:BucketPolicy").inputs.policy);
    assert.deepEqual(Statement, [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      {
        Sid: "LoadBalancerLogs",
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: "arn:aws:s3:::logs/load-balancer/AWSLogs/111122223333/*",
        Condition: {
          ArnLike: { "aws:SourceArn": "arn:aws:elasticloadbalancing:eu-north-1:111122223333:loadbalancer/*" },
        },
      },
      {
        Sid: "BucketAccessLogs",
        Effect: "Allow",
        Principal: { Service: "logging.s3.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: "arn:aws:s3:::logs/s3/*",
        Condition: { StringEquals: { "aws:SourceAccount": "111122223333" } },
      },
      {
        Sid: "CdnLogs",
        Effect: "Allow",
        Principal: { Service: "delivery.logs.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: "arn:aws:s3:::logs/cdn/*",
        Condition: {
          StringEquals: { "aws:SourceAccount": "111122223333", "s3:x-amz-acl": "bucket-owner-full-control" },
          ArnLike: { "aws:SourceArn": "arn:aws:logs:us-east-1:111122223333:delivery-source:*" },
        },
      },
    ]);
    const fewer = JSON.parse((await run({ writers: ["s3"] })).one("aws:s3/bucketPolicy:BucketPolicy").inputs.policy);
    assert.deepEqual(
      fewer.Statement.map(({ Sid }: { Sid: string }) => Sid),
      ["TlsOnly", "BucketAccessLogs"],
    );
  });

  it("blocks public access, disables access lists and keeps versions", () => {
    const { one, resources } = update;
    const placed = { bucket: "logs-id", region: "eu-north-1" };
    assert.deepEqual(one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs, {
      ...placed,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    assert.deepEqual(one("aws:s3/bucketOwnershipControls:BucketOwnershipControls").inputs, {
      ...placed,
      rule: { objectOwnership: "BucketOwnerEnforced" },
    });
    assert.deepEqual(one("aws:s3/bucketVersioning:BucketVersioning").inputs, {
      ...placed,
      versioningConfiguration: { status: "Enabled" },
    });
    for (const { type, inputs } of resources.filter(({ custom }) => custom)) {
      assert.equal(inputs.region, "eu-north-1", type);
    }
  });

  it("lets logs go in time, their old versions a month later, and unfinished uploads after a week", () => {
    const lifecycle = update.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
    assert.deepEqual(lifecycle.inputs.rules, [
      {
        id: "expire",
        status: "Enabled",
        filter: { prefix: "" },
        expiration: { days: 365 },
        noncurrentVersionExpiration: { noncurrentDays: 30 },
      },
      {
        id: "abort-incomplete-uploads",
        status: "Enabled",
        filter: { prefix: "" },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      },
    ]);
    assert.ok(lifecycle.dependencies.some((urn) => urn.endsWith("BucketVersioning::logs")));
  });

  it("does not log accesses to itself, which would never end", () => {
    assert.deepEqual(update.all("aws:s3/bucketLogging:BucketLogging"), []);
  });

  it("tells its name once the writers may write", async () => {
    const { result, one } = update;
    assert.equal(await valueOf(result.bucketName), "logs-id");
    assert.equal(await valueOf(result.bucketArn), "arn:aws:s3:::logs");
    const policy = one("aws:s3/bucketPolicy:BucketPolicy");
    assert.ok(policy.dependencies.some((urn) => urn.endsWith("BucketPublicAccessBlock::logs")));
    // S3 refuses the three at once.
    const block = one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
    assert.ok(block.dependencies.some((urn) => urn.endsWith("BucketOwnershipControls::logs")));
    for (const output of [result.bucketName, result.bucketArn]) {
      const sources = [...(await (output as unknown as { allResources(): Promise<Set<object>> }).allResources())];
      assert.ok(sources.includes(result.nodes.policy));
    }
  });

  it("is protected and refuses to go with logs in it, unless disposable", async () => {
    const kept = update.one("aws:s3/bucket:Bucket");
    assert.deepEqual([kept.protect, kept.inputs.forceDestroy], [true, false]);
    const disposable = (await run({ disposable: true })).one("aws:s3/bucket:Bucket");
    assert.deepEqual([disposable.protect, disposable.inputs.forceDestroy], [false, true]);
  });

  it("changes nothing else when disposable", async () => {
    const rest = ({ resources }: Run<LogBucket>) =>
      resources
        .filter(({ type }) => type !== "aws:s3/bucket:Bucket")
        .map(({ type, inputs, protect }) => ({ type, inputs, protect }));
    assert.deepEqual(rest(await run({ disposable: true })), rest(update));
  });

  it("applies a transform to each child", async () => {
    const { one } = await run({
      transform: {
        bucket: { tags: { Part: "bucket" } },
        publicAccessBlock: { skipDestroy: true },
        ownership: { rule: { objectOwnership: "BucketOwnerPreferred" } },
        versioning: { mfa: "device 1" },
        encryption: { expectedBucketOwner: "111122223333" },
        lifecycle: { transitionDefaultMinimumObjectSize: "varies_by_storage_class" },
        policy: (args) => (args.policy = "{}"),
      },
    });
    assert.deepEqual(one("aws:s3/bucket:Bucket").inputs.tags, { Part: "bucket" });
    assert.equal(one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs.skipDestroy, true);
    assert.equal(one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs.blockPublicAcls, true);
    assert.deepEqual(one("aws:s3/bucketOwnershipControls:BucketOwnershipControls").inputs.rule, {
      objectOwnership: "BucketOwnerPreferred",
    });
    assert.equal(one("aws:s3/bucketVersioning:BucketVersioning").inputs.mfa, "device 1");
    const encryption = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
    assert.equal(one(encryption).inputs.expectedBucketOwner, "111122223333");
    assert.equal(
      one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs.transitionDefaultMinimumObjectSize,
      "varies_by_storage_class",
    );
    assert.equal(one("aws:s3/bucketPolicy:BucketPolicy").inputs.policy, "{}");
  });

  it("refuses to be nobody's", async () => {
    await assert.rejects(run({ writers: [] }), {
      message: 'LogBucket "logs": writers = [] is not allowed: at least one of loadBalancer, s3, logDelivery',
    });
  });
});
