import { alarmMetrics, deadMetric, otherNamespaces } from "../metrics";
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
  remediation:
    "Take the dimension from the resource's output instead of writing its name again, and put the alarm where the metric is published.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html",
  parameters: { otherNamespaces },
  check(alarm, { fail, attempt, parameter, stack }) {
    for (const use of alarmMetrics(alarm)) {
      attempt(() => {
        const reason = deadMetric(stack, use, alarm.region, parameter<string[]>("otherNamespaces"));
        if (reason) fail(`${use.label}${reason}.`);
      });
    }
  },
};
