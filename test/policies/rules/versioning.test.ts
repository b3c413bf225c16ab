import type { ResourceData } from "../../../policies/resource";
import { rdsBackupRetention } from "../../../policies/rules/rds-backup-retention";
import { s3ReplicationConfigured } from "../../../policies/rules/s3-replication-configured";
import { s3ReplicationIntegrity } from "../../../policies/rules/s3-replication-integrity";
import { s3VersioningEnabled } from "../../../policies/rules/s3-versioning-enabled";
import { describeRule, resource, unknown } from "../support";

const bucket = (name: string, properties: object = {}) =>
  resource("aws:s3/bucket:Bucket", name, { bucket: name, arn: `arn:aws:s3:::${name}`, ...properties });
const versioning = (of: ResourceData, status = "Enabled", type = "aws:s3/bucketVersioning:BucketVersioning") =>
  resource(type, of.name, { bucket: unknown, versioningConfiguration: { status } }, { links: { bucket: of } });

const data = bucket("data");
const logs = bucket("logs");
const logging = resource(
  "aws:s3/bucketLogging:BucketLogging",
  "data",
  { bucket: unknown, targetBucket: unknown },
  { links: { bucket: data, targetBucket: logs } },
);

describeRule(s3VersioningEnabled, {
  passes: {
    "a versioned bucket": [data, versioning(data)],
    "a bucket versioned by the deprecated type": [
      data,
      versioning(data, "Enabled", "aws:s3/bucketVersioningV2:BucketVersioningV2"),
    ],
    "a bucket versioned by the deprecated inline argument": [bucket("old", { versioning: { enabled: true } })],
    "a versioned bucket whose own outputs still say what AWS reported at first": [
      bucket("data", { versioning: { enabled: false } }),
      versioning(data),
    ],
    "a bucket that only receives access logs": [data, versioning(data), logs, logging],
    "a bucket that only receives a Beanstalk load balancer's logs": [
      logs,
      resource("aws:elasticbeanstalk/environment:Environment", "app", {
        settings: [{ namespace: "aws:elbv2:loadbalancer", name: "AccessLogsS3Bucket", value: "logs" }],
      }),
    ],
    "a bucket joined by its known name": [
      data,
      resource("aws:s3/bucketVersioning:BucketVersioning", "v", {
        bucket: "data",
        versioningConfiguration: { status: "Enabled" },
      }),
    ],
  },
  fails: {
    "a bucket without versioning": [[data], /Versioning is not enabled/],
    "a bucket whose versioning is suspended": [[data, versioning(data, "Suspended")], /Versioning is not enabled/],
    "a bucket while another is versioned": [[data, bucket("other"), versioning(data)], /Versioning is not enabled/],
    "a log bucket where the parameter grants no exemption": [
      { resources: [data, versioning(data), logs, logging], parameters: { exemptLogBuckets: false } },
      /Versioning is not enabled/,
    ],
    "a bucket that receives logs but sends its own, as data buckets do": [
      [
        bucket("data"),
        resource("aws:s3/bucketLogging:BucketLogging", "self", { bucket: "data", targetBucket: "data" }),
      ],
      /Versioning is not enabled/,
    ],
  },
  waits: {
    "a status that is not known yet": [data, versioning(data, unknown)],
    "a versioning of which nobody knows the bucket": [
      data,
      resource("aws:s3/bucketVersioning:BucketVersioning", "v", { bucket: unknown }),
    ],
  },
});

const database = (properties: object) => [resource("aws:rds/instance:Instance", "db", { ...properties })];
describeRule(rdsBackupRetention, {
  passes: {
    "a week of backups": database({ backupRetentionPeriod: 7 }),
    "a replica, which is backed up at its source": database({ replicateSourceDb: "db" }),
    "fewer days where the parameter allows them": {
      resources: database({ backupRetentionPeriod: 1 }),
      parameters: { minDays: 1 },
    },
  },
  fails: {
    "too few days": [database({ backupRetentionPeriod: 6 }), /kept for 6 days, fewer than 7/],
    "no backups": [database({ backupRetentionPeriod: 0 }), /kept for 0 days/],
    "a database that leaves it out, since the provider's default is none": [database({}), /kept for 0 days/],
  },
  waits: { "a figure that is not known yet": database({ backupRetentionPeriod: unknown }) },
});

const source = bucket("source", { region: "eu-north-1" });
const replica = bucket("replica", { region: "eu-central-1" });
const encrypted = resource(
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "source",
  { bucket: "source", rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }] },
);
const minutes = { minutes: 15 };
const destination = {
  bucket: "arn:aws:s3:::replica",
  replicationTime: { status: "Enabled", time: minutes },
  metrics: { status: "Enabled", eventThreshold: minutes },
  encryptionConfiguration: { replicaKmsKeyId: unknown },
};
const rule = {
  id: "all",
  status: "Enabled",
  filter: { prefix: "" },
  deleteMarkerReplication: { status: "Enabled" },
  sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
  destination,
};
const replication = (change: object = {}, more: object = {}) =>
  resource(
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    "source",
    { bucket: "source", rules: [{ ...rule, ...change }] },
    more,
  );
const both = [source, replica, versioning(source), versioning(replica)];
/** A replication with the role that does it. */
function withRole(service: string, actions: unknown, place = "arn:aws:s3:::replica/*"): ReturnType<typeof resource>[] {
  const role = resource("aws:iam/role:Role", "copier", {
    assumeRolePolicy: JSON.stringify({
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
    }),
  });
  const policy = resource(
    "aws:iam/rolePolicy:RolePolicy",
    "copier",
    {
      role: unknown,
      policy:
        actions === unknown
          ? unknown
          : JSON.stringify({ Statement: [{ Effect: "Allow", Action: actions, Resource: place }] }),
    },
    { links: { role } },
  );
  const made = replication({}, { links: { role } });
  return [...both, encrypted, role, policy, { ...made, properties: { ...made.properties, role: unknown } }];
}

describeRule(s3ReplicationIntegrity, {
  passes: {
    "a timed, measured copy into another region": [...both, encrypted, replication()],
    "a copy by a role that S3 assumes and that may copy": withRole("s3.amazonaws.com", ["s3:ReplicateObject"]),
    "a copy by a role that may do more": withRole("s3.amazonaws.com", "s3:Replicate*"),
    "a copy whose buckets have no known ids yet": [
      ...both,
      resource(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "source",
        { bucket: unknown, rules: [{ ...rule, destination: { ...destination, bucket: unknown } }] },
        { links: { bucket: source, rules: replica } },
      ),
    ],
    "a copy to a bucket outside the stack that is allowed": {
      resources: [source, versioning(source), replication()],
      parameters: { allowedDestinations: ["arn:aws:s3:::replica"] },
    },
    "a plain copy where the parameter does not ask for the time control": {
      resources: [
        ...both,
        replication({ destination: { ...destination, replicationTime: undefined, metrics: undefined } }),
      ],
      parameters: { requireReplicationTime: false },
    },
  },
  fails: {
    "a role that S3 cannot assume": [withRole("ec2.amazonaws.com", "s3:ReplicateObject"), /S3 cannot assume/],
    "a role that may copy somewhere else": [
      withRole("s3.amazonaws.com", "s3:ReplicateObject", "arn:aws:s3:::another/*"),
      /"copier" is not allowed to replicate objects to "replica"/,
    ],
    "a role that may only read": [withRole("s3.amazonaws.com", "s3:Get*"), /"copier" is not allowed to replicate/],
    "a rule that is disabled": [[...both, replication({ status: "Disabled" })], /rules\.0\.status/],
    "a source without versions": [
      [source, replica, versioning(replica), replication()],
      /source "source" is not versioned/,
    ],
    "a destination without versions": [
      [source, replica, versioning(source), replication()],
      /destination "replica" is not versioned/,
    ],
    "a copy within one region": [
      [source, bucket("replica", { region: "eu-north-1" }), versioning(source), versioning(replica), replication()],
      /both in eu-north-1/,
    ],
    "a copy to a bucket that nobody knows": [
      [source, versioning(source), replication()],
      /neither in this stack nor allowed/,
    ],
    "a copy without the time control": [
      [...both, replication({ destination: { ...destination, replicationTime: undefined } })],
      /replicationTime is not enabled/,
    ],
    "the time control without metrics": [
      [...both, replication({ destination: { ...destination, metrics: { status: "Disabled" } } })],
      /metrics is not enabled/,
    ],
    "a rule that leaves delete markers unstated": [
      [...both, replication({ deleteMarkerReplication: undefined })],
      /deleteMarkerReplication is not stated/,
    ],
    "a rule that skips what the source encrypts": [
      [...both, encrypted, replication({ sourceSelectionCriteria: undefined })],
      /skips objects encrypted with KMS/,
    ],
    "a copy of encrypted objects without a key at the destination": [
      [...both, encrypted, replication({ destination: { ...destination, encryptionConfiguration: undefined } })],
      /names no key/,
    ],
  },
  waits: {
    "what the role may do": withRole("s3.amazonaws.com", unknown),
    "regions that are not known yet": [
      bucket("source"),
      bucket("replica"),
      versioning(source),
      versioning(replica),
      replication(),
    ],
    "a destination that nobody can tell yet": [
      ...both,
      replication({ destination: { ...destination, bucket: unknown } }),
    ],
  },
});

const tagged = bucket("data", { tags: { DataClass: "documents" } });
const copied = (of: ResourceData, to: ResourceData) =>
  resource(
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    "copies",
    { bucket: unknown, rules: [{ destination: { bucket: to.properties.arn } }] },
    { links: { bucket: of, rules: to } },
  );
describeRule(s3ReplicationConfigured, {
  passes: {
    "a bucket of data that is copied": [tagged, bucket("copy"), copied(tagged, bucket("copy"))],
    "a bucket that is no loss": [bucket("scratch")],
    "a copy of data, which needs none of its own": [bucket("original"), tagged, copied(bucket("original"), tagged)],
    "a bucket that another tag is asked of": {
      resources: [tagged],
      parameters: { dataTag: "Confidential" },
    },
  },
  fails: {
    "a bucket of data without a copy": [[tagged], /No BucketReplicationConfig copies the bucket/],
    "a bucket of data while another is copied": [
      [tagged, bucket("other"), bucket("copy"), copied(bucket("other"), bucket("copy"))],
      /No BucketReplicationConfig/,
    ],
    "a bucket known by another tag": [
      { resources: [bucket("data", { tags: { Confidential: "yes" } })], parameters: { dataTag: "Confidential" } },
      /No BucketReplicationConfig/,
    ],
  },
  waits: { "tags that are not known yet": [bucket("data", { tags: unknown })] },
});
