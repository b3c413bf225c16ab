import { decode as unpack, encode as pack, ExtData, ExtensionCodec } from "@msgpack/msgpack";

import { Expression, type Piece } from "../../../operations/provider-check/convert";
import type { AttributeType } from "../../../operations/provider-check/schema";
import type { PathStep } from "./plugin";
import type { Schema, SchemaAttribute, SchemaBlock } from "./schema";

/** A value that only a deployment would know. */
export class Unknown {}

export const unknown = new Unknown();

/** A value as Terraform's providers take it: an object has every attribute of its type, if only as null. */
export type Cty = null | boolean | number | string | Unknown | Cty[] | { [name: string]: Cty };

const codec = new ExtensionCodec();
// Terraform marks unknown values by an extension type; later versions say more about them under type 12.
for (const type of [0, 12]) codec.register({ type, encode: () => null, decode: () => unknown });
codec.register({ type: 1, encode: () => null, decode: (data) => new ExtData(1, data) });

/** The value on the wire. */
export function encode(value: Cty): Uint8Array {
  return pack(value, { extensionCodec: toWire });
}

const toWire = new ExtensionCodec();
toWire.register({
  type: 0,
  encode: (value) => (value instanceof Unknown ? new Uint8Array([0]) : null),
  decode: () => unknown,
});

/** The value that came over the wire. */
export function decode(bytes: Uint8Array): Cty {
  return unpack(bytes, { extensionCodec: codec }) as Cty;
}

/** Terraform itself refuses the configuration, before the provider sees it. */
export class Mistyped extends Error {
  /** @param path Where, in Terraform's names */
  constructor(
    message: string,
    readonly path: PathStep[],
  ) {
    super(message);
  }
}

/** The configuration as a value of the schema's type. @throws Mistyped when it is none */
export function toCty(schema: Schema, piece: Piece | undefined, path: PathStep[] = []): Cty {
  const given = piece?.content instanceof Map ? piece.content : new Map<string, Piece>();
  const value: Record<string, Cty> = {};
  for (const [name, attribute] of Object.entries(schema.attributes ?? {})) {
    value[name] = attributeValue(attribute, given.get(name), [...path, name]);
  }
  for (const [name, block] of Object.entries(schema.block_types ?? {})) {
    value[name] = blockValue(block, given.get(name), [...path, name]);
  }
  return value;
}

function attributeValue(attribute: SchemaAttribute, piece: Piece | undefined, path: PathStep[]): Cty {
  if (!piece || piece.content === null) {
    if (attribute.required) throw new Mistyped("the argument is required", path);
    return null;
  }
  if (piece.content instanceof Expression) return unknown;
  const { nested_type: nested, type } = attribute;
  if (!nested) return convertTo(type ?? "dynamic", piece, path);
  const inner = { attributes: nested.attributes };
  if (nested.nesting_mode === "single") return toCty(inner, piece, path);
  if (nested.nesting_mode === "map") {
    if (!(piece.content instanceof Map)) throw new Mistyped("a map is required", path);
    return Object.fromEntries([...piece.content].map(([key, item]) => [key, toCty(inner, item, [...path, key])]));
  }
  if (!Array.isArray(piece.content)) throw new Mistyped("a list is required", path);
  return collected(
    nested.nesting_mode,
    piece.content.map((item, index) => toCty(inner, item, [...path, index])),
  );
}

function blockValue(schema: SchemaBlock, piece: Piece | undefined, path: PathStep[]): Cty {
  const { nesting_mode: nesting, block, min_items: least = 0, max_items: most } = schema;
  const many = nesting === "list" || nesting === "set";
  if (piece?.content instanceof Expression) return unknown;
  const items = piece === undefined ? [] : Array.isArray(piece.content) ? piece.content : [piece];
  if (items.some(({ content }) => !(content instanceof Map))) throw new Mistyped("a block is required", path);
  if (items.length < least) throw new Mistyped(`at least ${least} blocks are required`, path);
  if (most && items.length > most) throw new Mistyped(`no more than ${most} blocks are allowed`, path);
  const values = items.map((item, index) => toCty(block, item, [...path, index]));
  if (many) return collected(nesting, values);
  return values[0] ?? null;
}

/** The items of a list, or those of a set: each once. */
function collected(nesting: string, items: Cty[]): Cty[] {
  if (nesting !== "set") return items;
  return items.filter((item, index) => !items.slice(0, index).some((earlier) => same(earlier, item)));
}

/** Converts as Terraform does: between texts and what they spell, item by item, and nothing else. */
function convertTo(type: AttributeType, { content }: Piece, path: PathStep[]): Cty {
  if (content === null) return null;
  if (content instanceof Expression) return unknown;
  const [kind, inner] = Array.isArray(type) ? type : [type, type];
  const mistyped = (): never => {
    throw new Mistyped(`a ${kind} is required`, path);
  };
  if (kind === "list" || kind === "set") {
    if (!Array.isArray(content)) return mistyped();
    return collected(
      kind,
      content.map((item, index) => convertTo(inner as AttributeType, item, [...path, index])),
    );
  }
  if (kind === "map" || kind === "object") {
    if (!(content instanceof Map)) return mistyped();
    const typeOf = (key: string): AttributeType =>
      kind === "map" ? (inner as AttributeType) : ((inner as Record<string, AttributeType>)[key] ?? "dynamic");
    return Object.fromEntries([...content].map(([key, item]) => [key, convertTo(typeOf(key), item, [...path, key])]));
  }
  if (typeof content === "object") return mistyped();
  if (kind === "string") return String(content);
  if (kind === "number") {
    const number = typeof content === "string" && content.trim() !== "" ? Number(content) : content;
    return typeof number === "number" && Number.isFinite(number) ? number : mistyped();
  }
  if (kind === "bool") {
    if (typeof content === "boolean") return content;
    const spelled = { true: true, "1": true, false: false, "0": false }[typeof content === "string" ? content : ""];
    return spelled ?? mistyped();
  }
  throw new Error(`${path.join(".")}: values of the type ${JSON.stringify(type)} are not supported`);
}

export function isRecord(value: Cty | undefined): value is Record<string, Cty> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}

/** Whether two values are known and the same. */
export function same(left: Cty | undefined, right: Cty | undefined): boolean {
  if (left instanceof Unknown || right instanceof Unknown) return false;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => same(item, right[index]));
  }
  if (!isRecord(left) || !isRecord(right)) return left === right;
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => same(left[name], right[name]));
}
