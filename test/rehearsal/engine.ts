import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import {
  type EngineEvent,
  LocalWorkspace,
  type PreviewResult,
  PulumiCommand,
  type Stack,
  type UpResult,
} from "@pulumi/pulumi/automation";

import { findPulumi } from "../../operations/toolchain";
import { type StandIn, startStandIn, World } from "../../rehearsal";
import { ACCOUNT, REGION } from "./account";

/** The Pulumi CLI's installation, or why there is none. Nothing is downloaded for a test. */
export async function findCli(): Promise<{ root: string } | { missing: string }> {
  try {
    const { path } = await findPulumi({ obtain: false });
    return { root: dirname(dirname(path)) };
  } catch (error) {
    return { missing: (error as Error).message };
  }
}

type Program = () => Promise<Record<string, unknown>>;

/** The real engine over a stand-in, with a state, a world file and an inline program of its own. */
export class Engine {
  readonly folder: string;
  program: Program = () => Promise.resolve({});
  world!: World;
  standIn!: StandIn;
  stack!: Stack;

  private constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "rehearsal-engine-"));
  }

  static async start(root: string, config: Record<string, string> = {}): Promise<Engine> {
    const engine = new Engine();
    mkdirSync(join(engine.folder, "state"));
    await engine.standUp();
    engine.stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "test", projectName: "trial", program: () => engine.program() },
      {
        pulumiCommand: await PulumiCommand.get({ root }),
        pulumiHome: join(engine.folder, "home"),
        projectSettings: {
          name: "trial",
          runtime: "nodejs",
          backend: { url: `file://${join(engine.folder, "state")}` },
        },
        envVars: {
          PULUMI_DEBUG_PROVIDERS: engine.standIn.debugProviders,
          PULUMI_CONFIG_PASSPHRASE: "for this test only",
          PULUMI_SKIP_UPDATE_CHECK: "1",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
          PULUMI_SKIP_CHECKPOINTS: "true",
        },
      },
    );
    for (const [key, value] of Object.entries(config)) await engine.stack.setConfig(key, { value }, true);
    return engine;
  }

  /** Loads the world from its file and serves it, in place of what was served before. */
  async standUp(): Promise<void> {
    this.standIn?.close();
    this.world = World.load(join(this.folder, "world.json"), { accountId: ACCOUNT, region: REGION });
    this.standIn = await startStandIn(this.world);
    if (this.stack) this.stack.workspace.envVars.PULUMI_DEBUG_PROVIDERS = this.standIn.debugProviders;
  }

  async preview(program: Program): Promise<PreviewResult & { events: EngineEvent[] }> {
    this.program = program;
    const events: EngineEvent[] = [];
    return { ...(await this.stack.preview({ onEvent: (event) => events.push(event) })), events };
  }

  up(program: Program): Promise<UpResult> {
    this.program = program;
    return this.stack.up();
  }

  /** What the engine keeps on disk, as text. */
  stateText(): string {
    return readFileSync(join(this.folder, "state", ".pulumi", "stacks", "trial", "test.json"), "utf8");
  }

  async stop(): Promise<void> {
    this.standIn.close();
    rmSync(this.stack.workspace.workDir, { recursive: true, force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The message of the failure that an engine run must end in. */
export async function failureOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the run succeeded");
}
