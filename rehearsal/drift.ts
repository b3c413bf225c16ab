import { factsOf } from "./facts";
import { shortTypeOf } from "./faults";
import { isObject, type Properties } from "./values";
import type { World, WorldResource } from "./world";

/** One change that somebody makes to the world by hand, past the engine. */
export interface HandMade {
  /** A URN, type and name (`rds.Instance database`), or a name that only one resource has. */
  resource: string;
  /** New values, by path of the property: `publiclyAccessible`, `tags.Owner`, `ingress[0].cidrBlocks`. */
  set?: Record<string, unknown>;
  delete?: true;
}

/** A change as it was made. */
export interface Drifted {
  urn: string;
  deleted: boolean;
  /** Names of the inputs that read differently now; none of what was deleted. */
  properties: string[];
}

/** Changes that cannot be made. The message is one line for each. */
export class InvalidDrift extends Error {
  override readonly name = "InvalidDrift";
}

/**
 * Changes the world as a person would in the console: the engine's state knows nothing of it until a refresh.
 *
 * @throws InvalidDrift before anything is changed, naming every change that cannot be made
 */
export function drift(world: World, changes: readonly HandMade[]): Drifted[] {
  const problems: string[] = [];
  const planned = changes.flatMap((change, index) => {
    const problem = (text: string): never[] => {
      problems.push(`changes[${index}]: ${text}`);
      return [];
    };
    const found = world.resources().filter((resource) => isNamed(resource, change.resource));
    if (found.length === 0) return problem(`resource ${change.resource} does not exist in the rehearsed environment`);
    if (found.length > 1) {
      return problem(`resource ${change.resource} names ${found.length} resources: ${found.map(label).join(", ")}`);
    }
    const [resource] = found as [WorldResource];
    const known = factsOf(resource.type)?.inputs ?? {};
    for (const path of Object.keys(change.set ?? {})) {
      const name = keysOf(path)[0] ?? "";
      if (!Object.hasOwn(known, name)) {
        problem(`set ${path}: ${label(resource)} has no property ${name}; it has ${Object.keys(known).join(", ")}`);
      }
    }
    return [{ resource, change }];
  });
  if (problems.length > 0) throw new InvalidDrift(problems.join("\n"));
  return planned.map(({ resource, change }) => apply(world, resource, change));
}

function apply(world: World, resource: WorldResource, { set = {}, delete: gone }: HandMade): Drifted {
  const { urn, id } = resource;
  if (gone) {
    world.remove(urn, id);
    return { urn, deleted: true, properties: [] };
  }
  const inputs = structuredClone(resource.inputs);
  const outputs = structuredClone(resource.outputs);
  const properties = new Set<string>();
  for (const [path, value] of Object.entries(set)) {
    const keys = keysOf(path);
    assign(inputs, keys, value);
    assign(outputs, keys, value);
    properties.add(keys[0]!);
    // Tags of the provider and of the resource read as one.
    if (keys[0] === "tags" && isObject(outputs.tagsAll)) assign(outputs, ["tagsAll", ...keys.slice(1)], value);
  }
  world.replace(resource, { ...resource, inputs, outputs });
  return { urn, deleted: false, properties: [...properties] };
}

function isNamed(resource: WorldResource, name: string): boolean {
  return [resource.urn, label(resource), resource.urn.split("::").at(-1)].includes(name);
}

/** `rds.Instance database`, as the rehearsal's summary has it. */
function label({ type, urn }: WorldResource): string {
  return `${shortTypeOf(type)} ${urn.split("::").at(-1)}`;
}

/** The keys of a path: `ingress[0].cidrBlocks` has three. */
function keysOf(path: string): string[] {
  return path.match(/[^.[\]]+/g) ?? [];
}

function assign(target: Properties, [key = "", ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  if (typeof target[key] !== "object" || target[key] === null) target[key] = /^\d+$/.test(rest[0]!) ? [] : {};
  assign(target[key] as Properties, rest, value);
}
