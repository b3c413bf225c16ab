import type { ResourceRule } from "../rule";

export const snsHttpsSubscriptions: ResourceRule = {
  id: "sns-https-subscriptions",
  title: "Subscribers are told over TLS",
  family: "encryption",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:sns/topicSubscription:TopicSubscription"],
  controls: { wellArchitected: ["SEC09-BP02"] },
  remediation: 'Set protocol to "https" and give an https:// endpoint.',
  url: "https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
  check(subscription, { fail }) {
    if (subscription.text("protocol") === "http") fail('protocol is "http".');
  },
};
