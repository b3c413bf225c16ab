import { Deferred } from "../read";
import type { StackRule } from "../rule";

export const rdsBackupCopy: StackRule = {
  id: "rds-backup-copy",
  title: "Copied backups lie in another region, kept long enough",
  family: "versioning",
  severity: "high",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"],
  controls: { wellArchitected: ["REL09-BP02", "REL13-BP02"] },
  remediation:
    "Set region to another than the database's, retentionPeriod to at least minDays, and kmsKeyId to a key there.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html",
  parameters: {
    minDays: { type: "integer", minimum: 1, maximum: 35, description: "Fewest days that copies are kept.", default: 7 },
  },
  check(copy, { fail, attempt, parameter, stack }) {
    attempt(() => {
      const days = Number(copy.value("retentionPeriod") ?? 7);
      const minimum = parameter<number>("minDays");
      if (days < minimum) fail(`Copies are kept for ${days} days, fewer than ${minimum}.`);
    });
    attempt(() => {
      const arn = copy.read("sourceDbInstanceArn");
      const [source] = stack.target(copy, "sourceDbInstanceArn", ["aws:rds/instance:Instance"]).resources;
      const from = arn.state === "known" ? String(arn.value).split(":")[3] : source?.region;
      if (from === undefined || copy.region === undefined) throw new Deferred("region");
      if (from === copy.region) fail(`Database and copies are both in ${from}.`);
    });
  },
};
