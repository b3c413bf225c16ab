import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createBucket, expireOldVersions, type BucketNodes, type BucketTransforms } from "./bucket";
import { Component, type Transform } from "./component";
import { policyJson, trustService, type Statement } from "./policy-document";

/** One side of a {@link ReplicatedBucket}. */
export interface BucketPlace {
  readonly bucketName: string;
  readonly region: string;
  /** Key in this region. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** Bucket in this region that accesses are logged to. */
  readonly logBucketName: pulumi.Input<string>;
}

/** Arguments of {@link ReplicatedBucket}. */
export interface ReplicatedBucketArgs extends BucketPlace {
  /** The copy, in another region. */
  readonly replica: BucketPlace;
  readonly accountId: string;
  readonly replicationRoleName: string;
  /** The only role that reads and writes documents, beside those named below. */
  readonly applicationRoleArn: pulumi.Input<string>;
  /** Roles of people who may read and restore documents. */
  readonly administratorArns: readonly string[];
  /**
   * Roles of another deployment that works with the documents as well, until it is retired: let in by the bucket's policy,
   * and given the use of its key through S3. @default none
   */
  readonly otherClientArns?: readonly string[];
  /** Days after which documents move to the cheaper Standard-IA class; S3 allows 30 at least. */
  readonly infrequentAccessAfterDays: number;
  /** Days that an overwritten or deleted document can still be brought back. */
  readonly expireOldVersionsAfterDays: number;
  /** Topic in the bucket's region that hears of every object that was not copied. @default none */
  readonly failureTopicArn?: pulumi.Input<string>;
  /** Lets `pulumi destroy` delete both buckets with what is in them. @default false */
  readonly disposable?: boolean;
  readonly transform?: ReplicatedBucketTransforms;
}

export interface ReplicatedBucketTransforms {
  readonly source?: BucketTransforms;
  readonly replica?: BucketTransforms;
  readonly replicationRole?: Transform<aws.iam.RoleArgs>;
  readonly replication?: Transform<aws.s3.BucketReplicationConfigArgs>;
  readonly notification?: Transform<aws.s3.BucketNotificationArgs>;
  readonly clientPolicy?: Transform<aws.iam.RolePolicyArgs>;
}

/** Id of the one rule, a dimension of the replication's metrics. */
const RULE_ID = "everything";

/** Within which S3 promises a copy of 99.9 % of objects; the only value there is. */
const REPLICATION_MINUTES = 15;

/**
 * The documents: a versioned bucket and its copy in another region, kept within 15 minutes of each other. Costs what
 * it stores, twice, and about 0.04 USD for each GB copied.
 */
export class ReplicatedBucket extends Component<ReplicatedBucketTransforms> {
  readonly bucketName: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;
  readonly replicaBucketName: pulumi.Output<string>;
  readonly replicaBucketArn: pulumi.Output<string>;
  readonly replicationRuleId: string = RULE_ID;
  /** What an instance may do: work with documents, and read their copies. */
  readonly instanceStatements: pulumi.Output<Statement[]>;
  readonly nodes: {
    readonly source: BucketNodes;
    readonly replica: BucketNodes;
    readonly replicationRole: aws.iam.Role;
    readonly replication: aws.s3.BucketReplicationConfig;
    readonly notification?: aws.s3.BucketNotification;
  };

  /** @throws InvalidArgument for a replica in the same region, or a move to Standard-IA that S3 refuses */
  constructor(name: string, args: ReplicatedBucketArgs, options?: pulumi.ComponentResourceOptions) {
    super("ReplicatedBucket", name, args.transform, options);
    const { replica: copy } = args;
    if (copy.region === args.region) this.refuse("replica.region", copy.region, `another region than ${args.region}`);
    if (args.infrequentAccessAfterDays < 30) {
      this.refuse("infrequentAccessAfterDays", args.infrequentAccessAfterDays, "30 or more days");
    }
    for (const bucketName of [args.bucketName, copy.bucketName].filter((candidate) => candidate.includes("."))) {
      void pulumi.log.warn(
        `${bucketName} has a dot in its name, which the certificate of S3's virtual-hosted addresses does not cover. ` +
          "It stays because it holds data and a bucket cannot be renamed; clients have to use path-style addresses.",
        this,
      );
    }

    const role = this.child("replicationRole", aws.iam.Role, `${name}-replication`, {
      name: args.replicationRoleName,
      description: `Copies ${args.bucketName} to ${copy.bucketName}`,
      // Without a condition on the account: S3 is not documented to name one here, and a role it cannot assume copies
      // nothing. A role can only be passed to a service in its own account anyway.
      assumeRolePolicy: trustService("s3.amazonaws.com"),
    });
    const clients = args.otherClientArns ?? [];
    const clientPolicies = clients.map((arn) => {
      const role = arn.slice(arn.lastIndexOf("/") + 1);
      return this.child("clientPolicy", aws.iam.RolePolicy, `${name}-client-${role}`, {
        name: `${args.replicationRoleName}-key-of-documents`,
        role,
        policy: policyJson(pulumi.output([useKey(args, ["kms:Decrypt", "kms:GenerateDataKey"])])),
      });
    });
    const allowed = (arns: readonly string[]) => [
      args.applicationRoleArn,
      role.arn,
      ...args.administratorArns,
      ...arns,
    ];
    const source = createBucket(
      this,
      name,
      {
        ...args,
        // By this, whoever reviews a change sees which bucket must never be without a copy.
        tags: { DataClass: "documents" },
        beforeEncryption: clientPolicies,
        lifecycleRules: [
          {
            id: "infrequent-access",
            status: "Enabled",
            filter: { prefix: "" },
            transitions: [{ days: args.infrequentAccessAfterDays, storageClass: "STANDARD_IA" }],
          },
          expireOldVersions(args.expireOldVersionsAfterDays),
        ],
        statements: (arn) => [onlyFor(arn, allowed(clients))],
      },
      args.transform?.source,
    );
    const replica = createBucket(
      this,
      `${name}-replica`,
      {
        ...copy,
        disposable: args.disposable,
        lifecycleRules: [expireOldVersions(args.expireOldVersionsAfterDays)],
        statements: (arn) => [onlyFor(arn, allowed([]))],
      },
      args.transform?.replica,
    );

    const rolePolicy = new aws.iam.RolePolicy(
      `${name}-replication`,
      { role: role.name, policy: policyJson(replicationStatements(args, source.bucket.arn, replica.bucket.arn)) },
      { parent: this },
    );
    const replication = this.child(
      "replication",
      aws.s3.BucketReplicationConfig,
      name,
      {
        region: args.region,
        bucket: source.bucket.id,
        role: role.arn,
        rules: [
          {
            id: RULE_ID,
            priority: 0,
            status: "Enabled",
            filter: { prefix: "" },
            deleteMarkerReplication: { status: "Enabled" },
            sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
            destination: {
              bucket: replica.bucket.arn,
              storageClass: "STANDARD_IA",
              encryptionConfiguration: { replicaKmsKeyId: copy.kmsKeyArn },
              replicationTime: { status: "Enabled", time: { minutes: REPLICATION_MINUTES } },
              metrics: { status: "Enabled", eventThreshold: { minutes: REPLICATION_MINUTES } },
            },
          },
        ],
      },
      // S3 checks both sides' versioning and does not check that the role may do its work.
      { dependsOn: [source.versioning, replica.versioning, rolePolicy] },
    );
    const notification =
      args.failureTopicArn === undefined
        ? undefined
        : this.child("notification", aws.s3.BucketNotification, name, {
            region: args.region,
            bucket: source.bucket.id,
            topics: [
              {
                topicArn: args.failureTopicArn,
                events: [
                  "s3:Replication:OperationFailedReplication",
                  "s3:Replication:OperationMissedThreshold",
                  "s3:Replication:OperationNotTracked",
                ],
              },
            ],
          });

    this.nodes = { source, replica, replicationRole: role, replication, notification };
    this.bucketName = source.bucket.bucket;
    this.bucketArn = source.bucket.arn;
    this.replicaBucketName = replica.bucket.bucket;
    this.replicaBucketArn = replica.bucket.arn;
    this.instanceStatements = pulumi.output([
      { Effect: "Allow", Action: "s3:ListBucket", Resource: [this.bucketArn, this.replicaBucketArn] },
      {
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
        Resource: pulumi.interpolate`${this.bucketArn}/*`,
      },
      { Effect: "Allow", Action: "s3:GetObject", Resource: pulumi.interpolate`${this.replicaBucketArn}/*` },
      useKey(args, ["kms:Decrypt", "kms:GenerateDataKey"]),
      useKey(copy, ["kms:Decrypt"]),
    ]) as pulumi.Output<Statement[]>;
    this.registerOutputs({
      bucketName: this.bucketName,
      bucketArn: this.bucketArn,
      replicaBucketName: this.replicaBucketName,
      replicaBucketArn: this.replicaBucketArn,
    });
  }
}

/**
 * Denies objects to everybody but these roles, whatever their IAM policies allow. The bucket's own settings stay open
 * to administrators, or nobody could ever mend this statement.
 */
function onlyFor(bucketArn: pulumi.Output<string>, roleArns: pulumi.Input<string>[]): Statement {
  return {
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
    Resource: pulumi.interpolate`${bucketArn}/*`,
    Condition: { ArnNotEquals: { "aws:PrincipalArn": roleArns } },
  };
}

/** Use of a side's key, through S3 alone. */
function useKey({ kmsKeyArn, region }: BucketPlace, actions: string[]): Statement {
  return {
    Effect: "Allow",
    Action: actions,
    Resource: kmsKeyArn,
    Condition: { StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } },
  };
}

/** What the replication role needs: S3 takes a role that may less, and then copies nothing without a word. */
function replicationStatements(
  args: ReplicatedBucketArgs,
  sourceArn: pulumi.Output<string>,
  replicaArn: pulumi.Output<string>,
): Statement[] {
  return [
    { Effect: "Allow", Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"], Resource: sourceArn },
    {
      Effect: "Allow",
      Action: ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
      Resource: pulumi.interpolate`${sourceArn}/*`,
    },
    {
      Effect: "Allow",
      Action: ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
      Resource: pulumi.interpolate`${replicaArn}/*`,
    },
    useKey(args, ["kms:Decrypt"]),
    // Decrypt, because a bucket key's data key is opened again for the next object.
    useKey(args.replica, ["kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt"]),
  ];
}
