import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as os from "node:os";
import * as path from "node:path";
import { startWorker } from "../worker";
import type { Report } from "./collect";
import type { FromReporter, ReportJob, ToReporter } from "./messages";

/**
 * Has the report of a rehearsal written in a process of its own, at a low priority, while the engine still works: a
 * rehearsal keeps fewer processors busy than most machines have, so that it ends as early as without a report.
 */
export class Reporter {
  #child: ChildProcess | undefined;
  #collecting = false;

  /** Starts the process, which loads its modules. */
  start(): void {
    if (this.#child) return;
    this.#child = startWorker(path.join(__dirname, "reporter.ts"));
    // Whoever waits for it learns of its end.
    this.#child.on("error", () => undefined);
    try {
      if (this.#child.pid !== undefined) os.setPriority(this.#child.pid, os.constants.priority.PRIORITY_BELOW_NORMAL);
    } catch {
      // Where a priority may not be set, it is as good as any other.
    }
  }

  /** Has it compute what the report shows of the state as it is now. */
  collect(job: ReportJob): void {
    this.start();
    this.#send({ kind: "collect", job });
    this.#collecting = true;
  }

  /**
   * Has it write the report.
   *
   * @returns why it could not be written, or nothing
   */
  async write(job: ReportJob, file: string, failure?: Report["failure"]): Promise<string | undefined> {
    if (!this.#collecting) this.collect(job);
    const child = this.#child!;
    const answer = new Promise<string | undefined>((resolve) => {
      child.once("message", ({ problem }: FromReporter) => {
        resolve(problem);
      });
      void once(child, "exit").then(
        ([code, signal]) => {
          resolve(`its process ended early (${String(signal ?? `exit code ${String(code)}`)})`);
        },
        (error: unknown) => {
          resolve(String(error));
        },
      );
    });
    this.#send({ kind: "write", file, failure });
    return answer;
  }

  /** Ends the process, whatever it is doing. */
  close(): void {
    this.#child?.kill("SIGKILL");
  }

  #send(message: ToReporter): void {
    // Whether it has ended meanwhile shows at its exit.
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }
}
