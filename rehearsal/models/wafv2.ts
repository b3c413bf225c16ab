import { isObject, list, type Properties, text } from "../values";
import { type Model, type ModelContext, type Models, type Refused, refused } from "./model";
import { naming, plain } from "./references";

const ACL = "aws:wafv2/webAcl:WebAcl";

/** Capacity units of AWS's own rule groups. */
const MANAGED_CAPACITY: Record<string, number> = {
  AWSManagedRulesCommonRuleSet: 700,
  AWSManagedRulesAdminProtectionRuleSet: 100,
  AWSManagedRulesKnownBadInputsRuleSet: 200,
  AWSManagedRulesSQLiRuleSet: 200,
  AWSManagedRulesLinuxRuleSet: 200,
  AWSManagedRulesUnixRuleSet: 100,
  AWSManagedRulesAmazonIpReputationList: 25,
  AWSManagedRulesAnonymousIpList: 50,
  AWSManagedRulesBotControlRuleSet: 50,
};

function arnOf(kind: string) {
  return ({ inputs, partition, region, account, id }: Omit<ModelContext, "arn">) => {
    const scope = inputs.scope === "CLOUDFRONT" ? "global" : "regional";
    return `arn:${partition}:wafv2:${region}:${account}:${scope}/${kind}/${String(inputs.name)}/${id}`;
  };
}

function outsideUsEast1({ inputs, region }: ModelContext): Refused | undefined {
  return inputs.scope === "CLOUDFRONT" && region !== "us-east-1"
    ? refused(
        "WAFInvalidParameterException",
        `The scope is not valid: scope CLOUDFRONT exists in us-east-1 only, and region is ${region}`,
      )
    : undefined;
}

function rules(inputs: Properties): Properties[] {
  return list(inputs.rules).filter(isObject);
}

function capacity({ inputs }: ModelContext): number {
  return rules(inputs).reduce((sum, rule) => {
    const statement = isObject(rule.statement) ? rule.statement : {};
    const managed = isObject(statement.managedRuleGroupStatement)
      ? text(statement.managedRuleGroupStatement.name)
      : undefined;
    if (managed) return sum + (MANAGED_CAPACITY[managed] ?? 0);
    return sum + (statement.rateBasedStatement ? 2 : 1);
  }, 0);
}

function refuseAcl(context: ModelContext): Refused | undefined {
  const { inputs } = context;
  const place = outsideUsEast1(context);
  if (place) return place;
  const action = isObject(inputs.defaultAction) ? inputs.defaultAction : {};
  if ((action.allow === undefined) === (action.block === undefined))
    return refused("WAFInvalidParameterException", "defaultAction needs either allow or block");
  const seen = { name: new Set<unknown>(), priority: new Set<unknown>() };
  for (const [index, rule] of rules(inputs).entries()) {
    for (const key of ["name", "priority"] as const) {
      if (seen[key].has(rule[key])) {
        return refused("WAFInvalidParameterException", `rules[${index}].${key} ${String(rule[key])} is given twice`);
      }
      seen[key].add(rule[key]);
    }
    const statement = isObject(rule.statement) ? rule.statement : {};
    const group =
      statement.managedRuleGroupStatement !== undefined || statement.ruleGroupReferenceStatement !== undefined;
    const [needed, other] = group ? ["overrideAction", "action"] : ["action", "overrideAction"];
    if (rule[needed!] === undefined || rule[other!] !== undefined) {
      return refused(
        "WAFInvalidParameterException",
        `rules[${index}] "${String(rule.name)}" needs ${needed} and no ${other}`,
      );
    }
  }
  const units = capacity(context);
  return units > 5000
    ? refused("WAFLimitsExceededException", `the rules need ${units} capacity units; 5000 are allowed`)
    : undefined;
}

const acl: Model = {
  arn: arnOf("webacl"),
  outputs: (context) => ({
    applicationIntegrationUrl: "",
    capacity: capacity(context),
    lockToken: context.identifiers.uuid("lock"),
  }),
  refuse: refuseAcl,
  refuseDelete({ world, arn }) {
    const user =
      world.findBy("aws:cloudfront/distribution:Distribution", "webAclId", arn) ??
      world.findBy("aws:wafv2/webAclAssociation:WebAclAssociation", "webAclArn", arn);
    return (
      user &&
      refused("WAFAssociatedItemException", `your resource is being used by another resource: "${user.name}" uses it`)
    );
  },
};

const logging: Model = {
  refuse({ inputs, world, region }) {
    const arn = text(inputs.resourceArn) ?? "";
    const known = world.findBy(ACL, "arn", arn);
    if (!known)
      return refused("WAFNonexistentItemException", `your resource doesn't exist: there is no web ACL ${arn}`);
    if (known.region !== region) {
      return refused("WAFInvalidParameterException", `the web ACL is in ${known.region}, and its logging in ${region}`);
    }
    for (const destination of list(inputs.logDestinationConfigs)) {
      const name = String(destination).replace(/:\*$/, "").split(/[:/]/).at(-1) ?? "";
      const isGroup = /^arn:[^:]+:logs:/.test(String(destination));
      if (isGroup && !world.findBy("aws:cloudwatch/logGroup:LogGroup", "name", name, region)) {
        return refused(
          "WAFLogDestinationPermissionIssueException",
          `Unable to deliver logs to the configured destination: there is no log group "${name}" in ${region}`,
        );
      }
    }
    return undefined;
  },
};

export const models: Models = {
  [ACL]: acl,
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": logging,
  "aws:wafv2/webAclAssociation:WebAclAssociation": {
    refuse: ({ inputs, world }) => {
      if (/:cloudfront:/.test(String(inputs.resourceArn))) {
        return refused("WAFInvalidParameterException", "a distribution takes its web ACL as webAclId");
      }
      return world.findBy(ACL, "arn", inputs.webAclArn)
        ? undefined
        : refused(
            "WAFNonexistentItemException",
            `your resource doesn't exist: there is no web ACL ${String(inputs.webAclArn)}`,
          );
    },
  },
  "aws:wafv2/ipSet:IpSet": {
    arn: arnOf("ipset"),
    outputs: ({ identifiers }) => ({ lockToken: identifiers.uuid("lock") }),
    refuse: outsideUsEast1,
    refuseDelete({ world, arn }) {
      const user = world.ofType(ACL).find((one) => JSON.stringify(plain(one).rules ?? []).includes(arn));
      return (
        user &&
        refused(
          "WAFAssociatedItemException",
          `your resource is being used by another resource: ${naming(user)} uses it`,
        )
      );
    },
  },
};
