import { alarmMetrics } from "../metrics";
import type { ResourceRule } from "../rule";

/** Metrics that come for as long as what they are about lives: no data means that it does not. */
const alwaysReported: Record<string, ReadonlySet<string>> = {
  "AWS/RDS": new Set(["CPUUtilization", "DatabaseConnections", "FreeStorageSpace", "FreeableMemory"]),
  "AWS/ElastiCache": new Set([
    "CPUUtilization",
    "EngineCPUUtilization",
    "CurrConnections",
    "DatabaseMemoryUsagePercentage",
    "FreeableMemory",
  ]),
  "AWS/EC2": new Set([
    "CPUUtilization",
    "StatusCheckFailed",
    "StatusCheckFailed_Instance",
    "StatusCheckFailed_System",
    "StatusCheckFailed_AttachedEBS",
  ]),
  "AWS/ElasticBeanstalk": new Set(["EnvironmentHealth"]),
  "AWS/ApplicationELB": new Set(["HealthyHostCount", "UnHealthyHostCount"]),
  "AWS/CertificateManager": new Set(["DaysToExpiry"]),
};

export const alarmMissingData: ResourceRule = {
  id: "alarm-missing-data",
  title: "Alarms do not take silence for health",
  family: "observability",
  severity: "medium",
  enforcement: "advisory",
  scope: "resource",
  types: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
  controls: { wellArchitected: ["REL06-BP01", "OPS08-BP04"] },
  remediation: 'Set treatMissingData to "breaching", or to "missing" where the resource may rightly be gone.',
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html",
  check(alarm, { fail }) {
    const treated = alarm.text("treatMissingData");
    if (treated !== "notBreaching" && treated !== "ignore") return;
    for (const { label, namespace, name } of alarmMetrics(alarm)) {
      const always = Object.hasOwn(alwaysReported, namespace) && alwaysReported[namespace]!.has(name);
      if (always) fail(`${label}treatMissingData is "${treated}", and ${name} is silent only when nothing runs.`);
    }
  },
};
