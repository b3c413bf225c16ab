import assert from "node:assert/strict";
import { ReplicatedBucket, type ReplicatedBucketArgs } from "../../infra/replicated-bucket";
import { AWS_OUTPUTS } from "../support/aws-outputs";
import { runMocked, valueOf, type Run } from "../support/mocks";

const HOME_KEY = "arn:aws:kms:eu-north-1:111122223333:key/home";
const REPLICA_KEY = "arn:aws:kms:eu-west-1:111122223333:key/replica";
const APPLICATION = "arn:aws:iam::111122223333:role/ai-prism-instance-role";
const REPLICATION = "arn:aws:iam::111122223333:role/ai-prism-s3-replication-role";
const ARGS: ReplicatedBucketArgs = {
  bucketName: "ai-prism",
  region: "eu-north-1",
  kmsKeyArn: HOME_KEY,
  logBucketName: "logs",
  replica: {
    bucketName: "ai-prism-backups",
    region: "eu-west-1",
    kmsKeyArn: REPLICA_KEY,
    logBucketName: "replica-logs",
  },
  accountId: "111122223333",
  replicationRoleName: "ai-prism-s3-replication-role",
  applicationRoleArn: APPLICATION,
  administratorArns: ["arn:aws:iam::111122223333:role/archivist"],
  infrequentAccessAfterDays: 30,
  expireOldVersionsAfterDays: 90,
  failureTopicArn: "arn:aws:sns:eu-north-1:111122223333:ai-prism-alerts",
};

function run(args: Partial<ReplicatedBucketArgs> = {}, preview = false): Promise<Run<ReplicatedBucket>> {
  return runMocked(() => new ReplicatedBucket("documents", { ...ARGS, ...args }), { preview, outputs: AWS_OUTPUTS });
}

describe("ReplicatedBucket", () => {
  let update: Run<ReplicatedBucket>;
  before(async () => {
    update = await run();
  });

  const RESOURCES = ["documents", "documents-replica"].flatMap((name) =>
    [
      "bucket:Bucket",
      "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "bucketLogging:BucketLogging",
      "bucketOwnershipControls:BucketOwnershipControls",
      "bucketPolicy:BucketPolicy",
      "bucketPublicAccessBlock:BucketPublicAccessBlock",
      "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "bucketVersioning:BucketVersioning",
    ].map((type) => `aws:s3/${type} ${name}`),
  );
  RESOURCES.push(
    "aws:iam/role:Role documents-replication",
    "aws:iam/rolePolicy:RolePolicy documents-replication",
    "aws:s3/bucketNotification:BucketNotification documents",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig documents",
  );
  RESOURCES.sort();
  it("registers exactly its resources in an update", () => {
    assert.deepEqual(update.list(), RESOURCES);
  });
  it("registers exactly its resources in preview", async () => {
    assert.deepEqual((await run({}, true)).list(), RESOURCES);
  });

  it("copies everything, delete markers too, within 15 minutes, to the other region under the key there", () => {
    const replication = update.one("aws:s3/bucketReplicationConfig:BucketReplicationConfig");
    assert.equal(replication.inputs.role, REPLICATION);
    assert.deepEqual(replication.inputs.rules, [
      {
        id: "everything",
        priority: 0,
        status: "Enabled",
        filter: { prefix: "" },
        deleteMarkerReplication: { status: "Enabled" },
        sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
        destination: {
          bucket: "arn:aws:s3:::ai-prism-backups",
          storageClass: "STANDARD_IA",
          encryptionConfiguration: { replicaKmsKeyId: REPLICA_KEY },
          replicationTime: { status: "Enabled", time: { minutes: 15 } },
          metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
        },
      },
    ]);
    assert.equal(update.one("aws:s3/bucket:Bucket", "documents-replica").inputs.region, "eu-west-1");
  });

  it("replicates only once both sides keep versions and the role may", () => {
    const waited = update
      .one("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
      .dependencies.map((urn) => urn.split("$").at(-1));
    for (const dependency of [
      "aws:s3/bucketVersioning:BucketVersioning::documents",
      "aws:s3/bucketVersioning:BucketVersioning::documents-replica",
      "aws:iam/rolePolicy:RolePolicy::documents-replication",
    ]) {
      assert.ok(waited.includes(dependency), dependency);
    }
  });

  it("gives the replication role exactly what S3 needs", () => {
    const role = update.one("aws:iam/role:Role").inputs;
    assert.deepEqual(JSON.parse(role.assumeRolePolicy).Statement[0].Principal, { Service: "s3.amazonaws.com" });
    const via = (region: string) => ({ StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } });
    assert.deepEqual(JSON.parse(update.one("aws:iam/rolePolicy:RolePolicy").inputs.policy).Statement, [
      {
        Effect: "Allow",
        Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
        Resource: "arn:aws:s3:::ai-prism",
      },
      {
        Effect: "Allow",
        Action: ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
        Resource: "arn:aws:s3:::ai-prism/*",
      },
      {
        Effect: "Allow",
        Action: ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
        Resource: "arn:aws:s3:::ai-prism-backups/*",
      },
      { Effect: "Allow", Action: ["kms:Decrypt"], Resource: HOME_KEY, Condition: via("eu-north-1") },
      {
        Effect: "Allow",
        Action: ["kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt"],
        Resource: REPLICA_KEY,
        Condition: via("eu-west-1"),
      },
    ]);
  });

  it("keeps objects from everybody but the named roles, on both sides", () => {
    for (const [name, arn] of [
      ["documents", "arn:aws:s3:::ai-prism"],
      ["documents-replica", "arn:aws:s3:::ai-prism-backups"],
    ]) {
      const { Statement } = JSON.parse(update.one("aws:s3/bucketPolicy:BucketPolicy", name).inputs.policy);
      const [tls, objects] = Statement;
      assert.equal(tls.Sid, "TlsOnly");
      assert.equal(objects.Effect, "Deny");
      assert.equal(objects.Resource, `${arn}/*`);
      assert.deepEqual(objects.Condition, {
        ArnNotEquals: { "aws:PrincipalArn": [APPLICATION, REPLICATION, "arn:aws:iam::111122223333:role/archivist"] },
      });
      assert.ok(!objects.Action.includes("s3:*"), "the bucket's settings stay open to administrators");
    }
  });

  it("moves documents to Standard-IA after 30 days and lets old versions go after 90", () => {
    const { rules } = update.one(
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "documents",
    ).inputs;
    assert.deepEqual(rules[0].transitions, [{ days: 30, storageClass: "STANDARD_IA" }]);
    assert.deepEqual(rules[1].noncurrentVersionExpiration, { noncurrentDays: 90 });
    assert.deepEqual(rules[2].abortIncompleteMultipartUpload, { daysAfterInitiation: 7 });
  });

  it("logs accesses in each region and tells of what was not copied", () => {
    const target = (name: string) => update.one("aws:s3/bucketLogging:BucketLogging", name).inputs.targetBucket;
    assert.deepEqual([target("documents"), target("documents-replica")], ["logs", "replica-logs"]);
    const [topic] = update.one("aws:s3/bucketNotification:BucketNotification").inputs.topics;
    assert.equal(topic.topicArn, ARGS.failureTopicArn);
    assert.ok(topic.events.includes("s3:Replication:OperationFailedReplication"));
  });

  it("encrypts each side with the key of its region", () => {
    const key = (name: string) =>
      update.one("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", name).inputs
        .rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId;
    assert.deepEqual([key("documents"), key("documents-replica")], [HOME_KEY, REPLICA_KEY]);
  });

  it("lets instances work with documents and only read their copies", async () => {
    const statements = (await valueOf(update.result.instanceStatements))!;
    const on = (resource: string) => statements.find(({ Resource }) => Resource === resource)?.Action;
    assert.deepEqual(on("arn:aws:s3:::ai-prism/*"), [
      "s3:GetObject",
      "s3:PutObject",
      "s3:DeleteObject",
      "s3:AbortMultipartUpload",
    ]);
    assert.equal(on("arn:aws:s3:::ai-prism-backups/*"), "s3:GetObject");
  });

  it("tells nobody of failures when nobody is named", async () => {
    const { all } = await run({ failureTopicArn: undefined });
    assert.deepEqual(all("aws:s3/bucketNotification:BucketNotification"), []);
  });

  it("protects both buckets unless disposable", async () => {
    assert.deepEqual(
      update.all("aws:s3/bucket:Bucket").map(({ protect }) => protect),
      [true, true],
    );
    const disposable = await run({ disposable: true });
    assert.deepEqual(
      disposable.all("aws:s3/bucket:Bucket").map(({ inputs }) => inputs.forceDestroy),
      [true, true],
    );
  });

  it("applies transforms to either side", async () => {
    const { one } = await run({ transform: { replica: { bucket: { tags: { Side: "copy" } } } } });
    assert.deepEqual(one("aws:s3/bucket:Bucket", "documents-replica").inputs.tags, { Side: "copy" });
    assert.equal(one("aws:s3/bucket:Bucket", "documents").inputs.tags, undefined);
  });

  it("refuses a replica in its own region, and a move to Standard-IA that S3 refuses", async () => {
    await assert.rejects(run({ replica: { ...ARGS.replica, region: "eu-north-1" } }), {
      message:
        'ReplicatedBucket "documents": replica.region = "eu-north-1" is not allowed: another region than eu-north-1',
    });
    await assert.rejects(run({ infrequentAccessAfterDays: 29 }), {
      message: 'ReplicatedBucket "documents": infrequentAccessAfterDays = 29 is not allowed: 30 or more days',
    });
  });
});
