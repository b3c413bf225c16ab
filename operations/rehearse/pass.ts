import { coverageId } from "../../policies/pack";
import { type Event, type Operation, runOperation } from "../engine";
import type { EngineOptions } from "../pulumi";
import type { InlineProgram } from "./inline-program";
import type { Change, Pass, PassName, RehearsalReport, Violation } from "./report";
import { type StateResource, describeResource, resourceType } from "./state";

/** What one pass of the engine showed. */
export interface PassResult {
  pass: Pass;
  code: number | null;
  stderr: string;
  /** The engine's own errors, without the lines that only say that it failed. */
  errors: string[];
  /** What the programs that the engine started, as a policy pack, wrote to stderr, line by line. */
  pluginErrors: string[];
  /** The engine got as far as starting the program. */
  began: boolean;
  violations: Violation[];
  /** How many checks of a policy met a value that is not known yet. */
  deferred: Record<string, number>;
  passed: Set<string>;
  changes: RehearsalReport["changes"];
  /** What a refresh read of the resources that it found changed, by URN. */
  states: Record<string, Pick<StateResource, "inputs" | "outputs">>;
}

/** What the caller of a pass may want to know while it runs. */
export interface PassWatch {
  onEngine(pid: number): void;
  onResources(count: number): void;
}

/** Runs the engine once over a program, and collects what its events say. */
export async function runPass(
  engine: EngineOptions,
  name: PassName,
  program: InlineProgram,
  args: string[],
  watch: PassWatch,
): Promise<PassResult> {
  const started = Date.now();
  const result: PassResult = {
    pass: { name, seconds: 0, resources: 0 },
    code: null,
    stderr: "",
    errors: [],
    pluginErrors: [],
    began: false,
    violations: [],
    deferred: {},
    passed: new Set(),
    changes: { created: [], updated: [], replaced: [], deleted: [] },
    states: {},
  };
  let reported = 0;
  const operation: Operation = {
    verb: verbs[name],
    args,
    programDirectory: program.directory,
    program: () => program.run(),
    onStart: (pid) => {
      watch.onEngine(pid);
      setImmediate(() => {
        program.preload();
      });
    },
    onEvent: (event) => {
      collect(event, result);
      const now = Date.now();
      if (now - reported < 100) return;
      reported = now;
      watch.onResources(result.pass.resources);
    },
  };
  Object.assign(result, await runOperation(engine, operation));
  result.pass.seconds = (Date.now() - started) / 1000;
  return result;
}

const verbs: Record<PassName, Operation["verb"]> = {
  base: "up",
  gate: "preview",
  up: "up",
  check: "preview",
  refresh: "refresh",
  destroy: "destroy",
};

const changeOf: Record<string, keyof RehearsalReport["changes"] | undefined> = {
  create: "created",
  import: "created",
  "import-replacement": "created",
  update: "updated",
  replace: "replaced",
  delete: "deleted",
};

function collect(event: Event, result: PassResult): void {
  if (event.preludeEvent) result.began = true;
  // A refresh knows what a resource has become only once it has been read.
  const isRefresh = result.pass.name === "refresh";
  const step = (isRefresh ? event.resOutputsEvent : event.resourcePreEvent)?.metadata;
  if (step && step.type !== "pulumi:pulumi:Stack" && !step.type.startsWith("pulumi:providers:")) {
    if (!step.op.includes("delete") && !step.op.endsWith("-replacement")) result.pass.resources++;
    const kind = changeOf[step.op];
    if (kind) result.changes[kind].push(describeChange(step));
    if (kind && isRefresh && step.new) result.states[step.urn] = { inputs: step.new.inputs, outputs: step.new.outputs };
  }
  const diagnostic = event.diagnosticEvent;
  if (diagnostic?.severity === "error") {
    const message = plain(diagnostic.message);
    if (!/^(preview|update) failed$/i.test(message) && !result.errors.includes(message)) result.errors.push(message);
  }
  if (diagnostic?.severity === "info#err") result.pluginErrors.push(plain(diagnostic.message));
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

type Step = NonNullable<Event["resourcePreEvent"]>["metadata"];

function describeChange(step: Step): Change {
  const retained = (step.old as { retainOnDelete?: boolean } | undefined)?.retainOnDelete;
  return {
    urn: step.urn,
    resource: describeResource(step.urn),
    properties: propertiesOf(step),
    ...(retained ? { retained } : {}),
    ...(step.op.startsWith("import") ? { imported: true } : {}),
  };
}

function propertiesOf({ op, keys, detailedDiff, diffs }: Step): string[] {
  if (op === "replace" && keys?.length) return keys;
  if (op !== "update" && op !== "replace") return [];
  return detailedDiff ? Object.keys(detailedDiff) : (diffs ?? []);
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
export function passedBy({ passed, violations, deferred }: PassResult): string[] {
  const open = new Set([...violations.map(({ policy }) => policy), ...Object.keys(deferred), coverageId]);
  return [...passed].filter((policy) => !open.has(policy)).sort();
}

/** The policies' part of the report, once the deployment has shown every value. */
export function judge(gate: PassResult, up: PassResult): RehearsalReport["policies"] {
  const count = (deferred: Record<string, number>): number =>
    Object.values(deferred).reduce((sum, checks) => sum + checks, 0);
  return {
    passed: passedBy(up),
    broken: up.violations,
    deferred: gate.deferred,
    judgedDuringUp: Math.max(0, count(gate.deferred) - count(up.deferred)),
  };
}

/** A message of the engine without its colour marks and the spaces around. */
function plain(message: string): string {
  return message.replace(/<\{%[^%]*%\}>/g, "").trim();
}
