import { bucketTypes, receivesOnlyLogs, versioned } from "../buckets";
import type { StackRule } from "../rule";

export const s3VersioningEnabled: StackRule = {
  id: "s3-versioning-enabled",
  title: "Buckets keep old versions",
  family: "versioning",
  severity: "high",
  enforcement: "mandatory",
  scope: "stack",
  types: bucketTypes,
  controls: { fsbp: ["S3.14"], wellArchitected: ["REL09-BP01"] },
  remediation: "Add a BucketVersioning with status Enabled for the bucket.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
  parameters: {
    exemptLogBuckets: {
      type: "boolean",
      description: "Whether buckets that only receive access logs of other resources may go without versions.",
      default: true,
    },
  },
  check(bucket, { fail, parameter, stack }) {
    if (versioned(stack, bucket)) return;
    if (parameter<boolean>("exemptLogBuckets") && receivesOnlyLogs(stack, bucket)) return;
    fail("Versioning is not enabled.");
  },
};
