import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { CommandModule } from "yargs";
import { PrismError, UsageError, exitCode, systemCode } from "../errors";
import { Progress, printJson } from "../output";
import { root } from "../paths";
import { configurationOptions } from "../policy/configuration-file";
import { buildPolicyPack, policyPackDirectory } from "../policy-pack";
import { runCli } from "../pulumi";
import { type Program, type StackConfig, configText, loadProgram, loadStackConfig } from "../program";
import { firstDeployment } from "../rehearse/critical-path";
import type { Guard } from "../rehearse/data-loss";
import { follow, startChild } from "../rehearse/follow";
import type { Job } from "../rehearse/messages";
import { faultKinds } from "../../rehearsal/faults";
import { readFaults } from "../rehearse/faults";
import { type OrphanAction, orphanActions } from "../rehearse/orphans";
import { checkOut, type Reference } from "../rehearse/reference";
import { type Failure, type RehearsalReport, type Violation, emptyReport } from "../rehearse/report";
import { liftProtection, readState, stackOutputs, summarizeComponents } from "../rehearse/state";
import { toComment } from "../rehearse/markdown";
import { formatReport } from "../rehearse/summary";
import { type Workspace, engineEnvironment, lockWorkspace, prepareWorkspace, workspaceOf } from "../rehearse/workspace";
import { findPulumi, which } from "../toolchain";

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

/** AWS's own example account: for programs whose configuration names none. */
const exampleAccount = "123456789012";

/** Rehearses one environment and prints the report. */
export const rehearse: CommandModule<unknown, Options> = {
  command: "rehearse [env]",
  describe: "Bring an environment up on this machine: real engine, real policies, stand-in AWS",
  builder: (yargs) =>
    yargs
      .positional("env", {
        type: "string",
        default: "production",
        describe: "Environment: a stack file Pulumi.ENV.yaml",
      })
      .option("program", { type: "string", requiresArg: true, describe: "Folder of another Pulumi program here" })
      .option("fresh", { type: "boolean", default: false, describe: "Start over instead of from the run before" })
      .option("json", { type: "boolean", default: false, describe: "Print one JSON document on stdout" })
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
    const { program, config, account } = deployable(loadProgram(options.program), options.env);
    // Brings every policy along, which only drift is judged by here.
    const drifting = options.drift === undefined ? undefined : await import("../rehearse/drift");
    const drift = options.drift === undefined ? undefined : drifting?.readDriftFile(options.drift);
    const workspace = workspaceOf(program, options.env, options.from ? "changes" : drift ? "drifts" : "rehearsals");
    const report = emptyReport(program.project, options.env, {
      directory: workspace.directory,
      state: workspace.stateFile,
      world: workspace.worldFile,
    });
    const lock = lockWorkspace(workspace, options.env);
    const children: ChildProcess[] = [];
    /** Runs one child over a program; it is started first, so that it loads its modules while the rest is made ready. */
    const run = async (
      { program, config, account }: Deployable,
      task: Pick<Job, "task" | "guard" | "drift" | "faults" | "orphans">,
    ): Promise<void> => {
      const child = startChild();
      children.push(child);
      const engine = await prepare({ workspace, program, options, config, progress });
      const job: Job = {
        kind: "job",
        ...task,
        ...engine,
        programDirectory: program.directory,
        project: program.project,
        environment: options.env,
        stateFile: workspace.stateFile,
        worldFile: workspace.worldFile,
        account,
      };
      const findings = await follow(child, job, workspace, progress);
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
        const reference = await checkOut(options.from, (text) => {
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
      if (!report.failure) await run({ program, config, account }, { task: "rehearse", guard, drift, faults, orphans });
      if (!report.failure && drifting && drift) {
        const { forbidden, newViolations, violationsIn } = drifting;
        const before = violationsIn(workspace.stateFile);
        await run({ program, config, account }, { task: "drift", drift });
        report.drift = options.drift;
        report.policies.broken = newViolations(before, violationsIn(workspace.stateFile));
        report.failure ??= forbidden(report.policies.broken);
      }
      readBack(report, workspace, options.checkpoint);
    } finally {
      for (const child of children) child.kill("SIGKILL");
      lock.release();
      progress.end();
    }
    report.ok = !report.failure;
    report.exitCode = report.failure ? codeOf(report.failure) : exitCode.fine;
    report.seconds = (Date.now() - started) / 1000;
    process.exitCode = report.exitCode;
    if (options.markdown !== undefined) write("--markdown", options.markdown, toComment(report));
    if (options.json) printJson(report);
    if (report.failure) process.stderr.write(formatFailure(report));
    if (!options.json && report.passes.some(({ name }) => name === "up")) {
      process.stdout.write(formatReport(report, process.stdout.columns ?? 120));
    }
  },
};

/** A program with the configuration of one of its environments. */
export interface Deployable {
  program: Program;
  config: StackConfig;
  account: Job["account"];
}

/** @throws UsageError for an environment without a stack file, or one that names no region */
export function deployable(program: Program, environment: string): Deployable {
  const config = loadStackConfig(program, environment);
  const region = configText(program, config, "aws:region");
  if (!region) throw new UsageError(`aws:region is missing in Pulumi.${environment}.yaml: the region to deploy to`);
  const accountId =
    configText(program, config, "ai-prism:accountId") ??
    configText(program, config, `${program.project}:accountId`) ??
    exampleAccount;
  return { program, config, account: { accountId, region } };
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

function codeOf(failure: Failure): number {
  return failure.kind === "configuration" ? exitCode.usage : exitCode.failed;
}

/** Empties the folder of a rehearsal that is locked. */
export function removeAllButLock(workspace: Workspace): void {
  for (const name of fs.readdirSync(workspace.directory)) {
    if (name !== "lock") fs.rmSync(path.join(workspace.directory, name), { recursive: true, force: true });
  }
}

interface Preparation {
  workspace: Workspace;
  program: Program;
  options: Pick<Options, "env" | "policy-pack">;
  config: StackConfig;
  progress: Progress;
}

/** Makes ready what the engine runs with: the CLI, the pack, the workspace with its configuration. */
export async function prepare({
  workspace,
  program,
  options,
  config,
  progress,
}: Preparation): Promise<
  Pick<Job, "workDirectory" | "cli" | "policyPack" | "policyConfiguration" | "startPackEarly" | "env">
> {
  const onProgress = (text: string): void => {
    progress.line(text);
  };
  const policyPack = options["policy-pack"] === "none" ? "" : path.resolve(options["policy-pack"]);
  if (policyPack === policyPackDirectory) buildPolicyPack(onProgress);
  else if (policyPack && !fs.existsSync(path.join(policyPack, "PulumiPolicy.yaml"))) {
    throw new UsageError(`--policy-pack ${options["policy-pack"]}: no PulumiPolicy.yaml there`);
  }
  const cli = (await findPulumi({ onProgress })).path;
  const secrets = prepareWorkspace(workspace, program, options.env, config);
  const env = engineEnvironment(workspace);
  const engine = { cli, workDirectory: workspace.workDirectory, stack: options.env, env };
  const commands = [
    ...(fs.existsSync(workspace.stateFile) ? [] : [["stack", "init", options.env]]),
    ...secrets.map((key) => ["config", "set", "--secret", "--path", key, "rehearsal", "--stack", options.env]),
  ];
  for (const command of commands) {
    const { code, stderr } = await runCli(engine, command);
    if (code !== 0) throw new PrismError(`pulumi ${command.slice(0, 2).join(" ")} failed: ${stderr.trim()}`);
  }
  return {
    workDirectory: workspace.workDirectory,
    cli,
    policyPack,
    policyConfiguration: policyPack === policyPackDirectory ? configurationOptions(program.directory, options.env) : [],
    // With a language host, the engine starts packs through that.
    startPackEarly: policyPack === policyPackDirectory && !which("pulumi-language-nodejs", env),
    env,
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

/** A failure for people, with the policies that were broken. */
export function formatFailure(report: Pick<RehearsalReport, "failure" | "policies">): string {
  const { failure, policies } = report;
  if (!failure) return "";
  const lines = [`${failure.kind === "configuration" ? "" : "rehearsal failed: "}${failure.message}`];
  lines.push(...failure.details.map((detail) => `  ${detail}`));
  if (failure.kind === "policy") lines.push(...violationLines(policies.broken));
  return `${lines.join("\n")}\n`;
}

/** Mandatory violations, those of one kind together. */
function violationLines(violations: Violation[]): string[] {
  const resources = new Map<string, string[]>();
  for (const { policy, level, resource, message } of violations) {
    if (level !== "mandatory") continue;
    const kind = [policy, ...message.split("\n").map((line) => `  ${line.trim()}`)].join("\n  ");
    resources.set(kind, [...(resources.get(kind) ?? []), resource]);
  }
  return [...resources].flatMap(([kind, broken]) => [`  ${kind}`, `    Resources: ${broken.join(", ")}`]);
}
