import { isObject } from "../../../rehearsal/values";

/** A resource's inputs, in Pulumi's names. */
export type Inputs = Record<string, unknown>;

/** Whether a judge takes inputs for a new resource. `unjudged` where it cannot say, as when it would ask AWS. */
export interface Verdict {
  verdict: "accepted" | "refused" | "unjudged";
  messages: string[];
}

/** What becomes of a resource when its inputs change. */
export type Change = "same" | "update" | "replace" | "unjudged";

/** Says what AWS's provider makes of inputs: the stand-in, or the real one. */
export interface Judge {
  verdict(type: string, inputs: Inputs): Promise<Verdict>;
  change(type: string, before: Inputs, after: Inputs, outputs?: Inputs): Promise<Change>;
}

/** Property path to its new value; null takes the property away. */
export type Edits = Record<string, unknown>;

/** The inputs with some properties changed. */
export function edited(inputs: Inputs, edits: Edits): Inputs {
  const copy = structuredClone(inputs);
  for (const [path, value] of Object.entries(edits)) set(copy, path, expanded(value));
  return copy;
}

function set(root: Inputs, path: string, value: unknown): void {
  const steps = stepsOf(path);
  let here: Record<string | number, unknown> = root;
  for (const step of steps.slice(0, -1)) here = here[step] as Record<string | number, unknown>;
  const last = steps.at(-1)!;
  if (value !== null) here[last] = value;
  else if (Array.isArray(here)) here.splice(Number(last), 1);
  else Reflect.deleteProperty(here, last);
}

/** `rules[0].filter` as `rules`, 0, `filter`. */
export function stepsOf(path: string): (string | number)[] {
  return [...path.matchAll(/[^.[\]]+/g)].map(([step]) => (/^\d+$/.test(step) ? Number(step) : step));
}

const repeated = "repeat";

/** A long text, as the file of answers has it: `{"repeat": ["x", 300]}`. */
export function longText(letter: string, length: number): unknown {
  return length < 40 ? letter.repeat(length) : { [repeated]: [letter, length] };
}

/** The value with its long texts written out. */
export function expanded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expanded);
  if (!isObject(value)) return value;
  const [letter, length] = (value[repeated] as [string, number] | undefined) ?? [];
  if (letter !== undefined && Object.keys(value).length === 1) return letter.repeat(length!);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expanded(item)]));
}

/** A resource that probes start from. */
export interface Base {
  inputs: Inputs;
  /** What a rehearsal made up for it, which the provider's plans start from. */
  outputs?: Inputs;
}

/** A base with its edits, and what the provider says of it. */
export interface Probe {
  base: number;
  edits: Edits;
  verdict: "accepted" | "refused";
  /** What changing the base into this does. */
  to?: Change;
  /** What changing this back into the base does. */
  back?: Change;
}

/** The bases and probes of one type. */
export interface Answers {
  bases: Base[];
  probes: Probe[];
}
