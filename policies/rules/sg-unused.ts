import type { Resource } from "../resource";
import type { StackRule } from "../rule";
import { textsIn } from "../secret-material";
import type { StackIndex } from "../stack-index";

const groupTypes: readonly string[] = ["aws:ec2/securityGroup:SecurityGroup"];

const ruleTypes: ReadonlySet<string> = new Set([
  "aws:ec2/securityGroupRule:SecurityGroupRule",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
]);

export const sgUnused: StackRule = {
  id: "sg-unused",
  title: "Security groups are attached to something",
  family: "network",
  severity: "low",
  enforcement: "advisory",
  scope: "stack",
  types: groupTypes,
  controls: { fsbp: ["EC2.22"], wellArchitected: ["SEC05-BP02"] },
  remediation: "Attach the group, or remove it with its rules.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
  check(group, { fail, stack }) {
    const { urns, ids } = stack.derive(usesOfGroups);
    if (urns.has(group.urn)) return;
    const id = group.text("id") ?? group.data.id;
    if (id === undefined || !ids.has(id)) fail("Nothing in the stack uses the group.");
  },
};

/**
 * The groups that AWS resources name, by URN and by id, and those that the stack's outputs hand to other programs. The
 * outputs of components are no use of anything.
 */
function usesOfGroups(stack: StackIndex): { urns: ReadonlySet<string>; ids: ReadonlySet<string> } {
  const urns = new Set<string>();
  const ids = new Set<string>();
  for (const resource of stack.resources) {
    if (!resource.type.startsWith("aws:") && resource.type !== "pulumi:pulumi:Stack") continue;
    for (const [property, value] of Object.entries(resource.properties)) {
      if (isOfItself(resource, property)) continue;
      for (const urn of resource.data.propertyDependencies?.[property] ?? []) urns.add(urn);
      for (const { text } of textsIn(value, property)) {
        if (!text.includes("sg-")) continue;
        for (const [id] of text.matchAll(/\bsg-[\w-]+/g)) ids.add(id);
      }
    }
  }
  return { urns, ids };
}

/** Whether a property tells of a group itself: a rule of its names the group it belongs to, which is no use of it. */
function isOfItself({ type }: Resource, property: string): boolean {
  if (groupTypes.includes(type)) return property !== "ingress" && property !== "egress";
  return property === "securityGroupId" && ruleTypes.has(type);
}
