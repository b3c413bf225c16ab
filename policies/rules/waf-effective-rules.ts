import { isFalse, need, read } from "../read";
import type { StackRule } from "../rule";

export const wafEffectiveRules: StackRule = {
  id: "waf-effective-rules",
  title: "Firewalls refuse something, and show what",
  family: "network",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:wafv2/webAcl:WebAcl"],
  controls: { fsbp: ["WAF.10", "WAF.12"], wellArchitected: ["SEC05-BP03"] },
  remediation:
    "Add the managed group AWSManagedRulesKnownBadInputsRuleSet and a rate-based rule, with metrics enabled.",
  url: "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html",
  parameters: {
    requiredGroups: {
      type: "array",
      items: { type: "string" },
      description: "Managed rule groups of AWS's that every firewall has.",
      default: ["AWSManagedRulesKnownBadInputsRuleSet"],
    },
  },
  check(acl, { fail, attempt, parameter, stack }) {
    const separate = stack.referrers(acl, ["aws:wafv2/webAclRule:WebAclRule"], "webAclArn").found;
    const rules = [
      ...acl.list("rules").map((rule, index) => ({ rule, label: `rules.${index}.` })),
      ...separate.map((one) => ({ rule: one.properties as unknown, label: `"${one.name}" ` })),
    ];
    attempt(() => {
      const opens = acl.read("defaultAction.allow").state !== "absent";
      if (rules.length === 0 && opens) fail("It has no rules and allows everything.");
    });
    attempt(() => {
      const groups = rules.map(({ rule }) => need(rule, "statement.managedRuleGroupStatement.name"));
      for (const group of parameter<string[]>("requiredGroups")) {
        if (rules.length > 0 && !groups.includes(group)) fail(`The managed group ${group} is missing.`);
      }
    });
    attempt(() => {
      const rated = rules.some(({ rule }) => read(rule, "statement.rateBasedStatement").state !== "absent");
      if (rules.length > 0 && !rated) fail("No rule limits the rate of one address.");
    });
    for (const { rule, label } of [{ rule: acl.properties as unknown, label: "" }, ...rules]) {
      attempt(() => {
        if (isFalse(need(rule, "visibilityConfig.cloudwatchMetricsEnabled"))) {
          fail(`${label}visibilityConfig.cloudwatchMetricsEnabled is false.`);
        }
      });
    }
  },
};
