import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Job } from "./messages";

/**
 * The server of this project's policy pack, one for all passes that are judged. The engine would start one for each
 * pass, wait most of a second for it, and have it begin with code that nothing has run yet.
 */
export class PolicyHost {
  readonly #process: ChildProcess | undefined;
  readonly #portFile: string;

  /** Starts the server ahead of the engine, which takes it while other things load. */
  constructor(job: Job) {
    this.#portFile = path.join(job.workDirectory, "policy-port");
    if (!job.startPackEarly) return;
    const port = fs.openSync(this.#portFile, "w");
    const about = { ORGANIZATION: "organization", PROJECT: job.project, STACK: job.environment };
    // The engine sets each under both names when it starts a pack itself.
    const variables = Object.entries(about).flatMap(([name, value]) => [
      [`PULUMI_${name}`, value],
      [`PULUMI_NODEJS_${name}`, value],
    ]);
    this.#process = spawn(process.execPath, [path.join(__dirname, "policy-server.js")], {
      cwd: job.policyPack,
      env: { ...job.env, ...Object.fromEntries(variables) },
      stdio: ["ignore", port, "inherit"],
    });
    fs.closeSync(port);
    // The starter sees that the process is gone; the engine tells.
    this.#process.on("error", () => undefined);
  }

  /** Tells the engine's pack starter which server is meant. */
  get environment(): NodeJS.ProcessEnv {
    const pid = this.#process?.pid;
    return pid ? { PRISM_POLICY_PID: String(pid), PRISM_POLICY_PORT: this.#portFile } : {};
  }

  /** Ends the server. */
  close(): void {
    this.#process?.kill("SIGKILL");
  }
}
