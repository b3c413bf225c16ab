import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import assert from "node:assert/strict";
import type { RehearsalReport } from "../../operations/rehearse/report";
import type { Deployment } from "../../operations/rehearse/state";
import { prism } from "../operations/prism";
import { pulumiCli } from "./pulumi-cli";

/** A rehearsed environment: what `--json` prints, and what `pulumi stack export` would. */
export interface Rehearsed {
  report: RehearsalReport;
  checkpoint: { version: number; deployment: Deployment };
}

const rehearsals = new Map<string, Promise<Rehearsed>>();

/**
 * Rehearses an environment of this project as a user does, once in a run of the tests. The test or suite that needs it is
 * skipped where there is no Pulumi CLI.
 */
export async function rehearsed(context: Mocha.Context, environment: string, program = "."): Promise<Rehearsed> {
  const cli = await pulumiCli(context);
  const key = `${program} ${environment}`;
  const started = rehearsals.get(key) ?? rehearse(cli, environment, program);
  rehearsals.set(key, started);
  return started;
}

async function rehearse(cli: string, environment: string, program: string): Promise<Rehearsed> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "prism-rehearsed-"));
  try {
    const file = path.join(directory, "checkpoint.json");
    const args = ["rehearse", environment, "--program", program, "--json", "--checkpoint", file];
    const { code, stdout, stderr } = await prism(args, { env: { PRISM_DIR: directory, PRISM_PULUMI: cli } });
    assert.equal(code, 0, stderr);
    return {
      report: JSON.parse(stdout) as RehearsalReport,
      checkpoint: JSON.parse(fs.readFileSync(file, "utf8")) as Rehearsed["checkpoint"],
    };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}
