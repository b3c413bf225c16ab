import { DATA_HOLDERS } from "../../catalog/data-holders";
import type { Change, Failure, RehearsalReport } from "./report";
import { resourceName, resourceType } from "./state";

/** What a rehearsed change may not do. */
export interface Guard {
  /** URNs of resources that `protect` stood on before the change; the engine would refuse to remove them. */
  protected: string[];
  /** Names or URNs whose loss was asked for: `--allow-loss`. */
  allowed: string[];
}

type Changes = Pick<RehearsalReport["changes"], "created" | "replaced" | "deleted">;

/** Everything that a planned change would lose, by name, with what to do instead; undefined when nothing is lost. */
export function lossIn(changes: Changes, guard: Guard): Failure | undefined {
  const details = [
    ...changes.replaced.flatMap((change) => describeLoss(change, "replaced", changes, guard)),
    ...changes.deleted.flatMap((change) => describeLoss(change, "deleted", changes, guard)),
  ];
  if (details.length === 0) return undefined;
  return { kind: "data-loss", message: "the change would lose data; nothing was changed", details };
}

function describeLoss(change: Change, how: "replaced" | "deleted", changes: Changes, guard: Guard): string[] {
  const { urn, resource, properties } = change;
  const holder = DATA_HOLDERS[resourceType(urn)];
  const isProtected = guard.protected.includes(urn);
  const isAllowed = guard.allowed.some((name) => [urn, resource, resourceName(urn)].includes(name));
  if (!isProtected && (change.retained || !holder || isAllowed)) return [];
  const because = properties.length > 0 ? ` because of ${properties.join(", ")}` : "";
  const renamed = how === "deleted" ? renamedTo(change, changes.created) : [];
  return [
    `${resource} would be ${how}${because}${holder ? `: it holds ${holder.holds}` : ""}`,
    ...renamed.map((name) => `  if it is ${name} under a new name or parent: give that the option aliases: ["${urn}"]`),
    ...(holder ? [`  instead: ${holder.instead}`] : []),
    ...(isProtected
      ? ["  it is protected (protect: true); a change of its own has to lift that before it may go"]
      : []),
    ...(holder && !isProtected ? [`  if it is meant: --allow-loss ${resourceName(urn)}`] : []),
  ];
}

/** What a deleted resource may have become: a new one of the same type. */
function renamedTo({ urn }: Change, created: Change[]): string[] {
  return created.filter((other) => resourceType(other.urn) === resourceType(urn)).map(({ resource }) => resource);
}
