import { isFalse, isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const kmsDeletionSafety: ResourceRule = {
  id: "kms-deletion-safety",
  title: "Keys wait before they go, and nobody locks himself out",
  family: "data-safety",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:kms/key:Key"],
  controls: { fsbp: ["KMS.3"], wellArchitected: ["SEC08-BP01", "REL09-BP01"] },
  remediation:
    "Set deletionWindowInDays to at least minDays, and leave bypassPolicyLockoutSafetyCheck and isEnabled alone.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
  parameters: {
    minDays: {
      type: "integer",
      minimum: 7,
      maximum: 30,
      description: "Fewest days before a key is deleted.",
      default: 14,
    },
  },
  check(key, { fail, attempt, parameter }) {
    attempt(() => {
      const days = Number(key.value("deletionWindowInDays") ?? 30);
      const minimum = parameter<number>("minDays");
      if (days < minimum) fail(`deletionWindowInDays is ${days}, fewer than ${minimum}.`);
    });
    attempt(() => {
      if (isTrue(key.value("bypassPolicyLockoutSafetyCheck"))) fail("bypassPolicyLockoutSafetyCheck is true.");
    });
    attempt(() => {
      if (isFalse(key.value("isEnabled"))) fail("isEnabled is false, so nothing that the key encrypted can be read.");
    });
  },
};
