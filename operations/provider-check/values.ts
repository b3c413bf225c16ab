/** A value that the checkpoint does not show, and why. */
export class Hidden {
  constructor(readonly reason: string) {}
}

/** A value of a checkpoint with Pulumi's wrappers taken off. */
export type Value = null | boolean | number | string | Hidden | Value[] | { [key: string]: Value };

// Pulumi marks values that JSON has no form for by a key and, under it, what kind of value it is.
const signatureKey = "4dabf18193072939515e22adb298388d";
const kinds: Readonly<Record<string, string>> = {
  "1b47061264138c4ac30d75fd1eb44270": "secret",
  c44067f5952c0a294b673a41bacd8c17: "asset",
  "0def7320c3a5731c473e5ecbe6d01bc7": "archive",
  "5cf8f73096256a8f31e491e813e4eb8e": "reference",
  d0e6a833031e9bbcd3f4e8bde6ca49a4: "output",
};
const unknownMarker = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Takes Pulumi's wrappers off: secrets shown in the clear become their value, encrypted ones and files Hidden. */
export function unwrap(value: unknown): Value {
  if (value === unknownMarker) return new Hidden("known after deployment only");
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value === "object" && value !== null) return unwrapObject(value as Record<string, unknown>);
  return (value ?? null) as Value;
}

function unwrapObject(value: Record<string, unknown>): Value {
  const kind = kinds[String(value[signatureKey])];
  if (kind === "secret") {
    if (typeof value.plaintext === "string") return unwrap(JSON.parse(value.plaintext));
    return "value" in value ? unwrap(value.value) : new Hidden("encrypted");
  }
  if (kind === "asset" && typeof value.text === "string") return value.text;
  if (kind === "asset" || kind === "archive") return new Hidden("content of a file");
  if (kind === "reference") return unwrap(value.id);
  if (kind === "output") return "value" in value ? unwrap(value.value) : new Hidden("known after deployment only");
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrap(item)]));
}

/** The first hidden value in a value, itself included. */
export function hiddenIn(value: Value): Hidden | undefined {
  if (value instanceof Hidden) return value;
  if (typeof value !== "object" || value === null) return undefined;
  for (const item of Object.values(value)) {
    const hidden = hiddenIn(item);
    if (hidden) return hidden;
  }
  return undefined;
}
