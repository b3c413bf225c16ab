import type { Disagreement, World } from "../../rehearsal";
import { plural } from "../output";
import { describeResource } from "./state";

/** What a run has to say before its first pass about the one before it, and about what state and world disagree on. */
export function notesOn({ interrupted }: World, { unrecorded, added, missing }: Disagreement): string[] {
  const notes: string[] = [];
  if (interrupted?.undone) {
    notes.push(
      `the run before ended before the engine saved anything of it, so it counts as not made: ` +
        `${plural(interrupted.operations, "change")} undone in the stand-in`,
    );
  }
  if (added > 0) notes.push(`the stand-in had no world, and took ${plural(added, "resource")} from the engine's state`);
  for (const urn of missing) notes.push(`${describeResource(urn)} is in the state and does not exist any more`);
  for (const { urn, id } of unrecorded) notes.push(`${describeResource(urn)} (${id}) exists and is not in the state`);
  return notes;
}
