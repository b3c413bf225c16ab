/** What reading a property finds: a value, nothing, or a value that the engine will only know after `up`. */
export type Reading = { state: "known"; value: unknown } | { state: "absent" } | { state: "unknown"; path: string };

/** Where a value stands: keys and indices with dots between them, or as a list where a key can hold a dot itself. */
export type Path = string | readonly string[];

/** The marker for a text that is not known, to be put where a value cannot be had (an encrypted secret). */
export const unknownMarker = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The texts by which the engine stands in for values that are not known yet, one per kind of value. */
const unknownMarkers: ReadonlySet<string> = new Set([
  unknownMarker,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/** The property under which the SDK's checking proxy hands out what it wraps. */
const proxyTarget = "__getSpecialProxyTarget";

/** Thrown inside a rule when it needs a value that is not known yet. The runner counts it; it never reaches the SDK. */
export class Deferred extends Error {
  constructor(readonly path: string) {
    super(`${path} is not known yet`);
  }
}

/** Whether a value is the engine's marker for "not known yet". */
export function isUnknown(value: unknown): boolean {
  return typeof value === "string" && unknownMarkers.has(value);
}

/**
 * The plain object behind the SDK's checking proxy, which throws on every unknown it is asked for. Returns anything
 * else as it is.
 */
export function plain<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  const target = (value as Record<string, unknown>)[proxyTarget];
  return target === undefined ? value : (target as T);
}

/**
 * Reads `path` (`"a.b.0.c"`) in `object` without throwing, whether `object` is plain or wrapped by the SDK. `null`
 * counts as absent. An unknown anywhere on the way makes the whole reading unknown.
 */
export function read(object: unknown, path: Path): Reading {
  let value: unknown = plain(object);
  const keys = typeof path === "string" ? path.split(".") : path;
  const unknown: Reading = { state: "unknown", path: keys.join(".") };
  if (isUnknown(value)) return unknown;
  for (const key of keys) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return { state: "absent" };
    value = (value as Record<string, unknown>)[key];
    if (isUnknown(value)) return unknown;
  }
  return value === undefined || value === null ? { state: "absent" } : { state: "known", value };
}

/**
 * The value at `path`, or undefined when absent.
 * @throws Deferred when it is not known yet
 */
export function need(object: unknown, path: Path): unknown {
  const reading = read(object, path);
  if (reading.state === "unknown") throw new Deferred(reading.path);
  return reading.state === "known" ? reading.value : undefined;
}

/** The elements at `path`; a single value counts as a list of one, absence as an empty list. @throws Deferred */
export function needList(object: unknown, path: Path): unknown[] {
  const value = need(object, path);
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** Booleans come as such, or as text from services whose options are all text (`"true"`, `"True"`). */
export function isTrue(value: unknown): boolean {
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}

/** The counterpart of {@link isTrue}; neither holds for an absent value. */
export function isFalse(value: unknown): boolean {
  return value === false || (typeof value === "string" && value.toLowerCase() === "false");
}
