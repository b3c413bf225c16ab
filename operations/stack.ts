import * as fs from "node:fs";
import * as path from "node:path";
import type { DeploymentOutputs } from "../outputs";
import { type Identity, identify } from "./deploy/identity";
import { PrismError, UsageError } from "./errors";
import type { Progress } from "./output";
import { prismDirectory } from "./paths";
import { type Program, configText, loadProgram, loadStackConfig } from "./program";
import { type EngineOptions, runCli } from "./pulumi";
import { type Deployment, describeResource, stackOutputs } from "./rehearse/state";
import { policyStarter } from "./rehearse/workspace";
import { findPulumi, which } from "./toolchain";

/** An environment of a program, and where in AWS it belongs. */
export interface Target {
  program: Program;
  environment: string;
  region: string;
  accountId: string;
}

/** An environment as it was deployed: whose account it is in, and what its stack says of it. */
export interface DeployedStack<Key extends keyof DeploymentOutputs> extends Target {
  identity: Identity;
  outputs: Pick<DeploymentOutputs, Key>;
  /** What the backend holds of it. */
  deployment: Deployment;
}

/** Reads a stack file. @throws UsageError naming the environment or the key that is missing */
export function targetOf(environment: string, directory?: string): Target {
  const program = loadProgram(directory);
  const config = loadStackConfig(program, environment);
  const setting = (key: string): string => {
    const value = configText(program, config, key);
    if (value === undefined) throw new UsageError(`${key} is missing in Pulumi.${environment}.yaml`);
    return value;
  };
  return {
    program,
    environment,
    region: setting("aws:region"),
    accountId: setting(`${program.project}:accountId`),
  };
}

/**
 * Checks credentials and account, then reads those outputs of the environment's stack that are asked for.
 *
 * @throws PrismError for everything that is in the way, saying what to type
 */
export async function openStack<Key extends keyof DeploymentOutputs>(
  environment: string,
  names: readonly Key[],
  progress: Progress,
): Promise<DeployedStack<Key>> {
  const target = targetOf(environment);
  progress.status("asking AWS whose credentials these are ...");
  const identity = await identify(target.region, target.accountId);
  progress.line(`account ${identity.account}, as ${identity.arn}`);
  const { path: cli } = await findPulumi({
    onProgress: (text) => {
      progress.line(text);
    },
  });
  progress.status("reading the stack ...");
  const deployment = await exportStack(engineFor(cli, target));
  return { ...target, identity, outputs: outputsOf(deployment, names, environment), deployment };
}

/** The engine in the program's own folder and this shell's environment: its backend and its credentials. */
export function engineFor(cli: string, { program, environment }: Target): EngineOptions {
  const own = path.join(prismDirectory(), "deployments", program.label, environment);
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
  return {
    cli,
    workDirectory: program.directory,
    stack: environment,
    env,
    eventLog: path.join(own, "events.jsonl"),
  };
}

/** What the backend holds of the stack. @throws PrismError saying what to type when it cannot be read */
export async function exportStack(engine: EngineOptions): Promise<Deployment> {
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

/** What a run that was cut off left unfinished, such as `creating rds.Instance database`. */
export function pendingOperations({ pending_operations: pending }: Deployment): string[] {
  const operations = Array.isArray(pending) ? (pending as { type: string; resource: { urn: string } }[]) : [];
  return operations.map(({ type, resource }) => `${type} ${describeResource(resource.urn)}`);
}

/** Outputs of a stack by name. @throws PrismError when it lacks one of them */
export function outputsOf<Key extends keyof DeploymentOutputs>(
  { resources = [] }: Deployment,
  names: readonly Key[],
  environment: string,
): Pick<DeploymentOutputs, Key> {
  const outputs = stackOutputs(resources);
  const missing = names.filter((name) => outputs[name] === undefined);
  if (missing.length > 0) {
    throw new PrismError(
      `the stack ${environment} lacks the ${missing.length === 1 ? "output" : "outputs"} ${missing.join(", ")}: ` +
        `it was not deployed to the end, or by a program before this one; ./prism up ${environment} completes it`,
    );
  }
  return outputs as unknown as Pick<DeploymentOutputs, Key>;
}
