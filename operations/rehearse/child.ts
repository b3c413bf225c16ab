// The process of one rehearsal: the stand-in for AWS, the program and the engine's inline language server live here
// together. Started by the verb, which prints; nothing here writes to stdout or stderr.
import * as fs from "node:fs";
import type * as Rehearsal from "../../rehearsal";
import { lossIn } from "./data-loss";
import { describeError, failureOf, missedDrift, unjudged, unsettled } from "./failure";
import { InlineProgram } from "./inline-program";
import type { Findings, FromRehearsal, Job, ToRehearsal } from "./messages";
import { checkpointsOf, killedByFault } from "./faults";
import { handleOrphans, notesOn, orphanLines, orphansIn, reportOf } from "./orphans";
import { judge, passedBy, type PassResult, runPass } from "./pass";
import { PolicyHost } from "./policy-host";
import type { EngineOptions } from "../pulumi";
import { type Failure, type PassName, isJudged } from "./report";
import { readState, savedAt } from "./state";

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

function killEngine(): void {
  // The whole group, so that nothing of it can save anything any more.
  if (enginePid !== undefined) process.kill(-enginePid, "SIGKILL");
}

function send(message: FromRehearsal): void {
  if (process.connected) process.send?.(message);
}

async function rehearse(job: Job): Promise<void> {
  const findings: Findings = {
    passes: [],
    policies: { passed: [], broken: [], deferred: {}, judgedDuringUp: 0 },
    changes: { created: [], updated: [], replaced: [], deleted: [] },
    faults: [],
    orphans: [],
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
  // It starts while the modules below are loaded.
  const policyHost = job.task === "rehearse" ? new PolicyHost(job) : undefined;
  let standIn: Rehearsal.StandIn | undefined;
  try {
    const { World, drift, Faults, startStandIn } = require("../../rehearsal") as typeof Rehearsal;
    let deployment = readState(job.stateFile)?.deployment;
    const world = World.load(job.worldFile, job.account, savedAt(deployment));
    findings.notes.push(...notesOn(world, world.reconcile(deployment?.resources ?? [])));
    const faults = new Faults(job.faults ?? [], killEngine);
    findings.faults = faults.outcomes();
    const running = (standIn = await startStandIn(world, job.faults?.length ? faults : undefined));
    const engine = (more: NodeJS.ProcessEnv = {}): EngineOptions => ({
      cli: job.cli,
      workDirectory: job.workDirectory,
      stack: job.environment,
      env: { ...job.env, PULUMI_DEBUG_PROVIDERS: running.debugProviders, ...more },
    });
    const tellOrphans = () => {
      findings.orphans = orphansIn(deployment, world).map((orphan) => reportOf(orphan, job.environment));
    };
    if (job.orphans) {
      const failure = await handleOrphans(job.orphans, orphansIn(deployment, world), world, engine());
      if (failure) return failure;
      deployment = readState(job.stateFile)?.deployment;
    }
    tellOrphans();
    for (const orphan of findings.orphans) send({ kind: "note", text: orphanLines(orphan).join("\n") });
    const everyStep = checkpointsOf(job.faults ?? []);
    const savedBefore = savedAt(deployment);
    world.keepJournal(savedBefore, everyStep);
    const drifted = job.task === "drift" ? drift(world, job.drift ?? []) : [];
    const program = new InlineProgram(job.programDirectory);

    const judgedBy = job.policyPack ? ["--policy-pack", job.policyPack, ...job.policyConfiguration] : [];
    const pass = async (name: PassName): Promise<PassResult> => {
      const judged = isJudged(name);
      const ofPass = engine(judged ? policyHost?.environment : {});
      if (everyStep) delete ofPass.env.PULUMI_SKIP_CHECKPOINTS;
      send({ kind: "passing", pass: name });
      const result = await runPass(ofPass, name, program, judged ? judgedBy : [], {
        onEngine: (pid) => {
          enginePid = pid;
          send({ kind: "engine", pid });
          if (stopping) interruptEngine();
        },
        onResources: (count) => {
          send({ kind: "resources", count });
        },
      }).finally(() => {
        enginePid = undefined;
      });
      send({ kind: "passed", pass: result.pass });
      findings.passes.push(result.pass);
      return result;
    };
    const failureIn = (result: PassResult): Failure | undefined => {
      const failure = failureOf(result, program, running.unmodelled);
      if (failure && stopping) return interrupted;
      return failure && (killedByFault(faults.outcomes()) ?? failure);
    };

    if (stopping) return interrupted;
    if (job.task === "base") {
      const base = await pass("base");
      world.save();
      return failureIn(base);
    }
    if (job.task === "drift") {
      const refresh = await pass("refresh");
      world.save();
      findings.changes = refresh.changes;
      return failureIn(refresh) ?? missedDrift(drifted, refresh.changes);
    }
    const gate = await pass("gate");
    findings.policies = {
      passed: passedBy(gate),
      broken: gate.violations,
      deferred: gate.deferred,
      judgedDuringUp: 0,
    };
    const refused = failureIn(gate) ?? (job.guard && lossIn(gate.changes, job.guard));
    if (refused) {
      findings.changes = gate.changes;
      return refused;
    }

    const up = await pass("up");
    findings.faults = faults.outcomes();
    deployment = readState(job.stateFile)?.deployment;
    // The engine writes its state of a failed deployment, too. One that could not leaves the journal to the next run.
    if (everyStep || savedAt(deployment) !== savedBefore) {
      tellOrphans();
      world.save();
    }
    findings.policies = judge(gate, up);
    findings.changes = up.changes;
    const failed = failureIn(up) ?? unjudged(up);
    if (failed) return failed;

    const check = await pass("check");
    return failureIn(check) ?? unsettled(check);
  } finally {
    policyHost?.close();
    standIn?.close();
  }
}

const interrupted: Failure = {
  kind: "interrupted",
  message: "interrupted; the next run goes on from here",
  details: [],
};

// Kept open by the channel to the verb; without one there is nothing to do.
if (!process.connected) fs.writeSync(2, "this file is started by ./prism rehearse\n");
