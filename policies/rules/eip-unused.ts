import { Deferred } from "../read";
import type { StackRule } from "../rule";

export const eipUnused: StackRule = {
  id: "eip-unused",
  title: "Public addresses are used",
  family: "cost",
  severity: "low",
  enforcement: "advisory",
  scope: "stack",
  types: ["aws:ec2/eip:Eip"],
  controls: { fsbp: ["EC2.12"], wellArchitected: ["COST04-BP02"] },
  remediation: "Attach the address, or remove it: it is paid for either way.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-eips.html",
  check(address, { fail, stack }) {
    if (["instance", "networkInterface"].some((property) => address.gives(property))) return;
    const users = ["aws:ec2/natGateway:NatGateway", "aws:ec2/eipAssociation:EipAssociation"];
    const { found, unknown } = stack.referrers(address, users, "allocationId");
    if (found.length === 0 && unknown.length > 0) throw new Deferred("allocationId");
    if (found.length === 0) fail("No NAT gateway, instance or interface has the address.");
  },
};
