import { about } from "../capacity/tables";
import { dollars } from "../cost/tables";
import { propertyList } from "../rehearse/report";
import { type Table, escapeMarkdown, linesToMarkdown, toMarkdown } from "../table";
import { countsByKind } from "./changes";
import { KINDS, type Report } from "./collect";
import { minutes } from "./sections/deployment";

/** Entries of a folded list; a comment has to be read. */
const SHOWN = 50;

/** The report as a pull request's comment: the figures first, what needs a decision below them, lists folded away. */
export function toComment(report: Report): string {
  const { project, stack, change, failure, policies } = report;
  const found = policies.rules.flatMap(({ violations }) => violations);
  const changes = KINDS.flatMap((kind) =>
    (change?.resources ?? [])
      .filter((each) => each.kind === kind)
      .map(({ resource, properties }) => {
        const paths = properties.map(({ path }) => path);
        return `${kind} ${escapeMarkdown(resource)}${propertyList(paths, escapeMarkdown)}`;
      }),
  );
  const broken = found.map(({ level, rule, resource, message, exemption }) => {
    const end = exemption ? ` (exempted until ${exemption.expires})` : "";
    return `${level} ${escapeMarkdown(rule)} on ${escapeMarkdown(resource)}: ${escapeMarkdown(message)}${end}`;
  });
  const parts = [
    `### ${escapeMarkdown(`${project} ${stack}`)}`,
    failure && `**The rehearsal failed: ${escapeMarkdown(failure.message)}**`,
    toMarkdown([figuresOf(report)], 0).trimEnd(),
    folded(`Changes against ${change?.against ?? ""}`, changes),
    change && change.costs.rows.length > 1 && toMarkdown([{ ...change.costs, title: "Costs" }], 4).trimEnd(),
    folded("Findings of the policies", broken),
    linesToMarkdown([...report.costs.lines, ...(report.capacity?.lines ?? []), ...report.notes]).trimEnd(),
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

function figuresOf({ groups, change, policies, costs, capacity, deployment }: Report): Table {
  const resources = groups.reduce((sum, { members }) => sum + members.length, 0);
  const bottleneck = capacity?.report.bottleneck;
  return {
    title: "At a glance",
    columns: [{ name: "" }, { name: "" }],
    rows: [
      ["Resources", String(resources)],
      ...(change ? [["Changes", countsByKind(change.resources).join(", ") || "none"]] : []),
      [
        "Policies",
        `${policies.mandatory} mandatory, ${policies.advisory} advisory broken, ${policies.exempted} exempted`,
      ],
      ["USD a month", dollars(costs.estimate.total)],
      ...(bottleneck ? [["First bottleneck", `${bottleneck.name}, at ${about(bottleneck.fullAt!)} ×`]] : []),
      ...(deployment ? [["First deployment", `${minutes(deployment.program.seconds)}, estimated`]] : []),
    ],
  };
}

function folded(title: string, lines: readonly string[]): string | undefined {
  if (lines.length === 0) return undefined;
  const rest = lines.length > SHOWN ? [`- and ${lines.length - SHOWN} more`] : [];
  const items = [...lines.slice(0, SHOWN).map((line) => `- ${line}`), ...rest].join("\n");
  return `<details><summary>${escapeMarkdown(title)} (${lines.length})</summary>\n\n${items}\n\n</details>`;
}
