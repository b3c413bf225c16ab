import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

export const ROOT = path.join(__dirname, "../..");

/** The environments that are committed. */
export const ENVIRONMENTS = ["dev", "staging", "production"] as const;

/** A stack file's configuration as the engine hands it over: structures as JSON, everything else as text. */
export function stackFile(environment: string, folder = ""): Record<string, string> {
  const text = readFileSync(path.join(ROOT, folder, `Pulumi.${environment}.yaml`), "utf8");
  const { config } = parse(text) as { config: Record<string, unknown> };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, configText(value)]));
}

/** One value of a stack file as text. */
export function configText(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
