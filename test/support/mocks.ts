import * as pulumi from "@pulumi/pulumi";
import { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { getMonitor } from "@pulumi/pulumi/runtime/settings";

/** The account of every test, from the range AWS documents examples with. */
export const ACCOUNT = "111122223333";
export const REGION = "eu-north-1";

/* Inputs and outputs are whatever a provider takes and gives; tests assert on them. */
/* eslint-disable @typescript-eslint/no-explicit-any */

type RegisterResource = (
  request: RegisterResourceRequest,
  callback: (error: unknown, response: unknown) => void,
) => unknown;

/** One resource as a program registered it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly id: string;
  readonly custom: boolean;
  /** Inputs with secrets in clear. */
  readonly inputs: Record<string, any>;
  /** Paths of the inputs that are marked secret, e.g. `authenticationMode.passwords`. */
  readonly secretInputs: readonly string[];
  readonly outputs: Record<string, any>;
  readonly protect: boolean;
  readonly parent: string;
  readonly dependencies: readonly string[];
  /** Input property to the URNs of the resources its value came from. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly ignoreChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly additionalSecretOutputs: readonly string[];
}

/** What a program registered under mocks, and what it returned. */
export interface Run<T> {
  readonly resources: readonly Registered[];
  readonly result: T;
  /** The only resource of a type, or the one of that name. Fails when there is none, or more than one. */
  one(type: string, name?: string): Registered;
  /** All resources of a type. */
  all(type: string): Registered[];
  /** `type name` of every custom resource, sorted. */
  list(): string[];
}

export interface MockOptions {
  /** Computed values and ids are unknown, as in the first preview of a stack. */
  readonly preview?: boolean;
  readonly stack?: string;
  /** Computed outputs by type token, beyond `arn`. */
  readonly outputs?: Readonly<Record<string, (inputs: Record<string, any>, name: string) => Record<string, unknown>>>;
  /** Answers of data calls by token. A call without an answer fails the test. */
  readonly calls?: Readonly<Record<string, (inputs: Record<string, any>) => Record<string, unknown>>>;
  /** Stack configuration, `namespace:key` to text. */
  readonly config?: Readonly<Record<string, string>>;
}

/**
 * Runs a program under Pulumi's mocks and records every registration. Unplanned data calls and two resources of the
 * same type and name fail the run: Pulumi's own mocks overwrite the second in silence.
 */
export async function runMocked<T>(program: () => T | Promise<T>, options: MockOptions = {}): Promise<Run<T>> {
  const resources: Registered[] = [];
  const requests = new Map<string, RegisterResourceRequest>();
  let fail!: (failure: Error) => void;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  const refuse = (message: string): never => {
    const failure = new Error(message);
    fail(failure);
    throw failure;
  };
  const mocks: pulumi.runtime.Mocks = {
    newResource(args) {
      if (resources.some(({ type, name }) => type === args.type && name === args.name)) {
        refuse(`${args.type} ${args.name} is registered twice`);
      }
      const id = `${args.name}-id`;
      const secretInputs: string[] = [];
      const inputs = reveal(args.inputs, "", secretInputs) as Record<string, any>;
      const region = inputs.region ?? REGION;
      const computed = {
        arn: `arn:aws:${args.type.split(/[:/]/)[1]}:${region}:${ACCOUNT}:${args.name}`,
        ...options.outputs?.[args.type]?.(inputs, args.name),
      };
      // A resource that is read, such as a stack reference, is not registered and has no options.
      const request = requests.get(`${args.type} ${args.name}`) ?? new RegisterResourceRequest();
      const propertyDependencies: Record<string, string[]> = {};
      request.getPropertydependenciesMap().forEach((value, key) => {
        propertyDependencies[key] = value.getUrnsList();
      });
      resources.push({
        type: args.type,
        name: args.name,
        urn: `urn:pulumi:${options.stack ?? "production"}::ai-prism::${args.type}::${args.name}`,
        id,
        custom: args.custom ?? false,
        inputs,
        secretInputs,
        outputs: { ...inputs, ...computed },
        protect: request.getProtect() ?? false,
        parent: request.getParent(),
        dependencies: request.getDependenciesList(),
        propertyDependencies,
        ignoreChanges: request.getIgnorechangesList(),
        deleteBeforeReplace: request.getDeletebeforereplace(),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      });
      if (options.preview) return { id: undefined, state: args.inputs };
      return { id, state: { ...args.inputs, ...computed } };
    },
    call(args) {
      const answer = options.calls?.[args.token] ?? refuse(`unplanned data call ${args.token}`);
      return answer(args.inputs);
    },
  };
  await pulumi.runtime.setMocks(mocks, "ai-prism", options.stack ?? "production", options.preview ?? false);
  // Mocks are told inputs only; options such as `protect` stand in the request behind them.
  const monitor = getMonitor() as unknown as {
    registerResource: RegisterResource;
    registerResourceHook: (request: unknown, callback: (error: null, response: object) => void) => void;
  };
  // Pulumi's own mocks know no hooks, and a program that registers one would wait for ever. None is called: the drills do.
  monitor.registerResourceHook = (_request, callback) => {
    callback(null, {});
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    requests.set(`${request.getType()} ${request.getName()}`, request);
    return register(request, callback);
  };
  pulumi.runtime.setAllConfig({ ...options.config });
  const finished = (async () => {
    let result!: T;
    await pulumi.runtime.runInPulumiStack(async () => {
      result = await program();
      return {};
    });
    await pulumi.runtime.disconnect();
    return result;
  })();
  const result = await Promise.race([finished, failed]);
  return {
    resources,
    result,
    all: (type) => resources.filter((resource) => resource.type === type),
    one(type, name) {
      const found = resources.filter((resource) => resource.type === type && (!name || resource.name === name));
      if (found.length === 1) return found[0]!;
      const having = found.length === 0 ? resources.map((r) => `${r.type} ${r.name}`) : found.map((r) => r.name);
      throw new Error(
        `${found.length} resources of type ${type}${name ? ` named ${name}` : ""}; there are:\n${having.join("\n")}`,
      );
    },
    list: () =>
      resources
        .filter(({ custom }) => custom)
        .map(({ type, name }) => `${type} ${name}`)
        .sort(),
  };
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Takes the engine's secret envelopes off, noting where they were. */
function reveal(value: unknown, path: string, secrets: string[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => reveal(item, `${path}[${index}]`, secrets));
  if (typeof value !== "object" || value === null) return value;
  const record = value as Record<string, unknown>;
  if (record[SIGNATURE] === SECRET) {
    secrets.push(path);
    return reveal(record.value, path, secrets);
  }
  return Object.fromEntries(
    Object.entries(record).map(([key, item]) => [key, reveal(item, path ? `${path}.${key}` : key, secrets)]),
  );
}

/** The value of an output; undefined when it is unknown. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  return (output as unknown as { promise(withUnknowns?: boolean): Promise<T> }).promise();
}

/** Whether an output is secret. */
export function isSecret(output: pulumi.Output<unknown>): Promise<boolean> {
  return pulumi.isSecret(output);
}
