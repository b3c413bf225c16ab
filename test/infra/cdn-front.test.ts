import assert from "node:assert/strict";
import { CdnFront, type CdnFrontArgs } from "../../infra/cdn-front";
import { AWS_OUTPUTS } from "../support/aws-outputs";
import { runMocked, valueOf, type Run } from "../support/mocks";

const ARGS: CdnFrontArgs = {
  origin: {
    kind: "vpc",
    loadBalancerArn: "arn:aws:elasticloadbalancing:eu-north-1:111122223333:loadbalancer/app/awseb/0123456789abcdef",
    domainName: "internal-awseb.elb.amazonaws.com",
  },
  webAclArn: "arn:aws:wafv2:us-east-1:111122223333:global/webacl/ai-prism-cdn/1",
  edgeRegion: "us-east-1",
  priceClass: "PriceClass_100",
  readTimeoutInSeconds: 120,
  logBucketArn: "arn:aws:s3:::logs",
  logName: "ai-prism",
};
const DOMAIN = { name: "prism.example.com", hostedZoneId: "Z0123456789" };
const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";

function run(args: Partial<CdnFrontArgs> = {}, preview = false): Promise<Run<CdnFront>> {
  return runMocked(() => new CdnFront("cdn", { ...ARGS, ...args }), { preview, outputs: AWS_OUTPUTS });
}

describe("CdnFront", () => {
  let update: Run<CdnFront>;
  before(async () => {
    update = await run();
  });
  const inputs = () => update.one(DISTRIBUTION).inputs;

  const RESOURCES = [
    "aws:cloudfront/distribution:Distribution cdn",
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy cdn",
    "aws:cloudfront/vpcOrigin:VpcOrigin cdn",
    "aws:cloudwatch/logDelivery:LogDelivery cdn",
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination cdn",
    "aws:cloudwatch/logDeliverySource:LogDeliverySource cdn",
  ];
  it("registers exactly its resources in an update", () => {
    assert.deepEqual(update.list(), RESOURCES);
  });
  it("registers exactly its resources in preview", async () => {
    assert.deepEqual((await run({}, true)).list(), RESOURCES);
  });

  it("redirects to HTTPS, compresses, caches static files and nothing else", () => {
    const { defaultCacheBehavior: all, orderedCacheBehaviors: ordered } = inputs();
    assert.deepEqual(
      [all.viewerProtocolPolicy, all.compress, all.cachePolicyId],
      ["redirect-to-https", true, "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"],
    );
    assert.equal(ordered.length, 1);
    assert.deepEqual(
      [ordered[0].pathPattern, ordered[0].viewerProtocolPolicy, ordered[0].cachePolicyId],
      ["/static/*", "redirect-to-https", "658327ea-f89d-4fab-a63d-7e88639e58f6"],
    );
    assert.equal(all.allowedMethods.length, 7);
    assert.deepEqual(ordered[0].allowedMethods, ["GET", "HEAD", "OPTIONS"]);
  });

  it("speaks HTTP/2 and HTTP/3 from the cheaper locations, behind the firewall", () => {
    assert.equal(inputs().httpVersion, "http2and3");
    assert.equal(inputs().priceClass, "PriceClass_100");
    assert.equal(inputs().webAclId, ARGS.webAclArn);
  });

  it("reaches an internal load balancer and nothing public", () => {
    const [origin] = inputs().origins;
    assert.deepEqual(origin.vpcOriginConfig, {
      vpcOriginId: "cdn-id",
      originReadTimeout: 120,
      originKeepaliveTimeout: 60,
    });
    assert.equal(origin.customOriginConfig, undefined);
    const vpcOrigin = update.one("aws:cloudfront/vpcOrigin:VpcOrigin").inputs.vpcOriginEndpointConfig;
    assert.equal(vpcOrigin.arn, (ARGS.origin as { loadBalancerArn: string }).loadBalancerArn);
  });

  it("sends security headers, with HSTS for two years", () => {
    const headers = update.one("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy").inputs;
    assert.deepEqual(headers.securityHeadersConfig.strictTransportSecurity, {
      accessControlMaxAgeSec: 63_072_000,
      includeSubdomains: true,
      preload: false,
      override: true,
    });
    assert.equal(inputs().defaultCacheBehavior.responseHeadersPolicyId, "cdn-id");
  });

  it("delivers access logs from the edge to the log bucket", () => {
    const destination = update.one("aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination").inputs;
    assert.equal(destination.region, "us-east-1");
    assert.equal(destination.deliveryDestinationConfiguration.destinationResourceArn, `${ARGS.logBucketArn}/cdn`);
    assert.equal(update.one("aws:cloudwatch/logDeliverySource:LogDeliverySource").inputs.logType, "ACCESS_LOGS");
  });

  it("goes by CloudFront's name without a domain, and has no certificate", async () => {
    assert.equal(await valueOf(update.result.url), "https://d111111abcdef8.cloudfront.net");
    assert.deepEqual(inputs().viewerCertificate, { cloudfrontDefaultCertificate: true });
    assert.equal(update.result.certificateArn, undefined);
  });

  it("goes by its own domain, with a certificate at the edge and records for both kinds of addresses", async () => {
    const { list, one, result } = await run({ domain: DOMAIN });
    assert.deepEqual(
      list().filter((line) => !RESOURCES.includes(line)),
      [
        "aws:acm/certificate:Certificate cdn",
        "aws:acm/certificateValidation:CertificateValidation cdn",
        "aws:route53/record:Record cdn-a",
        "aws:route53/record:Record cdn-aaaa",
        "aws:route53/record:Record cdn-validation",
      ],
    );
    assert.equal(await valueOf(result.url), "https://prism.example.com");
    assert.equal(one("aws:acm/certificate:Certificate").inputs.region, "us-east-1");
    assert.deepEqual(one(DISTRIBUTION).inputs.aliases, ["prism.example.com"]);
    assert.equal(one(DISTRIBUTION).inputs.viewerCertificate.minimumProtocolVersion, "TLSv1.2_2021");
    assert.equal(one("aws:route53/record:Record", "cdn-validation").inputs.name, "_check.prism.example.com");
  });

  it("reaches a public load balancer over HTTPS only", async () => {
    const { one, all } = await run({
      origin: { kind: "public", domainName: "prism.elasticbeanstalk.com" },
      domain: DOMAIN,
    });
    assert.deepEqual(all("aws:cloudfront/vpcOrigin:VpcOrigin"), []);
    assert.equal(one(DISTRIBUTION).inputs.origins[0].customOriginConfig.originProtocolPolicy, "https-only");
  });

  it("restricts countries when told to, and else none", async () => {
    assert.deepEqual(inputs().restrictions.geoRestriction, { restrictionType: "none", locations: [] });
    const { one } = await run({ geoRestriction: { type: "whitelist", countries: ["SE", "NO"] } });
    assert.deepEqual(one(DISTRIBUTION).inputs.restrictions.geoRestriction, {
      restrictionType: "whitelist",
      locations: ["SE", "NO"],
    });
  });

  it("applies a transform to the distribution", async () => {
    const { one } = await run({ transform: { distribution: { comment: "mine" } } });
    assert.equal(one(DISTRIBUTION).inputs.comment, "mine");
    assert.equal(one(DISTRIBUTION).inputs.enabled, true);
  });

  it("lets a transform reach the records and the log's destination as well", async () => {
    const { one, result } = await run({
      domain: DOMAIN,
      transform: { record: { allowOverwrite: true }, logDestination: { outputFormat: "json" } },
    });
    for (const name of ["cdn-a", "cdn-aaaa"]) {
      assert.equal(one("aws:route53/record:Record", name).inputs.allowOverwrite, true);
    }
    assert.equal(one("aws:route53/record:Record", "cdn-validation").inputs.allowOverwrite, undefined);
    assert.equal(one("aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination").inputs.outputFormat, "json");
    assert.equal(result.nodes.records.length, 2);
  });

  it("refuses a timeout that CloudFront does not have", async () => {
    await assert.rejects(run({ readTimeoutInSeconds: 121 }), {
      message: 'CdnFront "cdn": readTimeoutInSeconds = 121 is not allowed: 1 to 120 seconds',
    });
  });

  it("refuses a public origin whose certificate nobody could check", async () => {
    await assert.rejects(run({ origin: { kind: "public", domainName: "x" } }), /domain = undefined is not allowed/);
  });
});
