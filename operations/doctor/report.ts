import type { Identity } from "../deploy/identity";
import { exitCode } from "../errors";
import { clip, plural, seconds } from "../output";
import { plain } from "../table";
import type { State } from "./finding";
import type { Line } from "./run";
import type { AlarmTest } from "./test-alarm";
import { duration } from "./world";

/** What `./prism doctor --json` prints: one document. */
export interface DoctorReport {
  verb: "doctor";
  environment: string;
  ok: boolean;
  exitCode: number;
  identity: Identity;
  region: string;
  /** The problem whose path was followed; the last line is where it ended. */
  problem?: string;
  /** When the verb began; ISO 8601, like every time here. */
  at: string;
  counts: Record<State, number>;
  /** What explains several lines at once, such as a region that is down. */
  notes: string[];
  lines: Line[];
  alarmTest?: AlarmTest;
  seconds: number;
}

/** What the verb ends with: something unknown is as little a proof of health as something wrong. */
export function exitCodeOf(lines: readonly Line[]): number {
  return lines.some(({ state }) => state === "wrong" || state === "unknown") ? exitCode.failed : exitCode.fine;
}

/** How many lines of each state. */
export function countsOf(lines: readonly Line[]): Record<State, number> {
  const count = (state: State): number => lines.filter((line) => line.state === state).length;
  return { wrong: count("wrong"), unknown: count("unknown"), skipped: count("skipped"), ok: count("ok") };
}

const SIGNS: Readonly<Record<State, string>> = { ok: "✓", wrong: "✗", unknown: "?", skipped: "–" };

/** The report for a terminal: what is wrong first, each with what to do; what is well in a line for each area. */
export function formatReport(report: DoctorReport, all: boolean, width = Infinity): string {
  const { lines, notes, at, problem } = report;
  const now = new Date(at);
  const blocks = [titleOf(report), notes.join("\n")];
  if (problem) {
    blocks.push(...lines.map((line, index) => `${index + 1}. ${blockOf(line, now)}`), verdictOf(report));
  } else {
    const of = (state: State): Line[] => lines.filter((line) => line.state === state);
    blocks.push(...[...of("wrong"), ...of("unknown")].map((line) => blockOf(line, now)));
    const rest = [...of("ok"), ...of("skipped")];
    blocks.push(all ? rest.map((line) => blockOf(line, now)).join("\n") : summaryOf(rest, width));
  }
  return blocks
    .filter((block) => block !== "")
    .map((block) => `${block}\n`)
    .join("\n");
}

function titleOf({ environment, identity, region, counts, seconds: taken }: DoctorReport): string {
  const parts = (["wrong", "unknown", "skipped", "ok"] as const)
    .filter((state) => counts[state] > 0)
    .map((state) => `${counts[state]} ${state}`);
  return `${environment}, account ${identity.account}, ${region}: ${parts.join(", ")} (${seconds(taken)})`;
}

function blockOf(line: Line, now: Date): string {
  const { state, area, check, subject, detail, since, remedy, runbook } = line;
  const shown = state === "ok" || state === "skipped";
  const first = `${SIGNS[state]} ${area} ${check}: ${plain(subject)}`;
  const facts = `${plain(detail)}${since ? `, since ${sinceText(since, now)}` : ""}`;
  if (shown) return `${first}: ${facts}`;
  return [
    first,
    `    ${facts}`,
    ...(remedy ? [`    → ${plain(remedy)}`] : []),
    ...(runbook ? [`    → docs/runbooks/${runbook}`] : []),
  ].join("\n");
}

function sinceText(since: Date, now: Date): string {
  const time = since.toISOString().replace(/T(\d\d:\d\d).*/, " $1 UTC");
  return `${time} (${duration(now.getTime() - since.getTime())} ${since > now ? "from now" : "ago"})`;
}

/** What is well, an area a line. */
function summaryOf(lines: readonly Line[], width: number): string {
  const areas = [...new Set(lines.map(({ area }) => area))];
  const longest = Math.max(0, ...areas.map((area) => area.length));
  return areas
    .map((area) => {
      const inArea = lines.filter((line) => line.area === area);
      const names = inArea.map(({ check, state, detail }) =>
        state === "ok" ? check : `${check} skipped: ${plain(detail)}`,
      );
      const sign = inArea.some(({ state }) => state === "ok") ? SIGNS.ok : SIGNS.skipped;
      return clip(`${sign} ${area.padEnd(longest)}  ${names.join(", ")}`, width);
    })
    .join("\n");
}

function verdictOf({ lines, problem, environment }: DoctorReport): string {
  const last = lines.at(-1);
  if (last?.state === "wrong") {
    return `The first broken link: ${last.area} ${last.check}. Mend it, and run this again: docs/runbooks/problem-${problem}.md`;
  }
  const blind = lines.filter(({ state }) => state === "unknown");
  if (blind.length > 0) return `No link is known to be broken; ${plural(blind.length, "link")} could not be looked at.`;
  return `Every link holds. ./prism doctor ${environment} looks at everything; docs/runbooks/problem-${problem}.md says whom to ask.`;
}

/** What a test of an alarm did, for a terminal. */
export function formatAlarmTest({ alarm, region, state, heard }: AlarmTest): string {
  const confirmed = heard.filter(({ pending }) => !pending);
  const pending = heard.filter((one) => one.pending);
  const list = (those: typeof heard): string[] => those.map(({ shown }) => `  ${shown}`);
  return [
    `${alarm} in ${region} was set off, and set back to ${state}.`,
    confirmed.length > 0 ? "These should have heard, of both:" : "Nobody has heard of it.",
    ...list(confirmed),
    ...(pending.length > 0 ? ["These have not, because they have not confirmed:", ...list(pending)] : []),
    ...(confirmed.length > 0 ? ["Ask one of them: a message that was sent is not yet one that was read."] : []),
  ].join("\n");
}
