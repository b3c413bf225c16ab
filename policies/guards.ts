import { configurationId } from "./configuration";
import { coverageId, exemptionsId } from "./evaluate";
import type { Rule } from "./rule";

/** A policy that watches over the run itself instead of resources. */
export type Guard = Pick<Rule, "id" | "title" | "severity" | "enforcement" | "remediation" | "url">;

const url = "https://www.pulumi.com/docs/insights/policy/";

export const configurationGuard: Guard = {
  id: configurationId,
  title: "The configuration names rules and parameters that exist, and lowers no mandatory rule",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Mend the file that `--policy-pack-config` names.",
  url,
};

export const coverageGuard: Guard = {
  id: coverageId,
  title: "Checks that wait for values which are not known yet are counted",
  severity: "low",
  enforcement: "advisory",
  remediation: "Run the pack again on known values: during `pulumi up`, or over the stack's export.",
  url,
};

export const exemptionsGuard: Guard = {
  id: exemptionsId,
  title: "Exemptions are whole, in force and needed",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Mend, renew or remove the entry in policy-exemptions.yaml.",
  url,
};

export const guards: readonly Guard[] = [configurationGuard, coverageGuard, exemptionsGuard];
