import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createChild, type Transform } from "./component";
import { policyJson, type Statement } from "./policy-document";

/** Transforms of a bucket and of what makes it safe. */
export interface BucketTransforms {
  readonly bucket?: Transform<aws.s3.BucketArgs>;
  readonly publicAccessBlock?: Transform<aws.s3.BucketPublicAccessBlockArgs>;
  readonly ownership?: Transform<aws.s3.BucketOwnershipControlsArgs>;
  readonly versioning?: Transform<aws.s3.BucketVersioningArgs>;
  readonly encryption?: Transform<aws.s3.BucketServerSideEncryptionConfigurationArgs>;
  readonly lifecycle?: Transform<aws.s3.BucketLifecycleConfigurationArgs>;
  readonly policy?: Transform<aws.s3.BucketPolicyArgs>;
  readonly logging?: Transform<aws.s3.BucketLoggingArgs>;
}

/** What makes one bucket differ from another. Private, versioned, encrypted and TLS-only they all are. */
export interface BucketSettings {
  /** Physical name. Changing it replaces the bucket. */
  readonly bucketName: string;
  readonly region: string;
  /** Key in the bucket's region; without one, S3's own key, where the writing service accepts nothing else. */
  readonly kmsKeyArn?: pulumi.Input<string>;
  readonly lifecycleRules: readonly aws.types.input.s3.BucketLifecycleConfigurationRule[];
  /** Who may do what, beside the rule that everything comes over TLS. */
  readonly statements: (bucketArn: pulumi.Output<string>) => pulumi.Input<Statement>[];
  /** Bucket in the same region that S3 logs accesses to, under this bucket's name. */
  readonly logBucketName?: pulumi.Input<string>;
  /** Lets `pulumi destroy` delete the bucket with what is in it. @default false */
  readonly disposable?: boolean;
  /** Tags beside those that everything has. @default none */
  readonly tags?: Readonly<Record<string, string>>;
  /** What has to be there before objects are encrypted with the key. @default nothing */
  readonly beforeEncryption?: readonly pulumi.Resource[];
}

/** A bucket and what makes it safe. */
export interface BucketNodes {
  readonly bucket: aws.s3.Bucket;
  readonly publicAccessBlock: aws.s3.BucketPublicAccessBlock;
  readonly ownership: aws.s3.BucketOwnershipControls;
  readonly versioning: aws.s3.BucketVersioning;
  readonly encryption: aws.s3.BucketServerSideEncryptionConfiguration;
  readonly lifecycle: aws.s3.BucketLifecycleConfiguration;
  readonly policy: aws.s3.BucketPolicy;
  readonly logging?: aws.s3.BucketLogging;
}

/** Creates a bucket and its satellites as children of a component, all named `name`. */
export function createBucket(
  parent: pulumi.ComponentResource,
  name: string,
  settings: BucketSettings,
  transforms: BucketTransforms = {},
): BucketNodes {
  const { region, kmsKeyArn } = settings;
  const bucket = createChild(
    parent,
    transforms.bucket,
    aws.s3.Bucket,
    name,
    { bucket: settings.bucketName, region, forceDestroy: settings.disposable ?? false, tags: settings.tags },
    { protect: !settings.disposable },
  );
  const placed = { bucket: bucket.id, region };
  const ownership = createChild(parent, transforms.ownership, aws.s3.BucketOwnershipControls, name, {
    ...placed,
    rule: { objectOwnership: "BucketOwnerEnforced" },
  });
  // S3 answers settings of one bucket's access that arrive together with a conflict: ownership, block, policy in turn.
  const publicAccessBlock = createChild(
    parent,
    transforms.publicAccessBlock,
    aws.s3.BucketPublicAccessBlock,
    name,
    {
      ...placed,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    { dependsOn: [ownership] },
  );
  const versioning = createChild(parent, transforms.versioning, aws.s3.BucketVersioning, name, {
    ...placed,
    versioningConfiguration: { status: "Enabled" },
  });
  const encryption = createChild(
    parent,
    transforms.encryption,
    aws.s3.BucketServerSideEncryptionConfiguration,
    name,
    {
      ...placed,
      rules: [
        kmsKeyArn === undefined
          ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
          : {
              applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn },
              // One data key for many objects: a hundredth of the calls to KMS.
              bucketKeyEnabled: true,
            },
      ],
    },
    { dependsOn: [...(settings.beforeEncryption ?? [])] },
  );
  const lifecycle = createChild(
    parent,
    transforms.lifecycle,
    aws.s3.BucketLifecycleConfiguration,
    name,
    { ...placed, rules: [...settings.lifecycleRules, ABORT_INCOMPLETE_UPLOADS] },
    // Rules about old versions mean nothing before there are versions.
    { dependsOn: [versioning] },
  );
  const policy = createChild(
    parent,
    transforms.policy,
    aws.s3.BucketPolicy,
    name,
    { ...placed, policy: policyJson([tlsOnly(bucket.arn), ...settings.statements(bucket.arn)]) },
    { dependsOn: [publicAccessBlock] },
  );
  const logging =
    settings.logBucketName === undefined
      ? undefined
      : createChild(parent, transforms.logging, aws.s3.BucketLogging, name, {
          ...placed,
          targetBucket: settings.logBucketName,
          targetPrefix: `s3/${settings.bucketName}/`,
        });
  return { bucket, publicAccessBlock, ownership, versioning, encryption, lifecycle, policy, logging };
}

/** Denies everything that does not come over TLS. */
function tlsOnly(bucketArn: pulumi.Input<string>): Statement {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, pulumi.interpolate`${bucketArn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/** Uploads that were never finished are paid for and never seen. */
const ABORT_INCOMPLETE_UPLOADS = {
  id: "abort-incomplete-uploads",
  status: "Enabled",
  filter: { prefix: "" },
  abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
} as const;

/** Lifecycle rule: objects go after so many days, old versions of them after so many more. */
export function expireAfter(days: number, oldVersionDays: number) {
  return {
    id: "expire",
    status: "Enabled",
    filter: { prefix: "" },
    expiration: { days },
    noncurrentVersionExpiration: { noncurrentDays: oldVersionDays },
  } as const;
}

/** Lifecycle rule: an overwritten or deleted object can be brought back for so many days. */
export function expireOldVersions(days: number, id = "old-versions") {
  return {
    id,
    status: "Enabled",
    filter: { prefix: "" },
    noncurrentVersionExpiration: { noncurrentDays: days },
  } as const;
}
