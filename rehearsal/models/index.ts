import { existsSync } from "node:fs";
import { join } from "node:path";

import { serviceOf } from "../facts";
import type { Model, Models } from "./model";

/** Models by service; undefined for a service that has none. */
const loaded = new Map<string, Models | undefined>();

/** What a type's service does beyond the facts, or undefined when the facts say everything. */
export function modelOf(type: string): Model | undefined {
  const service = serviceOf(type);
  if (!loaded.has(service)) loaded.set(service, load(service));
  return loaded.get(service)?.[type];
}

/** Loads the file of a service, which is named like its facts. */
function load(service: string): Models | undefined {
  const path = join(__dirname, `${service}.ts`);
  const known = /^[a-z0-9]+$/.test(service) && existsSync(path);
  return known ? (require(path) as { models?: Models }).models : undefined;
}
