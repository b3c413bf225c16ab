import { alarmMetrics, deadDimension } from "../metrics";
import type { StackRule } from "../rule";

export const alarmDimensionExists: StackRule = {
  id: "alarm-dimension-exists",
  title: "Alarms watch something that is there",
  family: "observability",
  severity: "low",
  enforcement: "advisory",
  scope: "stack",
  types: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
  controls: { wellArchitected: ["REL06-BP01"] },
  remediation: "Take the dimension from the resource's output instead of writing its name again.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html",
  check(alarm, { fail, attempt, stack }) {
    attempt(() => {
      for (const { label, dimensions } of alarmMetrics(alarm)) {
        for (const [name, value] of Object.entries(dimensions)) {
          const dead = deadDimension(stack, name, value);
          if (dead) fail(`${label}${dead}.`);
        }
      }
    });
  },
};
