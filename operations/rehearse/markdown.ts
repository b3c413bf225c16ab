import { plural, seconds } from "../output";
import { escapeMarkdown } from "../table";
import { type RehearsalReport, propertyList } from "./report";

const kinds = ["created", "updated", "replaced", "deleted"] as const;
const shown = 50;

/** A rehearsed change as part of a pull request's comment: the verdict first, the lists folded away. */
export function toComment(report: RehearsalReport): string {
  const { environment, failure, changes, policies, from, firstDeployment } = report;
  const counts = kinds.map((kind) => `${changes[kind].length} ${kind}`).join(", ");
  const mandatory = policies.broken.filter(({ level }) => level === "mandatory");
  const waited = Object.values(policies.deferred).reduce((sum, checks) => sum + checks, 0);
  return [
    `### ${escapeMarkdown(environment)}: rehearsal ${failure ? "**failed**" : "passed"}`,
    "",
    `${counts}${from ? ` against ${escapeMarkdown(from.reference)} (${from.commit.slice(0, 10)})` : ""}`,
    ...(failure ? ["", `**${escapeMarkdown(failure.message)}**`, ...fenced(failure.details)] : []),
    ...folded(
      "Changes",
      kinds.flatMap((kind) =>
        changes[kind].map(
          ({ resource, properties }) =>
            `${kind} ${escapeMarkdown(resource)}${propertyList(properties, escapeMarkdown)}`,
        ),
      ),
    ),
    "",
    `Policies: ${policies.passed.length} passed, ${mandatory.length} mandatory and ${policies.broken.length - mandatory.length} advisory broken` +
      (waited > 0
        ? `; ${plural(waited, "check")} waited for the deployment, ${policies.judgedDuringUp} judged then`
        : ""),
    ...folded(
      "Broken policies",
      policies.broken.map(
        ({ level, policy, resource, message }) =>
          `${level} \`${policy}\` ${escapeMarkdown(resource)}: ${escapeMarkdown(message)}`,
      ),
    ),
    ...(firstDeployment
      ? ["", `First deployment, by estimates: ${Math.round(firstDeployment.program.seconds / 60)} min`]
      : []),
    "",
    `<sub>rehearsed in ${seconds(report.seconds)}</sub>`,
    "",
  ].join("\n");
}

function folded(title: string, lines: string[]): string[] {
  if (lines.length === 0) return [];
  const rest = lines.length > shown ? [`- and ${lines.length - shown} more`] : [];
  const items = [...lines.slice(0, shown).map((line) => `- ${line}`), ...rest];
  return ["", `<details><summary>${title} (${lines.length})</summary>`, "", ...items, "", "</details>"];
}

function fenced(lines: string[]): string[] {
  return lines.length > 0 ? ["", "~~~~", ...lines.map((line) => line.replaceAll("~~~~", "~~~ ~")), "~~~~"] : [];
}
