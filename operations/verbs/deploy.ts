import type { CommandModule } from "yargs";
import { type DeployOptions, deploy } from "../deploy/deploy";
import { formatPlan } from "../deploy/plan";
import type { DeployVerb } from "../deploy/report";
import { Progress, printFailure, printJson } from "../output";
import { jsonOption, programOption } from "./options";

function verbFor(verb: DeployVerb, describe: string, confirms: boolean): CommandModule<unknown, DeployOptions> {
  return {
    command: `${verb} <env>`,
    describe,
    builder: (yargs) => {
      const shared = yargs
        .positional("env", {
          type: "string",
          demandOption: true,
          describe: "Environment: a stack file Pulumi.ENV.yaml",
        })
        .option("program", programOption)
        .option("json", jsonOption);
      return shared.option("yes", {
        type: "boolean",
        default: false,
        describe: "Do not ask",
        hidden: !confirms,
      });
    },
    handler: async (options) => {
      const progress = new Progress();
      const report = await deploy(verb, options, progress).finally(() => {
        progress.end();
      });
      process.exitCode = report.exitCode;
      if (options.json) printJson(report);
      else process.stdout.write(`${formatPlan(report)}\n`);
      if (report.failure) printFailure(verb, report.failure);
    },
  };
}

/** The verbs that work on what is deployed, with the policy pack always on. */
export const preview = verbFor("preview", "Show what a deployment would change in AWS", false);
export const up = verbFor("up", "Deploy an environment to AWS, after showing the plan", true);
export const destroy = verbFor("destroy", "Remove an environment from AWS, after showing the plan", true);
export const drift = verbFor(
  "drift",
  "Find what was changed in AWS past Pulumi, and what of it a policy forbids",
  false,
);
