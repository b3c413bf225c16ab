import type { Failure, RehearsalReport } from "../rehearse/report";
import type { Identity } from "./identity";

/** The verbs that work on what is deployed. */
export type DeployVerb = "preview" | "up" | "destroy" | "drift";

/** What these verbs print under `--json`: one document, for successes and failures alike. */
export interface DeployReport {
  verb: DeployVerb;
  program: string;
  environment: string;
  ok: boolean;
  exitCode: number;
  failure?: Failure;
  identity?: Identity;
  /** What is or would be changed; for `drift`, what has been changed past the engine. */
  changes: RehearsalReport["changes"];
  /** Whether the changes were made, or only planned. */
  applied: boolean;
  /** What the policies found; for `drift`, only what drift broke. */
  violations: RehearsalReport["policies"]["broken"];
  /** Checks that a preview leaves to `up`, by policy. */
  waiting: Record<string, number>;
  seconds: number;
}

/** A report about nothing yet. */
export function emptyReport(verb: DeployVerb, program: string, environment: string): DeployReport {
  return {
    verb,
    program,
    environment,
    ok: false,
    exitCode: 1,
    changes: { created: [], updated: [], replaced: [], deleted: [] },
    applied: false,
    violations: [],
    waiting: {},
    seconds: 0,
  };
}
