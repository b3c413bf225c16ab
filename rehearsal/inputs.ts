import { createHash } from "node:crypto";

import type { TypeFacts } from "./facts";
import { commonParent, select } from "./selection";
import { isObject, type Properties, reveal } from "./values";

/** What the engine proposes as physical names (`pulumi:autonaming`). */
export interface NameProposal {
  /** Empty when naming is disabled. */
  name: string;
  mode: "propose" | "enforce" | "disable";
}

/** Key under which the provider notes which inputs it filled in itself. */
export const DEFAULTED = "__defaults";

/**
 * The inputs as the provider keeps them: with its defaults, and with a physical name where the program gives none. A
 * resource that exists keeps the name it has. Which inputs were filled in stands under `__defaults`, as in the state
 * that the real provider writes.
 *
 * @param olds Inputs of the existing resource, if there is one.
 * @param seed The engine's random seed: the same seed, the same name.
 */
export function complete(
  facts: TypeFacts,
  logicalName: string,
  olds: Properties | undefined,
  news: Properties,
  seed: Uint8Array,
  proposal?: NameProposal,
): Properties {
  const inputs = structuredClone(news);
  const filled: string[] = [];
  const name = facts.nameProperty;
  if (name && inputs[name] === undefined && inputs[`${name}Prefix`] === undefined && facts.autoName) {
    const made = physicalName(facts.autoName, logicalName, olds, name, seed, proposal);
    if (made !== undefined) {
      inputs[name] = made;
      filled.push(name);
    }
  }
  for (const [pattern, value] of Object.entries(facts.defaults ?? {})) {
    const parent = commonParent([pattern]);
    const property = parent ? pattern.slice(parent.length + 1) : pattern;
    for (const place of select(inputs, parent)) {
      if (!isObject(place.value) || place.value[property] !== undefined) continue;
      if (excluded(facts, pattern, news)) continue;
      place.value[property] = value;
      if (!parent) filled.push(property);
    }
  }
  inputs[DEFAULTED] = filled.sort();
  return inputs;
}

/** Whether the provider made up the physical name that these inputs hold. */
export function isAutoNamed(facts: TypeFacts, inputs: Properties): boolean {
  const filled = inputs[DEFAULTED];
  return facts.nameProperty !== undefined && Array.isArray(filled) && filled.includes(facts.nameProperty);
}

function excluded(facts: TypeFacts, property: string, given: Properties): boolean {
  return (facts.conflicts ?? []).some(
    (pair) => pair.includes(property) && pair.some((other) => other !== property && given[other] !== undefined),
  );
}

function physicalName(
  rule: NonNullable<TypeFacts["autoName"]>,
  logicalName: string,
  olds: Properties | undefined,
  property: string,
  seed: Uint8Array,
  proposal: NameProposal | undefined,
): string | undefined {
  const kept = reveal(olds?.[property]);
  if (typeof kept === "string") return kept;
  if (proposal?.mode === "disable") return undefined;
  if (proposal?.mode === "enforce") return proposal.name;
  const spelt = (name: string) => (rule.prefix ?? "") + (rule.lowercase ? name.toLowerCase() : name);
  if (proposal?.name) return spelt(proposal.name);
  if (rule.hex === 0) return spelt(logicalName);
  const random = createHash("sha256").update(seed).digest("hex").slice(0, rule.hex);
  return spelt(`${logicalName}${rule.separator}${random}`);
}
