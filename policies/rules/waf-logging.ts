import { Deferred } from "../read";
import type { StackRule } from "../rule";

export const wafLogging: StackRule = {
  id: "waf-logging",
  title: "Firewalls log what they saw",
  family: "observability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:wafv2/webAcl:WebAcl"],
  controls: { fsbp: ["WAF.11"], wellArchitected: ["SEC04-BP01"] },
  remediation: "Add a WebAclLoggingConfiguration for the firewall.",
  url: "https://docs.aws.amazon.com/waf/latest/developerguide/logging.html",
  check(acl, { fail, stack }) {
    const type = ["aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"];
    const { found, unknown } = stack.referrers(acl, type, "resourceArn");
    if (found.length === 0 && unknown.length > 0) throw new Deferred("resourceArn");
    if (found.length === 0) fail("No WebAclLoggingConfiguration exists for the firewall.");
  },
};
