import type { StackRule } from "../rule";

const separate = {
  ingress: ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws:ec2/securityGroupRule:SecurityGroupRule"],
  egress: ["aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "aws:ec2/securityGroupRule:SecurityGroupRule"],
} as const;

export const sgNoRuleConflicts: StackRule = {
  id: "sg-no-rule-conflicts",
  title: "A group's rules are managed in one way",
  family: "network",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:ec2/securityGroup:SecurityGroup"],
  controls: { wellArchitected: ["OPS05-BP04"] },
  remediation: "Move the inline rules into resources of their own.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/working-with-security-group-rules.html",
  check(group, { fail, attempt, stack }) {
    for (const [direction, types] of Object.entries(separate)) {
      attempt(() => {
        // AWS reports rules of other resources in the same property.
        if (!group.gives(direction) || group.list(direction).length === 0) return;
        const [other] = stack
          .referrers(group, types, "securityGroupId")
          .found.filter((rule) => (rule.text("type") ?? direction) === direction);
        if (other)
          fail(`${direction} is given inline, and "${other.name}" adds to it: each deployment undoes the other.`);
      });
    }
  },
};
