import type { ChildProcess } from "node:child_process";
import * as path from "node:path";
import { PrismError } from "../errors";
import { type Progress, plural, seconds } from "../output";
import { followWorker, startWorker, stopWorker } from "../worker";
import type { Findings, FromRehearsal, Job } from "./messages";
import { type Pass, type PassName, isJudged } from "./report";
import { type Workspace, endEngine, noteEngine, withoutCredentials } from "./workspace";

/** Starts the rehearsing process. */
export function startChild(): ChildProcess {
  return startWorker(path.join(__dirname, "child.ts"), withoutCredentials(process.env));
}

const passTitles: Record<PassName, string> = {
  base: "deployment of what the change starts from",
  gate: "preview",
  up: "deployment",
  check: "preview that must find nothing to change",
  refresh: "refresh that must find what was changed by hand",
  destroy: "removal of everything",
};

/** Hands the job to the rehearsing process and shows its progress until it is done. */
export async function follow(
  worker: ChildProcess,
  job: Job,
  workspace: Workspace,
  progress: Progress,
  onPass?: (pass: PassName, event: "begins" | "ended") => void,
): Promise<Findings> {
  let findings: Findings | undefined;
  const step = stepPrinter(progress, job);
  const end = await followWorker<Job, FromRehearsal>(worker, job, {
    message: (message) => {
      if (message.kind === "passing") onPass?.(message.pass, "begins");
      else if (message.kind === "passed") onPass?.(message.pass.name, "ended");
      if (message.kind === "passing") step.begin(message.pass);
      else if (message.kind === "resources") step.count(message.count);
      else if (message.kind === "passed") step.end(message.pass);
      else if (message.kind === "engine") noteEngine(workspace, message.pid);
      else if (message.kind === "note") progress.line(message.text);
      else findings = message.findings;
    },
    interrupt: (times) => {
      if (times === 1) {
        progress.line("stopping; press again to stop at once");
        stopWorker(worker);
      } else worker.kill("SIGKILL");
    },
  });
  if (findings) return findings;
  endEngine(workspace);
  throw new PrismError(`the rehearsal's process ended early (${end}); run it again`);
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
