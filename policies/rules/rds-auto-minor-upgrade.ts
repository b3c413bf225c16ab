import { isFalse } from "../read";
import type { ResourceRule } from "../rule";

export const rdsAutoMinorUpgrade: ResourceRule = {
  id: "rds-auto-minor-upgrade",
  title: "Databases take minor versions by themselves",
  family: "data-safety",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance"],
  controls: { fsbp: ["RDS.13"], cis: ["2.2.2"], wellArchitected: ["SEC06-BP01"] },
  remediation: "Remove autoMinorVersionUpgrade, or set it to true.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html",
  check(database, { fail }) {
    if (isFalse(database.value("autoMinorVersionUpgrade"))) fail("autoMinorVersionUpgrade is false.");
  },
};
