// The process of one operation on what is deployed: the program and the engine's inline language server. Started by the
// verb, which prints; nothing here writes to stdout or stderr.
import * as fs from "node:fs";
import { describeError, failureOf } from "../rehearse/failure";
import { InlineProgram } from "../rehearse/inline-program";
import { runPass } from "../rehearse/pass";
import type { FromDeployment, Operation, Outcome, ToDeployment } from "./messages";

let enginePid: number | undefined;
let stopping = false;

process.on("message", (message: ToDeployment) => {
  if (message.kind === "stop") stop();
  else void operate(message);
});
// The verb is gone: the engine is asked to end in order, as Ctrl-C would.
process.on("disconnect", stop);
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

function stop(): void {
  stopping = true;
  if (enginePid === undefined) return;
  try {
    process.kill(enginePid, "SIGINT");
  } catch {
    // It has ended by itself.
  }
}

function send(message: FromDeployment): void {
  if (process.connected) process.send?.(message);
}

async function operate({ pass: name, programDirectory, engine, args }: Operation): Promise<void> {
  const program = new InlineProgram(programDirectory);
  let outcome: Outcome;
  try {
    const result = await runPass(engine, name, program, args, {
      onEngine: (pid) => {
        enginePid = pid;
        if (stopping) stop();
      },
      onResources: (count) => {
        send({ kind: "resources", count });
      },
    });
    const { changes, violations, deferred, states } = result;
    outcome = { changes, violations, deferred, states, failure: failureOf(result, program, new Set()) };
  } catch (error) {
    outcome = { failure: describeError(error) };
  }
  send({ kind: "done", outcome });
  if (process.connected) process.disconnect();
  process.exit();
}

// Kept open by the channel to the verb; without one there is nothing to do.
if (!process.connected) fs.writeSync(2, "this file is started by ./prism preview, up, destroy and drift\n");
