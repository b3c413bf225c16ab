import type { Drifted } from "../../rehearsal";
import { systemCode } from "../errors";
import { plural } from "../output";
import type { InlineProgram } from "./inline-program";
import type { PassResult } from "./pass";
import { type Failure, type RehearsalReport, propertyList } from "./report";
import { describeResource } from "./state";

/** Why a pass failed; undefined when it did not. `unmodelled` are the types that the stand-in knows nothing of. */
export function failureOf(
  result: PassResult,
  program: InlineProgram,
  unmodelled: ReadonlySet<string>,
): Failure | undefined {
  const mandatory = result.violations.filter(({ level }) => level === "mandatory");
  if (unmodelled.size > 0) {
    const message = "the stand-in has no model for a resource type, so nothing can be said about it";
    return { kind: "unmodelled", message, details: [...unmodelled].sort() };
  }
  if (result.code === 0 && mandatory.length === 0) return undefined;
  if (isDiskFull([...result.errors, result.stderr].join("\n"))) return diskFull();
  if (program.error) return describeProgramError(program.error);
  if (mandatory.length > 0) {
    const created = result.pass.name === "gate" ? "nothing was created" : "the resources exist already";
    return { kind: "policy", message: `mandatory policies are broken; ${created}`, details: [] };
  }
  if (!result.began) {
    const lines = result.stderr.split("\n").map((line) => line.replace(/^error: /, "").trim());
    const details = [...lines.filter(Boolean), ...withoutTrace(result.pluginErrors)];
    const isConfiguration = /stack config|configuration (key|value)|Pulumi(\.\w+)?\.yaml/i.test(result.stderr);
    const kind = isConfiguration ? "configuration" : "engine";
    return { kind, message: isConfiguration ? "the configuration is refused" : "the engine did not start", details };
  }
  const details = result.errors.length > 0 ? result.errors : [result.stderr.trim()].filter(Boolean);
  return {
    kind: "refused",
    message: `the ${result.pass.name === "gate" || result.pass.name === "check" ? "preview" : "deployment"} failed`,
    details,
  };
}

/** What Node prints of an error that nothing caught, without the calls that led there and its own version. */
function withoutTrace(lines: readonly string[]): string[] {
  const message = lines.filter((line) => line && !/^(at .*:\d+:\d+\)?|\^+|Node\.js v[\d.]+)$/.test(line));
  return message.slice(0, MOST_LINES_OF_A_PLUGIN);
}

const MOST_LINES_OF_A_PLUGIN = 10;

/** A policy that could not be judged on known values has not been passed. */
export function unjudged(up: PassResult): Failure | undefined {
  const details = Object.entries(up.deferred).map(([policy, checks]) => `${policy}: ${plural(checks, "check")}`);
  if (details.length === 0) return undefined;
  return { kind: "policy", message: "policies could not be judged although every value is known", details };
}

export function unsettled(check: PassResult): Failure | undefined {
  const details = Object.entries(check.changes).flatMap(([kind, changes]) =>
    changes.map(({ resource, properties }) => `${resource} would be ${kind}${propertyList(properties)}`),
  );
  if (details.length === 0) return undefined;
  return { kind: "not-settled", message: "a second deployment would change something again", details };
}

/** Whether a refresh found anything else than what was changed by hand. */
export function missedDrift(made: readonly Drifted[], found: RehearsalReport["changes"]): Failure | undefined {
  const expected = new Map<string, string>();
  const seen = new Map<string, string>();
  for (const { urn, deleted, properties } of made)
    expected.set(urn, deleted ? "deleted" : properties.sort().join(", "));
  for (const { urn } of found.deleted) seen.set(urn, "deleted");
  for (const { urn, properties } of found.updated) {
    const names = new Set(properties.map((path) => path.split(/[.[]/)[0] ?? path));
    seen.set(urn, [...names].sort().join(", "));
  }
  const details = [...new Set([...expected.keys(), ...seen.keys()])]
    .filter((urn) => expected.get(urn) !== seen.get(urn))
    .map((urn) => {
      const [was, is] = [expected.get(urn) ?? "nothing", seen.get(urn) ?? "nothing"];
      return `${describeResource(urn)}: changed by hand was ${was}; the refresh found ${is}`;
    });
  if (details.length === 0) return undefined;
  return { kind: "drift", message: "the refresh did not find exactly what was changed by hand", details };
}

function describeProgramError(error: Error): Failure {
  const classes: string[] = [];
  for (let type: unknown = Object.getPrototypeOf(error); type; type = Object.getPrototypeOf(type)) {
    classes.push((type as Error).constructor.name);
  }
  const isConfiguration = classes.some((name) => ["ConfigurationError", "InvalidArgument"].includes(name));
  if (isConfiguration) return { kind: "configuration", message: error.message, details: [] };
  const isForPeople = "__pulumiRunError" in error || "__pulumResourceError" in error;
  const frames = isForPeople ? [] : (error.stack ?? "").split("\n").filter(isOwnFrame);
  return { kind: "program", message: error.message, details: frames.map((frame) => frame.trim()) };
}

function isOwnFrame(line: string): boolean {
  return /^\s+at /.test(line) && !/node_modules|node:internal|operations\/rehearse/.test(line);
}

export function describeError(error: unknown): Failure {
  if (systemCode(error) === "ENOSPC") return diskFull();
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  if (name === "InvalidDrift") return { kind: "configuration", message, details: [] };
  if (name === "WorldFileError") return { kind: "engine", message, details: ["state and world are left as they are"] };
  return {
    kind: "internal",
    message,
    details: (stack ?? "")
      .split("\n")
      .slice(1, 6)
      .map((line) => line.trim()),
  };
}

function isDiskFull(text: string): boolean {
  return /no space left on device|ENOSPC|disk quota exceeded/i.test(text);
}

function diskFull(): Failure {
  const message = "the disk is full; the state before this run is kept, and the next run goes on once there is room";
  return { kind: "disk-full", message, details: [] };
}
