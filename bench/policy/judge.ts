// Judges a stack by all rules: `judge.ts FILE`. Prints the time for each resource.
import * as fs from "node:fs";
import { checkpointResources } from "../../policies/checkpoint";
import { evaluate } from "../../policies/evaluate";
import { rules } from "../../policies/rules";

const [file = ""] = process.argv.slice(2);
const resources = checkpointResources(JSON.parse(fs.readFileSync(file, "utf8")));
const started = process.hrtime.bigint();
if (evaluate(rules, resources).evaluated === 0) throw new Error(`${file}: no rule had anything to judge`);
const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
process.stdout.write(`${resources.length} resources, ${(milliseconds / resources.length).toFixed(3)} ms for each\n`);
