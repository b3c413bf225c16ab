import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const rdsMonitoring: ResourceRule = {
  id: "rds-monitoring",
  title: "Databases show what they are busy with",
  family: "observability",
  severity: "low",
  enforcement: "advisory",
  scope: "resource",
  types: ["aws:rds/instance:Instance"],
  controls: { fsbp: ["RDS.6"], wellArchitected: ["PERF04-BP02"] },
  remediation:
    "Set performanceInsightsEnabled with performanceInsightsKmsKeyId, or monitoringInterval with monitoringRoleArn.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.html",
  check(database, { fail, attempt }) {
    attempt(() => {
      const insights = isTrue(database.value("performanceInsightsEnabled"));
      const interval = Number(database.value("monitoringInterval") ?? 0);
      if (!insights && !(interval > 0)) fail("Neither Performance Insights nor enhanced monitoring is on.");
    });
    attempt(() => {
      // Statements hold data; a key whose ARN is not known yet is a key all the same.
      const insights = isTrue(database.value("performanceInsightsEnabled"));
      if (insights && database.read("performanceInsightsKmsKeyId").state === "absent") {
        fail("performanceInsightsKmsKeyId names no key of the program's own.");
      }
    });
  },
};
