import { camelCase, foldName, pluralName, renamedArguments } from "./names";

/** A type as `terraform providers schema -json` writes it. */
export type AttributeType = string | [string, AttributeType | Record<string, AttributeType> | AttributeType[]];

interface NestedType {
  attributes: Record<string, AttributeSchema>;
  nesting_mode: Nesting;
}

interface AttributeSchema {
  type?: AttributeType;
  nested_type?: NestedType;
  required?: boolean;
  optional?: boolean;
}

/** A block as `terraform providers schema -json` writes it. */
export interface BlockSchema {
  attributes?: Record<string, AttributeSchema>;
  block_types?: Record<string, { nesting_mode: Nesting; block: BlockSchema; min_items?: number; max_items?: number }>;
}

/** The resource types of a provider: `resource_schemas` of the same command. */
export type ProviderSchema = Record<string, { block: BlockSchema }>;

type Nesting = "single" | "group" | "list" | "set" | "map";

/** What may be set inside a block: an attribute, or a block inside it. */
export interface Argument {
  /** The name in Terraform. */
  terraform: string;
  /** The name in Pulumi. */
  pulumi: string;
  required: boolean;
  /** Whether it is a block in the strict sense, which cannot be given as an expression. */
  isBlock: boolean;
  /** The type of a plain attribute. */
  type?: AttributeType;
  /** What stands inside a block or an attribute with a nested type. */
  inside?: Block;
  nesting: Nesting;
}

/** What may be set in one block of a resource, found by either name. */
export class Block {
  readonly arguments: ReadonlyMap<string, Argument>;
  readonly #byPulumi = new Map<string, Argument>();

  /** @param renamed Terraform name to Pulumi name, where the two are different words */
  constructor(schema: BlockSchema, renamed: Readonly<Record<string, string>> = {}) {
    const all = [
      ...Object.entries(schema.attributes ?? {})
        .filter(([, { optional, required }]) => optional || required)
        .map(([name, attribute]) => attributeArgument(name, attribute)),
      ...Object.entries(schema.block_types ?? {}).map(([name, { nesting_mode, block, min_items, max_items }]) => ({
        terraform: name,
        pulumi: pulumiName(name, isMany(nesting_mode) && max_items !== 1),
        required: (min_items ?? 0) > 0,
        isBlock: true,
        inside: new Block(block),
        nesting: nesting_mode,
      })),
    ];
    for (const argument of all) argument.pulumi = renamed[argument.terraform] ?? argument.pulumi;
    this.arguments = new Map(all.map((argument) => [argument.terraform, argument]));
    // Exact names win over likely ones: `subnet_id` and `subnet_ids` fold to the same text.
    for (const argument of all) this.#byPulumi.set(argument.pulumi, argument);
    for (const argument of all) this.#addName(camelCase(argument.terraform), argument);
  }

  /** The argument of a Pulumi name, also where Pulumi's singular or plural is not the one expected. */
  find(pulumi: string): Argument | undefined {
    const exact = this.#byPulumi.get(pulumi);
    if (exact) return exact;
    const alike = [...this.arguments.values()].filter(({ terraform }) => foldName(terraform) === foldName(pulumi));
    return alike.length === 1 ? alike[0] : undefined;
  }

  #addName(name: string, argument: Argument): void {
    if (!this.#byPulumi.has(name)) this.#byPulumi.set(name, argument);
  }
}

/** The outermost block of a resource type, or undefined if the provider has no such type. */
export function resourceBlock(schema: ProviderSchema, type: string): Block | undefined {
  const resource = schema[type];
  return resource && new Block(resource.block, renamedArguments[type]);
}

function attributeArgument(name: string, { type, nested_type: nested, required }: AttributeSchema): Argument {
  const many = nested ? isMany(nested.nesting_mode) : Array.isArray(type) && isMany(type[0]);
  return {
    terraform: name,
    pulumi: pulumiName(name, many),
    required: required ?? false,
    isBlock: false,
    type,
    inside: nested && new Block({ attributes: nested.attributes }),
    nesting: nested?.nesting_mode ?? "single",
  };
}

function isMany(mode: string): boolean {
  return mode === "list" || mode === "set";
}

function pulumiName(terraform: string, many: boolean): string {
  const name = camelCase(terraform);
  return many ? pluralName(name) : name;
}
