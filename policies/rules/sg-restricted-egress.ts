import { egressTypes, worldRules } from "../security-groups";
import type { ResourceRule } from "../rule";

export const sgRestrictedEgress: ResourceRule = {
  id: "sg-restricted-egress",
  title: "No group lets everything out to the world",
  family: "network",
  severity: "low",
  enforcement: "advisory",
  scope: "resource",
  types: egressTypes,
  controls: { wellArchitected: ["SEC05-BP02"] },
  remediation: "Name the ports that are needed: 443 for AWS and package indexes, the peer's group for everything else.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
  check(resource, { fail, attempt }) {
    for (const rule of worldRules(resource, attempt, "egress")) {
      if (rule.from === 0 && rule.to === 65535) fail(`${rule.label} lets every port out to ${rule.source}.`);
    }
  },
};
