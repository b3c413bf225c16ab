import { cloudfrontViewerTls } from "../../../policies/rules/cloudfront-viewer-tls";
import { elasticacheAtRestEncryption } from "../../../policies/rules/elasticache-at-rest-encryption";
import { elasticacheInTransitEncryption } from "../../../policies/rules/elasticache-in-transit-encryption";
import { kmsRotation } from "../../../policies/rules/kms-rotation";
import { logGroupKms } from "../../../policies/rules/log-group-kms";
import { rdsStorageEncrypted } from "../../../policies/rules/rds-storage-encrypted";
import { rdsTlsRequired } from "../../../policies/rules/rds-tls-required";
import { s3EncryptionConfigured } from "../../../policies/rules/s3-encryption-configured";
import { snsEncrypted } from "../../../policies/rules/sns-encrypted";
import { describeRule, resource, unknown } from "../support";

const database = (properties: object) => [
  resource("aws:rds/instance:Instance", "db", { engine: "postgres", ...properties }),
];
const cache = (properties: object) => [
  resource("aws:elasticache/replicationGroup:ReplicationGroup", "redis", { ...properties }),
];

describeRule(rdsStorageEncrypted, {
  passes: {
    "a database that encrypts its storage": database({ storageEncrypted: true }),
    "a replica in another region that names its key": database({
      replicateSourceDb: "arn:aws:rds:x",
      kmsKeyId: "arn:k",
    }),
  },
  fails: {
    "a database that does not": [database({ storageEncrypted: false }), /storageEncrypted is not true/],
    "a database that leaves it out, since AWS's default is off": [database({}), /storageEncrypted is not true/],
    "a cluster that leaves it out": [[resource("aws:rds/cluster:Cluster", "c")], /storageEncrypted is not true/],
  },
  waits: { "a value that is not known yet": database({ storageEncrypted: unknown }) },
});

describeRule(elasticacheAtRestEncryption, {
  passes: {
    "Redis that encrypts": cache({ engine: "redis", atRestEncryptionEnabled: true }),
    "Valkey, which encrypts unless told otherwise": cache({ engine: "valkey" }),
    "a secondary of a global datastore, whose primary decides": cache({ globalReplicationGroupId: "global" }),
    "the text that some states hold in place of a boolean": cache({ atRestEncryptionEnabled: "true" }),
  },
  fails: {
    "Redis that leaves it out": [cache({ engine: "redis" }), /atRestEncryptionEnabled is not true/],
    "a group that names no engine, which is Redis": [cache({}), /atRestEncryptionEnabled is not true/],
    "Valkey told otherwise": [cache({ engine: "valkey", atRestEncryptionEnabled: false }), /atRestEncryptionEnabled/],
  },
  waits: { "an engine that is not known yet": cache({ engine: unknown }) },
});

describeRule(elasticacheInTransitEncryption, {
  passes: {
    "a group that requires TLS": cache({ transitEncryptionEnabled: true, transitEncryptionMode: "required" }),
    "a new group that leaves the mode to AWS, which requires TLS": cache({ transitEncryptionEnabled: true }),
  },
  fails: {
    "a group without TLS": [cache({ transitEncryptionEnabled: false }), /transitEncryptionEnabled is not true/],
    "a group that leaves it out": [cache({}), /transitEncryptionEnabled is not true/],
    "a group that prefers TLS but takes plain connections": [
      cache({ transitEncryptionEnabled: true, transitEncryptionMode: "preferred" }),
      /"preferred"/,
    ],
  },
  waits: { "a mode that is not known yet": cache({ transitEncryptionEnabled: true, transitEncryptionMode: unknown }) },
});

const bucket = resource("aws:s3/bucket:Bucket", "data", { bucket: "data" });
const encryption = (algorithm: string) =>
  resource(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "data",
    { bucket: unknown, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: algorithm } }] },
    { links: { bucket } },
  );

const inline = (algorithm: string) => ({
  serverSideEncryptionConfiguration: { rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: algorithm } } },
});

describeRule(s3EncryptionConfigured, {
  passes: {
    "a bucket encrypted with a KMS key": [bucket, encryption("aws:kms")],
    "a bucket encrypted with keys of S3": [bucket, encryption("AES256")],
    "a bucket that still uses the deprecated inline argument": [
      resource("aws:s3/bucket:Bucket", "old", inline("aws:kms")),
    ],
    "an unconfigured bucket where AWS's default is enough by parameter": {
      resources: [bucket],
      parameters: { requireExplicit: false },
    },
  },
  fails: {
    "a bucket without configuration": [[bucket], /No server-side encryption is configured/],
    "a bucket of which S3 reports its own default": [
      [resource("aws:s3/bucket:Bucket", "data", { ...inline("AES256"), bucket: "data" }, { given: ["bucket"] })],
      /No server-side encryption is configured/,
    ],
    "a bucket whose configuration belongs to another": [
      [resource("aws:s3/bucket:Bucket", "other", { bucket: "other" }), bucket, encryption("aws:kms")],
      /No server-side encryption/,
    ],
    "an algorithm that S3 does not know": [[bucket, encryption("DES")], /"DES"/],
    "a bucket without a KMS key where the parameter asks for one": [
      { resources: [bucket, encryption("AES256")], parameters: { requireKms: true } },
      /not encrypted with a KMS key/,
    ],
  },
  waits: {
    "a configuration of which nobody knows the bucket": [
      bucket,
      resource("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "x", {
        bucket: unknown,
      }),
    ],
  },
});

const topic = (properties: object) => [resource("aws:sns/topic:Topic", "alerts", { ...properties })];
describeRule(snsEncrypted, {
  passes: {
    "a topic with a key": topic({ kmsMasterKeyId: "arn:aws:kms:eu-north-1:1:key/k" }),
    "a topic whose key has no known ARN yet": topic({ kmsMasterKeyId: unknown }),
  },
  fails: {
    "a topic without a key": [topic({}), /kmsMasterKeyId is not set/],
    "a topic with an empty key": [topic({ kmsMasterKeyId: "" }), /kmsMasterKeyId is not set/],
  },
  waits: {},
});

const logGroup = (properties: object) => [resource("aws:cloudwatch/logGroup:LogGroup", "app", { ...properties })];
describeRule(logGroupKms, {
  passes: { "a group whose key has no known ARN yet": logGroup({ kmsKeyId: unknown }) },
  fails: { "a group without a key": [logGroup({}), /kmsKeyId is not set/] },
  waits: {},
});

const key = (properties: object) => [resource("aws:kms/key:Key", "key", { ...properties })];
describeRule(kmsRotation, {
  passes: {
    "a key that rotates": key({ enableKeyRotation: true }),
    "a signing key, which KMS cannot rotate": key({ customerMasterKeySpec: "RSA_2048", keyUsage: "SIGN_VERIFY" }),
    "a key held in a custom store, which KMS cannot rotate": key({ customKeyStoreId: "cks-1" }),
  },
  fails: {
    "a key that leaves rotation out": [key({}), /enableKeyRotation is not true/],
    "a symmetric key told not to rotate": [
      key({ customerMasterKeySpec: "SYMMETRIC_DEFAULT", enableKeyRotation: false }),
      /enableKeyRotation/,
    ],
  },
  waits: { "a value that is not known yet": key({ enableKeyRotation: unknown }) },
});

const behavior = { viewerProtocolPolicy: "redirect-to-https" };
const own = { acmCertificateArn: "arn:aws:acm:us-east-1:1:certificate/c", minimumProtocolVersion: "TLSv1.2_2021" };
const distribution = (properties: object) => [
  resource("aws:cloudfront/distribution:Distribution", "cdn", {
    defaultCacheBehavior: behavior,
    orderedCacheBehaviors: [{ viewerProtocolPolicy: "https-only" }],
    viewerCertificate: own,
    ...properties,
  }),
];
describeRule(cloudfrontViewerTls, {
  passes: {
    "redirects and TLS 1.2 of 2021": distribution({}),
    "a later policy": distribution({ viewerCertificate: { ...own, minimumProtocolVersion: "TLSv1.3_2025" } }),
    "CloudFront's own certificate, whose minimum nobody can raise": distribution({
      viewerCertificate: { cloudfrontDefaultCertificate: true, minimumProtocolVersion: "TLSv1" },
    }),
    "a certificate whose ARN is not known yet": distribution({
      viewerCertificate: { ...own, acmCertificateArn: unknown },
    }),
  },
  fails: {
    "a default behavior that answers plain HTTP": [
      distribution({ defaultCacheBehavior: { viewerProtocolPolicy: "allow-all" } }),
      /defaultCacheBehavior\.viewerProtocolPolicy is "allow-all"/,
    ],
    "one more behavior that answers plain HTTP": [
      distribution({ orderedCacheBehaviors: [behavior, { viewerProtocolPolicy: "allow-all" }] }),
      /orderedCacheBehaviors\.1\./,
    ],
    "an old minimum": [
      distribution({ viewerCertificate: { ...own, minimumProtocolVersion: "TLSv1.1_2016" } }),
      /"TLSv1\.1_2016"/,
    ],
    "no minimum, which is TLS 1.0": [
      distribution({ viewerCertificate: { acmCertificateArn: own.acmCertificateArn } }),
      /"TLSv1"/,
    ],
    "an open behavior although another is not known yet": [
      distribution({ defaultCacheBehavior: unknown, orderedCacheBehaviors: [{ viewerProtocolPolicy: "allow-all" }] }),
      /orderedCacheBehaviors\.0/,
    ],
  },
  waits: { "a behavior that is not known yet": distribution({ defaultCacheBehavior: unknown }) },
});

const group = (parameters: unknown) =>
  resource("aws:rds/parameterGroup:ParameterGroup", "pg", { name: "pg", family: "postgres16", parameters });
const forced = group([{ name: "rds.force_ssl", value: "1" }]);
describeRule(rdsTlsRequired, {
  passes: {
    "a parameter group that forces TLS": [...database({ engineVersion: "13.9", parameterGroupName: "pg" }), forced],
    "PostgreSQL 15 and later, where the default forces it": database({ engineVersion: "16.11" }),
    "PostgreSQL without a version, which is a current one": database({}),
    "an engine that has no such parameter": database({ engine: "mysql", engineVersion: "8.0" }),
  },
  fails: {
    "a parameter group that turns it off": [
      [...database({ engineVersion: "16" }), group([{ name: "rds.force_ssl", value: "0" }])],
      /rds\.force_ssl is 0/,
    ],
    "PostgreSQL 14 whose group does not set it": [
      [...database({ engineVersion: "14.2", parameterGroupName: "pg" }), group([])],
      /its default is off before PostgreSQL 15/,
    ],
    "PostgreSQL 14 with AWS's own group": [
      database({ engineVersion: "14.2", parameterGroupName: "default.postgres14" }),
      /default parameter group/,
    ],
    "PostgreSQL 14 without a group": [database({ engineVersion: "14.2" }), /default parameter group/],
  },
  waits: {
    "a group from another stack": database({ engineVersion: "14", parameterGroupName: "shared" }),
    "a version that is not known yet": database({ engineVersion: unknown }),
  },
});
