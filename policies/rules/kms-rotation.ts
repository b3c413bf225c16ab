import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const kmsRotation: ResourceRule = {
  id: "kms-rotation",
  title: "Symmetric customer-managed keys rotate",
  family: "encryption",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:kms/key:Key"],
  controls: { fsbp: ["KMS.4"], cis: ["3.6"], wellArchitected: ["SEC08-BP01"] },
  remediation: "Set enableKeyRotation to true.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
  check(key, { fail }) {
    const spec = key.text("customerMasterKeySpec") ?? "SYMMETRIC_DEFAULT";
    // KMS rotates neither asymmetric keys, nor HMAC keys, nor keys whose material it does not hold.
    const held = key.value("customKeyStoreId") === undefined && key.value("xksKeyId") === undefined;
    if (spec !== "SYMMETRIC_DEFAULT" || !held) return;
    if (!isTrue(key.value("enableKeyRotation"))) fail("enableKeyRotation is not true.");
  },
};
