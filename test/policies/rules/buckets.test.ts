import { s3AbortMultipart } from "../../../policies/rules/s3-abort-multipart";
import { s3AccessLogging } from "../../../policies/rules/s3-access-logging";
import { s3AccountPublicAccessBlock } from "../../../policies/rules/s3-account-public-access-block";
import { s3AclsDisabled } from "../../../policies/rules/s3-acls-disabled";
import { s3BucketKeyEnabled } from "../../../policies/rules/s3-bucket-key-enabled";
import { s3BucketNameWithoutDots } from "../../../policies/rules/s3-bucket-name-without-dots";
import { s3CrossAccountAllowlist } from "../../../policies/rules/s3-cross-account-allowlist";
import { s3LifecycleConfigured } from "../../../policies/rules/s3-lifecycle-configured";
import { document, fixture } from "../fixture";
import { describeRule, resource, unknown } from "../support";

const bucket = resource("aws:s3/bucket:Bucket", "data", { bucket: "data" });
const logBucket = resource("aws:s3/bucket:Bucket", "logs", { bucket: "logs" });
const logging = (target = logBucket) =>
  resource(
    "aws:s3/bucketLogging:BucketLogging",
    "data",
    { bucket: unknown, targetBucket: unknown },
    { links: { bucket, targetBucket: target } },
  );
const environment = (value: unknown, links: { settings?: typeof logBucket } = {}) =>
  resource(
    "aws:elasticbeanstalk/environment:Environment",
    "app",
    { settings: [{ namespace: "aws:elbv2:loadbalancer", name: "AccessLogsS3Bucket", value }] },
    { links },
  );

describeRule(s3AccessLogging, {
  passes: {
    "a bucket that logs, and the bucket it logs to": [bucket, logBucket, logging()],
    "the deprecated inline setting": [resource("aws:s3/bucket:Bucket", "old", { logging: { targetBucket: "logs" } })],
    "a bucket that Beanstalk's load balancer logs to": [logBucket, environment("logs")],
    "the same before the name is known": [logBucket, environment(unknown, { settings: logBucket })],
  },
  fails: {
    "a bucket that logs nothing": [[bucket], /No BucketLogging exists/],
    "a bucket beside one that logs": [
      [resource("aws:s3/bucket:Bucket", "other", { bucket: "other" }), bucket, logBucket, logging()],
      /No BucketLogging/,
    ],
  },
  waits: {
    "a logging of which nobody knows the bucket": [
      bucket,
      resource("aws:s3/bucketLogging:BucketLogging", "x", { bucket: unknown, targetBucket: "elsewhere" }),
    ],
  },
});

const encryption = (algorithm: unknown, bucketKeyEnabled?: unknown) =>
  fixture("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")({
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: algorithm }, bucketKeyEnabled }],
  });
describeRule(s3BucketKeyEnabled, {
  passes: { "a bucket key": encryption("aws:kms", true), "a bucket without KMS": encryption("AES256") },
  fails: {
    "KMS without a bucket key": [encryption("aws:kms"), /bucketKeyEnabled is not true/],
    "a bucket key that is off": [encryption("aws:kms", false), /bucketKeyEnabled/],
  },
  waits: { "an algorithm that is not known yet": encryption(unknown) },
});

const versioning = resource(
  "aws:s3/bucketVersioning:BucketVersioning",
  "data",
  { bucket: unknown, versioningConfiguration: { status: "Enabled" } },
  { links: { bucket } },
);
const lifecycle = (rule: unknown) =>
  resource(
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "data",
    { bucket: unknown, rules: [rule] },
    { links: { bucket } },
  );
describeRule(s3LifecycleConfigured, {
  passes: {
    "old versions that go after a while": [
      bucket,
      versioning,
      lifecycle({ noncurrentVersionExpiration: { noncurrentDays: 90 } }),
    ],
    "a bucket without versions": [bucket],
  },
  fails: {
    "old versions that stay forever": [[bucket, versioning], /No lifecycle rule ever expires/],
    "rules about something else": [[bucket, versioning, lifecycle({ expiration: { days: 1 } })], /old versions/],
  },
  waits: {
    "a lifecycle of which nobody knows the bucket": [
      bucket,
      versioning,
      resource("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "x", { bucket: unknown, rules: [] }),
    ],
  },
});
describeRule(s3AbortMultipart, {
  passes: { "uploads that are cleared": [lifecycle({ abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } })] },
  fails: { "uploads that stay": [[lifecycle({ expiration: { days: 1 } })], /abortIncompleteMultipartUpload/] },
  waits: {
    "rules that are not known yet": fixture("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")({
      rules: unknown,
    }),
  },
});

const ownership = (objectOwnership: unknown) =>
  resource(
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "data",
    { bucket: unknown, rule: { objectOwnership } },
    { links: { bucket } },
  );
describeRule(s3AclsDisabled, {
  passes: { "a bucket without lists": [bucket, ownership("BucketOwnerEnforced")], "AWS's default": [bucket] },
  fails: {
    "a bucket that takes lists": [[bucket, ownership("BucketOwnerPreferred")], /"BucketOwnerPreferred"/],
    "a bucket whose writers own what they write": [[bucket, ownership("ObjectWriter")], /"ObjectWriter"/],
  },
  waits: { "an ownership that is not known yet": [bucket, ownership(unknown)] },
});

const provider = { allowedAccountIds: '["123456789012"]' };
const grant = (principal: unknown, condition?: object) =>
  fixture("aws:s3/bucketPolicy:BucketPolicy")(
    {
      policy: document({
        Effect: "Allow",
        Principal: { AWS: principal },
        Action: "s3:GetObject",
        Resource: "*",
        ...(condition && { Condition: condition }),
      }),
    },
    { provider },
  );
describeRule(s3CrossAccountAllowlist, {
  passes: {
    "the program's own account": grant("arn:aws:iam::123456789012:role/app"),
    "a stranger of one's own organization": grant("arn:aws:iam::999999999999:root", {
      StringEquals: { "aws:PrincipalOrgID": "o-1" },
    }),
    "an account that the parameter names": {
      resources: grant("999999999999"),
      parameters: { trustedAccounts: ["999999999999"] },
    },
  },
  fails: {
    "another account": [grant("arn:aws:iam::999999999999:root"), /lets in the account 999999999999/],
    "another account by its id": [grant(["999999999999"]), /999999999999/],
  },
  waits: {
    "an own account that is not known": fixture("aws:s3/bucketPolicy:BucketPolicy")({
      policy: document({ Effect: "Allow", Principal: { AWS: "999999999999" }, Action: "s3:*", Resource: "*" }),
    }),
  },
});

const named = (name: unknown) => fixture("aws:s3/bucket:Bucket")({ bucket: name });
describeRule(s3BucketNameWithoutDots, {
  passes: {
    "a name without dots": named("ai-prism"),
    "a name that AWS makes up": named(undefined),
    "a bucket that is there already": { resources: named("ai.prism"), parameters: { existingBuckets: ["ai.prism"] } },
  },
  fails: { "a new name with a dot": [named("ai.prism.new"), /"ai\.prism\.new" has a dot/] },
  waits: { "a name that is not known yet": named(unknown) },
});

const flags = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const account = fixture("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", flags);
describeRule(s3AccountPublicAccessBlock, {
  passes: { "an account that blocks everything": account() },
  fails: Object.fromEntries(
    Object.keys(flags).map((flag) => [`${flag} turned off`, [account({ [flag]: false }), new RegExp(`^${flag}`)]]),
  ),
  waits: { "a flag that is not known yet": account({ blockPublicAcls: unknown }) },
});
