import { confirmed } from "../confirm";
import { PrismError, UsageError } from "../errors";
import type { Progress } from "../output";
import type { EnvironmentState } from "./beanstalk";
import { type Context, ReleaseEnded, failed, step, withEnvironment } from "./context";
import { settle, watchDeployment } from "./deployment";
import { versionBefore } from "./history";
import type { ListedVersion, ReleaseReport, ReleaseVerb } from "./report";
import type { NumberedRecord } from "./store";
import { plain } from "../table";
import { type Wanted, findWanted, migrationsOnlyIn } from "./version";
import { Interrupted, PACE, poll } from "./wait";

/** What the verbs are told on the command line, beside what to release. */
export interface ReleaseOptions {
  env: string;
  yes: boolean;
  /** Deploy the version that runs already once more, onto new instances. @default false */
  again?: boolean;
}

/**
 * Has an environment run a version: uploads and registers it where it is new, deploys it, and sees to it that everybody
 * gets it. Run again after an interruption, it goes on where it was.
 *
 * @param given A folder or zip, or the label of a version that Beanstalk knows.
 * @throws PrismError for everything that is in the way before anything was deployed
 */
export function release(
  { env, yes, again }: ReleaseOptions,
  given: string,
  progress: Progress,
  pace = PACE,
): Promise<ReleaseReport> {
  needsAnswer("release", env, yes);
  return withEnvironment("release", "deploy", env, progress, pace, async (context) => {
    const wanted = await findWanted(context, given);
    await bringUp(context, wanted, yes, again);
  });
}

/**
 * Has an environment run the version that ran before.
 *
 * @throws PrismError when none did, or it is gone
 */
export function rollback({ env, yes }: ReleaseOptions, progress: Progress, pace = PACE): Promise<ReleaseReport> {
  needsAnswer("rollback", env, yes);
  return withEnvironment("rollback", "deploy", env, progress, pace, async (context) => {
    const newest = await newestRecord(context);
    const state = await context.beanstalk.environment();
    const underWay = state.status === "Updating" && newest?.kind === "rollback" && newest.outcome === "started";
    if (!underWay) refuseUnlessReady(context, state, newest);
    const label = underWay ? newest.to : await previous(context, state.versionLabel);
    await bringUp(context, await findWanted(context, label), yes);
  });
}

/**
 * Stops a deployment that is under way; the version before runs on.
 *
 * @throws PrismError when there is none that can be stopped
 */
export function abortRelease({ env, yes }: ReleaseOptions, progress: Progress, pace = PACE): Promise<ReleaseReport> {
  needsAnswer("release", env, yes);
  return withEnvironment("release", "abort", env, progress, pace, async (context) => {
    const { beanstalk, report, signal } = context;
    const state = await beanstalk.environment();
    report.running = state.versionLabel;
    if (!state.abortable) {
      throw new PrismError(
        `${beanstalk.environmentName} is ${state.status}: nothing is under way that could be stopped; it runs ${state.versionLabel}`,
      );
    }
    progress.line(`${beanstalk.environmentName} is ${state.status}, and will be left with ${state.versionLabel}`);
    await confirm(context, yes, "stop what is under way");
    await beanstalk.abort();
    report.applied = true;
    context.begun = true;
    const ended = await poll(
      async () => {
        const now = await beanstalk.environment();
        progress.status(`${now.status} ...`);
        return now.status === "Ready" ? now : undefined;
      },
      pace.deployment,
      pace,
      signal,
    );
    if (!ended) failed(context, "deployment", "timeout", `${beanstalk.environmentName} is still not Ready`);
    report.running = ended.versionLabel;
    const newest = await newestRecord(context);
    if (newest?.outcome === "started") {
      const outcome = newest.to === ended.versionLabel ? "deployed" : "failed";
      await context.store.update({ ...newest, outcome, endedAt: new Date().toISOString() });
    }
    step(context, "deployment", `stopped; ${beanstalk.environmentName} runs ${ended.versionLabel}`);
  });
}

const MOST_RECORDS = 100;

/** Lists the versions, which one runs, and which one `rollback` would go to. */
export function listReleases(env: string, progress: Progress): Promise<ReleaseReport> {
  return withEnvironment("release", "list", env, progress, PACE, async ({ beanstalk, store, report }) => {
    const { versionLabel } = await beanstalk.environment();
    report.running = versionLabel;
    const records: NumberedRecord[] = [];
    for await (const record of store.records()) {
      records.push(record);
      // Beanstalk keeps a hundred versions; older records tell of none that is left.
      if (records.length === MOST_RECORDS) break;
    }
    const before = await versionBefore(records, versionLabel);
    report.versions = (await beanstalk.versions()).map(({ label, createdAt, status }): ListedVersion => {
      const record = records.find(({ to }) => to === label);
      return {
        versionLabel: label,
        createdAt: createdAt?.toISOString(),
        status,
        runs: label === versionLabel,
        before: before.kind === "found" && label === before.version,
        ...(record ? { released: { at: record.startedAt, by: record.by, outcome: record.outcome } } : {}),
      };
    });
  });
}

/** Everything from the look at the environment to the answer of `/health`. */
async function bringUp(context: Context, wanted: Wanted, yes: boolean, again = false): Promise<void> {
  const { beanstalk, progress, report } = context;
  const { label } = wanted;
  const state = await beanstalk.environment();
  const newest = await newestRecord(context);
  report.version = label;
  report.running = state.versionLabel;
  progress.line(
    `${beanstalk.environmentName}: ${state.status}, health ${state.health}, runs ${state.versionLabel || "no version"}`,
  );
  if (state.status === "Updating" && newest?.outcome === "started" && newest.to === label) {
    progress.line(`the deployment of ${label} that ${newest.by} began at ${newest.startedAt} is under way`);
    report.previous = newest.from;
    report.applied = true;
    context.begun = true;
    await watchDeployment(context, newest);
  } else {
    refuseUnlessReady(context, state, newest);
    if (state.versionLabel === label && !again) {
      const record = newest?.to === label ? newest : undefined;
      if (record) report.previous = record.from;
      if (record?.outcome === "started") {
        await context.store.update({ ...record, outcome: "deployed", endedAt: new Date().toISOString() });
      }
      context.begun = true;
      step(context, "deployment", `${label} runs already`, true);
    } else {
      await explain(context, wanted, state.versionLabel);
      const change = state.versionLabel === label ? "anew" : `instead of ${state.versionLabel}`;
      await confirm(context, yes, `have it run ${label} ${change}`);
      await register(context, wanted);
      await watchDeployment(context, await begin(context, label, state.versionLabel));
    }
  }
  await settle(context, label);
  const ours = await newestRecord(context);
  await refreshCdn(context, ours?.to === label ? ours : undefined);
  await askHealth(context, label);
  report.takeBack = takeBack(report);
}

function takeBack({ verb, environment, previous: before, version }: ReleaseReport): string | undefined {
  if (!before || before === version) return undefined;
  return verb === "release" ? `./prism rollback ${environment}` : `./prism release ${environment} ${before}`;
}

function refuseUnlessReady(
  { beanstalk, stack }: Context,
  { status, abortable }: EnvironmentState,
  newest: NumberedRecord | undefined,
): void {
  if (status === "Ready") return;
  const mine = newest?.outcome === "started" ? `: ${newest.by} releases ${newest.to} since ${newest.startedAt}` : "";
  const advice = abortable ? `wait for it, or stop it: ./prism release ${stack.environment} --abort` : "wait for it";
  throw new PrismError(
    `${beanstalk.environmentName} is ${status}${mine}. Beanstalk does one thing at a time; ${advice}. Nothing was changed`,
  );
}

/** Says before it is asked what the change means for the database, which no release takes back. */
async function explain(context: Context, wanted: Wanted, running: string): Promise<void> {
  const { beanstalk, report, progress } = context;
  const before = running ? await beanstalk.version(running) : undefined;
  const current: Wanted = { label: running, version: before };
  if (report.verb === "release") {
    report.migrations = await migrationsOnlyIn(context, wanted, before);
    if (report.migrations === undefined) progress.line("migrations: could not be compared with those of what runs");
    else if (report.migrations.length > 0) {
      progress.line(
        `migrations that ${wanted.label} brings: ${report.migrations.join(", ")}. Going back does not undo them`,
      );
    }
    return;
  }
  report.migrations = await migrationsOnlyIn(context, current, wanted.version);
  if (report.migrations?.length === 0) return;
  const which = report.migrations ? `: ${report.migrations.join(", ")}` : ", if it brought any";
  progress.line(
    `the database keeps the migrations of ${running}${which}. ${wanted.label} has to work with what they made of it ` +
      "(docs/releases.md, Migrations)",
  );
}

/** Uploads and registers what Beanstalk does not know yet, and waits until it may be deployed. */
async function register(context: Context, { label, version, bundle }: Wanted): Promise<void> {
  const { beanstalk, store, stack, progress } = context;
  if (version && version.status !== "failed" && (!bundle || (await store.has(version.bucket, version.key)))) {
    step(context, "version", `version ${label} is known already`, true);
    // One that the program brought along was never validated, and need not be.
    if (/^(processed|unprocessed)$/.test(version.status)) return;
  } else if (bundle) {
    if (version) await beanstalk.deleteVersion(label);
    const size = `${bundle.files} files, ${Math.ceil(bundle.archive.length / 1024)} KiB`;
    const place = `s3://${store.bucket}/${store.keyOf(label)}`;
    progress.status(`uploading ${size} ...`);
    const uploaded = await store.upload(bundle);
    const done = uploaded ? `bundle uploaded: ${place}, ${size}` : `bundle lies there already: ${place}`;
    step(context, "bundle", done, !uploaded);
    const description = `Released by ${stack.identity.arn}`.slice(0, 200);
    await beanstalk.createVersion(label, store.bucket, store.keyOf(label), description);
  }
  await validated(context, label);
}

/** Waits until Beanstalk has validated a version. @throws PrismError saying what it found wrong */
async function validated(context: Context, label: string): Promise<void> {
  const { beanstalk, progress, pace, signal } = context;
  const processed = await poll(
    async () => {
      const found = await beanstalk.version(label);
      progress.status(`version ${label}: ${found?.status ?? "unknown"} ...`);
      return found && /^(processed|failed)$/.test(found.status) ? found : undefined;
    },
    pace.processing,
    pace,
    signal,
  );
  if (processed?.status === "failed") {
    const events = await beanstalk.versionEvents(label);
    const reasons = events.filter(({ severity }) => severity === "ERROR").map(({ message }) => plain(message));
    throw new PrismError(
      `Beanstalk cannot use the bundle of ${label}: ${reasons.join("; ") || "it gave no reason"}. Nothing was deployed`,
    );
  }
  if (!processed)
    throw new PrismError(`Beanstalk has not validated ${label} in time; nothing was deployed. Run it again`);
  step(context, "version", `version ${label} validated by Beanstalk`);
}

/** Writes down what is about to happen, and has it happen. */
async function begin(context: Context, label: string, running: string): Promise<NumberedRecord> {
  const { beanstalk, store, report, stack, progress, signal } = context;
  if (signal.aborted) throw new Interrupted();
  const eventsAfter = await beanstalk.lastEventAt();
  const record = await store.add({
    kind: report.verb,
    from: running,
    to: label,
    by: stack.identity.arn,
    startedAt: new Date().toISOString(),
    eventsAfter: eventsAfter?.toISOString(),
    outcome: "started",
  });
  try {
    await beanstalk.deploy(label);
  } catch (error) {
    await store.update({ ...record, outcome: "refused", endedAt: new Date().toISOString() });
    throw error;
  }
  report.applied = true;
  context.begun = true;
  report.previous = running;
  progress.line(`deploying ${label}; Ctrl-C stops watching, not the deployment`);
  return record;
}

/** Has the CDN forget what it keeps of the version before. */
async function refreshCdn(context: Context, record: NumberedRecord | undefined): Promise<void> {
  const { cdn, beanstalk, progress, pace, signal } = context;
  const paths = await cdn.cachedPaths();
  if (paths.length === 0) {
    step(context, "cdn", "the CDN keeps nothing that could be old", true);
    return;
  }
  // The same for the same release, so that a second run waits for the first one's invalidation.
  const reference = `${beanstalk.environmentName}-${record ? record.number : new Date().toISOString()}`;
  const id = await cdn.invalidate(paths, reference);
  progress.status(`CDN: invalidating ${paths.join(", ")} ...`);
  const done = await poll(async () => (await cdn.invalidated(id)) || undefined, pace.invalidation, pace, signal);
  if (!done)
    failed(
      context,
      "cdn",
      "timeout",
      `CloudFront has not finished the invalidation ${id} of ${paths.join(", ")} in time`,
    );
  step(context, "cdn", `CDN: ${paths.join(", ")} invalidated`);
}

const OUR_LABEL = /^v-[0-9a-f]{12}$/;

/** Asks as everybody does, until the answer comes from the new version. */
async function askHealth(context: Context, label: string): Promise<void> {
  const { cdn, stack, progress, report, pace, signal } = context;
  const url = `${stack.outputs.url}/health`;
  let last = await cdn.health();
  const well = await poll(
    async () => {
      last = await cdn.health();
      progress.status(`${url}: ${last.code} ${last.status} ${last.version ?? ""} ...`);
      // A label of somebody else's is not what the bundle says of itself.
      const right = last.version === label || last.version === undefined || !OUR_LABEL.test(label);
      return last.code === 200 && last.status === "ok" && right ? last : undefined;
    },
    pace.settling,
    pace,
    signal,
  );
  if (well) {
    const said = well.version ? `, version ${well.version}` : "; it does not say its version, see app/README.md";
    step(context, "health", `${url}: ok${said}`);
    return;
  }
  const answer = `${last.code || "no answer"}, ${last.status}${last.version ? `, version ${last.version}` : ""}`;
  failed(context, "health", "health", `${label} is deployed, and ${url} does not answer as it should: ${answer}`, [
    `./prism doctor ${report.environment} says what is wrong`,
    `./prism rollback ${report.environment} goes back`,
  ]);
}

/** The version that a rollback goes to. @throws PrismError when there is none */
async function previous(context: Context, running: string): Promise<string> {
  const { store, stack } = context;
  const { environment } = stack;
  const before = await versionBefore(store.records(), running);
  if (before.kind === "found") return before.version;
  if (before.kind === "never-took-over") {
    throw new PrismError(
      `the last release, of ${before.version}, never took over: ${running} runs, as before it. There is nothing to take back; ` +
        `for an older version: ./prism release ${environment} --list`,
    );
  }
  throw new PrismError(
    `no version ran on ${environment} before ${running}, by the records of its releases. Which there are: ` +
      `./prism release ${environment} --list; any of them: ./prism release ${environment} VERSION`,
  );
}

async function newestRecord({ store }: Context): Promise<NumberedRecord | undefined> {
  for await (const record of store.records()) return record;
  return undefined;
}

function needsAnswer(verb: ReleaseVerb, env: string, yes: boolean): void {
  if (yes || process.stdin.isTTY) return;
  throw new UsageError(`./prism ${verb} ${env} asks before it changes anything; where nobody can answer: --yes`);
}

async function confirm({ stack }: Context, yes: boolean, purpose: string): Promise<void> {
  if (yes || (await confirmed(stack.environment, purpose))) return;
  throw new ReleaseEnded("not-confirmed", "not confirmed; nothing was changed");
}
