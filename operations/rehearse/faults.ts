import type { Fault, FaultOutcome } from "../../rehearsal";
import { InvalidFault, parseFault } from "../../rehearsal/faults";
import { UsageError } from "../errors";
import { plural } from "../output";
import type { Failure } from "./report";
import { shortType } from "./state";

/** The faults of a command line. @throws UsageError that names what is allowed */
export function readFaults(texts: readonly string[]): Fault[] {
  return texts.map((text) => {
    try {
      return parseFault(text);
    } catch (error) {
      if (error instanceof InvalidFault) throw new UsageError(`--fault ${error.message}`);
      throw error;
    }
  });
}

/** Whether the engine has to save every step: what a kill leaves behind depends on it. */
export function checkpointsOf(faults: readonly Fault[]): boolean {
  return faults.some(({ kind }) => kind === "killed");
}

/** What became of a fault, in one line. */
export function describeOutcome({ text, type, name, nth, hit, operations }: FaultOutcome): string {
  const about = `${shortType(type)}${name === undefined ? "" : ` ${name}`}`;
  if (hit) return `Fault: ${text}: happened when ${shortType(type)} ${hit.name} was ${done[hit.action]}`;
  const were = operations === 0 ? "no operation" : `only ${plural(operations, "operation")}`;
  return `Fault: ${text}: never happened; there was ${were} on ${about}${nth > 1 ? `, and none was number ${nth}` : ""}`;
}

const done = { create: "created", update: "updated", delete: "deleted" };

/** The failure of a run whose engine was killed as a fault asks; undefined when none was. */
export function killedByFault(outcomes: readonly FaultOutcome[]): Failure | undefined {
  const killed = outcomes.find(({ kind, hit }) => kind === "killed" && hit);
  if (!killed) return undefined;
  return {
    kind: "interrupted",
    message: `the engine was killed, as --fault ${killed.text} asks; the next run goes on from what it had saved`,
    details: [],
  };
}
