import { bucketTypes } from "../buckets";
import type { ResourceRule } from "../rule";

export const s3BucketNameWithoutDots: ResourceRule = {
  id: "s3-bucket-name-without-dots",
  title: "Bucket names have no dots",
  family: "encryption",
  severity: "low",
  enforcement: "advisory",
  scope: "resource",
  types: bucketTypes,
  controls: { wellArchitected: ["SEC09-BP02"] },
  remediation:
    "Choose a name without dots; list a bucket that exists already, and cannot be renamed, in existingBuckets.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
  parameters: {
    existingBuckets: {
      type: "array",
      items: { type: "string" },
      description: "Buckets with a dot in their name that stay because they hold data.",
      default: [],
    },
  },
  check(bucket, { fail, parameter }) {
    const name = bucket.text("bucket");
    if (name === undefined || !name.includes(".") || parameter<string[]>("existingBuckets").includes(name)) return;
    fail(`The name "${name}" has a dot, which the certificate of S3's virtual-hosted addresses does not cover.`);
  },
};
