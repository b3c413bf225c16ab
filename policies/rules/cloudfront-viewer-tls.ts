import type { ResourceRule } from "../rule";

export const cloudfrontViewerTls: ResourceRule = {
  id: "cloudfront-viewer-tls",
  title: "Distributions talk to viewers over current TLS only",
  family: "encryption",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:cloudfront/distribution:Distribution"],
  controls: { fsbp: ["CloudFront.3", "CloudFront.15"], wellArchitected: ["SEC09-BP02"] },
  remediation:
    'Set viewerProtocolPolicy of every behavior to "redirect-to-https" or "https-only", and with a certificate of your own minimumProtocolVersion to "TLSv1.2_2021" or later.',
  url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html",
  check(distribution, { fail, attempt }) {
    const behaviors = [
      "defaultCacheBehavior",
      ...distribution.list("orderedCacheBehaviors").map((_, index) => `orderedCacheBehaviors.${index}`),
    ];
    for (const behavior of behaviors) {
      attempt(() => {
        const policy = distribution.text(`${behavior}.viewerProtocolPolicy`);
        if (policy !== "redirect-to-https" && policy !== "https-only") {
          fail(`${behavior}.viewerProtocolPolicy is ${policy === undefined ? "not set" : `"${policy}"`}.`);
        }
      });
    }
    attempt(() => {
      // CloudFront's own certificate comes with a fixed minimum that nobody can raise.
      const own = ["acmCertificateArn", "iamCertificateId"].some(
        (field) => distribution.read(`viewerCertificate.${field}`).state !== "absent",
      );
      if (!own) return;
      const minimum = distribution.text("viewerCertificate.minimumProtocolVersion") ?? "TLSv1";
      if (!/^TLSv1\.(2_20(2[1-9]|[3-9]\d)|3_\d{4})$/.test(minimum)) {
        fail(`viewerCertificate.minimumProtocolVersion is "${minimum}".`);
      }
    });
  },
};
