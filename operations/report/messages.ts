import type { Reference } from "../rehearse/reference";
import type { WorkspaceKind } from "../rehearse/workspace";
import type { Report } from "./collect";

/** Name of the report in the folder of a rehearsal. */
export const REPORT_FILE = "report.html";

/** What a report is to be made of: a rehearsed environment, or a change of it. */
export interface ReportJob {
  /** Folder of the Pulumi program. */
  readonly program: string;
  readonly environment: string;
  readonly kind: WorkspaceKind;
  /** What a change starts from. */
  readonly from?: Reference;
}

/** From the rehearsal to the process that writes its report: compute what the state says; then write it. */
export type ToReporter =
  { kind: "collect"; job: ReportJob } | { kind: "write"; file: string; failure?: Report["failure"] };

/** Back: it is written, or why not. */
export interface FromReporter {
  readonly problem?: string;
}
