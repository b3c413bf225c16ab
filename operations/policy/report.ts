import type { Finding } from "../../policies/evaluate";
import { guards, type Guard } from "../../policies/guards";
import type { Enforcement, Rule, Severity } from "../../policies/rule";
import type { Exemption } from "../../policies/exemptions";
import { plural, seconds } from "../output";
import { describeResource } from "../rehearse/state";

/** A violation with all that is known of its rule. */
export interface Violation {
  rule: string;
  title: string;
  level: Enforcement;
  severity: Severity;
  /** Type and name, as in `s3.Bucket logs`. */
  resource: string;
  urn: string;
  message: string;
  remediation: string;
  url: string;
  /** The exemption that lets it pass, which makes it advisory. */
  exemption?: Exemption;
  /** The rule itself failed. */
  fault?: true;
}

/** What `./prism policy --json` prints. */
export interface PolicyReport {
  verb: "policy";
  ok: boolean;
  exitCode: number;
  project: string;
  stack: string;
  /** Where the resources come from. */
  source: string;
  /** AWS resources judged. */
  resources: number;
  /** Resources of other providers, by provider: no rule judges them. */
  notJudged: Record<string, number>;
  rules: number;
  /** Checks made, each a rule on a resource. */
  checks: number;
  violations: Violation[];
  /** Checks that could not be made because a value is not known or encrypted, by rule. */
  waiting: Record<string, number>;
  seconds: number;
}

/** Completes a finding by what its rule, or the guard that reports it, says of itself. */
export function describeFinding(finding: Finding, rules: readonly Rule[]): Violation {
  const source: Guard | undefined =
    rules.find(({ id }) => id === finding.rule) ?? guards.find(({ id }) => id === finding.rule);
  if (!source) throw new TypeError(`no rule is called ${finding.rule}`);
  const { rule, enforcement, severity, urn, message, exemption, fault } = finding;
  return {
    rule,
    title: source.title,
    level: enforcement,
    severity,
    resource: describeResource(urn),
    urn,
    message,
    remediation: source.remediation,
    url: source.url,
    ...(exemption && { exemption }),
    ...(fault && { fault }),
  };
}

/** The report for people: broken rules, what was let pass, and the sum in the last line. */
export function formatReport(report: PolicyReport): string {
  const exempted = report.violations.filter(({ exemption }) => exemption);
  const broken = report.violations.filter(({ exemption }) => !exemption);
  const mandatory = broken.filter(({ level }) => level === "mandatory");
  const advisory = broken.filter(({ level }) => level === "advisory");
  const sections = [
    ...byRule(mandatory).map((group) => ruleLines("✗", group)),
    ...byRule(advisory).map((group) => ruleLines("!", group)),
    exempted.map(
      ({ rule, resource, exemption, message }) =>
        `~ ${rule}: ${resource}: exempted until ${exemption!.expires} (${exemption!.owner}): ${exemption!.reason.trim()}\n    ${message}`,
    ),
    noteLines(report),
    [
      `${[report.project, report.stack].join(" ").trim() || "empty stack"} (${report.source}): ${plural(report.resources, "AWS resource")}, ` +
        `${plural(report.checks, "check")} by ${plural(report.rules, "rule")}: ` +
        `${mandatory.length} mandatory and ${advisory.length} advisory broken, ${exempted.length} exempted, ${seconds(report.seconds)}`,
    ],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function byRule(violations: readonly Violation[]): Violation[][] {
  return [...new Set(violations.map(({ rule }) => rule))].map((id) => violations.filter(({ rule }) => rule === id));
}

function ruleLines(mark: string, violations: readonly Violation[]): string[] {
  const { rule, level, severity, title, remediation, url } = violations[0]!;
  return [
    `${mark} ${rule} (${level}, ${severity}): ${title}`,
    ...violations.map(({ resource, message }) => `    ${resource}: ${message}`),
    `    Fix: ${remediation}`,
    `    See: ${url}`,
  ];
}

function noteLines({ waiting, notJudged }: PolicyReport): string[] {
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ");
  const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);
  const lines: string[] = [];
  if (sum(waiting) > 0) {
    lines.push(
      `${plural(sum(waiting), "check")} could not be made, for a value is not known or encrypted (export with --show-secrets): ${list(waiting)}`,
    );
  }
  if (sum(notJudged) > 0)
    lines.push(`${plural(sum(notJudged), "resource")} of other providers not judged: ${list(notJudged)}`);
  return lines;
}
