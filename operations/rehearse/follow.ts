import { type ChildProcess, fork } from "node:child_process";
import * as path from "node:path";
import { PrismError } from "../errors";
import { type Progress, plural, seconds } from "../output";
import { root } from "../paths";
import type { Findings, FromRehearsal, Job, ToRehearsal } from "./messages";
import { type Pass, type PassName, isJudged } from "./report";
import { type Workspace, endEngine, noteEngine, withoutCredentials } from "./workspace";

/** Starts the rehearsing process: it loads its modules while the job for it is made ready. */
export function startChild(): ChildProcess {
  return fork(path.join(root, "operations", "rehearse", "child.ts"), [], {
    execArgv: ["--require", path.join(root, "operations", "register.js")],
    env: withoutCredentials(process.env),
    // What a program logs must not get into the JSON document.
    stdio: ["ignore", 2, 2, "ipc"],
  });
}

const passTitles: Record<PassName, string> = {
  base: "deployment of what the change starts from",
  gate: "preview",
  up: "deployment",
  check: "preview that must find nothing to change",
  refresh: "refresh that must find what was changed by hand",
  destroy: "removal of everything",
};

/** Hands the job to the child and shows its progress until it is done. */
export function follow(
  child: ChildProcess,
  job: Job,
  workspace: Workspace,
  progress: Progress,
  onPass?: (pass: PassName, event: "begins" | "ended") => void,
): Promise<Findings> {
  return new Promise((resolve, reject) => {
    let findings: Findings | undefined;
    let interrupts = 0;
    const interrupt = (): void => {
      interrupts++;
      if (interrupts === 1) {
        progress.line("stopping; press again to stop at once");
        child.send({ kind: "stop" } satisfies ToRehearsal);
      } else child.kill("SIGKILL");
    };
    process.on("SIGINT", interrupt);
    process.on("SIGTERM", interrupt);
    const step = stepPrinter(progress, job);
    child.on("message", (message: FromRehearsal) => {
      if (message.kind === "passing") onPass?.(message.pass, "begins");
      else if (message.kind === "passed") onPass?.(message.pass.name, "ended");
      if (message.kind === "passing") step.begin(message.pass);
      else if (message.kind === "resources") step.count(message.count);
      else if (message.kind === "passed") step.end(message.pass);
      else if (message.kind === "engine") noteEngine(workspace, message.pid);
      else if (message.kind === "note") progress.line(message.text);
      else findings = message.findings;
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      process.removeListener("SIGINT", interrupt);
      process.removeListener("SIGTERM", interrupt);
      if (findings) {
        resolve(findings);
        return;
      }
      endEngine(workspace);
      reject(new PrismError(`the rehearsal's process ended early (${signal ?? `exit code ${code}`}); run it again`));
    });
    child.send(job);
  });
}

/** Shows the passes: what is under way, and a line for each that has ended. */
function stepPrinter(
  progress: Progress,
  job: Job,
): {
  begin: (pass: PassName) => void;
  count: (resources: number) => void;
  end: (pass: Pass) => void;
} {
  const passes = Object.keys(passTitles).filter(
    (pass) =>
      pass !== "destroy" && (pass !== "base" || job.task === "base" || job.guard) && (pass !== "refresh" || job.drift),
  );
  const policies = job.policyPack ? " with the policy pack" : " without policies";
  const titleOf = (pass: PassName): string =>
    `[${passes.indexOf(pass) + 1}/${passes.length}] ${passTitles[pass]}${isJudged(pass) ? policies : ""}`;
  let title = "";
  let total = 0;
  return {
    begin: (pass) => {
      title = titleOf(pass);
      progress.status(`${title} ...`);
    },
    count: (resources) => {
      progress.status(`${title}: ${resources}${total ? ` of ${total}` : ""} resources`);
    },
    end: ({ name, resources, seconds: took }) => {
      total = Math.max(total, resources);
      progress.line(`${titleOf(name)}: ${plural(resources, "resource")}, ${seconds(took)}`);
    },
  };
}
