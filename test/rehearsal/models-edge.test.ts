import type { Properties } from "../../rehearsal/values";
import { Account, ACCOUNT } from "./account";
import { bucket, network } from "./fixtures";

const CERTIFICATE = "aws:acm/certificate:Certificate";
const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";
const FIREWALL = "aws:wafv2/webAcl:WebAcl";
const FIREWALL_LOGS = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration";
const FIREWALL_USE = "aws:wafv2/webAclAssociation:WebAclAssociation";
const ADDRESSES = "aws:wafv2/ipSet:IpSet";
const ZONE = "aws:route53/zone:Zone";
const RECORD = "aws:route53/record:Record";

const behaviour: Properties = {
  targetOriginId: "web",
  viewerProtocolPolicy: "redirect-to-https",
  allowedMethods: ["GET", "HEAD"],
  cachedMethods: ["GET", "HEAD"],
  cachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6",
};

const distribution: Properties = {
  enabled: true,
  origins: [{ originId: "web", domainName: "web.example" }],
  defaultCacheBehavior: behaviour,
  restrictions: { geoRestriction: { restrictionType: "none" } },
  viewerCertificate: { cloudfrontDefaultCertificate: true },
};

const metrics = { cloudwatchMetricsEnabled: true, metricName: "edge", sampledRequestsEnabled: true };
const firewall: Properties = {
  name: "edge",
  region: "us-east-1",
  scope: "CLOUDFRONT",
  defaultAction: { allow: {} },
  visibilityConfig: metrics,
};

/** Asserts that a distribution with these changes is refused. */
function refuses(change: Properties, words: RegExp, account = new Account()): void {
  account.refuses(DISTRIBUTION, { ...distribution, ...change }, words);
}

describe("simulated certificates", () => {
  it("need a name of 64 characters and a way to be validated, and are validated where they are", () => {
    const account = new Account();
    const long = `${"a".repeat(63)}.example`;
    account.refuses(CERTIFICATE, { domainName: long, validationMethod: "DNS" }, /domainName may have 64 characters$/);
    account.refuses(
      CERTIFICATE,
      { domainName: "a.example" },
      /domainName needs validationMethod or certificateAuthorityArn$/,
    );
    const certificateArn = account.create(CERTIFICATE, "c", { domainName: "a.example", validationMethod: "DNS" }).id;
    const validation = "aws:acm/certificateValidation:CertificateValidation";
    account.refuses(validation, { certificateArn, region: "us-east-1" }, /there is no certificate .* in us-east-1$/);
    account.create(validation, "c", { certificateArn });
  });

  it("stay while a distribution, a listener or an environment uses them", () => {
    const account = new Account();
    const certificate = (region: string) =>
      account.create(CERTIFICATE, region, { domainName: "a.example", validationMethod: "DNS", region }).id;
    const edge = certificate("us-east-1");
    const viewerCertificate = { acmCertificateArn: edge, sslSupportMethod: "sni-only" };
    account.create(DISTRIBUTION, "cdn", { ...distribution, viewerCertificate });
    account.keeps(CERTIFICATE, "us-east-1", edge, /ResourceInUseException: .*: "cdn" uses it$/);
    const home = certificate("eu-north-1");
    const { subnetIds } = network(account);
    const loadBalancerArn = account.create("aws:lb/loadBalancer:LoadBalancer", "lb", {
      name: "lb",
      subnets: subnetIds,
    }).id;
    account.create("aws:lb/listener:Listener", "https", {
      loadBalancerArn,
      port: 443,
      protocol: "HTTPS",
      certificateArn: home,
      defaultActions: [{ type: "fixed-response", fixedResponse: { contentType: "text/plain" } }],
    });
    account.keeps(CERTIFICATE, "eu-north-1", home, /ResourceInUseException: .*: "https" uses it$/);
  });
});

describe("a simulated distribution", () => {
  it("sends to origins that it has, of one kind", () => {
    refuses(
      { defaultCacheBehavior: { ...behaviour, targetOriginId: "api" } },
      /NoSuchOrigin: .*"api" is none of the origins web$/,
    );
    const origin = { originId: "web", domainName: "web.example" };
    const custom = {
      httpPort: 80,
      httpsPort: 443,
      originProtocolPolicy: "https-only",
      originSslProtocols: ["TLSv1.2"],
    };
    const both = { ...origin, customOriginConfig: custom, s3OriginConfig: { originAccessIdentity: "" } };
    refuses({ origins: [both] }, /origins\[0\] has customOriginConfig and s3OriginConfig; it can have one$/);
    const missing = { ...origin, vpcOriginConfig: { vpcOriginId: "vo_gone" } };
    refuses({ origins: [missing] }, /vpcOriginConfig\.vpcOriginId: there is no VPC origin vo_gone$/);
  });

  it("caches by one policy, and methods that belong together", () => {
    refuses(
      { defaultCacheBehavior: { ...behaviour, cachePolicyId: undefined } },
      /needs either cachePolicyId or forwardedValues$/,
    );
    refuses(
      { defaultCacheBehavior: { ...behaviour, allowedMethods: ["GET", "HEAD", "POST"] } },
      /allowedMethods must be GET and HEAD/,
    );
    const all = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"];
    const caching = { ...behaviour, allowedMethods: all, cachedMethods: all };
    refuses(
      { orderedCacheBehaviors: [{ ...caching, pathPattern: "/a" }] },
      /orderedCacheBehaviors\[0\]\.cachedMethods must be GET and HEAD/,
    );
  });

  it("has a certificate of us-east-1 that covers its names", () => {
    const account = new Account();
    const aliases = ["www.a.example"];
    refuses({ aliases }, /aliases need a certificate of their own/);
    const certificate = (region: string) =>
      account.create(CERTIFICATE, region, {
        domainName: "a.example",
        subjectAlternativeNames: ["*.a.example"],
        validationMethod: "DNS",
        region,
      }).id;
    const served = (acmCertificateArn: string, names = aliases) => ({
      aliases: names,
      viewerCertificate: { acmCertificateArn, sslSupportMethod: "sni-only" },
    });
    refuses(served(certificate("eu-north-1")), /InvalidViewerCertificate: .* must be in us-east-1: arn/, account);
    const edge = certificate("us-east-1");
    refuses(
      { viewerCertificate: { acmCertificateArn: edge } },
      /sslSupportMethod is needed with a certificate$/,
      account,
    );
    refuses(
      served(edge, ["deep.www.a.example"]),
      /InvalidViewerCertificate: .*: deep\.www\.a\.example is none of a\.example, \*\.a\.example$/,
      account,
    );
    account.create(DISTRIBUTION, "cdn", { ...distribution, ...served(edge) });
    refuses(served(edge), /CNAMEAlreadyExists: .*: alias www\.a\.example belongs to "cdn"$/, account);
    const foreign = `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/made-by-hand`;
    account.create(DISTRIBUTION, "other", { ...distribution, ...served(foreign, ["b.example"]) });
  });

  it("restricts places that it names, and has a firewall of its own kind", () => {
    const places = (geoRestriction: Properties) => ({ restrictions: { geoRestriction } });
    refuses(places({ restrictionType: "none", locations: ["SE"] }), /type none takes no locations$/);
    refuses(places({ restrictionType: "whitelist" }), /locations must be given$/);
    const acl = (region: string, scope: string) => `arn:aws:wafv2:${region}:${ACCOUNT}:${scope}/webacl/edge/1`;
    refuses({ webAclId: acl("eu-north-1", "regional") }, /webAclId must be a web ACL of scope CLOUDFRONT/);
    refuses({ webAclId: acl("us-east-1", "global") }, /InvalidWebACLId: there is no web ACL arn/);
  });

  it("writes logs of the old kind only to a bucket that takes ACLs", () => {
    const account = new Account();
    bucket(account, "logs");
    const loggingConfig = { bucket: "logs.s3.amazonaws.com" };
    refuses({ loggingConfig }, /does not enable ACL access: loggingConfig\.bucket "logs"$/, account);
    const rule = { objectOwnership: "BucketOwnerPreferred" };
    account.create("aws:s3/bucketOwnershipControls:BucketOwnershipControls", "logs", { bucket: "logs", rule });
    account.create(DISTRIBUTION, "cdn", { ...distribution, loggingConfig });
  });

  it("keeps its VPC origins as they are, but for their tags", () => {
    const account = new Account();
    const type = "aws:cloudfront/vpcOrigin:VpcOrigin";
    const inputs = (httpPort: number, tags: Properties = {}) => ({
      vpcOriginEndpointConfig: {
        arn: `arn:aws:elasticloadbalancing:eu-north-1:${ACCOUNT}:loadbalancer/app/lb/1`,
        name: "web",
        httpPort,
        httpsPort: 443,
        originProtocolPolicy: "http-only",
        originSslProtocols: { items: ["TLSv1.2"], quantity: 1 },
      },
      tags,
    });
    const { id } = account.create(type, "web", inputs(80));
    const origin = { originId: "web", domainName: "web.example", vpcOriginConfig: { vpcOriginId: id } };
    const cdn = account.create(DISTRIBUTION, "cdn", { ...distribution, origins: [origin] });
    account.refusesChange(type, "web", id, inputs(81), /CannotUpdateEntityWhileInUse: .*: distribution "cdn" uses it$/);
    account.keeps(type, "web", id, /CannotDeleteEntityWhileInUse: .*: distribution "cdn" uses it$/);
    account.update(type, "web", id, inputs(80, { team: "platform" }));
    account.delete(DISTRIBUTION, "cdn", cdn.id);
    account.update(type, "web", id, inputs(81));
  });

  it("keeps what it refers to", () => {
    const account = new Account();
    const policy = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy";
    const lambda = "aws:cloudfront/function:Function";
    const headers = account.create(policy, "headers", {
      name: "headers",
      customHeadersConfig: { items: [{ header: "a", value: "b", override: true }] },
    });
    const code = account.create(lambda, "rewrite", { name: "rewrite", runtime: "cloudfront-js-2.0", code: "x" });
    const functionAssociations = [{ eventType: "viewer-request", functionArn: code.outputs.arn }];
    const cdn = account.create(DISTRIBUTION, "cdn", {
      ...distribution,
      defaultCacheBehavior: { ...behaviour, responseHeadersPolicyId: headers.id, functionAssociations },
    });
    account.keeps(policy, "headers", headers.id, /ResponseHeadersPolicyInUse: .*: distribution "cdn" uses it$/);
    account.keeps(lambda, "rewrite", code.id, /FunctionInUse: .*: distribution "cdn" uses it$/);
    account.delete(DISTRIBUTION, "cdn", cdn.id);
    account.delete(policy, "headers", headers.id);
    const subscription = "aws:cloudfront/monitoringSubscription:MonitoringSubscription";
    const on = { realtimeMetricsSubscriptionConfig: { realtimeMetricsSubscriptionStatus: "Enabled" } };
    account.refuses(
      subscription,
      { distributionId: cdn.id, monitoringSubscription: on },
      /NoSuchDistribution: .*: there is no distribution/,
    );
  });
});

describe("simulated firewalls", () => {
  const rule = (name: string, priority: number, more: Properties = { action: { block: {} } }) => ({
    name,
    priority,
    visibilityConfig: metrics,
    statement: { geoMatchStatement: { countryCodes: ["SE"] } },
    ...more,
  });
  const refusesRules = (rules: Properties[], words: RegExp) =>
    new Account().refuses(FIREWALL, { ...firewall, rules }, words);

  it("take rules in order, each with one effect, within their capacity", () => {
    new Account().refuses(FIREWALL, { ...firewall, defaultAction: {} }, /defaultAction needs either allow or block$/);
    refusesRules([rule("a", 1), rule("b", 1)], /rules\[1\]\.priority 1 is given twice$/);
    refusesRules([rule("a", 1, {})], /rules\[0\] "a" needs action and no overrideAction$/);
    const managed = (index: number) =>
      rule(`m${index}`, index, {
        overrideAction: { none: {} },
        statement: { managedRuleGroupStatement: { vendorName: "AWS", name: "AWSManagedRulesCommonRuleSet" } },
      });
    refusesRules(
      Array.from({ length: 8 }, (_, index) => managed(index)),
      /WAFLimitsExceededException: the rules need 5600 capacity units/,
    );
  });

  it("are of CloudFront in us-east-1 only, and stay while they are used", () => {
    const account = new Account();
    account.refuses(
      FIREWALL,
      { ...firewall, region: undefined },
      /exists in us-east-1 only, and region is eu-north-1$/,
    );
    const set = { name: "office", scope: "CLOUDFRONT", region: "us-east-1", ipAddressVersion: "IPV4", addresses: [] };
    account.refuses(ADDRESSES, { ...set, region: "eu-north-1" }, /exists in us-east-1 only/);
    const office = account.create(ADDRESSES, "office", set);
    const named = rule("office", 1, {
      action: { allow: {} },
      statement: { ipSetReferenceStatement: { arn: office.outputs.arn } },
    });
    const acl = account.create(FIREWALL, "edge", { ...firewall, rules: [named] });
    account.keeps(ADDRESSES, "office", office.id, /WAFAssociatedItemException: .*: "edge" .* uses it$/);
    account.create(DISTRIBUTION, "cdn", { ...distribution, webAclId: acl.outputs.arn });
    account.keeps(FIREWALL, "edge", acl.id, /WAFAssociatedItemException: .*: "cdn" uses it$/);
  });

  it("log in their region, to a group of the right name that exists", () => {
    const account = new Account();
    const resourceArn = account.create(FIREWALL, "edge", firewall).outputs.arn;
    const logs = (name: string, more: Properties = {}) => ({
      resourceArn,
      region: "us-east-1",
      logDestinationConfigs: [`arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${name}`],
      ...more,
    });
    const none = `arn:aws:wafv2:us-east-1:${ACCOUNT}:global/webacl/none/1`;
    account.refuses(FIREWALL_LOGS, logs("aws-waf-logs-a", { resourceArn: none }), /there is no web ACL arn/);
    account.refuses(
      FIREWALL_LOGS,
      logs("aws-waf-logs-a", { region: "eu-north-1" }),
      /is in us-east-1, and its logging in eu-north-1$/,
    );
    account.refuses(
      FIREWALL_LOGS,
      logs("aws-waf-logs-a"),
      /WAFLogDestinationPermissionIssueException: .*: there is no log group "aws-waf-logs-a" in us-east-1$/,
    );
    account.create("aws:cloudwatch/logGroup:LogGroup", "waf", { name: "aws-waf-logs-a", region: "us-east-1" });
    account.create(FIREWALL_LOGS, "edge", logs("aws-waf-logs-a"));
  });

  it("are associated with what is no distribution", () => {
    const account = new Account();
    const webAclArn = `arn:aws:wafv2:eu-north-1:${ACCOUNT}:regional/webacl/none/1`;
    const cdn = `arn:aws:cloudfront::${ACCOUNT}:distribution/E1`;
    account.refuses(FIREWALL_USE, { webAclArn, resourceArn: cdn }, /a distribution takes its web ACL as webAclId$/);
    const balancer = `arn:aws:elasticloadbalancing:eu-north-1:${ACCOUNT}:loadbalancer/app/lb/1`;
    account.refuses(
      FIREWALL_USE,
      { webAclArn, resourceArn: balancer },
      /WAFNonexistentItemException: .*: there is no web ACL/,
    );
  });
});

describe("simulated zones and records", () => {
  it("have no CNAME at the top of a zone, nor beside another record", () => {
    const account = new Account();
    const zone = account.create(ZONE, "zone", { name: "a.example" });
    const record = (name: string, type: string) => ({ zoneId: zone.id, name, type, ttl: 60, records: ["b.example"] });
    account.refuses(
      RECORD,
      record("a.example", "CNAME"),
      /RRSet of type CNAME with DNS name a\.example\. is not permitted at apex/,
    );
    account.create(RECORD, "text", record("www", "TXT"));
    account.refuses(
      RECORD,
      record("www.a.example", "CNAME"),
      /conflicts with other records with the same DNS name .*: "text"/,
    );
    account.create(RECORD, "address", record("www", "A"));
    account.keeps(ZONE, "zone", zone.id, /HostedZoneNotEmpty: .*: it holds the record "text"$/);
  });

  it("alias a distribution by the zone that all distributions are in", () => {
    const account = new Account();
    const { domainName, hostedZoneId } = account.create(DISTRIBUTION, "cdn", distribution).outputs;
    const alias = (zoneId: unknown) => ({
      zoneId: "ZMADEBYHAND",
      name: "www.a.example",
      type: "A",
      aliases: [{ name: domainName, zoneId, evaluateTargetHealth: false }],
    });
    account.refuses(
      RECORD,
      alias("ZOTHER"),
      /alias target name does not lie within the target zone ZOTHER: it lies in Z2FDTNDATAQYW2$/,
    );
    account.create(RECORD, "www", alias(hostedZoneId));
  });
});
