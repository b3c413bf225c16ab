import { isFalse } from "../read";
import type { ResourceRule } from "../rule";

export const alarmHasAction: ResourceRule = {
  id: "alarm-has-action",
  title: "Alarms tell somebody",
  family: "observability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"],
  controls: { fsbp: ["CloudWatch.15", "CloudWatch.17"], wellArchitected: ["REL06-BP03"] },
  remediation: "Give alarmActions the ARN of a topic that somebody is subscribed to, and leave actionsEnabled alone.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
  check(alarm, { fail, attempt }) {
    attempt(() => {
      if (isFalse(alarm.value("actionsEnabled"))) fail("actionsEnabled is false.");
    });
    attempt(() => {
      if (alarm.list("alarmActions").length === 0) fail("alarmActions is empty.");
    });
  },
};
