import { eachAllowed, identityPolicyTypes } from "../policy-document";
import type { ResourceRule } from "../rule";

export const iamNoKmsDecryptAll: ResourceRule = {
  id: "iam-no-kms-decrypt-all",
  title: "Nobody decrypts with every key",
  family: "identity",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: identityPolicyTypes,
  controls: { fsbp: ["KMS.1", "KMS.2"], wellArchitected: ["SEC08-BP01"] },
  remediation: "Name the keys, or narrow the statement by kms:ViaService or kms:EncryptionContext.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/iam-policies-best-practices.html",
  check(policy, context) {
    eachAllowed(policy, context, (statement, label) => {
      // kms:* is for iam-no-service-wildcard to name.
      if (!statement.actions.some((action) => /^kms:(decrypt|reencrypt)/.test(action))) return;
      const all = statement.resources.find((resource) =>
        /^(\*|arn:aws[a-z-]*:kms:[^:]*:[^:]*:(\*|key\/\*))$/.test(resource),
      );
      const narrowed = statement.conditions.some(({ key }) =>
        /^kms:(viaservice|encryptioncontext|resourcealiases)/.test(key),
      );
      if (all !== undefined && !narrowed) context.fail(`${label} allows decrypting with every key (${all}).`);
    });
  },
};
