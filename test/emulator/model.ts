import * as fs from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { testEnvironment } from "../support/ministack";

/** How a shape is used by a structure, a list, a map or an operation. */
export interface Reference {
  readonly shape: string;
  readonly locationName?: string;
  readonly queryName?: string;
  readonly location?: "uri" | "querystring" | "header" | "headers" | "statusCode";
  readonly flattened?: boolean;
  readonly xmlAttribute?: boolean;
  readonly xmlNamespace?: XmlNamespace;
  readonly resultWrapper?: string;
}

export type XmlNamespace = string | { readonly uri: string; readonly prefix?: string };

/** A type of the service, with what holds for its values. */
export interface Shape {
  readonly type:
    | "structure"
    | "list"
    | "map"
    | "string"
    | "boolean"
    | "integer"
    | "long"
    | "float"
    | "double"
    | "timestamp"
    | "blob";
  readonly members?: Readonly<Record<string, Reference>>;
  readonly required?: readonly string[];
  readonly payload?: string;
  readonly union?: boolean;
  readonly document?: boolean;
  readonly eventstream?: boolean;
  readonly member?: Reference;
  readonly key?: Reference;
  readonly value?: Reference;
  readonly flattened?: boolean;
  readonly locationName?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
  readonly timestampFormat?: "iso8601" | "rfc822" | "unixTimestamp";
  readonly exception?: boolean;
  readonly error?: { readonly code?: string; readonly httpStatusCode?: number; readonly senderFault?: boolean };
}

export interface Operation {
  readonly name: string;
  readonly http: { readonly method: string; readonly requestUri: string; readonly responseCode?: number };
  readonly input?: Reference;
  readonly output?: Reference;
  readonly errors?: readonly Reference[];
}

interface Description {
  readonly metadata: {
    readonly protocol: string;
    readonly protocols?: readonly string[];
    readonly targetPrefix?: string;
    readonly jsonVersion?: string;
    readonly xmlNamespace?: XmlNamespace;
    readonly apiVersion: string;
  };
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** How requests and answers are written. */
export type Protocol = "query" | "ec2" | "json" | "rest-json" | "rest-xml";
const PROTOCOLS: readonly Protocol[] = ["json", "rest-json", "rest-xml", "query", "ec2"];

const models = new Map<string, Model>();

/**
 * A service as AWS describes it to its SDKs: operations, types, what is required and allowed. Read from the SDK for
 * Python, whose descriptions hold the constraints that the JavaScript SDK's leave out.
 */
export class Model {
  readonly protocol: Protocol;

  private constructor(
    /** The service's folder in the SDK. */
    readonly service: string,
    readonly description: Description,
  ) {
    const { protocol, protocols = [protocol] } = description.metadata;
    const known = PROTOCOLS.find((one) => protocols.includes(one));
    if (!known) throw new Error(`${service}: the emulated world speaks none of ${protocols.join(", ")}`);
    this.protocol = known;
  }

  /** Reads a service's description, once. @param service Its folder in the SDK for Python, such as `elbv2` */
  static of(service: string): Model {
    let model = models.get(service);
    if (!model) {
      const folder = path.join(dataFolder(), service);
      const version = fs
        .readdirSync(folder)
        .filter((name) => /^\d{4}-\d{2}-\d{2}$/.test(name))
        .sort()
        .at(-1)!;
      const file = fs.readFileSync(path.join(folder, version, "service-2.json.gz"));
      model = new Model(service, JSON.parse(gunzipSync(file).toString()) as Description);
      models.set(service, model);
    }
    return model;
  }

  get operations(): Readonly<Record<string, Operation>> {
    return this.description.operations;
  }

  shape({ shape }: Reference): Shape {
    const found = this.description.shapes[shape];
    if (!found) throw new Error(`${this.service}: the model has no shape ${shape}`);
    return found;
  }

  /** The error that the service calls so, if it knows one. */
  error(code: string): Shape | undefined {
    const named = Object.entries(this.description.shapes).find(
      ([name, { exception, error }]) => exception && (error?.code ?? name) === code,
    );
    return named?.[1];
  }

  /** Everything about a value that the model does not allow, each with where it is. */
  problems(value: unknown, reference: Reference | undefined, where: string): string[] {
    if (!reference) {
      const given = Object.keys((value ?? {}) as object);
      return given.length === 0 ? [] : [`${where}: takes nothing, got ${given.join(", ")}`];
    }
    const found: string[] = [];
    this.check(value, reference, where, found);
    return found;
  }

  private check(value: unknown, reference: Reference, where: string, found: string[]): void {
    const shape = this.shape(reference);
    const wrong = (what: string): void => void found.push(`${where}: ${what}`);
    switch (shape.type) {
      case "structure":
        if (shape.document) return;
        if (!isRecord(value)) wrong(`an object is wanted, got ${show(value)}`);
        else this.checkStructure(value, shape, where, found);
        return;
      case "list":
        if (!Array.isArray(value)) {
          wrong(`a list is wanted, got ${show(value)}`);
          return;
        }
        checkSize(value.length, shape, "elements", wrong);
        value.forEach((item, index) => {
          this.check(item, shape.member!, `${where}[${index}]`, found);
        });
        return;
      case "map":
        if (!isRecord(value)) {
          wrong(`a map is wanted, got ${show(value)}`);
          return;
        }
        checkSize(Object.keys(value).length, shape, "entries", wrong);
        for (const [key, item] of Object.entries(value)) {
          this.check(key, shape.key!, `${where} (the key ${key})`, found);
          this.check(item, shape.value!, `${where}.${key}`, found);
        }
        return;
      case "string":
        if (typeof value !== "string") wrong(`a string is wanted, got ${show(value)}`);
        else checkString(value, shape, wrong);
        return;
      case "boolean":
        if (typeof value !== "boolean") wrong(`true or false is wanted, got ${show(value)}`);
        return;
      case "integer":
      case "long":
        if (!Number.isInteger(value)) wrong(`a whole number is wanted, got ${show(value)}`);
        else checkSize(value as number, shape, "", wrong);
        return;
      case "float":
      case "double":
        if (typeof value !== "number" || Number.isNaN(value)) wrong(`a number is wanted, got ${show(value)}`);
        else checkSize(value, shape, "", wrong);
        return;
      case "timestamp":
        if (!(value instanceof Date) || Number.isNaN(value.getTime())) wrong(`a time is wanted, got ${show(value)}`);
        return;
      case "blob":
        if (!(value instanceof Uint8Array)) wrong(`bytes are wanted, got ${show(value)}`);
    }
  }

  private checkStructure(value: Record<string, unknown>, shape: Shape, where: string, found: string[]): void {
    const members = shape.members ?? {};
    const given = Object.keys(value).filter((name) => value[name] !== undefined);
    for (const name of shape.required ?? []) {
      if (!given.includes(name)) found.push(`${where}: ${name} is required`);
    }
    if (shape.union && given.length !== 1) {
      found.push(
        `${where}: exactly one of ${Object.keys(members).join(", ")} is wanted, got ${given.join(", ") || "none"}`,
      );
    }
    for (const name of given) {
      const member = members[name];
      if (member) this.check(value[name], member, `${where}.${name}`, found);
      else found.push(`${where}: there is no ${name}, only ${Object.keys(members).join(", ")}`);
    }
  }
}

function dataFolder(): string {
  const lib = path.join(testEnvironment(), "lib");
  return path.join(lib, fs.readdirSync(lib)[0]!, "site-packages", "botocore", "data");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}

function checkSize(size: number, { min, max }: Shape, unit: string, wrong: (what: string) => void): void {
  const what = unit ? `${size} ${unit}` : String(size);
  if (min !== undefined && size < min) wrong(`at least ${min} is wanted, got ${what}`);
  if (max !== undefined && size > max) wrong(`at most ${max} is wanted, got ${what}`);
}

function checkString(value: string, shape: Shape, wrong: (what: string) => void): void {
  checkSize(value.length, shape, "characters", wrong);
  if (shape.enum && !shape.enum.includes(value)) {
    wrong(`one of ${shape.enum.join(", ")} is wanted, got ${show(value)}`);
  }
  const pattern = shape.pattern === undefined ? undefined : expression(shape.pattern);
  if (pattern && !pattern.test(value)) wrong(`${show(value)} does not match ${shape.pattern}`);
}

const expressions = new Map<string, RegExp | undefined>();

/** A model's pattern; undefined for one of the few that are written in another language's syntax. */
function expression(pattern: string): RegExp | undefined {
  if (!expressions.has(pattern)) {
    let compiled: RegExp | undefined;
    for (const flags of ["u", ""]) {
      try {
        compiled ??= new RegExp(pattern, flags);
      } catch {
        // The next flags may do.
      }
    }
    expressions.set(pattern, compiled);
  }
  return expressions.get(pattern);
}

function show(value: unknown): string {
  const text = value instanceof Uint8Array ? `${value.length} bytes` : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
