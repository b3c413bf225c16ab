import { isFalse, read } from "../read";
import type { ResourceRule } from "../rule";

export const wafEffectiveRules: ResourceRule = {
  id: "waf-effective-rules",
  title: "Firewalls refuse something, and show what",
  family: "network",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
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
  check(acl, { fail, attempt, parameter }) {
    const rules = acl.list("rules");
    attempt(() => {
      const opens = acl.read("defaultAction.allow").state !== "absent";
      if (rules.length === 0 && opens) fail("It has no rules and allows everything.");
    });
    attempt(() => {
      const path = "statement.managedRuleGroupStatement.name";
      const groups = rules.map((_, index) => acl.text(`rules.${index}.${path}`));
      for (const group of parameter<string[]>("requiredGroups")) {
        if (rules.length > 0 && !groups.includes(group)) fail(`The managed group ${group} is missing.`);
      }
    });
    attempt(() => {
      const rated = rules.some((rule) => read(rule, "statement.rateBasedStatement").state !== "absent");
      if (rules.length > 0 && !rated) fail("No rule limits the rate of one address.");
    });
    for (const path of ["visibilityConfig", ...rules.map((_, index) => `rules.${index}.visibilityConfig`)]) {
      attempt(() => {
        if (isFalse(acl.value(`${path}.cloudwatchMetricsEnabled`))) fail(`${path}.cloudwatchMetricsEnabled is false.`);
      });
    }
  },
};
