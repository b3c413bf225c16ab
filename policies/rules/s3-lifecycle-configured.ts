import { bucketTypes, lifecycleTypes, satellites, versioned } from "../buckets";
import { isUnknown, read } from "../read";
import type { StackRule } from "../rule";

export const s3LifecycleConfigured: StackRule = {
  id: "s3-lifecycle-configured",
  title: "Versioned buckets let old versions go at last",
  family: "cost",
  severity: "low",
  enforcement: "advisory",
  scope: "stack",
  types: bucketTypes,
  controls: { fsbp: ["S3.10", "S3.13"], wellArchitected: ["COST04-BP05", "SUS04-BP03"] },
  remediation: "Add a BucketLifecycleConfiguration with a rule that is Enabled and has noncurrentVersionExpiration.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html",
  check(bucket, { fail, stack }) {
    if (!versioned(stack, bucket)) return;
    const rules = satellites(stack, bucket, lifecycleTypes).flatMap((one) => one.list("rules"));
    const inline = [...bucket.list("lifecycleRules")];
    const expires = [...rules, ...inline].some(
      (rule) => isUnknown(rule) || read(rule, "noncurrentVersionExpiration").state !== "absent",
    );
    if (!expires) fail("No lifecycle rule ever expires old versions.");
  },
};
