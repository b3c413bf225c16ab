import type { ResourceRule } from "../rule";

export const rdsSupportedEngine: ResourceRule = {
  id: "rds-supported-engine",
  title: "Databases run a version in standard support",
  family: "data-safety",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:rds/instance:Instance"],
  controls: { wellArchitected: ["SEC06-BP01"] },
  remediation:
    "Move engineVersion to a major version in standard support, and leave caCertIdentifier out or set it to rds-ca-rsa2048-g1 or later.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html",
  parameters: {
    oldestPostgres: {
      type: "integer",
      minimum: 10,
      description: "Oldest major version of PostgreSQL in standard support; 13 left it in February 2026.",
      default: 14,
    },
  },
  check(database, { fail, attempt, parameter }) {
    attempt(() => {
      if (database.text("engine") !== "postgres") return;
      const version = database.text("engineVersion");
      const oldest = parameter<number>("oldestPostgres");
      if (version !== undefined && Number.parseInt(version, 10) < oldest) {
        fail(`engineVersion is "${version}", older than ${oldest}.`);
      }
    });
    attempt(() => {
      if (database.text("caCertIdentifier") === "rds-ca-2019")
        fail('caCertIdentifier is "rds-ca-2019", which expired.');
    });
  },
};
