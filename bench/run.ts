// `npm run bench [-- NAME…]`: each bench as a ratio within this run, medians of five rounds; exit 1 above a limit.
import { programStart } from "./program-start";
import { rehearsal, rehearsalOfMany } from "./rehearsal";
import { policyAgainstCheckov, policyGrowth, policyGrowthOfSmall, policyPack, policyRules } from "./policy";
import { report } from "./report";
import { compare, type Bench, type Times } from "./measure";

const ROUNDS = 5;
const BENCHES: readonly Bench[] = [
  programStart,
  rehearsal,
  rehearsalOfMany,
  policyPack,
  policyRules,
  policyGrowthOfSmall,
  policyGrowth,
  policyAgainstCheckov,
  report,
];

void main(process.argv.slice(2));

async function main(wanted: readonly string[]): Promise<void> {
  for (const bench of BENCHES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const missing = bench.missing?.();
    if (missing) {
      process.stdout.write(`${bench.name}: skipped, ${missing}\n`);
      continue;
    }
    const { measured, against } = await compare(bench, ROUNDS, (round) => {
      process.stderr.write(`${bench.name}: round ${round} of ${ROUNDS}\n`);
    });
    const ratio = measured.median / against.median;
    if (ratio > bench.limit) process.exitCode = 1;
    process.stdout.write(
      `${bench.name}: ${ratio.toFixed(2)} times, at most ${bench.limit}${ratio > bench.limit ? ": TOO SLOW" : ""}\n` +
        line("measured", measured) +
        line("against", against),
    );
  }
}

function line(label: string, { minimum, median, maximum }: Times): string {
  const figures = [minimum, median, maximum].map((seconds) => `${seconds.toFixed(2)} s`).join(" / ");
  return `  ${label.padEnd(9)} ${figures} (minimum / median / maximum)\n`;
}
