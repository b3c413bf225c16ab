import { isTrue } from "../read";
import { singleZoneStacks, type ResourceRule } from "../rule";

export const rdsMultiAz: ResourceRule = {
  id: "rds-multi-az",
  title: "Databases have a standby in another zone",
  family: "availability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:rds/instance:Instance"],
  controls: { fsbp: ["RDS.5"], cis: ["2.2.4"], wellArchitected: ["REL10-BP01"] },
  remediation: "Set multiAz to true, or name the stack in singleZoneStacks.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html",
  parameters: { singleZoneStacks },
  check(database, { fail, parameter }) {
    if (parameter<string[]>("singleZoneStacks").includes(database.stack)) return;
    // A replica is there to be read from; its source has the standby.
    if (database.value("replicateSourceDb") !== undefined) return;
    if (!isTrue(database.value("multiAz"))) fail("multiAz is not true.");
  },
};
