import type { JudgedResource } from "./evaluate";
import { unknownMarker } from "./read";

/** A resource as `pulumi stack export` writes it; the fields read here. */
interface CheckpointResource {
  urn: string;
  type: string;
  id?: string;
  custom?: boolean;
  delete?: boolean;
  external?: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  parent?: string;
  protect?: boolean;
  ignoreChanges?: string[];
  additionalSecretOutputs?: string[];
  provider?: string;
  dependencies?: string[] | null;
  propertyDependencies?: Record<string, string[] | null> | null;
}

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** The newest version of a deployment's format; what is read here is the same in all of them. */
const newestVersion = 4;

/**
 * The resources of a stack export as the engine hands them to policies: inputs and outputs apart, decrypted secrets as
 * plain text, encrypted ones as not known, and no physical ids, which the engine tells no policy. Resources that wait for their deletion are left out, and so are those that
 * the program only reads.
 *
 * @param checkpoint The parsed JSON of `pulumi stack export`, or a stack's file in a backend of one's own.
 * @throws TypeError when it is no such export, saying where it is not
 */
export function checkpointResources(checkpoint: unknown): JudgedResource[] {
  const resources = exported(checkpoint).filter((resource) => !resource.delete && !resource.external);
  const providers = new Map(resources.map((resource) => [`${resource.urn}::${resource.id}`, resource]));
  return resources.map((resource) => ({
    type: resource.type,
    name: resource.urn.split("::").slice(3).join("::"),
    urn: resource.urn,
    custom: resource.custom ?? false,
    inputs: reveal(resource.inputs ?? {}) as Record<string, unknown>,
    given: Object.keys(resource.inputs ?? {}),
    properties: reveal(resource.outputs ?? {}) as Record<string, unknown>,
    protect: resource.protect ?? false,
    ignoreChanges: resource.ignoreChanges ?? [],
    additionalSecretOutputs: resource.additionalSecretOutputs ?? [],
    parent: resource.parent,
    dependencies: resource.dependencies ?? [],
    propertyDependencies: Object.fromEntries(
      Object.entries(resource.propertyDependencies ?? {}).map(([property, urns]) => [property, urns ?? []]),
    ),
    provider: reveal(providers.get(resource.provider ?? "")?.inputs ?? {}) as Record<string, unknown>,
  }));
}

function exported(checkpoint: unknown): CheckpointResource[] {
  if (!isObject(checkpoint)) throw new TypeError("not a stack export: an object is expected at the top");
  const deployment = isObject(checkpoint.checkpoint) ? checkpoint.checkpoint.latest : checkpoint.deployment;
  if (!isObject(deployment)) throw new TypeError("not a stack export: it has no `deployment`");
  const { version } = checkpoint;
  if (version !== undefined && !(typeof version === "number" && version >= 1 && version <= newestVersion)) {
    throw new TypeError(`version ${JSON.stringify(version)} of the format is not known; 1 to ${newestVersion} are`);
  }
  const resources = deployment.resources ?? [];
  if (!Array.isArray(resources)) throw new TypeError("damaged: `deployment.resources` is no list");
  resources.forEach((resource: unknown, index) => {
    const problem = problemOf(resource);
    if (problem) throw new TypeError(`damaged: \`deployment.resources[${index}]\` ${problem}`);
  });
  return resources as CheckpointResource[];
}

function problemOf(resource: unknown): string | undefined {
  if (!isObject(resource)) return "is no resource";
  if (typeof resource.urn !== "string" || !/^urn:pulumi:.*?::.*?::.+?::/.test(resource.urn)) return "has no URN";
  if (typeof resource.type !== "string") return "has no type";
  const maps = ["inputs", "outputs", "propertyDependencies"];
  const broken = maps.find((field) => !isObject(resource[field] ?? {}));
  if (broken) return `has ${broken} that are no map`;
  return Array.isArray(resource.dependencies ?? []) ? undefined : "has dependencies that are no list";
}

/**
 * Replaces secrets by their plain text, or by the marker for "not known" when they are encrypted. The engine keeps
 * notes of its own under names with two underscores, which no policy sees.
 */
function reveal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reveal);
  if (!isObject(value)) return value;
  if (value[signatureKey] === secretSignature) return reveal(plainText(value));
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (key.startsWith("__") ? [] : [[key, reveal(inner)]])),
  );
}

function plainText(secret: Record<string, unknown>): unknown {
  if (typeof secret.plaintext !== "string") return "value" in secret ? secret.value : unknownMarker;
  try {
    return JSON.parse(secret.plaintext);
  } catch {
    // The parser's error would show the text.
    throw new TypeError("damaged: the plain text of a secret is not JSON");
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
