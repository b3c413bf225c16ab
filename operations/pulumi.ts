import { spawn } from "node:child_process";

/** Where and how the engine runs. */
export interface EngineOptions {
  /** The Pulumi CLI. */
  cli: string;
  /** Folder with Pulumi.yaml and Pulumi.<stack>.yaml. */
  workDirectory: string;
  stack: string;
  /** File that the engine writes its events to while it works; by default `events.jsonl` in its folder. */
  eventLog?: string;
  /** The whole environment of the engine; nothing is inherited beside it. */
  env: NodeJS.ProcessEnv;
}

/** How a command of the CLI ended. */
export interface CliResult {
  /** The exit code; null when a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs one command of the CLI in the engine's folder, without questions and without colours. */
export function runCli(engine: EngineOptions, args: string[], onStart?: (pid: number) => void): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(engine.cli, [...args, "--non-interactive", "--color", "never"], {
      cwd: engine.workDirectory,
      env: engine.env,
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: an interrupt from the terminal must reach the engine once, not twice.
      detached: true,
    });
    if (child.pid) onStart?.(child.pid);
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}
