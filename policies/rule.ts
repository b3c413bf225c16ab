import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";
import type { Resource } from "./resource";
import type { StackIndex } from "./stack-index";

/** What a rule guards, for grouping in documentation. */
export type Family =
  | "encryption"
  | "versioning"
  | "public-access"
  | "network"
  | "secrets"
  | "data-safety"
  | "identity"
  | "observability"
  | "availability"
  | "cost";

export type Severity = "low" | "medium" | "high" | "critical";

/** `mandatory` stops the deployment, `advisory` is printed. */
export type Enforcement = "mandatory" | "advisory";

/** Control ids that a rule answers, as data. */
export interface Controls {
  /** AWS Foundational Security Best Practices (Security Hub), e.g. `S3.8`. */
  fsbp?: string[];
  /** CIS AWS Foundations Benchmark 5.0, e.g. `2.1.4`. */
  cis?: string[];
  /** AWS Well-Architected best practices, e.g. `SEC08-BP02`. */
  wellArchitected: string[];
}

/** A parameter of a rule, as JSON schema; the default is what a rule sees without configuration. */
export type Parameter = PolicyConfigJSONSchema & { description: string; default: unknown };

/** What a rule may do besides looking at its resource. */
export interface Context {
  /** Reports a violation on the resource. The message never holds a value that could be a secret. */
  fail(message: string): void;
  /** Runs one of several decisions, so that an unknown value in it does not keep the others from being made. */
  attempt(decision: () => void): void;
  /** A parameter's configured value or its default. */
  parameter<T>(name: string): T;
}

export interface StackContext extends Context {
  readonly stack: StackIndex;
}

interface RuleData {
  /** Kebab-case, the file's name, and the name under which violations are reported and configured. */
  id: string;
  /** One sentence: what holds for a resource that complies. */
  title: string;
  family: Family;
  severity: Severity;
  enforcement: Enforcement;
  /** Type tokens the rule judges, every alias listed; `"any"` for every AWS resource. */
  types: readonly string[] | "any";
  controls: Controls;
  /** How to put a violation right, for whoever edits the program. */
  remediation: string;
  /** The AWS documentation page behind the rule. */
  url: string;
  parameters?: Record<string, Parameter>;
}

/** Judges one resource by its inputs, before it is created or changed. */
export interface ResourceRule extends RuleData {
  scope: "resource";
  check(resource: Resource, context: Context): void;
}

/** Judges one resource by its place among all others, once they are registered. */
export interface StackRule extends RuleData {
  scope: "stack";
  check(resource: Resource, context: StackContext): void;
}

export type Rule = ResourceRule | StackRule;

/** Whether a rule judges resources of a type. */
export function appliesTo(rule: Rule, type: string): boolean {
  return rule.types === "any" ? type.startsWith("aws:") : rule.types.includes(type);
}

/** The parameter of rules that stand back in environments whose data may be thrown away. */
export const disposableStacks: Parameter = {
  type: "array",
  items: { type: "string" },
  description: "Names of stacks whose data may be lost: no deletion protection, no final snapshot.",
  default: ["dev"],
};

/** The parameter of rules that stand back in environments that may stand in one zone, or on one machine. */
export const singleZoneStacks: Parameter = {
  type: "array",
  items: { type: "string" },
  description: "Names of stacks that may fail with one zone or one machine.",
  default: ["dev", "staging"],
};
