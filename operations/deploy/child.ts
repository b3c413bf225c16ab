// The process of one operation on what is deployed: the program and the engine's inline language server. Started by the
// verb, which prints; nothing here writes to stdout or stderr.
import { describeError, failureOf } from "../rehearse/failure";
import { InlineProgram } from "../rehearse/inline-program";
import { runPass } from "../rehearse/pass";
import { type Worker, serve } from "../worker";
import type { FromDeployment, Operation, Outcome } from "./messages";

serve<Operation, FromDeployment>("./prism preview, up, destroy and drift", async (operation, worker) => ({
  kind: "done",
  outcome: await operate(operation, worker).catch((error: unknown) => ({ failure: describeError(error) })),
}));

async function operate(
  { pass: name, programDirectory, engine, args }: Operation,
  worker: Worker<FromDeployment>,
): Promise<Outcome> {
  const program = new InlineProgram(programDirectory);
  const result = await runPass(engine, name, program, args, {
    onEngine: (pid) => {
      worker.runs(pid);
    },
    onResources: (count) => {
      worker.send({ kind: "resources", count });
    },
  });
  const { changes, violations, deferred, states } = result;
  return { changes, violations, deferred, states, failure: failureOf(result, program, new Set()) };
}
