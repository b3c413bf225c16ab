// `npm run bench [-- NAME…]`: each bench as a ratio within this run, medians of five rounds; exit 1 above a limit.
import { programStart } from "./program-start";
import { rehearsal, rehearsalBare } from "./rehearsal";
import { compare, type Bench, type Times } from "./measure";

const ROUNDS = 5;
const BENCHES: readonly Bench[] = [programStart, rehearsal, rehearsalBare];

const wanted = process.argv.slice(2);
let slow = false;
for (const bench of BENCHES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const { measured, against } = compare(bench, ROUNDS, (round) => {
    process.stderr.write(`${bench.name}: round ${round} of ${ROUNDS}\n`);
  });
  const ratio = measured.median / against.median;
  slow ||= ratio > bench.limit;
  process.stdout.write(
    `${bench.name}: ${ratio.toFixed(2)} times, at most ${bench.limit}${ratio > bench.limit ? ": TOO SLOW" : ""}\n` +
      line("measured", measured) +
      line("against", against),
  );
}
process.exitCode = slow ? 1 : 0;

function line(label: string, { minimum, median, maximum }: Times): string {
  const figures = [minimum, median, maximum].map((seconds) => `${seconds.toFixed(2)} s`).join(" / ");
  return `  ${label.padEnd(9)} ${figures} (minimum / median / maximum)\n`;
}
