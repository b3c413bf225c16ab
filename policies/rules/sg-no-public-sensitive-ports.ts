import { ingressTypes, worldRules } from "../security-groups";
import type { ResourceRule } from "../rule";

export const sgNoPublicSensitivePorts: ResourceRule = {
  id: "sg-no-public-sensitive-ports",
  title: "No administrative or data port is open to the world",
  family: "public-access",
  severity: "critical",
  enforcement: "mandatory",
  scope: "resource",
  types: ingressTypes,
  controls: { fsbp: ["EC2.19"], cis: ["5.3", "5.4"], wellArchitected: ["SEC05-BP02"] },
  remediation:
    "Name the security group of the peer instead of a range of addresses; reach instances through Session Manager.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
  parameters: {
    ports: {
      type: "array",
      items: { type: "integer" },
      description: "Ports that must never be open to the world.",
      default: [
        20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 2375, 2376, 3306, 3389, 4333, 5432, 5500, 5601, 6379, 6380,
        8086, 9042, 9200, 9300, 11211, 27017, 27018, 27019,
      ],
    },
  },
  check(resource, { fail, attempt, parameter }) {
    for (const rule of worldRules(resource, attempt)) {
      const open = parameter<number[]>("ports").filter((port) => port >= rule.from && port <= rule.to);
      if (open.length > 0) fail(`${rule.label} opens ${portsText(open)} to ${rule.source}.`);
    }
  },
};

function portsText(ports: number[]): string {
  const shown = ports.slice(0, 5).join(", ");
  return `${ports.length === 1 ? "port" : "ports"} ${shown}${ports.length > 5 ? ` and ${ports.length - 5} more` : ""}`;
}
