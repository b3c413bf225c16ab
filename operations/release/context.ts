import { Aws, AwsFailure } from "../aws";
import { PrismError, exitCode } from "../errors";
import type { Progress } from "../output";
import { type DeployedStack, openStack, pendingOperations } from "../stack";
import { Beanstalk } from "./beanstalk";
import { Cdn } from "./cdn";
import type { ReleaseFailure, ReleaseReport, ReleaseStep, ReleaseVerb } from "./report";
import { ReleaseStore } from "./store";
import { Interrupted, type Pace } from "./wait";

type Stack = DeployedStack<"application" | "cdn" | "regions" | "url">;

/** What the steps of a release work with. */
export interface Context {
  readonly stack: Stack;
  readonly beanstalk: Beanstalk;
  readonly store: ReleaseStore;
  readonly cdn: Cdn;
  readonly progress: Progress;
  readonly pace: Pace;
  /** Says that somebody wants to stop. */
  readonly signal: AbortSignal;
  readonly report: ReleaseReport;
  /** From here on a failure does not mean that nothing has happened, and the report tells what has. */
  begun: boolean;
}

/** A release that ends here, for a reason that the report tells. */
export class ReleaseEnded extends PrismError {
  constructor(
    readonly kind: ReleaseFailure["kind"],
    message: string,
    readonly details: string[] = [],
  ) {
    super(message);
  }
}

/**
 * Checks credentials, account and stack, then runs a verb over the environment.
 *
 * @returns the report, of failures too once something was begun
 * @throws PrismError for everything that was in the way before that
 */
export async function withEnvironment(
  verb: ReleaseVerb,
  action: ReleaseReport["action"],
  environment: string,
  progress: Progress,
  pace: Pace,
  run: (context: Context) => Promise<void>,
): Promise<ReleaseReport> {
  const started = performance.now();
  const stack = await openStack(environment, ["application", "cdn", "regions", "url"], progress);
  const { application, cdn, regions, url } = stack.outputs;
  const report: ReleaseReport = {
    verb,
    action,
    environment,
    environmentName: application.environmentName,
    ok: false,
    exitCode: exitCode.failed,
    identity: stack.identity,
    running: "",
    applied: false,
    steps: [],
    seconds: 0,
  };
  const interruption = new AbortController();
  const interrupt = (): void => {
    interruption.abort();
  };
  // More patience than for a question: what a release has begun is not to be left half done.
  const aws = new Aws({ connect: 5, answer: 30, tries: 5 });
  const context: Context = {
    stack,
    beanstalk: new Beanstalk(aws, stack.region, application.applicationName, application.environmentName),
    store: new ReleaseStore(
      aws,
      stack.region,
      application.bundleBucketName,
      application.applicationName,
      application.environmentName,
    ),
    cdn: new Cdn(aws, regions.edge, cdn.distributionId, url),
    progress,
    pace,
    signal: interruption.signal,
    report,
    begun: false,
  };
  const pending = pendingOperations(stack.deployment);
  if (pending.length > 0) {
    progress.line(
      `the stack is half-deployed (${pending.join(", ")}); ./prism up ${environment} says what to do about it`,
    );
  }
  // Once: who interrupts a second time does not wait for the call that is under way.
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  try {
    await run(context);
    report.ok = true;
    report.exitCode = exitCode.fine;
  } catch (error) {
    // Before that, one line says it all, as with every other verb.
    if (!(error instanceof PrismError) || (!context.begun && !(error instanceof ReleaseEnded))) throw error;
    report.failure = failureOf(error, context);
    report.exitCode = error.code;
  } finally {
    process.removeListener("SIGINT", interrupt);
    process.removeListener("SIGTERM", interrupt);
    aws.close();
  }
  report.seconds = (performance.now() - started) / 1000;
  return report;
}

/** Says that a step is done, or why it was not needed. */
export function step({ report, progress }: Context, name: ReleaseStep["name"], detail: string, skipped = false): void {
  report.steps.push({ name, outcome: skipped ? "skipped" : "done", detail });
  progress.line(detail);
}

/** Says that a step failed, and ends the release. */
export function failed(
  { report }: Context,
  name: ReleaseStep["name"],
  kind: ReleaseFailure["kind"],
  message: string,
  details: string[] = [],
): never {
  report.steps.push({ name, outcome: "failed", detail: message });
  throw new ReleaseEnded(kind, message, details);
}

function failureOf(error: PrismError, { report }: Context): ReleaseFailure {
  const { environment, version } = report;
  if (error instanceof ReleaseEnded) return { kind: error.kind, message: error.message, details: error.details };
  if (error instanceof Interrupted) {
    return {
      kind: "interrupted",
      message: `watching has stopped; what was begun goes on in AWS`,
      details: version
        ? [
            `./prism release ${environment} ${version} goes on watching, and does the rest`,
            `./prism release ${environment} --abort stops a deployment that is under way, and leaves the version before`,
          ]
        : [],
    };
  }
  return {
    kind: "aws",
    message: error.message,
    details: [
      ...(error instanceof AwsFailure && error.kind === "denied"
        ? ["docs/releases.md lists what a release may do"]
        : []),
      ...(version ? [`./prism release ${environment} ${version} goes on from here`] : []),
    ],
  };
}
