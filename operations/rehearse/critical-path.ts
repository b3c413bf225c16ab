import { CREATION_SECONDS, DEFAULT_CREATION_SECONDS, ORDERS } from "../../catalog/creation-times";
import { describeResource, isSecretValue, type StateResource } from "./state";

/** One resource of a chain, and how long it is estimated to take. */
export interface Link {
  urn: string;
  resource: string;
  seconds: number;
}

/** The resources that wait for each other the longest, in order. */
export interface Chain {
  seconds: number;
  links: Link[];
}

/** How long a first deployment takes, by estimates of each type's creation time. */
export interface FirstDeployment {
  /** By the program's dependencies. */
  program: Chain;
  /** By those dependencies alone that AWS forces: a value only AWS gives, or an order it insists on. */
  forced: Chain;
  /** The program's time over the forced one: 1 when the program makes nothing wait that need not. */
  ratio: number;
  /** Dependencies along the program's chain that AWS does not force: which resource waits for which. */
  avoidable: { resource: string; waitsFor: string }[];
}

/** Estimates a first deployment from the resources of a rehearsed state. */
export function firstDeployment(resources: readonly StateResource[]): FirstDeployment {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const known = (resource: StateResource): StateResource[] =>
    [
      ...new Set([...(resource.dependencies ?? []), ...Object.values(resource.propertyDependencies ?? {}).flat()]),
    ].flatMap((urn) => byUrn.get(urn) ?? []);
  const program = longestChain(resources, known);
  const forced = longestChain(resources, (resource) => known(resource).filter((other) => isForced(resource, other)));
  const avoidable = program.links.slice(1).flatMap((link, index) => {
    const [resource, before] = [byUrn.get(link.urn), byUrn.get(program.links[index]!.urn)];
    if (!resource || !before || isForced(resource, before)) return [];
    return [{ resource: link.resource, waitsFor: describeResource(before.urn) }];
  });
  return { program, forced, ratio: forced.seconds === 0 ? 1 : program.seconds / forced.seconds, avoidable };
}

function longestChain(
  resources: readonly StateResource[],
  dependenciesOf: (resource: StateResource) => StateResource[],
): Chain {
  const chains = new Map<string, Chain>();
  const chainOf = (resource: StateResource): Chain => {
    const done = chains.get(resource.urn);
    if (done) return done;
    let before: Chain = { seconds: 0, links: [] };
    for (const dependency of dependenciesOf(resource)) {
      const chain = chainOf(dependency);
      if (chain.seconds > before.seconds) before = chain;
    }
    const seconds = creationSeconds(resource);
    const link = { urn: resource.urn, resource: describeResource(resource.urn), seconds };
    const chain = { seconds: before.seconds + seconds, links: seconds > 0 ? [...before.links, link] : before.links };
    chains.set(resource.urn, chain);
    return chain;
  };
  return resources.map(chainOf).reduce((longest, chain) => (chain.seconds > longest.seconds ? chain : longest), {
    seconds: 0,
    links: [],
  });
}

/** Only AWS takes time: components, providers and random values do not. */
function creationSeconds({ type, custom }: StateResource): number {
  if (!custom || !type.startsWith("aws:")) return 0;
  return CREATION_SECONDS[type] ?? DEFAULT_CREATION_SECONDS;
}

/** Whether AWS itself makes `resource` wait for `other`: it is given a value of it, or the order is known to matter. */
function isForced(resource: StateResource, other: StateResource): boolean {
  if (ORDERS.some(({ type, after }) => type === resource.type && after === other.type)) return true;
  const through = Object.entries(resource.propertyDependencies ?? {}).filter(([, urns]) => urns.includes(other.urn));
  const values = given(other);
  return through.some(([property]) => carries(resource.inputs?.[property], values));
}

/** What a resource is known by once it exists: its id and what AWS computed of it. */
function given({ id, inputs = {}, outputs = {} }: StateResource): string[] {
  const computed = Object.entries(outputs).filter(([name]) => !(name in inputs));
  return [id ?? "", ...computed.flatMap(([, value]) => texts(value))].filter((text) => text.length > 5);
}

function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(texts);
}

/** Whether one of the values stands in an input. What is encrypted cannot be looked into, and counts as given. */
function carries(input: unknown, values: readonly string[]): boolean {
  if (isSecretValue(input)) return true;
  if (typeof input === "string") return values.some((value) => input.includes(value));
  if (typeof input !== "object" || input === null) return false;
  return Object.values(input).some((inner) => carries(inner, values));
}
