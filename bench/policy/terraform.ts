import { renamedArguments, snakeCase, terraformTypes } from "../../operations/provider-check/names";
import { unwrap } from "../../operations/provider-check/values";

/** What of a resource goes into a Terraform document. */
export interface Described {
  readonly type: string;
  readonly urn: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>> | null;
}

/** Attributes by which resources refer to each other. */
const ATTRIBUTES = ["id", "arn", "name", "bucket"] as const;

/**
 * Resources as a Terraform JSON document for scanners: blocks by their singular names, and references where one
 * resource's argument came from another, for those that follow them.
 */
export function terraformOf(resources: readonly Described[]): string {
  const types = terraformTypes();
  const labels = new Map(
    resources.flatMap((one, index) => {
      const type = types.get(one.type);
      return type ? [[one.urn, { type, label: label(one.urn, index), one }] as const] : [];
    }),
  );
  const document: Record<string, Record<string, unknown>> = {};
  for (const { type, label, one } of labels.values()) {
    const reference = (property: string, text: string): string | undefined => {
      for (const urn of one.propertyDependencies?.[property] ?? []) {
        const target = labels.get(urn);
        const attribute = target && ATTRIBUTES.find((name) => unwrap(target.one.outputs?.[name]) === text);
        if (attribute) return `\${${target.type}.${target.label}.${attribute}}`;
      }
      return undefined;
    };
    const inputs = Object.entries(unwrap((one.inputs ?? {}) as never) as Record<string, unknown>);
    const own = inputs.map(([property, value]) => [
      argument(type, property, value),
      written(value, (text) => reference(property, text)),
    ]);
    (document[type] ??= {})[label] = Object.fromEntries(own) as unknown;
  }
  return JSON.stringify({ resource: document }, null, 1);
}

function label(urn: string, index: number): string {
  return `r${index}_${urn.slice(urn.lastIndexOf("::") + 2).replace(/\W/g, "_")}`;
}

/** Terraform's name of an argument: its own word, or Pulumi's in snake case, of a block in the singular. */
function argument(type: string, property: string, value: unknown): string {
  const renamed = Object.entries(renamedArguments[type] ?? {}).find(([, name]) => name === property);
  return renamed ? renamed[0] : nameOf(property, value);
}

function nameOf(property: string, value: unknown): string {
  // A key of the program's own, such as a tag's.
  if (!/^[a-z]\w*$/.test(property)) return property;
  const isBlock = Array.isArray(value) && value.some((item) => typeof item === "object" && item !== null);
  const name = isBlock ? property.replace(/ies$/, "y").replace(/(?<=ss|x)es$|(?<!s)s$/, "") : property;
  return snakeCase(name);
}

function written(value: unknown, reference: (text: string) => string | undefined): unknown {
  // Terraform reads texts as templates.
  if (typeof value === "string") return reference(value) ?? value.replace(/[$%](?=\{)/g, "$&$&");
  if (Array.isArray(value)) return value.map((item) => written(item, reference));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [nameOf(key, inner), written(inner, reference)]),
  );
}
