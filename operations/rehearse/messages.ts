import type { Fault, HandMade } from "../../rehearsal";
import type { Guard } from "./data-loss";
import type { OrphanAction } from "./orphans";
import type { Pass, PassName, RehearsalReport } from "./report";

/** What the rehearsing process is told to do, once. */
export interface Job {
  kind: "job";
  /**
   * `base` brings up what a change starts from, without policies; `rehearse` is the three passes; `drift` changes the
   * world by hand and has the engine find out.
   */
  task: "base" | "rehearse" | "drift";
  /** What the task `drift` changes by hand; named beforehand in the rehearsal that it follows. */
  drift?: HandMade[];
  /** What fails in the deployment, as in AWS. */
  faults?: Fault[];
  /** What to do before the deployment with what exists and is not in the state; nothing unless it is said. */
  orphans?: OrphanAction;
  /** Folder of the Pulumi program: its `index.ts` exports an async function. */
  programDirectory: string;
  project: string;
  environment: string;
  /** Folder that the engine works in. */
  workDirectory: string;
  stateFile: string;
  worldFile: string;
  /** Path of the Pulumi CLI. */
  cli: string;
  /** Folder of the policy pack; empty for a rehearsal without one. */
  policyPack: string;
  /** Options of the CLI that name the pack's configuration, if the environment has one. */
  policyConfiguration: string[];
  /** Whether the pack is this project's own, which needs nothing of the environment that the engine starts a pack in. */
  startPackEarly: boolean;
  /** The account and region that the stand-in world lives in. */
  account: { accountId: string; region: string };
  /** Present when a change is rehearsed: what holds data must be neither replaced nor deleted by it. */
  guard?: Guard;
  /** The engine's environment. */
  env: NodeJS.ProcessEnv;
}

/** The part of the report that the rehearsing process fills. */
export type Findings = Pick<
  RehearsalReport,
  "failure" | "passes" | "policies" | "changes" | "notes" | "faults" | "orphans"
>;

/** From the rehearsing process to the verb. */
export type FromRehearsal =
  | { kind: "passing"; pass: PassName }
  | { kind: "resources"; count: number }
  | { kind: "passed"; pass: Pass }
  | { kind: "engine"; pid: number }
  /** Something to be said at once. */
  | { kind: "note"; text: string }
  | { kind: "done"; findings: Findings };
