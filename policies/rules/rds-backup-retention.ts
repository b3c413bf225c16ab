import type { ResourceRule } from "../rule";

export const rdsBackupRetention: ResourceRule = {
  id: "rds-backup-retention",
  title: "Databases keep automated backups",
  family: "versioning",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:rds/instance:Instance"],
  controls: { fsbp: ["RDS.11"], wellArchitected: ["REL09-BP03"] },
  remediation: "Set backupRetentionPeriod to at least 7 days.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html",
  parameters: {
    minDays: { type: "integer", minimum: 1, maximum: 35, description: "Fewest days of backups.", default: 7 },
  },
  check(database, { fail, parameter }) {
    // A replica is backed up at its source.
    if (database.value("replicateSourceDb") !== undefined) return;
    const days = Number(database.value("backupRetentionPeriod") ?? 0);
    const minimum = parameter<number>("minDays");
    if (!(days >= minimum)) fail(`Backups are kept for ${days} days, fewer than ${minimum}.`);
  },
};
