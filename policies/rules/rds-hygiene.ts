import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const rdsHygiene: ResourceRule = {
  id: "rds-hygiene",
  title: "Databases have a master user of their own and tag snapshots",
  family: "data-safety",
  severity: "low",
  enforcement: "advisory",
  scope: "resource",
  types: ["aws:rds/instance:Instance"],
  controls: { fsbp: ["RDS.17", "RDS.25"], wellArchitected: ["SEC02-BP02", "COST03-BP02"] },
  remediation: "Choose another username at creation, and set copyTagsToSnapshot to true.",
  url: "https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",
  check(database, { fail, attempt }) {
    // Both come from the source.
    if (database.read("replicateSourceDb").state !== "absent") return;
    attempt(() => {
      const user = database.text("username");
      if (user !== undefined && /^(postgres|admin|administrator|root|sa|master|rdsadmin)$/i.test(user)) {
        fail(`username is "${user}", the first that anybody tries.`);
      }
    });
    attempt(() => {
      if (!isTrue(database.value("copyTagsToSnapshot"))) fail("copyTagsToSnapshot is not true.");
    });
  },
};
