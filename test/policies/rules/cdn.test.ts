import * as assert from "node:assert/strict";
import type { ResourceData } from "../../../policies/resource";
import { cdnOriginBypass } from "../../../policies/rules/cdn-origin-bypass";
import { cloudfrontHygiene } from "../../../policies/rules/cloudfront-hygiene";
import { cloudfrontLogging } from "../../../policies/rules/cloudfront-logging";
import { cloudfrontOriginTls } from "../../../policies/rules/cloudfront-origin-tls";
import { cloudfrontS3Oac } from "../../../policies/rules/cloudfront-s3-oac";
import { cloudfrontS3OriginExists } from "../../../policies/rules/cloudfront-s3-origin-exists";
import { cloudfrontSecurityHeaders } from "../../../policies/rules/cloudfront-security-headers";
import { cloudfrontWaf } from "../../../policies/rules/cloudfront-waf";
import { wafEffectiveRules } from "../../../policies/rules/waf-effective-rules";
import { wafLogging } from "../../../policies/rules/waf-logging";
import { wafNotCountOnly } from "../../../policies/rules/waf-not-count-only";
import { wafScopeRegion } from "../../../policies/rules/waf-scope-region";
import { document, fixture } from "../fixture";
import { describeRule, resource, run, unknown } from "../support";

const type = "aws:cloudfront/distribution:Distribution";
const distribution = fixture(type, { webAclId: unknown });
const origins = (...list: object[]) => distribution({ origins: list });
const custom = { originProtocolPolicy: "https-only", originSslProtocols: ["TLSv1.2"] };

describeRule(cloudfrontOriginTls, {
  passes: {
    "an origin over TLS 1.2": origins({ domainName: "app.example.com", customOriginConfig: custom }),
    "a VPC origin, whose way stays inside AWS": origins({
      domainName: unknown,
      vpcOriginConfig: { vpcOriginId: unknown },
    }),
  },
  fails: {
    "an origin in the clear": [
      origins({ customOriginConfig: { ...custom, originProtocolPolicy: "http-only" } }),
      /originProtocolPolicy is "http-only"/,
    ],
    "an origin as the viewer likes": [
      origins({ customOriginConfig: { ...custom, originProtocolPolicy: "match-viewer" } }),
      /match-viewer/,
    ],
    "an origin over TLS 1.0": [
      origins({ customOriginConfig: { ...custom, originSslProtocols: ["TLSv1", "TLSv1.2"] } }),
      /has "TLSv1"/,
    ],
  },
  waits: {
    "a protocol that is not known yet": origins({ customOriginConfig: { ...custom, originProtocolPolicy: unknown } }),
  },
});

const bucket = resource("aws:s3/bucket:Bucket", "site", {
  bucket: "site",
  bucketRegionalDomainName: "site.s3.eu-north-1.amazonaws.com",
});
const withBucket = (origin: object) => [
  bucket,
  resource(type, "cdn", { origins: [{ domainName: "site.s3.eu-north-1.amazonaws.com", ...origin }] }),
];
const control = fixture("aws:cloudfront/originAccessControl:OriginAccessControl", {
  originAccessControlOriginType: "s3",
  signingBehavior: "always",
  signingProtocol: "sigv4",
});
describeRule(cloudfrontS3Oac, {
  passes: {
    "a bucket that is asked with a signature": withBucket({ originAccessControlId: unknown }),
    "a control that always signs": control(),
    "a control of something else": control({ originAccessControlOriginType: "lambda", signingBehavior: "never" }),
    "an origin that is no bucket": origins({ domainName: "app.example.com", customOriginConfig: custom }),
  },
  fails: {
    "a bucket that is asked by anybody": [withBucket({}), /origins\.0 has no originAccessControlId/],
    "a bucket with an old identity": [
      withBucket({ s3OriginConfig: { originAccessIdentity: "x" }, originAccessControlId: "" }),
      /originAccessControlId/,
    ],
    "a control that never signs": [control({ signingBehavior: "never" }), /signingBehavior is "never"/],
    "a control that signs in another way": [control({ signingProtocol: "none" }), /signingProtocol/],
  },
  waits: { "origins that are not known yet": distribution({ origins: unknown }) },
});
describeRule(cloudfrontS3OriginExists, {
  passes: {
    "a bucket of this program": withBucket({}),
    "a bucket that the parameter names": {
      resources: origins({ domainName: "other.s3.amazonaws.com" }),
      parameters: { otherOrigins: ["other.s3.amazonaws.com"] },
    },
  },
  fails: {
    "a bucket that anybody can make": [
      origins({ domainName: "gone.s3.eu-north-1.amazonaws.com" }),
      /origins\.0 is a bucket of no resource here/,
    ],
  },
  waits: { "origins that are not known yet": distribution({ origins: unknown }) },
});

describeRule(cloudfrontWaf, {
  passes: { "a firewall, known or not": distribution() },
  fails: {
    "a distribution without one": [distribution({ webAclId: undefined }), /webAclId is not set/],
    "an empty text": [distribution({ webAclId: "" }), /webAclId is not set/],
  },
  waits: {},
});

const [cdn] = distribution();
const logSource = resource(
  "aws:cloudwatch/logDeliverySource:LogDeliverySource",
  "source",
  { resourceArn: unknown, logType: "ACCESS_LOGS", name: "cdn" },
  { links: { resourceArn: cdn! } },
);
const delivery = resource(
  "aws:cloudwatch/logDelivery:LogDelivery",
  "delivery",
  { deliverySourceName: "cdn" },
  { links: { deliverySourceName: logSource } },
);
describeRule(cloudfrontLogging, {
  passes: {
    "the older way": distribution({ loggingConfig: { bucket: unknown } }),
    "a delivery of CloudWatch's": [cdn!, logSource, delivery],
  },
  fails: {
    "a distribution that logs nothing": [distribution(), /Neither loggingConfig nor a LogDeliverySource/],
    "logs that nobody takes": [[cdn!, logSource], /No LogDelivery/],
  },
  waits: {
    "a source of which nobody knows the distribution": [
      cdn!,
      resource("aws:cloudwatch/logDeliverySource:LogDeliverySource", "x", { resourceArn: unknown }),
    ],
  },
});

const headers = fixture("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", {
  securityHeadersConfig: {
    strictTransportSecurity: { accessControlMaxAgeSec: 63072000, override: true },
    contentTypeOptions: { override: true },
    frameOptions: { frameOption: "DENY", override: true },
  },
});
const [headersPolicy] = headers();
const config = (headersPolicy!.properties.securityHeadersConfig ?? {}) as Record<string, object>;
const withHeaders = (change: object) => headers({ securityHeadersConfig: { ...config, ...change } });
const behaving = (first: object, second: object) => [
  headersPolicy!,
  resource(
    type,
    "cdn",
    { defaultCacheBehavior: first, orderedCacheBehaviors: [second] },
    { links: { defaultCacheBehavior: headersPolicy!, orderedCacheBehaviors: headersPolicy! } },
  ),
];
const answered = { responseHeadersPolicyId: unknown };
describeRule(cloudfrontSecurityHeaders, {
  passes: {
    "headers on every answer": behaving(answered, answered),
    "a policy of CloudFront's own": behaving(
      { responseHeadersPolicyId: "67f7725c-6f97-4210-82d7-5512b31e9d03" },
      answered,
    ),
  },
  fails: {
    "one way without headers": [behaving(answered, {}), /orderedCacheBehaviors\.0\.responseHeadersPolicyId is not set/],
    "a policy that nobody knows": [
      behaving({ responseHeadersPolicyId: "11111111-2222-3333-4444-555555555555" }, answered)
        .map((one) => (one.type === type ? { ...one, propertyDependencies: {} } : one))
        .slice(1)
        .map((one) => ({
          ...one,
          properties: { ...one.properties, orderedCacheBehaviors: [] },
        })),
      /neither here nor known/,
    ],
    "HTTPS for an hour": [
      withHeaders({ strictTransportSecurity: { accessControlMaxAgeSec: 3600, override: true } }),
      /lasts 3600 seconds/,
    ],
    "HTTPS not at all": [withHeaders({ strictTransportSecurity: undefined }), /lasts 0 seconds/],
    "HTTPS until the application says otherwise": [
      withHeaders({ strictTransportSecurity: { accessControlMaxAgeSec: 63072000, override: false } }),
      /override is false/,
    ],
    "types that are guessed": [withHeaders({ contentTypeOptions: undefined }), /contentTypeOptions is not set/],
    "frames of others": [withHeaders({ frameOptions: undefined }), /frameOptions is not set/],
  },
  waits: {
    "behaviors that are not known yet": distribution({
      defaultCacheBehavior: answered,
      orderedCacheBehaviors: unknown,
    }),
  },
});

const environment = resource("aws:elasticbeanstalk/environment:Environment", "app", {
  cname: "app.eu-north-1.elasticbeanstalk.com",
});
const balancer = resource("aws:lb/loadBalancer:LoadBalancer", "balancer", { dnsName: "balancer.elb.amazonaws.com" });
const pointsAt = (target: ResourceData, domainName: unknown, more: object = {}) =>
  resource(
    type,
    "cdn",
    { origins: [{ domainName, customOriginConfig: custom, ...more }] },
    { links: { origins: target } },
  );
const guarded = (defaultAction: string, header: string) => {
  const listener = resource(
    "aws:lb/listener:Listener",
    "listener",
    { loadBalancerArn: unknown, defaultActions: [{ type: defaultAction }] },
    { links: { loadBalancerArn: balancer } },
  );
  const rule = resource(
    "aws:lb/listenerRule:ListenerRule",
    "rule",
    { listenerArn: unknown, conditions: [{ httpHeader: { httpHeaderName: header, values: [unknown] } }] },
    { links: { listenerArn: listener } },
  );
  const sent = { customHeaders: [{ name: "X-Origin-Check", value: unknown }] };
  return [balancer, listener, rule, pointsAt(balancer, "balancer.elb.amazonaws.com", sent)];
};
const bucketPolicy = (condition?: object) =>
  fixture("aws:s3/bucketPolicy:BucketPolicy")({
    policy: document({
      Effect: "Allow",
      Principal: { Service: "cloudfront.amazonaws.com" },
      Action: "s3:GetObject",
      Resource: "*",
      ...(condition && { Condition: condition }),
    }),
  });
describeRule(cdnOriginBypass, {
  passes: {
    "a VPC origin": [
      environment,
      resource(
        type,
        "cdn",
        { origins: [{ domainName: unknown, vpcOriginConfig: {} }] },
        { links: { origins: environment } },
      ),
    ],
    "an origin of somebody else": origins({ domainName: "app.example.com", customOriginConfig: custom }),
    "a load balancer that asks for a secret header": guarded("fixed-response", "X-Origin-Check"),
    "a bucket for one distribution": bucketPolicy({
      StringEquals: { "AWS:SourceArn": "arn:aws:cloudfront::1:distribution/E1" },
    }),
  },
  fails: {
    "Beanstalk's public load balancer": [
      [environment, pointsAt(environment, "app.eu-north-1.elasticbeanstalk.com")],
      /public load balancer of "app"/,
    ],
    "the same before the name is known": [[environment, pointsAt(environment, unknown)], /public load balancer/],
    "a load balancer that answers everybody": [
      [balancer, pointsAt(balancer, "balancer.elb.amazonaws.com")],
      /"balancer", which answers without a secret header/,
    ],
    "a load balancer that answers without the header too": [guarded("forward", "X-Origin-Check"), /without a secret/],
    "a load balancer that asks for another header": [guarded("fixed-response", "Host"), /without a secret header/],
    "a bucket for all of CloudFront": [bucketPolicy(), /every distribution of every account/],
  },
  waits: {
    "an origin of which nobody knows what it is": origins({ domainName: unknown, customOriginConfig: custom }),
  },
});

const visible = { cloudwatchMetricsEnabled: true };
const rate = {
  name: "rate",
  action: { block: {} },
  statement: { rateBasedStatement: { limit: 2000 } },
  visibilityConfig: visible,
};
const managed = (name: string, overrideAction: object = { none: {} }) => ({
  name,
  overrideAction,
  statement: { managedRuleGroupStatement: { vendorName: "AWS", name } },
  visibilityConfig: visible,
});
const badInputs = managed("AWSManagedRulesKnownBadInputsRuleSet");
const firewall = fixture("aws:wafv2/webAcl:WebAcl", {
  scope: "CLOUDFRONT",
  region: "us-east-1",
  defaultAction: { allow: {} },
  visibilityConfig: visible,
  rules: [rate, badInputs],
});
describeRule(wafEffectiveRules, {
  passes: {
    "a rate limit and AWS's rules": firewall(),
    "a firewall that lets nobody in yet": firewall({ rules: [], defaultAction: { block: {} } }),
  },
  fails: {
    "a firewall that allows everything": [firewall({ rules: [] }), /no rules and allows everything/],
    "a firewall without AWS's rules": [firewall({ rules: [rate] }), /KnownBadInputsRuleSet is missing/],
    "a firewall without a rate limit": [firewall({ rules: [badInputs] }), /limits the rate/],
    "a rule that nobody sees": [
      firewall({ rules: [rate, { ...badInputs, visibilityConfig: { cloudwatchMetricsEnabled: false } }] }),
      /rules\.1\.visibilityConfig\.cloudwatchMetricsEnabled is false/,
    ],
  },
  waits: { "rules that are not known yet": firewall({ rules: unknown }) },
});
describeRule(wafNotCountOnly, {
  passes: {
    "groups that block": firewall(),
    "one rule of a group that is counted": firewall({
      rules: [
        rate,
        {
          ...badInputs,
          statement: {
            managedRuleGroupStatement: { ruleActionOverrides: [{ name: "X", actionToUse: { count: {} } }] },
          },
        },
      ],
    }),
  },
  fails: {
    "a group that counts": [firewall({ rules: [rate, managed("Group", { count: {} })] }), /Group counts/],
    "a rate that is only counted": [
      firewall({ rules: [{ ...rate, action: { count: {} } }, badInputs] }),
      /rate limits the rate and blocks nothing/,
    ],
  },
  waits: { "rules that are not known yet": firewall({ rules: unknown }) },
});

const [acl] = firewall();
describeRule(wafLogging, {
  passes: {
    "a firewall that logs": [
      acl!,
      resource(
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        "l",
        { resourceArn: unknown },
        { links: { resourceArn: acl! } },
      ),
    ],
  },
  fails: { "a firewall that does not": [[acl!], /No WebAclLoggingConfiguration/] },
  waits: {
    "logging of which nobody knows the firewall": [
      acl!,
      resource("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "x", { resourceArn: unknown }),
    ],
  },
});

const certified = (arn: string) => distribution({ webAclId: "", viewerCertificate: { acmCertificateArn: arn } });
describeRule(wafScopeRegion, {
  passes: {
    "a firewall of CloudFront's in us-east-1": firewall(),
    "a firewall of a region": firewall({ scope: "REGIONAL", region: "eu-north-1" }),
    "a certificate in us-east-1": certified("arn:aws:acm:us-east-1:123456789012:certificate/c"),
  },
  fails: {
    "a firewall of CloudFront's elsewhere": [
      firewall({ region: "eu-north-1" }),
      /CLOUDFRONT and its region eu-north-1/,
    ],
    "a certificate elsewhere": [
      certified("arn:aws:acm:eu-north-1:123456789012:certificate/c"),
      /certificate in eu-north-1/,
    ],
    "a firewall of a region at a distribution": [
      [
        resource("aws:wafv2/webAcl:WebAcl", "regional", {
          scope: "REGIONAL",
          region: "us-east-1",
          arn: "arn:aws:wafv2:r",
        }),
        resource(type, "cdn", { webAclId: "arn:aws:wafv2:r" }),
      ],
      /"regional", which is not of scope CLOUDFRONT/,
    ],
  },
  waits: { "a region that is not known yet": firewall({ region: undefined }) },
});

const served = (properties: object) =>
  withBucket({ originId: "site" }).map((one) =>
    one.type === type
      ? { ...one, properties: { ...one.properties, defaultCacheBehavior: { targetOriginId: "site" }, ...properties } }
      : one,
  );
describeRule(cloudfrontHygiene, {
  passes: {
    "a bucket with a page for the root": served({ defaultRootObject: "index.html" }),
    "a bucket that serves one folder only": served({ defaultCacheBehavior: { targetOriginId: "application" } }),
    "an application, which answers the root itself": origins({ originId: "app", customOriginConfig: custom }),
    "a certificate by the name that is asked for": distribution({
      viewerCertificate: { acmCertificateArn: unknown, sslSupportMethod: "sni-only" },
    }),
    "CloudFront's own certificate": distribution({ viewerCertificate: { cloudfrontDefaultCertificate: true } }),
  },
  fails: {
    "a bucket that shows its list": [served({}), /defaultRootObject is not set/],
    "an empty page for the root": [served({ defaultRootObject: "" }), /defaultRootObject is not set/],
    "addresses of its own": [
      distribution({ viewerCertificate: { acmCertificateArn: unknown, sslSupportMethod: "vip" } }),
      /sslSupportMethod is "vip"/,
    ],
  },
  waits: { "a method that is not known yet": distribution({ viewerCertificate: { sslSupportMethod: unknown } }) },
});

const separate = (change: object = {}): ResourceData[] => {
  const [webAcl] = firewall({ rules: [] });
  const links = { links: { webAclArn: webAcl! } };
  const one = (name: string, properties: object) =>
    resource("aws:wafv2/webAclRule:WebAclRule", name, { ...properties, webAclArn: unknown }, links);
  return [webAcl!, one("rate", { ...rate, ...change }), one("bad-inputs", badInputs)];
};

describe("A firewall whose rules are resources of their own", () => {
  it("is judged by them", () => {
    assert.deepEqual(run(wafEffectiveRules, separate()).violations, []);
    const [found] = run(wafEffectiveRules, separate({ statement: {} })).violations;
    assert.match(found!.message, /No rule limits the rate/);
  });

  it("blocks by each of them", () => {
    assert.deepEqual(run(wafNotCountOnly, separate()).violations, []);
    const [found] = run(wafNotCountOnly, separate({ action: { count: {} } })).violations;
    assert.match(found!.message, /limits the rate and blocks nothing/);
  });
});
