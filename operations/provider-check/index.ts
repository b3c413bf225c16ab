import * as fs from "node:fs";
import * as path from "node:path";
import { PrismError, UsageError } from "../errors";
import { type Converted, convert, unknownResource } from "./convert";
import { type Entry, type TerraformDocument, writeDocument } from "./document";
import { spelledType, terraformTypes } from "./names";
import { type ProviderSchema, resourceBlock } from "./schema";
import { sdkRequires } from "./sdk";
import { type ProviderTools, inFolder, offline, providerSchema, requirement, runTerraform } from "./tools";
import { propertyOf } from "./trace";
import { type Value, unwrap } from "./values";

export { formatFindings } from "./format";
export { type ProviderTools, findProvider } from "./tools";

/** What the Terraform AWS provider says about one property of one resource, or why it says nothing. */
export interface Finding {
  severity: "error" | "warning" | "unchecked";
  /** The resource's name in the Pulumi program. */
  resource: string;
  /** The resource's Pulumi type token. */
  type: string;
  /** The property in Pulumi's names, such as `rules[0].filter`; empty for the resource as a whole. */
  path: string;
  message: string;
}

/**
 * Has the Terraform AWS provider, which @pulumi/aws is built on, judge every AWS resource of a checkpoint. The
 * resources are validated and planned as new ones in one region, without an account and without a network.
 *
 * Terraform stops at a missing argument: what else is wrong with that resource shows once it is there. Resources that
 * fail validation are not planned.
 *
 * @param checkpoint What `pulumi stack export` prints
 * @returns errors first, then warnings, then what could not be checked; each in the order of the checkpoint
 * @throws UsageError when it is no checkpoint; PrismError when Terraform itself fails
 */
export async function checkCheckpoint(checkpoint: object, tools: ProviderTools): Promise<Finding[]> {
  const states = awsResources(checkpoint);
  const schema = await providerSchema(tools);
  const entries: Resource[] = [];
  const findings: [ResourceState, Finding][] = [];
  for (const state of states) {
    const entry = toResource(state, schema, `r${entries.length}`);
    const note = (property: string, message: string): void => {
      findings.push([state, { ...named(state), severity: "unchecked", path: property, message }]);
    };
    if (!entry) {
      note("", "type unknown to the provider");
      continue;
    }
    entries.push(entry);
    for (const [property, reason] of entry.converted.unchecked) note(property, reason);
  }
  findings.push(...(await inFolder((folder) => judge(tools, folder, entries, region(checkpoint)))));
  const severities = ["error", "warning", "unchecked"];
  const order = new Map(states.map((state, index) => [state, index]));
  const rank = ([state, { severity }]: [ResourceState, Finding]): number =>
    severities.indexOf(severity) * states.length + order.get(state)!;
  return findings.sort((left, right) => rank(left) - rank(right)).map(([, finding]) => finding);
}

/** The AWS resources of a checkpoint that the program manages. @throws UsageError when it is no checkpoint */
export function awsResources(checkpoint: object): ResourceState[] {
  return resourcesOf(checkpoint).filter(
    ({ type, custom, external, delete: pending }) => type.startsWith("aws:") && custom && !external && !pending,
  );
}

interface ResourceState {
  urn: string;
  type: string;
  custom?: boolean;
  /** Read, not managed. */
  external?: boolean;
  /** Replaced already, and waiting to be deleted. */
  delete?: boolean;
  inputs?: Record<string, unknown>;
}

interface Resource extends Entry {
  state: ResourceState;
  converted: Converted;
}

function resourcesOf(checkpoint: object): ResourceState[] {
  const { deployment } = checkpoint as { deployment?: { resources?: unknown } | null };
  const resources = deployment?.resources ?? [];
  const isState = (item: unknown): item is ResourceState =>
    typeof item === "object" && item !== null && "urn" in item && "type" in item && typeof item.type === "string";
  if (!deployment || !Array.isArray(resources) || !resources.every(isState)) {
    throw new UsageError("not a checkpoint: deployment.resources, as `pulumi stack export` prints it, is missing");
  }
  return resources;
}

const types = terraformTypes();

function toResource(state: ResourceState, schema: ProviderSchema, label: string): Resource | undefined {
  const type = types.get(state.type) ?? spelledType(state.type, (name) => Object.hasOwn(schema, name));
  const block = type && resourceBlock(schema, type);
  if (!block) return undefined;
  const inputs = unwrap(state.inputs ?? {}) as Record<string, Value>;
  const converted = convert(block, inputs, (property) => sdkRequires(state.type, property) === false);
  return { state, converted, type, label, body: converted.body };
}

/** The region of the stack's first provider; one is enough, because what the provider checks depends on none. */
function region(checkpoint: object): string {
  const regions = resourcesOf(checkpoint)
    .filter(({ type }) => type === "pulumi:providers:aws")
    .map(({ inputs }) => inputs?.region)
    .filter((name) => typeof name === "string");
  return regions[0] ?? "us-east-1";
}

function settings(inRegion: string): object {
  return {
    ...requirement,
    provider: {
      aws: {
        region: inRegion,
        ...offline,
      },
    },
    resource: { terraform_data: { [unknownResource]: {} } },
  };
}

/** Validates the resources, then plans those that passed. */
async function judge(
  tools: ProviderTools,
  folder: string,
  entries: readonly Resource[],
  inRegion: string,
): Promise<[ResourceState, Finding][]> {
  fs.writeFileSync(path.join(folder, "settings.tf.json"), JSON.stringify(settings(inRegion)));
  // Planning repeats what validation warned of.
  const findings = new Map<string, [ResourceState, Finding]>();
  const refused = new Set<Resource>();
  for (const step of [validate, plan]) {
    // Terraform takes no document without resources.
    if (refused.size === entries.length) break;
    const document = writeDocument(entries.filter((entry) => !refused.has(entry)));
    fs.writeFileSync(path.join(folder, resourcesFile), document.text);
    for (const diagnostic of await step(tools, folder)) {
      const { entry, property } = trace(diagnostic, document);
      if (!entry) {
        if (diagnostic.severity === "error") throw new PrismError(`terraform: ${messageOf(diagnostic)}`);
        continue;
      }
      if (diagnostic.severity === "error") refused.add(entry);
      const finding = toFinding(diagnostic, entry, property);
      findings.set(JSON.stringify([entry.label, finding]), [entry.state, finding]);
    }
  }
  return [...findings.values()];
}

const resourcesFile = "resources.tf.json";

interface Diagnostic {
  severity: "error" | "warning";
  summary: string;
  detail?: string;
  /** Terraform's address of the resource: type and label. */
  address?: string;
  range?: { filename: string; start: { line: number } };
}

async function validate(tools: ProviderTools, folder: string): Promise<Diagnostic[]> {
  const { stdout, stderr } = await runTerraform(tools, folder, ["validate", "-json"]);
  try {
    return (JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics;
  } catch {
    throw new PrismError(`terraform validate failed: ${(stderr || stdout).trim()}`);
  }
}

async function plan(tools: ProviderTools, folder: string): Promise<Diagnostic[]> {
  const args = ["plan", "-refresh=false", "-input=false", "-lock=false", "-json"];
  const { code, stdout, stderr } = await runTerraform(tools, folder, args);
  const diagnostics = stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .flatMap((line) => (JSON.parse(line) as { diagnostic?: Diagnostic }).diagnostic ?? []);
  if (code !== 0 && !diagnostics.some(({ severity }) => severity === "error")) {
    throw new PrismError(`terraform plan failed: ${(stderr || stdout).trim()}`);
  }
  return diagnostics;
}

function trace(
  diagnostic: Diagnostic,
  { lines }: TerraformDocument<Resource>,
): { entry: Resource | undefined; property: string } {
  const { range, address } = diagnostic;
  const line = range?.filename === resourcesFile ? lines[range.start.line - 1] : undefined;
  const entry =
    line?.entry ??
    lines.find((candidate) => candidate && `${candidate.entry.type}.${candidate.entry.label}` === address)?.entry;
  const pieces = line?.pieces ?? (entry ? [entry.body] : []);
  const exists = (property: string): boolean => !!entry && sdkRequires(entry.state.type, property) !== undefined;
  return { entry, property: propertyOf(pieces, messageOf(diagnostic), exists) };
}

function toFinding(diagnostic: Diagnostic, { state, converted }: Resource, property: string): Finding {
  // The provider's own path says again, in Terraform's names, where it is.
  const message = messageOf(diagnostic).replace(/\bPath: .*? (?=Given Value:)/, "");
  const finding = { ...named(state), path: property };
  if (/\b(dial tcp|proxyconnect|exceeded maximum number of attempts)\b/.test(message)) {
    return { ...finding, severity: "unchecked", message: "the provider asks AWS about it while planning" };
  }
  const liesIn = (outer: string): boolean =>
    property.startsWith(outer) && /^[.[]|^$/.test(property.slice(outer.length));
  const reason = [...converted.unchecked].find(([unchecked]) => liesIn(unchecked))?.[1];
  if (reason) return { ...finding, severity: "unchecked", message: `${reason}: ${message}` };
  return { ...finding, severity: diagnostic.severity, message };
}

function messageOf({ summary, detail = "" }: Diagnostic): string {
  const texts = detail.includes(summary) ? [detail] : [summary, detail].filter(Boolean);
  return texts.join(": ").replace(/\s+/g, " ").trim();
}

function named({ urn, type }: ResourceState): Pick<Finding, "resource" | "type"> {
  return { resource: urn.slice(urn.lastIndexOf("::") + 2), type };
}
