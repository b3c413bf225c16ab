import type { Disagreement, World } from "../../rehearsal";
import { type Orphan, orphansOf, type Placed, shellWords } from "../../rehearsal/orphans";
import { plural } from "../output";
import type { EngineOptions } from "../pulumi";
import type { Failure } from "./report";
import { type Deployment, describeResource } from "./state";

/** What `--orphans` can do. */
export const orphanActions = ["import", "delete"] as const;

export type OrphanAction = (typeof orphanActions)[number];

/** An orphan in the report. */
export interface OrphanReport {
  /** Type and name, as in `s3.Bucket logs`. */
  resource: string;
  urn: string;
  id: string;
  /** What takes it into the state; absent where that is impossible. */
  command?: string;
  /** Why it is impossible, and what to do instead. */
  obstacle?: string;
}

/** What a run has to say before its first pass about the one before it, and about what state and world disagree on. */
export function notesOn({ interrupted }: World, { added, missing }: Disagreement): string[] {
  const notes: string[] = [];
  if (interrupted?.undone) {
    notes.push(
      `the run before ended before the engine saved anything of it, so it counts as not made: ` +
        `${plural(interrupted.operations, "change")} undone in the stand-in`,
    );
  }
  if (added > 0) notes.push(`the stand-in had no world, and took ${plural(added, "resource")} from the engine's state`);
  for (const urn of missing) notes.push(`${describeResource(urn)} is in the state and does not exist any more`);
  return notes;
}

/** What the world holds and the engine's state does not. */
export function orphansIn(deployment: Deployment | undefined, world: World): Orphan[] {
  const resources = deployment?.resources ?? [];
  const pending = (deployment?.pending_operations ?? []) as { resource: Placed }[];
  return orphansOf(
    world.reconcile(resources).unrecorded,
    resources,
    pending.map(({ resource }) => resource),
  );
}

/** An orphan with the command that takes it into the state of a stack. */
export function reportOf({ urn, id, importArguments, obstacle }: Orphan, stack: string): OrphanReport {
  const command = importArguments && `pulumi ${shellWords(["import", ...importArguments, "--stack", stack])}`;
  return { resource: describeResource(urn), urn, id, ...(command && { command }), ...(obstacle && { obstacle }) };
}

/** What is printed of an orphan. */
export function orphanLines({ resource, id, command, obstacle }: OrphanReport): string[] {
  const line = `Orphan: ${resource} (${id}) exists in AWS and is not in the state`;
  return command ? [`${line}; this imports it:`, `  ${command}`] : [`${line}; ${obstacle}`];
}

/**
 * Imports orphans with the commands that are reported of them, or deletes them as an operator would in the console.
 *
 * @returns why an import failed, and undefined when all is well
 */
export async function handleOrphans(
  action: OrphanAction,
  orphans: readonly Orphan[],
  world: World,
  engine: EngineOptions,
): Promise<Failure | undefined> {
  for (const { urn, id, importArguments } of orphans) {
    if (action === "delete") world.remove(urn, id);
    else if (importArguments) {
      // Brings an engine's language host along, which most rehearsals need nothing of.
      const { runImport } = await import("./import");
      const { code, stdout, stderr } = await runImport(engine, [...importArguments, "--stack", engine.stack]);
      if (code !== 0) {
        return {
          kind: "refused",
          message: `the import of ${describeResource(urn)} failed`,
          details: `${stdout}\n${stderr}`.split("\n").filter((line) => /error/i.test(line)),
        };
      }
    }
  }
  if (action === "delete" && orphans.length > 0) world.save();
  return undefined;
}
