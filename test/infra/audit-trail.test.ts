import assert from "node:assert/strict";
import { AuditTrail, type AuditTrailArgs } from "../../infra/audit-trail";
import { AWS_OUTPUTS } from "../support/aws-outputs";
import { runMocked, valueOf, type Run } from "../support/mocks";

const KEY = "arn:aws:kms:eu-north-1:111122223333:key/audit";
const ARGS: AuditTrailArgs = {
  trailName: "ai-prism-account",
  bucketName: "trail",
  region: "eu-north-1",
  accountId: "111122223333",
  kmsKeyArn: KEY,
  logGroupName: "/ai-prism/trail",
  retentionInDays: 730,
  logRetentionInDays: 90,
  logBucketName: "logs",
};
const TRAIL = "arn:aws:cloudtrail:eu-north-1:111122223333:trail/ai-prism-account";

function run(args: Partial<AuditTrailArgs> = {}, preview = false): Promise<Run<AuditTrail>> {
  return runMocked(() => new AuditTrail("trail", { ...ARGS, ...args }), { preview, outputs: AWS_OUTPUTS });
}

describe("AuditTrail", () => {
  let update: Run<AuditTrail>;
  before(async () => {
    update = await run();
  });

  for (const preview of [false, true]) {
    it(`registers exactly its resources ${preview ? "in preview" : "in an update"}`, async () => {
      assert.deepEqual((await run({}, preview)).list(), [
        "aws:cloudtrail/trail:Trail trail",
        "aws:cloudwatch/logGroup:LogGroup trail",
        "aws:iam/role:Role trail",
        "aws:iam/rolePolicy:RolePolicy trail",
        "aws:s3/bucket:Bucket trail",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration trail",
        "aws:s3/bucketLogging:BucketLogging trail",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls trail",
        "aws:s3/bucketPolicy:BucketPolicy trail",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock trail",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration trail",
        "aws:s3/bucketVersioning:BucketVersioning trail",
      ]);
    });
  }

  it("records every region in validated, encrypted files, and where it can be searched", () => {
    const { one } = update;
    assert.deepEqual(one("aws:cloudtrail/trail:Trail").inputs, {
      name: "ai-prism-account",
      region: "eu-north-1",
      s3BucketName: "trail-id",
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      enableLogging: true,
      kmsKeyId: KEY,
      cloudWatchLogsGroupArn: "arn:aws:logs:eu-north-1:111122223333:log-group:/ai-prism/trail:*",
      cloudWatchLogsRoleArn: "arn:aws:iam::111122223333:role/trail",
    });
    assert.deepEqual(one("aws:cloudwatch/logGroup:LogGroup").inputs, {
      name: "/ai-prism/trail",
      region: "eu-north-1",
      retentionInDays: 90,
      kmsKeyId: KEY,
    });
  });

  it("keeps events encrypted for two years, what was overwritten for two more, and logs who reads them", () => {
    const { one } = update;
    assert.deepEqual(
      one("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration").inputs.rules,
      [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY },
          bucketKeyEnabled: true,
        },
      ],
    );
    const [expire] = one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs.rules;
    assert.deepEqual(expire, {
      id: "expire",
      status: "Enabled",
      filter: { prefix: "" },
      expiration: { days: 730 },
      noncurrentVersionExpiration: { noncurrentDays: 730 },
    });
    const { targetBucket, targetPrefix } = one("aws:s3/bucketLogging:BucketLogging").inputs;
    assert.deepEqual([targetBucket, targetPrefix], ["logs", "s3/trail/"]);
  });

  it("lets CloudTrail write streams of its log group and do nothing else", () => {
    const { one } = update;
    assert.deepEqual(JSON.parse(one("aws:iam/role:Role").inputs.assumeRolePolicy).Statement, [
      { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "cloudtrail.amazonaws.com" } },
    ]);
    const { role, policy } = one("aws:iam/rolePolicy:RolePolicy").inputs;
    assert.equal(role, "trail");
    assert.deepEqual(JSON.parse(policy).Statement, [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: "arn:aws:logs:eu-north-1:111122223333:log-group:/ai-prism/trail:log-stream:*",
      },
    ]);
  });

  it("lets CloudTrail alone into the bucket, for this one trail", () => {
    const { Statement } = JSON.parse(update.one("aws:s3/bucketPolicy:BucketPolicy").inputs.policy);
    assert.deepEqual(Statement, [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: ["arn:aws:s3:::trail", "arn:aws:s3:::trail/*"],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      {
        Sid: "TrailChecksBucket",
        Action: "s3:GetBucketAcl",
        Resource: "arn:aws:s3:::trail",
        Effect: "Allow",
        Principal: { Service: "cloudtrail.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceArn": TRAIL } },
      },
      {
        Sid: "TrailWritesEvents",
        Action: "s3:PutObject",
        Resource: "arn:aws:s3:::trail/AWSLogs/111122223333/*",
        Effect: "Allow",
        Principal: { Service: "cloudtrail.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceArn": TRAIL, "s3:x-amz-acl": "bucket-owner-full-control" } },
      },
    ]);
  });

  it("starts once CloudTrail may write to both places", () => {
    const waited = update.one("aws:cloudtrail/trail:Trail").dependencies.map((urn) => urn.split("$").at(-1));
    assert.ok(waited.includes("aws:s3/bucketPolicy:BucketPolicy::trail"));
    assert.ok(waited.includes("aws:iam/rolePolicy:RolePolicy::trail"));
  });

  it("protects the trail and its events unless disposable", async () => {
    const lifted = ({ one }: Run<AuditTrail>) => {
      const bucket = one("aws:s3/bucket:Bucket");
      return [one("aws:cloudtrail/trail:Trail").protect, bucket.protect, bucket.inputs.forceDestroy];
    };
    assert.deepEqual(lifted(update), [true, true, false]);
    assert.deepEqual(lifted(await run({ disposable: true })), [false, false, true]);
  });

  it("applies a transform to each child", async () => {
    const { one } = await run({
      transform: {
        bucket: { bucket: { tags: { Part: "events" } } },
        logGroup: { retentionInDays: 365 },
        role: { path: "/audit/" },
        trail: { insightSelectors: [{ insightType: "ApiErrorRateInsight" }] },
      },
    });
    assert.deepEqual(one("aws:s3/bucket:Bucket").inputs.tags, { Part: "events" });
    assert.equal(one("aws:cloudwatch/logGroup:LogGroup").inputs.retentionInDays, 365);
    assert.equal(one("aws:iam/role:Role").inputs.path, "/audit/");
    const trail = one("aws:cloudtrail/trail:Trail").inputs;
    assert.deepEqual(trail.insightSelectors, [{ insightType: "ApiErrorRateInsight" }]);
    assert.equal(trail.enableLogFileValidation, true);
  });

  it("hands out its ARN and the names of bucket and log group", async () => {
    const { result, one } = update;
    assert.equal(await valueOf(result.trailArn), one("aws:cloudtrail/trail:Trail").outputs.arn);
    assert.deepEqual(await Promise.all([result.bucketName, result.logGroupName].map(valueOf)), [
      "trail",
      "/ai-prism/trail",
    ]);
  });
});
