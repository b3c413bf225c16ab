import type { CommandModule } from "yargs";
import { type BudgetVerdict, type Estimate, cents, compare, estimate, judgeBudgets, rowsOf } from "../cost/estimate";
import { estimateOfRow, handMadeRows } from "../cost/hand-made";
import { type SourceOptions, openStacks } from "../cost/source";
import {
  budgetLines,
  changeTable,
  costTable,
  handMadeTable,
  notPricedTable,
  uncertainTable,
  usageTable,
} from "../cost/tables";
import { exitCode } from "../errors";
import { printJson } from "../output";
import { type Table, linesToMarkdown, linesToText, plain, toMarkdown, toText } from "../table";
import { jsonOption, needsOneFormat, programOption, rehearsedEnvironment } from "./options";

interface Options extends SourceOptions {
  "hand-made": boolean;
  markdown: boolean;
  json: boolean;
}

/** Estimates what an environment costs in a month, and holds its budget against that. */
export const cost: CommandModule<object, Options> = {
  command: "cost [env]",
  describe: "Estimate what an environment costs in a month, from its rehearsal and the usage in its stack file",
  builder: (yargs) =>
    yargs
      .positional("env", rehearsedEnvironment)
      .option("program", programOption)
      .option("checkpoint", {
        type: "string",
        requiresArg: true,
        describe: "Estimate the JSON of `pulumi stack export` instead; - for standard input",
      })
      .option("from", {
        type: "string",
        requiresArg: true,
        describe: "Rehearse the change from this branch, tag or commit, and say what it does to the costs",
      })
      .option("hand-made", {
        alias: "handmade",
        type: "boolean",
        default: false,
        describe: "Beside the cost table of the deployment made by hand",
      })
      .option("markdown", { type: "boolean", default: false, describe: "Print Markdown, for a pull request" })
      .option("json", jsonOption)
      .conflicts("checkpoint", ["from", "program"])
      .example("$0 cost", "production as it was last rehearsed")
      .example("$0 cost production --from main", "what the working tree does to production's costs"),
  handler: async (options) => {
    needsOneFormat(options);
    const { stack, base } = await openStacks(options);
    const now = estimate(stack.resources, stack.settings?.usage);
    const before = base && estimate(base.resources, base.settings?.usage);
    const verdicts = judgeBudgets(now);
    process.exitCode = verdicts.every(({ ok }) => ok) ? exitCode.fine : exitCode.failed;
    const [, , name = "", , project = ""] = (stack.resources[0]?.urn ?? "").split(":");
    const changes = before && compare(before.items, now.items);
    const notes = [...stack.notes, ...(base?.notes ?? [])];
    if (options.json) {
      printJson({
        verb: "cost",
        ok: process.exitCode === exitCode.fine,
        exitCode: process.exitCode,
        project,
        stack: name,
        source: stack.title,
        usage: stack.settings?.usage,
        ...documentOf(now, verdicts),
        from: base && {
          reference: options.from,
          commit: base.commit,
          usage: base.settings?.usage,
          total: cents(before!.total),
          changes: changes!.map((change) => ({
            ...change,
            before: cents(change.before),
            after: cents(change.after),
            change: cents(change.change),
          })),
        },
        handMade: options["hand-made"]
          ? handMadeRows().map((row) => ({
              ...row,
              corrected: cents(row.corrected),
              estimate: cents(estimateOfRow(row, now)),
            }))
          : undefined,
        notes,
      });
      return;
    }
    const tables = [
      ...(changes ? [changeTable(changes, before!.total, now.total, base!.title)] : []),
      ...(options["hand-made"] ? [handMadeTable(handMadeRows(), now, name)] : [costTable(now)]),
      notPricedTable(now),
      uncertainTable(now),
      ...(stack.settings ? [usageTable(stack.settings.usage)] : []),
    ].filter((table): table is Table => table !== undefined);
    const lines = [...budgetLines(now), ...notes];
    if (options.markdown) {
      process.stdout.write([linesToMarkdown(lines), toMarkdown(tables)].filter(Boolean).join("\n"));
      return;
    }
    const heading = `${plain(`${project} ${name}: costs a month, from ${stack.title}`)}\n`;
    const parts = [heading, toText(tables, process.stdout.columns), linesToText(lines)];
    process.stdout.write(parts.filter(Boolean).join("\n"));
  },
};

/** An estimate as JSON, in cents. */
function documentOf(now: Estimate, budgets: readonly BudgetVerdict[]): object {
  return {
    total: cents(now.total),
    rows: rowsOf(now.items).map((row) => ({ ...row, usd: cents(row.usd) })),
    items: now.items.map((item) => ({ ...item, usd: cents(item.usd) })),
    notPriced: now.notPriced,
    free: now.free,
    budgets,
  };
}
