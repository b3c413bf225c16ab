import type { ConditionalReplacement, IgnoredChange, TypeFacts } from "./facts";
import { samePolicy } from "./policy-equivalence";
import { select } from "./selection";
import { canonical, isObject, type Properties, reveal, revealAll, sameValue, UNKNOWN } from "./values";

/** How one leaf changes; `_REPLACE` where the change replaces the resource. */
export type ChangeKind = "ADD" | "DELETE" | "UPDATE" | "ADD_REPLACE" | "DELETE_REPLACE" | "UPDATE_REPLACE";

/** The difference between the inputs that made a resource and those that it should have now. */
export interface Difference {
  /** Leaf paths (`tags.team`, `ingress[0].fromPort`) that differ. Empty: nothing changes. */
  changes: Record<string, ChangeKind>;
  /** The leaves among them that replace the resource. */
  replaces: string[];
  /** Whether the old resource must go before the new one comes. */
  deleteBeforeReplace: boolean;
}

/**
 * Compares the inputs of a resource's last deployment with its present ones. An unknown value is a change, since
 * nobody can say that it is none.
 *
 * @param autoNamed Whether the physical name was made up by the provider: a replacement then gets another one.
 * @param state Outputs of the last deployment.
 */
export function diff(
  facts: TypeFacts,
  olds: Properties,
  news: Properties,
  autoNamed: boolean,
  state: Properties = {},
): Difference {
  const before = revealAll(olds);
  const after = revealAll(news);
  const changes: Record<string, ChangeKind> = {};
  const replaces: string[] = [];

  const leaf = (path: string, old: unknown, now: unknown) => {
    const kind = old === undefined ? "ADD" : now === undefined ? "DELETE" : "UPDATE";
    const replace = replacesOn(facts, path, before, after);
    if (replace) replaces.push(path);
    changes[path] = replace ? `${kind}_REPLACE` : kind;
  };
  const walk = (path: string, old: unknown, now: unknown) => {
    if (sameValue(old, now) || (path && sameByMeaning(facts, path, old, now, state))) return;
    if (takesZeroForNone(facts, path) && isZero(old) && isZero(now)) return;
    // An empty list of blocks is no block.
    const isNone = Array.isArray(now) && now.length === 0 && facts.inputs[path]?.startsWith("[#");
    if (isNone && isKept(facts, path, old, now, state)) return;
    if (Array.isArray(old) && Array.isArray(now)) {
      const length = Math.max(old.length, now.length);
      for (let index = 0; index < length; index++) walk(`${path}[${index}]`, old[index], now[index]);
    } else if (isObject(old) && isObject(now)) {
      for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
        if (!key.startsWith("__")) walk(path ? `${path}.${key}` : key, old[key], now[key]);
      }
    } else if (!isKept(facts, path, old, now, state) && !isIgnored(facts, path, old, now, after)) {
      leaf(path, old ?? undefined, now ?? undefined);
    }
  };
  walk("", before, after);

  const name = facts.nameProperty;
  const fixedName = name !== undefined && !autoNamed && sameValue(before[name], after[name]);
  return {
    changes,
    replaces,
    deleteBeforeReplace: replaces.length > 0 && (facts.deleteBeforeReplace === true || fixedName),
  };
}

function general(path: string): string {
  return path.replace(/\[\d+\]/g, "[*]");
}

function takesZeroForNone(facts: TypeFacts, path: string): boolean {
  return facts.nullable ? !!facts.zeroable?.includes(general(path)) : !isComputed(facts, path);
}

function isIgnored(facts: TypeFacts, path: string, old: unknown, now: unknown, news: Properties): boolean {
  const indices = path.match(/\[\d+\]/g) ?? [];
  const valueOf = (name: string): unknown => {
    let at = 0;
    // The same item of the list, where the other property is in it too.
    const place = name.replaceAll("[*]", () => indices[at++] ?? "[0]");
    return select(news, place)[0]?.value ?? facts.defaults?.[name];
  };
  const holds = (values: Record<string, unknown>) =>
    Object.entries(values).every(([name, wanted]) => {
      const value = valueOf(name);
      if (Array.isArray(wanted)) return wanted.includes(value);
      return wanted === "*" ? !isZero(value) : value === wanted;
    });
  const applies = ({ when = {}, unless, from, to, raisedUpTo }: IgnoredChange): boolean => {
    if (!holds(when) || (unless && holds(unless))) return false;
    if ((from !== undefined && !sameValue(old, from)) || (to !== undefined && !sameValue(now, to))) return false;
    return raisedUpTo === undefined || (Number(now) < Number(old) && Number(now) < Number(valueOf(raisedUpTo)));
  };
  return (facts.ignored ?? []).some((one) => covers(one.property, general(path)) && applies(one));
}

function isComputed(facts: TypeFacts, path: string): boolean {
  const pattern = general(path);
  return !!facts.optionalComputed?.includes(pattern) || !!facts.kept?.includes(pattern);
}

/**
 * Whether AWS's value of an optional computed property stays: it keeps what it filled in, or was once told, when the
 * property is no longer given; and being told what it filled in changes nothing.
 */
function isKept(facts: TypeFacts, path: string, old: unknown, now: unknown, state: Properties): boolean {
  const pattern = general(path);
  if (!isComputed(facts, path)) return false;
  const given = facts.nullable ? now !== undefined && now !== null : !isZero(now) || now === false || now === 0;
  if (!given) return !facts.recomputed?.includes(pattern);
  return (old === undefined || old === null) && state[path] !== undefined && sameValue(reveal(state[path]), now);
}

/** Whether most of the provider's types take a value for one that is not given. */
function isZero(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false || value === 0) return true;
  return Array.isArray(value) && value.length === 0;
}

function sameByMeaning(facts: TypeFacts, path: string, old: unknown, now: unknown, state: Properties): boolean {
  const pattern = general(path);
  if (facts.sets?.includes(pattern) && Array.isArray(old) && Array.isArray(now)) {
    const key = facts.setKeys?.[pattern];
    const told = (items: unknown[]) => (key ? items.map((item) => (isObject(item) ? item[key] : item)) : items);
    return sameValue(distinct(told(old)), distinct(told(now)));
  }
  // Texts that spell numbers and truth values are taken for them.
  if (isPlain(old) && isPlain(now) && typeof old !== typeof now && String(old) === String(now)) return true;
  if (facts.policies?.includes(pattern)) {
    const before = old ?? reveal(state[path]);
    if (typeof before === "string" && typeof now === "string") return samePolicy(before, now);
  }
  if (facts.json?.includes(pattern) && typeof old === "string" && typeof now === "string") return sameJson(old, now);
  return false;
}

function isPlain(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function distinct(items: unknown[]): string[] {
  return [...new Set(items.map(canonical))].sort();
}

function sameJson(a: string, b: string): boolean {
  try {
    return sameValue(JSON.parse(a), JSON.parse(b));
  } catch {
    return false;
  }
}

function replacesOn(facts: TypeFacts, path: string, olds: Properties, news: Properties): boolean {
  const pattern = general(path);
  if (facts.replaceOnChanges.some((one) => covers(one, pattern))) return true;
  return (facts.replaceWhen ?? []).some((rule) => covers(rule.property, pattern) && applies(rule, olds, news));
}

function covers(property: string, pattern: string): boolean {
  return pattern === property || pattern.startsWith(`${property}.`) || pattern.startsWith(`${property}[`);
}

function applies(rule: ConditionalReplacement, olds: Properties, news: Properties): boolean {
  const old = select(olds, rule.property)[0]?.value;
  const now = select(news, rule.property)[0]?.value;
  if (rule.switched) return (old === undefined) !== (now === undefined);
  if (rule.given) return !isZero(now);
  if (rule.service) return now === UNKNOWN || serviceOfArn(old) !== serviceOfArn(now);
  if (rule.lower) return now !== UNKNOWN && lowerVersion(String(now), String(old));
  if (rule.unless) return !Object.entries(rule.unless).every(([key, value]) => news[key] === value);
  return old === rule.from && now === rule.to;
}

function serviceOfArn(arn: unknown): string | undefined {
  return String(arn).split(":")[2];
}

function lowerVersion(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  for (let index = 0; index < Math.min(left!.length, right!.length); index++) {
    const [x, y] = [left![index]!, right![index]!];
    if (Number.isNaN(x) || Number.isNaN(y)) return false;
    if (x !== y) return x < y;
  }
  return false;
}
