import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const rdsStorageEncrypted: ResourceRule = {
  id: "rds-storage-encrypted",
  title: "Databases encrypt their storage",
  family: "encryption",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  controls: { fsbp: ["RDS.3"], cis: ["2.2.1"], wellArchitected: ["SEC08-BP02"] },
  remediation:
    "Set storageEncrypted to true, with kmsKeyId naming a customer-managed key. It cannot be changed in place later.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html",
  check(database, { fail }) {
    // A replica in another region takes its encryption from the key it names.
    if (database.value("replicateSourceDb") !== undefined && database.value("kmsKeyId") !== undefined) return;
    if (!isTrue(database.value("storageEncrypted"))) fail("storageEncrypted is not true.");
  },
};
