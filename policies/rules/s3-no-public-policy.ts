import { bucketTypes } from "../buckets";
import { failIfPublic } from "../public-policy";
import type { ResourceRule } from "../rule";

export const s3NoPublicPolicy: ResourceRule = {
  id: "s3-no-public-policy",
  title: "No bucket policy lets everybody in",
  family: "public-access",
  severity: "critical",
  enforcement: "mandatory",
  scope: "resource",
  types: [...bucketTypes, "aws:s3/bucketPolicy:BucketPolicy"],
  controls: { fsbp: ["S3.2", "S3.3"], wellArchitected: ["SEC03-BP07"] },
  remediation:
    "Name the principals, or add a condition on aws:SourceArn, aws:SourceAccount, aws:PrincipalOrgID or the like.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html",
  check: failIfPublic,
};
