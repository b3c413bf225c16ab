import type { Bounds, RelationFacts, Shapes, TypeFacts, ValueFacts } from "./facts";
import { commonParent, select, selectItems } from "./selection";
import { hasUnknown, isObject, isOpaque, type Properties, revealAll, UNKNOWN } from "./values";

/** One thing wrong with a resource's inputs. */
export interface Failure {
  /** Where: `rules[0].filter`; empty for the resource as a whole. */
  property: string;
  /** What is wrong and what is allowed. Never holds the value of a secret. */
  reason: string;
}

/**
 * Judges a resource's inputs as the provider does before it plans: the properties there are, their kinds, values and
 * relations. What is unknown is not judged. Secrets are judged like anything else and never shown.
 *
 * @param inputs As the program gave them, before defaults: a relation is between what was given.
 */
export function check(facts: TypeFacts, shapes: Shapes, inputs: Properties): Failure[] {
  const given = new Judgement(inputs);
  given.shape(facts.inputs, shapes);
  given.required(facts);
  given.values(facts, facts);
  given.json(facts.json);
  given.relations(facts);
  given.conditions(facts, facts.defaults ?? {});
  given.members(facts.memberOf);
  return given.failures;
}

/** Judges inputs as AWS does when the resource is created or changed, where a preview sees nothing wrong. */
export function checkAtService(facts: TypeFacts, inputs: Properties): Failure[] {
  if (!facts.api) return [];
  const given = new Judgement(inputs);
  given.values(facts.api, facts);
  given.relations(facts.api);
  given.conditions(facts.api, facts.defaults ?? {});
  return given.failures;
}

/** Whether a relation counts a property as given. Unknown values may turn out to be absent. */
function presence(value: unknown): "given" | "absent" | "unknown" {
  if (value === UNKNOWN) return "unknown";
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return "absent";
  return "given";
}

function isGiven(value: unknown): boolean {
  return presence(value) === "given";
}

class Judgement {
  readonly failures: Failure[] = [];
  readonly #inputs: Properties;
  readonly #secrets = new Set<string>();
  #kinds: Record<string, string> = {};

  constructor(inputs: Properties) {
    this.#inputs = revealAll(inputs, this.#secrets);
  }

  #fail(property: string, reason: string): void {
    this.failures.push({ property, reason });
  }

  /** `, not "x"`, or nothing when the value is secret. */
  #not(path: string, value: unknown): string {
    for (const secret of this.#secrets) {
      if (path === secret || path.startsWith(`${secret}.`) || path.startsWith(`${secret}[`)) return "";
    }
    const shown = JSON.stringify(value);
    return shown === undefined || shown.length > 200 ? "" : `, not ${shown}`;
  }

  shape(kinds: Record<string, string>, shapes: Shapes): void {
    this.#kinds = kinds;
    this.#object(this.#inputs, kinds, shapes, "");
  }

  #object(value: Properties, kinds: Record<string, string>, shapes: Shapes, path: string): void {
    for (const [key, item] of Object.entries(value)) {
      if (key.startsWith("__")) continue;
      const here = path ? `${path}.${key}` : key;
      if (!Object.hasOwn(kinds, key)) {
        const near = nearest(key, Object.keys(kinds));
        this.#fail(here, `there is no such property${near ? `; did you mean "${near}"?` : ""}`);
      } else this.#kind(item, kinds[key]!, shapes, here);
    }
    if (!path) return;
    for (const [key, kind] of Object.entries(kinds)) {
      if (kind.endsWith("!") && (value[key] === undefined || value[key] === null)) {
        this.#fail(`${path}.${key}`, "must be given");
      }
    }
  }

  #kind(value: unknown, marked: string, shapes: Shapes, path: string): void {
    if (value === undefined || value === null || value === UNKNOWN || isOpaque(value)) return;
    const kind = marked.endsWith("!") ? marked.slice(0, -1) : marked;
    if (kind === "any") return;
    if (kind.startsWith("[")) {
      if (!Array.isArray(value)) return this.#fail(path, "must be a list");
      value.forEach((item, index) => this.#kind(item, kind.slice(1, -1), shapes, `${path}[${index}]`));
    } else if (kind.startsWith("#")) {
      if (!isObject(value)) return this.#fail(path, "must be an object");
      this.#object(value, shapes[kind.slice(1)] ?? {}, shapes, path);
    } else if (kind.startsWith("{")) {
      if (!isObject(value)) return this.#fail(path, "must be a map");
      for (const [key, item] of Object.entries(value)) this.#kind(item, kind.slice(1, -1), shapes, `${path}.${key}`);
    } else if (!isScalar(value, kind)) {
      this.#fail(path, `must be a ${kindNames[kind] ?? kind}${this.#not(path, value)}`);
    }
  }

  required(facts: TypeFacts): void {
    for (const property of facts.required) {
      const value = this.#inputs[property];
      if (value === undefined || value === null) this.#fail(property, "must be given");
    }
    for (const pattern of facts.requiredNested ?? []) {
      for (const { path, value } of select(this.#inputs, pattern)) {
        if (value === undefined || value === null) this.#fail(path, "must be given");
      }
    }
  }

  values(checks: ValueFacts, facts: TypeFacts): void {
    for (const [pattern, allowed] of Object.entries(checks.enums ?? {})) {
      const loose = facts.enumIgnoreCase?.includes(pattern);
      const fits = (value: unknown) =>
        allowed.some((one) => one === value || (loose && String(one).toLowerCase() === String(value).toLowerCase()));
      this.#each(pattern, fits, () => `must be one of ${allowed.join(", ")}`);
    }
    for (const [pattern, regex] of Object.entries(checks.patterns ?? {})) this.#pattern(pattern, regex);
    for (const { when, property, regex } of (checks === facts && facts.patternsWhen) || []) {
      const holds = Object.entries(when).every(([key, value]) => this.#inputs[key] === value);
      if (holds) this.#pattern(property, regex);
    }
    for (const [pattern, least] of Object.entries(checks.minLengths ?? {})) {
      this.#each(pattern, lengthWithin([least, null]), () => `must have at least ${least} characters`);
    }
    for (const [pattern, bounds] of Object.entries(checks.lengths ?? {})) {
      this.#each(pattern, lengthWithin(bounds), () => `must have ${span(bounds)} characters`);
    }
    for (const [pattern, bounds] of Object.entries(checks.ranges ?? {})) {
      this.#each(
        pattern,
        (value) => within(Number(value), bounds),
        () => `must be ${span(bounds)}`,
      );
    }
    for (const [pattern, numbers] of Object.entries(checks.allowedNumbers ?? {})) {
      const multiple = checks.multiples?.[pattern] ?? 0;
      this.#each(
        pattern,
        (value) => numbers.includes(Number(value)) || Number(value) % multiple === 0,
        () => `must be one of ${numbers.join(", ")}${multiple ? ` or a multiple of ${multiple}` : ""}`,
      );
    }
    for (const [pattern, bounds] of Object.entries(checks.prefixRanges ?? {})) {
      this.#each(
        pattern,
        (value) => within(prefixLength(value), bounds),
        () => `must have a prefix of ${span(bounds)}`,
      );
    }
    for (const [pattern, numbers] of Object.entries(checks.prefixAllowed ?? {})) {
      const fits = (value: unknown) => numbers.includes(prefixLength(value));
      this.#each(pattern, fits, () => `must have a prefix of ${numbers.join(", ")}`);
    }
    for (const [pattern, most] of Object.entries(checks.maxItems ?? {})) this.#items(pattern, [0, most]);
    for (const [pattern, bounds] of Object.entries(checks.itemCounts ?? {})) this.#items(pattern, bounds);
  }

  #pattern(pattern: string, regex: string): void {
    const expression = regularExpression(regex);
    this.#each(
      pattern,
      (value) => expression.test(String(value)),
      () => `must match ${regex}`,
    );
  }

  #each(pattern: string, fits: (value: unknown) => boolean, reason: () => string): void {
    for (const { path, value } of selectItems(this.#inputs, pattern)) {
      const skip = value === undefined || value === null || value === UNKNOWN || typeof value === "object";
      if (!skip && !fits(value)) this.#fail(path, `${reason()}${this.#not(path, value)}`);
    }
  }

  #items(pattern: string, bounds: Bounds): void {
    for (const { path, value } of select(this.#inputs, pattern)) {
      if (Array.isArray(value) && !within(value.length, bounds)) {
        this.#fail(path, `must have ${span(bounds)} items, not ${value.length}`);
      }
    }
  }

  json(patterns: string[] | undefined): void {
    for (const pattern of patterns ?? []) {
      for (const { path, value } of selectItems(this.#inputs, pattern)) {
        if (typeof value !== "string" || value === UNKNOWN || value === "") continue;
        try {
          JSON.parse(value);
        } catch {
          this.#fail(path, "must be JSON, and cannot be parsed");
        }
      }
    }
  }

  relations(facts: RelationFacts): void {
    for (const group of facts.conflicts ?? []) {
      this.#group(group, (values, names, path) => {
        const both = names.filter((_, index) => isGiven(values[index]));
        if (both.length > 1) this.#fail(path(both[0]!), `cannot be given together with ${both.slice(1).join(", ")}`);
      });
    }
    for (const group of facts.exactlyOneOf ?? []) {
      this.#group(group, (values, names, path) => {
        const several = names.filter((_, index) => isGiven(values[index]));
        if (several.length > 1) this.#fail(path(several[1]!), `only one of ${names.join(", ")} can be given`);
        this.#needOne(values, names, path);
      });
    }
    for (const group of facts.atLeastOneOf ?? []) this.#group(group, this.#needOne.bind(this));
    for (const [property, needed] of Object.entries(facts.requiredWith ?? {})) {
      this.#group([property, ...needed], ([first, ...others], names, path) => {
        if (!isGiven(first)) return;
        const missing = names.slice(1).filter((_, index) => presence(others[index]) === "absent");
        if (missing.length > 0) this.#fail(path(names[0]!), `needs ${missing.join(", ")} as well`);
      });
    }
  }

  conditions(facts: RelationFacts, defaults: Properties): void {
    for (const condition of facts.conditions ?? []) {
      const { when, unless, required = [], excluded = [], ranges = {} } = condition;
      const needed = required.map((one) => one.split("|"));
      const all = [when, unless ?? {}, ranges].flatMap(Object.keys).concat(excluded, ...needed);
      const parent = commonParent(all);
      const own = (name: string) => (parent ? name.slice(parent.length + 1) : name);
      for (const place of select(this.#inputs, parent)) {
        if (!isObject(place.value)) continue;
        const given = (name: string) => select(place.value, own(name))[0]?.value;
        const valueOf = (name: string) => given(name) ?? defaults[name];
        const has = ([name, value]: [string, unknown]) =>
          value === "*" ? isGiven(valueOf(name)) && valueOf(name) !== "" : valueOf(name) === value;
        if (!Object.entries(when).every(has)) continue;
        if (unless && Object.entries(unless).every(has)) continue;
        const path = (name: string) => (place.path ? `${place.path}.${own(name)}` : own(name));
        const why = [
          ...Object.keys(when).map((name) => `${own(name)} is ${String(valueOf(name))}`),
          ...Object.entries(unless ?? {}).map(([name, value]) => `${own(name)} is not ${String(value)}`),
        ].join(" and ");
        // Where a number is needed, zero stands for "not given".
        const isThere = (name: string) => presence(given(name)) !== "absent" && !(Number(given(name)) <= 0);
        for (const names of needed.filter((one) => !one.some(isThere))) {
          this.#fail(path(names[0]!), `${names.map(own).join(" or ")} must be given where ${why}`);
        }
        for (const name of excluded.filter((one) => isGiven(given(one)))) {
          this.#fail(path(name), `cannot be given where ${why}`);
        }
        for (const [name, bounds] of Object.entries(ranges)) {
          const value = given(name);
          if (isGiven(value) && !within(Number(value), bounds)) {
            this.#fail(path(name), `must be ${span(bounds)} where ${why}${this.#not(path(name), value)}`);
          }
        }
      }
    }
  }

  members(memberOf: Record<string, string[]> = {}): void {
    for (const [property, places] of Object.entries(memberOf)) {
      if (places.some((place) => hasUnknown(this.#inputs[place.split(/[.[]/)[0]!]))) continue;
      const members = places.flatMap((place) => select(this.#inputs, place).map(({ value }) => value)).filter(isGiven);
      this.#each(
        property,
        (value) => value === "" || members.includes(value),
        () => `must stand in ${places.join(" or ")} too${members.length > 0 ? ` (there: ${members.join(", ")})` : ""}`,
      );
    }
  }

  #needOne(values: unknown[], names: string[], path: (name: string) => string): void {
    if (values.every((value) => presence(value) === "absent")) {
      this.#fail(path(names[0]!), `one of ${names.join(", ")} must be given`);
    }
  }

  /** Runs `judge` for each place that holds the whole group. */
  #group(group: string[], judge: (values: unknown[], names: string[], path: (name: string) => string) => void): void {
    const parent = commonParent(group);
    const names = group.map((pattern) => (parent ? pattern.slice(parent.length + 1) : pattern));
    for (const place of select(this.#inputs, parent)) {
      if (!isObject(place.value)) continue;
      const values = names.map((name) => {
        const value = select(place.value, name)[0]?.value;
        // An empty list of texts is given all the same; one of blocks is no block.
        const isEmpty = Array.isArray(value) && value.length === 0;
        return isEmpty && /^\[[^#]/.test((!parent && this.#kinds[name]) || "") ? true : value;
      });
      judge(values, names, (name) => (place.path ? `${place.path}.${name}` : name));
    }
  }
}

const kindNames: Readonly<Record<string, string>> = { string: "text", integer: "whole number" };

function isScalar(value: unknown, kind: string): boolean {
  if (typeof value === "object") return false;
  // The provider converts texts that read as numbers or booleans, and numbers and booleans to texts.
  if (kind === "number")
    return typeof value === "number" || (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value));
  if (kind === "integer") return isScalar(value, "number") && Number.isInteger(Number(value));
  if (kind === "boolean") return typeof value === "boolean" || value === "true" || value === "false";
  return true;
}

const expressions = new Map<string, RegExp>();

function regularExpression(source: string): RegExp {
  let expression = expressions.get(source);
  if (!expression) expressions.set(source, (expression = new RegExp(source)));
  return expression;
}

function lengthWithin(bounds: Bounds): (value: unknown) => boolean {
  return (value) => within(String(value).length, bounds);
}

function within(value: number, [least, most]: Bounds): boolean {
  return value >= (least ?? -Infinity) && value <= (most ?? Infinity);
}

function span([least, most]: Bounds): string {
  if (most === null) return `at least ${least}`;
  if (least === null || least === 0) return `at most ${most}`;
  return least === most ? String(least) : `${least} to ${most}`;
}

function prefixLength(cidr: unknown): number {
  return Number(String(cidr).split("/")[1]);
}

/** The name that differs from `name` least, if by no more than two letters. */
function nearest(name: string, names: string[]): string | undefined {
  let best: string | undefined;
  let least = 3;
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(changed, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}
