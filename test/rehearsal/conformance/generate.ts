import { convert } from "../../../operations/provider-check/convert";
import { camelCase, pluralName, renamedArguments } from "../../../operations/provider-check/names";
import { type Argument, type Block, resourceBlock } from "../../../operations/provider-check/schema";
import { sdkProperty } from "../../../operations/provider-check/sdk";
import { Hidden, type Value, unwrap } from "../../../operations/provider-check/values";
import { isObject, sameValue } from "../../../rehearsal/values";
import type { Diagnostic, PathStep } from "./plugin";
import {
  type Answers,
  type Base,
  type Edits,
  edited,
  expanded,
  type Inputs,
  longText,
  type Probe,
  stepsOf,
} from "./probes";
import { type TerraformJudge, terraformType } from "./terraform";

/** A resource of a rehearsed checkpoint. */
export interface RehearsedResource {
  type: string;
  id?: string;
  inputs: Inputs;
  outputs?: Inputs;
}

/** A property that probes are made for. */
interface Place {
  /** Pulumi's path. */
  path: string;
  /** The same for every item of a list: `rules[*].name`. */
  pattern: string;
  /** The name in Terraform. */
  name: string;
  kind: "string" | "number" | "bool" | "list" | "map" | "block" | "blocks" | "other";
  itemKind?: "string" | "number" | "bool" | "other";
  required: boolean;
  sdkRequires: boolean;
  inside?: Block;
  depth: number;
}

/** First properties of types that the provider's messages do not lead to. */
const starts: Readonly<Record<string, Inputs>> = {
  "aws:dynamodb/table:Table": { attributes: [{ name: "probe", type: "S" }], hashKey: "probe" },
  "aws:lambda/function:Function": {
    s3Bucket: "probe",
    s3Key: "probe.zip",
    runtime: "nodejs20.x",
    handler: "index.handler",
  },
  "aws:ssm/parameter:Parameter": { type: "String", value: "probe" },
  "aws:secretsmanager/secretRotation:SecretRotation": { rotationRules: { automaticallyAfterDays: 7 } },
};

/** How much is asked of a type. */
interface Effort {
  /** Bases from checkpoints, and bases that are others with a block added. */
  bases: number;
  derivedBases: number;
  /** Probes in all, and those of one property that are answered alike. */
  probes: number;
  alike: number;
  /** Whether the way back from each change is asked for too, and what is refused once a value is taken. */
  thorough: boolean;
}

const usualEffort: Effort = { bases: 2, derivedBases: 24, probes: 900, alike: 3, thorough: true };

/** Types of which one plan takes the provider seconds, whatever it plans: their schema is ten times all others. */
const efforts: Readonly<Record<string, Effort>> = {
  "aws:wafv2/webAcl:WebAcl": { bases: 1, derivedBases: 3, probes: 150, alike: 1, thorough: false },
};

const mostTries = 60;

/**
 * Makes probes of one type and has the provider answer them: every property that the provider's schema and the SDK
 * both know, taken away, emptied, broken and set to values that are likely to be taken or that the provider's own
 * refusals name.
 */
export async function generate(
  judge: TerraformJudge,
  type: string,
  rehearsed: readonly RehearsedResource[],
): Promise<Answers> {
  return new Generation(judge, type).run(rehearsed);
}

class Generation {
  readonly bases: Base[] = [];
  readonly probes: Probe[] = [];
  readonly #block: Block;
  readonly #effort: Effort;
  readonly #probed = new Set<string>();
  readonly #probedPatterns = new Set<string>();
  readonly #accepted = new Map<string, unknown>();
  /** The block that a base was given to be probed, by the base's index. */
  readonly #added = new Map<number, string>();

  constructor(
    private readonly judge: TerraformJudge,
    private readonly type: string,
  ) {
    this.#block = resourceBlock(judge.schema, terraformType(type))!;
    this.#effort = efforts[type] ?? usualEffort;
  }

  async run(rehearsed: readonly RehearsedResource[]): Promise<Answers> {
    for (const base of shapes(rehearsed.map((resource) => this.#cleaned(resource)))) {
      if (this.bases.length === this.#effort.bases) break;
      if ((await this.judge.explain(this.type, base.inputs)).verdict === "accepted") this.bases.push(base);
    }
    const minimal = await this.#complete(this.#named());
    if (minimal) this.bases.push({ inputs: minimal });
    for (let index = 0; index < this.bases.length; index++) {
      await this.#probeBase(index);
    }
    return { bases: this.bases, probes: this.probes };
  }

  /** What the provider requires and the SDK does not, since Pulumi gives it: mostly names. */
  #named(): Inputs {
    const inputs: Inputs = { ...starts[this.type] };
    for (const place of this.#places(this.#block, {}, "", "", 0)) {
      const isBlock = place.kind === "block" || place.kind === "blocks";
      const prefixable = property(this.type, `${place.path}Prefix`) !== undefined && inputs[place.path] === undefined;
      if (((place.required && !place.sdkRequires) || prefixable) && !isBlock) inputs[place.path] = likely(place)[0];
    }
    return inputs;
  }

  /** The inputs without what only the checkpoint's engine and newer providers understand. */
  #cleaned({ inputs, outputs, id }: RehearsedResource): Base {
    const plain = shown(unwrap(inputs)) as Inputs;
    for (const path of [...convert(this.#block, plain as Record<string, Value>).unchecked.keys()].reverse()) {
      Object.assign(plain, edited(plain, { [path]: null }));
      if (!path.includes(".") && !path.includes("[")) Reflect.deleteProperty(plain, path);
    }
    const made = shown(unwrap(outputs ?? {})) as Inputs;
    const scalars = Object.entries(made).filter(([name, value]) => !(name in plain) && typeof value !== "object");
    return { inputs: plain, outputs: { ...Object.fromEntries(scalars), ...(id && { id }) } };
  }

  async #probeBase(base: number): Promise<void> {
    const { inputs } = this.bases[base]!;
    // The base itself: that it is taken, and that nothing changes where nothing changed.
    await this.#ask(base, {});
    const singles: Edits[] = [];
    const added = this.#added.get(base);
    for (const place of this.#places(this.#block, inputs, "", "", 0)) {
      if (this.probes.length >= this.#effort.probes) break;
      if (added !== undefined && (place.path === added || !isBelow(place.path, added))) continue;
      const given = valueAt(inputs, place.path) !== undefined;
      // Of the same property in several items one is enough; outer ones may depend on what else the base gives.
      const key = `${place.pattern} ${given} ${place.depth === 0 ? base : ""}`;
      if (this.#probedPatterns.has(key)) continue;
      this.#probedPatterns.add(key);
      const accepted = await this.#probePlace(base, inputs, place, given);
      if (accepted && place.depth === 0 && !given) singles.push(accepted);
    }
    if (added === undefined) await this.#probePairs(base, singles);
  }

  /** @returns edits that give the property a value that the provider takes */
  async #probePlace(base: number, inputs: Inputs, place: Place, given: boolean): Promise<Edits | undefined> {
    if (given) await this.#probeRemoval(base, inputs, place);
    if (place.kind === "block" || place.kind === "blocks") return this.#probeBlock(base, inputs, place, given);
    const present = valueAt(inputs, place.path);
    let taken: Edits | undefined;
    // A prefix stands in place of the name: without either, Pulumi makes up a name, where Terraform leaves it to AWS.
    const whole = place.path.replace(/Prefix$/, "");
    const without: Edits = whole !== place.path && valueAt(inputs, whole) !== undefined ? { [whole]: null } : {};
    const counts = { accepted: 0, refused: 0 };
    // The first base sees every kind of value; the others, what differs with what else is given.
    const most = base === 0 || place.depth > 0 ? this.#effort.alike : 1;
    const queue = candidates(place, present);
    const tried = new Set<string>();
    const kinds = new Set<string>();
    while (queue.length > 0 && tried.size < mostTries) {
      const { value, sure } = queue.shift()!;
      const key = JSON.stringify(value);
      if (tried.has(key) || sameValue(value, present)) continue;
      tried.add(key);
      const enough = counts.accepted >= most && (counts.refused >= most || !this.#effort.thorough);
      if (!sure && enough) continue;
      const edits: Edits = { ...without, [place.path]: value };
      const { verdict, messages: said } = await this.judge.explain(this.type, edited(inputs, edits));
      if (verdict === "unjudged") continue;
      for (const { message } of said) {
        // Messages of one kind, which name the same values, are of use once.
        const kind = message
          .split(String(expanded(value)))
          .join("")
          .replace(/\d+|"[^"]*"/g, "");
        if (kinds.has(kind)) continue;
        kinds.add(kind);
        queue.push(...suggestions(place, message, value));
      }
      // A text that is taken as it comes needs no more of the usual texts.
      if (verdict === "accepted" && value === junk) queue.splice(0, queue.length, ...freeTexts);
      if (++counts[verdict] > (sure ? 4 * most : most)) continue;
      if (verdict === "accepted") taken ??= edits;
      await this.#ask(base, edits, verdict);
    }
    return taken;
  }

  /** A property taken away, and others in its place where the provider says that one of them must be given. */
  async #probeRemoval(base: number, inputs: Inputs, place: Place): Promise<void> {
    const without: Edits = { [place.path]: null };
    await this.#ask(base, without);
    if (place.sdkRequires || place.path.endsWith("]")) return;
    const { verdict, messages } = await this.judge.explain(this.type, edited(inputs, without));
    if (verdict !== "refused") return;
    const parent = place.path.slice(0, Math.max(0, place.path.lastIndexOf(".")));
    for (const other of this.#places(this.#block, inputs, "", "", 0)) {
      const beside = other.path.slice(0, Math.max(0, other.path.lastIndexOf("."))) === parent;
      const isOne = messages.some(({ message }) => new RegExp(`(?<!\\w)${other.name}(?!\\w)`).test(message));
      if (!beside || !isOne || valueAt(inputs, other.path) !== undefined) continue;
      for (const value of likely(other).slice(0, 2)) await this.#ask(base, { ...without, [other.path]: value });
    }
  }

  async #probeBlock(base: number, inputs: Inputs, place: Place, given: boolean): Promise<Edits | undefined> {
    const many = place.kind === "blocks";
    if (given) {
      const present = valueAt(inputs, place.path);
      if (many && Array.isArray(present) && present.length > 0) {
        await this.#ask(base, { [place.path]: [] });
        await this.#ask(base, { [place.path]: [...present, present[0]] });
        await this.#ask(base, { [place.path]: [...present].reverse() });
        if (present.length > 1) await this.#ask(base, { [place.path]: present.slice(0, -1) });
      }
      return undefined;
    }
    await this.#ask(base, { [place.path]: many ? [{}] : {} });
    const completed = await this.#complete(edited(inputs, { [place.path]: many ? [{}] : {} }), place.path);
    const block = completed && valueAt(completed, place.path);
    if (!block) return undefined;
    const edits = { [place.path]: block };
    await this.#ask(base, edits);
    if (!sameValue(edited(inputs, edits), completed)) return undefined;
    if (place.depth < 3 && this.#added.size < this.#effort.derivedBases) {
      this.#added.set(this.bases.length, many ? `${place.path}[0]` : place.path);
      this.bases.push({ inputs: completed, outputs: this.bases[base]!.outputs });
    }
    return edits;
  }

  /** Properties together: those that the provider says exclude or need each other, and some by chance. */
  async #probePairs(base: number, singles: Edits[]): Promise<void> {
    const { inputs } = this.bases[base]!;
    const all = Object.assign({}, ...singles) as Edits;
    const names = Object.keys(all);
    const pairs: [string, string][] = [];
    const { messages } = await this.judge.explain(this.type, edited(inputs, all));
    for (const { message, path } of messages) {
      const said = names.filter((name) => this.#isNamed(name, message, path));
      said.forEach((one, index) => said.slice(index + 1).forEach((other) => pairs.push([one, other])));
    }
    for (let index = 0; index + 1 < names.length; index++) {
      // Neighbours in a fixed, unsorted order.
      const step = 1 + ((index * 7) % (names.length - 1));
      pairs.push([names[index]!, names[(index + step) % names.length]!]);
    }
    for (const [one, other] of pairs.slice(0, 60)) {
      if (one !== other) await this.#ask(base, { [one]: all[one], [other]: all[other] });
    }
  }

  #isNamed(property: string, message: string, path: PathStep[]): boolean {
    const argument = this.#block.find(property)?.terraform ?? property;
    return path[0] === argument || new RegExp(`(?<![\\w.])${argument}(?!\\w)`).test(message);
  }

  async #ask(base: number, edits: Edits, known?: Probe["verdict"]): Promise<void> {
    const key = JSON.stringify([base, edits]);
    if (this.#probed.has(key)) return;
    this.#probed.add(key);
    const { inputs, outputs } = this.bases[base]!;
    const after = edited(inputs, edits);
    const verdict = known ?? (await this.judge.explain(this.type, after)).verdict;
    if (verdict === "unjudged" || (verdict === "accepted" && this.#lacking(after))) return;
    const probe: Probe = { base, edits, verdict };
    if (verdict === "accepted") {
      probe.to = await this.judge.change(this.type, inputs, after, outputs);
      const single = Object.keys(edits).length === 1 || Object.values(edits).includes(null);
      if (single && this.#effort.thorough && Object.keys(edits).length > 0)
        probe.back = await this.judge.change(this.type, after, inputs, outputs);
    }
    this.probes.push(probe);
  }

  /**
   * Adds to inputs what the provider says is missing, until it takes them.
   *
   * @param below Only what lies below this path may be changed
   */
  async #complete(start: Inputs, below = ""): Promise<Inputs | undefined> {
    let inputs = start;
    const queues = new Map<string, unknown[]>();
    for (let tries = 0; tries < mostTries; tries++) {
      const { verdict, messages } = await this.judge.explain(this.type, inputs);
      if (verdict === "unjudged") return undefined;
      const lacking = verdict === "accepted" ? this.#lacking(inputs, below) : undefined;
      if (verdict === "accepted" && !lacking) return inputs;
      const value = lacking && this.#next(lacking, "", undefined, queues);
      const next = lacking
        ? value !== undefined && edited(inputs, { [lacking.path]: value })
        : this.#repaired(inputs, messages, below, queues);
      if (!next) return undefined;
      inputs = next;
    }
    return undefined;
  }

  /** What the SDK requires and is not given. Only the provider behind the SDK, which is newer, can judge that. */
  #lacking(inputs: Inputs, below = ""): Place | undefined {
    for (const place of this.#places(this.#block, inputs, "", "", 0)) {
      if (place.sdkRequires && isBelow(place.path, below) && valueAt(inputs, place.path) === undefined) return place;
    }
    return undefined;
  }

  #repaired(inputs: Inputs, messages: Diagnostic[], below: string, queues: Map<string, unknown[]>): Inputs | undefined {
    for (const { message, path } of messages) {
      const place = this.#placeOf(path, inputs) ?? this.#placeNamed(message, inputs, below);
      if (!place || !isBelow(place.path, below)) continue;
      if (place.kind === "block" || place.kind === "blocks") {
        const inner = this.#placeNamed(message, inputs, place.path);
        if (valueAt(inputs, place.path) === undefined) {
          return edited(inputs, { [place.path]: place.kind === "blocks" ? [{}] : {} });
        }
        if (!inner || inner.path === place.path) continue;
        const value = this.#next(inner, message, valueAt(inputs, inner.path), queues);
        if (value !== undefined) return edited(inputs, { [inner.path]: value });
        continue;
      }
      const value = this.#next(place, message, valueAt(inputs, place.path), queues);
      if (value !== undefined) return edited(inputs, { [place.path]: value });
    }
    return undefined;
  }

  #next(place: Place, message: string, present: unknown, queues: Map<string, unknown[]>): unknown {
    if (place.kind === "block" || place.kind === "blocks") {
      return present === undefined ? (place.kind === "blocks" ? [{}] : {}) : undefined;
    }
    let queue = queues.get(place.path);
    if (!queue) queues.set(place.path, (queue = likely(place)));
    const named = suggestions(place, message, present).map(({ value }) => value);
    if (named.length > 0 && !queues.has(`${place.path} ${message}`)) {
      queues.set(`${place.path} ${message}`, named);
      queue.unshift(...named);
    }
    return queue.shift();
  }

  /** The place of a path in Terraform's names. */
  #placeOf(path: PathStep[], inputs: Inputs): Place | undefined {
    let block: Block | undefined = this.#block;
    let place: Place | undefined;
    for (const step of path) {
      if (typeof step === "number") {
        if (place?.kind === "blocks") place = { ...place, path: `${place.path}[${step}]`, kind: "block" };
        continue;
      }
      const argument: Argument | undefined = block?.arguments.get(step);
      if (!argument) break;
      place = this.#place(argument, place?.path ?? "", "", 0);
      if (!place) return undefined;
      block = place.inside;
    }
    if (place && valueAt(inputs, place.path) === undefined && place.path.includes("[")) {
      const parent = place.path.slice(0, place.path.lastIndexOf("."));
      if (parent && valueAt(inputs, parent) === undefined) return undefined;
    }
    return place;
  }

  #placeNamed(message: string, inputs: Inputs, below: string): Place | undefined {
    const all = [...this.#places(this.#block, inputs, "", "", 0)].filter(
      ({ path }) => path !== below && isBelow(path, below),
    );
    return all.reverse().find(({ name }) => new RegExp(`(?<![\\w])${name}(?!\\w)`).test(message));
  }

  /** Every place in inputs, and what could be added right inside the blocks that are there. */
  *#places(block: Block, value: unknown, path: string, pattern: string, depth: number): Generator<Place> {
    for (const argument of block.arguments.values()) {
      const place = this.#place(argument, path, pattern, depth);
      if (!place) continue;
      yield place;
      const inner = isObject(value) ? value[place.path.slice(path ? path.length + 1 : 0)] : undefined;
      if (!place.inside || inner === undefined) continue;
      if (Array.isArray(inner)) {
        for (const [index, item] of inner.entries()) {
          yield* this.#places(place.inside, item, `${place.path}[${index}]`, `${place.pattern}[*]`, depth + 1);
        }
      } else yield* this.#places(place.inside, inner, place.path, place.pattern, depth + 1);
    }
  }

  #place(argument: Argument, path: string, pattern: string, depth: number): Place | undefined {
    const renamed = depth === 0 ? renamedArguments[terraformType(this.type)]?.[argument.terraform] : undefined;
    const camel = camelCase(argument.terraform);
    const names = [renamed, argument.pulumi, camel, pluralName(camel), camel.replace(/s$/, "")];
    for (const name of names) {
      if (!name) continue;
      const here = path ? `${path}.${name}` : name;
      const declared = property(this.type, here);
      if (!declared) continue;
      const isList = declared.type.includes("[]");
      return {
        path: here,
        pattern: pattern ? `${pattern}.${name}` : name,
        name: argument.terraform,
        kind: argument.inside ? (isList ? "blocks" : "block") : (scalarOf(declared.type) ?? kindOf(argument)),
        itemKind: itemKindOf(argument),
        required: argument.required,
        sdkRequires: declared.required,
        inside: argument.inside,
        depth,
      };
    }
    return undefined;
  }
}

const declared = new Map<string, ReturnType<typeof sdkProperty>>();

function property(type: string, path: string): ReturnType<typeof sdkProperty> {
  const key = `${type} ${path.replace(/\[\d+\]/g, "")}`;
  if (!declared.has(key)) declared.set(key, sdkProperty(type, path));
  return declared.get(key);
}

/** Whether a path is another or lies inside it. */
function isBelow(path: string, outer: string): boolean {
  return outer === "" || path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}

/** One resource of each shape, the largest first. */
function shapes(bases: Base[]): Base[] {
  const byShape = new Map<string, Base>();
  const keys = ({ inputs }: Base) => Object.keys(inputs).sort().join();
  for (const base of bases) if (!byShape.has(keys(base))) byShape.set(keys(base), base);
  return [...byShape.values()].sort((left, right) => keys(right).length - keys(left).length);
}

/** Values with texts in place of what the checkpoint hides. */
function shown(value: Value): unknown {
  if (value instanceof Hidden) return "hidden-in-the-checkpoint";
  if (Array.isArray(value)) return value.map(shown);
  if (!isObject(value)) return value;
  const entries = Object.entries(value as Record<string, Value>).filter(([key]) => !key.startsWith("__"));
  return Object.fromEntries(entries.map(([key, item]) => [key, shown(item)]));
}

function valueAt(root: unknown, path: string): unknown {
  return stepsOf(path).reduce<unknown>(
    (here, step) => (typeof here === "object" && here !== null ? (here as Record<string, unknown>)[step] : undefined),
    root,
  );
}

function kindOf({ type }: Argument): Place["kind"] {
  if (type === "string" || type === "number" || type === "bool") return type;
  if (!Array.isArray(type)) return "other";
  if (type[0] === "map") return "map";
  return type[0] === "list" || type[0] === "set" ? "list" : "other";
}

/** What the SDK takes for a number or truth value is one, also where the provider takes it as a text. */
function scalarOf(type: string): "number" | "bool" | undefined {
  const [, name] = /^pulumi\.Input<(boolean|number)(?: \| undefined)?>$/.exec(type) ?? [];
  return name === "boolean" ? "bool" : name === "number" ? "number" : undefined;
}

function itemKindOf({ type }: Argument): Place["itemKind"] {
  const inner = Array.isArray(type) ? type[1] : undefined;
  return inner === "string" || inner === "number" || inner === "bool" ? inner : "other";
}

const junk = "Not a \u00e9 value!";
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::probe/*" }],
});

/** Texts of the kinds that AWS's arguments take. */
const texts = [
  junk,
  "",
  "probe-name-0123456789",
  "probe",
  "arn:aws:iam::123456789012:role/probe",
  "arn:aws:kms:eu-north-1:123456789012:key/12345678-1234-1234-1234-123456789012",
  "arn:aws:s3:::probe",
  policy,
  "{not json",
  "10.1.0.0/16",
  "10.1.2.3/16",
  "10.1.2.3",
  "2001:db8::/56",
  "vpc-0123456789abcdef0",
  "123456789012",
  "eu-north-1",
  "2030-01-02T03:04:05Z",
  "03:00-04:00",
  "sun:05:00-sun:06:00",
  "rate(5 minutes)",
  "https://example.com/probe",
  "/probe",
  "probe@example.com",
  "ENABLED",
  "true",
  "7",
  "alias/probe",
  "*",
];

interface Candidate {
  value: unknown;
  /** Kept, however many of the same answer there are. */
  sure?: boolean;
}

const freeTexts: Candidate[] = ["", "probe", longText("x", 300), longText("x", 9000), "{not json"].map((value) => ({
  value,
}));

function candidates(place: Place, present: unknown): Candidate[] {
  const plain = (values: unknown[]) => values.map((value) => ({ value }));
  if (place.kind === "bool") return plain([true, false, "maybe"]);
  if (place.kind === "number") return plain([0, 1, -1, 7, 60, 300, 3600, 100000, 1.5, "many"]);
  if (place.kind === "map")
    return plain([{}, { probe: "value" }, { [junk]: "" }, ...(isObject(present) ? [{ ...present, probe: "x" }] : [])]);
  if (place.kind === "string") {
    const other = typeof present === "string" ? respelt(present) : undefined;
    return [
      ...(other ? [{ value: other, sure: true }] : []),
      ...plain([...likely(place).slice(0, 4), longText("x", 300), ...texts]),
    ];
  }
  if (place.kind !== "list") return [];
  const own = Array.isArray(present) ? present : [];
  const items = candidates({ ...place, kind: place.itemKind ?? "other" }, undefined).map(({ value }) => value);
  return plain([
    [],
    ...items.map((item) => [item]),
    ...(own.length > 0 ? [[...own, own[0]], [...own].reverse(), own.slice(1)] : []),
    ...(own.length > 0 && items.length > 0 ? [[...own, items[0]]] : []),
  ]);
}

/** The same policy with lists in place of single texts and the other way round, in the opposite order. */
function respelt(text: string): string | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(document) || !Array.isArray(document.Statement)) return undefined;
  const other = (value: unknown): unknown => {
    if (typeof value === "string") return [value];
    if (Array.isArray(value)) return value.length === 1 ? (value[0] as unknown) : [...(value as unknown[])].reverse();
    return value;
  };
  const statements = document.Statement.filter(isObject).map((statement) => ({
    ...statement,
    ...Object.fromEntries(
      ["Action", "Resource"].flatMap((name) => (name in statement ? [[name, other(statement[name])]] : [])),
    ),
  }));
  return JSON.stringify({ ...document, Statement: statements.reverse() });
}

/** Values that a property of that name probably takes, likeliest first. */
function likely(place: Place): unknown[] {
  if (place.kind === "bool") return [true, false];
  if (place.kind === "number") return [1, 60, 300, 10, 100, 7, 3600, 0, 50000];
  if (place.kind === "map") return [{ probe: "value" }];
  if (place.kind === "list") {
    return likely({ ...place, kind: place.itemKind ?? "other" }).map((item) => [item]);
  }
  if (place.kind !== "string") return [];
  const first: [RegExp, string[]][] = [
    [/arn$|arns$|target_id|role$/, ["arn:aws:iam::123456789012:role/probe"]],
    [/kms/, ["arn:aws:kms:eu-north-1:123456789012:key/12345678-1234-1234-1234-123456789012"]],
    [/policy|pattern|json|body|definition|document/, [policy, '{"source":["aws.rds"]}', '{"widgets":[]}']],
    [/cidr/, ["10.1.0.0/16", "2001:db8::/56"]],
    [/vpc/, ["vpc-0123456789abcdef0"]],
    [/email|subscriber/, ["probe@example.com"]],
    [/domain/, ["probe.example.com"]],
    [/runtime/, ["nodejs20.x"]],
    [/name|id$/, ["probe-name-0123456789", "probe"]],
  ];
  const own = first.filter(([name]) => name.test(place.name)).flatMap(([, values]) => values);
  return [...new Set([...own, ...texts.filter((text) => text !== "" && text !== junk)])];
}

/** Values that a message of the provider names: what it allows, and the bounds of what it allows. */
function suggestions(place: Place, message: string, refused: unknown): Candidate[] {
  const wrap = (value: unknown) => (place.kind === "list" ? [value] : value);
  const kind = place.kind === "list" ? place.itemKind : place.kind;
  const shownValue = JSON.stringify(refused) ?? "";
  const own = typeof refused === "string" ? refused : shownValue;
  const rest = own.length > 3 ? message.split(own).join(" ") : message.replace(/\bgot:? .*$/s, "");
  const numbers = [...rest.matchAll(/(?<![\w.:-])\d+(?![\w.]*[a-z])/g)].map(([number]) => Number(number));
  const values: unknown[] = [];
  if (kind === "string") {
    const quoted = [...rest.matchAll(/["'`]([^"'`\s]{1,60})["'`]/g)].map(([, text]) => text!);
    const listed = [...rest.matchAll(/\[([\w .:/-]+)\]/g)].flatMap(([, list]) => list!.split(/\s+/));
    values.push(
      ...[...quoted, ...listed].filter((text) => text !== place.name && !/^\d?$|[,{}]|^\w+_\w+\b/.test(text)),
    );
    for (const number of numbers.filter((one) => one <= 30000)) {
      values.push(...[number - 1, number, number + 1].filter((one) => one > 0).map((one) => longText("a", one)));
    }
  }
  if (kind === "number") for (const number of numbers) values.push(number, number - 1, number + 1);
  return [...new Set(values)].slice(0, 12).map((value) => ({ value: wrap(value), sure: true }));
}
