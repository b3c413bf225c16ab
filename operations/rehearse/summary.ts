import { clip, plural, seconds } from "../output";
import type { Link } from "./critical-path";
import { describeOutcome } from "./faults";
import { orphanLines } from "./orphans";
import { type RehearsalReport, type Violation, propertyList } from "./report";

const shownComponents = 24;
const shownViolations = 8;
const shownChanges = 6;
const shownOfChange = 30;

/** The report on one screen. `width` in columns. */
export function formatReport(report: RehearsalReport, width: number): string {
  const sections = [
    [heading(report)],
    componentLines(report, width),
    policyLines(report, width),
    outputLines(report, width),
    changeLines(report, width),
    firstDeploymentLines(report, width),
    [
      ...report.notes.map((note) => `Note: ${note}`),
      ...report.faults.map(describeOutcome),
      ...report.orphans.flatMap(orphanLines),
      `Passes: ${report.passes.map((pass) => `${pass.name} ${seconds(pass.seconds)}`).join(", ")}`,
      `State:  ${report.location.directory}`,
      ...(report.location.report ? [`Report: ${report.location.report}`] : []),
    ],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function heading({ environment, program, ok, components, seconds: took }: RehearsalReport): string {
  const total = components.reduce((sum, component) => sum + component.resources, 0);
  const verdict = ok ? "passed" : "FAILED";
  return `${program} ${environment}: rehearsal ${verdict}, ${plural(total, "resource")}, ${seconds(took)}`;
}

function componentLines({ components }: RehearsalReport, width: number): string[] {
  const labels = components.map(({ name, type }) => `${type.split(":").at(-1) ?? type} ${name}`);
  const column = Math.min(40, Math.max(9, ...labels.map((label) => label.length)));
  const lines = components.slice(0, shownComponents).map(({ resources, types }, index) => {
    const counted = Object.entries(types)
      .sort(([left, many], [right, others]) => others - many || left.localeCompare(right))
      .map(([type, count]) => (count > 1 ? `${count} ${type}` : type));
    const label = clip(labels[index] ?? "", column).padEnd(column);
    return clip(`  ${label} ${String(resources).padStart(4)}  ${counted.join(", ")}`, width);
  });
  if (components.length > shownComponents) {
    lines.push(`  … and ${components.length - shownComponents} more (--json has all)`);
  }
  return lines;
}

function policyLines({ policies }: RehearsalReport, width: number): string[] {
  const mandatory = policies.broken.filter(({ level }) => level === "mandatory");
  const advisory = policies.broken.length - mandatory.length;
  const deferred = Object.values(policies.deferred).reduce((sum, checks) => sum + checks, 0);
  const waited = deferred
    ? `; ${plural(deferred, "check")} waited for the deployment, ${policies.judgedDuringUp} judged then`
    : "";
  const counts = `${policies.passed.length} passed, ${mandatory.length} mandatory and ${advisory} advisory broken`;
  const sorted = [...mandatory, ...policies.broken.filter(({ level }) => level === "advisory")];
  const lines = sorted
    .slice(0, shownViolations)
    .map(({ policy, level, resource, message }) =>
      clip(`  ${level === "mandatory" ? "✗" : "!"} ${policy}: ${resource}: ${message.split("\n")[0]}`, width),
    );
  if (sorted.length > shownViolations) lines.push(`  … and ${sorted.length - shownViolations} more (--json has all)`);
  return [`Policies: ${counts}${waited}`, ...lines];
}

function outputLines({ outputs }: RehearsalReport, width: number): string[] {
  const entries = Object.entries(outputs);
  if (entries.length === 0) return [];
  const column = Math.max(...entries.map(([name]) => name.length));
  return [
    "Outputs:",
    ...entries.map(([name, value]) => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      return clip(`  ${name.padEnd(column)}  ${text}`, width);
    }),
  ];
}

function changeLines({ changes, passes, from, drift }: RehearsalReport, width: number): string[] {
  if (!from && !passes.some(({ name }) => name === "up")) return [];
  const against = `Changes against ${from ? `${from.reference} (${from.commit.slice(0, 10)})` : "the run before"}`;
  const title = drift ? "Drift that the refresh found" : against;
  const counted = Object.entries(changes).filter(([, list]) => list.length > 0);
  if (counted.length === 0) return [`${title}: none`];
  // A first run creates everything: the components above say it better than a list.
  const named = counted.filter(([kind]) => from || drift || kind !== "created");
  const all = named.flatMap(([kind, list]) =>
    list.map(({ resource, properties }) => `${kind} ${resource}${propertyList(properties)}`),
  );
  const shown = from || drift ? shownOfChange : shownChanges;
  const lines = all.slice(0, shown).map((line) => clip(`  ${line}`, width));
  if (all.length > shown) lines.push(`  … and ${all.length - shown} more (--json has all)`);
  return [`${title}: ${counted.map(([kind, list]) => `${list.length} ${kind}`).join(", ")}`, ...lines];
}

/** The links that take long are worth a name; the others are one call each. */
const shownSeconds = 30;

function firstDeploymentLines({ firstDeployment }: RehearsalReport, width: number): string[] {
  if (!firstDeployment) return [];
  const { program, forced, ratio, avoidable } = firstDeployment;
  const links = program.links.filter(({ seconds }) => seconds >= shownSeconds);
  return [
    `First deployment, by estimates: ${minutes(program.seconds)}; AWS itself forces ${minutes(forced.seconds)} (ratio ${ratio.toFixed(2)})`,
    ...(links.length > 0 ? [clip(`  ${links.map(nameLink).join(" → ")}`, width)] : []),
    ...avoidable.map(({ resource, waitsFor }) =>
      clip(`  ${resource} waits for ${waitsFor}, which AWS does not ask`, width),
    ),
  ];
}

function nameLink({ resource, seconds }: Link): string {
  return `${resource} ${minutes(seconds)}`;
}

function minutes(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** A failure for people, with the policies that were broken. */
export function formatFailure(report: Pick<RehearsalReport, "failure" | "policies">): string {
  const { failure, policies } = report;
  if (!failure) return "";
  const lines = [`${failure.kind === "configuration" ? "" : "rehearsal failed: "}${failure.message}`];
  lines.push(...failure.details.map((detail) => `  ${detail}`));
  if (failure.kind === "policy") lines.push(...violationLines(policies.broken));
  return `${lines.join("\n")}\n`;
}

/** Mandatory violations, those of one kind together. */
function violationLines(violations: Violation[]): string[] {
  const resources = new Map<string, string[]>();
  for (const { policy, level, resource, message } of violations) {
    if (level !== "mandatory") continue;
    const kind = [policy, ...message.split("\n").map((line) => `  ${line.trim()}`)].join("\n  ");
    resources.set(kind, [...(resources.get(kind) ?? []), resource]);
  }
  return [...resources].flatMap(([kind, broken]) => [`  ${kind}`, `    Resources: ${broken.join(", ")}`]);
}
