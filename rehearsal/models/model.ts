import type { Identifiers } from "../aws";
import type { Properties } from "../values";
import type { World } from "../world";

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
  /**
   * Outputs that AWS computes. Only names that the facts list as computed or optional computed; what the inputs give is
   * kept.
   */
  outputs?(context: ModelContext): Properties;
  /** Why AWS refuses to create or change the resource, or undefined. Judged when it happens, as AWS does. */
  refuse?(context: ModelContext): string | undefined;
  /** Why AWS refuses to delete the resource, or undefined. */
  refuseDelete?(context: ModelContext): string | undefined;
}

/** Models of one service by type token. */
export type Models = Record<string, Model>;
