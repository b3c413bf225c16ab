// The process that writes the report of a rehearsal. It is started by the verb, while the deployment is under way, and
// does most of its work while the engine looks for changes that are left.
import { rehearsedChange, rehearsedStack } from "../cost/source";
import { settingsOf } from "../policy/settings";
import { loadProgram } from "../program";
import { type Report, type Sources, collect } from "./collect";
import type { FromReporter, ReportJob, ToReporter } from "./messages";
import { writePage } from "./write";

let sources: Sources | undefined;
let collected: Report | undefined;
let problem: string | undefined;

process.on("message", (message: ToReporter) => {
  try {
    if (message.kind === "collect") {
      sources = sourcesOf(message.job);
      collected = collect(sources);
    } else if (sources && collected) {
      // Secrets have to be kept out of the failure, too.
      writePage(message.failure ? collect({ ...sources, failure: message.failure }) : collected, message.file);
    }
  } catch (error) {
    problem ??= error instanceof Error ? error.message : String(error);
  }
  if (message.kind === "write") {
    process.send!({ problem } satisfies FromReporter, () => {
      process.disconnect();
    });
  }
});
// Interrupts of a terminal reach the whole group; without the verb there is nobody to report to.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit());

function sourcesOf({ program: directory, environment, kind, from }: ReportJob): Sources {
  const program = loadProgram(directory);
  const { stack, base = undefined } = from
    ? rehearsedChange(program, environment, from)
    : { stack: rehearsedStack(program, environment, kind) };
  return { stack, base, policies: settingsOf(program.directory, environment) };
}
