import { read } from "./read";
import type { Resource } from "./resource";

/** What a property refers to: resources of this stack, or that it cannot be told yet. */
export interface Target {
  resources: Resource[];
  /** The property's value is not known and nothing else says what it refers to. */
  unknown: boolean;
}

/** The properties by which AWS resources are named in others' arguments. */
const identities = [
  "id",
  "arn",
  "name",
  "bucket",
  "identifier",
  "keyId",
  "userGroupId",
  "cname",
  "endpointUrl",
  "dnsName",
  "domainName",
  "bucketDomainName",
  "bucketRegionalDomainName",
];

/**
 * The resources of one stack by URN, type and name, built once per run. Joins go by the property's recorded
 * dependencies first, which hold even while ids are unknown, and by known names, ids or ARNs else.
 */
export class StackIndex {
  readonly #byUrn = new Map<string, Resource>();
  readonly #byType = new Map<string, Resource[]>();
  readonly #rank = new Map<Resource, number>();
  readonly #children = new Map<string, Resource[]>();
  readonly #byIdentity = new Map<string, Set<Resource>>();
  readonly #referrers = new Map<string, { of: Map<Resource, Resource[]>; unknown: Resource[] }>();

  readonly #derived = new Map<unknown, unknown>();

  constructor(readonly resources: readonly Resource[]) {
    for (const resource of resources) {
      this.#byUrn.set(resource.urn, resource);
      append(this.#byType, resource.type, resource);
      this.#rank.set(resource, this.#byType.get(resource.type)!.length - 1);
      if (resource.data.parent) append(this.#children, resource.data.parent, resource);
      for (const identity of identitiesOf(resource)) {
        const named = this.#byIdentity.get(identity) ?? new Set();
        this.#byIdentity.set(identity, named.add(resource));
      }
    }
  }

  /** What `build` makes of the stack: built once, however many resources ask for it. */
  derive<T>(build: (stack: StackIndex) => T): T {
    if (!this.#derived.has(build)) this.#derived.set(build, build(this));
    return this.#derived.get(build) as T;
  }

  /** All resources of the given types, in the order of the stack. */
  ofType(types: readonly string[]): Resource[] {
    return types.flatMap((type) => this.#byType.get(type) ?? []);
  }

  /** How many resources of its type come before a resource. */
  rankOf(resource: Resource): number {
    return this.#rank.get(resource) ?? 0;
  }

  /** The resources that go by a name, id or ARN. */
  named(identity: string): Resource[] {
    return [...(this.#byIdentity.get(identity) ?? [])];
  }

  /**
   * The resources of `types` that `value`, found somewhere inside `resource.property`, names. `value` is read at
   * `path`, which defaults to the property itself.
   */
  target(resource: Resource, property: string, types: readonly string[], path = property): Target {
    const reading = resource.read(path);
    if (reading.state === "absent") return { resources: [], unknown: false };
    const value = reading.state === "known" ? String(reading.value) : undefined;
    const dependencies = (resource.data.propertyDependencies?.[property] ?? []).flatMap((urn) =>
      this.#within(urn, types),
    );
    const candidates = dependencies.filter((candidate) => value === undefined || couldBe(candidate, value));
    if (candidates.length > 0) return { resources: [...new Set(candidates)], unknown: false };
    if (value === undefined) {
      const [through, ...more] = this.#through(resource.data.propertyDependencies?.[property] ?? [], types);
      return { resources: through && more.length === 0 ? [through] : [], unknown: !through || more.length > 0 };
    }
    return { resources: this.named(value).filter((one) => types.includes(one.type)), unknown: false };
  }

  /** As {@link target}, for each element of a list; a list that is not known as a whole counts as one element. */
  targets(resource: Resource, property: string, types: readonly string[], path = property): Target {
    const reading = resource.read(path);
    if (reading.state !== "known" || !Array.isArray(reading.value)) return this.target(resource, property, types, path);
    const all = reading.value.map((_, index) => this.target(resource, property, types, `${path}.${index}`));
    return {
      resources: [...new Set(all.flatMap((one) => one.resources))],
      unknown: all.some((one) => one.unknown),
    };
  }

  /**
   * The resources of `types` whose `property` refers to `resource`, and those of which it cannot be told what they
   * refer to.
   */
  referrers(
    resource: Resource,
    types: readonly string[],
    property: string,
    path = property,
  ): { found: Resource[]; unknown: Resource[] } {
    const key = `${path} ${types.join(" ")} ${resource.type}`;
    let index = this.#referrers.get(key);
    if (!index) {
      index = { of: new Map(), unknown: [] };
      for (const referrer of this.ofType(types)) {
        const target = this.targets(referrer, property, [resource.type], path);
        if (target.unknown) index.unknown.push(referrer);
        for (const one of target.resources) append(index.of, one, referrer);
      }
      this.#referrers.set(key, index);
    }
    return { found: index.of.get(resource) ?? [], unknown: index.unknown };
  }

  /** What the given resources came from themselves: a bucket's name may come by way of its policy. */
  #through(urns: readonly string[], types: readonly string[]): Resource[] {
    const sources = urns.flatMap((urn) => Object.values(this.#byUrn.get(urn)?.data.propertyDependencies ?? {}).flat());
    return [...new Set(sources.flatMap((urn) => this.#within(urn, types)))];
  }

  /** The resource with this URN if it is of one of `types`, else its descendants that are. */
  #within(urn: string, types: readonly string[], seen = new Set<string>()): Resource[] {
    if (seen.has(urn)) return [];
    seen.add(urn);
    const resource = this.#byUrn.get(urn);
    if (resource && types.includes(resource.type)) return [resource];
    return (this.#children.get(urn) ?? []).flatMap((child) => this.#within(child.urn, types, seen));
  }
}

function identitiesOf(resource: Resource): string[] {
  const known = identities
    .map((property) => read(resource.properties, property))
    .flatMap((reading) => (reading.state === "known" && typeof reading.value === "string" ? [reading.value] : []));
  if (resource.data.id) known.push(resource.data.id);
  // The engine tells policies no ids; an ARN ends in one.
  const arn = read(resource.properties, "arn");
  if (arn.state === "known" && typeof arn.value === "string") known.push(arn.value.split(/[:/]/).at(-1)!);
  return [...new Set(known)];
}

/** Whether a known value can name a resource: it is one of its names, or its names are not all known. */
function couldBe(resource: Resource, value: string): boolean {
  if (identitiesOf(resource).includes(value)) return true;
  return identities.some((property) => read(resource.properties, property).state === "unknown");
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
