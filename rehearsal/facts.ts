import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Bounds of a length, a number or a count, both inclusive; null is "no bound". */
export type Bounds = [number | null, number | null];

/**
 * Checks on single properties. Keys are property paths in Pulumi's names, nested with dots, `[*]` for the items of a
 * list, `**` for any depth. A check on a list of scalars looks at each item.
 */
export interface ValueFacts {
  /** Values allowed. */
  enums?: Record<string, unknown[]>;
  /** Regular expressions that a text must match. */
  patterns?: Record<string, string>;
  /** Characters of a text. */
  lengths?: Record<string, Bounds>;
  /** Least number of characters. */
  minLengths?: Record<string, number>;
  /** Bounds of a number. */
  ranges?: Record<string, Bounds>;
  /** Numbers allowed. */
  allowedNumbers?: Record<string, number[]>;
  /** Numbers whose multiples are allowed beside those of `allowedNumbers`. */
  multiples?: Record<string, number>;
  /** Bounds of the prefix length of a CIDR block. */
  prefixRanges?: Record<string, Bounds>;
  /** Prefix lengths of a CIDR block allowed. */
  prefixAllowed?: Record<string, number[]>;
  /** Most items of a list. */
  maxItems?: Record<string, number>;
  /** Bounds of the number of items of a list. */
  itemCounts?: Record<string, Bounds>;
}

/** What properties ask of each other. */
export interface RelationFacts {
  /** Pairs that exclude each other. */
  conflicts?: string[][];
  exactlyOneOf?: string[][];
  atLeastOneOf?: string[][];
  /** Property to the properties it needs beside it. */
  requiredWith?: Record<string, string[]>;
  /** What holds only while other inputs have certain values. */
  conditions?: Condition[];
  /** Property to the places of which one must hold its value too. */
  memberOf?: Record<string, string[]>;
}

/** What must, and what cannot, be given while other inputs have the given values; paths through lists are of one item. */
export interface Condition {
  /** `*` is any value. */
  when: Record<string, unknown>;
  /** Not while these inputs have these values. */
  unless?: Record<string, unknown>;
  /** Alternatives are divided by `|`. */
  required?: string[];
  excluded?: string[];
  /** Bounds of numbers, where they are given. */
  ranges?: Record<string, Bounds>;
}

/** A change that the provider ignores. */
export interface IgnoredChange {
  property: string;
  /** Only while others have these values; `*` is any value, and a list one of its items. */
  when?: Record<string, unknown>;
  /** Not while others have these values. */
  unless?: Record<string, unknown>;
  /** Only from this value... */
  from?: unknown;
  /** ...and to this one. */
  to?: unknown;
  /** Only where a number becomes lower, and lower than that property: AWS raises it by itself up to there. */
  raisedUpTo?: string;
}

/** A change that replaces the resource only under a condition. */
export interface ConditionalReplacement {
  property: string;
  /** Replaces when the value was this... */
  from?: unknown;
  /** ...and becomes this. */
  to?: unknown;
  /** Replaces when the property appears or disappears; another value is changed in place. */
  switched?: true;
  /** Replaces when it becomes another value, and not when it is no longer given. */
  given?: true;
  /** Replaces when the version becomes lower. */
  lower?: true;
  /** Replaces when the ARN becomes one of another service. */
  service?: true;
  /** Never replaces while these inputs have these values. */
  unless?: Record<string, unknown>;
}

/** What is done to a resource. */
export type Action = "create" | "update" | "delete";

/** What is known of one resource type, from the provider's schema, its source and AWS. */
export interface TypeFacts extends ValueFacts, RelationFacts {
  /** The Terraform type behind it. */
  tf?: string;
  /** Template of the id; see {@link file://./templates.ts}. */
  id: string;
  /** Template of the ARN. */
  arn?: string;
  /** Output that holds the ARN; `arn` unless said otherwise. */
  arnProperty?: string;
  /** Template of what an import asks for, where that is not the id; false where the type cannot be imported. */
  importId?: string | false;
  /** The provider's first calls as in a policy (`rds:CreateDBProxy`), where they are not called after the type. */
  calls?: Record<Action, string>;
  /** Input that holds the physical name. */
  nameProperty?: string;
  /** How the provider names the resource when the program does not. */
  autoName?: { max: number; separator: string; hex: number; lowercase?: boolean; prefix?: string };
  /** Inputs that together are taken once per account and region. */
  unique?: string[][];
  /** The service's error code where they are taken. */
  taken?: string;
  /** Where they are taken, the creation overwrites what has them, or hands it out again. */
  overwrites?: true;
  /** Tells what is not given from empty texts and lists, false and zero, as the provider's newer types do. */
  nullable?: boolean;
  /** Properties of such a type for which empty and zero mean "not given" all the same. */
  zeroable?: string[];
  /** Every input with its kind: `string`, `number`, `integer`, `boolean`, `any`, `[kind]`, `{kind}` (map) or `#Shape`. */
  inputs: Record<string, string>;
  /** Inputs that must be given. */
  required: string[];
  /** Nested properties that must be given where their parent is; most are marked `!` in the shapes. */
  requiredNested?: string[];
  /** Inputs whose change replaces the resource. */
  replaceOnChanges: string[];
  replaceWhen?: ConditionalReplacement[];
  /** The provider deletes before it creates. */
  deleteBeforeReplace?: boolean;
  /** Outputs that are never inputs: unknown until created. */
  computed: string[];
  /** Inputs that AWS fills in when they are not given. */
  optionalComputed?: string[];
  /** Other inputs, nested ones among them, that keep their value when they are no longer given. */
  kept?: string[];
  /** Optional computed inputs that are filled in anew, and so change, when they are no longer given. */
  recomputed?: string[];
  ignored?: IgnoredChange[];
  /** Outputs that are unknown again when one of these inputs changes; `*` is any change. */
  computedOnUpdate?: Record<string, string[]>;
  /** Properties that are secret whatever the program says. */
  sensitive?: string[];
  /** Lists whose order has no meaning. */
  sets?: string[];
  /** Those of them whose items the provider tells apart by one property, and sees no change of the others. */
  setKeys?: Record<string, string>;
  /** Texts that must be JSON, compared by content. */
  json?: string[];
  /** Those of them that are policy documents, compared as such. */
  policies?: string[];
  /** What the provider writes into inputs that were left out. */
  defaults?: Record<string, unknown>;
  /** Enumerations that ignore case. */
  enumIgnoreCase?: string[];
  /** Patterns that hold while other inputs have the given values. */
  patternsWhen?: { when: Record<string, unknown>; property: string; regex: string }[];
  /** What AWS refuses and a preview does not see. */
  api?: ValueFacts & RelationFacts;
}

/** Nested objects by name: their properties with their kinds; `!` marks one that must be given. */
export type Shapes = Record<string, Record<string, string>>;

interface FactsFile {
  shapes?: Shapes;
  types: Record<string, TypeFacts>;
}

const folder = join(__dirname, "facts");
const files = new Map<string, FactsFile>();

/** `ec2` of `aws:ec2/vpc:Vpc`; the package for packages other than aws. */
export function serviceOf(type: string): string {
  const [packageName, module] = type.split(":");
  return packageName === "aws" ? (module ?? "").split("/")[0]! : (packageName ?? "");
}

function load(service: string): FactsFile {
  let file = files.get(service);
  if (!file) {
    const path = join(folder, `${service}.json`);
    const exists = /^[a-z0-9]+$/.test(service) && existsSync(path);
    file = exists ? (JSON.parse(readFileSync(path, "utf8")) as FactsFile) : { types: {} };
    files.set(service, file);
  }
  return file;
}

const known = new Map<string, TypeFacts | undefined>();

/** The facts of a resource type, or undefined when there are none. Reads the service's file once. */
export function factsOf(type: string): TypeFacts | undefined {
  if (!known.has(type)) {
    const { types } = load(serviceOf(type));
    known.set(type, Object.hasOwn(types, type) ? types[type] : undefined);
  }
  return known.get(type);
}

/** The shapes that the facts of `type` refer to. */
export function shapesOf(type: string): Shapes {
  return load(serviceOf(type)).shapes ?? {};
}

/** Every resource type that the stand-in serves, sorted. */
export function modelledTypes(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => Object.keys(load(name.slice(0, -".json".length)).types))
    .sort();
}
