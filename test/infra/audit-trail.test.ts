import assert from "node:assert/strict";
import { AuditTrail, type AuditTrailArgs } from "../../infra/audit-trail";
import { AWS_OUTPUTS } from "../support/aws-outputs";
import { runMocked, type Run } from "../support/mocks";

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

  it("records every region in validated, encrypted files, and where it can be searched", async () => {
    const { inputs } = (await run()).one("aws:cloudtrail/trail:Trail");
    assert.deepEqual(
      [inputs.isMultiRegionTrail, inputs.includeGlobalServiceEvents, inputs.enableLogFileValidation, inputs.kmsKeyId],
      [true, true, true, KEY],
    );
    assert.equal(inputs.cloudWatchLogsGroupArn, "arn:aws:logs:eu-north-1:111122223333:log-group:/ai-prism/trail:*");
  });

  it("lets CloudTrail alone into the bucket, for this one trail", async () => {
    const { Statement } = JSON.parse((await run()).one("aws:s3/bucketPolicy:BucketPolicy").inputs.policy);
    assert.deepEqual(Statement.slice(1), [
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

  it("starts once CloudTrail may write to both places", async () => {
    const waited = (await run()).one("aws:cloudtrail/trail:Trail").dependencies.map((urn) => urn.split("$").at(-1));
    assert.ok(waited.includes("aws:s3/bucketPolicy:BucketPolicy::trail"));
    assert.ok(waited.includes("aws:iam/rolePolicy:RolePolicy::trail"));
  });

  it("is protected unless disposable, and takes a transform", async () => {
    assert.equal((await run()).one("aws:cloudtrail/trail:Trail").protect, true);
    assert.equal((await run({ disposable: true })).one("aws:cloudtrail/trail:Trail").protect, false);
    const { one } = await run({ transform: { trail: { enableLogging: false } } });
    assert.equal(one("aws:cloudtrail/trail:Trail").inputs.enableLogging, false);
  });
});
