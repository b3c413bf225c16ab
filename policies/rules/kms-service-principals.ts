import { keyAdmits, keyType } from "../keys";
import type { StackRule } from "../rule";

/** What is encrypted by a service in its own name: type, property that names the key, and the service. */
const users: Record<string, { property: string; service: (region: string) => string }> = {
  "aws:cloudwatch/logGroup:LogGroup": { property: "kmsKeyId", service: (region) => `logs.${region}.amazonaws.com` },
  "aws:cloudtrail/trail:Trail": { property: "kmsKeyId", service: () => "cloudtrail.amazonaws.com" },
};

export const kmsServicePrincipals: StackRule = {
  id: "kms-service-principals",
  title: "Keys let in the services that encrypt with them",
  family: "encryption",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: Object.keys(users),
  controls: { wellArchitected: ["SEC08-BP01"] },
  remediation:
    "Add a statement for the service to the key's policy, with a condition on its encryption context or account.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
  check(user, { fail, stack }) {
    const { property, service } = users[user.type]!;
    const principal = service(user.region ?? "");
    for (const key of stack.target(user, property, keyType).resources) {
      const plain = principal.replace(/^logs\..*/, "logs.amazonaws.com");
      if (!keyAdmits(stack, key, principal) && !keyAdmits(stack, key, plain)) {
        fail(`The policy of the key "${key.name}" does not let in ${principal}.`);
      }
    }
  },
};
