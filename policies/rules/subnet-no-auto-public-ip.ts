import { isTrue } from "../read";
import type { StackRule } from "../rule";
import { isPublicSubnet, subnetTypes } from "../subnets";

export const subnetNoAutoPublicIp: StackRule = {
  id: "subnet-no-auto-public-ip",
  title: "Only public subnets hand out public addresses",
  family: "network",
  severity: "medium",
  enforcement: "advisory",
  scope: "stack",
  types: subnetTypes,
  controls: { fsbp: ["EC2.15"], wellArchitected: ["SEC05-BP01"] },
  remediation: "Remove mapPublicIpOnLaunch; what needs a public address asks for one itself.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-public-ip.html",
  parameters: {
    allowPublicTier: {
      type: "boolean",
      description: "Whether subnets with a route to an internet gateway may hand out public addresses.",
      default: true,
    },
  },
  check(subnet, { fail, parameter, stack }) {
    if (!isTrue(subnet.value("mapPublicIpOnLaunch"))) return;
    if (parameter<boolean>("allowPublicTier") && isPublicSubnet(stack, subnet)) return;
    fail("mapPublicIpOnLaunch is true.");
  },
};
