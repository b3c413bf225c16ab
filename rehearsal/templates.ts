import type { Identifiers } from "./aws";
import { select } from "./selection";
import { text } from "./values";

/** What the braces of a template can name. */
export interface TemplateValues {
  partition: string;
  region: string;
  account: string;
  identifiers: Identifiers;
  /** Inputs and outputs by name. */
  property(path: string): unknown;
}

const modifiers: Record<string, (value: string) => string> = {
  lower: (value) => value.toLowerCase(),
  unslash: (value) => value.replace(/^\//, ""),
  schemeless: (value) => value.replace(/^[a-z]+:\/\//, ""),
  last: (value) => value.slice(value.lastIndexOf("/") + 1),
};

/**
 * Fills a template of an id or an ARN. Braces hold `partition`, `region`, `account`; an identifier (`uuid`, `time`,
 * `hex:17`, `digits:10`, `upper:13`, `lower:10`, `mixed:6`); or a property with an optional modifier (`name|lower`;
 * also `unslash`, `schemeless`, `last`). A property that is absent is empty.
 */
export function fill(template: string, values: TemplateValues): string {
  return template.replace(/\{([^}]+)\}/g, (_, expression: string) => {
    const [name = "", modifier] = expression.split("|");
    const value = resolve(name, values);
    return modifier ? (modifiers[modifier]?.(value) ?? value) : value;
  });
}

function resolve(name: string, values: TemplateValues): string {
  if (name === "partition" || name === "region" || name === "account") return values[name];
  if (name === "uuid") return values.identifiers.uuid();
  if (name === "time") return timeOf(values.identifiers);
  const counted = /^(hex|digits|upper|lower|mixed):(\d+)$/.exec(name);
  if (counted) {
    return values.identifiers[counted[1] as "hex" | "digits" | "upper" | "lower" | "mixed"](Number(counted[2]));
  }
  return text(values.property(name)) ?? "";
}

/** A time that is the same whenever it is asked for: the stand-in keeps no clock. */
export function timeOf(identifiers: Identifiers): string {
  const second = parseInt(identifiers.hex(6, "time"), 16) % (365 * 24 * 3600);
  return new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString().replace(".000Z", "Z");
}

/** Looks properties up in several records, in order, by path. */
export function lookUp(...records: Record<string, unknown>[]): (path: string) => unknown {
  return (path) => {
    for (const record of records) {
      const value = select(record, path)[0]?.value;
      if (value !== undefined && value !== null) return value;
    }
    return undefined;
  };
}
