import { createHash } from "node:crypto";
import type { Log, ReportingDescriptor, Result } from "sarif";
import { guards, type Guard } from "../../policies/guards";
import type { Rule, Severity } from "../../policies/rule";
import type { PolicyReport, Violation } from "./report";

/** Scores by which code hosts sort findings of a security tool. */
const scores: Record<Severity, string> = { low: "3.0", medium: "5.5", high: "8.0", critical: "9.5" };

/** Where a violation is shown: a file of the repository, and the line in it. */
export interface Place {
  /** Relative to the repository, with forward slashes. */
  uri: string;
  line: number;
}

/** The report as SARIF 2.1.0. */
export function toSarif(
  report: PolicyReport,
  rules: readonly Rule[],
  version: string,
  placeOf: (violation: Violation) => Place,
): Log {
  const descriptors = [...rules.map(describeRule), ...guards.map(describeGuard)];
  const index = new Map(descriptors.map(({ id }, position) => [id, position]));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "ai-prism-policies", version, rules: descriptors } },
        // Keeps the findings of one stack from taking the place of another's.
        automationDetails: { id: `policy/${report.project}/${report.stack}/` },
        columnKind: "utf16CodeUnits",
        results: report.violations.map((violation) => resultOf(violation, index.get(violation.rule)!, placeOf)),
      },
    ],
  };
}

function describeGuard({ id, title, severity, enforcement, remediation, url }: Guard): ReportingDescriptor {
  return {
    id,
    shortDescription: { text: title },
    help: { text: `${remediation} See ${url}`, markdown: `${remediation} [More](${url})` },
    helpUri: url,
    defaultConfiguration: { level: enforcement === "mandatory" ? "error" : "warning" },
    properties: { "security-severity": scores[severity], tags: ["security"] },
  };
}

function describeRule(rule: Rule): ReportingDescriptor {
  const { fsbp = [], cis = [], wellArchitected } = rule.controls;
  const controls = [
    ...fsbp.map((id) => `fsbp:${id}`),
    ...cis.map((id) => `cis-aws-5.0:${id}`),
    ...wellArchitected.map((id) => `well-architected:${id}`),
  ];
  const guard = describeGuard(rule);
  return { ...guard, properties: { ...guard.properties, tags: ["security", rule.family, ...controls] } };
}

function resultOf(violation: Violation, ruleIndex: number, placeOf: (violation: Violation) => Place): Result {
  const { rule, level, resource, urn, message, exemption } = violation;
  const { uri, line } = placeOf(violation);
  return {
    ruleId: rule,
    ruleIndex,
    level: level === "mandatory" ? "error" : "warning",
    message: { text: `${resource}: ${message}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri }, region: { startLine: line } },
        logicalLocations: [{ name: resource, fullyQualifiedName: urn, kind: "resource" }],
      },
    ],
    // The place moves with every edit; what is wrong with what does not.
    partialFingerprints: {
      "resource/v1": createHash("sha256").update([rule, urn, message].join("\0")).digest("hex"),
    },
    ...(exemption && {
      suppressions: [{ kind: "external" as const, status: "accepted" as const, justification: exemption.reason }],
    }),
  };
}
