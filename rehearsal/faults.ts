import { CREATION_SECONDS, DEFAULT_CREATION_SECONDS } from "../catalog/creation-times";
import { type ApiCall, apiCallOf } from "./api-calls";
import { type Action, modelledTypes, serviceOf } from "./facts";
import type { Properties } from "./values";

/** What a fault can do to an operation; each is what AWS or the way to it does at times. */
export const faultKinds = {
  throttled: "AWS refuses too many calls until the provider gives up; nothing changes",
  denied: "AWS refuses the call because no policy allows it; nothing changes",
  capacity: "AWS has not enough machines in the zone; only for types that run on some",
  timeout: "AWS accepts, and the provider waits in vain for the end; the engine records the resource as failed",
  lost: "AWS accepts, and the connection ends before the answer; the engine records nothing",
  killed: "AWS accepts, and the engine is killed before the answer; it had saved every step until then",
} as const;

export type FaultKind = keyof typeof faultKinds;

/** One fault that was asked for. */
export interface Fault {
  /** As it was written. */
  text: string;
  /** Type token. */
  type: string;
  /** Name in the program; every resource of the type when there is none. */
  name?: string;
  /** Which operation on what the fault is about, from 1. */
  nth: number;
  kind: FaultKind;
}

/** A fault that cannot be; the message says what is allowed. */
export class InvalidFault extends Error {}

/** AWS and its provider at work on one resource. */
export interface Operation {
  action: Action;
  type: string;
  /** Name in the program. */
  name: string;
  /** Empty where AWS has not given one yet. */
  id: string;
  /** Empty where it has none, or none yet. */
  arn: string;
  partition: string;
  region: string;
  account: string;
}

/** What may come between the engine and AWS. */
export interface Interference {
  /** Called before AWS has looked at an operation. @throws what the engine is told in place of an answer */
  before(operation: Operation): void;
  /** Called when AWS has accepted an operation. @throws what the engine is told in place of the answer */
  after(operation: Operation, outputs: Properties): void;
}

/** An operation that failed as AWS or the provider would say it. */
export class Failed extends Error {}

/** AWS accepted the operation, and yet it failed: the engine is told both. */
export class AcceptedAndFailed extends Failed {
  constructor(
    message: string,
    readonly id: string,
    readonly outputs: Properties,
  ) {
    super(message);
  }
}

/** Nobody is there any more to be answered. */
export class Unanswered extends Error {}

/** How many machines are missing is said in each service's own words. */
const CAPACITY: Record<string, (operation: Operation, call: ApiCall) => string> = {
  "aws:rds/instance:Instance": (_, call) =>
    failedCall(
      call,
      400,
      "InsufficientDBInstanceCapacity: The requested DB instance class isn't available in the specified Availability " +
        "Zone at this time.",
    ),
  "aws:elasticache/replicationGroup:ReplicationGroup": (_, call) =>
    failedCall(
      call,
      400,
      "InsufficientCacheClusterCapacity: The requested cache node type is not available in the specified Availability " +
        "Zone.",
    ),
  "aws:ec2/eip:Eip": (_, call) =>
    failedCall(
      call,
      400,
      "InsufficientAddressCapacity: Not enough available addresses to satisfy your minimum request.",
    ),
  "aws:elasticbeanstalk/environment:Environment": ({ id, region }) =>
    `waiting for Elastic Beanstalk Environment (${id}) to become ready: unexpected state 'Terminated', wanted target ` +
    `'Ready'. Events: Launching a new EC2 instance. Status Reason: We currently do not have sufficient capacity in the ` +
    `Availability Zone you requested (${region}a). Launching EC2 instance failed.`,
};

/** Capacity that is missing only after AWS has begun: the resource exists. */
const LACKS_CAPACITY_LATE = new Set(["aws:elasticbeanstalk/environment:Environment"]);

/**
 * Reads `TYPE[:NAME][@N][=KIND]`. The type is a token or short as in `rds.Instance`; N is 1 and the kind `throttled`
 * unless given.
 *
 * @throws InvalidFault with what is allowed
 */
export function parseFault(text: string): Fault {
  const refuse = (reason: string): never => {
    throw new InvalidFault(`${JSON.stringify(text)}: ${reason}`);
  };
  const parts =
    /^(?<type>[\w-]+:[\w/-]+:\w+|[\w-]+(?:\.\w+)+|[^:@=]*)(?::(?<name>[^@=]*))?(?:@(?<nth>[^=]*))?(?:=(?<kind>.*))?$/.exec(
      text,
    )?.groups;
  if (!parts?.type) return refuse("has to be TYPE[:NAME][@N][=KIND], as in rds.Instance:database@1=throttled");
  const { name, nth = "1", kind = "throttled" } = parts;
  const type = typeOf(parts.type);
  if (!type) return refuse(`no type ${JSON.stringify(parts.type)}; ${typesNear(parts.type)}`);
  if (name === "")
    return refuse("the name after the type is empty; leave the colon out for every resource of the type");
  if (!/^[1-9]\d{0,5}$/.test(nth)) return refuse(`@${nth} has to be a number from 1: which operation is to fail`);
  if (!Object.hasOwn(faultKinds, kind)) {
    return refuse(`no kind ${JSON.stringify(kind)}; one of ${Object.keys(faultKinds).join(", ")}`);
  }
  if (kind === "capacity" && !CAPACITY[type]) {
    const limited = Object.keys(CAPACITY).map(shortTypeOf).join(", ");
    return refuse(`${shortTypeOf(type)} never lacks capacity; one of ${limited}, or another kind`);
  }
  return { text, type, ...(name !== undefined && { name }), nth: Number(nth), kind: kind as FaultKind };
}

/** A fault at the end of a run. */
export interface FaultOutcome extends Fault {
  /** What failed; undefined when nothing did. */
  hit?: { action: Action; name: string };
  /** How many operations there were on what the fault is about. */
  operations: number;
}

/** Makes operations fail. Previews are left alone, and so is what only reads. */
export class Faults implements Interference {
  readonly #outcomes: FaultOutcome[];
  readonly #kill: () => void;
  /** The fault of the operation under way, if it is to show after AWS has accepted. */
  #pending: FaultOutcome | undefined;

  /** @param kill Ends the engine at once. */
  constructor(faults: readonly Fault[], kill: () => void) {
    this.#outcomes = faults.map((fault) => ({ ...fault, operations: 0 }));
    this.#kill = kill;
  }

  /** What became of each fault. */
  outcomes(): FaultOutcome[] {
    return this.#outcomes.map((outcome) => ({ ...outcome }));
  }

  before(operation: Operation): void {
    this.#pending = undefined;
    let due: FaultOutcome | undefined;
    for (const outcome of this.#outcomes) {
      if (outcome.type !== operation.type) continue;
      if (outcome.name !== undefined && outcome.name !== operation.name) continue;
      // A deletion gives capacity back.
      if (outcome.kind === "capacity" && operation.action === "delete") continue;
      outcome.operations++;
      if (outcome.operations === outcome.nth) due ??= outcome;
    }
    if (!due) return;
    due.hit = { action: operation.action, name: operation.name };
    const message = beforehand(due.kind, operation);
    if (message !== undefined) throw new Failed(`${doing(operation)}: ${message}`);
    this.#pending = due;
  }

  after(operation: Operation, outputs: Properties): void {
    const kind = this.#pending?.kind;
    this.#pending = undefined;
    if (!kind) return;
    if (kind === "killed") {
      this.#kill();
      throw new Unanswered();
    }
    const call = apiCallOf(operation.type, operation.action);
    if (kind === "lost") {
      throw new Failed(
        `${doing(operation)}: operation error ${call.service}: ${call.operation}, https response error StatusCode: 0, ` +
          `request send failed, read: connection reset by peer`,
      );
    }
    const message = kind === "timeout" ? waitedInVain(operation) : CAPACITY[operation.type]!(operation, call);
    throw new AcceptedAndFailed(`${doing(operation)}: ${message}`, operation.id, outputs);
  }
}

/** What is said before anything has changed, or undefined for a fault that shows only afterwards. */
function beforehand(kind: FaultKind, operation: Operation): string | undefined {
  const { type, partition, account, arn } = operation;
  const call = apiCallOf(type, operation.action);
  if (kind === "throttled") {
    return failedCall(call, 400, call.throttled, "exceeded maximum number of attempts, 25, ");
  }
  if (kind === "denied") {
    const who = `arn:${partition}:sts::${account}:assumed-role/deployment/rehearsal`;
    return failedCall(
      call,
      403,
      `${call.denied}: User: ${who} is not authorized to perform: ${call.action} on resource: ${arn || "*"} because no ` +
        `identity-based policy allows the ${call.action} action`,
    );
  }
  if (kind === "capacity" && !LACKS_CAPACITY_LATE.has(type)) return CAPACITY[type]!(operation, call);
  return undefined;
}

function doing({ action, type, name }: Operation): string {
  const verb = { create: "creating", update: "updating", delete: "deleting" }[action];
  return `${verb} ${type} "${name}"`;
}

function failedCall({ service, operation }: ApiCall, status: number, error: string, attempts = ""): string {
  return `operation error ${service}: ${operation}, ${attempts}https response error StatusCode: ${status}, api error ${error}`;
}

function waitedInVain({ action, type, id }: Operation): string {
  // The provider waits several times as long as it usually takes, and never less than some minutes.
  const minutes = Math.max(10, Math.ceil(((CREATION_SECONDS[type] ?? DEFAULT_CREATION_SECONDS) * 4) / 600) * 10);
  const [wanted, last] = {
    create: ["'available'", "creating"],
    update: ["'available'", "modifying"],
    delete: ["'deleted'", "deleting"],
  }[action];
  return `waiting for ${id} ${action}: timeout while waiting for state to become ${wanted} (last state: '${last}', timeout: ${minutes}m0s)`;
}

/** `rds.Instance` of `aws:rds/instance:Instance`; the name alone where there is no module. */
export function shortTypeOf(type: string): string {
  return `${serviceOf(type)}.${type.slice(type.lastIndexOf(":") + 1)}`;
}

function typeOf(text: string): string | undefined {
  return modelledTypes().find((type) => type === text || shortTypeOf(type) === text);
}

/** What may have been meant. */
function typesNear(text: string): string {
  const types = modelledTypes().map(shortTypeOf);
  const [service = "", name = ""] = text.includes(".")
    ? text.split(".")
    : [serviceOf(text), text.slice(text.lastIndexOf(":") + 1)];
  const alike = (type: string): boolean => {
    const known = type.slice(type.indexOf(".") + 1).toLowerCase();
    const asked = name.toLowerCase();
    return asked.length > 2 && (known.includes(asked) || asked.includes(known));
  };
  const near = types.filter((type) => type.startsWith(`${service}.`));
  const found = near.length > 0 ? near : types.filter(alike);
  if (found.length > 0) return `one of ${found.join(", ")}`;
  const services = [...new Set(types.map((type) => type.slice(0, type.indexOf("."))))];
  return `a type of ${services.join(", ")}, as in rds.Instance`;
}
