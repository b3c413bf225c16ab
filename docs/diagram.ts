import type { Registered } from "../test/support/mocks";

/** The components of a program and which of them needs which. */
export interface Graph {
  /** Component name to its type. */
  readonly components: ReadonlyMap<string, string>;
  /** Component name to the names of those it cannot be without. */
  readonly needs: ReadonlyMap<string, ReadonlySet<string>>;
}

const COMPONENT = /^ai-prism:infra:/;

/** Reads the graph from what a program registered: a component needs another when one of its resources does. */
export function graphOf(resources: readonly Registered[]): Graph {
  const byKey = new Map(resources.map((resource) => [keyOf(resource.type, resource.name), resource]));
  const componentOf = (key: string): string | undefined => {
    const resource = byKey.get(key);
    if (!resource) return undefined;
    return COMPONENT.test(resource.type) ? resource.name : componentOf(keyOfUrn(resource.parent));
  };
  const components = new Map<string, string>();
  const needs = new Map<string, Set<string>>();
  for (const { type, name } of resources) {
    if (!COMPONENT.test(type)) continue;
    components.set(name, type.replace(COMPONENT, ""));
    needs.set(name, new Set());
  }
  for (const resource of resources) {
    const owner = componentOf(keyOf(resource.type, resource.name));
    if (owner === undefined) continue;
    for (const urn of resource.dependencies) {
      const target = componentOf(keyOfUrn(urn));
      if (target !== undefined && target !== owner) needs.get(owner)!.add(target);
    }
  }
  return { components, needs };
}

function keyOf(type: string, name: string): string {
  return `${type} ${name}`;
}

/** Type and name at the end of a URN, whose type segment lists the parents' types first. */
function keyOfUrn(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return keyOf(types.split("$").at(-1)!, name);
}

/** The graph as Mermaid, without the arrows that follow from others. */
export function mermaid({ components, needs }: Graph): string {
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    [...needs.get(from)!].some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
  const id = (name: string) => name.replaceAll("-", "_");
  const arrows = [...needs].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => ![...targets].some((other) => other !== to && reaches(other, to)))
      .map((to) => `  ${id(from)} --> ${id(to)}`),
  );
  const nodes = [...components].map(([name, type]) => `  ${id(name)}["${type}<br/>${name}"]`);
  return ["flowchart LR", ...nodes.sort(), ...arrows.sort()].join("\n");
}
