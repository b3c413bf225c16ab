import * as fs from "node:fs";
import * as path from "node:path";
import type { CommandModule } from "yargs";
import { type SourceOptions, openStacks } from "../cost/source";
import { exitCode } from "../errors";
import { printJson } from "../output";
import { prismDirectory } from "../paths";
import { exemptionsOf, settingsOf } from "../policy/settings";
import { DEFAULT_ENVIRONMENT, loadProgram } from "../program";
import { workspaceOf } from "../rehearse/workspace";
import { collect } from "../report/collect";
import { toComment } from "../report/markdown";
import { REPORT_FILE } from "../report/messages";
import { writePage } from "../report/write";
import { jsonOption, needsOneFormat, programOption, rehearsedEnvironment } from "./options";

interface Options extends SourceOptions {
  out?: string;
  markdown: boolean;
  json: boolean;
}

/** Writes what an environment is, does, costs and holds as one HTML file. */
export const report: CommandModule<object, Options> = {
  command: "report [env]",
  describe: "Write one HTML file for reviewers: architecture, changes, policies, costs, capacity, dashboards",
  builder: (yargs) =>
    yargs
      .positional("env", rehearsedEnvironment)
      .option("program", programOption)
      .option("checkpoint", {
        type: "string",
        requiresArg: true,
        describe: "Take the JSON of `pulumi stack export` instead, with the usage of ENV; - for standard input",
      })
      .option("from", {
        type: "string",
        requiresArg: true,
        describe: "Rehearse the change from this branch, tag or commit, and show what it does",
      })
      .option("out", {
        type: "string",
        requiresArg: true,
        describe: "File to write",
        defaultDescription: "report.html in the folder of the rehearsal",
      })
      .option("markdown", { type: "boolean", default: false, describe: "Print a summary for a pull request, too" })
      .option("json", jsonOption)
      .conflicts("checkpoint", ["from", "program"])
      .example("$0 report", "production as it was last rehearsed")
      .example("$0 report production --from main --out review.html", "what the working tree does to production")
      .example("pulumi stack export | $0 report --checkpoint - --out deployed.html", "any stack"),
  handler: async (options) => {
    needsOneFormat(options);
    const { stack, base } = await openStacks(options);
    const program = loadProgram(options.program);
    // A checkpoint of another program is judged by the rules as they come.
    const policies =
      options.checkpoint === undefined || options.env !== undefined
        ? settingsOf(program.directory, options.env ?? DEFAULT_ENVIRONMENT)
        : { exemptions: exemptionsOf() };
    const file = path.resolve(options.out ?? defaultFile(options));
    if (options.out === undefined) fs.mkdirSync(path.dirname(file), { recursive: true });
    const found = collect({ stack, base, policies });
    writePage(found, file, `--out ${options.out ?? file}`);
    if (options.json) printJson({ verb: "report", ok: true, exitCode: exitCode.fine, source: stack.title, file });
    else (options.markdown ? process.stderr : process.stdout).write(`Report: ${file}\n`);
    if (options.markdown) process.stdout.write(toComment(found));
  },
};

function defaultFile({ checkpoint, env = DEFAULT_ENVIRONMENT, program, from }: Options): string {
  if (checkpoint !== undefined) return path.join(prismDirectory(), "reports", "checkpoint.html");
  const { directory } = workspaceOf(loadProgram(program), env, from === undefined ? "rehearsals" : "changes");
  return path.join(directory, REPORT_FILE);
}
