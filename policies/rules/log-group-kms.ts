import type { ResourceRule } from "../rule";

export const logGroupKms: ResourceRule = {
  id: "log-group-kms",
  title: "Log groups are encrypted with a customer-managed key",
  family: "encryption",
  severity: "low",
  enforcement: "advisory",
  scope: "resource",
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  controls: { wellArchitected: ["SEC08-BP02"] },
  remediation: "Set kmsKeyId to a key whose policy admits logs.<region>.amazonaws.com.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
  check(group, { fail }) {
    const key = group.read("kmsKeyId");
    if (key.state === "absent" || (key.state === "known" && key.value === "")) fail("kmsKeyId is not set.");
  },
};
