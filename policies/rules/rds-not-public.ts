import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const rdsNotPublic: ResourceRule = {
  id: "rds-not-public",
  title: "Databases have no public address",
  family: "public-access",
  severity: "critical",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance"],
  controls: { fsbp: ["RDS.2"], cis: ["2.2.3"], wellArchitected: ["SEC05-BP01"] },
  remediation: "Remove publiclyAccessible, or set it to false.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
  check(database, { fail }) {
    if (isTrue(database.value("publiclyAccessible"))) fail("publiclyAccessible is true.");
  },
};
