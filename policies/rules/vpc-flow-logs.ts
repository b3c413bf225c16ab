import { Deferred } from "../read";
import type { StackRule } from "../rule";

export const vpcFlowLogs: StackRule = {
  id: "vpc-flow-logs",
  title: "Every VPC has a flow log",
  family: "observability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:ec2/vpc:Vpc"],
  controls: { fsbp: ["EC2.6"], cis: ["3.7"], wellArchitected: ["SEC04-BP01"] },
  remediation: "Add a FlowLog with the VPC's id and trafficType ALL.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html",
  check(vpc, { fail, stack }) {
    const { found, unknown } = stack.referrers(vpc, ["aws:ec2/flowLog:FlowLog"], "vpcId");
    if (found.length === 0 && unknown.length > 0) throw new Deferred("vpcId");
    if (found.length === 0) return fail("No FlowLog exists for the VPC.");
    // What was rejected is what an investigation looks for; accepted traffic alone is no answer.
    if (!found.some((log) => (log.text("trafficType") ?? "ALL") !== "ACCEPT")) {
      fail("The flow log records accepted traffic only.");
    }
  },
};
