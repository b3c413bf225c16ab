import type { ResourceRule } from "../rule";

export const flowLogComplete: ResourceRule = {
  id: "flow-log-complete",
  title: "Flow logs record what was let in and what was not",
  family: "observability",
  severity: "medium",
  enforcement: "advisory",
  scope: "resource",
  types: ["aws:ec2/flowLog:FlowLog"],
  controls: { fsbp: ["EC2.6"], cis: ["3.7"], wellArchitected: ["SEC04-BP01"] },
  remediation: "Set trafficType to ALL.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html",
  check(log, { fail }) {
    // Gateways record all there is and take no type.
    if (log.read("transitGatewayId").state !== "absent") return;
    const traffic = log.text("trafficType");
    if (traffic !== "ALL") fail(`trafficType is ${traffic === undefined ? "not set" : `"${traffic}"`}.`);
  },
};
