import { type JudgedResource, type RunSettings, evaluate, guardIds } from "../../policies/evaluate";
import { levelOf } from "../../policies/configuration";
import { guards } from "../../policies/guards";
import { appliesTo } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { type Violation, describeFinding } from "../policy/report";

/** What came of a rule. */
export type RuleState = "broken" | "exempted" | "waiting" | "passed" | "idle" | "disabled";

/** One rule, and what it made of a stack. */
export interface RuleReport {
  readonly id: string;
  readonly title: string;
  readonly family: string;
  readonly severity: string;
  readonly level: string;
  readonly remediation: string;
  readonly url: string;
  /** Ids of the standards' controls that it answers. */
  readonly controls: readonly string[];
  readonly state: RuleState;
  /** URNs of the resources that it judges. */
  readonly judged: readonly string[];
  /** URNs of those of them that it could not decide on. */
  readonly waiting: readonly string[];
  readonly violations: readonly Violation[];
}

/** What the policies make of a stack. */
export interface PolicySummary {
  readonly rules: readonly RuleReport[];
  readonly checks: number;
  readonly mandatory: number;
  readonly advisory: number;
  readonly exempted: number;
  readonly waiting: number;
}

/** Judges a stack by every rule, as `./prism policy` does, and says of each rule what it judged. */
export function judge(resources: readonly JudgedResource[], settings: RunSettings): PolicySummary {
  const { violations, evaluated, deferred } = evaluate(rules, resources, settings);
  const found = violations.map((finding) => describeFinding(finding, rules));
  const broken = found.filter(({ exemption }) => !exemption);
  const reports = rules.map((rule): RuleReport => {
    const level = levelOf(rule, settings.configuration ?? {});
    const judged =
      level === "disabled" ? [] : resources.filter(({ type }) => appliesTo(rule, type)).map(({ urn }) => urn);
    const own = found.filter((violation) => violation.rule === rule.id);
    const waiting = deferred.filter((one) => one.rule === rule.id).map(({ urn }) => urn);
    const { fsbp = [], cis = [], wellArchitected } = rule.controls;
    const { id, title, family, severity, remediation, url } = rule;
    return {
      ...{ id, title, family, severity, level, remediation, url },
      controls: [...fsbp, ...cis.map((control) => `CIS ${control}`), ...wellArchitected],
      state: level === "disabled" ? "disabled" : stateOf(own, waiting, judged),
      judged,
      waiting,
      violations: own,
    };
  });
  return {
    rules: [...guardReports(found), ...reports].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)),
    checks: evaluated,
    mandatory: broken.filter(({ level }) => level === "mandatory").length,
    advisory: broken.filter(({ level }) => level === "advisory").length,
    exempted: found.length - broken.length,
    waiting: deferred.length,
  };
}

/** What needs looking at first. */
const ORDER: readonly RuleState[] = ["broken", "exempted", "waiting", "passed", "idle", "disabled"];

function stateOf(violations: readonly Violation[], waiting: readonly string[], judged: readonly string[]): RuleState {
  if (violations.some(({ exemption }) => !exemption)) return "broken";
  if (violations.length > 0) return "exempted";
  if (waiting.length > 0) return "waiting";
  return judged.length > 0 ? "passed" : "idle";
}

/** The guards over exemptions and configuration, where they found something. */
function guardReports(found: readonly Violation[]): RuleReport[] {
  return guards
    .filter(({ id }) => guardIds.includes(id))
    .flatMap(({ id, title, severity, enforcement, remediation, url }): RuleReport[] => {
      const violations = found.filter(({ rule }) => rule === id);
      if (violations.length === 0) return [];
      return [
        {
          ...{ id, title, severity, remediation, url, violations },
          family: "policies",
          level: enforcement,
          controls: [],
          state: "broken",
          judged: violations.map(({ urn }) => urn),
          waiting: [],
        },
      ];
    });
}
