import { need, needList, plain, read, type Path, type Reading } from "./read";

/** What a rule is given to judge, from the policy server, a checkpoint, or mocks. */
export interface ResourceData {
  type: string;
  name: string;
  urn: string;
  /** Physical id, where one is known apart from the properties. */
  id?: string;
  /** Inputs in a resource rule, outputs in a stack rule; plain or in the SDK's proxy. */
  properties: Record<string, unknown>;
  /** Names of the inputs; undefined where they cannot be seen. */
  given?: readonly string[];
  /** The `protect` option; undefined where it cannot be seen (mocks). */
  protect?: boolean;
  /** The `ignoreChanges` option: paths of inputs that later changes are ignored of. */
  ignoreChanges?: string[];
  /** The `additionalSecretOutputs` option. */
  additionalSecretOutputs?: string[];
  /** URN of the parent. */
  parent?: string;
  /** URNs that each property's value came from. */
  propertyDependencies?: Record<string, string[]>;
  /** URNs of everything this depends on. */
  dependencies?: string[];
  /** The provider's own configuration: `region`, `allowedAccountIds` and so on. */
  provider?: Record<string, unknown>;
}

/** A resource with readers that tell absent from not known yet. */
export class Resource {
  readonly properties: Record<string, unknown>;

  constructor(readonly data: ResourceData) {
    this.properties = plain(data.properties);
  }

  get type(): string {
    return this.data.type;
  }

  get name(): string {
    return this.data.name;
  }

  get urn(): string {
    return this.data.urn;
  }

  /** The stack this belongs to, from its URN. */
  get stack(): string {
    return /^urn:pulumi:(.*?)::/.exec(this.data.urn)?.[1] ?? "";
  }

  read(path: Path): Reading {
    return read(this.properties, path);
  }

  /** The value at `path`, undefined when absent. @throws Deferred when not known yet */
  value(path: Path): unknown {
    return need(this.properties, path);
  }

  /** The value at `path` as text, undefined when absent. @throws Deferred when not known yet */
  text(path: Path): string | undefined {
    const value = this.value(path);
    return value === undefined ? undefined : String(value);
  }

  /** The elements at `path`. @throws Deferred when the list as a whole is not known yet */
  list(path: Path): unknown[] {
    return needList(this.properties, path);
  }

  /**
   * Whether the program itself gives a property: outputs repeat what AWS reported, which other resources or AWS itself
   * can have put there. Where the inputs cannot be seen, presence has to do.
   */
  gives(property: string): boolean {
    return this.data.given?.includes(property) ?? this.read(property).state !== "absent";
  }

  /** A list or map of its provider's configuration, which arrives as JSON text. Undefined when there is none to read. */
  providerSetting(name: string): unknown {
    const reading = read(this.data.provider, name);
    if (reading.state !== "known" || typeof reading.value !== "string") {
      return reading.state === "known" ? reading.value : undefined;
    }
    try {
      return JSON.parse(reading.value) as unknown;
    } catch {
      return undefined;
    }
  }

  /** The region this lives in: its own argument, else its provider's. Undefined when neither is known. */
  get region(): string | undefined {
    for (const source of [this.properties, this.data.provider]) {
      const reading = read(source, "region");
      if (reading.state === "known") return String(reading.value);
    }
    return undefined;
  }
}
