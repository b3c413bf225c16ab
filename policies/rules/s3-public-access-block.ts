import { bucketTypes, satellites } from "../buckets";
import { isTrue } from "../read";
import type { Resource } from "../resource";
import type { StackRule } from "../rule";

export const s3PublicAccessBlock: StackRule = {
  id: "s3-public-access-block",
  title: "Buckets block public access in all four ways",
  family: "public-access",
  severity: "critical",
  enforcement: "mandatory",
  scope: "stack",
  types: bucketTypes,
  controls: { fsbp: ["S3.8"], cis: ["2.1.4"], wellArchitected: ["SEC03-BP07"] },
  remediation: "Add a BucketPublicAccessBlock for the bucket with all four flags true.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
  check(bucket, { fail, stack }) {
    const accountWide = stack.ofType(["aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"]);
    if (accountWide.some((block) => missing(block).length === 0)) return;
    const blocks = satellites(stack, bucket, ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"]);
    if (blocks.length === 0) return fail("No BucketPublicAccessBlock exists for the bucket.");
    for (const block of blocks) {
      const open = missing(block);
      if (open.length > 0) fail(`${open.join(", ")} not true in the BucketPublicAccessBlock "${block.name}".`);
    }
  },
};

function missing(block: Resource): string[] {
  const flags = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
  return flags.filter((flag) => !isTrue(block.value(flag)));
}
