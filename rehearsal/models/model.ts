import type { Identifiers } from "../aws";
import type { Properties } from "../values";
import type { World, WorldResource } from "../world";

declare const made: unique symbol;
declare const found: unique symbol;

/** What speaks against a resource, for a refusal to say. Comes from {@link because} alone, as refusals do from theirs. */
export type Reason = string & { readonly [found]: true };

/** Words a reason, which names the resource that it is about. */
export function because(text: string): Reason {
  return text as Reason;
}

/** Why AWS says no. Comes from {@link refused} alone, so that every refusal can be found in the source. */
export type Refused = string & { readonly [made]: true };

/**
 * Says no as the service would.
 *
 * @param code The service's error code.
 * @param text What it says, and the resource that it is about.
 */
export function refused(code: string, text: string): Refused {
  return `${code}: ${text}` as Refused;
}

const LINGERING = "lingering ";

/** How the world holds what is only scheduled to be deleted: apart from what lives, for good, as it has no clock. */
export function lingering(resource: WorldResource): WorldResource {
  return { ...resource, generation: undefined, type: lingeringType(resource.type), urn: LINGERING + resource.urn };
}

/** The type under which a world finds what lingers of a type. */
export function lingeringType(type: string): string {
  return LINGERING + type;
}

/** Whether a resource is only scheduled to be deleted. */
export function isLingering({ type }: WorldResource): boolean {
  return type.startsWith(LINGERING);
}

/** What a model sees of the resource that is being created, changed or deleted. Secrets are plain here. */
export interface ModelContext {
  readonly type: string;
  readonly urn: string;
  /** The inputs after defaults and naming. */
  readonly inputs: Properties;
  /** Outputs before this change; empty when the resource is created. */
  readonly previous: Properties;
  readonly region: string;
  readonly partition: string;
  readonly account: string;
  /** Everything that exists. A model looks and never changes it. */
  readonly world: World;
  /** The same for one incarnation of a resource, whenever asked. */
  readonly identifiers: Identifiers;
  /** Id and ARN; the ARN is empty for a type that has none. */
  readonly id: string;
  readonly arn: string;
}

/** What a service does beyond the facts of one of its types. Every part is optional. */
export interface Model {
  /** The id, where the template in the facts cannot say it. */
  id?(context: Omit<ModelContext, "id" | "arn">): string;
  /** The ARN, where the template in the facts cannot say it. */
  arn?(context: Omit<ModelContext, "arn">): string;
  /** What an import asks for, where the template in the facts cannot say it, from the resource's properties. */
  importId?(properties: Properties): string;
  /**
   * Outputs that AWS computes. Only names that the facts list as computed or optional computed; what the inputs give is
   * kept.
   */
  outputs?(context: ModelContext): Properties;
  /** Why AWS refuses to create or change the resource, or undefined. Judged when it happens, as AWS does. */
  refuse?(context: ModelContext): Refused | undefined;
  /** Why AWS refuses to delete the resource, or undefined. */
  refuseDelete?(context: ModelContext): Refused | undefined;
  /** A change sends AWS what changed and nothing else, so that what was changed past the engine stays as it is. */
  readonly sendsOnlyChanges?: true;
  /** Whether AWS only schedules the deletion: the resource is of no use any more, and its name stays taken. */
  lingers?(context: ModelContext): boolean;
}

/** Models of one service by type token. */
export type Models = Record<string, Model>;
