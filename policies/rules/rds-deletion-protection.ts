import { isTrue } from "../read";
import { disposableStacks, type ResourceRule } from "../rule";

export const rdsDeletionProtection: ResourceRule = {
  id: "rds-deletion-protection",
  title: "Databases cannot be deleted by mistake",
  family: "data-safety",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:rds/instance:Instance"],
  controls: { fsbp: ["RDS.8"], wellArchitected: ["REL09-BP01"] },
  remediation:
    "Set deletionProtection to true, deleteAutomatedBackups to false, and skipFinalSnapshot to false with a finalSnapshotIdentifier, or name the stack in disposableStacks.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
  parameters: { disposableStacks },
  check(database, { fail, attempt, parameter }) {
    if (parameter<string[]>("disposableStacks").includes(database.stack)) return;
    attempt(() => {
      if (!isTrue(database.value("deletionProtection"))) fail("deletionProtection is not true.");
    });
    // A replica has nothing of its own to snapshot.
    if (database.read("replicateSourceDb").state !== "absent") return;
    attempt(() => {
      if (isTrue(database.value("skipFinalSnapshot"))) fail("skipFinalSnapshot is true.");
    });
    attempt(() => {
      // The provider's default is true.
      if (isTrue(database.value("deleteAutomatedBackups"))) {
        fail("deleteAutomatedBackups is true, so the backups go with the database.");
      }
    });
  },
};
