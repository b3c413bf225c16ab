// The process of one rehearsal: the stand-in for AWS, the program and the engine's inline language server live here
// together. Started by the verb, which prints; nothing here writes to stdout or stderr.
import * as fs from "node:fs";
import * as path from "node:path";
import { type Event, type Operation, runOperation } from "../engine";
import { systemCode } from "../errors";
import { plural } from "../output";
import { coverageId } from "../../policies/pack";
import type * as Rehearsal from "../../rehearsal";
import type { Findings, FromRehearsal, Job, ToRehearsal } from "./messages";
import { PolicyHosts } from "./policy-hosts";
import type { Change, Failure, Pass, PassName, Violation } from "./report";
import { describeResource, readState, resourceType } from "./state";

type Outputs = Record<string, unknown> | undefined;

let stopping = false;
let enginePid: number | undefined;

process.on("message", (message: ToRehearsal) => {
  if (message.kind === "stop") stop();
  else void rehearse(message);
});
// The verb is gone, so nobody waits for the end.
process.on("disconnect", stop);
// Interrupts of a terminal reach the whole group; the verb tells this process what to do.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

function stop(): void {
  stopping = true;
  interruptEngine();
}

function interruptEngine(): void {
  if (enginePid === undefined) return;
  try {
    process.kill(enginePid, "SIGINT");
  } catch {
    // It has ended by itself.
  }
}

function send(message: FromRehearsal): void {
  if (process.connected) process.send?.(message);
}

async function rehearse(job: Job): Promise<void> {
  const findings: Findings = {
    passes: [],
    policies: { passed: [], broken: [], deferred: {}, judgedDuringUp: 0 },
    changes: { created: [], updated: [], replaced: [], deleted: [] },
    notes: [],
  };
  try {
    findings.failure = await runPasses(job, findings);
  } catch (error) {
    findings.failure = describeError(error);
  }
  send({ kind: "done", findings });
  if (process.connected) process.disconnect();
  process.exit();
}

async function runPasses(job: Job, findings: Findings): Promise<Failure | undefined> {
  // The first pack starts while the modules below are loaded, the second while the first one judges.
  const packs = new PolicyHosts(job);
  let standIn: Rehearsal.StandIn | undefined;
  try {
    const { World, startStandIn } = require("../../rehearsal") as typeof Rehearsal;
    const world = World.load(job.worldFile, job.account);
    const healed = world.reconcile(readState(job.stateFile)?.deployment.resources ?? []);
    if (healed > 0) {
      world.save();
      findings.notes.push(
        `${plural(healed, "resource")} of the stand-in brought in line with an interrupted run's state`,
      );
    }
    standIn = await startStandIn(world);
    const program = new Program(job.programDirectory);
    const providers = { PULUMI_DEBUG_PROVIDERS: standIn.debugProviders };
    const withPack = ["--policy-pack", job.policyPack];
    const gate = await runPass(job, "gate", program, withPack, { ...providers, ...packs.environment("gate") }, () => {
      packs.start("up");
    });
    findings.passes.push(gate.pass);
    findings.policies.broken = gate.violations;
    findings.policies.deferred = gate.deferred;
    findings.policies.passed = passedBy(gate);
    const refused = failureOf(gate, program, standIn.unmodelled);
    if (refused) return refused;

    const up = await runPass(job, "up", program, withPack, { ...providers, ...packs.environment("up") });
    // The engine has written its state, of a failed deployment too.
    world.save();
    findings.passes.push(up.pass);
    findings.policies = judge(gate, up);
    findings.changes = up.changes;
    const failed = failureOf(up, program, standIn.unmodelled) ?? unjudged(up);
    if (failed) return failed;

    const check = await runPass(job, "check", program, [], providers);
    findings.passes.push(check.pass);
    return failureOf(check, program, standIn.unmodelled) ?? unsettled(check);
  } finally {
    packs.close();
    standIn?.close();
  }
}

/** The exported function of a program, with the first error it raised kept as an object. */
class Program {
  readonly #directory: string;
  /** The error that the program threw, directly or in an `apply`. */
  error: Error | undefined;

  constructor(directory: string) {
    // Without the separator at the end, Node would take a file `<directory>.json` beside the folder first.
    this.#directory = path.join(directory, path.sep);
    const keep = (error: unknown): void => this.#keep(error);
    process.on("uncaughtException", keep);
    process.on("unhandledRejection", keep);
  }

  /** Loads the program's modules while the engine starts. An error shows again when the program runs. */
  preload(): void {
    try {
      require(this.#directory);
    } catch {
      // A module that failed to load is loaded anew by `run`.
    }
  }

  run = async (): Promise<Outputs> => {
    try {
      const exported: unknown = require(this.#directory);
      if (typeof exported !== "function") {
        throw new Error("the program has to export a function (export = async () => ({ ...outputs }))");
      }
      return (await (exported as () => Outputs | Promise<Outputs>)()) ?? {};
    } catch (error) {
      this.#keep(error);
      throw error;
    }
  };

  #keep(error: unknown): void {
    // What the engine answered is told by the engine's own events.
    if (error instanceof Error && !("code" in error && "details" in error)) this.error ??= error;
  }
}

/** What one pass of the engine showed. */
interface PassResult {
  pass: Pass;
  code: number | null;
  stderr: string;
  /** The engine's own errors, without the lines that only say that it failed. */
  errors: string[];
  /** The engine got as far as starting the program. */
  began: boolean;
  violations: Violation[];
  /** How many checks of a policy met a value that is not known yet. */
  deferred: Record<string, number>;
  passed: Set<string>;
  changes: Findings["changes"];
}

async function runPass(
  job: Job,
  name: PassName,
  program: Program,
  args: string[],
  environment: NodeJS.ProcessEnv,
  onProgram: () => void = () => undefined,
): Promise<PassResult> {
  const started = Date.now();
  const result: PassResult = {
    pass: { name, seconds: 0, resources: 0 },
    code: null,
    stderr: "",
    errors: [],
    began: false,
    violations: [],
    deferred: {},
    passed: new Set(),
    changes: { created: [], updated: [], replaced: [], deleted: [] },
  };
  if (stopping) return result;
  send({ kind: "passing", pass: name });
  let reported = 0;
  const operation: Operation = {
    verb: name === "up" ? "up" : "preview",
    args,
    program: () => {
      onProgram();
      return program.run();
    },
    onStart: (pid) => {
      enginePid = pid;
      send({ kind: "engine", pid });
      if (stopping) interruptEngine();
      setImmediate(() => {
        program.preload();
      });
    },
    onEvent: (event) => {
      collect(event, result);
      const now = Date.now();
      if (now - reported < 100) return;
      reported = now;
      send({ kind: "resources", count: result.pass.resources });
    },
  };
  const env = { ...job.env, ...environment };
  const engine = { cli: job.cli, workDirectory: job.workDirectory, stack: job.environment, env };
  try {
    Object.assign(result, await runOperation(engine, operation));
  } finally {
    enginePid = undefined;
  }
  result.pass.seconds = (Date.now() - started) / 1000;
  send({ kind: "passed", pass: result.pass });
  return result;
}

const changeOf: Record<string, keyof Findings["changes"] | undefined> = {
  create: "created",
  import: "created",
  update: "updated",
  replace: "replaced",
  delete: "deleted",
};

function collect(event: Event, result: PassResult): void {
  if (event.preludeEvent) result.began = true;
  const step = event.resourcePreEvent?.metadata;
  if (step && step.type !== "pulumi:pulumi:Stack" && !step.type.startsWith("pulumi:providers:")) {
    if (!step.op.includes("delete") && step.op !== "create-replacement") result.pass.resources++;
    const kind = changeOf[step.op];
    if (kind) result.changes[kind].push(describeChange(step.urn, kind === "created" ? [] : propertiesOf(step)));
  }
  const diagnostic = event.diagnosticEvent;
  if (diagnostic?.severity === "error") {
    const message = plain(diagnostic.message);
    if (!/^(preview|update) failed$/i.test(message) && !result.errors.includes(message)) result.errors.push(message);
  }
  if (event.policyEvent) {
    const { policyName, resourceUrn, enforcementLevel } = event.policyEvent;
    const message = plain(event.policyEvent.message);
    const ofStack = !resourceUrn || resourceType(resourceUrn) === "pulumi:pulumi:Stack";
    const resource = ofStack ? "stack" : describeResource(resourceUrn);
    if (policyName === coverageId) Object.assign(result.deferred, waitingChecks(message));
    else if (/can't run (policy|remediation)/.test(message)) {
      result.deferred[policyName] = (result.deferred[policyName] ?? 0) + 1;
    } else {
      const level = enforcementLevel === "mandatory" ? "mandatory" : "advisory";
      result.violations.push({ policy: policyName, level, resource, urn: resourceUrn, message });
    }
  }
  const summary = event.policyAnalyzeSummaryEvent ?? event.policyAnalyzeStackSummaryEvent;
  for (const policy of summary?.passed ?? []) result.passed.add(policy);
}

function propertiesOf(step: { detailedDiff?: object; diffs?: string[] }): string[] {
  return step.detailedDiff ? Object.keys(step.detailedDiff) : (step.diffs ?? []);
}

function describeChange(urn: string, properties: string[]): Change {
  return { urn, resource: describeResource(urn), properties };
}

/** The rules that the pack's own coverage policy reports as waiting, `… : <rule> <count>, <rule> <count>`. */
function waitingChecks(message: string): Record<string, number> {
  const list = /waiting for `pulumi up`: (.+)/.exec(message)?.[1] ?? "";
  return Object.fromEntries(
    list.split(", ").flatMap((entry) => {
      const [policy, count] = entry.trim().split(" ");
      return policy && count ? [[policy, Number(count)]] : [];
    }),
  );
}

/** The policies that found nothing and were not kept waiting. */
function passedBy({ passed, violations, deferred }: PassResult): string[] {
  const open = new Set([...violations.map(({ policy }) => policy), ...Object.keys(deferred), coverageId]);
  return [...passed].filter((policy) => !open.has(policy)).sort();
}

/** The policies' part of the report, once the deployment has shown every value. */
function judge(gate: PassResult, up: PassResult): Findings["policies"] {
  const count = (deferred: Record<string, number>): number =>
    Object.values(deferred).reduce((sum, checks) => sum + checks, 0);
  return {
    passed: passedBy(up),
    broken: up.violations,
    deferred: gate.deferred,
    judgedDuringUp: Math.max(0, count(gate.deferred) - count(up.deferred)),
  };
}

function failureOf(result: PassResult, program: Program, unmodelled: ReadonlySet<string>): Failure | undefined {
  const mandatory = result.violations.filter(({ level }) => level === "mandatory");
  if (unmodelled.size > 0) {
    const message = "the stand-in has no model for a resource type, so nothing can be said about it";
    return { kind: "unmodelled", message, details: [...unmodelled].sort() };
  }
  if (result.code === 0 && mandatory.length === 0) return undefined;
  if (stopping) return { kind: "interrupted", message: "interrupted; the next run goes on from here", details: [] };
  if (isDiskFull([...result.errors, result.stderr].join("\n"))) return diskFull();
  if (program.error) return describeProgramError(program.error);
  if (mandatory.length > 0) {
    const created = result.pass.name === "gate" ? "nothing was created" : "the resources exist already";
    return { kind: "policy", message: `mandatory policies are broken; ${created}`, details: [] };
  }
  if (!result.began) {
    const lines = result.stderr.split("\n").map((line) => line.replace(/^error: /, "").trim());
    const details = lines.filter(Boolean);
    const isConfiguration = /stack config|configuration (key|value)|Pulumi(\.\w+)?\.yaml/i.test(result.stderr);
    const kind = isConfiguration ? "configuration" : "engine";
    return { kind, message: isConfiguration ? "the configuration is refused" : "the engine did not start", details };
  }
  const details = result.errors.length > 0 ? result.errors : [result.stderr.trim()].filter(Boolean);
  return { kind: "refused", message: `the ${result.pass.name === "up" ? "deployment" : "preview"} failed`, details };
}

/** A policy that could not be judged on known values has not been passed. */
function unjudged(up: PassResult): Failure | undefined {
  const details = Object.entries(up.deferred).map(([policy, checks]) => `${policy}: ${plural(checks, "check")}`);
  if (details.length === 0) return undefined;
  return { kind: "policy", message: "policies could not be judged although every value is known", details };
}

function unsettled(check: PassResult): Failure | undefined {
  const details = Object.entries(check.changes).flatMap(([kind, changes]) =>
    changes.map(({ resource, properties }) => {
      const what = properties.length > 0 ? ` (${properties.join(", ")})` : "";
      return `${resource} would be ${kind}${what}`;
    }),
  );
  if (details.length === 0) return undefined;
  return { kind: "not-settled", message: "a second deployment would change something again", details };
}

function describeProgramError(error: Error): Failure {
  const classes: string[] = [];
  for (let type: unknown = Object.getPrototypeOf(error); type; type = Object.getPrototypeOf(type)) {
    classes.push((type as Error).constructor.name);
  }
  const isConfiguration = classes.some((name) => ["ConfigurationError", "InvalidArgument"].includes(name));
  if (isConfiguration) return { kind: "configuration", message: error.message, details: [] };
  const isForPeople = "__pulumiRunError" in error || "__pulumResourceError" in error;
  const frames = isForPeople ? [] : (error.stack ?? "").split("\n").filter(isOwnFrame);
  return { kind: "program", message: error.message, details: frames.map((frame) => frame.trim()) };
}

function isOwnFrame(line: string): boolean {
  return /^\s+at /.test(line) && !/node_modules|node:internal|operations\/rehearse/.test(line);
}

function describeError(error: unknown): Failure {
  if (systemCode(error) === "ENOSPC") return diskFull();
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  if (name === "WorldFileError") return { kind: "engine", message, details: ["./prism rehearse --fresh starts over"] };
  return {
    kind: "internal",
    message,
    details: (stack ?? "")
      .split("\n")
      .slice(1, 6)
      .map((line) => line.trim()),
  };
}

function isDiskFull(text: string): boolean {
  return /no space left on device|ENOSPC|disk quota exceeded/i.test(text);
}

function diskFull(): Failure {
  const message = "the disk is full; the state before this run is kept, and the next run goes on once there is room";
  return { kind: "disk-full", message, details: [] };
}

/** A message of the engine without its colour marks and the spaces around. */
function plain(message: string): string {
  return message.replace(/<\{%[^%]*%\}>/g, "").trim();
}

// Kept open by the channel to the verb; without one there is nothing to do.
if (!process.connected) fs.writeSync(2, "this file is started by ./prism rehearse\n");
