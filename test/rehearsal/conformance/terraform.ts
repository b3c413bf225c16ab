import { convert } from "../../../operations/provider-check/convert";
import { type ProviderSchema, resourceBlock } from "../../../operations/provider-check/schema";
import { sdkRequires } from "../../../operations/provider-check/sdk";
import { providerSchema } from "../../../operations/provider-check/tools";
import type { ProviderTools } from "../../../operations/provider-check";
import { type Value, unwrap } from "../../../operations/provider-check/values";
import { factsOf } from "../../../rehearsal/facts";
import { type Cty, isRecord, Mistyped, same, toCty, Unknown } from "./cty";
import { type Diagnostic, type PathStep, type Plan, ProviderProcess } from "./plugin";
import type { Change, Inputs, Judge, Verdict } from "./probes";
import { proposedNew } from "./proposal";
import type { Schema, SchemaAttribute } from "./schema";

/** A resource as the provider would have made it, to plan changes against. */
interface State {
  value: Record<string, Cty>;
  planPrivate: Uint8Array;
  /** Truth values and empty lists that were made up: whether giving one changes anything cannot be said. */
  madeUp: string[];
}

/** How values are made up that only AWS would know. */
interface MadeUp {
  /** Those that are known better, by attribute. */
  known: Record<string, Cty>;
  /** Texts that could be given are empty: some are refused where AWS gives none. */
  empty: boolean;
}

/** The real provider as a judge. */
export class TerraformJudge implements Judge {
  readonly #creations = new Map<string, Promise<Plan>>();
  readonly #states = new Map<string, Promise<State | undefined>>();

  constructor(
    private readonly provider: ProviderProcess,
    readonly schema: ProviderSchema,
  ) {}

  static async start(tools: ProviderTools): Promise<TerraformJudge> {
    return new TerraformJudge(await ProviderProcess.start(tools), await providerSchema(tools));
  }

  stop(): void {
    this.provider.stop();
  }

  async verdict(type: string, inputs: Inputs): Promise<Verdict> {
    const { verdict, messages } = await this.explain(type, inputs);
    return { verdict, messages: messages.map(({ message }) => message) };
  }

  /** The verdict with what the provider says, and where. */
  async explain(
    type: string,
    inputs: Inputs,
  ): Promise<{ verdict: Verdict["verdict"]; messages: Diagnostic[]; planned?: Plan }> {
    const config = this.#config(type, inputs);
    if (config instanceof Mistyped) {
      return { verdict: "refused", messages: [{ severity: "ERROR", message: config.message, path: config.path }] };
    }
    if (!config) return { verdict: "unjudged", messages: [] };
    const invalid = errorsOf(await this.provider.validate(terraformType(type), config));
    if (invalid.length > 0) return { verdict: "refused", messages: invalid };
    const plan = await this.#creation(type, inputs, config);
    const errors = errorsOf(plan.diagnostics);
    if (errors.some(asksAws)) return { verdict: "unjudged", messages: errors };
    return { verdict: errors.length > 0 ? "refused" : "accepted", messages: errors, planned: plan };
  }

  async change(type: string, before: Inputs, after: Inputs, outputs: Inputs = {}): Promise<Change> {
    const state = await this.#state(type, before, outputs);
    const config = this.#config(type, after);
    if (!state || !config || config instanceof Mistyped) return "unjudged";
    if (state.madeUp.some((name) => isTruthValueOrEmpty(config[name]))) return "unjudged";
    const plan = await this.#plan(type, state, config);
    if (errorsOf(plan.diagnostics).length > 0) return "unjudged";
    if (same(plan.planned, state.value)) return "same";
    const replaces = plan.requiresReplace.some((path) => !same(at(plan.planned, path), at(state.value, path)));
    return replaces ? "replace" : "update";
  }

  /** Inputs as the provider takes them; undefined where this version of it cannot judge all of them. */
  #config(type: string, inputs: Inputs): Record<string, Cty> | Mistyped | undefined {
    const block = resourceBlock(this.schema, terraformType(type));
    if (!block) return undefined;
    const optional = (path: string) => sdkRequires(type, path) === false;
    const { body, unchecked } = convert(block, unwrap(inputs) as Record<string, Value>, optional);
    // The region of a resource came with version 6, and changes nothing about the others.
    if ([...unchecked.keys()].some((path) => path !== "region")) return undefined;
    try {
      return toCty(this.#schemaOf(type), body) as Record<string, Cty>;
    } catch (error) {
      if (error instanceof Mistyped) return error;
      throw error;
    }
  }

  #schemaOf(type: string): Schema {
    return this.schema[terraformType(type)]!.block as Schema;
  }

  #plan(type: string, state: State | null, config: Record<string, Cty>): Promise<Plan> {
    const proposed = proposedNew(this.#schemaOf(type), state?.value ?? null, config);
    return this.provider.plan(terraformType(type), state?.value ?? null, proposed, config, state?.planPrivate);
  }

  #creation(type: string, inputs: Inputs, config: Record<string, Cty>): Promise<Plan> {
    const key = JSON.stringify([type, inputs]);
    let plan = this.#creations.get(key);
    if (!plan) this.#creations.set(key, (plan = this.#plan(type, null, config)));
    return plan;
  }

  #state(type: string, inputs: Inputs, outputs: Inputs): Promise<State | undefined> {
    const key = JSON.stringify([type, inputs]);
    let state = this.#states.get(key);
    if (!state) this.#states.set(key, (state = this.#create(type, inputs, outputs)));
    return state;
  }

  /** The state after a creation: what was planned, with values made up for what only AWS would know. */
  async #create(type: string, inputs: Inputs, outputs: Inputs): Promise<State | undefined> {
    const config = this.#config(type, inputs);
    if (!config || config instanceof Mistyped) return undefined;
    const plan = await this.#creation(type, inputs, config);
    if (errorsOf(plan.diagnostics).length > 0) return undefined;
    let made: MadeUp = { known: this.#computed(type, outputs), empty: false };
    for (let tries = 0; tries < 6; tries++) {
      const state = await this.#settled(type, plan, config, made);
      if (state === undefined || "value" in state) return state;
      const mended = mend(made, state.refused);
      if (!mended) return undefined;
      made = mended;
    }
    return undefined;
  }

  /** The creation's plan as a state that the same configuration would not change. */
  async #settled(
    type: string,
    creation: Plan,
    config: Record<string, Cty>,
    made: MadeUp,
  ): Promise<State | { refused: Diagnostic[] } | undefined> {
    const schema = this.#schemaOf(type);
    const planned = isRecord(creation.planned) ? creation.planned : {};
    const madeUp = Object.entries(schema.attributes ?? {})
      .filter(([name]) => planned[name] instanceof Unknown && !(name in made.known))
      .filter(([name, attribute]) => isTruthValueOrEmpty(madeUpFor(name, attribute, made.empty)))
      .map(([name]) => name);
    let plan = creation;
    // A second plan shows what the provider would still change: so it would be there after a real creation.
    for (let round = 0; round < 3; round++) {
      const value = filled(schema, plan.planned, made) as Record<string, Cty>;
      const state = { value, planPrivate: plan.planPrivate, madeUp };
      plan = await this.#plan(type, state, config);
      const refused = errorsOf(plan.diagnostics);
      if (refused.length > 0) return { refused };
      if (same(plan.planned, value)) return state;
    }
    return undefined;
  }

  /** Computed attributes, as far as a rehearsal made them up. */
  #computed(type: string, outputs: Inputs): Record<string, Cty> {
    const schema = this.#schemaOf(type);
    const computed: Record<string, Cty> = {};
    for (const [name, attribute] of Object.entries(schema.attributes ?? {})) {
      const pulumi = name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
      const value = outputs[pulumi];
      if (attribute.type === "string" && typeof value === "string") computed[name] = value;
      if (attribute.type === "number" && typeof value === "number") computed[name] = value;
      if (attribute.type === "bool" && typeof value === "boolean") computed[name] = value;
    }
    return computed;
  }
}

/** The Terraform type behind a Pulumi type. */
export function terraformType(type: string): string {
  return factsOf(type)!.tf!;
}

function errorsOf(diagnostics: Diagnostic[]): Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === "ERROR");
}

function asksAws({ message }: Diagnostic): boolean {
  return /\b(dial tcp|proxyconnect|exceeded maximum number of attempts)\b/.test(message);
}

/** Makes up values anew that the provider refuses; undefined where it does not say how. */
function mend({ known, empty }: MadeUp, refused: Diagnostic[]): MadeUp | undefined {
  const allowed = refused.flatMap(({ message, path }) => {
    const [, value] = /Valid Values: \[(\S+)/.exec(message) ?? [];
    return value !== undefined && path.length === 1 ? [[String(path[0]), value] as const] : [];
  });
  if (allowed.length > 0) return { known: { ...known, ...Object.fromEntries(allowed) }, empty };
  return empty ? undefined : { known, empty: true };
}

function filled(schema: Schema, planned: Cty, { known, empty }: MadeUp): Cty {
  if (!isRecord(planned)) return planned;
  const value: Record<string, Cty> = {};
  for (const [name, item] of Object.entries(planned)) {
    const attribute = schema.attributes?.[name];
    const block = schema.block_types?.[name];
    const inside = (one: Cty) => filled(block!.block, one, { known: {}, empty });
    if (item instanceof Unknown) value[name] = known[name] ?? madeUpFor(name, attribute, empty);
    else if (block) value[name] = Array.isArray(item) ? item.map(inside) : inside(item);
    else value[name] = withoutUnknown(item, name);
  }
  return value;
}

function madeUpFor(name: string, attribute: SchemaAttribute | undefined, empty: boolean): Cty {
  const { type, nested_type: nested, optional } = attribute ?? {};
  if (nested) return nested.nesting_mode === "single" ? null : nested.nesting_mode === "map" ? {} : [];
  // A number that no probe gives.
  if (type === "number") return 424242;
  if (type === "bool") return false;
  if (Array.isArray(type)) return type[0] === "map" ? {} : type[0] === "object" ? null : [];
  if (type !== "string") return [];
  if (empty && optional && name !== "id") return "";
  if (name === "arn" || name.endsWith("_arn")) return `arn:aws:service:eu-north-1:123456789012:thing/${name}`;
  return madeUpText(name);
}

function madeUpText(name: string): string {
  // Some types insist that a time is one.
  return /_(at|time|date)$/.test(name) ? "2029-01-02T03:04:05Z" : `made-up-${name.replaceAll("_", "-")}`;
}

function withoutUnknown(value: Cty, name: string): Cty {
  if (value instanceof Unknown) return madeUpText(name);
  if (Array.isArray(value)) return value.map((item) => withoutUnknown(item, name));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutUnknown(item, key)]));
}

function isTruthValueOrEmpty(value: Cty | undefined): boolean {
  return typeof value === "boolean" || (Array.isArray(value) && value.length === 0);
}

function at(value: Cty, path: readonly PathStep[]): Cty {
  let here: Cty | undefined = value;
  for (const step of path) {
    if (Array.isArray(here)) here = here[Number(step)];
    else if (isRecord(here)) here = here[String(step)];
    else return null;
  }
  return here ?? null;
}
