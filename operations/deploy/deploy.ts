import * as path from "node:path";
import { checkpointResources } from "../../policies/checkpoint";
import type { RunSettings } from "../../policies/evaluate";
import { confirmed } from "../confirm";
import { PrismError, UsageError } from "../errors";
import { type Progress, plural } from "../output";
import { buildPolicyPack, policyPackDirectory } from "../policy-pack";
import { configurationOptions } from "../policy/configuration-file";
import { settingsOf } from "../policy/settings";
import { newViolations, violationsOf } from "../rehearse/drift";
import { type Failure, exitCodeOf } from "../rehearse/report";
import type { Deployment } from "../rehearse/state";
import { describeResource } from "../rehearse/state";
import { engineFor, exportStack, pendingOperations, targetOf } from "../stack";
import { findPulumi } from "../toolchain";
import { followWorker, startWorker, stopWorker } from "../worker";
import { identify } from "./identity";
import type { FromDeployment, Operation, Outcome } from "./messages";
import { formatPlan } from "./plan";
import { type DeployReport, type DeployVerb, emptyReport } from "./report";

/** What the verbs are told on the command line. */
export interface DeployOptions {
  env: string;
  program?: string;
  yes: boolean;
  json: boolean;
}

/**
 * Runs one verb on what is deployed: credentials and account first, then the plan with the policy pack, and then, once it
 * is confirmed, the plan's execution.
 *
 * @throws PrismError for everything that is in the way before the engine runs
 */
export async function deploy(verb: DeployVerb, options: DeployOptions, progress: Progress): Promise<DeployReport> {
  const started = Date.now();
  const target = targetOf(options.env, options.program);
  const { program } = target;
  const changes = verb === "up" || verb === "destroy";
  if (changes && !options.yes && !process.stdin.isTTY) {
    throw new UsageError(
      `./prism ${verb} ${options.env} asks before it changes anything; where nobody can answer: --yes`,
    );
  }
  const report = emptyReport(verb, program.project, options.env);
  progress.status("asking AWS whose credentials these are ...");
  report.identity = await identify(target.region, target.accountId);
  progress.line(`account ${report.identity.account}, as ${report.identity.arn}`);

  buildPolicyPack((text) => {
    progress.line(text);
  });
  const { path: cli } = await findPulumi({
    onProgress: (text) => {
      progress.line(text);
    },
  });
  const engine = engineFor(cli, target);
  const before = await exportStack(engine);
  if (verb === "destroy") refuseProtected(before, options.env);
  if (changes) refusePending(before, options.env);

  const run = async (pass: Operation["pass"], args: string[], title: string): Promise<Outcome> => {
    const outcome = await operate(
      { kind: "operation", pass, programDirectory: program.directory, engine, args },
      title,
      progress,
    );
    report.failure = outcome.failure && named(outcome.failure, options.env);
    report.changes = outcome.changes ?? report.changes;
    report.violations = outcome.violations ?? [];
    report.waiting = outcome.deferred ?? {};
    return outcome;
  };
  const judged = ["--policy-pack", policyPackDirectory, ...configurationOptions(program.directory, options.env)];
  if (verb === "drift") {
    const { states = {} } = await run("refresh", ["--preview-only"], "reading what is deployed");
    const gone = new Set(report.changes.deleted.map(({ urn }) => urn));
    const resources = before.resources
      ?.filter(({ urn }) => !gone.has(urn))
      .map((one) => ({ ...one, ...states[one.urn] }));
    const settings = settingsOf(program.directory, options.env);
    report.violations = newViolations(violations(before, settings), violations({ ...before, resources }, settings));
    const found = report.changes.updated.length + gone.size;
    if (found > 0) {
      report.failure ??= { kind: "drift", message: `${plural(found, "resource")} changed past Pulumi`, details: [] };
    }
  } else {
    const planned = verb === "destroy" ? ["--preview-only"] : judged;
    await run(
      verb === "destroy" ? "destroy" : "gate",
      planned,
      verb === "destroy" ? "planning the removal" : "planning",
    );
    if (!report.failure && changes) {
      const nothing = Object.values(report.changes).every((list) => list.length === 0);
      progress.line(formatPlan(report));
      if (!nothing && (options.yes || (await confirmed(options.env, verb === "destroy" ? "destroy" : "deploy")))) {
        await run(verb, verb === "up" ? judged : [], verb === "up" ? "deploying" : "removing");
        report.applied = true;
      } else if (!nothing) {
        report.failure = { kind: "interrupted", message: "not confirmed; nothing was changed", details: [] };
      }
    }
  }
  report.ok = !report.failure;
  report.exitCode = exitCodeOf(report.failure);
  report.seconds = (Date.now() - started) / 1000;
  return report;
}

/** What is often in the way, by its name. */
function named(failure: Failure, environment: string): Failure {
  if (!failure.details.some((line) => /currently locked by/.test(line))) return failure;
  const message = `another run holds the lock of this stack; wait for it, or if it is gone: pulumi cancel ${environment}`;
  return { ...failure, message };
}

function violations(deployment: Deployment, settings: RunSettings): ReturnType<typeof violationsOf> {
  return violationsOf(checkpointResources({ version: 3, deployment }), settings);
}

function refuseProtected({ resources = [] }: Deployment, environment: string): void {
  const kept = resources.filter(({ protect }) => protect).map(({ urn }) => describeResource(urn));
  if (kept.length === 0) return;
  throw new PrismError(
    `destroy ${environment} is refused: ${plural(kept.length, "resource")} ${kept.length === 1 ? "is" : "are"} protected\n` +
      `${kept.map((name) => `  ${name}`).join("\n")}\n` +
      "To lift that on purpose, after reading docs/recovery.md: pulumi state unprotect --all --stack " +
      environment,
  );
}

function refusePending(deployment: Deployment, environment: string): void {
  const pending = pendingOperations(deployment);
  if (pending.length === 0) return;
  throw new PrismError(
    `${environment} is half-deployed: a run before was cut off while it was\n` +
      pending.map((operation) => `  ${operation}`).join("\n") +
      "\nLook in AWS whether each exists. What does: pulumi import it; what does not: pulumi refresh --clear-pending-creates" +
      ` --stack ${environment}. Then run this again.`,
  );
}

async function operate(operation: Operation, title: string, progress: Progress): Promise<Outcome> {
  const worker = startWorker(path.join(__dirname, "child.ts"));
  progress.status(`${title} ...`);
  let outcome: Outcome | undefined;
  const end = await followWorker<Operation, FromDeployment>(worker, operation, {
    message: (message) => {
      if (message.kind === "resources") progress.status(`${title}: ${plural(message.count, "resource")}`);
      else outcome = message.outcome;
    },
    interrupt: () => {
      progress.line("stopping in order; what is under way is finished first");
      stopWorker(worker);
    },
  });
  progress.end();
  if (!outcome) throw new PrismError(`the operating process ended early (${end})`);
  return outcome;
}
