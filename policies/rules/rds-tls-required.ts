import { Deferred, need } from "../read";
import type { Resource } from "../resource";
import type { StackRule } from "../rule";

const groupType = "aws:rds/parameterGroup:ParameterGroup";

export const rdsTlsRequired: StackRule = {
  id: "rds-tls-required",
  title: "PostgreSQL refuses connections without TLS",
  family: "encryption",
  severity: "high",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:rds/instance:Instance", "aws:rds/parameterGroup:ParameterGroup"],
  controls: { fsbp: ["RDS.38"], wellArchitected: ["SEC09-BP02"] },
  remediation: 'Set the parameter rds.force_ssl to "1" in the parameter group of the database.',
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html",
  check(resource, { fail, stack }) {
    if (resource.type === groupType) {
      if (forceSsl(resource) === "off") fail("rds.force_ssl is 0 in this parameter group.");
      return;
    }
    if (resource.text("engine") !== "postgres") return;
    // From PostgreSQL 15 on, the default is on, and only a group that turns it off (reported above) matters.
    const version = resource.text("engineVersion");
    if (version === undefined || Number.parseInt(version, 10) >= 15) return;
    const { resources: groups, unknown } = stack.target(resource, "parameterGroupName", [groupType]);
    if (groups.length > 0) {
      if (groups.every((group) => forceSsl(group) === "default")) {
        fail(`rds.force_ssl is not set, and its default is off before PostgreSQL 15 (this is ${version}).`);
      }
      return;
    }
    const name = unknown ? undefined : resource.text("parameterGroupName");
    if (unknown || (name !== undefined && !name.startsWith("default."))) throw new Deferred("parameterGroupName");
    fail(`PostgreSQL ${version} runs with AWS's default parameter group, where rds.force_ssl is off.`);
  },
};

function forceSsl(group: Resource): "on" | "off" | "default" {
  for (const parameter of group.list("parameters")) {
    if (need(parameter, "name") !== "rds.force_ssl") continue;
    return /^(1|on|true)$/i.test(String(need(parameter, "value"))) ? "on" : "off";
  }
  return "default";
}
