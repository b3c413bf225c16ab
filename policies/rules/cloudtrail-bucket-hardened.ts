import { bucketTypes, loggingTypes, satellites } from "../buckets";
import { isTrue } from "../read";
import type { StackRule } from "../rule";

export const cloudtrailBucketHardened: StackRule = {
  id: "cloudtrail-bucket-hardened",
  title: "The trail's bucket is private and logs who reads it",
  family: "public-access",
  severity: "high",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:cloudtrail/trail:Trail"],
  controls: { fsbp: ["CloudTrail.6", "CloudTrail.7"], cis: ["3.4"], wellArchitected: ["SEC04-BP02"] },
  remediation: "Give the trail's bucket a BucketPublicAccessBlock with all four flags and a BucketLogging.",
  url: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
  check(trail, { fail, attempt, stack }) {
    for (const bucket of stack.target(trail, "s3BucketName", bucketTypes).resources) {
      attempt(() => {
        const blocks = satellites(stack, bucket, ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"]);
        const flags = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
        const whole = blocks.some((block) => flags.every((flag) => isTrue(block.value(flag))));
        if (!whole) fail(`The bucket "${bucket.name}" does not block public access in all four ways.`);
      });
      attempt(() => {
        if (satellites(stack, bucket, loggingTypes).length === 0) fail(`The bucket "${bucket.name}" logs no accesses.`);
      });
    }
  },
};
