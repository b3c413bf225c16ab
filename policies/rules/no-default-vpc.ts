import type { ResourceRule } from "../rule";

export const noDefaultVpc: ResourceRule = {
  id: "no-default-vpc",
  title: "Nothing lives in the default VPC",
  family: "network",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:ec2/defaultVpc:DefaultVpc", "aws:ec2/defaultSubnet:DefaultSubnet"],
  controls: { wellArchitected: ["SEC05-BP01"] },
  remediation: "Make a VPC with private subnets.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html",
  check(resource, { fail }) {
    fail(`The program takes over the account's ${resource.type.slice(resource.type.lastIndexOf(":") + 1)}.`);
  },
};
