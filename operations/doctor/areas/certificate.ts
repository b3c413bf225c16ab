import { ACMClient, DescribeCertificateCommand } from "@aws-sdk/client-acm";
import { CloudFrontClient, GetDistributionCommand } from "@aws-sdk/client-cloudfront";
import { type Check, ok, skipped, wrong } from "../finding";
import { DAY, duration, type World } from "../world";

/** ACM renews sixty days before the end; whatever is nearer than this will not be renewed by itself. */
const FAR = 30 * DAY;

/** The certificate that the CDN shows: issued, and far from its end. */
export function certificate({ environment, outputs, aws, now }: World): Check[] {
  const { regions, url, cdn } = outputs;
  const { host } = new URL(url);
  return [
    {
      name: "valid",
      subject: host,
      runbook: "certificate-expiry.md",
      look: async () => {
        const { Distribution } = await aws
          .client(CloudFrontClient, regions.edge)
          .send(new GetDistributionCommand({ Id: cdn.distributionId }));
        const arn = Distribution?.DistributionConfig?.ViewerCertificate?.ACMCertificateArn;
        if (!arn && host === Distribution?.DomainName)
          return skipped("CloudFront's own name, with CloudFront's certificate");
        if (!arn) return wrong(`the CDN has no certificate for ${host}`, `./prism drift ${environment}`);
        const { Certificate } = await aws
          .client(ACMClient, regions.edge)
          .send(new DescribeCertificateCommand({ CertificateArn: arn }));
        const { Status, NotAfter, NotBefore, RenewalSummary } = Certificate ?? {};
        if (Status !== "ISSUED") return wrong(`is ${Status ?? "unknown"}`, `./prism up ${environment}`);
        const left = NotAfter ? NotAfter.getTime() - now.getTime() : 0;
        const ends = `${left < 0 ? "ended" : "ends in"} ${duration(left)}${left < 0 ? " ago" : ""}`;
        if (left > FAR) return ok(`issued, ${ends}`, NotBefore);
        const renewal = RenewalSummary?.RenewalStatus;
        return wrong(
          [ends, renewal && `renewal is ${renewal}`, RenewalSummary?.RenewalStatusReason].filter(Boolean).join(", "),
          `its validation record is gone: ./prism drift ${environment}, then ./prism up ${environment}`,
          { since: NotAfter && new Date(NotAfter.getTime() - FAR) },
        );
      },
    },
  ];
}
