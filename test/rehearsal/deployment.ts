import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

import { root } from "../../operations/paths";
import { loadProgram } from "../../operations/program";
import { runCli } from "../../operations/pulumi";
import { type OrphanReport, orphansIn, reportOf } from "../../operations/rehearse/orphans";
import { readState, savedAt, type StateResource } from "../../operations/rehearse/state";
import { engineEnvironment, prepareWorkspace, type Workspace, workspaceOf } from "../../operations/rehearse/workspace";
import { deployable } from "../../operations/rehearse/run";
import { World } from "../../rehearsal";
import type { FaultOutcome } from "../../rehearsal";
import { isOpaque } from "../../rehearsal/values";

/** When a deployment is cut off: at which creation, and how far that had come. */
export interface Moment {
  /** Counted from 1 in this run. */
  creation: number;
  when: "before" | "accepted" | "answered";
}

/** What the process of one deployment is told. */
export interface DeployJob {
  workspace: Workspace;
  cli: string;
  environment: string;
  account: { accountId: string; region: string };
  /** Folder of the program. */
  program: string;
  env: NodeJS.ProcessEnv;
  faults: string[];
  moment?: Moment;
  /** Take over first what exists and is not in the state. */
  orphans?: "import";
  /** Look only. */
  preview?: boolean;
}

/** How a deployment ended that was not cut off. */
export interface Deployed {
  code: number | null;
  errors: string[];
  /** How many resources were created, updated, replaced or deleted, or would be. */
  changes: number;
  /** Orphans at the beginning, and at the end. */
  found: OrphanReport[];
  orphans: OrphanReport[];
  faults: FaultOutcome[];
}

/** One environment of this repository's program with a state and a world of its own. */
export class Deployment {
  readonly workspace: Workspace;
  readonly #environment: string;
  readonly #cli: string;
  readonly #account: { accountId: string; region: string };

  private constructor(environment: string, cli: string, directory: string) {
    const { program, config, account } = deployable(loadProgram(root), environment);
    const usual = workspaceOf(program, environment);
    this.workspace = Object.fromEntries(
      Object.entries(usual).map(([name, place]) => [name, path.join(directory, path.relative(usual.directory, place))]),
    ) as unknown as Workspace;
    this.#environment = environment;
    this.#cli = cli;
    this.#account = account;
    prepareWorkspace(this.workspace, program, environment, config);
  }

  /** A deployment in an empty folder, with an empty state. */
  static async start(environment: string, cli: string, directory: string): Promise<Deployment> {
    const deployment = new Deployment(environment, cli, directory);
    const { workDirectory } = deployment.workspace;
    const engine = { cli, workDirectory, stack: environment, env: engineEnvironment(deployment.workspace) };
    const { code, stderr } = await runCli(engine, ["stack", "init", environment]);
    if (code !== 0) throw new Error(stderr);
    return deployment;
  }

  /** Deploys as a real stack is deployed, with a checkpoint after every step. @returns undefined when it was cut off */
  async up(
    options: Partial<Pick<DeployJob, "faults" | "moment" | "orphans" | "preview">> = {},
  ): Promise<Deployed | undefined> {
    fs.rmSync(path.join(this.workspace.backend, ".pulumi", "locks"), { recursive: true, force: true });
    const env: NodeJS.ProcessEnv = { ...engineEnvironment(this.workspace), PULUMI_DISABLE_CHECKPOINT_BACKUPS: "true" };
    // What a kill leaves behind depends on the checkpoints; without a kill they only cost time.
    if (options.moment) delete env.PULUMI_SKIP_CHECKPOINTS;
    const job: DeployJob = {
      workspace: this.workspace,
      cli: this.#cli,
      environment: this.#environment,
      account: this.#account,
      program: root,
      env,
      faults: [],
      ...options,
    };
    const script = path.join(__dirname, "fixtures", "deploy-once.ts");
    const child = spawn(process.execPath, ["--require", path.join(root, "operations", "register.js"), script], {
      stdio: ["pipe", "pipe", "pipe"],
      // As in a rehearsal, nothing of this machine's AWS or Pulumi gets to the program.
      env: env,
    });
    child.stdin.end(JSON.stringify(job));
    let output = "";
    let errors = "";
    child.stdout.on("data", (data: Buffer) => (output += data.toString()));
    child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
    const signal = await new Promise<NodeJS.Signals | null>((resolve) => child.once("close", (_, by) => resolve(by)));
    if (signal === "SIGKILL" && options.moment) return undefined;
    try {
      return JSON.parse(output) as Deployed;
    } catch {
      throw new Error(`the deployment ended without a result (${signal ?? child.exitCode}): ${errors}`);
    }
  }

  /** What the engine holds. */
  resources(): StateResource[] {
    return readState(this.workspace.stateFile)?.deployment.resources ?? [];
  }

  /** What a run that was cut off has left behind, as the next one will name it. */
  orphans(): OrphanReport[] {
    const deployment = readState(this.workspace.stateFile)?.deployment;
    const world = World.load(this.workspace.worldFile, this.#account, savedAt(deployment));
    return orphansIn(deployment, world).map((orphan) => reportOf(orphan, this.#environment));
  }

  /**
   * What is deployed, in a form that is the same however it came about: each resource of the state with the properties
   * that it was given, and the URN of each resource of the world. Texts are left out, because AWS never gives an id twice.
   */
  inventory(): { state: Record<string, unknown>; world: string[] } {
    const world = World.load(this.workspace.worldFile, this.#account);
    return {
      state: Object.fromEntries(this.resources().map(({ urn, inputs }) => [urn, withoutTexts(inputs)])),
      world: world
        .resources()
        .map(({ urn }) => urn)
        .sort(),
    };
  }
}

function withoutTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTexts);
  if (typeof value !== "object" || value === null) return typeof value === "string" ? "text" : value;
  if (isOpaque(value)) return "files";
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutTexts(inner)]));
}
