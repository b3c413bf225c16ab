import { bucketTypes, satellites } from "../buckets";
import type { StackRule } from "../rule";

export const s3AclsDisabled: StackRule = {
  id: "s3-acls-disabled",
  title: "Buckets know no access control lists",
  family: "public-access",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: bucketTypes,
  controls: { fsbp: ["S3.12"], wellArchitected: ["SEC03-BP07"] },
  remediation: 'Set objectOwnership to "BucketOwnerEnforced"; grant through the bucket policy.',
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
  check(bucket, { fail, stack }) {
    // Left out, a bucket made since April 2023 has none either.
    for (const controls of satellites(stack, bucket, ["aws:s3/bucketOwnershipControls:BucketOwnershipControls"])) {
      const ownership = controls.text("rule.objectOwnership");
      if (ownership !== "BucketOwnerEnforced") fail(`objectOwnership is "${ownership ?? ""}", which allows lists.`);
    }
  },
};
