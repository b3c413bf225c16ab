import { alarmMetrics, unpublished } from "../metrics";
import type { ResourceRule } from "../rule";

export const alarmMetricPublished: ResourceRule = {
  id: "alarm-metric-published",
  title: "Alarms watch metrics that somebody publishes",
  family: "observability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
  controls: { wellArchitected: ["REL06-BP01", "OPS08-BP01"] },
  remediation:
    "Take a metric that the service publishes. Memory and disk of an instance come from the CloudWatch agent, in a namespace of your own.",
  url: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html",
  parameters: {
    otherMetrics: {
      type: "array",
      items: { type: "string" },
      description: "Names of metrics that AWS has begun to publish since.",
      default: [],
    },
  },
  check(alarm, { fail, attempt, parameter }) {
    attempt(() => {
      for (const use of alarmMetrics(alarm)) {
        const reason = parameter<string[]>("otherMetrics").includes(use.name) ? undefined : unpublished(use);
        if (reason) fail(`${use.label}${reason}, so the alarm never fires.`);
      }
    });
  },
};
