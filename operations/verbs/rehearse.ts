import * as fs from "node:fs";
import * as path from "node:path";
import type { CommandModule } from "yargs";
import { UsageError, systemCode } from "../errors";
import { Progress, printJson } from "../output";
import { root } from "../paths";
import { policyPackDirectory } from "../policy-pack";
import { DEFAULT_ENVIRONMENT, type Program, loadProgram } from "../program";
import { firstDeployment } from "../rehearse/critical-path";
import type { Guard } from "../rehearse/data-loss";
import { faultKinds } from "../../rehearsal/faults";
import { readFaults } from "../rehearse/faults";
import { toComment } from "../rehearse/markdown";
import { type OrphanAction, orphanActions } from "../rehearse/orphans";
import { checkOut, type Reference } from "../rehearse/reference";
import { type Failure, type PassName, type RehearsalReport, emptyReport, exitCodeOf } from "../rehearse/report";
import { type Deployable, type Task, deployable, runTask } from "../rehearse/run";
import { liftProtection, readState, stackOutputs, summarizeComponents } from "../rehearse/state";
import { formatFailure, formatReport } from "../rehearse/summary";
import { Reporter } from "../report/follow";
import { REPORT_FILE, type ReportJob } from "../report/messages";
import { type Workspace, lockWorkspace, removeAllButLock, workspaceOf } from "../rehearse/workspace";
import { jsonOption, programOption } from "./options";

interface Options {
  env: string;
  program?: string;
  fresh: boolean;
  json: boolean;
  checkpoint?: string;
  markdown?: string;
  from?: string;
  drift?: string;
  "allow-loss": string[];
  fault: string[];
  orphans?: OrphanAction;
  "policy-pack": string;
}

/** Rehearses one environment and prints the report. */
export const rehearse: CommandModule<unknown, Options> = {
  command: "rehearse [env]",
  describe: "Bring an environment up on this machine: real engine, real policies, stand-in AWS",
  builder: (yargs) =>
    yargs
      .positional("env", {
        type: "string",
        default: DEFAULT_ENVIRONMENT,
        describe: "Environment: a stack file Pulumi.ENV.yaml",
      })
      .option("program", programOption)
      .option("fresh", { type: "boolean", default: false, describe: "Start over instead of from the run before" })
      .option("json", jsonOption)
      .option("checkpoint", {
        type: "string",
        requiresArg: true,
        describe: "Write what `pulumi stack export` would to this file",
      })
      .option("markdown", {
        type: "string",
        requiresArg: true,
        describe: "Write what a pull request's comment should say to this file",
      })
      .option("from", {
        type: "string",
        requiresArg: true,
        describe: "Rehearse the change from this branch, tag or commit to the working tree",
      })
      .option("allow-loss", {
        type: "string",
        array: true,
        default: [],
        defaultDescription: "nothing",
        requiresArg: true,
        describe: "With --from: a resource, by name or URN, whose data may be lost",
      })
      .option("drift", {
        type: "string",
        requiresArg: true,
        describe: "Change what is deployed by hand as this file says, and find out with a refresh",
      })
      .conflicts("drift", "from")
      .option("fault", {
        type: "string",
        array: true,
        default: [],
        defaultDescription: "nothing",
        requiresArg: true,
        describe: `Let an operation fail: TYPE[:NAME][@N][=KIND], a KIND of ${Object.keys(faultKinds).join(", ")}`,
      })
      .option("orphans", {
        choices: orphanActions,
        describe: "Before anything else, import or delete what exists and is not in the state",
      })
      .option("policy-pack", {
        type: "string",
        requiresArg: true,
        default: policyPackDirectory,
        defaultDescription: "policies",
        describe: "Folder of the policy pack, or none",
      })
      .example("$0 rehearse", "production, from where the last rehearsal left it")
      .example("$0 rehearse dev --fresh", "dev, from nothing")
      .example("$0 rehearse production --from main", "what the working tree would change in production")
      .example("$0 rehearse production --drift drift.yaml", "whether a change by hand is found")
      .example(
        "$0 rehearse production --fault rds.Instance=timeout",
        "what a database that takes too long leaves behind",
      )
      .example("$0 rehearse production --json > report.json", "for machines"),
  handler: async (options) => {
    const started = Date.now();
    if (options["allow-loss"].length > 0 && !options.from) {
      throw new UsageError("--allow-loss says what a change may lose; it goes with --from");
    }
    const { orphans } = options;
    const faults = readFaults(options.fault);
    if (options.from ?? options.drift) {
      const other = faults.length > 0 ? "--fault" : orphans && "--orphans";
      if (other) throw new UsageError(`${other} goes with neither --from nor --drift`);
    }
    if (orphans && options.fresh) throw new UsageError("--orphans is about what --fresh would forget; leave one out");
    const progress = new Progress();
    const target = deployable(loadProgram(options.program), options.env);
    const { program } = target;
    // Brings every policy along, which only drift is judged by here.
    const drifting = options.drift === undefined ? undefined : await import("../rehearse/drift");
    const drift = drifting?.readDriftFile(options.drift!);
    const kind = options.from ? "changes" : drift ? "drifts" : "rehearsals";
    const workspace = workspaceOf(program, options.env, kind);
    const report = emptyReport(program.project, options.env, {
      directory: workspace.directory,
      state: workspace.stateFile,
      world: workspace.worldFile,
    });
    const lock = lockWorkspace(workspace, options.env);
    const reporter = new Reporter();
    const job: ReportJob = { program: program.directory, environment: options.env, kind };
    const onPass = (pass: PassName, event: "begins" | "ended") => {
      if (pass === "up" && event === "begins") reporter.start();
      // What drift is about comes after the deployment.
      if (pass === "up" && event === "ended" && !drift) reporter.collect({ ...job, from: reference });
    };
    let reference: Reference | undefined;
    const run = async (target: Deployable, task: Task): Promise<void> => {
      const findings = await runTask(task, { target, options, workspace, progress, onPass });
      report.notes.push(...findings.notes);
      report.passes.push(...findings.passes);
      // Drift is judged on the state that the refresh leaves, so its findings hold no policies.
      const policies = task.task === "drift" ? report.policies : findings.policies;
      Object.assign(report, { ...findings, policies, notes: report.notes, passes: report.passes });
    };
    try {
      if (lock.wasStale) report.notes.push("the run before was killed; going on from the state it left");
      if (options.fresh || options.from || drift) removeAllButLock(workspace);
      let guard: Guard | undefined;
      if (options.from) {
        reference = await checkOut(options.from, (text) => {
          progress.line(text);
        });
        report.from = { reference: reference.reference, commit: reference.commit };
        await run(deployable(programAt(reference, program), options.env), { task: "base" });
        if (report.failure) report.failure = ofReference(report.failure, options.from);
        else {
          // The next pass goes on from this state; whoever compares reads it later.
          fs.copyFileSync(workspace.stateFile, workspace.baseFile);
          guard = { protected: liftProtection(workspace.stateFile), allowed: options["allow-loss"] };
        }
      }
      if (!report.failure) await run(target, { task: "rehearse", guard, drift, faults, orphans });
      if (!report.failure && drifting && drift) {
        const { forbidden, newViolations, settingsOf, violationsIn } = drifting;
        const settings = settingsOf(program.directory, options.env);
        const before = violationsIn(workspace.stateFile, settings);
        await run(target, { task: "drift", drift });
        report.drift = options.drift;
        report.policies.broken = newViolations(before, violationsIn(workspace.stateFile, settings));
        report.failure ??= forbidden(report.policies.broken);
      }
      readBack(report, workspace, options.checkpoint);
      if (cameUp(report)) {
        const file = path.join(workspace.directory, REPORT_FILE);
        const problem = await reporter.write({ ...job, from: reference }, file, report.failure);
        if (problem === undefined) report.location.report = file;
        else report.notes.push(`the HTML report could not be written: ${problem}`);
      }
    } finally {
      reporter.close();
      lock.release();
      progress.end();
    }
    report.ok = !report.failure;
    report.exitCode = exitCodeOf(report.failure);
    report.seconds = (Date.now() - started) / 1000;
    process.exitCode = report.exitCode;
    if (options.markdown !== undefined) write("--markdown", options.markdown, toComment(report));
    if (options.json) printJson(report);
    if (report.failure) process.stderr.write(formatFailure(report));
    if (!options.json && hasDeployed(report)) {
      process.stdout.write(formatReport(report, process.stdout.columns ?? 120));
    }
  },
};

const hasDeployed = ({ passes }: RehearsalReport): boolean => passes.some(({ name }) => name === "up");

/** Whether there is something to show; whoever interrupts does not wait for a page. */
function cameUp(report: RehearsalReport): boolean {
  const isCutOff = report.failure?.kind === "interrupted" || report.failure?.kind === "disk-full";
  return hasDeployed(report) && !isCutOff && report.components.length > 0;
}

/** The same program in the files of a reference. */
function programAt({ reference, directory }: Reference, program: Program): Program {
  try {
    return loadProgram(path.join(directory, path.relative(root, program.directory)), directory);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`--from ${reference}: ${error.message}`);
    throw error;
  }
}

function ofReference(failure: Failure, reference: string): Failure {
  if (failure.kind === "interrupted" || failure.kind === "disk-full") return failure;
  return {
    kind: "reference",
    message: `the program of ${reference} does not come up, so a change from it cannot be rehearsed: ${failure.message}`,
    details: failure.details,
  };
}

/** Adds what the engine's state says, and writes the checkpoint. */
function readBack(report: RehearsalReport, workspace: Workspace, checkpoint: string | undefined): void {
  const state = readState(workspace.stateFile);
  const resources = state?.deployment.resources ?? [];
  report.components = summarizeComponents(resources);
  report.outputs = stackOutputs(resources);
  if (resources.some(({ custom }) => custom)) report.firstDeployment = firstDeployment(resources);
  if (checkpoint && state) write("--checkpoint", checkpoint, `${JSON.stringify(state, null, 4)}\n`);
}

function write(option: string, file: string, text: string): void {
  try {
    fs.writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`${option} ${file} cannot be written: ${systemCode(error) ?? String(error)}`);
  }
}
