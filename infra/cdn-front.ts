import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { MANAGED_CACHE_POLICIES, MANAGED_ORIGIN_REQUEST_POLICIES } from "../catalog/cloudfront";
import { Component, type Transform } from "./component";

/** Arguments of {@link CdnFront}. */
export interface CdnFrontArgs {
  /**
   * What the CDN stands in front of: an internal load balancer that only CloudFront reaches, or a public one over
   * HTTPS, whose certificate has to cover `domain`.
   */
  readonly origin:
    | {
        readonly kind: "vpc";
        readonly loadBalancerArn: pulumi.Input<string>;
        readonly domainName: pulumi.Input<string>;
      }
    | { readonly kind: "public"; readonly domainName: pulumi.Input<string> };
  /** Firewall of scope CLOUDFRONT. */
  readonly webAclArn: pulumi.Input<string>;
  /** The region of CloudFront's certificates and logs, us-east-1. */
  readonly edgeRegion: string;
  readonly priceClass: "PriceClass_100" | "PriceClass_200" | "PriceClass_All";
  /** Seconds CloudFront waits for an answer, 1 to 120. Whatever takes longer has to become a job. */
  readonly readTimeoutInSeconds: number;
  /** Countries that may use it, or may not. @default no restriction */
  readonly geoRestriction?: { readonly type: "whitelist" | "blacklist"; readonly countries: readonly string[] };
  /** A host name of one's own in a Route 53 zone. @default CloudFront's */
  readonly domain?: { readonly name: string; readonly hostedZoneId: string };
  /** Bucket that access logs go to. */
  readonly logBucketArn: pulumi.Input<string>;
  /** Base of the names of the log delivery and of policies, unique in the account. */
  readonly logName: string;
  readonly transform?: CdnFrontTransforms;
}

export interface CdnFrontTransforms {
  readonly vpcOrigin?: Transform<aws.cloudfront.VpcOriginArgs>;
  readonly responseHeaders?: Transform<aws.cloudfront.ResponseHeadersPolicyArgs>;
  readonly certificate?: Transform<aws.acm.CertificateArgs>;
  readonly validationRecord?: Transform<aws.route53.RecordArgs>;
  readonly certificateValidation?: Transform<aws.acm.CertificateValidationArgs>;
  readonly distribution?: Transform<aws.cloudfront.DistributionArgs>;
  /** Both of the own domain's records, for addresses of version 4 and 6. */
  readonly record?: Transform<aws.route53.RecordArgs>;
  readonly logSource?: Transform<aws.cloudwatch.LogDeliverySourceArgs>;
  readonly logDestination?: Transform<aws.cloudwatch.LogDeliveryDestinationArgs>;
  readonly logDelivery?: Transform<aws.cloudwatch.LogDeliveryArgs>;
}

const ORIGIN = "application";
const ALL_METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
const TWO_YEARS_IN_SECONDS = 63_072_000;

/**
 * CloudFront in front of the application: HTTPS for everybody, static files cached, everything else passed through.
 * The first terabyte and ten million requests of a month are free.
 */
export class CdnFront extends Component<CdnFrontTransforms> {
  readonly distributionId: pulumi.Output<string>;
  readonly distributionArn: pulumi.Output<string>;
  /** The own domain where there is one, else CloudFront's. */
  readonly domainName: pulumi.Output<string>;
  /** With scheme. */
  readonly url: pulumi.Output<string>;
  /** Only with an own domain. */
  readonly certificateArn?: pulumi.Output<string>;
  readonly nodes: {
    readonly vpcOrigin?: aws.cloudfront.VpcOrigin;
    readonly responseHeaders: aws.cloudfront.ResponseHeadersPolicy;
    readonly certificate?: aws.acm.Certificate;
    readonly validationRecord?: aws.route53.Record;
    readonly certificateValidation?: aws.acm.CertificateValidation;
    readonly distribution: aws.cloudfront.Distribution;
    readonly records: readonly aws.route53.Record[];
    readonly logSource: aws.cloudwatch.LogDeliverySource;
    readonly logDestination: aws.cloudwatch.LogDeliveryDestination;
    readonly logDelivery: aws.cloudwatch.LogDelivery;
  };

  /** @throws InvalidArgument for a timeout CloudFront does not have, or a public origin without an own domain */
  constructor(name: string, args: CdnFrontArgs, options?: pulumi.ComponentResourceOptions) {
    super("CdnFront", name, args.transform, options);
    const { origin, domain } = args;
    if (args.readTimeoutInSeconds < 1 || args.readTimeoutInSeconds > 120) {
      this.refuse("readTimeoutInSeconds", args.readTimeoutInSeconds, "1 to 120 seconds");
    }
    if (origin.kind === "public" && !domain) {
      this.refuse("domain", undefined, "a name that the public load balancer's certificate covers");
    }

    const vpcOrigin =
      origin.kind === "vpc"
        ? this.child("vpcOrigin", aws.cloudfront.VpcOrigin, name, {
            vpcOriginEndpointConfig: {
              name: `${args.logName}-load-balancer`,
              arn: origin.loadBalancerArn,
              httpPort: 80,
              httpsPort: 443,
              // A load balancer's own name gets no certificate; this way never leaves AWS's network.
              originProtocolPolicy: "http-only",
              originSslProtocols: { items: ["TLSv1.2"], quantity: 1 },
            },
          })
        : undefined;
    const responseHeaders = this.child("responseHeaders", aws.cloudfront.ResponseHeadersPolicy, name, {
      name: `${args.logName}-security-headers`,
      comment: "Security headers of AI-Prism",
      securityHeadersConfig: {
        strictTransportSecurity: {
          accessControlMaxAgeSec: TWO_YEARS_IN_SECONDS,
          includeSubdomains: true,
          preload: false,
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: "DENY", override: true },
        referrerPolicy: { referrerPolicy: "strict-origin-when-cross-origin", override: true },
        // The application may say it more narrowly.
        contentSecurityPolicy: { contentSecurityPolicy: "default-src 'self'; frame-ancestors 'none'", override: false },
      },
    });
    const certified = domain && this.createCertificate(name, args.edgeRegion, domain);

    const behavior = {
      targetOriginId: ORIGIN,
      viewerProtocolPolicy: "redirect-to-https",
      compress: true,
      responseHeadersPolicyId: responseHeaders.id,
    };
    const distribution = this.child("distribution", aws.cloudfront.Distribution, name, {
      comment: `AI-Prism: ${args.logName}`,
      enabled: true,
      isIpv6Enabled: true,
      httpVersion: "http2and3",
      priceClass: args.priceClass,
      webAclId: args.webAclArn,
      aliases: domain ? [domain.name] : [],
      origins: [
        {
          originId: ORIGIN,
          domainName: origin.domainName,
          ...(vpcOrigin
            ? {
                vpcOriginConfig: {
                  vpcOriginId: vpcOrigin.id,
                  originReadTimeout: args.readTimeoutInSeconds,
                  originKeepaliveTimeout: 60,
                },
              }
            : {
                customOriginConfig: {
                  httpPort: 80,
                  httpsPort: 443,
                  originProtocolPolicy: "https-only",
                  originSslProtocols: ["TLSv1.2"],
                  originReadTimeout: args.readTimeoutInSeconds,
                  originKeepaliveTimeout: 60,
                },
              }),
        },
      ],
      defaultCacheBehavior: {
        ...behavior,
        allowedMethods: ALL_METHODS,
        cachedMethods: ["GET", "HEAD"],
        cachePolicyId: MANAGED_CACHE_POLICIES.cachingDisabled,
        originRequestPolicyId: MANAGED_ORIGIN_REQUEST_POLICIES.allViewer,
      },
      orderedCacheBehaviors: [
        {
          ...behavior,
          pathPattern: "/static/*",
          allowedMethods: ["GET", "HEAD", "OPTIONS"],
          cachedMethods: ["GET", "HEAD"],
          cachePolicyId: MANAGED_CACHE_POLICIES.cachingOptimized,
        },
      ],
      restrictions: {
        geoRestriction: {
          restrictionType: args.geoRestriction?.type ?? "none",
          locations: [...(args.geoRestriction?.countries ?? [])],
        },
      },
      viewerCertificate: certified
        ? {
            // Through the validation: CloudFront takes no certificate that is still pending.
            acmCertificateArn: certified.certificateValidation.certificateArn,
            sslSupportMethod: "sni-only",
            minimumProtocolVersion: "TLSv1.2_2021",
          }
        : { cloudfrontDefaultCertificate: true },
    });
    const records = domain ? this.createRecords(name, domain, distribution) : [];
    const logging = this.createLogDelivery(name, args, distribution);

    this.nodes = { vpcOrigin, responseHeaders, ...certified, distribution, records, ...logging };
    this.distributionId = distribution.id;
    this.distributionArn = distribution.arn;
    this.domainName = domain ? pulumi.output(domain.name) : distribution.domainName;
    this.url = pulumi.interpolate`https://${this.domainName}`;
    if (certified) this.certificateArn = certified.certificate.arn;
    this.registerOutputs({
      distributionId: this.distributionId,
      distributionArn: this.distributionArn,
      domainName: this.domainName,
      url: this.url,
    });
  }

  private createCertificate(name: string, region: string, domain: NonNullable<CdnFrontArgs["domain"]>) {
    const certificate = this.child("certificate", aws.acm.Certificate, name, {
      domainName: domain.name,
      validationMethod: "DNS",
      region,
    });
    const option = certificate.domainValidationOptions.apply(([first]) => first!);
    const validationRecord = this.child("validationRecord", aws.route53.Record, `${name}-validation`, {
      zoneId: domain.hostedZoneId,
      name: option.resourceRecordName,
      type: option.resourceRecordType,
      records: [option.resourceRecordValue],
      ttl: 300,
    });
    const certificateValidation = this.child("certificateValidation", aws.acm.CertificateValidation, name, {
      certificateArn: certificate.arn,
      validationRecordFqdns: [validationRecord.fqdn],
      region,
    });
    return { certificate, validationRecord, certificateValidation };
  }

  private createRecords(
    name: string,
    domain: NonNullable<CdnFrontArgs["domain"]>,
    distribution: aws.cloudfront.Distribution,
  ): aws.route53.Record[] {
    return ["A", "AAAA"].map((type) =>
      this.child("record", aws.route53.Record, `${name}-${type.toLowerCase()}`, {
        zoneId: domain.hostedZoneId,
        name: domain.name,
        type,
        aliases: [{ name: distribution.domainName, zoneId: distribution.hostedZoneId, evaluateTargetHealth: false }],
      }),
    );
  }

  /** Logs through CloudWatch's delivery: unlike the older way it needs no access control list on the bucket. */
  private createLogDelivery(name: string, args: CdnFrontArgs, distribution: aws.cloudfront.Distribution) {
    const region = args.edgeRegion;
    // Their names are taken as long as the old ones exist.
    const replaced = { deleteBeforeReplace: true };
    const logSource = this.child(
      "logSource",
      aws.cloudwatch.LogDeliverySource,
      name,
      {
        name: `${args.logName}-cdn`,
        region,
        logType: "ACCESS_LOGS",
        resourceArn: distribution.arn,
      },
      replaced,
    );
    const logDestination = this.child("logDestination", aws.cloudwatch.LogDeliveryDestination, name, {
      name: `${args.logName}-cdn`,
      region,
      outputFormat: "parquet",
      // With a prefix here AWS leaves the path below it as it is given; without one it puts its own before it, at first.
      deliveryDestinationConfiguration: { destinationResourceArn: pulumi.interpolate`${args.logBucketArn}/cdn` },
    });
    const logDelivery = this.child(
      "logDelivery",
      aws.cloudwatch.LogDelivery,
      name,
      {
        region,
        deliverySourceName: logSource.name,
        deliveryDestinationArn: logDestination.arn,
        s3DeliveryConfigurations: [
          { suffixPath: "{DistributionId}/{yyyy}/{MM}/{dd}/{HH}", enableHiveCompatiblePath: false },
        ],
      },
      replaced,
    );
    return { logSource, logDestination, logDelivery };
  }
}
