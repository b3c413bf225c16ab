import { need } from "../read";
import type { ResourceRule } from "../rule";

export const rdsQueryLogging: ResourceRule = {
  id: "rds-query-logging",
  title: "PostgreSQL logs statements, or at least slow ones",
  family: "observability",
  severity: "low",
  enforcement: "advisory",
  scope: "resource",
  types: ["aws:rds/parameterGroup:ParameterGroup"],
  controls: { wellArchitected: ["PERF04-BP02", "SEC04-BP01"] },
  remediation: 'Set log_min_duration_statement to a number of milliseconds, or log_statement to "ddl" or more.',
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Concepts.PostgreSQL.Query_Logging.html",
  check(group, { fail }) {
    if (!group.text("family")?.startsWith("postgres")) return;
    const values = new Map(
      group.list("parameters").map((one) => [String(need(one, "name")), String(need(one, "value"))] as const),
    );
    const slow = Number(values.get("log_min_duration_statement") ?? -1);
    const kinds = values.get("log_statement") ?? "none";
    if (!(slow >= 0) && kinds === "none") fail("Neither log_min_duration_statement nor log_statement is set.");
  },
};
