import type { Identity } from "../deploy/identity";
import { type Table, plain, toText } from "../table";

/** The verbs that change which version runs. */
export type ReleaseVerb = "release" | "rollback";

/** One step of a release, as it was done. */
export interface ReleaseStep {
  name: "bundle" | "version" | "deployment" | "instances" | "cdn" | "health";
  outcome: "done" | "skipped" | "failed";
  detail: string;
}

/** Why a release ended early. */
export interface ReleaseFailure {
  kind: "deployment" | "health" | "aws" | "interrupted" | "timeout" | "not-confirmed";
  message: string;
  /** What it is about, one line each. */
  details: string[];
}

/** What `./prism release` and `./prism rollback` print under `--json`. */
export interface ReleaseReport {
  verb: ReleaseVerb;
  action: "deploy" | "abort" | "list";
  environment: string;
  /** Physical name in Elastic Beanstalk. */
  environmentName: string;
  ok: boolean;
  exitCode: number;
  failure?: ReleaseFailure;
  identity: Identity;
  /** Version that was asked for. */
  version?: string;
  /** Version that ran before. */
  previous?: string;
  /** Version that the environment runs now. */
  running: string;
  /** Whether the environment was changed. */
  applied: boolean;
  steps: ReleaseStep[];
  /** Migrations that one of the two versions has and the other has not. */
  migrations?: string[];
  /** What undoes a release that is well. */
  takeBack?: string;
  /** With `--list`: every version, newest first. */
  versions?: ListedVersion[];
  seconds: number;
}

/** A line of `--list`. */
export interface ListedVersion {
  versionLabel: string;
  createdAt?: string;
  status: string;
  runs: boolean;
  /** What `./prism rollback` would go to. */
  before: boolean;
  /** Newest release of it, as written down. */
  released?: { at: string; by: string; outcome: string };
}

/** The report for people. */
export function formatRelease(report: ReleaseReport): string {
  if (report.versions) return toText([tableOf(report, report.versions)]);
  const { environment, running, previous, takeBack } = report;
  const before = previous && previous !== running ? ` (before: ${previous})` : "";
  const lines = [`${environment} runs ${running}${before}`];
  if (takeBack) lines.push(`Take it back: ${takeBack}`);
  return lines.map((line) => `${plain(line)}\n`).join("");
}

function tableOf({ environment, environmentName }: ReleaseReport, versions: ListedVersion[]): Table {
  const day = (iso: string | undefined): string => (iso ? `${iso.slice(0, 16).replace("T", " ")} UTC` : "");
  const marks = ({ runs, before }: ListedVersion): string => (runs ? "runs" : before ? "ran before" : "");
  return {
    title: `Versions of ${environment} (${environmentName}), newest first`,
    columns: [
      { name: "version" },
      { name: "created" },
      { name: "state" },
      { name: "" },
      { name: "last released" },
      { name: "by" },
    ],
    rows: versions.map((version) => [
      version.versionLabel,
      day(version.createdAt),
      version.status,
      marks(version),
      version.released ? `${day(version.released.at)}, ${version.released.outcome}` : "",
      version.released?.by.replace(/^arn:[^:]*:[^:]*::\d+:/, "") ?? "",
    ]),
  };
}
