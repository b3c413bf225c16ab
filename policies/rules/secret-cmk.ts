import type { ResourceRule } from "../rule";

export const secretCmk: ResourceRule = {
  id: "secret-cmk",
  title: "Secrets are encrypted with a customer-managed key",
  family: "encryption",
  severity: "low",
  enforcement: "advisory",
  scope: "resource",
  types: ["aws:secretsmanager/secret:Secret"],
  controls: { wellArchitected: ["SEC08-BP01"] },
  remediation: "Set kmsKeyId to a key of the program's own.",
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
  check(secret, { fail }) {
    // A key whose ARN is not known yet is a key all the same.
    if (secret.read("kmsKeyId").state === "absent") fail("kmsKeyId is not set.");
  },
};
