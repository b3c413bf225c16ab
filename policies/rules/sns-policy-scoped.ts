import { trustedAccounts } from "../policy-document";
import { failIfForeign, failIfPublic } from "../public-policy";
import type { ResourceRule } from "../rule";

export const snsPolicyScoped: ResourceRule = {
  id: "sns-policy-scoped",
  title: "Topics take messages from named senders only",
  family: "public-access",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:sns/topicPolicy:TopicPolicy", "aws:sns/topic:Topic"],
  controls: { fsbp: ["SNS.4"], wellArchitected: ["SEC03-BP07"] },
  remediation: "Name the service or account, with a condition on aws:SourceAccount where it is a service.",
  url: "https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html",
  parameters: { trustedAccounts },
  check(resource, context) {
    context.attempt(() => failIfPublic(resource, context));
    context.attempt(() => failIfForeign(resource, context));
  },
};
