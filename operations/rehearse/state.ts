import * as fs from "node:fs";
import { systemCode } from "../errors";
import type { ComponentSummary } from "./report";

/** A resource as the engine keeps it in the state file. */
export interface StateResource {
  urn: string;
  type: string;
  custom?: boolean;
  id?: string;
  /** What it was imported by, where that is not its id. */
  importID?: string;
  parent?: string;
  protect?: boolean;
  /** URNs that the resource waited for. */
  dependencies?: string[];
  /** Those of them that a property's value came from, by property. */
  propertyDependencies?: Record<string, string[]>;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** `deployment` of a `pulumi stack export`. */
export interface Deployment {
  manifest?: { time?: string };
  resources?: StateResource[];
  [section: string]: unknown;
}

interface StateFile {
  version: number;
  checkpoint: { latest?: Deployment };
}

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** The state that the engine left in its file backend. Undefined when there is none yet. */
export function readState(file: string): { version: number; deployment: Deployment } | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  const state = JSON.parse(text) as StateFile;
  return { version: state.version, deployment: state.checkpoint.latest ?? {} };
}

/** When the engine saved a state; empty when there is none yet. */
export function savedAt(deployment: Deployment | undefined): string {
  return deployment?.manifest?.time ?? "";
}

/**
 * Takes the protection off every resource of a state, so that a preview goes on past the first protected resource that it
 * would remove.
 *
 * @returns the URNs that were protected
 */
export function liftProtection(file: string): string[] {
  const state = JSON.parse(fs.readFileSync(file, "utf8")) as StateFile;
  const lifted = (state.checkpoint.latest?.resources ?? []).filter(({ protect }) => protect);
  for (const resource of lifted) delete resource.protect;
  fs.writeFileSync(file, JSON.stringify(state));
  return lifted.map(({ urn }) => urn);
}

/** Name of a resource: the last part of its URN. */
export function resourceName(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** Type token of a URN without the types of its parents. */
export function resourceType(urn: string): string {
  const qualified = urn.split("::")[2] ?? "";
  return qualified.slice(qualified.lastIndexOf("$") + 1);
}

/** `s3.Bucket` for `aws:s3/bucket:Bucket`; other providers than AWS keep their name, as in `random.RandomPassword`. */
export function shortType(type: string): string {
  const [provider = "", module = "", name = ""] = type.split(":");
  const area = module.split("/")[0] ?? "";
  if (provider === "aws") return `${area}.${name}`;
  return area === "index" ? `${provider}.${name}` : `${provider}.${area}.${name}`;
}

/** Type and name of a resource for people: `s3.Bucket logs`. */
export function describeResource(urn: string): string {
  return `${shortType(resourceType(urn))} ${resourceName(urn)}`;
}

/** Counts the providers' resources below each child of the stack, in the order of the state. */
export function summarizeComponents(resources: StateResource[]): ComponentSummary[] {
  const stack = resources.find((resource) => resource.type === "pulumi:pulumi:Stack");
  const parents = new Map(resources.map((resource) => [resource.urn, resource.parent]));
  const summaries = new Map<string, ComponentSummary>();
  for (const resource of resources) {
    if (resource === stack || resource.type.startsWith("pulumi:providers:")) continue;
    let top = resource.urn;
    for (let parent = parents.get(top); parent && parent !== stack?.urn; parent = parents.get(top)) top = parent;
    const summary = summaries.get(top) ?? {
      name: resourceName(top),
      type: resourceType(top),
      resources: 0,
      types: {},
    };
    summaries.set(top, summary);
    if (!resource.custom) continue;
    const type = shortType(resource.type);
    summary.resources++;
    summary.types[type] = (summary.types[type] ?? 0) + 1;
  }
  return [...summaries.values()];
}

/** Outputs of the stack with `[secret]` in place of every secret value. */
export function stackOutputs(resources: StateResource[]): Record<string, unknown> {
  const outputs = resources.find((resource) => resource.type === "pulumi:pulumi:Stack")?.outputs ?? {};
  return withoutSecrets(outputs) as Record<string, unknown>;
}

/** Whether a value of the state is an encrypted one. */
export function isSecretValue(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && (value as Record<string, unknown>)[signatureKey] === secretSignature
  );
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  if (isSecretValue(value)) return "[secret]";
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}
