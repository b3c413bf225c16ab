import type { ResourceRule } from "../rule";

/** The log that tells who connected and what failed, by engine. */
const logs: Record<string, string> = { postgres: "postgresql", mysql: "error", mariadb: "error" };

export const rdsLogExports: ResourceRule = {
  id: "rds-log-exports",
  title: "Databases send their log to CloudWatch",
  family: "observability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:rds/instance:Instance"],
  controls: { fsbp: ["RDS.9", "RDS.36"], wellArchitected: ["SEC04-BP01"] },
  remediation: 'Name "postgresql" and "upgrade" in enabledCloudwatchLogsExports.',
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html",
  check(database, { fail }) {
    const log = logs[database.text("engine") ?? ""];
    if (log === undefined) return;
    if (!database.list("enabledCloudwatchLogsExports").includes(log)) {
      fail(`enabledCloudwatchLogsExports does not name "${log}".`);
    }
  },
};
