import type { CommandModule } from "yargs";
import { capacity as capacityOf } from "../capacity/capacity";
import { plantOf } from "../capacity/plant";
import { basisTable, bottleneckLines, capacityTable } from "../capacity/tables";
import { openStacks } from "../cost/source";
import { usageTable } from "../cost/tables";
import { UsageError, exitCode } from "../errors";
import { printJson } from "../output";
import { linesToMarkdown, linesToText, plain, toMarkdown, toText } from "../table";
import { jsonOption, needsOneFormat, rehearsedEnvironment } from "./options";

interface Options {
  env?: string;
  checkpoint?: string;
  markdown: boolean;
  json: boolean;
}

/** Says how far each part of an environment is used, and which is full first. */
export const capacity: CommandModule<object, Options> = {
  command: "capacity [env]",
  describe: "Say what each part of an environment holds, how far it is used, and which is full first",
  builder: (yargs) =>
    yargs
      .positional("env", rehearsedEnvironment)
      .option("checkpoint", {
        type: "string",
        requiresArg: true,
        describe: "Take the JSON of `pulumi stack export` instead, with the usage of ENV; - for standard input",
      })
      .option("markdown", { type: "boolean", default: false, describe: "Print Markdown, for a pull request" })
      .option("json", jsonOption)
      .example("$0 capacity", "production at its stack file's usage, at 10 and at 100 times of it"),
  handler: async (options) => {
    needsOneFormat(options);
    const { stack } = await openStacks(options);
    if (!stack.settings) {
      throw new UsageError(
        "--checkpoint without an environment: name the one whose usage the load is, as in `capacity production`",
      );
    }
    const report = capacityOf(plantOf(stack.resources), stack.settings);
    const [, , name = "", , project = ""] = (stack.resources[0]?.urn ?? "").split(":");
    const notes = [...report.notes, ...stack.notes];
    // Today's load has to fit.
    const fits = (report.bottleneck?.fullAt ?? Infinity) >= 1;
    process.exitCode = fits ? exitCode.fine : exitCode.failed;
    if (options.json) {
      const { parts, bottleneck } = report;
      printJson({
        verb: "capacity",
        ok: fits,
        exitCode: process.exitCode,
        project,
        stack: name,
        source: stack.title,
        usage: stack.settings.usage,
        bottleneck,
        parts,
        notes,
      });
      return;
    }
    const lines = [...bottleneckLines(report), ...notes];
    const tables = [capacityTable(report), basisTable(report), usageTable(stack.settings.usage)];
    if (report.parts.length === 0) {
      process.stdout.write(`${plain(`${project} ${name}`)}: has no part whose capacity is known here\n`);
    } else if (options.markdown) {
      process.stdout.write(`${linesToMarkdown(lines)}\n${toMarkdown(tables)}`);
    } else {
      const heading = plain(`${project} ${name}: capacity, from ${stack.title}`);
      process.stdout.write(`${heading}\n\n${linesToText(lines)}\n${toText(tables, process.stdout.columns)}`);
    }
  },
};
