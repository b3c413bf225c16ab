import { isFalse } from "../read";
import type { ResourceRule } from "../rule";

export const ebsEncryptionByDefault: ResourceRule = {
  id: "ebs-encryption-by-default",
  title: "Disks are encrypted unless somebody says otherwise",
  family: "encryption",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:ebs/encryptionByDefault:EncryptionByDefault"],
  controls: { fsbp: ["EC2.7"], cis: ["5.1.1"], wellArchitected: ["SEC08-BP02"] },
  remediation: "Remove enabled, or set it to true: Elastic Beanstalk has no option that encrypts its instances' disks.",
  url: "https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html",
  check(setting, { fail }) {
    if (isFalse(setting.value("enabled"))) fail("enabled is false.");
  },
};
