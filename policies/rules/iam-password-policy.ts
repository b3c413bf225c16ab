import type { ResourceRule } from "../rule";

export const iamPasswordPolicy: ResourceRule = {
  id: "iam-password-policy",
  title: "Passwords of the account are long and not used again",
  family: "identity",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:iam/accountPasswordPolicy:AccountPasswordPolicy"],
  controls: { fsbp: ["IAM.7"], cis: ["1.7", "1.8"], wellArchitected: ["SEC02-BP01"] },
  remediation: "Set minimumPasswordLength to 14 or more and passwordReusePrevention to 24.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html",
  check(policy, { fail, attempt }) {
    attempt(() => {
      const length = Number(policy.value("minimumPasswordLength") ?? 6);
      if (length < 14) fail(`minimumPasswordLength is ${length}, fewer than 14.`);
    });
    attempt(() => {
      const remembered = Number(policy.value("passwordReusePrevention") ?? 0);
      if (remembered < 24) fail(`passwordReusePrevention is ${remembered}, fewer than 24.`);
    });
  },
};
