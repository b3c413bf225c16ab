import { failIfPublic } from "../public-policy";
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
  check: failIfPublic,
};
