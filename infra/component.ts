import * as pulumi from "@pulumi/pulumi";

/**
 * How a caller changes one child of a component: an object is merged one level deep over the component's own
 * arguments (a given property replaces the whole property); a function edits arguments and options in place.
 */
export type Transform<Args> =
  Partial<Args> | ((args: Args, options: pulumi.CustomResourceOptions, name: string) => void);

/** The class of a resource: what `new` of `aws.s3.Bucket` and its like accepts. */
type ResourceClass<Args, R> = new (name: string, args: Args, options?: pulumi.CustomResourceOptions) => R;

/** An argument that a component refuses. Printed as one line, without a stack trace. */
export class InvalidArgument extends pulumi.RunError {
  /**
   * @param component Type and name of the component, e.g. `RedisCache "sessions"`.
   * @param field The argument's name, with dots for nesting.
   * @param value What was given. Never pass a secret.
   * @param allowed What would have been accepted, as the end of the sentence "… is not allowed: ".
   */
  constructor(component: string, field: string, value: unknown, allowed: string) {
    super(`${component}: ${field} = ${JSON.stringify(value)} is not allowed: ${allowed}`);
  }
}

/**
 * Base of every component here.
 *
 * @typeParam Transforms The component's `transform` argument: one optional {@link Transform} per child.
 */
export abstract class Component<Transforms extends object = object> extends pulumi.ComponentResource {
  readonly #transforms: Transforms;
  readonly #label: string;

  protected constructor(
    type: string,
    name: string,
    transforms: Transforms | undefined,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(`ai-prism:infra:${type}`, name, {}, options);
    this.#label = `${type} "${name}"`;
    this.#transforms = transforms ?? ({} as Transforms);
  }

  /** Creates one child with the caller's transform for `key` applied; see {@link createChild}. */
  protected child<Key extends keyof Transforms, Args extends object, R>(
    key: Key,
    resource: ResourceClass<Args, R>,
    name: string,
    args: NoInfer<Args>,
    options?: pulumi.CustomResourceOptions,
  ): R {
    return createChild(this, this.#transforms[key] as Transform<Args> | undefined, resource, name, args, options);
  }

  /** Refuses an argument. @throws InvalidArgument always */
  protected refuse(field: string, value: unknown, allowed: string): never {
    throw new InvalidArgument(this.#label, field, value, allowed);
  }
}

/**
 * Creates one child of a component with a caller's transform applied. The component is its parent unless `options`
 * says otherwise.
 */
export function createChild<Args extends object, R>(
  parent: pulumi.ComponentResource,
  transform: Transform<Args> | undefined,
  resource: ResourceClass<Args, R>,
  name: string,
  args: NoInfer<Args>,
  options: pulumi.CustomResourceOptions = {},
): R {
  const finalOptions = { parent, ...options };
  if (typeof transform !== "function") return new resource(name, { ...args, ...transform }, finalOptions);
  const finalArgs = { ...args };
  transform(finalArgs, finalOptions, name);
  return new resource(name, finalArgs, finalOptions);
}
