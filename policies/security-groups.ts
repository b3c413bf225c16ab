import { need, needList } from "./read";
import type { Resource } from "./resource";

/** What can let traffic in. */
export const ingressTypes = [
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  "aws:ec2/securityGroupRule:SecurityGroupRule",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
] as const;

/** What can let traffic out. */
export const egressTypes = [
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/securityGroupRule:SecurityGroupRule",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
] as const;

type Direction = "ingress" | "egress";

/** A rule that the whole world, or a large part of it, passes. */
export interface WorldRule {
  label: string;
  source: string;
  /** First and last port, 0 to 65535 where the rule takes every protocol. */
  from: number;
  to: number;
}

/**
 * The rules of a resource that let the world in, or out to the world, on TCP or UDP ports. Unknown parts are left to
 * `attempt`.
 */
export function worldRules(
  resource: Resource,
  attempt: (decision: () => void) => void,
  direction: Direction = "ingress",
): WorldRule[] {
  const found: WorldRule[] = [];
  for (const { label, rule } of rulesOf(resource, attempt, direction)) {
    attempt(() => {
      const sources = ranges(rule).filter(isWorld);
      const protocol = String(need(rule, "ipProtocol") ?? need(rule, "protocol") ?? "-1").toLowerCase();
      if (sources.length === 0 || /^(icmp(v6)?|1|58)$/.test(protocol)) return;
      const everything = protocol === "-1" || protocol === "all";
      const from = everything ? 0 : Number(need(rule, "fromPort") ?? 0);
      const to = everything ? 65535 : Number(need(rule, "toPort") ?? 65535);
      for (const source of sources) found.push({ label, source, from, to });
    });
  }
  return found;
}

/** The address ranges of one rule, of any of its forms. @throws Deferred */
export function ranges(rule: unknown): string[] {
  const single = ["cidrIpv4", "cidrIpv6"].map((field) => need(rule, field));
  const lists = ["cidrBlocks", "ipv6CidrBlocks"].flatMap((field) => needList(rule, field));
  return [...single, ...lists].filter((cidr): cidr is string => typeof cidr === "string");
}

/** The rules that a resource holds, or is, with a name for messages. */
export function rulesOf(
  resource: Resource,
  attempt: (decision: () => void) => void,
  direction: Direction = "ingress",
): { label: string; rule: unknown }[] {
  switch (resource.type) {
    case "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":
    case "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":
      return [{ label: "The rule", rule: resource.properties as unknown }];
    case "aws:ec2/securityGroupRule:SecurityGroupRule": {
      let matches = false;
      attempt(() => (matches = resource.text("type") === direction));
      return matches ? [{ label: "The rule", rule: resource.properties as unknown }] : [];
    }
    default: {
      let rules: unknown[] = [];
      attempt(() => (rules = resource.list(direction)));
      return rules.map((rule, index) => ({ label: `${direction}[${index}]`, rule }));
    }
  }
}

/**
 * Whether a range is so wide that it stands for the world: two halves of the address space are as open as the whole,
 * and nobody owns a range this size.
 */
export function isWorld(cidr: string): boolean {
  const [address = "", prefix] = cidr.split("/");
  if (prefix === undefined) return false;
  return Number(prefix) < (address.includes(":") ? 16 : 8);
}
