import { trustedAccounts } from "../policy-document";
import { failIfForeign } from "../public-policy";
import type { ResourceRule } from "../rule";

export const kmsKeyPolicyOwnAccount: ResourceRule = {
  id: "kms-key-policy-own-account",
  title: "Key policies let in listed accounts only",
  family: "public-access",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy"],
  controls: { wellArchitected: ["SEC03-BP07", "SEC08-BP01"] },
  remediation:
    "Remove the principal, narrow it by aws:PrincipalOrgID or the like, or name its account in trustedAccounts.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html",
  parameters: { trustedAccounts },
  check: failIfForeign,
};
