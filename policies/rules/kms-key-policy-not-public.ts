import { statements } from "../policy-document";
import type { ResourceRule } from "../rule";

export const kmsKeyPolicyNotPublic: ResourceRule = {
  id: "kms-key-policy-not-public",
  title: "No key policy lets everybody use a key",
  family: "public-access",
  severity: "critical",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy"],
  controls: { fsbp: ["KMS.5"], wellArchitected: ["SEC03-BP07", "SEC08-BP01"] },
  remediation: "Name the principals, or add a condition on kms:CallerAccount, aws:SourceArn or aws:PrincipalOrgID.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
  check(resource, { fail, attempt }) {
    const document = statements(resource, "policy");
    if (!document) return fail("The policy is not a JSON document, so nobody can tell whom it lets in.");
    for (const statement of document) {
      attempt(() => {
        if (!statement.allows) return;
        if (statement.has("NotPrincipal")) return fail(`${statement.sid} allows everybody but a few (NotPrincipal).`);
        if (statement.anyone && !statement.narrowed) {
          fail(`${statement.sid} allows any principal without a condition that narrows it down.`);
        }
      });
    }
  },
};
