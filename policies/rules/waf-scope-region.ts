import { Deferred } from "../read";
import type { StackRule } from "../rule";

const edge = "us-east-1";

export const wafScopeRegion: StackRule = {
  id: "waf-scope-region",
  title: "What CloudFront uses stands where CloudFront looks for it",
  family: "network",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:wafv2/webAcl:WebAcl", "aws:cloudfront/distribution:Distribution"],
  controls: { wellArchitected: ["SEC05-BP03"] },
  remediation: `Set region of firewalls of scope CLOUDFRONT, and of CloudFront's certificates, to "${edge}".`,
  url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html",
  check(resource, { fail, attempt, stack }) {
    if (resource.type === "aws:wafv2/webAcl:WebAcl") {
      if (resource.text("scope") !== "CLOUDFRONT") return;
      if (resource.region === undefined) throw new Deferred("region");
      if (resource.region !== edge) fail(`Its scope is CLOUDFRONT and its region ${resource.region}.`);
      return;
    }
    attempt(() => {
      const path = "viewerCertificate.acmCertificateArn";
      const { resources } = stack.target(resource, "viewerCertificate", ["aws:acm/certificate:Certificate"], path);
      const regions = resources.map((certificate) => certificate.region);
      if (resources.length === 0) regions.push(resource.text(path)?.split(":")[3]);
      const wrong = regions.find((region) => region !== undefined && region !== edge);
      if (wrong !== undefined) fail(`${path} is a certificate in ${wrong}.`);
    });
    attempt(() => {
      const { resources } = stack.target(resource, "webAclId", ["aws:wafv2/webAcl:WebAcl"]);
      const regional = resources.find((acl) => acl.text("scope") !== "CLOUDFRONT");
      if (regional) fail(`webAclId names "${regional.name}", which is not of scope CLOUDFRONT.`);
    });
  },
};
