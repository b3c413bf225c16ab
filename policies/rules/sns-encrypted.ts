import type { ResourceRule } from "../rule";

export const snsEncrypted: ResourceRule = {
  id: "sns-encrypted",
  title: "Topics encrypt their messages",
  family: "encryption",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:sns/topic:Topic"],
  controls: { fsbp: ["SNS.1"], wellArchitected: ["SEC08-BP02"] },
  remediation:
    "Set kmsMasterKeyId to a customer-managed key; CloudWatch alarms cannot publish through the key that AWS manages.",
  url: "https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html",
  check(topic, { fail }) {
    const key = topic.read("kmsMasterKeyId");
    // A key whose ARN is not known yet is a key all the same.
    if (key.state === "absent" || (key.state === "known" && key.value === "")) fail("kmsMasterKeyId is not set.");
  },
};
