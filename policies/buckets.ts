import { beanstalkTypes, optionSettings } from "./beanstalk";
import { Deferred, isTrue, read } from "./read";
import type { Resource } from "./resource";
import type { StackIndex } from "./stack-index";

export const bucketTypes = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"] as const;

export const versioningTypes = [
  "aws:s3/bucketVersioning:BucketVersioning",
  "aws:s3/bucketVersioningV2:BucketVersioningV2",
] as const;

export const encryptionTypes = [
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
] as const;

export const loggingTypes = ["aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2"] as const;

/**
 * The resources that configure one aspect of a bucket. A bucket's own outputs repeat what AWS reported when the bucket
 * was created, so where such a resource exists, it decides and the bucket's inline argument does not.
 * @throws Deferred when there is none, but one whose bucket is not known yet could be it
 */
export function satellites(stack: StackIndex, bucket: Resource, types: readonly string[]): Resource[] {
  const { found, unknown } = stack.referrers(bucket, types, "bucket");
  if (found.length === 0 && unknown.length > 0) throw new Deferred("bucket");
  return found;
}

/** Whether a bucket keeps versions. @throws Deferred */
export function versioned(stack: StackIndex, bucket: Resource): boolean {
  const configurations = satellites(stack, bucket, versioningTypes);
  if (configurations.length > 0) {
    return configurations.some((one) => one.value("versioningConfiguration.status") === "Enabled");
  }
  const inline = bucket.list("versioning")[0] ?? bucket.list("versionings")[0];
  const enabled = read(inline, "enabled");
  if (enabled.state === "unknown") throw new Deferred("versioning.enabled");
  return enabled.state === "known" && isTrue(enabled.value);
}

/** The server-side encryption algorithms configured for a bucket. @throws Deferred */
export function encryptionAlgorithms(stack: StackIndex, bucket: Resource): string[] {
  const configurations = satellites(stack, bucket, encryptionTypes);
  const algorithms = (resource: Resource, rules: string, byDefault: string) =>
    resource.list(rules).flatMap((_, index) => {
      const algorithm = resource.text(`${rules}.${index}.${byDefault}.sseAlgorithm`);
      return algorithm === undefined ? [] : [algorithm];
    });
  if (configurations.length > 0) {
    return configurations.flatMap((one) => algorithms(one, "rules", "applyServerSideEncryptionByDefault"));
  }
  // S3 encrypts every bucket, and reports that of those that state nothing, too.
  if (!bucket.gives("serverSideEncryptionConfiguration")) return [];
  const inline = bucket.text("serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault.sseAlgorithm");
  return inline === undefined ? [] : [inline];
}

export const lifecycleTypes = [
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
] as const;

/** Where access logs are sent: type, the property that names the bucket, and its path inside that property. */
const logWriters: readonly { types: readonly string[]; property: string; path?: string }[] = [
  { types: loggingTypes, property: "targetBucket" },
  {
    types: ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"],
    property: "accessLogs",
    path: "accessLogs.bucket",
  },
  { types: ["aws:cloudfront/distribution:Distribution"], property: "loggingConfig", path: "loggingConfig.bucket" },
  {
    types: ["aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"],
    property: "deliveryDestinationConfiguration",
    path: "deliveryDestinationConfiguration.destinationResourceArn",
  },
];

/**
 * Whether a bucket is a target of access logs and nothing else: it sends no access logs of its own and is no part of a
 * replication.
 */
export function receivesOnlyLogs(stack: StackIndex, bucket: Resource): boolean {
  const isTarget =
    logWriters.some(({ types, property, path }) => stack.referrers(bucket, types, property, path).found.length > 0) ||
    stack.ofType(beanstalkTypes).some((environment) => takesBeanstalkLogs(environment, bucket));
  if (!isTarget) return false;
  const replication = ["aws:s3/bucketReplicationConfig:BucketReplicationConfig"];
  return (
    stack.referrers(bucket, loggingTypes, "bucket").found.length === 0 &&
    stack.referrers(bucket, replication, "bucket").found.length === 0
  );
}

/** Whether a Beanstalk environment's load balancer logs to a bucket: by name, or by what its settings came from. */
function takesBeanstalkLogs(environment: Resource, bucket: Resource): boolean {
  if (environment.read("settings").state !== "known") return false;
  const name = bucket.read("bucket");
  const from = environment.data.propertyDependencies?.settings ?? [];
  return optionSettings(environment).some((setting) => {
    if (setting.name !== "AccessLogsS3Bucket") return false;
    const value = environment.read(setting.path);
    if (value.state !== "known" || name.state !== "known") return from.includes(bucket.urn);
    return value.value === name.value;
  });
}
