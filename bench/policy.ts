import * as fs from "node:fs";
import path from "node:path";
import { prismDirectory, root } from "../operations/paths";
import { loadProgram } from "../operations/program";
import { awsResources } from "../operations/provider-check";
import { readState } from "../operations/rehearse/state";
import { workspaceOf } from "../operations/rehearse/workspace";
import { which } from "../operations/toolchain";
import { type Bench, rehearseProduction, run } from "./measure";
import { type Checkpoint, enlarge } from "./policy/stack";
import { terraformOf } from "./policy/terraform";

const folder = path.join(prismDirectory(), "bench", "policy");
const stackOf = (size: number): string => path.join(folder, `stack-${size}.json`);
const script = (name: string, ...args: string[]): string[] => [
  process.execPath,
  "--require",
  path.join(root, "operations/register.js"),
  path.join(__dirname, "policy", name),
  ...args,
];

/** Production as last rehearsed. */
function production(): Checkpoint {
  const file = workspaceOf(loadProgram(undefined), "production").stateFile;
  if (!fs.existsSync(file)) run(rehearseProduction);
  return readState(file)!;
}

function writeStacks(...sizes: number[]): void {
  fs.mkdirSync(folder, { recursive: true });
  for (const size of sizes) fs.writeFileSync(stackOf(size), JSON.stringify(enlarge(production(), size)));
}

/** Production rehearsed with the pack, against the same without policies. */
export const policyPack: Bench = {
  name: "policy-pack",
  measured: rehearseProduction,
  against: [...rehearseProduction, "--policy-pack", "none"],
  limit: 1.25,
  prepare: () => {
    run(rehearseProduction);
  },
};

/**
 * Production rehearsed with the pack, against the same with a pack of one rule that finds nothing, started as the engine
 * starts packs: what the rules themselves cost.
 */
export const policyRules: Bench = {
  name: "policy-rules",
  measured: rehearseProduction,
  against: [...rehearseProduction, "--policy-pack", path.join(__dirname, "policy", "empty-pack")],
  limit: 1.1,
};

/** The time of all rules over a stack of 5,000 resources, against one of 1,000. */
export const policyGrowth: Bench = {
  name: "policy-growth",
  measured: script("judge.ts", stackOf(5000)),
  against: script("judge.ts", stackOf(1000)),
  limit: 5.5,
  prepare: () => {
    writeStacks(1000, 5000);
  },
};

/** The time of all rules over a stack of 1,000 resources, against one of 150. */
export const policyGrowthOfSmall: Bench = {
  name: "policy-growth-of-small",
  measured: script("judge.ts", stackOf(1000)),
  against: script("judge.ts", stackOf(150)),
  limit: 7.3,
  prepare: () => {
    writeStacks(150, 1000);
  },
};

/** The pack over an export of production, against checkov over the same resources as Terraform. */
export const policyAgainstCheckov: Bench = {
  name: "policy-against-checkov",
  measured: script("judge-once.ts", stackOf(500)),
  // Without this it scans nothing below a folder whose name begins with a dot.
  against: [
    "env",
    "CKV_IGNORE_HIDDEN_DIRECTORIES=False",
    "checkov",
    "--directory",
    path.join(folder, "terraform"),
    "--quiet",
    "--compact",
    "--soft-fail",
  ],
  limit: 1,
  missing: () => (which("checkov", process.env) ? undefined : "checkov is not on the PATH"),
  prepare: () => {
    writeStacks(500);
    const stack = JSON.parse(fs.readFileSync(stackOf(500), "utf8")) as Checkpoint;
    fs.mkdirSync(path.join(folder, "terraform"), { recursive: true });
    fs.writeFileSync(path.join(folder, "terraform", "main.tf.json"), terraformOf(awsResources(stack)));
  },
};
