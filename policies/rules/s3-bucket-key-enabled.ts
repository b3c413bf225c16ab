import { encryptionTypes } from "../buckets";
import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const s3BucketKeyEnabled: ResourceRule = {
  id: "s3-bucket-key-enabled",
  title: "Buckets with a KMS key use a bucket key",
  family: "cost",
  severity: "low",
  enforcement: "advisory",
  scope: "resource",
  types: encryptionTypes,
  controls: { wellArchitected: ["COST06-BP01"] },
  remediation: "Set bucketKeyEnabled to true: a hundredth of the calls to KMS.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html",
  check(configuration, { fail, attempt }) {
    for (const index of configuration.list("rules").keys()) {
      attempt(() => {
        const algorithm = configuration.text(`rules.${index}.applyServerSideEncryptionByDefault.sseAlgorithm`);
        if (algorithm === "aws:kms" && !isTrue(configuration.value(`rules.${index}.bucketKeyEnabled`))) {
          fail(`rules.${index}.bucketKeyEnabled is not true.`);
        }
      });
    }
  },
};
