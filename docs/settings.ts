import { z } from "zod";
import type { Sections } from "../infra/validation";

/** One value that a stack file may hold. */
interface Setting {
  readonly key: string;
  /** What stands when the stack file says nothing; undefined when nothing does. */
  readonly fallback: unknown;
  /** What may stand there. */
  readonly allowed: string;
}

/** A Markdown table of every setting that a project's schemas know; those of a file of its own have no project. */
export function settingsTable(project: string, sections: Sections): string {
  const rows = Object.entries(sections)
    .flatMap(([key, schema]) => settingsOf(project ? `${project}:${key}` : key, schema))
    .map(({ key, fallback, allowed }) => `| \`${key}\` | ${shown(fallback)} | ${allowed} |`);
  return ["| key | default | allowed |", "| --- | --- | --- |", ...rows].join("\n");
}

function settingsOf(key: string, schema: z.ZodType): Setting[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([name, child]) => settingsOf(`${key}.${name}`, child as z.ZodType));
  }
  // A value that nothing accepts makes the schema say what it would.
  const allowed = inner.safeParse(Symbol("nothing")).error!.issues[0]!.message;
  return [{ key, fallback: schema.safeParse(undefined).data, allowed }];
}

function unwrap(schema: z.ZodType): z.ZodType {
  const wrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional;
  return wrapped ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

function shown(value: unknown): string {
  return value === undefined ? "" : `\`${JSON.stringify(value)}\``;
}
