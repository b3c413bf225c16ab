import { s3Origins } from "../origins";
import type { StackRule } from "../rule";

export const cloudfrontS3Oac: StackRule = {
  id: "cloudfront-s3-oac",
  title: "Distributions sign what they ask of a bucket",
  family: "public-access",
  severity: "high",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:cloudfront/distribution:Distribution", "aws:cloudfront/originAccessControl:OriginAccessControl"],
  controls: { fsbp: ["CloudFront.13"], wellArchitected: ["SEC03-BP07"] },
  remediation:
    'Give the origin an originAccessControlId, of an OriginAccessControl with signingBehavior "always" and "sigv4".',
  url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html",
  check(resource, { fail, attempt, stack }) {
    if (resource.type === "aws:cloudfront/originAccessControl:OriginAccessControl") {
      if (resource.text("originAccessControlOriginType") !== "s3") return;
      const [behavior, protocol] = [resource.text("signingBehavior"), resource.text("signingProtocol")];
      if (behavior !== "always") fail(`signingBehavior is "${behavior ?? ""}".`);
      if (protocol !== "sigv4") fail(`signingProtocol is "${protocol ?? ""}".`);
      return;
    }
    for (const { path } of s3Origins(stack, resource)) {
      attempt(() => {
        // A control whose id is not known yet is one all the same.
        const control = resource.read(`${path}.originAccessControlId`);
        if (control.state === "absent" || (control.state === "known" && control.value === "")) {
          fail(`${path} has no originAccessControlId, so the bucket has to be public or trust an old identity.`);
        }
      });
    }
  },
};
