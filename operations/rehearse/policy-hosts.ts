import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Job } from "./messages";

type Judged = "gate" | "up";

/**
 * The servers of the policy pack, one for each pass that is judged, because a pack may keep what it saw. The engine
 * would start each only when it needs it and wait most of a second; these start while other things load.
 */
export class PolicyHosts {
  readonly #hosts = new Map<Judged, { process: ChildProcess; portFile: string }>();

  constructor(private readonly job: Job) {
    this.start("gate");
  }

  /** Starts the server for a pass ahead of the engine. */
  start(pass: Judged): void {
    const { job } = this;
    if (!job.startPackEarly) return;
    const portFile = path.join(job.workDirectory, `policy-port-${pass}`);
    const port = fs.openSync(portFile, "w");
    const about = {
      ORGANIZATION: "organization",
      PROJECT: job.project,
      STACK: job.environment,
      DRY_RUN: String(pass === "gate"),
    };
    // The engine sets each under both names when it starts a pack itself.
    const variables = Object.entries(about).flatMap(([name, value]) => [
      [`PULUMI_${name}`, value],
      [`PULUMI_NODEJS_${name}`, value],
    ]);
    const host = spawn(process.execPath, [path.join(__dirname, "policy-host.js")], {
      cwd: job.policyPack,
      env: { ...job.env, ...Object.fromEntries(variables) },
      stdio: ["ignore", port, "inherit"],
    });
    fs.closeSync(port);
    // The starter sees that the process is gone; the engine tells.
    host.on("error", () => undefined);
    this.#hosts.set(pass, { process: host, portFile });
  }

  /** Tells the engine's pack starter which server is meant for this pass. */
  environment(pass: Judged): NodeJS.ProcessEnv {
    const host = this.#hosts.get(pass);
    return host?.process.pid ? { PRISM_POLICY_PID: String(host.process.pid), PRISM_POLICY_PORT: host.portFile } : {};
  }

  /** Ends the servers. */
  close(): void {
    for (const { process } of this.#hosts.values()) process.kill("SIGKILL");
  }
}
