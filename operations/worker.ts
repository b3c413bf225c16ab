import { type ChildProcess, fork } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "./paths";

/** Asks a worker to end in order: what the engine has under way is finished first. */
interface Stop {
  kind: "stop";
}

/** Starts a process of this project's own for a verb: it loads its modules while the task for it is made ready. */
export function startWorker(file: string, env: NodeJS.ProcessEnv = process.env): ChildProcess {
  return fork(file, [], {
    execArgv: ["--require", path.join(root, "operations", "register.js")],
    env,
    // What a program logs must not get into the JSON document.
    stdio: ["ignore", 2, 2, "ipc"],
  });
}

/** Asks a worker to stop. */
export function stopWorker(worker: ChildProcess): void {
  worker.send({ kind: "stop" } satisfies Stop);
}

/**
 * Gives a worker its task and hears it until it has ended.
 *
 * @param on What to do with a message, and when somebody interrupts this process for the first, second, … time.
 * @returns how it ended: the signal or the exit code, in words
 */
export function followWorker<Task extends object, Message>(
  worker: ChildProcess,
  task: Task,
  on: { message: (message: Message) => void; interrupt: (times: number) => void },
): Promise<string> {
  return new Promise((resolve, reject) => {
    let interrupts = 0;
    const interrupt = (): void => {
      on.interrupt(++interrupts);
    };
    process.on("SIGINT", interrupt);
    process.on("SIGTERM", interrupt);
    worker.on("message", on.message);
    worker.once("error", reject);
    worker.once("exit", (code, signal) => {
      process.removeListener("SIGINT", interrupt);
      process.removeListener("SIGTERM", interrupt);
      resolve(signal ?? `exit code ${code}`);
    });
    worker.send(task);
  });
}

/** A worker as it sees itself. */
export class Worker<Message> {
  #engine: number | undefined;
  #stopping = false;

  /** Whether it was told to stop, or nobody waits for it any more. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /** The engine at work is the process of this id, or none. One that starts after the stop is stopped at once. */
  runs(engine: number | undefined): void {
    this.#engine = engine;
    if (this.#stopping) this.stop();
  }

  send(message: Message): void {
    if (process.connected) process.send?.(message);
  }

  stop(): void {
    this.#stopping = true;
    if (this.#engine === undefined) return;
    try {
      process.kill(this.#engine, "SIGINT");
    } catch {
      // It has ended by itself.
    }
  }

  /** Ends the engine as a power cut would: the whole group, so that nothing of it can save anything any more. */
  killEngine(): void {
    if (this.#engine !== undefined) process.kill(-this.#engine, "SIGKILL");
  }
}

/**
 * Makes this process a worker: it waits for its task, does it, sends what came out and ends.
 *
 * @param startedBy What a person types instead of starting the file.
 */
export function serve<Task extends { kind: string }, Message>(
  startedBy: string,
  work: (task: Task, worker: Worker<Message>) => Promise<Message>,
): void {
  // Kept open by the channel to the verb; without one there is nothing to do.
  if (!process.connected) {
    fs.writeSync(2, `this file is started by ${startedBy}\n`);
    return;
  }
  const worker = new Worker<Message>();
  const stop = (): void => {
    worker.stop();
  };
  process.on("message", (message: Task | Stop) => {
    if (message.kind === "stop") stop();
    else void finish(message as Task);
  });
  process.on("disconnect", stop);
  // Interrupts of a terminal reach the whole group; the verb tells this process what to do.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => undefined);

  const finish = async (task: Task): Promise<void> => {
    const result = await work(task, worker);
    process.once("disconnect", () => process.exit());
    // A process that exits at once loses what does not fit into the channel.
    if (process.connected) process.send?.(result, () => process.exit());
    else process.exit();
  };
}
