import { Identifiers, partitionOf } from "./aws";
import { check, checkAtService, type Failure } from "./check";
import { diff, type Difference } from "./diff";
import { type Action, factsOf, shapesOf, type TypeFacts } from "./facts";
import type { Interference, Operation } from "./faults";
import { importIdOf, splitImportId } from "./import-ids";
import { complete, DEFAULTED, isAutoNamed, type NameProposal } from "./inputs";
import { modelOf } from "./models";
import { lingering, type ModelContext } from "./models/model";
import { taken } from "./models/taken";
import { fill, lookUp, type TemplateValues } from "./templates";
import {
  hasUnknown,
  isObject,
  type Properties,
  restore,
  reveal,
  revealAll,
  sameValue,
  secret,
  text,
  UNKNOWN,
  withoutRedacted,
} from "./values";
import type { World, WorldResource } from "./world";

/** What one provider of a program was configured with. */
export interface ProviderConfiguration {
  region: string;
  defaultTags: Record<string, string>;
  /** URN of the provider in the program. */
  urn?: string;
}

/** AWS or its provider says no. Becomes the error that the engine shows. */
export class Refusal extends Error {}

/** A resource type or data call that the program uses and the stand-in knows nothing of. */
export class UnmodelledType extends Refusal {
  constructor(readonly token: string) {
    super(
      `${token}: the rehearsal has no model for this ${token.includes("/get") ? "data call" : "type"}; ` +
        "docs/rehearsal.md says where one is added",
    );
  }
}

/** One resource as the engine asks for it. */
export interface Request {
  type: string;
  urn: string;
  /** Name in the program. */
  name: string;
}

/** The life cycle of resources, over a world. Knows nothing of the wire. */
export class Provider {
  /** Tokens that were asked for and have no model. */
  readonly unmodelled = new Set<string>();
  readonly #world: World;
  readonly #interference: Interference | undefined;

  /** @param interference Makes operations fail that the world would allow. */
  constructor(world: World, interference?: Interference) {
    this.#world = world;
    this.#interference = interference;
  }

  /** Judges inputs and completes them. */
  check(
    request: Request,
    configuration: ProviderConfiguration,
    olds: Properties | undefined,
    news: Properties,
    seed: Uint8Array,
    proposal?: NameProposal,
  ): { inputs: Properties; failures: Failure[] } {
    const facts = this.#facts(request.type);
    const given = without(news, DEFAULTED);
    const failures = check(facts, shapesOf(request.type), given);
    const inputs = complete(facts, request.name, olds, given, seed, proposal);
    if (facts.inputs.region && inputs.region === undefined && request.type.startsWith("aws:")) {
      inputs.region = configuration.region;
      (inputs[DEFAULTED] as string[]).push("region");
    }
    return { inputs, failures };
  }

  diff(type: string, olds: Properties, news: Properties, state?: Properties): Difference {
    const facts = this.#facts(type);
    return diff(facts, olds, news, isAutoNamed(facts, news), state);
  }

  /** Creates a resource, or says what creating it would give. The id of a preview is empty. */
  create(
    request: Request,
    configuration: ProviderConfiguration,
    inputs: Properties,
    preview: boolean,
  ): { id: string; outputs: Properties } {
    const facts = this.#facts(request.type);
    if (preview) return { id: "", outputs: this.#previewed(facts, configuration, inputs, undefined, undefined) };
    const generation = this.#world.nextGeneration(request.urn);
    const context = this.#context(request, facts, configuration, inputs, {}, `${request.urn}\n${generation}`);
    const operation = operationOf("create", request, context);
    this.#interference?.before({ ...operation, id: "", arn: isForeseeable(facts.arn) ? operation.arn : "" });
    this.#refuse(request, facts, context, inputs, undefined);
    const outputs = this.#outputs(facts, configuration, context, inputs);
    // Settings of something else, such as a bucket's, are put in place whether there were some before or not.
    const overwritten = this.#madeElsewhere(request.type, context.id);
    if (overwritten) this.#world.remove(overwritten.urn, overwritten.id);
    this.#world.put({
      ...request,
      id: context.id,
      region: regionOf(facts, context),
      inputs,
      outputs,
      generation,
      ...(configuration.urn !== undefined && { provider: { urn: configuration.urn, region: configuration.region } }),
    });
    this.#interference?.after(operation, outputs);
    return { id: context.id, outputs };
  }

  /** Changes a resource, or says what changing it would give. */
  update(
    request: Request,
    id: string,
    configuration: ProviderConfiguration,
    olds: Properties,
    oldInputs: Properties,
    inputs: Properties,
    preview: boolean,
  ): Properties {
    const facts = this.#facts(request.type);
    if (preview) return this.#previewed(facts, configuration, inputs, olds, oldInputs);
    const existing = this.#world.get(request.urn, id) ?? this.#world.find(request.type, id);
    if (!existing) throw new Refusal(`${request.type} ${id} does not exist`);
    const previous = revealAll(existing.outputs);
    const wanted = modelOf(request.type)?.sendsOnlyChanges ? changed(existing.inputs, oldInputs, inputs) : inputs;
    const context = this.#context(request, facts, configuration, wanted, previous, seedOf(existing), id);
    const operation = operationOf("update", request, context);
    this.#interference?.before(operation);
    this.#refuse(request, facts, context, wanted, existing);
    const outputs = this.#outputs(facts, configuration, context, wanted);
    for (const name of stable(facts, existing.inputs, wanted)) {
      if (existing.outputs[name] === undefined) continue;
      if (facts.computed.includes(name) || wanted[name] === undefined) outputs[name] = existing.outputs[name];
    }
    this.#world.replace(existing, {
      ...existing,
      ...request,
      region: regionOf(facts, context),
      inputs: wanted,
      outputs,
    });
    this.#interference?.after(operation, outputs);
    return outputs;
  }

  /**
   * Reads what exists, for a refresh, an import or a `get`.
   *
   * @param state Outputs that the engine holds, which complete the secrets that a reloaded world lacks.
   */
  read(
    request: Request,
    id: string,
    state: Properties,
    oldInputs: Properties,
    configuration: ProviderConfiguration,
  ): { id: string; outputs: Properties; inputs: Properties } | undefined {
    const facts = this.#facts(request.type);
    const found =
      this.#world.get(request.urn, id) ??
      this.#named(request.type, facts, id, text(state.region) ?? configuration.region);
    if (!found) return undefined;
    const outputs = withoutRedacted(restore(found.outputs, state)) as Properties;
    const inputs = withoutRedacted(restore(found.inputs, oldInputs)) as Properties;
    return { id: found.id, outputs, inputs };
  }

  /** What a program or an operator names by an id, an import's id, a name or an ARN. */
  #named(type: string, facts: TypeFacts, given: string, home: string): WorldResource | undefined {
    const { id, region = home } = splitImportId(type, given);
    const near = this.#world.ofType(type).filter((one) => one.region === "" || one.region === region);
    const names = [facts.nameProperty, facts.arn ? (facts.arnProperty ?? "arn") : undefined];
    const isMeant = [
      (one: WorldResource) => one.id === id,
      (one: WorldResource) => importIdOf(one) === id,
      (one: WorldResource) =>
        names.some((name) => name !== undefined && reveal(one.outputs[name] ?? one.inputs[name]) === id),
    ];
    for (const meant of isMeant) {
      const found = near.find(meant);
      if (found) return found;
    }
    return undefined;
  }

  /** Deletes a resource. One that is gone already is no error. @throws Refusal when AWS would keep it */
  delete(request: Request, id: string, configuration: ProviderConfiguration): void {
    const facts = this.#facts(request.type);
    const existing = this.#world.get(request.urn, id) ?? this.#madeElsewhere(request.type, id);
    if (!existing) return;
    const previous = revealAll(existing.outputs);
    const context = this.#context(request, facts, configuration, existing.inputs, previous, seedOf(existing), id);
    const operation = operationOf("delete", request, context);
    this.#interference?.before(operation);
    const why = modelOf(request.type)?.refuseDelete?.(context);
    if (why) throw new Refusal(`deleting ${describe(existing)}: ${why}`);
    if (modelOf(request.type)?.lingers?.(context)) this.#world.replace(existing, lingering(existing));
    else this.#world.remove(existing.urn, id);
    this.#interference?.after(operation, existing.outputs);
  }

  /** What exists and was not created here: made by hand, or imported and not changed since. */
  #madeElsewhere(type: string, id: string): WorldResource | undefined {
    const found = this.#world.find(type, id);
    return found?.generation === undefined ? found : undefined;
  }

  #facts(type: string): TypeFacts {
    const facts = factsOf(type);
    if (facts) return facts;
    this.unmodelled.add(type);
    throw new UnmodelledType(type);
  }

  #context(
    request: Request,
    facts: TypeFacts,
    configuration: ProviderConfiguration,
    wrapped: Properties,
    previous: Properties,
    seed: string,
    id?: string,
  ): ModelContext {
    const inputs = revealAll(wrapped);
    const region = typeof inputs.region === "string" ? inputs.region : configuration.region;
    const context = {
      type: request.type,
      urn: request.urn,
      inputs,
      previous,
      region,
      partition: partitionOf(region),
      account: this.#world.accountId,
      world: this.#world,
      identifiers: new Identifiers(seed),
      id: id ?? "",
      arn: "",
    };
    const model = modelOf(request.type);
    const made: Properties = {};
    const values: TemplateValues = { ...context, property: lookUp(made, inputs, previous) };
    const arnNeedsId = !!facts.arn?.includes("{id}") || (!facts.arn && !!model?.arn);
    const setArn = () => {
      context.arn = model?.arn?.(context) ?? (facts.arn ? fill(facts.arn, values) : "");
      // A policy or a subscription names the ARN of something else among its inputs.
      if (context.arn) made.arn = context.arn;
    };
    const setId = () => {
      context.id ||= model?.id?.(context) ?? fill(facts.id, values);
      made.id = context.id;
    };
    // An id can be the ARN, and an ARN can hold the id.
    if (arnNeedsId && facts.id !== "{arn}") {
      setId();
      setArn();
    } else {
      setArn();
      setId();
    }
    return context;
  }

  #outputs(
    facts: TypeFacts,
    configuration: ProviderConfiguration,
    context: ModelContext,
    inputs: Properties,
  ): Properties {
    const computed: Properties = { ...modelOf(context.type)?.outputs?.(context) };
    if (context.arn) computed[facts.arnProperty ?? "arn"] ??= context.arn;
    if (facts.computed.includes("tagsAll")) computed.tagsAll = allTags(configuration, inputs);
    if (facts.inputs.region && context.type.startsWith("aws:")) computed.region = context.region;
    for (const name of facts.computed) {
      if (name === "ownerId" || name === "owner") computed[name] ??= context.account;
      if (name === "keyId" || name === "allocationId" || name === "securityGroupRuleId") computed[name] ??= context.id;
    }
    const known = new Set([...facts.computed, ...(facts.optionalComputed ?? []), "region"]);
    const kept: Properties = { ...without(inputs, DEFAULTED) };
    for (const [name, value] of Object.entries(computed)) {
      if (value === undefined || !known.has(name)) continue;
      if (facts.computed.includes(name) || kept[name] === undefined) kept[name] = value;
    }
    return hidden(facts, kept);
  }

  #previewed(
    facts: TypeFacts,
    configuration: ProviderConfiguration,
    inputs: Properties,
    olds: Properties | undefined,
    oldInputs: Properties | undefined,
  ): Properties {
    const outputs: Properties = {};
    for (const name of [...facts.computed, ...(facts.optionalComputed ?? [])]) outputs[name] = UNKNOWN;
    if (olds) for (const name of stable(facts, oldInputs ?? {}, inputs)) outputs[name] = olds[name];
    Object.assign(outputs, without(inputs, DEFAULTED));
    if (facts.computed.includes("tagsAll")) outputs.tagsAll = allTags(configuration, inputs);
    return hidden(facts, outputs);
  }

  /** @throws Refusal with everything that speaks against creating or changing the resource */
  #refuse(
    request: Request,
    facts: TypeFacts,
    context: ModelContext,
    inputs: Properties,
    existing: WorldResource | undefined,
  ): void {
    const action = existing ? "updating" : "creating";
    const what = `${action} ${request.type} "${request.name}"`;
    const failures = checkAtService(facts, inputs);
    if (failures.length > 0) {
      throw new Refusal(`${what}: ${failures.map(({ property, reason }) => `${property}: ${reason}`).join("; ")}`);
    }
    for (const names of facts.unique ?? []) this.#refuseTaken(what, names, facts, context, existing);
    const why = modelOf(request.type)?.refuse?.(context);
    if (why) throw new Refusal(`${what}: ${why}`);
  }

  #refuseTaken(
    what: string,
    names: string[],
    facts: TypeFacts,
    context: ModelContext,
    existing: WorldResource | undefined,
  ): void {
    const wanted = names.map((name) => context.inputs[name]);
    if (wanted.every((value) => value === undefined)) return;
    // Bucket names are taken in every region at once.
    const everywhere = context.type === "aws:s3/bucket:Bucket";
    const region = regionOf(facts, context);
    const holder = this.#world
      .ofType(context.type)
      .find(
        (one) =>
          one !== existing &&
          (everywhere || one.region === region) &&
          names.every((name, index) => sameValue(reveal(one.inputs[name]), wanted[index])),
      );
    if (!holder) return;
    const value = names.map((name, index) => `${name} ${JSON.stringify(wanted[index])}`).join(", ");
    throw new Refusal(`${what}: ${taken(context.type, value, holder)}`);
  }
}

function operationOf(action: Action, { type, name }: Request, context: ModelContext): Operation {
  const { id, arn, partition, region, account } = context;
  return { action, type, name, id, arn, partition, region, account };
}

/** Whether an ARN consists of what is known before AWS makes up an identifier. */
function isForeseeable(template: string | undefined): boolean {
  return template !== undefined && !/\{(id|uuid|time|(hex|digits|upper|lower|mixed):\d+)\}/.test(template);
}

/** What tells the incarnations of one resource apart. */
function seedOf(resource: WorldResource): string {
  return `${resource.urn}\n${resource.generation ?? 1}`;
}

/** What exists, with those properties changed that the engine changes. */
function changed(existing: Properties, olds: Properties, news: Properties): Properties {
  const kept = withoutRedacted(restore(existing, olds)) as Properties;
  const names = [...new Set([...Object.keys(kept), ...Object.keys(news)])];
  const values = names.map((name) => {
    const same = sameValue(reveal(olds[name]), reveal(news[name]));
    return [name, same ? kept[name] : news[name]] as const;
  });
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** The computed outputs that a change of inputs leaves as they are. */
function stable(facts: TypeFacts, olds: Properties, news: Properties): string[] {
  const changes = (name: string) => name === "*" || !sameValue(reveal(olds[name]), reveal(news[name]));
  return [...facts.computed, ...(facts.optionalComputed ?? [])].filter(
    (name) => name !== "tagsAll" && !facts.computedOnUpdate?.[name]?.some(changes),
  );
}

function describe(resource: WorldResource): string {
  return `${resource.type} "${resource.name}"`;
}

function regionOf(facts: TypeFacts, context: Pick<ModelContext, "region">): string {
  return facts.inputs.region ? context.region : "";
}

function allTags(configuration: ProviderConfiguration, inputs: Properties): unknown {
  const own = inputs.tags;
  if (own === UNKNOWN || (own !== undefined && !isObject(own))) return UNKNOWN;
  const tags = { ...configuration.defaultTags, ...(reveal(own) as Properties | undefined) };
  // A map with one unknown value is still a map: the other tags stay known.
  return hasUnknown(tags) && !isObject(own) ? UNKNOWN : tags;
}

function hidden(facts: TypeFacts, outputs: Properties): Properties {
  for (const name of facts.sensitive ?? []) {
    if (outputs[name] !== undefined && outputs[name] !== UNKNOWN) outputs[name] = secret(outputs[name]);
  }
  return outputs;
}

function without(properties: Properties, name: string): Properties {
  const others = { ...properties };
  Reflect.deleteProperty(others, name);
  return others;
}
