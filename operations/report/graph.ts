import { modelChain, ENVIRONMENT } from "../cost/resource";
import type { JudgedResource } from "../../policies/evaluate";
import { groupBy } from "../group-by";
import { shortType } from "../rehearse/state";
import { ADDRESSES, JOINS, ROLES } from "./roles";

/** A component with what is in it, or a resource that is in none. */
export interface Group {
  /** URN. */
  readonly urn: string;
  readonly name: string;
  /** Type token. */
  readonly type: string;
  /** Everything below it that a provider manages, itself included where it is no component; in the order of the state. */
  readonly members: readonly JudgedResource[];
  /** URNs of all of these and of the components between them, itself included. */
  readonly urns: readonly string[];
}

/** Where data goes from one resource to another. */
export interface DataPath {
  /** URNs, or names of what is not in the stack. */
  readonly from: string;
  readonly to: string;
  /** What says so: a property of a resource, for people. */
  readonly because: string;
}

/** Outside of the stack: those who call it. */
export const VISITORS = "visitors";

/** Outside of the stack: the models that its application calls. */
export const MODELS = "models";

/** A stack's resources as components and what leads from one to another. */
export class StackGraph {
  readonly #byUrn: ReadonlyMap<string, JudgedResource>;
  readonly groups: readonly Group[];
  readonly #groupOf = new Map<string, Group>();

  constructor(readonly resources: readonly JudgedResource[]) {
    this.#byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    const shown = resources.filter(({ type }) => type !== STACK && !type.startsWith("pulumi:providers:"));
    this.groups = [...groupBy(shown, (resource) => this.#top(resource))].map(([{ urn, name, type }, inside]) => ({
      ...{ urn, name, type },
      members: inside.filter(({ custom }) => custom),
      urns: inside.map((resource) => resource.urn),
    }));
    for (const group of this.groups) for (const urn of group.urns) this.#groupOf.set(urn, group);
  }

  resource(urn: string): JudgedResource | undefined {
    return this.#byUrn.get(urn);
  }

  groupOf(urn: string): Group | undefined {
    return this.#groupOf.get(urn);
  }

  /** The child of the stack that a resource is, or is in. */
  #top(resource: JudgedResource): JudgedResource {
    const seen = new Set<string>();
    for (let top = resource; ;) {
      const parent = top.parent === undefined ? undefined : this.#byUrn.get(top.parent);
      if (!parent || parent.type === STACK || seen.has(parent.urn)) return top;
      seen.add(parent.urn);
      top = parent;
    }
  }

  /** The groups that each group needs, without those that follow from others. */
  needs(): Map<Group, Group[]> {
    const needs = new Map<Group, Set<Group>>(this.groups.map((group) => [group, new Set()]));
    for (const group of this.groups) {
      for (const member of group.members) {
        for (const urn of member.dependencies ?? []) {
          const other = this.#groupOf.get(urn);
          if (other && other !== group) needs.get(group)!.add(other);
        }
      }
    }
    const below = new Map<Group, ReadonlySet<Group>>();
    const reachable = (group: Group): ReadonlySet<Group> => {
      const done = below.get(group);
      if (done) return done;
      const found = new Set<Group>();
      below.set(group, found);
      for (const next of needs.get(group)!) {
        found.add(next);
        for (const further of reachable(next)) found.add(further);
      }
      return found;
    };
    return new Map(
      [...needs].map(([group, direct]) => [
        group,
        [...direct].filter((one) => ![...direct].some((other) => other !== one && reachable(other).has(one))),
      ]),
    );
  }

  /** Where data goes, as dependencies tell it: between resources that data passes or stays in. */
  dataPaths(): DataPath[] {
    const paths = new Map<string, DataPath>();
    const add = (from: string, to: string, because: string) => {
      const key = JSON.stringify([from, to]);
      if (from !== to && !paths.has(key)) paths.set(key, { from, to, because });
    };
    for (const resource of this.resources) {
      const join = Object.hasOwn(JOINS, resource.type) ? JOINS[resource.type] : undefined;
      if (join) this.#join(resource, join, add);
      if (!roleOf(resource) || join) continue;
      for (const [property, urns] of Object.entries(resource.propertyDependencies ?? {})) {
        for (const target of urns.flatMap((urn) => this.#reached(urn))) {
          const because = `${property} of ${describe(resource)}`;
          // A guard is passed before what it guards.
          if (roleOf(target) === "guard") add(target.urn, resource.urn, because);
          else add(resource.urn, target.urn, because);
        }
      }
      if (resource.type === ENVIRONMENT && modelChain(resource).length > 0) {
        add(resource.urn, MODELS, `BEDROCK_MODEL_CHAIN of ${describe(resource)}`);
      }
    }
    const targets = new Set([...paths.values()].map(({ to }) => to));
    for (const resource of this.resources) {
      const role = roleOf(resource);
      if ((role === "entry" || role === "guard") && !targets.has(resource.urn)) {
        add(VISITORS, resource.urn, `${describe(resource)} is reached from outside`);
      }
    }
    return [...paths.values()];
  }

  #join(
    resource: JudgedResource,
    [from, to]: readonly [string, string],
    add: (from: string, to: string, because: string) => void,
  ): void {
    const named = resource.propertyDependencies ?? {};
    const others = Object.keys(named).filter((property) => property !== from);
    const sources = (named[from] ?? []).flatMap((urn) => this.#reached(urn));
    const targets = (to === "" ? others : [to]).flatMap((property) =>
      (named[property] ?? []).flatMap((urn) => this.#reached(urn)),
    );
    if (roleOf(resource)) targets.push(resource);
    for (const source of sources) for (const target of targets) add(source.urn, target.urn, describe(resource));
  }

  /** What data reaches through a dependency: the resource itself, or what it hands on the address of. */
  #reached(urn: string, seen = new Set<string>()): JudgedResource[] {
    const resource = this.#byUrn.get(urn);
    if (!resource || seen.has(urn)) return [];
    seen.add(urn);
    if (roleOf(resource)) return [resource];
    if (!ADDRESSES.has(resource.type)) return [];
    return Object.values(resource.propertyDependencies ?? {})
      .flat()
      .flatMap((next) => this.#reached(next, seen));
  }
}

const STACK = "pulumi:pulumi:Stack";

const describe = ({ type, name }: JudgedResource): string => `${shortType(type)} ${name}`;

/** What a resource does to data, if any passes it. */
export function roleOf({ type }: JudgedResource) {
  return Object.hasOwn(ROLES, type) ? ROLES[type] : undefined;
}
