import { matches } from "../policy-document";
import type { StackRule } from "../rule";

export const secretRotation: StackRule = {
  id: "secret-rotation",
  title: "Secrets change by themselves, within ninety days",
  family: "secrets",
  severity: "medium",
  enforcement: "advisory",
  scope: "stack",
  types: ["aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretRotation:SecretRotation"],
  controls: { fsbp: ["SecretsManager.1", "SecretsManager.4"], wellArchitected: ["SEC02-BP05"] },
  remediation: "Add a SecretRotation, or name the secret in rotatedOtherwise and say how where that is done.",
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html",
  parameters: {
    maxDays: { type: "integer", minimum: 1, description: "Most days between rotations.", default: 90 },
    rotatedOtherwise: {
      type: "array",
      items: { type: "string" },
      description: "Names of secrets, with * for any text, that people or other tools rotate.",
      default: [],
    },
  },
  check(resource, { fail, parameter, stack }) {
    if (resource.type === "aws:secretsmanager/secretRotation:SecretRotation") {
      const days = resource.value("rotationRules.automaticallyAfterDays");
      const most = parameter<number>("maxDays");
      if (days !== undefined && Number(days) > most) fail(`It rotates after ${Number(days)} days, more than ${most}.`);
      return;
    }
    const rotations = stack.referrers(resource, ["aws:secretsmanager/secretRotation:SecretRotation"], "secretId");
    if (rotations.found.length > 0) return;
    const name = resource.text("name") ?? resource.name;
    const listed = parameter<string[]>("rotatedOtherwise").some((pattern) => matches(pattern, name));
    if (!listed) fail("No SecretRotation exists for the secret.");
  },
};
