import type { ResourceRule } from "../rule";

export const sgDescription: ResourceRule = {
  id: "sg-description",
  title: "Groups and their rules say what they are for",
  family: "network",
  severity: "low",
  enforcement: "advisory",
  scope: "resource",
  types: [
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  ],
  controls: { wellArchitected: ["SEC05-BP02", "OPS07-BP03"] },
  remediation: "Set description.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/working-with-security-group-rules.html",
  check(resource, { fail }) {
    const description = resource.text("description") ?? "";
    if (description === "" || description === "Managed by Pulumi") fail("description is not set.");
  },
};
