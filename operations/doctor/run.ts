import { plural } from "../output";
import { pendingOperations } from "../stack";
import { type Area, AREA_NAMES, AREAS } from "./areas";
import { AwsFailure } from "../aws";
import { type Check, type Finding, skipped, unknown, wrong } from "./finding";
import type { World } from "./world";

/** A finding, and what it is about: one line of the report. */
export interface Line extends Finding {
  readonly area: string;
  readonly check: string;
  readonly subject: string;
}

/** How long a check may take, whatever its calls do. */
const PATIENCE_SECONDS = 60;

/** Every check of some areas, each by the area it belongs to. */
export async function checksOf(world: World, areas: readonly Area[]): Promise<{ area: Area; check: Check }[]> {
  const loaded = await Promise.all(areas.map(async (area) => ({ area, make: await AREAS[area]() })));
  return loaded.flatMap(({ area, make }) => make(world).map((check) => ({ area, check })));
}

/**
 * Runs every check side by side.
 *
 * @param skip Areas that are left out, and said to be.
 * @throws PrismError when the credentials have become worthless meanwhile
 */
export async function runAll(world: World, skip: readonly Area[], onLine: (line: Line) => void): Promise<Line[]> {
  const checks = await checksOf(
    world,
    AREA_NAMES.filter((area) => !skip.includes(area)),
  );
  const lines = await Promise.all(
    checks.map(async ({ area, check }) => {
      const line = await run(world, area, check);
      onLine(line);
      return line;
    }),
  );
  const left = skip.map((area): Line => ({ area, check: "all", subject: area, ...skipped("left out (--skip)") }));
  return [stackLine(world), ...lines, ...left];
}

/** Runs one check; whatever it meets becomes a finding. */
export async function run(world: World, area: string, check: Check, patienceSeconds = PATIENCE_SECONDS): Promise<Line> {
  const about = { area, check: check.name, subject: check.subject };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    if (!Number.isFinite(patienceSeconds)) return;
    timer = setTimeout(() => {
      resolve(unknown(`did not finish within ${patienceSeconds} s`, "run it again"));
    }, patienceSeconds * 1000);
  });
  const judged = async (): Promise<Finding> => {
    try {
      return await check.look();
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error;
      return judgeFailure(error, world.environment);
    }
  };
  try {
    const finding = await Promise.race([judged(), late]);
    const runbook = finding.runbook ?? (finding.state === "wrong" ? check.runbook : undefined);
    return { ...about, ...finding, ...(runbook && { runbook }) };
  } finally {
    clearTimeout(timer);
  }
}

function judgeFailure(failure: AwsFailure, environment: string): Finding {
  const { kind, service, region, action, awsCode, awsMessage } = failure;
  switch (kind) {
    case "denied":
      return unknown(
        `may not be looked at: ${action} is not allowed`,
        `allow ${action}, or sign in as somebody who may`,
      );
    case "missing":
      return wrong(
        `does not exist in AWS (${awsCode})`,
        `./prism drift ${environment} shows what else is gone; ./prism up ${environment} makes it again; what held data: docs/recovery.md`,
      );
    case "throttled":
      return unknown(`${service} in ${region} is asked too often (${awsCode})`, "run it again in a minute");
    case "unreachable":
      return unknown(
        `${service} in ${region} does not answer (${awsCode})`,
        "the AWS Health Dashboard says whether the region is down",
      );
    case "refused":
      return unknown(
        `${service} in ${region} refuses the question: ${awsCode}: ${awsMessage}`,
        "run it again; else it is a fault of this program",
      );
    case "credentials":
      throw failure.endOf("the session ended");
  }
}

/** Whether the last deployment came to its end. */
function stackLine({ deployment, environment }: World): Line {
  const pending = pendingOperations(deployment);
  const about = { area: "stack", check: "whole", subject: environment };
  if (pending.length === 0) return { ...about, state: "ok", detail: "the last deployment came to its end" };
  return {
    ...about,
    ...wrong(
      `a run was cut off while it was ${pending.join(", ")}`,
      `look in AWS whether ${pending.length === 1 ? "it exists" : "each exists"}; ./prism up ${environment} says how to go on`,
    ),
  };
}

/** Regions of which nothing but silence was heard, in a sentence each. */
export function silentRegions(lines: readonly Line[]): string[] {
  const silent = new Map<string, number>();
  for (const { state, detail } of lines) {
    const [, region] = (state === "unknown" && / in ([a-z]{2}(?:-[a-z]+)+-\d) does not answer/.exec(detail)) || [];
    if (region) silent.set(region, (silent.get(region) ?? 0) + 1);
  }
  return [...silent].map(([region, count]) => `${region} does not answer: ${plural(count, "check")} could not be made`);
}
