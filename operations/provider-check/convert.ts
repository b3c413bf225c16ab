import { foldName } from "./names";
import type { Argument, AttributeType, Block } from "./schema";
import { Hidden, type Value, hiddenIn } from "./values";

/** A piece of Terraform configuration that knows which Pulumi property it was made from. */
export interface Piece {
  /** Pulumi's path of the property, such as `rules[0].filter`; empty for the resource itself. */
  path: string;
  /** The Terraform argument it belongs to. */
  argument?: string;
  /** What may be set inside, where this is a block. */
  block?: Block;
  content: null | boolean | number | string | Expression | Piece[] | Map<string, Piece>;
}

/** A Terraform expression: written as it is, where texts are escaped. */
export class Expression {
  constructor(readonly text: string) {}
}

/** The name of a `terraform_data` resource, whose id Terraform does not know before it has created it. */
export const unknownResource = "unknown";
const unknownText = new Expression(`\${terraform_data.${unknownResource}.id}`);
const unknownValue = new Expression(`\${jsondecode(terraform_data.${unknownResource}.id)}`);

/** The Terraform configuration of one resource. */
export interface Converted {
  body: Piece;
  /** Properties that Terraform cannot judge: Pulumi's path to the reason. */
  unchecked: ReadonlyMap<string, string>;
}

/**
 * Turns a resource's inputs into Terraform configuration. What the checkpoint does not show becomes unknown.
 *
 * @param isOptional Whether a newer provider does without a property that this one requires
 */
export function convert(
  block: Block,
  inputs: Record<string, Value>,
  isOptional: (path: string) => boolean = () => false,
): Converted {
  const conversion = new Conversion(isOptional);
  return { body: conversion.block(block, inputs, ""), unchecked: conversion.unchecked };
}

class Conversion {
  readonly unchecked = new Map<string, string>();

  constructor(private readonly isOptional: (path: string) => boolean) {}

  block(block: Block, values: Record<string, Value>, path: string, argument?: string): Piece {
    const content = new Map<string, Piece>();
    for (const [name, value] of Object.entries(values)) {
      if (value === null || name.startsWith("__")) continue;
      const here = join(path, name);
      const found = block.find(name);
      if (!found) {
        // The provider computes it from the tags and its own defaults.
        if (here !== "tagsAll") this.unchecked.set(here, "not in this version of the provider");
        continue;
      }
      const piece = this.#argument(found, value, here);
      if (piece) content.set(found.terraform, piece);
    }
    for (const missing of block.arguments.values()) {
      const here = join(path, missing.pulumi);
      if (!missing.required || content.has(missing.terraform) || !this.isOptional(here)) continue;
      this.unchecked.set(here, "not given, and newer versions of the provider do not require it");
      content.set(missing.terraform, placeholder(missing, here));
    }
    return { path, argument, block, content };
  }

  #argument(argument: Argument, value: Value, path: string): Piece | undefined {
    const { inside, nesting, terraform } = argument;
    if (!inside) return this.#attribute(argument.type ?? "dynamic", value, path, terraform);
    if (value instanceof Hidden) {
      this.unchecked.set(path, value.reason);
      return argument.required || !argument.isBlock ? placeholder(argument, path) : undefined;
    }
    const item = (one: Value, where: string): Piece =>
      isRecord(one) ? this.block(inside, one, where, terraform) : this.#attribute("dynamic", one, where, terraform);
    if (nesting === "single" || nesting === "group")
      return item(Array.isArray(value) ? (value[0] ?? null) : value, path);
    if (nesting === "map" && isRecord(value)) {
      const entries = Object.entries(value).map(([key, one]) => [key, item(one, join(path, key))] as const);
      return { path, argument: terraform, content: new Map(entries) };
    }
    // Pulumi gives a block that stands at most once as an object.
    const content = Array.isArray(value)
      ? value.flatMap((one, index) => (one === null ? [] : [item(one, `${path}[${index}]`)]))
      : [item(value, path)];
    return { path, argument: terraform, content };
  }

  #attribute(type: AttributeType, value: Value, path: string, argument: string): Piece {
    const piece = (content: Piece["content"]): Piece => ({ path, argument, content });
    if (type === "string" && typeof value === "object" && value !== null) {
      const hidden = hiddenIn(value);
      if (!hidden) return piece(JSON.stringify(value));
      this.unchecked.set(path, hidden.reason);
      return piece(unknownText);
    }
    if (value instanceof Hidden) {
      this.unchecked.set(path, value.reason);
      return piece(unknownValue);
    }
    const [kind, inner] = Array.isArray(type) ? type : [type, type];
    if (Array.isArray(value) || kind === "list" || kind === "set") {
      const of = Array.isArray(inner) || typeof inner === "string" ? (inner as AttributeType) : "dynamic";
      const items = Array.isArray(value) ? value : [value];
      const where = (index: number): string => (Array.isArray(value) ? `${path}[${index}]` : path);
      return piece(items.map((one, index) => this.#attribute(of, one, where(index), argument)));
    }
    if (!isRecord(value)) return piece(value);
    if (kind === "object") return piece(this.#object(inner as Record<string, AttributeType>, value, path));
    const of = kind === "map" ? (inner as AttributeType) : "dynamic";
    return piece(
      new Map(Object.entries(value).map(([key, one]) => [key, this.#attribute(of, one, join(path, key), argument)])),
    );
  }

  #object(fields: Record<string, AttributeType>, value: Record<string, Value>, path: string): Map<string, Piece> {
    const names = new Map(Object.keys(fields).map((name) => [foldName(name), name]));
    // An object must have all of its fields, if only as null.
    const content = new Map(Object.keys(fields).map((name): [string, Piece] => [name, { path, content: null }]));
    for (const [key, one] of Object.entries(value)) {
      const name = names.get(foldName(key));
      if (name) content.set(name, this.#attribute(fields[name] ?? "dynamic", one, join(path, key), name));
      else if (!key.startsWith("__")) this.unchecked.set(join(path, key), "not in this version of the provider");
    }
    return content;
  }
}

/** Stands in for an argument whose value is not there: unknown, as deep as it must be given. */
function placeholder({ terraform, type, inside, isBlock }: Argument, path: string): Piece {
  if (!inside || !isBlock) {
    return { path, argument: terraform, content: type === "string" ? unknownText : unknownValue };
  }
  const required = [...inside.arguments.values()].filter((argument) => argument.required);
  const content = required.map((argument) => [argument.terraform, placeholder(argument, path)] as const);
  return { path, argument: terraform, block: inside, content: new Map(content) };
}

function join(path: string, name: string): string {
  if (!/^\w+$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path ? `${path}.${name}` : name;
}

function isRecord(value: Value): value is Record<string, Value> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Hidden);
}
