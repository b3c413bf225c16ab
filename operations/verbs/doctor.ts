import type { CommandModule } from "yargs";
import { type Area, AREA_NAMES } from "../doctor/areas";
import { type Problem, PROBLEMS } from "../doctor/paths";
import { Progress, printJson } from "../output";
import { jsonOption } from "./options";

interface Options {
  env: string;
  "end-to-end"?: boolean;
  why?: Problem;
  "test-alarm"?: string;
  skip: Area[];
  all: boolean;
  yes: boolean;
  json: boolean;
}

/** Verifies a deployed environment. */
export const doctor: CommandModule<unknown, Options> = {
  command: "doctor <env>",
  describe: "Find what is wrong with a deployed environment, and what to do about it",
  builder: (yargs) =>
    yargs
      .positional("env", {
        type: "string",
        demandOption: true,
        describe: "Environment: a stack file Pulumi.ENV.yaml",
      })
      .option("why", {
        choices: PROBLEMS,
        requiresArg: true,
        describe: "Follow the path of one problem up to its first broken link",
      })
      .option("end-to-end", {
        type: "boolean",
        describe: "Also send a document through the whole system, and delete it again",
      })
      .option("test-alarm", {
        type: "string",
        requiresArg: true,
        describe: "Set an alarm off and back, and say who should have heard",
      })
      .option("skip", {
        type: "array",
        choices: AREA_NAMES,
        default: [] as Area[],
        requiresArg: true,
        describe: "Leave an area out, such as models, which are looked at by calling them",
      })
      .option("all", { type: "boolean", default: false, describe: "Show what is well in a line each, too" })
      .option("yes", { type: "boolean", default: false, describe: "Do not ask before an alarm is set off" })
      .option("json", jsonOption)
      .conflicts("why", ["end-to-end", "test-alarm"])
      .conflicts("test-alarm", "end-to-end"),
  handler: async (options) => {
    const { examine } = await import("../doctor/doctor");
    const { formatAlarmTest, formatReport } = await import("../doctor/report");
    const progress = new Progress();
    const report = await examine(
      {
        env: options.env,
        endToEnd: options["end-to-end"] ?? false,
        why: options.why,
        testAlarm: options["test-alarm"],
        skip: options.skip,
        yes: options.yes,
      },
      progress,
    ).finally(() => {
      progress.end();
    });
    process.exitCode = report.exitCode;
    if (options.json) printJson(report);
    else if (report.alarmTest) process.stdout.write(`${formatAlarmTest(report.alarmTest)}\n`);
    else process.stdout.write(formatReport(report, options.all, process.stdout.columns));
  },
};
