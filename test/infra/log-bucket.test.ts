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

  it("encrypts with S3's own key, because load balancers deliver to no other", async () => {
    const { rules } = (await run()).one(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    ).inputs;
    assert.deepEqual(rules, [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }]);
  });

  it("lets exactly its writers in, each below its prefix and for this account, and everybody over TLS only", async () => {
    const { Statement } = JSON.parse((await run()).one("aws:s3/bucketPolicy:BucketPolicy").inputs.policy);
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
        Resource: "arn:aws:s3:::logs/*",
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

  it("blocks public access, disables access lists, keeps versions and lets logs go in time", async () => {
    const { one } = await run();
    const block = one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs;
    for (const flag of ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"]) {
      assert.equal(block[flag], true, flag);
    }
    assert.deepEqual(one("aws:s3/bucketOwnershipControls:BucketOwnershipControls").inputs.rule, {
      objectOwnership: "BucketOwnerEnforced",
    });
    assert.deepEqual(one("aws:s3/bucketVersioning:BucketVersioning").inputs.versioningConfiguration, {
      status: "Enabled",
    });
    const { rules } = one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs;
    assert.deepEqual(rules[0].expiration, { days: 365 });
    assert.deepEqual(rules[1].abortIncompleteMultipartUpload, { daysAfterInitiation: 7 });
  });

  it("tells its name once the writers may write", async () => {
    const { result, one } = await run();
    assert.equal(await valueOf(result.bucketName), "logs-id");
    assert.equal(await valueOf(result.bucketArn), "arn:aws:s3:::logs");
    assert.ok(
      one("aws:s3/bucketPolicy:BucketPolicy").dependencies.some((urn) => urn.endsWith("BucketPublicAccessBlock::logs")),
    );
  });

  it("is protected unless disposable", async () => {
    assert.equal((await run()).one("aws:s3/bucket:Bucket").protect, true);
    const disposable = (await run({ disposable: true })).one("aws:s3/bucket:Bucket");
    assert.deepEqual([disposable.protect, disposable.inputs.forceDestroy], [false, true]);
  });

  it("applies a transform", async () => {
    const { one } = await run({ transform: { versioning: { mfa: "device 1" } } });
    assert.equal(one("aws:s3/bucketVersioning:BucketVersioning").inputs.mfa, "device 1");
  });

  it("refuses to be nobody's", async () => {
    await assert.rejects(run({ writers: [] }), {
      message: 'LogBucket "logs": writers = [] is not allowed: at least one of loadBalancer, s3, logDelivery',
    });
  });
});
