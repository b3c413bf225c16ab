import { type ChildProcess, fork } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { CommandModule } from "yargs";
import { PrismError, UsageError, exitCode, systemCode } from "../errors";
import { Progress, plural, printJson, seconds } from "../output";
import { root } from "../paths";
import { buildPolicyPack, policyPackDirectory } from "../policy-pack";
import { runCli } from "../pulumi";
import { type Program, configText, loadProgram, loadStackConfig } from "../program";
import type { Findings, FromRehearsal, Job, ToRehearsal } from "../rehearse/messages";
import {
  type Failure,
  type Pass,
  type PassName,
  type RehearsalReport,
  type Violation,
  emptyReport,
} from "../rehearse/report";
import { readState, stackOutputs, summarizeComponents } from "../rehearse/state";
import { formatReport } from "../rehearse/summary";
import {
  type Workspace,
  endEngine,
  engineEnvironment,
  lockWorkspace,
  noteEngine,
  prepareWorkspace,
  withoutCredentials,
  workspaceOf,
} from "../rehearse/workspace";
import { findPulumi, which } from "../toolchain";

interface Options {
  env: string;
  program?: string;
  fresh: boolean;
  json: boolean;
  checkpoint?: string;
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
      .option("policy-pack", {
        type: "string",
        requiresArg: true,
        default: policyPackDirectory,
        defaultDescription: "policies",
        describe: "Folder of the policy pack",
      })
      .example("$0 rehearse", "production, from where the last rehearsal left it")
      .example("$0 rehearse dev --fresh", "dev, from nothing")
      .example("$0 rehearse production --json > report.json", "for machines"),
  handler: async (options) => {
    const started = Date.now();
    const progress = new Progress();
    const program = loadProgram(options.program);
    const config = loadStackConfig(program, options.env);
    const region = configText(program, config, "aws:region");
    if (!region) throw new UsageError(`aws:region is missing in Pulumi.${options.env}.yaml: the region to deploy to`);
    const accountId =
      configText(program, config, "ai-prism:accountId") ??
      configText(program, config, `${program.project}:accountId`) ??
      exampleAccount;

    const workspace = workspaceOf(program, options.env);
    const report = emptyReport(program.project, options.env, {
      directory: workspace.directory,
      state: workspace.stateFile,
      world: workspace.worldFile,
    });
    const lock = lockWorkspace(workspace, options.env);
    let child: ChildProcess | undefined;
    try {
      if (lock.wasStale) report.notes.push("the run before was killed; going on from the state it left");
      if (options.fresh) removeAllButLock(workspace);
      // Started first, so that it loads its modules while the rest is made ready.
      child = startChild();
      const job = await prepare({ workspace, program, options, config, account: { accountId, region }, progress });
      const findings = await follow(child, job, workspace, progress);
      report.notes.push(...findings.notes);
      Object.assign(report, { ...findings, notes: report.notes });
      readBack(report, workspace, options.checkpoint);
    } finally {
      child?.kill("SIGKILL");
      lock.release();
      progress.end();
    }
    report.ok = !report.failure;
    report.exitCode = report.failure ? codeOf(report.failure) : exitCode.fine;
    report.seconds = (Date.now() - started) / 1000;
    process.exitCode = report.exitCode;
    if (options.json) printJson(report);
    if (report.failure) process.stderr.write(formatFailure(report));
    if (!options.json && report.passes.some(({ name }) => name === "up")) {
      process.stdout.write(formatReport(report, process.stdout.columns ?? 120));
    }
  },
};

function codeOf(failure: Failure): number {
  return failure.kind === "configuration" ? exitCode.usage : exitCode.failed;
}

function removeAllButLock(workspace: Workspace): void {
  for (const name of fs.readdirSync(workspace.directory)) {
    if (name !== "lock") fs.rmSync(path.join(workspace.directory, name), { recursive: true, force: true });
  }
}

function startChild(): ChildProcess {
  return fork(path.join(root, "operations", "rehearse", "child.ts"), [], {
    execArgv: ["--require", path.join(root, "operations", "register.js")],
    env: withoutCredentials(process.env),
    // What a program logs must not get into the JSON document.
    stdio: ["ignore", 2, 2, "ipc"],
  });
}

interface Preparation {
  workspace: Workspace;
  program: Program;
  options: Options;
  config: Record<string, unknown>;
  account: Job["account"];
  progress: Progress;
}

async function prepare({ workspace, program, options, config, account, progress }: Preparation): Promise<Job> {
  const onProgress = (text: string): void => {
    progress.line(text);
  };
  const policyPack = path.resolve(options["policy-pack"]);
  if (policyPack === policyPackDirectory) buildPolicyPack(onProgress);
  else if (!fs.existsSync(path.join(policyPack, "PulumiPolicy.yaml"))) {
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
    kind: "job",
    programDirectory: program.directory,
    project: program.project,
    environment: options.env,
    workDirectory: workspace.workDirectory,
    stateFile: workspace.stateFile,
    worldFile: workspace.worldFile,
    cli,
    policyPack,
    // With a language host, the engine starts packs through that.
    startPackEarly: policyPack === policyPackDirectory && !which("pulumi-language-nodejs", env),
    account,
    env,
  };
}

const passTitles: Record<PassName, string> = {
  gate: "preview with the policy pack",
  up: "deployment with the policy pack",
  check: "preview that must find nothing to change",
};

/** Hands the job to the child and shows its progress until it is done. */
function follow(child: ChildProcess, job: Job, workspace: Workspace, progress: Progress): Promise<Findings> {
  return new Promise((resolve, reject) => {
    let findings: Findings | undefined;
    let interrupts = 0;
    const interrupt = (): void => {
      interrupts++;
      if (interrupts === 1) {
        progress.line("stopping; press again to stop at once");
        child.send({ kind: "stop" } satisfies ToRehearsal);
      } else child.kill("SIGKILL");
    };
    process.on("SIGINT", interrupt);
    process.on("SIGTERM", interrupt);
    const step = stepPrinter(progress);
    child.on("message", (message: FromRehearsal) => {
      if (message.kind === "passing") step.begin(message.pass);
      else if (message.kind === "resources") step.count(message.count);
      else if (message.kind === "passed") step.end(message.pass);
      else if (message.kind === "engine") noteEngine(workspace, message.pid);
      else findings = message.findings;
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      process.removeListener("SIGINT", interrupt);
      process.removeListener("SIGTERM", interrupt);
      if (findings) {
        resolve(findings);
        return;
      }
      endEngine(workspace);
      reject(new PrismError(`the rehearsal's process ended early (${signal ?? `exit code ${code}`}); run it again`));
    });
    child.send(job);
  });
}

/** Shows the passes: what is under way, and a line for each that has ended. */
function stepPrinter(progress: Progress): {
  begin: (pass: PassName) => void;
  count: (resources: number) => void;
  end: (pass: Pass) => void;
} {
  const titleOf = (pass: PassName): string => `[${Object.keys(passTitles).indexOf(pass) + 1}/3] ${passTitles[pass]}`;
  let title = "";
  let total = 0;
  return {
    begin: (pass) => {
      title = titleOf(pass);
      progress.status(`${title} ...`);
    },
    count: (resources) => {
      progress.status(`${title}: ${resources}${total ? ` of ${total}` : ""} resources`);
    },
    end: ({ name, resources, seconds: took }) => {
      total = Math.max(total, resources);
      progress.line(`${titleOf(name)}: ${plural(resources, "resource")}, ${seconds(took)}`);
    },
  };
}

/** Adds what the engine's state says, and writes the checkpoint. */
function readBack(report: RehearsalReport, workspace: Workspace, checkpoint: string | undefined): void {
  const state = readState(workspace.stateFile);
  const resources = state?.deployment.resources ?? [];
  report.components = summarizeComponents(resources);
  report.outputs = stackOutputs(resources);
  if (!checkpoint || !state) return;
  try {
    fs.writeFileSync(checkpoint, `${JSON.stringify(state, null, 4)}\n`);
  } catch (error) {
    throw new UsageError(`--checkpoint ${checkpoint} cannot be written: ${systemCode(error) ?? String(error)}`);
  }
}

function formatFailure(report: RehearsalReport): string {
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
