import * as fs from "node:fs";
import * as path from "node:path";
import { PrismError, UsageError } from "../errors";
import type { Progress } from "../output";
import { buildPolicyPack, policyPackDirectory } from "../policy-pack";
import { configurationOptions } from "../policy/configuration-file";
import { type Program, type StackConfig, configText, loadStackConfig } from "../program";
import { runCli } from "../pulumi";
import { findPulumi, which } from "../toolchain";
import { follow, startChild } from "./follow";
import type { Findings, Job } from "./messages";
import type { PassName } from "./report";
import { type Workspace, engineEnvironment, prepareWorkspace } from "./workspace";

/** AWS's own example account: for programs whose configuration names none. */
const exampleAccount = "123456789012";

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

/** What a rehearsing process is to do. */
export type Task = Pick<Job, "task" | "guard" | "drift" | "faults" | "orphans">;

/** What a task is done with. */
export interface Run {
  target: Deployable;
  options: { env: string; "policy-pack": string };
  workspace: Workspace;
  progress: Progress;
  /** Hears of every pass when it begins and when it has ended. */
  onPass?: (pass: PassName, event: "begins" | "ended") => void;
}

/** Does one task in a process of its own. The caller holds the workspace's lock. */
export async function runTask(task: Task, { target, options, workspace, progress, onPass }: Run): Promise<Findings> {
  const { program, config, account } = target;
  // Started first, so that it loads its modules while the rest is made ready.
  const child = startChild();
  try {
    const job: Job = {
      kind: "job",
      ...task,
      ...(await prepare({ workspace, program, options, config, progress })),
      programDirectory: program.directory,
      project: program.project,
      environment: options.env,
      stateFile: workspace.stateFile,
      worldFile: workspace.worldFile,
      account,
    };
    return await follow(child, job, workspace, progress, onPass);
  } finally {
    child.kill("SIGKILL");
  }
}

interface Preparation {
  workspace: Workspace;
  program: Program;
  options: { env: string; "policy-pack": string };
  config: StackConfig;
  progress: Progress;
}

/** Makes ready what the engine runs with: the CLI, the pack, the workspace with its configuration. */
async function prepare({
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
