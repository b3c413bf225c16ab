import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
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
    assert.equal(role.name, "ai-prism-s3-replication-role");
    assert.deepEqual(JSON.parse(role.assumeRolePolicy).Statement, [
      { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "s3.amazonaws.com" } },
    ]);
    assert.equal(update.one("aws:iam/rolePolicy:RolePolicy").inputs.role, "ai-prism-s3-replication-role");
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
      assert.deepEqual(Statement, [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [arn, `${arn}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
        {
          // Object actions alone: the bucket's settings stay open to administrators, or nobody could mend the policy.
          Sid: "DocumentsOnlyForNamedRoles",
          Effect: "Deny",
          Principal: "*",
          Action: [
            "s3:GetObject*",
            "s3:PutObject*",
            "s3:DeleteObject*",
            "s3:RestoreObject",
            "s3:ReplicateObject",
            "s3:ReplicateDelete",
          ],
          Resource: `${arn}/*`,
          Condition: {
            ArnNotEquals: {
              "aws:PrincipalArn": [APPLICATION, REPLICATION, "arn:aws:iam::111122223333:role/archivist"],
            },
          },
        },
      ]);
    }
  });

  it("moves documents to Standard-IA after 30 days and lets old versions go after 90, on the other side too", () => {
    const rules = (name: string) =>
      update.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", name).inputs.rules;
    const everything = { status: "Enabled", filter: { prefix: "" } };
    const onBothSides = [
      { ...everything, id: "old-versions", noncurrentVersionExpiration: { noncurrentDays: 90 } },
      { ...everything, id: "abort-incomplete-uploads", abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } },
    ];
    assert.deepEqual(rules("documents"), [
      { ...everything, id: "infrequent-access", transitions: [{ days: 30, storageClass: "STANDARD_IA" }] },
      ...onBothSides,
    ]);
    // Copies arrive in Standard-IA.
    assert.deepEqual(rules("documents-replica"), onBothSides);
  });

  it("never lets a current document expire", () => {
    for (const { inputs } of update.all("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")) {
      for (const rule of inputs.rules) assert.equal(rule.expiration, undefined, rule.id);
    }
  });

  it("logs accesses in each region, below the bucket's name", () => {
    const logging = (name: string) => update.one("aws:s3/bucketLogging:BucketLogging", name).inputs;
    assert.deepEqual(logging("documents"), {
      bucket: "documents-id",
      region: "eu-north-1",
      targetBucket: "logs",
      targetPrefix: "s3/ai-prism/",
    });
    assert.deepEqual(logging("documents-replica"), {
      bucket: "documents-replica-id",
      region: "eu-west-1",
      targetBucket: "replica-logs",
      targetPrefix: "s3/ai-prism-backups/",
    });
  });

  it("tells of what was not copied in time, and of nothing else", () => {
    assert.deepEqual(update.one("aws:s3/bucketNotification:BucketNotification").inputs, {
      bucket: "documents-id",
      region: "eu-north-1",
      topics: [
        {
          topicArn: ARGS.failureTopicArn,
          events: [
            "s3:Replication:OperationFailedReplication",
            "s3:Replication:OperationMissedThreshold",
            "s3:Replication:OperationNotTracked",
          ],
        },
      ],
    });
  });

  it("keeps each side in its region, encrypted with the key there", () => {
    const sides = { documents: ["eu-north-1", HOME_KEY], "documents-replica": ["eu-west-1", REPLICA_KEY] } as const;
    for (const [name, [region, kmsMasterKeyId]] of Object.entries(sides)) {
      assert.deepEqual(
        update.one("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", name)
          .inputs.rules,
        [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId }, bucketKeyEnabled: true }],
      );
      for (const part of RESOURCES.filter((resource) => /^aws:s3\/bucket.* (.*)$/.exec(resource)?.[1] === name)) {
        const [type] = part.split(" ") as [string];
        assert.equal(update.one(type, name).inputs.region, region, part);
      }
    }
  });

  it("keeps versions of both, in private", () => {
    for (const name of ["documents", "documents-replica"]) {
      assert.deepEqual(update.one("aws:s3/bucketVersioning:BucketVersioning", name).inputs.versioningConfiguration, {
        status: "Enabled",
      });
      const { bucket, region, ...blocked } = update.one(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        name,
      ).inputs;
      assert.deepEqual([bucket, region], [`${name}-id`, name === "documents" ? "eu-north-1" : "eu-west-1"]);
      assert.deepEqual(blocked, {
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
    }
  });

  it("lets instances work with documents and only read their copies", async () => {
    const via = (region: string) => ({ StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } });
    assert.deepEqual(await valueOf(update.result.instanceStatements), [
      {
        Effect: "Allow",
        Action: "s3:ListBucket",
        Resource: ["arn:aws:s3:::ai-prism", "arn:aws:s3:::ai-prism-backups"],
      },
      {
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
        Resource: "arn:aws:s3:::ai-prism/*",
      },
      { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::ai-prism-backups/*" },
      {
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: HOME_KEY,
        Condition: via("eu-north-1"),
      },
      { Effect: "Allow", Action: ["kms:Decrypt"], Resource: REPLICA_KEY, Condition: via("eu-west-1") },
    ]);
  });

  it("hands out the names and ARNs of both, and the rule that metrics are counted under", async () => {
    const { result } = update;
    assert.deepEqual(
      await Promise.all(
        [result.bucketName, result.bucketArn, result.replicaBucketName, result.replicaBucketArn].map(valueOf),
      ),
      ["ai-prism", "arn:aws:s3:::ai-prism", "ai-prism-backups", "arn:aws:s3:::ai-prism-backups"],
    );
    assert.equal(
      result.replicationRuleId,
      update.one("aws:s3/bucketReplicationConfig:BucketReplicationConfig").inputs.rules[0].id,
    );
  });

  it("warns of each name with a dot, saying why it hurts and why it stays", async () => {
    const { warn } = pulumi.log;
    const warnings: string[] = [];
    const log = pulumi.log as { warn: typeof warn };
    log.warn = (message) => Promise.resolve(void warnings.push(message));
    try {
      await run();
      assert.deepEqual(warnings, []);
      await run({ bucketName: "ai.prism" });
    } finally {
      log.warn = warn;
    }
    assert.deepEqual(warnings, [
      "ai.prism has a dot in its name, which the certificate of S3's virtual-hosted addresses does not cover. " +
        "It stays because it holds data and a bucket cannot be renamed; clients have to use path-style addresses.",
    ]);
  });

  it("tells nobody of failures when nobody is named", async () => {
    const { all } = await run({ failureTopicArn: undefined });
    assert.deepEqual(all("aws:s3/bucketNotification:BucketNotification"), []);
  });

  it("protects both buckets and what is in them, unless disposable", async () => {
    const lifted = ({ all }: Run<ReplicatedBucket>) =>
      all("aws:s3/bucket:Bucket").map(({ protect, inputs }) => [protect, inputs.forceDestroy]);
    assert.deepEqual(lifted(update), [
      [true, false],
      [true, false],
    ]);
    const disposable = await run({ disposable: true });
    assert.deepEqual(lifted(disposable), [
      [false, true],
      [false, true],
    ]);
    const rest = ({ resources }: Run<ReplicatedBucket>) =>
      resources
        .filter(({ type }) => type !== "aws:s3/bucket:Bucket")
        .map(({ type, name, inputs, protect }) => ({ type, name, inputs, protect }));
    assert.deepEqual(rest(disposable), rest(update));
  });

  it("applies transforms to either side, and to what copies between them", async () => {
    const { one } = await run({
      transform: {
        source: { logging: { targetPrefix: "documents/" } },
        replica: { bucket: { tags: { Side: "copy" } } },
        replicationRole: { maxSessionDuration: 7200 },
        replication: (args) => ((args.rules as { status: string }[])[0]!.status = "Disabled"),
        notification: { eventbridge: true },
      },
    });
    assert.equal(one("aws:s3/bucketLogging:BucketLogging", "documents").inputs.targetPrefix, "documents/");
    assert.equal(
      one("aws:s3/bucketLogging:BucketLogging", "documents-replica").inputs.targetPrefix,
      "s3/ai-prism-backups/",
    );
    assert.deepEqual(one("aws:s3/bucket:Bucket", "documents-replica").inputs.tags, { Side: "copy" });
    assert.deepEqual(one("aws:s3/bucket:Bucket", "documents").inputs.tags, { DataClass: "documents" });
    assert.equal(one("aws:iam/role:Role").inputs.maxSessionDuration, 7200);
    assert.equal(one("aws:s3/bucketReplicationConfig:BucketReplicationConfig").inputs.rules[0].status, "Disabled");
    assert.equal(one("aws:s3/bucketNotification:BucketNotification").inputs.eventbridge, true);
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

  it("lets another deployment's roles at the documents, not at their copies, and at the key through S3 alone", async () => {
    const client = "arn:aws:iam::111122223333:role/service-role/old-instances";
    const { one } = await run({ otherClientArns: [client] });
    const allowed = (name: string): string[] => {
      const { Statement } = JSON.parse(one("aws:s3/bucketPolicy:BucketPolicy", name).inputs.policy as string) as {
        Statement: { Sid: string; Condition: { ArnNotEquals: Record<string, string[]> } }[];
      };
      return Statement.find(({ Sid }) => Sid === "DocumentsOnlyForNamedRoles")!.Condition.ArnNotEquals[
        "aws:PrincipalArn"
      ]!;
    };
    assert.deepEqual(
      allowed("documents").filter((arn) => !allowed("documents-replica").includes(arn)),
      [client],
    );
    const { inputs } = one("aws:iam/rolePolicy:RolePolicy", "documents-client-old-instances");
    assert.equal(inputs.role, "old-instances");
    assert.deepEqual((JSON.parse(inputs.policy as string) as { Statement: unknown }).Statement, [
      {
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: HOME_KEY,
        Condition: { StringEquals: { "kms:ViaService": "s3.eu-north-1.amazonaws.com" } },
      },
    ]);
  });
});
