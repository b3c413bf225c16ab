import type { CommandModule } from "yargs";
import { UsageError } from "../errors";
import { Progress, printFailure, printJson } from "../output";
import { abortRelease, listReleases, release as runRelease, rollback as runRollback } from "../release/release";
import { type ReleaseReport, formatRelease } from "../release/report";
import { jsonOption } from "./options";

interface RollbackOptions {
  env: string;
  yes: boolean;
  json: boolean;
}

interface Options extends RollbackOptions {
  target?: string;
  again: boolean;
  list: boolean;
  abort: boolean;
}

const environment = {
  type: "string",
  demandOption: true,
  describe: "Environment: a stack file Pulumi.ENV.yaml",
} as const;

const common = {
  yes: { type: "boolean", default: false, describe: "Do not ask" },
  json: jsonOption,
} as const;

/** Has an environment run a version of the application. */
export const release: CommandModule<unknown, Options> = {
  command: "release <env> [target]",
  describe: "Have an environment run a version: upload, deploy, watch, refresh the CDN",
  builder: (yargs) =>
    yargs
      .positional("env", environment)
      .positional("target", {
        type: "string",
        describe: "The application's folder or a zip of it, or the label of a version that Elastic Beanstalk knows",
      })
      .options(common)
      .option("again", {
        type: "boolean",
        default: false,
        describe: "Deploy it although it runs already: new instances, which read their secrets anew",
      })
      .option("list", { type: "boolean", default: false, describe: "List the versions, and which one runs" })
      .option("abort", { type: "boolean", default: false, describe: "Stop a deployment that is under way" })
      .example("$0 release production ../ai-prism", "what lies in that folder")
      .example("$0 release production v-0123456789ab", "a version that ran before"),
  handler: async ({ env, target, again, list, abort, yes, json }) => {
    if ([list, abort, target !== undefined].filter(Boolean).length !== 1) {
      throw new UsageError("release takes a version or a bundle, or --list, or --abort: one of them");
    }
    await show(json, (progress) => {
      if (list) return listReleases(env, progress);
      return abort ? abortRelease({ env, yes }, progress) : runRelease({ env, yes, again }, target!, progress);
    });
  },
};

/** Has an environment run the version that ran before. */
export const rollback: CommandModule<unknown, RollbackOptions> = {
  command: "rollback <env>",
  describe: "Have an environment run the version that ran before",
  builder: (yargs) => yargs.positional("env", environment).options(common),
  handler: ({ env, yes, json }) => show(json, (progress) => runRollback({ env, yes }, progress)),
};

async function show(json: boolean, run: (progress: Progress) => Promise<ReleaseReport>): Promise<void> {
  const progress = new Progress();
  const report = await run(progress).finally(() => {
    progress.end();
  });
  process.exitCode = report.exitCode;
  if (json) printJson(report);
  else process.stdout.write(formatRelease(report));
  if (report.failure) printFailure(report.verb, report.failure);
}
