import { isDeepStrictEqual } from "node:util";
import { describeResource } from "../rehearse/state";
import type { Mask } from "./masking";
import type { RawResource } from "./raw";

/** One resource that differs between two states. */
export interface ResourceChange {
  readonly kind: "created" | "updated" | "replaced" | "deleted";
  readonly urn: string;
  readonly resource: string;
  /** What differs of what was and is there in both, by path. */
  readonly properties: readonly { readonly path: string; readonly before: string; readonly after: string }[];
}

/** The providers' resources that differ between two states, the gravest first. */
export function changesBetween(
  before: readonly RawResource[],
  after: readonly RawResource[],
  mask: Mask,
): ResourceChange[] {
  const [old, now] = [before, after].map((resources) => {
    const custom = resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers:"));
    return new Map(custom.map((resource) => [resource.urn, resource]));
  }) as [Map<string, RawResource>, Map<string, RawResource>];
  const changes = [...new Set([...old.keys(), ...now.keys()])].flatMap((urn): ResourceChange[] => {
    const [was, is] = [old.get(urn), now.get(urn)];
    const about = { urn, resource: describeResource(urn) };
    if (!was) return [{ kind: "created", ...about, properties: [] }];
    if (!is) return [{ kind: "deleted", ...about, properties: [] }];
    const properties = differences(maskedInputs(was, mask), maskedInputs(is, mask));
    if (was.id !== is.id) return [{ kind: "replaced", ...about, properties }];
    return properties.length > 0 ? [{ kind: "updated", ...about, properties }] : [];
  });
  return changes.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.resource.localeCompare(b.resource));
}

/** How many there are of each kind, such as `2 updated`; nothing of kinds that there are none of. */
export function countsByKind(changes: readonly ResourceChange[]): string[] {
  return KINDS.flatMap((kind) => {
    const count = changes.filter((change) => change.kind === kind).length;
    return count > 0 ? [`${count} ${kind}`] : [];
  });
}

/** From what may lose data to what loses nothing. */
export const KINDS: readonly ResourceChange["kind"][] = ["deleted", "replaced", "updated", "created"];

/** The inputs of a resource without its secrets and without the engine's own notes. */
export function maskedInputs(resource: RawResource, mask: Mask): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(resource.inputs ?? {})
      .filter(([property]) => !property.startsWith("__"))
      .map(([property, value]) => [property, mask.property(resource, property, value)]),
  );
}

function differences(before: unknown, after: unknown, path = ""): { path: string; before: string; after: string }[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [old, now] = [parsed(before), parsed(after)];
  if (!isContainer(old) || !isContainer(now) || Array.isArray(old) !== Array.isArray(now)) {
    return [{ path, before: valueText(before), after: valueText(after) }];
  }
  const isList = Array.isArray(old) && Array.isArray(now);
  const byName = isList ? [named(old), named(now)] : [];
  const [was, is] = (byName[0] && byName[1] ? byName : [old, now]) as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((key) =>
    differences(was[key], is[key], isList ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`),
  );
}

/** Fields that tell the elements of a list apart, whatever their order. */
const IDENTITIES = [["namespace", "name"], ["name"], ["key"], ["id"], ["Sid"], ["sid"], ["originId"]] as const;

/** The elements of a list by what they are called; undefined where that does not tell them apart. */
function named(list: readonly unknown[]): Record<string, unknown> | undefined {
  for (const fields of IDENTITIES) {
    const names = list.map((element) => {
      const parts = fields.map((field) =>
        isContainer(element) ? (element as Record<string, unknown>)[field] : undefined,
      );
      return parts.every((part) => typeof part === "string" && part !== "") ? parts.join(" ") : undefined;
    });
    if (list.length > 0 && names.every((name) => name !== undefined) && new Set(names).size === list.length) {
      return Object.fromEntries(names.map((name, index) => [name, list[index]]));
    }
  }
  return undefined;
}

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;

/** A document in a text is compared piece by piece, too. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** A value for people; a document in a text is laid out. */
export function valueText(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "string") {
    const document = parsed(value);
    return document === value ? value : JSON.stringify(document, null, 2);
  }
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}
