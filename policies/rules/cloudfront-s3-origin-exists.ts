import { s3Origins } from "../origins";
import type { StackRule } from "../rule";

export const cloudfrontS3OriginExists: StackRule = {
  id: "cloudfront-s3-origin-exists",
  title: "Nobody can put his own bucket behind a distribution",
  family: "public-access",
  severity: "high",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:cloudfront/distribution:Distribution"],
  controls: { fsbp: ["CloudFront.12"], wellArchitected: ["SEC03-BP07"] },
  remediation: "Make the bucket in the same program, or name its domain in otherOrigins once it is sure to exist.",
  url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistS3AndCustomOrigins.html",
  parameters: {
    otherOrigins: {
      type: "array",
      items: { type: "string" },
      description: "Domain names of buckets of other programs.",
      default: [],
    },
  },
  check(distribution, { fail, attempt, parameter, stack }) {
    for (const { path, buckets } of s3Origins(stack, distribution)) {
      attempt(() => {
        const domain = distribution.text(`${path}.domainName`) ?? "";
        if (buckets.length > 0 || parameter<string[]>("otherOrigins").includes(domain)) return;
        fail(`${path} is a bucket of no resource here; whoever makes one of that name serves this domain.`);
      });
    }
  },
};
