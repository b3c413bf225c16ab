import { alarmMetrics, published } from "../metrics";
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
  check(alarm, { fail, attempt }) {
    attempt(() => {
      for (const { label, namespace, name } of alarmMetrics(alarm)) {
        const known = Object.hasOwn(published, namespace) ? published[namespace] : undefined;
        if (known && !known.has(name)) fail(`${label}${namespace} has no metric ${name}, so the alarm never fires.`);
      }
    });
  },
};
