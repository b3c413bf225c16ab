import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const s3AccountPublicAccessBlock: ResourceRule = {
  id: "s3-account-public-access-block",
  title: "The account blocks public buckets in all four ways",
  family: "public-access",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"],
  controls: { fsbp: ["S3.1"], cis: ["2.1.4"], wellArchitected: ["SEC03-BP07"] },
  remediation: "Set all four flags to true.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html",
  check(block, { fail, attempt }) {
    for (const flag of ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"]) {
      attempt(() => {
        if (!isTrue(block.value(flag))) fail(`${flag} is not true.`);
      });
    }
  },
};
