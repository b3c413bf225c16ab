// The process of one rehearsal: the stand-in for AWS, the program and the engine's inline language server live here
// together. Started by the verb, which prints; nothing here writes to stdout or stderr.
import type * as Rehearsal from "../../rehearsal";
import { type Worker, serve } from "../worker";
import { lossIn } from "./data-loss";
import { describeError, failureOf, missedDrift, unjudged, unsettled } from "./failure";
import { InlineProgram } from "./inline-program";
import type { Findings, FromRehearsal, Job } from "./messages";
import { checkpointsOf, killedByFault } from "./faults";
import { handleOrphans, notesOn, orphanLines, orphansIn, reportOf } from "./orphans";
import { judge, passedBy, type PassResult, runPass } from "./pass";
import { PolicyHost } from "./policy-host";
import type { EngineOptions } from "../pulumi";
import { type Failure, type PassName, isJudged } from "./report";
import { readState, savedAt } from "./state";

serve<Job, FromRehearsal>("./prism rehearse", async (job, worker) => ({
  kind: "done",
  findings: await rehearse(job, worker),
}));

type Rehearser = Worker<FromRehearsal>;

async function rehearse(job: Job, worker: Rehearser): Promise<Findings> {
  const findings: Findings = {
    passes: [],
    policies: { passed: [], broken: [], deferred: {}, judgedDuringUp: 0 },
    changes: { created: [], updated: [], replaced: [], deleted: [] },
    faults: [],
    orphans: [],
    notes: [],
  };
  try {
    findings.failure = await runPasses(job, findings, worker);
  } catch (error) {
    findings.failure = describeError(error);
  }
  return findings;
}

async function runPasses(job: Job, findings: Findings, worker: Rehearser): Promise<Failure | undefined> {
  // It starts while the modules below are loaded.
  const policyHost = job.task === "rehearse" ? new PolicyHost(job) : undefined;
  let standIn: Rehearsal.StandIn | undefined;
  try {
    const { World, drift, Faults, startStandIn } = require("../../rehearsal") as typeof Rehearsal;
    let deployment = readState(job.stateFile)?.deployment;
    const world = World.load(job.worldFile, job.account, savedAt(deployment));
    findings.notes.push(...notesOn(world, world.reconcile(deployment?.resources ?? [])));
    const faults = new Faults(job.faults ?? [], () => {
      worker.killEngine();
    });
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
    for (const orphan of findings.orphans) worker.send({ kind: "note", text: orphanLines(orphan).join("\n") });
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
      worker.send({ kind: "passing", pass: name });
      const result = await runPass(ofPass, name, program, judged ? judgedBy : [], {
        onEngine: (pid) => {
          worker.send({ kind: "engine", pid });
          worker.runs(pid);
        },
        onResources: (count) => {
          worker.send({ kind: "resources", count });
        },
      }).finally(() => {
        worker.runs(undefined);
      });
      worker.send({ kind: "passed", pass: result.pass });
      findings.passes.push(result.pass);
      return result;
    };
    const failureIn = (result: PassResult): Failure | undefined => {
      const failure = failureOf(result, program, running.unmodelled);
      if (failure && worker.stopping) return interrupted;
      return failure && (killedByFault(faults.outcomes()) ?? failure);
    };

    if (worker.stopping) return interrupted;
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
