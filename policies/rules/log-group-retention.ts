import type { ResourceRule } from "../rule";

export const logGroupRetention: ResourceRule = {
  id: "log-group-retention",
  title: "Log groups end their retention",
  family: "observability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  controls: { fsbp: ["CloudWatch.16"], wellArchitected: ["SEC04-BP01"] },
  remediation: "Set retentionInDays.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
  parameters: { minDays: { type: "integer", minimum: 1, description: "Fewest days of retention.", default: 7 } },
  check(group, { fail, parameter }) {
    // The delivery class keeps everything for two days and takes no other figure.
    if (group.text("logGroupClass") === "DELIVERY") return;
    const days = Number(group.value("retentionInDays") ?? 0);
    const minimum = parameter<number>("minDays");
    if (days === 0) fail("retentionInDays is not set, so events are kept, and paid for, forever.");
    else if (days < minimum) fail(`Events are kept for ${days} days, fewer than ${minimum}.`);
  },
};
