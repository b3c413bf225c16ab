import { trustedAccounts } from "../policy-document";
import { failIfForeign, failIfPublic } from "../public-policy";
import type { ResourceRule } from "../rule";

export const secretPolicyNotPublic: ResourceRule = {
  id: "secret-policy-not-public",
  title: "Secrets let in listed accounts only",
  family: "public-access",
  severity: "critical",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:secretsmanager/secretPolicy:SecretPolicy", "aws:secretsmanager/secret:Secret"],
  controls: { wellArchitected: ["SEC03-BP07", "SEC02-BP03"] },
  remediation: "Name the principals, or narrow them by aws:PrincipalOrgID or the like.",
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
  parameters: { trustedAccounts },
  check(resource, context) {
    context.attempt(() => failIfPublic(resource, context));
    context.attempt(() => failIfForeign(resource, context));
  },
};
