import { snakeCase, terraformTypes } from "../../operations/provider-check/names";
import { unwrap } from "../../operations/provider-check/values";

/** Resources as a Terraform JSON document, near enough for a scanner that looks at arguments one by one. */
export function terraformOf(resources: readonly { type: string; inputs?: Record<string, unknown> }[]): string {
  const types = terraformTypes();
  const document: Record<string, Record<string, unknown>> = {};
  for (const [index, { type, inputs = {} }] of resources.entries()) {
    const terraform = types.get(type);
    if (terraform) (document[terraform] ??= {})[`r${index}`] = named(unwrap(inputs as never));
  }
  return JSON.stringify({ resource: document }, null, 1);
}

function named(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(named);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [snakeCase(key), named(inner)]));
}
