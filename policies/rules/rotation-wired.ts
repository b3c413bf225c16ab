import type { StackRule } from "../rule";

export const rotationWired: StackRule = {
  id: "rotation-wired",
  title: "Rotations have a schedule and something that rotates",
  family: "secrets",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:secretsmanager/secretRotation:SecretRotation"],
  controls: { fsbp: ["SecretsManager.1"], wellArchitected: ["SEC02-BP05"] },
  remediation: "Set rotationRules, and rotationLambdaArn unless a service such as RDS manages the secret.",
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_managed.html",
  check(rotation, { fail, attempt, stack }) {
    attempt(() => {
      const schedule = ["automaticallyAfterDays", "scheduleExpression"].some(
        (field) => rotation.read(`rotationRules.${field}`).state !== "absent",
      );
      if (!schedule) fail("rotationRules has neither automaticallyAfterDays nor scheduleExpression.");
    });
    attempt(() => {
      if (rotation.read("rotationLambdaArn").state !== "absent") return;
      const own = stack.target(rotation, "secretId", ["aws:secretsmanager/secret:Secret"]).resources;
      const [secret] = own.filter(
        (one) => one.read("name").state !== "known" || !/^(rds|redshift|ecs|elasticache)!/.test(one.text("name")!),
      );
      if (secret) fail(`No rotationLambdaArn is set, and "${secret.name}" is a secret that no service rotates.`);
    });
  },
};
