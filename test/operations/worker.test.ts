import assert from "node:assert/strict";
import * as path from "node:path";
import { root } from "../../operations/paths";
import { followWorker, startWorker, stopWorker } from "../../operations/worker";
import { run } from "./prism";

const file = path.join(__dirname, "fixtures", "worker.ts");

/** Runs the sample worker; `onMessage` may act on what it says. */
async function messagesOf(
  task: { kind: "task"; length?: number },
  onMessage: (message: string, worker: ReturnType<typeof startWorker>) => void = () => undefined,
): Promise<{ messages: string[]; end: string }> {
  const worker = startWorker(file);
  const messages: string[] = [];
  const end = await followWorker<typeof task, string>(worker, task, {
    message: (message) => {
      messages.push(message);
      onMessage(message, worker);
    },
    interrupt: () => undefined,
  });
  return { messages, end };
}

describe("a worker", () => {
  it("delivers what came out, however much it is", async () => {
    const length = 20_000_000;
    const { messages, end } = await messagesOf({ kind: "task", length });
    assert.deepEqual([messages.map((text) => text.length), end], [[length], "exit code 0"]);
  });

  it("ends in order when it is told to stop", async () => {
    const { messages, end } = await messagesOf({ kind: "task" }, (message, worker) => {
      if (message === "waiting") stopWorker(worker);
    });
    assert.deepEqual([messages, end], [["waiting", "stopped"], "exit code 0"]);
  });

  it("ends when nobody waits for it any more", async () => {
    const { messages, end } = await messagesOf({ kind: "task" }, (_, worker) => {
      worker.disconnect();
    });
    assert.deepEqual([messages, end], [["waiting"], "exit code 0"]);
  });

  it("is told apart from what was killed", async () => {
    const { end } = await messagesOf({ kind: "task" }, (_, worker) => worker.kill("SIGKILL"));
    assert.equal(end, "SIGKILL");
  });

  it("says who starts it to whoever starts it by hand", async () => {
    const { code, stderr } = await run(process.execPath, [
      "--require",
      path.join(root, "operations/register.js"),
      file,
    ]);
    assert.deepEqual([code, stderr], [0, "this file is started by the tests of workers\n"]);
  });
});
