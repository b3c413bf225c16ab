import type { FaultOutcome } from "../../rehearsal";
import { exitCode } from "../errors";
import type { FirstDeployment } from "./critical-path";
import type { OrphanReport } from "./orphans";

/**
 * The three passes, in order: the policy gate before anything exists, the deployment, the proof that it is settled. When
 * a change is rehearsed, the program that it starts from is deployed before them; when drift is, what there is now is read
 * after them. `destroy` is no part of a rehearsal.
 */
export type PassName = "base" | "gate" | "up" | "check" | "refresh" | "destroy";

/** Whether the policies see what a pass does. */
export function isJudged(pass: PassName): boolean {
  return pass === "gate" || pass === "up";
}

/** One pass of the engine. */
export interface Pass {
  name: PassName;
  seconds: number;
  /** Resources that the engine handled, components and unchanged ones included. */
  resources: number;
}

/** Why a rehearsal failed. `usage` errors end with exit code 2, `missing` with 3, all others with 1. */
export interface Failure {
  kind:
    | "usage"
    | "missing"
    | "configuration"
    | "program"
    | "reference"
    | "policy"
    | "data-loss"
    | "drift"
    | "refused"
    | "unmodelled"
    | "not-settled"
    | "interrupted"
    | "disk-full"
    | "engine"
    | "internal";
  /** One line, or a few. */
  message: string;
  /** What it is about, one line each: resources, properties, types. */
  details: string[];
}

/** What a policy found. */
export interface Violation {
  policy: string;
  level: "mandatory" | "advisory";
  /** Type and name, as in `s3.Bucket logs`; `stack` for what concerns the stack as a whole. */
  resource: string;
  urn?: string;
  message: string;
}

/** One resource that the deployment changed. */
export interface Change {
  urn: string;
  /** Type and name, as in `s3.Bucket logs`. */
  resource: string;
  /** Changed properties as paths, of a replacement those that force it; empty for what was created or deleted. */
  properties: string[];
  /** The resource stays in AWS although the stack forgets it: `retainOnDelete`. */
  retained?: boolean;
  /** It was there already, and has been imported. */
  imported?: boolean;
}

/**
 * The properties that a change is about, to be written after it, as in ` (tags, versioning)`; nothing when there are none.
 *
 * @param escape What the place that it is written to asks of a text.
 */
export function propertyList(properties: readonly string[], escape = (text: string): string => text): string {
  return properties.length > 0 ? ` (${escape(properties.join(", "))})` : "";
}

/** The resources under one child of the stack. */
export interface ComponentSummary {
  name: string;
  /** Type token. */
  type: string;
  /** Resources of a provider in it; components do not count. */
  resources: number;
  /** How many of each type, by short type name such as `s3.Bucket`. */
  types: Record<string, number>;
}

/** What `./prism rehearse --json` prints: one document, for successes and failures alike. */
export interface RehearsalReport {
  verb: "rehearse";
  program: string;
  environment: string;
  /** What a change was rehearsed from: as it was given, and the commit. */
  from?: { reference: string; commit: string };
  /** The file of changes made by hand, when drift was rehearsed. */
  drift?: string;
  ok: boolean;
  exitCode: number;
  failure?: Failure;
  passes: Pass[];
  components: ComponentSummary[];
  policies: {
    /** Names of the policies that found nothing. */
    passed: string[];
    broken: Violation[];
    /** Checks that the gate could not make because a value was unknown before the deployment: how many, by policy. */
    deferred: Record<string, number>;
    /** How many of the deferred checks were made during the deployment. */
    judgedDuringUp: number;
  };
  /** Outputs of the stack; `[secret]` stands for every secret value. */
  outputs: Record<string, unknown>;
  /** What the deployment changed against the run before; when drift is rehearsed, what the refresh found. */
  changes: { created: Change[]; updated: Change[]; replaced: Change[]; deleted: Change[] };
  /** Estimate for an account where nothing is there yet; absent when nothing came up. */
  firstDeployment?: FirstDeployment;
  /** What became of each `--fault`. */
  faults: FaultOutcome[];
  /** What exists in AWS and is not in the state at the end of the run. */
  orphans: OrphanReport[];
  /** Things put right before the rehearsal, such as what a killed run left behind. */
  notes: string[];
  /** Absolute paths; the HTML report is there where something came up. */
  location: { directory: string; state: string; world: string; report?: string };
  seconds: number;
}

/** A report about nothing yet. */
export function emptyReport(
  program: string,
  environment: string,
  location: RehearsalReport["location"],
): RehearsalReport {
  return {
    verb: "rehearse",
    program,
    environment,
    ok: false,
    exitCode: 1,
    passes: [],
    components: [],
    policies: { passed: [], broken: [], deferred: {}, judgedDuringUp: 0 },
    outputs: {},
    changes: { created: [], updated: [], replaced: [], deleted: [] },
    faults: [],
    orphans: [],
    notes: [],
    location,
    seconds: 0,
  };
}

/** What a verb ends with that failed like this, or did not fail. */
export function exitCodeOf(failure: Failure | undefined): number {
  if (!failure) return exitCode.fine;
  return failure.kind === "configuration" ? exitCode.usage : exitCode.failed;
}
