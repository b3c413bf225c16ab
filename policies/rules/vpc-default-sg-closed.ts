import { Deferred } from "../read";
import type { StackRule } from "../rule";

export const vpcDefaultSgClosed: StackRule = {
  id: "vpc-default-sg-closed",
  title: "The default group of every VPC lets nothing through",
  family: "network",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:ec2/vpc:Vpc", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"],
  controls: { fsbp: ["EC2.2"], cis: ["5.5"], wellArchitected: ["SEC05-BP02"] },
  remediation: "Add a DefaultSecurityGroup for the VPC without ingress and egress.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html",
  check(resource, { fail, stack }) {
    if (resource.type !== "aws:ec2/vpc:Vpc") {
      for (const direction of ["ingress", "egress"]) {
        if (resource.list(direction).length > 0) fail(`${direction} is not empty.`);
      }
      return;
    }
    const groups = stack.referrers(resource, ["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"], "vpcId");
    if (groups.found.length > 0) return;
    if (groups.unknown.length > 0) throw new Deferred("vpcId");
    fail("No DefaultSecurityGroup empties the VPC's default group.");
  },
};
