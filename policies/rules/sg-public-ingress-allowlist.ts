import { ingressTypes, worldRules } from "../security-groups";
import type { ResourceRule } from "../rule";

export const sgPublicIngressAllowlist: ResourceRule = {
  id: "sg-public-ingress-allowlist",
  title: "Only listed ports are open to the world",
  family: "public-access",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ingressTypes,
  controls: { fsbp: ["EC2.18"], wellArchitected: ["SEC05-BP02"] },
  remediation: "Name the security group of the peer or a prefix list, or list the port in allowedPorts.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
  parameters: {
    allowedPorts: {
      type: "array",
      items: { type: "integer" },
      description: "Ports that may be open to the world.",
      default: [80, 443],
    },
  },
  check(resource, { fail, attempt, parameter }) {
    const allowed = parameter<number[]>("allowedPorts");
    for (const rule of worldRules(resource, attempt)) {
      if (rule.from === rule.to && allowed.includes(rule.from)) continue;
      const ports = rule.from === rule.to ? `port ${rule.from}` : `ports ${rule.from} to ${rule.to}`;
      fail(`${rule.label} opens ${ports} to ${rule.source}; allowed are ${allowed.join(", ") || "none"}.`);
    }
  },
};
