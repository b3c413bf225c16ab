import { bucketTypes, loggingTypes, receivesOnlyLogs, satellites } from "../buckets";
import type { StackRule } from "../rule";

export const s3AccessLogging: StackRule = {
  id: "s3-access-logging",
  title: "Buckets log who reads and writes them",
  family: "observability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: bucketTypes,
  controls: { fsbp: ["S3.9"], wellArchitected: ["SEC04-BP01"] },
  remediation: "Add a BucketLogging with a log bucket of the same region. A bucket that others log to is let off.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html",
  check(bucket, { fail, stack }) {
    if (satellites(stack, bucket, loggingTypes).length > 0) return;
    const inline = [...bucket.list("logging"), ...bucket.list("loggings")];
    // Logging the delivery of logs would never end.
    if (inline.length === 0 && !receivesOnlyLogs(stack, bucket)) fail("No BucketLogging exists for the bucket.");
  },
};
