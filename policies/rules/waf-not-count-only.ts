import { read } from "../read";
import type { ResourceRule } from "../rule";

export const wafNotCountOnly: ResourceRule = {
  id: "waf-not-count-only",
  title: "Firewalls block and do not merely count",
  family: "network",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:wafv2/webAcl:WebAcl", "aws:wafv2/webAclRule:WebAclRule"],
  controls: { wellArchitected: ["SEC05-BP03"] },
  remediation:
    "Set overrideAction of managed groups to none, and action of rate limits to block. Single rules may be counted.",
  url: "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-rule-group-override-options.html",
  check(resource, { fail, attempt }) {
    const inline = resource.type === "aws:wafv2/webAcl:WebAcl";
    const rules = inline ? resource.list("rules") : [resource.properties];
    for (const [index, rule] of rules.entries()) {
      attempt(() => {
        const name = (inline ? resource.text(`rules.${index}.name`) : resource.text("name")) ?? `rules.${index}`;
        if (read(rule, "overrideAction.count").state !== "absent") fail(`${name} counts what its group would block.`);
        const rated = read(rule, "statement.rateBasedStatement").state !== "absent";
        if (rated && ["count", "allow"].some((action) => read(rule, `action.${action}`).state !== "absent")) {
          fail(`${name} limits the rate and blocks nothing.`);
        }
      });
    }
  },
};
