import { type Cty, isRecord } from "./cty";
import type { Schema, SchemaAttribute } from "./schema";

/**
 * What Terraform proposes to a provider: the configuration, with what is computed taken over from the state before
 * where the configuration says nothing.
 */
export function proposedNew(schema: Schema, prior: Cty, config: Cty): Cty {
  if (!isRecord(config)) return config;
  const before = isRecord(prior) ? prior : {};
  const proposed: Record<string, Cty> = {};
  for (const [name, attribute] of Object.entries(schema.attributes ?? {})) {
    proposed[name] = attributeValue(attribute, before[name] ?? null, config[name] ?? null);
  }
  for (const [name, { block, nesting_mode: nesting }] of Object.entries(schema.block_types ?? {})) {
    proposed[name] = nested(block, nesting, before[name] ?? null, config[name] ?? null);
  }
  return proposed;
}

function attributeValue(attribute: SchemaAttribute, prior: Cty, config: Cty): Cty {
  const { nested_type: inner, computed } = attribute;
  if (computed && config === null) {
    // A value that only a configuration can have given was given before, and is now taken away.
    const wasGiven = inner && attribute.optional && !computable(inner.attributes, prior);
    return wasGiven ? config : prior;
  }
  return inner ? nested({ attributes: inner.attributes }, inner.nesting_mode, prior, config) : config;
}

function nested(block: Schema, nesting: string, prior: Cty, config: Cty): Cty {
  if (nesting === "list" && Array.isArray(config)) {
    return config.map((item, index) => proposedNew(block, Array.isArray(prior) ? (prior[index] ?? null) : null, item));
  }
  if (nesting === "set" && Array.isArray(config)) {
    const left = Array.isArray(prior) ? [...prior] : [];
    return config.map((item) => {
      const match = left.findIndex((candidate) => couldStem(block, candidate, item));
      return proposedNew(block, match < 0 ? null : left.splice(match, 1)[0]!, item);
    });
  }
  if (nesting === "map" && isRecord(config)) {
    const before = isRecord(prior) ? prior : {};
    return Object.fromEntries(
      Object.entries(config).map(([key, item]) => [key, proposedNew(block, before[key] ?? null, item)]),
    );
  }
  return proposedNew(block, prior, config);
}

function computable(attributes: Record<string, SchemaAttribute>, value: Cty): boolean {
  if (Array.isArray(value)) return value.every((item) => computable(attributes, item));
  if (!isRecord(value)) return true;
  return Object.entries(attributes).every(([name, { computed }]) => computed || (value[name] ?? null) === null);
}

/** Whether an item of a set could be what became of a configured one. */
function couldStem(block: Schema, prior: Cty, config: Cty): boolean {
  if (!isRecord(prior) || !isRecord(config)) return false;
  const attributes = Object.entries(block.attributes ?? {}).every(
    ([name, { computed }]) =>
      (computed && (config[name] ?? null) === null) || JSON.stringify(prior[name]) === JSON.stringify(config[name]),
  );
  return (
    attributes &&
    Object.entries(block.block_types ?? {}).every(([name, { block: inside }]) => {
      const [before, now] = [prior[name], config[name]];
      if (!Array.isArray(before) || !Array.isArray(now)) return JSON.stringify(before) === JSON.stringify(now);
      return before.length === now.length && now.every((item, index) => couldStem(inside, before[index]!, item));
    })
  );
}
