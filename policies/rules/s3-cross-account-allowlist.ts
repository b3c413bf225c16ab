import { bucketTypes } from "../buckets";
import { trustedAccounts } from "../policy-document";
import { failIfForeign } from "../public-policy";
import type { ResourceRule } from "../rule";

export const s3CrossAccountAllowlist: ResourceRule = {
  id: "s3-cross-account-allowlist",
  title: "Bucket policies let in listed accounts only",
  family: "public-access",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: [...bucketTypes, "aws:s3/bucketPolicy:BucketPolicy"],
  controls: { fsbp: ["S3.6"], wellArchitected: ["SEC03-BP07"] },
  remediation:
    "Remove the principal, narrow it by aws:PrincipalOrgID or the like, or name its account in trustedAccounts.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-walkthroughs-managing-access-example2.html",
  parameters: { trustedAccounts },
  check: failIfForeign,
};
