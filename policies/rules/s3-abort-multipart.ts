import { lifecycleTypes } from "../buckets";
import { isUnknown, read } from "../read";
import type { ResourceRule } from "../rule";

export const s3AbortMultipart: ResourceRule = {
  id: "s3-abort-multipart",
  title: "Uploads that never finish are cleared away",
  family: "cost",
  severity: "low",
  enforcement: "advisory",
  scope: "resource",
  types: lifecycleTypes,
  controls: { wellArchitected: ["COST04-BP05"] },
  remediation: "Add a lifecycle rule with abortIncompleteMultipartUpload.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html",
  check(lifecycle, { fail }) {
    const aborts = lifecycle
      .list("rules")
      .some((rule) => isUnknown(rule) || read(rule, "abortIncompleteMultipartUpload").state !== "absent");
    if (!aborts) fail("No rule has abortIncompleteMultipartUpload, so parts are kept, and paid for, forever.");
  },
};
