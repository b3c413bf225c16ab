import type { EngineOptions } from "../pulumi";
import type { PassResult } from "../rehearse/pass";
import type { Failure, PassName } from "../rehearse/report";

/** What the operating process is told to do, once. */
export interface Operation {
  kind: "operation";
  pass: PassName;
  /** Folder of the Pulumi program: its `index.ts` exports an async function. */
  programDirectory: string;
  engine: EngineOptions;
  /** Further options of the CLI. */
  args: string[];
}

/** How the operation ended. */
export type Outcome = { failure?: Failure } & Partial<
  Pick<PassResult, "changes" | "violations" | "deferred" | "states">
>;

/** From the operating process to the verb. */
export type FromDeployment = { kind: "resources"; count: number } | { kind: "done"; outcome: Outcome };
