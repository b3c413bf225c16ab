import { spawnSync } from "node:child_process";
import path from "node:path";
import { root } from "../operations/paths";

/** What a bench claims: the first command takes at most `limit` times as long as the second. */
export interface Bench {
  readonly name: string;
  /** What is timed, and what it is timed against. */
  readonly measured: readonly string[];
  readonly against: readonly string[];
  readonly limit: number;
  /** What is not on this machine, so that the bench is skipped. */
  missing?(): string | undefined;
  /** Brings both to the same warm state before the first run. */
  prepare?(): void | Promise<void>;
}

/** The command line that most benches time, or prepare with. */
export const rehearseProduction: readonly string[] = [path.join(root, "prism"), "rehearse", "production"];

/** Seconds of several runs. */
export interface Times {
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
}

/** Seconds that one command took. @throws when it failed: a failed run says nothing about speed */
export function run([command = "", ...args]: readonly string[]): number {
  const started = process.hrtime.bigint();
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (result.status !== 0) throw new Error(`${[command, ...args].join(" ")} failed:\n${result.stdout}${result.stderr}`);
  return seconds;
}

export function summarize(seconds: readonly number[]): Times {
  const sorted = [...seconds].sort((a, b) => a - b);
  return {
    minimum: sorted[0]!,
    median: sorted[Math.floor(sorted.length / 2)]!,
    maximum: sorted[sorted.length - 1]!,
  };
}

/** Runs both commands in turn, so that whatever else the machine does falls on both. */
export async function compare(bench: Bench, rounds: number, onRound: (round: number) => void) {
  await bench.prepare?.();
  run(bench.measured);
  run(bench.against);
  const measured: number[] = [];
  const against: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    onRound(round);
    measured.push(run(bench.measured));
    against.push(run(bench.against));
  }
  return { measured: summarize(measured), against: summarize(against) };
}
