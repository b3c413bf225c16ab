import { Identifiers } from "./aws";
import { factsOf } from "./facts";
import { modelOf } from "./models";
import { fill, lookUp } from "./templates";
import { revealAll } from "./values";
import type { WorldResource } from "./world";

/**
 * What `pulumi import` asks for to take a resource over, its region aside: what its type's model or facts say, from the
 * import section of the provider's documentation, or else its id. Undefined where it cannot be imported.
 */
export function importIdOf(resource: WorldResource): string | undefined {
  const { type, id, inputs, outputs, region } = resource;
  if (!type.startsWith("aws:")) return undefined;
  const own = modelOf(type)?.importId;
  if (own) return own({ ...revealAll(inputs), ...revealAll(outputs), id });
  const { importId = "{id}", defaults = {} } = factsOf(type) ?? {};
  if (importId === false) return undefined;
  const property = lookUp({ id }, revealAll(outputs), revealAll(inputs), defaults);
  return fill(importId, { property, region, partition: "", account: "", identifiers: new Identifiers(id) });
}

/** An import's id and the region that may follow it: `vpc-1@eu-west-1`. Other ids may hold an `@`, too. */
export function splitImportId(type: string, given: string): { id: string; region?: string } {
  const [, id, region] = /^(.+)@([a-z]{2}(?:-[a-z]+)+-\d)$/.exec(given) ?? [];
  return id !== undefined && region !== undefined && factsOf(type)?.inputs.region ? { id, region } : { id: given };
}
