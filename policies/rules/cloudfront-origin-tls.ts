import { read } from "../read";
import type { ResourceRule } from "../rule";

export const cloudfrontOriginTls: ResourceRule = {
  id: "cloudfront-origin-tls",
  title: "Distributions talk to origins over current TLS",
  family: "encryption",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:cloudfront/distribution:Distribution"],
  controls: { fsbp: ["CloudFront.9", "CloudFront.10"], wellArchitected: ["SEC09-BP02"] },
  remediation:
    'Set originProtocolPolicy to "https-only" and originSslProtocols to ["TLSv1.2"], or reach the origin through a VPC origin.',
  url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-cloudfront-to-custom-origin.html",
  check(distribution, { fail, attempt }) {
    for (const [index, origin] of distribution.list("origins").entries()) {
      // The way through a VPC origin never leaves AWS's network.
      if (read(origin, "customOriginConfig").state === "absent") continue;
      const path = `origins.${index}.customOriginConfig`;
      attempt(() => {
        const policy = distribution.text(`${path}.originProtocolPolicy`);
        if (policy !== "https-only") fail(`${path}.originProtocolPolicy is "${policy ?? ""}".`);
      });
      attempt(() => {
        const old = distribution.list(`${path}.originSslProtocols`).find((protocol) => protocol !== "TLSv1.2");
        if (old !== undefined) fail(`${path}.originSslProtocols has "${String(old)}".`);
      });
    }
  },
};
