import { UsageError } from "../errors";
import { DEFAULT_ENVIRONMENT } from "../program";

/** The environment of verbs that look at what was rehearsed, as yargs takes it. */
export const rehearsedEnvironment = {
  type: "string",
  describe: "Environment as it was last rehearsed; it is rehearsed if it never was",
  defaultDescription: DEFAULT_ENVIRONMENT,
} as const;

/** Another program than this checkout's own. */
export const programOption = {
  type: "string",
  requiresArg: true,
  describe: "Folder of another Pulumi program here",
} as const;

export const jsonOption = {
  type: "boolean",
  default: false,
  describe: "Print one JSON document on stdout",
} as const;

/** @throws UsageError when both formats are asked for, which would share stdout */
export function needsOneFormat({ json, markdown }: { json: boolean; markdown: boolean }): void {
  if (json && markdown) throw new UsageError("--json and --markdown: one of them");
}
