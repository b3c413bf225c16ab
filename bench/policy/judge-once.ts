// What `./prism policy --checkpoint FILE --json` does, without an error where a rule is broken: `judge-once.ts FILE`.
import { main } from "../../operations/cli";

void main(["policy", "--checkpoint", process.argv[2] ?? "", "--json"]).then(() => {
  if (process.exitCode === 1) process.exitCode = 0;
});
