import { s3Origins } from "../origins";
import { read } from "../read";
import type { StackRule } from "../rule";

export const cloudfrontHygiene: StackRule = {
  id: "cloudfront-hygiene",
  title: "Distributions list no bucket and share addresses",
  family: "public-access",
  severity: "low",
  enforcement: "advisory",
  scope: "stack",
  types: ["aws:cloudfront/distribution:Distribution"],
  controls: { fsbp: ["CloudFront.1", "CloudFront.8"], wellArchitected: ["SEC03-BP07", "COST05-BP05"] },
  remediation:
    'Set defaultRootObject where a bucket answers the root, and sslSupportMethod to "sni-only" with a certificate of your own.',
  url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html",
  check(distribution, { fail, attempt, stack }) {
    attempt(() => {
      const target = distribution.text("defaultCacheBehavior.targetOriginId");
      const root = distribution.read("defaultRootObject");
      if (root.state === "unknown" || (root.state === "known" && root.value !== "")) return;
      for (const { path } of s3Origins(stack, distribution)) {
        const origin = distribution.value(path);
        const id = read(origin, "originId");
        if (id.state === "known" && id.value === target) {
          fail("defaultRootObject is not set, so a request for the root asks the bucket for its list.");
        }
      }
    });
    attempt(() => {
      const method = distribution.text("viewerCertificate.sslSupportMethod");
      if (method !== undefined && method !== "sni-only") {
        fail(`viewerCertificate.sslSupportMethod is "${method}", which costs addresses of its own in every location.`);
      }
    });
  },
};
