import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const rdsManagedPassword: ResourceRule = {
  id: "rds-managed-password",
  title: "Secrets Manager alone holds the master password",
  family: "secrets",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  controls: { fsbp: ["SecretsManager.1"], wellArchitected: ["SEC02-BP03"] },
  remediation: "Set manageMasterUserPassword to true and remove password.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
  check(database, { fail }) {
    // A replica and a member of a cluster have the master user of their source.
    const inherited = ["replicateSourceDb", "replicationSourceIdentifier", "globalClusterIdentifier"];
    if (inherited.some((field) => database.read(field).state !== "absent")) return;
    const literal = ["password", "masterPassword"].find((field) => database.read(field).state !== "absent");
    if (literal) return fail(`${literal} is set, so the password stands in the program and its state.`);
    const writeOnly = ["passwordWo", "masterPasswordWo"].some((field) => database.read(field).state !== "absent");
    if (!writeOnly && !isTrue(database.value("manageMasterUserPassword"))) {
      fail("manageMasterUserPassword is not true.");
    }
  },
};
