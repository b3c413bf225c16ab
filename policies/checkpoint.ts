import { unknownMarker } from "./read";
import type { ResourceData } from "./resource";

/** A resource as `pulumi stack export` writes it; the fields read here. */
interface CheckpointResource {
  urn: string;
  type: string;
  id?: string;
  custom?: boolean;
  delete?: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  parent?: string;
  protect?: boolean;
  provider?: string;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[] | null>;
}

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/**
 * The resources of a stack export as rules judge them: outputs over inputs, decrypted secrets as plain text, encrypted
 * ones as not known. Resources that wait for their deletion are left out.
 *
 * @param checkpoint The parsed JSON of `pulumi stack export`.
 * @throws TypeError when it is no such export
 */
export function checkpointResources(checkpoint: unknown): ResourceData[] {
  const deployment = (checkpoint as { deployment?: { resources?: CheckpointResource[] } } | null)?.deployment;
  if (typeof deployment !== "object" || deployment === null) {
    throw new TypeError("not a stack export: it has no `deployment`");
  }
  const resources = (deployment.resources ?? []).filter((resource) => !resource.delete);
  const providers = new Map(resources.map((resource) => [`${resource.urn}::${resource.id}`, resource]));
  return resources.map((resource) => ({
    type: resource.type,
    name: resource.urn.slice(resource.urn.lastIndexOf("::") + 2),
    urn: resource.urn,
    id: resource.id,
    properties: reveal({ ...resource.inputs, ...resource.outputs }) as Record<string, unknown>,
    protect: resource.protect ?? false,
    parent: resource.parent,
    dependencies: resource.dependencies ?? [],
    propertyDependencies: Object.fromEntries(
      Object.entries(resource.propertyDependencies ?? {}).map(([property, urns]) => [property, urns ?? []]),
    ),
    provider: reveal(providers.get(resource.provider ?? "")?.inputs ?? {}) as Record<string, unknown>,
  }));
}

/** Replaces secrets by their plain text, or by the marker for "not known" when they are encrypted. */
function reveal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reveal);
  if (typeof value !== "object" || value === null) return value;
  const object = value as Record<string, unknown>;
  if (object[signatureKey] === secretSignature) {
    if (typeof object.plaintext === "string") return reveal(JSON.parse(object.plaintext));
    return "value" in object ? reveal(object.value) : unknownMarker;
  }
  return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, reveal(inner)]));
}
