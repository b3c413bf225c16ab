import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { LOG_RETENTION_DAYS } from "../catalog/log-retention";
import { REGIONS } from "../catalog/regions";

/** A stack file that cannot be deployed: every fault in it, one per line. */
export class ConfigurationError extends pulumi.RunError {
  constructor(
    /** The stack's name, as in `Pulumi.<stack>.yaml`. */
    readonly stackName: string,
    readonly faults: readonly Fault[],
    /** Folder of the stack file, with a slash at its end. @default the root */
    folder = "",
  ) {
    const count = faults.length === 1 ? "1 value that is" : `${faults.length} values that are`;
    const lines = faults.map(({ key, value, allowed }) => `  ${key} = ${shown(value)} is not allowed: ${allowed}`);
    super([`${folder}Pulumi.${stackName}.yaml has ${count} not allowed:`, ...lines].join("\n"));
  }
}

/** One fault of a stack file. */
export interface Fault {
  /** The key as the stack file spells it, e.g. `ai-prism:redis.nodes`. */
  readonly key: string;
  /** What stands there; undefined when nothing does. */
  readonly value: unknown;
  /** What may stand there, as the end of the sentence "… is not allowed: ". */
  readonly allowed: string;
}

/** A whole number within bounds, both included. */
export const whole = (min: number, max: number) => {
  const error = `a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};
/** An amount from 0 to `max` that is known or guessed: one number, or the least and the most that is expected. */
export const quantity = (max: number) => {
  const error = `a number from 0 to ${max}, or low and high, two of them with low first`;
  const amount = z.number({ error }).min(0, { error }).max(max, { error });
  return z
    .union([amount, z.strictObject({ low: amount, high: amount })], { error })
    .refine((value) => typeof value === "number" || value.low <= value.high, { error });
};
/** Text of a form, described for people. */
export const text = (pattern: RegExp, error: string) => z.string({ error }).regex(pattern, { error });
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `one of ${values.join(", ")}` });
export const flag = () => z.boolean({ error: "true or false" });
export const list = <T extends z.ZodType>(item: T, says: string) => z.array(item, { error: `a list of ${says}` });
/** A block of settings in which only these are known. */
export const section = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape, { error: "a block of settings" });

/** The engine hands structures over as JSON and everything else as text. */
function parseValue(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Days that CloudWatch Logs can keep a log group. */
export const logRetention = z.literal(LOG_RETENTION_DAYS, {
  error: `a number of days CloudWatch Logs offers: ${LOG_RETENTION_DAYS.join(", ")}`,
});

/** What every program's stack file says: whose account it is, and who answers for what is in it. */
export const OWNERSHIP = {
  accountId: text(/^\d{12}$/, "the 12 digits of the AWS account, in quotes"),
  owner: text(/^[\w .@-]{1,64}$/, "1 to 64 letters, digits, spaces or . @ _ -").default("platform"),
} as const;

/** The fault of a home region that the program does not know, or none. */
export function regionFaults(region: string | undefined): Fault[] {
  if (region !== undefined && Object.hasOwn(REGIONS, region)) return [];
  return [{ key: "aws:region", value: region, allowed: `one of ${Object.keys(REGIONS).join(", ")}` }];
}

/** Schemas by top-level key. */
export type Sections = Readonly<Record<string, z.ZodType>>;

/** What the sections of a stack file say, with defaults filled in. */
export type Settings<S extends Sections> = { readonly [Key in keyof S]: z.output<S[Key]> };

/**
 * Reads a project's keys from raw configuration as the engine hands it over: `namespace:key` to text, structures as
 * JSON. Returns what could be read, and everything that could not.
 *
 * @param guide The page that lists the project's settings.
 */
export function readSections<S extends Sections>(
  project: string,
  sections: S,
  raw: Readonly<Record<string, string>>,
  guide = "docs/environments.md",
): { settings: Partial<Settings<S>>; faults: Fault[] } {
  const prefix = `${project}:`;
  const faults: Fault[] = [];
  const settings: Record<string, unknown> = {};
  const given = Object.fromEntries(
    Object.entries(raw)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), parseValue(value)]),
  );
  for (const [key, value] of Object.entries(given)) {
    if (Object.hasOwn(sections, key)) continue;
    faults.push({ key: prefix + key, value, allowed: `a known key: ${Object.keys(sections).join(", ")}` });
  }
  for (const [key, schema] of Object.entries(sections)) {
    const value = scalar(given[key], schema);
    const result = schema.safeParse(value);
    if (result.success) settings[key] = result.data;
    else faults.push(...result.error.issues.flatMap((issue) => faultsOf(prefix + key, value, issue, guide)));
  }
  return { settings: settings as Partial<Settings<S>>, faults };
}

/** Top-level flags arrive as text; everything nested keeps its type. */
function scalar(value: unknown, schema: z.ZodType): unknown {
  const inner = schema instanceof z.ZodDefault ? schema.unwrap() : schema;
  if (inner instanceof z.ZodBoolean && (value === "true" || value === "false")) return value === "true";
  return value;
}

/** The faults that one issue of a schema stands for, by key. `guide` is the page that lists what is known. */
export function faultsOf(key: string, value: unknown, issue: z.core.$ZodIssue, guide: string): Fault[] {
  const path = issue.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  const found = issue.path.reduce<unknown>(
    (at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step],
    value,
  );
  if (issue.code !== "unrecognized_keys") return [{ key: key + path, value: found, allowed: issue.message }];
  return issue.keys.map((unknown) => ({
    key: `${key}${path}.${unknown}`,
    value: (found as Record<string, unknown>)[unknown],
    allowed: `not a known setting here; ${guide} lists them`,
  }));
}

/** A value for people. */
export function shown(value: unknown): string {
  return value === undefined ? "(not set)" : JSON.stringify(value);
}
