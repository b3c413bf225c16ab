import { type ChildProcess, fork } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as readline from "node:readline/promises";
import { checkpointResources } from "../../policies/checkpoint";
import { PrismError, UsageError } from "../errors";
import { type Progress, plural } from "../output";
import { prismDirectory, root } from "../paths";
import { buildPolicyPack, policyPackDirectory } from "../policy-pack";
import { configurationOptions } from "../policy/configuration-file";
import { configText, loadProgram, loadStackConfig } from "../program";
import { type EngineOptions, runCli } from "../pulumi";
import { newViolations, violationsOf } from "../rehearse/drift";
import { type Failure, exitCodeOf } from "../rehearse/report";
import type { Deployment } from "../rehearse/state";
import { describeResource } from "../rehearse/state";
import { policyStarter } from "../rehearse/workspace";
import { findPulumi, which } from "../toolchain";
import { identify } from "./identity";
import type { FromDeployment, Operation, Outcome, ToDeployment } from "./messages";
import { formatPlan } from "./plan";
import { type DeployReport, type DeployVerb, emptyReport } from "./report";

/** What the verbs are told on the command line. */
export interface DeployOptions {
  env: string;
  program?: string;
  yes: boolean;
  json: boolean;
}

/**
 * Runs one verb on what is deployed: credentials and account first, then the plan with the policy pack, and then, once it
 * is confirmed, the plan's execution.
 *
 * @throws PrismError for everything that is in the way before the engine runs
 */
export async function deploy(verb: DeployVerb, options: DeployOptions, progress: Progress): Promise<DeployReport> {
  const started = Date.now();
  const program = loadProgram(options.program);
  const config = loadStackConfig(program, options.env);
  const changes = verb === "up" || verb === "destroy";
  if (changes && !options.yes && !process.stdin.isTTY) {
    throw new UsageError(
      `./prism ${verb} ${options.env} asks before it changes anything; where nobody can answer: --yes`,
    );
  }
  const setting = (key: string): string => {
    const value = configText(program, config, key);
    if (value === undefined) throw new UsageError(`${key} is missing in Pulumi.${options.env}.yaml`);
    return value;
  };
  const region = setting("aws:region");
  const accountId = setting(`${program.project}:accountId`);

  const report = emptyReport(verb, program.project, options.env);
  progress.status("asking AWS whose credentials these are ...");
  report.identity = await identify(region, accountId);
  progress.line(`account ${report.identity.account}, as ${report.identity.arn}`);

  buildPolicyPack((text) => {
    progress.line(text);
  });
  const { path: cli } = await findPulumi({
    onProgress: (text) => {
      progress.line(text);
    },
  });
  const engine = engineFor(cli, program.directory, program.label, options.env);
  const before = await exportStack(engine);
  if (verb === "destroy") refuseProtected(before, options.env);
  if (changes) refusePending(before, options.env);

  const run = async (pass: Operation["pass"], args: string[], title: string): Promise<Outcome> => {
    const outcome = await operate(
      { kind: "operation", pass, programDirectory: program.directory, engine, args },
      title,
      progress,
    );
    report.failure = outcome.failure && named(outcome.failure, options.env);
    report.changes = outcome.changes ?? report.changes;
    report.violations = outcome.violations ?? [];
    report.waiting = outcome.deferred ?? {};
    return outcome;
  };
  const judged = ["--policy-pack", policyPackDirectory, ...configurationOptions(program.directory, options.env)];
  if (verb === "drift") {
    const { states = {} } = await run("refresh", ["--preview-only"], "reading what is deployed");
    const gone = new Set(report.changes.deleted.map(({ urn }) => urn));
    const resources = before.resources
      ?.filter(({ urn }) => !gone.has(urn))
      .map((one) => ({ ...one, ...states[one.urn] }));
    report.violations = newViolations(violations(before), violations({ ...before, resources }));
    const found = report.changes.updated.length + gone.size;
    if (found > 0) {
      report.failure ??= { kind: "drift", message: `${plural(found, "resource")} changed past Pulumi`, details: [] };
    }
  } else {
    const planned = verb === "destroy" ? ["--preview-only"] : judged;
    await run(
      verb === "destroy" ? "destroy" : "gate",
      planned,
      verb === "destroy" ? "planning the removal" : "planning",
    );
    if (!report.failure && changes) {
      const nothing = Object.values(report.changes).every((list) => list.length === 0);
      progress.line(formatPlan(report));
      if (!nothing && (options.yes || (await confirmed(verb, options.env)))) {
        await run(verb, verb === "up" ? judged : [], verb === "up" ? "deploying" : "removing");
        report.applied = true;
      } else if (!nothing) {
        report.failure = { kind: "interrupted", message: "not confirmed; nothing was changed", details: [] };
      }
    }
  }
  report.ok = !report.failure;
  report.exitCode = exitCodeOf(report.failure);
  report.seconds = (Date.now() - started) / 1000;
  return report;
}

/** What is often in the way, by its name. */
function named(failure: Failure, environment: string): Failure {
  if (!failure.details.some((line) => /currently locked by/.test(line))) return failure;
  const message = `another run holds the lock of this stack; wait for it, or if it is gone: pulumi cancel ${environment}`;
  return { ...failure, message };
}

function violations(deployment: Deployment): ReturnType<typeof violationsOf> {
  return violationsOf(checkpointResources({ version: 3, deployment }));
}

/** The engine in the program's own folder and this shell's environment: its backend and its credentials. */
function engineFor(cli: string, directory: string, label: string, stack: string): EngineOptions {
  const own = path.join(prismDirectory(), "deployments", label, stack);
  fs.mkdirSync(own, { recursive: true });
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PULUMI_SKIP_UPDATE_CHECK: "1",
    // The event log of the engine is a flag for developers of the CLI.
    PULUMI_DEBUG_COMMANDS: "true",
  };
  const withHost = { ...env, PATH: `${path.dirname(cli)}${path.delimiter}${env.PATH ?? ""}` };
  if (which("pulumi-language-nodejs", withHost)) Object.assign(env, withHost);
  else {
    fs.writeFileSync(path.join(own, "pulumi-analyzer-policy-nodejs"), policyStarter(), { mode: 0o755 });
    env.PATH = `${own}${path.delimiter}${env.PATH ?? ""}`;
  }
  return { cli, workDirectory: directory, stack, env, eventLog: path.join(own, "events.jsonl") };
}

/** What the backend holds of the stack. @throws PrismError saying what to type when it cannot be read */
async function exportStack(engine: EngineOptions): Promise<Deployment> {
  const { code, stdout, stderr } = await runCli(engine, ["stack", "export", "--stack", engine.stack]);
  if (code === 0) return (JSON.parse(stdout) as { deployment?: Deployment }).deployment ?? {};
  const reason = stderr.replace(/^error: /gm, "").trim();
  if (/no stack named/.test(reason)) {
    throw new UsageError(
      `there is no stack ${engine.stack} in this backend (${await backendOf(engine)}); docs/account.md says where it lies, ` +
        `pulumi stack init ${engine.stack} makes it`,
    );
  }
  if (/PULUMI_ACCESS_TOKEN|pulumi login|not logged in/i.test(reason)) {
    throw new UsageError("no backend is chosen; docs/account.md says which: pulumi login s3://…");
  }
  throw new PrismError(`the stack ${engine.stack} cannot be read: ${reason}`);
}

async function backendOf(engine: EngineOptions): Promise<string> {
  const { stdout } = await runCli(engine, ["whoami", "--verbose"]);
  return /Backend URL:\s*(\S+)/.exec(stdout)?.[1] ?? "unknown";
}

function refuseProtected({ resources = [] }: Deployment, environment: string): void {
  const kept = resources.filter(({ protect }) => protect).map(({ urn }) => describeResource(urn));
  if (kept.length === 0) return;
  throw new PrismError(
    `destroy ${environment} is refused: ${plural(kept.length, "resource")} ${kept.length === 1 ? "is" : "are"} protected\n` +
      `${kept.map((name) => `  ${name}`).join("\n")}\n` +
      "To lift that on purpose, after reading docs/recovery.md: pulumi state unprotect --all --stack " +
      environment,
  );
}

function refusePending({ pending_operations: pending }: Deployment, environment: string): void {
  const operations = Array.isArray(pending) ? (pending as { type: string; resource: { urn: string } }[]) : [];
  if (operations.length === 0) return;
  throw new PrismError(
    `${environment} is half-deployed: a run before was cut off while it was\n` +
      operations.map(({ type, resource }) => `  ${type} ${describeResource(resource.urn)}`).join("\n") +
      "\nLook in AWS whether each exists. What does: pulumi import it; what does not: pulumi refresh --clear-pending-creates" +
      ` --stack ${environment}. Then run this again.`,
  );
}

async function confirmed(verb: DeployVerb, environment: string): Promise<boolean> {
  const prompt = readline.createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`Type ${environment} to ${verb === "destroy" ? "destroy" : "deploy"}: `);
    return answer.trim() === environment;
  } finally {
    prompt.close();
  }
}

function operate(operation: Operation, title: string, progress: Progress): Promise<Outcome> {
  const child: ChildProcess = fork(path.join(__dirname, "child.ts"), [], {
    execArgv: ["--require", path.join(root, "operations", "register.js")],
    // What a program logs must not get into the JSON document.
    stdio: ["ignore", 2, 2, "ipc"],
  });
  progress.status(`${title} ...`);
  return new Promise((resolve, reject) => {
    let outcome: Outcome | undefined;
    const interrupt = (): void => {
      progress.line("stopping in order; what is under way is finished first");
      child.send({ kind: "stop" } satisfies ToDeployment);
    };
    process.on("SIGINT", interrupt);
    process.on("SIGTERM", interrupt);
    child.on("message", (message: FromDeployment) => {
      if (message.kind === "resources") progress.status(`${title}: ${plural(message.count, "resource")}`);
      else outcome = message.outcome;
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      process.removeListener("SIGINT", interrupt);
      process.removeListener("SIGTERM", interrupt);
      progress.end();
      if (outcome) resolve(outcome);
      else reject(new PrismError(`the operating process ended early (${signal ?? `exit code ${code}`})`));
    });
    child.send(operation);
  });
}
