import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import net from "node:net";

/** What runs, so that nothing outlives the tests, however they end. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) kill(child, "SIGKILL");
});
// These would end this process without that; an interruption from the keyboard is mocha's to handle.
for (const signal of ["SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    process.exit(1);
  });
}

/** A process of the tests, and what it has written. */
export interface Started {
  readonly child: ChildProcess;
  /** Everything it wrote so far, on both streams. */
  output(): string;
  /** Settles with the exit code when the process has ended. */
  readonly ended: Promise<number | null>;
}

/** Starts a process in a group of its own, which {@link stop} ends as a whole. */
export function start(file: string, args: readonly string[], options: SpawnOptions): Started {
  const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"], detached: true });
  running.add(child);
  let output = "";
  child.stdout?.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr?.on("data", (data: Buffer) => (output += data.toString()));
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", (error) => {
      output += error.message;
      running.delete(child);
      resolve(null);
    });
    child.once("close", (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  return { child, output: () => output, ended };
}

/** Asks a process to end and waits until it has; one that does not is killed. */
export async function stop({ child, ended }: Started, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  const timer = setTimeout(() => {
    kill(child, "SIGKILL");
  }, 20_000);
  await ended;
  clearTimeout(timer);
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid) process.kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}

/** A port that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

/** Waits until something is the case. @throws Error saying what was waited for, and what was there instead */
export async function until<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  seen: () => string = () => "",
): Promise<T> {
  for (const end = Date.now() + 60_000; ;) {
    const value = await check();
    if (value !== undefined && value !== false) return value as T;
    if (Date.now() > end) throw new Error(`waited a minute until ${what}\n${seen()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
