import type { AttributeType } from "../../../operations/provider-check/schema";

type Nesting = "single" | "group" | "list" | "set" | "map";

/** An attribute as `terraform providers schema -json` writes it. */
export interface SchemaAttribute {
  type?: AttributeType;
  nested_type?: { attributes: Record<string, SchemaAttribute>; nesting_mode: Nesting };
  required?: boolean;
  optional?: boolean;
  computed?: boolean;
  deprecated?: boolean;
}

/** A block inside a block. */
export interface SchemaBlock {
  nesting_mode: Nesting;
  block: Schema;
  min_items?: number;
  max_items?: number;
}

/** The inside of a resource or block. */
export interface Schema {
  attributes?: Record<string, SchemaAttribute>;
  block_types?: Record<string, SchemaBlock>;
}
