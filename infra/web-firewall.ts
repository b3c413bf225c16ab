import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type Transform } from "./component";

/** Arguments of {@link WebFirewall}. */
export interface WebFirewallArgs {
  readonly name: string;
  /** The region of CloudFront's firewalls, us-east-1. */
  readonly region: string;
  /** Requests that one address may send in five minutes, 100 at least. */
  readonly requestsPerFiveMinutes: number;
  /** Paths that documents are uploaded to: bodies there may be large, and quote scripts, paths and queries. */
  readonly uploadPaths: readonly string[];
  /** WAF only takes names that start with `aws-waf-logs-`. */
  readonly logGroupName: string;
  readonly logRetentionInDays: number;
  /** Key in `region`. */
  readonly kmsKeyArn: pulumi.Input<string>;
  readonly transform?: {
    readonly webAcl?: Transform<aws.wafv2.WebAclArgs>;
    readonly logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
    readonly logging?: Transform<aws.wafv2.WebAclLoggingConfigurationArgs>;
  };
}

type Rule = aws.types.input.wafv2.WebAclRule;
type RuleStatement = aws.types.input.wafv2.WebAclRuleStatement;

const EDGE = "us-east-1";

/** AWS's own rules, in the order they are asked; the common ones weigh 700 of 1500 units, the others 25 to 200. */
const MANAGED_GROUPS = ["AmazonIpReputationList", "KnownBadInputsRuleSet", "SQLiRuleSet", "CommonRuleSet"] as const;

/**
 * Rules that look into bodies, by group, each with the label it leaves. A document of more than 8 KiB breaks the first,
 * and one that quotes a script, a path, an address or a query the others, so they are counted, and enforced by a rule of
 * our own everywhere but on uploads. Known bad inputs are too narrow to hit a document by chance, and stay.
 */
const BODY_RULES: Partial<
  Record<(typeof MANAGED_GROUPS)[number], { namespace: string; labels: Readonly<Record<string, string>> }>
> = {
  CommonRuleSet: {
    namespace: "core-rule-set",
    labels: {
      SizeRestrictions_BODY: "SizeRestrictions_Body",
      CrossSiteScripting_BODY: "CrossSiteScripting_Body",
      GenericLFI_BODY: "GenericLFI_Body",
      GenericRFI_BODY: "GenericRFI_Body",
      EC2MetaDataSSRF_BODY: "EC2MetaDataSSRF_Body",
    },
  },
  SQLiRuleSet: {
    namespace: "sql-database",
    labels: {
      SQLi_BODY: "SQLi_Body",
      SQLiExtendedPatterns_BODY: "SQLiExtendedPatterns_Body",
    },
  },
};

/** The firewall in front of the CDN: rate limit and AWS's managed rules. About 12 USD a month, 0.60 for a million requests. */
export class WebFirewall extends Component<NonNullable<WebFirewallArgs["transform"]>> {
  readonly webAclArn: pulumi.Output<string>;
  readonly webAclName: string;
  readonly nodes: {
    readonly webAcl: aws.wafv2.WebAcl;
    readonly logGroup: aws.cloudwatch.LogGroup;
    readonly logging: aws.wafv2.WebAclLoggingConfiguration;
  };

  /** @throws InvalidArgument outside us-east-1, for a lower rate than WAF counts, or a log group WAF does not take */
  constructor(name: string, args: WebFirewallArgs, options?: pulumi.ComponentResourceOptions) {
    super("WebFirewall", name, args.transform, options);
    const { region } = args;
    if (region !== EDGE) this.refuse("region", region, `${EDGE}, where CloudFront's firewalls live`);
    if (args.requestsPerFiveMinutes < 100) {
      this.refuse("requestsPerFiveMinutes", args.requestsPerFiveMinutes, "100 or more");
    }
    if (!args.logGroupName.startsWith("aws-waf-logs-")) {
      this.refuse("logGroupName", args.logGroupName, "a name that starts with aws-waf-logs-");
    }
    const webAcl = this.child("webAcl", aws.wafv2.WebAcl, name, {
      name: args.name,
      description: "Firewall in front of the CDN of AI-Prism",
      region,
      scope: "CLOUDFRONT",
      defaultAction: { allow: {} },
      visibilityConfig: visible(args.name),
      associationConfig: { requestBodies: [{ cloudfront: { defaultSizeInspectionLimit: "KB_64" } }] },
      rules: rules(args),
    });
    const logGroup = this.child("logGroup", aws.cloudwatch.LogGroup, name, {
      name: args.logGroupName,
      region,
      retentionInDays: args.logRetentionInDays,
      kmsKeyId: args.kmsKeyArn,
    });
    const logging = this.child("logging", aws.wafv2.WebAclLoggingConfiguration, name, {
      region,
      resourceArn: webAcl.arn,
      logDestinationConfigs: [logGroup.arn],
      redactedFields: ["authorization", "cookie"].map((header) => ({ singleHeader: { name: header } })),
    });
    this.nodes = { webAcl, logGroup, logging };
    this.webAclArn = webAcl.arn;
    this.webAclName = args.name;
    this.registerOutputs({ webAclArn: this.webAclArn, webAclName: this.webAclName });
  }
}

function visible(metricName: string) {
  return { cloudwatchMetricsEnabled: true, metricName, sampledRequestsEnabled: true };
}

function rules(args: WebFirewallArgs): Rule[] {
  const ordered: Omit<Rule, "priority">[] = [
    {
      name: "rate-limit",
      action: { block: {} },
      statement: {
        rateBasedStatement: {
          limit: args.requestsPerFiveMinutes,
          evaluationWindowSec: 300,
          aggregateKeyType: "IP",
        },
      },
      visibilityConfig: visible("rate-limit"),
    },
    ...MANAGED_GROUPS.map((group) => ({
      name: group,
      overrideAction: { none: {} },
      statement: {
        managedRuleGroupStatement: {
          vendorName: "AWS",
          name: `AWSManagedRules${group}`,
          ruleActionOverrides: Object.keys(BODY_RULES[group]?.labels ?? {}).map((rule) => ({
            name: rule,
            actionToUse: { count: {} },
          })),
        },
      },
      visibilityConfig: visible(group),
    })),
    {
      name: "bodies-outside-uploads",
      action: { block: {} },
      statement: all([
        any(
          Object.values(BODY_RULES).flatMap(({ namespace, labels }) =>
            Object.values(labels).map((label) => ({
              labelMatchStatement: { scope: "LABEL", key: `awswaf:managed:aws:${namespace}:${label}` },
            })),
          ),
        ),
        ...(args.uploadPaths.length > 0
          ? [{ notStatement: { statement: any(args.uploadPaths.map(pathStartsWith)) } }]
          : []),
      ]),
      visibilityConfig: visible("bodies-outside-uploads"),
    },
  ];
  return ordered.map((rule, priority) => ({ ...rule, priority }));
}

function pathStartsWith(path: string): RuleStatement {
  return {
    byteMatchStatement: {
      fieldToMatch: { uriPath: {} },
      positionalConstraint: "STARTS_WITH",
      searchString: path,
      textTransformations: [{ priority: 0, type: "NORMALIZE_PATH" }],
    },
  };
}

/** WAF refuses to combine fewer than two statements. */
function any(statements: RuleStatement[]): RuleStatement {
  return statements.length === 1 ? statements[0]! : { orStatement: { statements } };
}

function all(statements: RuleStatement[]): RuleStatement {
  return statements.length === 1 ? statements[0]! : { andStatement: { statements } };
}
