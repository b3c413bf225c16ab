/** Property values as the engine sends them: JSON, plus markers for what is unknown, secret or an asset. */
export type Properties = Record<string, unknown>;

/** The engine's marker for a value that only the deployment will know. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Whether `value` is an object with properties, not a list and not null. */
export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Marks a value as secret, so that the engine encrypts it in state and hides it on screen. */
export function secret(value: unknown): Properties {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** Whether `value` carries the secret marker. */
export function isSecret(value: unknown): value is Properties {
  return isObject(value) && value[SIGNATURE] === SECRET;
}

/** Whether an asset, an archive or a reference to a resource, whose inside is not the resource's own properties. */
export function isOpaque(value: unknown): boolean {
  return isObject(value) && SIGNATURE in value && value[SIGNATURE] !== SECRET;
}

/** Whether `value` or anything in it is unknown. */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}

/**
 * The value without its secret markers.
 *
 * @param secrets Receives the path of each value that was marked (`settings[2].value`), so that callers can keep it
 *   out of messages.
 */
export function reveal(value: unknown, secrets?: Set<string>, path = ""): unknown {
  if (Array.isArray(value)) return value.map((item, index) => reveal(item, secrets, `${path}[${index}]`));
  if (!isObject(value)) return value;
  if (isSecret(value)) {
    secrets?.add(path);
    return reveal(value.value, secrets, path);
  }
  const plain: Properties = {};
  for (const [key, item] of Object.entries(value)) plain[key] = reveal(item, secrets, path ? `${path}.${key}` : key);
  return plain;
}

/** The properties without their secret markers. */
export function revealAll(properties: Properties, secrets?: Set<string>): Properties {
  return reveal(properties, secrets) as Properties;
}

/**
 * The value with every secret's content left out: what may be written to a file. The marker stays, so that
 * {@link restore} finds the place.
 */
export function redact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redact);
  if (isSecret(value)) return { [SIGNATURE]: SECRET };
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redact(item)]));
}

/** The redacted value with the contents of its secrets taken from `source`; what `source` lacks stays redacted. */
export function restore(value: unknown, source: unknown): unknown {
  if (isSecret(value) && !("value" in value)) {
    if (source === undefined) return value;
    return isSecret(source) ? source : secret(source);
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => restore(item, Array.isArray(source) ? source[index] : undefined));
  }
  if (!isObject(value)) return value;
  const inner = isSecret(source) ? source.value : source;
  const restored: Properties = {};
  for (const [key, item] of Object.entries(value)) {
    restored[key] = restore(item, isObject(inner) ? inner[key] : undefined);
  }
  return restored;
}

/** The value without the secrets whose contents are not known. */
export function withoutRedacted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRedacted);
  if (isSecret(value)) return "value" in value ? value : undefined;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutRedacted(item)]));
}

/** Whether two values are the same, the order of an object's keys aside. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return a == null && b == null;
  for (const key in a) if (!sameValue(a[key], b[key])) return false;
  for (const key in b) if (!(key in a) && b[key] != null) return false;
  return true;
}

/** A text that is the same for equal values. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return `{${keys
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
    .join()}}`;
}

/** A copy without undefined properties, which the wire format has no way to carry. */
export function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : withoutUndefined(item)));
  if (!isObject(value)) return value;
  const copy: Properties = {};
  for (const [key, item] of Object.entries(value)) if (item !== undefined) copy[key] = withoutUndefined(item);
  return copy;
}

/** A property as text, or undefined when it is absent, unknown or of another type. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== UNKNOWN ? value : undefined;
}

/** A property as a list, empty when it is absent, unknown or of another type. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
