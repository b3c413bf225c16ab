import { confirmed } from "../confirm";
import { UsageError, exitCode } from "../errors";
import { plural, type Progress } from "../output";
import { openStack } from "../stack";
import type { Area } from "./areas";
import { Aws, AwsFailure } from "../aws";
import { endToEnd } from "./end-to-end";
import type { Problem } from "./paths";
import { countsOf, type DoctorReport, exitCodeOf } from "./report";
import { type Line, runAll, silentRegions } from "./run";
import { follow } from "./why";
import { OUTPUTS, type World } from "./world";

/** What the verb is told on the command line. */
export interface DoctorOptions {
  env: string;
  endToEnd: boolean;
  why?: Problem;
  testAlarm?: string;
  skip: Area[];
  yes: boolean;
}

/**
 * Looks at a deployed environment: at everything, along the path of one problem, or at who hears of an alarm.
 *
 * @throws PrismError for what is in the way: credentials, account, a stack that cannot be read
 */
export async function examine(options: DoctorOptions, progress: Progress): Promise<DoctorReport> {
  const now = new Date();
  if (options.testAlarm !== undefined && !options.yes && !process.stdin.isTTY) {
    throw new UsageError("--test-alarm asks before it alarms people; where nobody can answer: --yes");
  }
  const { identity, outputs, deployment, region } = await openStack(options.env, OUTPUTS, progress);
  const aws = new Aws();
  const world: World = { environment: options.env, outputs, deployment, aws, now };
  const report: DoctorReport = {
    verb: "doctor",
    environment: options.env,
    ok: false,
    exitCode: exitCode.failed,
    identity,
    region,
    at: now.toISOString(),
    counts: countsOf([]),
    notes: [],
    lines: [],
    seconds: 0,
  };
  try {
    if (options.testAlarm === undefined) {
      report.lines = await look(world, options, progress);
      report.problem = options.why;
      report.exitCode = exitCodeOf(report.lines);
    } else {
      report.alarmTest = await setOff(world, options.testAlarm, options, progress);
      const heard = report.alarmTest.heard.some(({ pending }) => !pending);
      report.exitCode = heard ? exitCode.fine : exitCode.failed;
    }
  } catch (error) {
    if (error instanceof AwsFailure) throw error.endOf("nothing was found out");
    throw error;
  } finally {
    aws.close();
  }
  report.ok = report.exitCode === exitCode.fine;
  report.counts = countsOf(report.lines);
  report.notes = silentRegions(report.lines);
  report.seconds = (Date.now() - now.getTime()) / 1000;
  return report;
}

async function look(world: World, { why, skip, ...options }: DoctorOptions, progress: Progress): Promise<Line[]> {
  let done = 0;
  const tell = ({ area, check }: Line): void => {
    progress.status(`${plural(++done, "check")} done, the last: ${area} ${check}`);
  };
  if (why) return follow(world, why, tell);
  const lines = await runAll(world, skip, tell);
  if (!options.endToEnd) return lines;
  progress.status("sending a document through the whole system ...");
  return [...lines, ...(await endToEnd(world, tell))];
}

async function setOff(world: World, name: string, { yes }: DoctorOptions, progress: Progress) {
  const { alarmNamed, listenersOf, testAlarm } = await import("./test-alarm");
  const placed = await alarmNamed(world, name);
  const listeners = await listenersOf(world, placed);
  progress.line(
    `${placed.alarm.AlarmName} alarms ${listeners.map(({ shown, pending }) => (pending ? `${shown} (not confirmed)` : shown)).join(", ") || "nobody"}`,
  );
  if (!yes && !(await confirmed(world.environment, "set it off"))) {
    throw new UsageError("not confirmed; the alarm was not touched");
  }
  return testAlarm(world, placed);
}
