import { plural } from "../output";
import { plain } from "../table";
import type { BeanstalkEvent, EnvironmentState, Health, InstanceState } from "./beanstalk";
import { type Context, failed, step } from "./context";
import type { NumberedRecord } from "./store";
import { poll } from "./wait";

/** Events that say that the operation did not succeed. The words are those that AWS's own `eb` looks for. */
const FAILURES = [
  /^Failed to deploy application\./,
  /^Failed to deploy configuration\./,
  /^Update environment operation is complete, but with errors\./,
  /^The environment was reverted to the previous configuration setting\./,
];

/**
 * Shows the environment's events until it is ready again.
 *
 * @throws ReleaseEnded when the version did not take over, or is not there in time
 */
export async function watchDeployment(context: Context, record: NumberedRecord): Promise<void> {
  const { beanstalk, store, progress, report, pace, signal } = context;
  const started = performance.now();
  const seen = new Set<string>();
  const events: BeanstalkEvent[] = [];
  const showNew = async (): Promise<void> => {
    const since = record.eventsAfter ? new Date(record.eventsAfter) : undefined;
    for (const event of await beanstalk.events(since)) {
      const key = `${event.at.getTime()} ${event.message}`;
      // The last one before the deployment is in the answer too.
      if (seen.has(key) || (since && event.at <= since)) continue;
      seen.add(key);
      events.push(event);
      progress.line(`  ${event.at.toISOString().slice(11, 19)} ${event.severity.padEnd(5)} ${plain(event.message)}`);
    }
  };
  let readyBefore = false;
  const ended = await poll<EnvironmentState>(
    async () => {
      const state = await beanstalk.environment();
      await showNew();
      progress.status(`${state.status}, health ${state.health} ...`);
      // Twice: an answer may be older than the operation.
      const ready = state.status === "Ready" && readyBefore;
      readyBefore = state.status === "Ready";
      return ready ? state : undefined;
    },
    pace.deployment,
    pace,
    signal,
  );
  if (!ended) {
    failed(context, "deployment", "timeout", `${record.to} is still being deployed after ${minutes(started)}`, [
      `./prism release ${report.environment} ${record.to} goes on watching`,
      `./prism release ${report.environment} --abort stops it, and leaves ${record.from}`,
    ]);
  }
  await showNew();
  report.running = ended.versionLabel;
  const complaints = events.filter(({ severity }) => /^(WARN|ERROR|FATAL)$/.test(severity));
  const failure = events.some(({ message }) => FAILURES.some((pattern) => pattern.test(message)));
  if (ended.versionLabel === record.to && !failure) {
    await store.update({ ...record, outcome: "deployed", endedAt: new Date().toISOString() });
    step(
      context,
      "deployment",
      `${record.to} deployed in ${minutes(started)}; a migration that fails would have failed it`,
    );
    return;
  }
  await store.update({ ...record, outcome: "failed", endedAt: new Date().toISOString() });
  const instances = await beanstalk.instances();
  const runs = instances.filter(({ versionLabel }) => versionLabel === record.from).length;
  const untouched = ended.versionLabel === record.from && runs === instances.length;
  failed(
    context,
    "deployment",
    "deployment",
    untouched
      ? `the deployment of ${record.to} failed; ${record.from} runs on, on every instance`
      : `the deployment of ${record.to} failed; the environment says that it runs ${ended.versionLabel}, and its instances run ${tally(instances)}`,
    [
      ...complaints.map(({ message }) => plain(message)),
      ...causesOf(await beanstalk.health(), instances),
      `what the instances wrote: ${logCommand(context)}`,
      ...(untouched
        ? []
        : [`./prism release ${report.environment} ${record.from} --again puts ${record.from} on all of them`]),
    ],
  );
}

/**
 * Waits until every instance says that it runs the version, and the environment that it is well.
 *
 * @throws ReleaseEnded saying what is not well
 */
export async function settle(context: Context, label: string): Promise<void> {
  const { beanstalk, progress, report, pace, signal } = context;
  let health: Health = { color: "Grey", status: "NoData", causes: [] };
  let instances: InstanceState[] = [];
  const settled = await poll(
    async () => {
      [health, instances] = await Promise.all([beanstalk.health(), beanstalk.instances()]);
      progress.status(`health ${health.status}, instances run ${tally(instances)} ...`);
      const all = instances.length > 0 && instances.every(({ versionLabel }) => versionLabel === label);
      return all && health.color === "Green" ? true : undefined;
    },
    pace.settling,
    pace,
    signal,
  );
  if (settled) {
    step(context, "instances", `${plural(instances.length, "instance")} run ${label}, health ${health.status}`);
    return;
  }
  failed(
    context,
    "instances",
    "health",
    `${label} is deployed, and its environment is not well: health ${health.status} (${health.color}), instances run ${tally(instances)}`,
    [
      ...causesOf(health, instances),
      `what the instances wrote: ${logCommand(context)}`,
      ...(instances.every(({ versionLabel }) => versionLabel === label)
        ? []
        : [`./prism release ${report.environment} ${label} --again deploys it onto new instances`]),
      `./prism rollback ${report.environment} goes back`,
    ],
  );
}

/** How many instances run which version. */
function tally(instances: readonly InstanceState[]): string {
  const counts = new Map<string, number>();
  for (const { versionLabel } of instances) counts.set(versionLabel, (counts.get(versionLabel) ?? 0) + 1);
  return [...counts].map(([label, count]) => `${label || "nothing"} (${count})`).join(", ") || "nothing";
}

/** Why health is not what it should be, each reason once. */
function causesOf(health: Health, instances: readonly InstanceState[]): string[] {
  const own = instances.flatMap(({ id, causes }) => causes.map((cause) => `${id}: ${cause}`));
  return [...new Set([...health.causes, ...own])].map(plain);
}

function logCommand({ stack }: Context): string {
  const group = stack.outputs.application.logGroupNames.engine ?? "";
  return `aws logs tail '${group}' --since 2h --region ${stack.region}`;
}

function minutes(started: number): string {
  const passed = (performance.now() - started) / 1000;
  return passed < 90 ? `${Math.round(passed)} s` : `${Math.round(passed / 60)} min`;
}
