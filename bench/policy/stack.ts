import type { Deployment } from "../../operations/rehearse/state";

/** The JSON of `pulumi stack export`. */
export type Checkpoint = { version: number; deployment: Deployment };

/**
 * A stack of about `size` resources: production several times over, each copy with names, ids and ARNs of its own, as if
 * one program deployed it for as many customers.
 */
export function enlarge({ version, deployment }: Checkpoint, size: number): Checkpoint {
  const resources = deployment.resources ?? [];
  const shared = resources.filter(({ type }) => /^pulumi:(pulumi:Stack$|providers:)/.test(type));
  const own = resources.filter((resource) => !shared.includes(resource));
  const copies = Array.from({ length: Math.ceil(size / own.length) }, (_, copy) => rename(own, `c${copy}`)).flat();
  return { version, deployment: { ...deployment, resources: [...shared, ...copies.slice(0, size)] } };
}

/** A copy in which every name that a resource has, and so every reference to it, ends in `suffix`. */
function rename<T extends { urn: string; id?: string; outputs?: Record<string, unknown> }>(
  own: T[],
  suffix: string,
): T[] {
  const names = own.flatMap(({ urn, id, outputs = {} }) => [
    urn,
    id,
    outputs.arn,
    outputs.id,
    outputs.bucket,
    outputs.name,
  ]);
  const texts = [...new Set(names)].filter((name): name is string => typeof name === "string" && name.length > 3);
  const known = new Set(texts);
  const copy = (value: unknown): unknown => {
    if (typeof value === "string") return known.has(value) ? `${value}-${suffix}` : value;
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]));
  };
  return copy(own) as T[];
}
