import type { ResourceRule } from "../rule";

export const cloudfrontWaf: ResourceRule = {
  id: "cloudfront-waf",
  title: "Distributions have a firewall",
  family: "network",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:cloudfront/distribution:Distribution"],
  controls: { fsbp: ["CloudFront.6"], wellArchitected: ["SEC05-BP03"] },
  remediation: "Set webAclId to the ARN of a WAFv2 WebAcl of scope CLOUDFRONT.",
  url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-web-awswaf.html",
  check(distribution, { fail }) {
    // A firewall whose ARN is not known yet is one all the same.
    const acl = distribution.read("webAclId");
    if (acl.state === "absent" || (acl.state === "known" && acl.value === "")) fail("webAclId is not set.");
  },
};
