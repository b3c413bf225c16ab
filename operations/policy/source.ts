import * as fs from "node:fs";
import { type JudgedResource } from "../../policies/evaluate";
import { checkpointResources } from "../../policies/checkpoint";
import { PrismError, UsageError, systemCode } from "../errors";
import type { Program } from "../program";
import { runCli } from "../pulumi";
import { engineEnvironment, workspaceOf } from "../rehearse/workspace";
import { findPulumi } from "../toolchain";

/** The resources to be judged, and where they come from. */
export interface Source {
  resources: JudgedResource[];
  /** The parsed export that they were read from. */
  checkpoint: unknown;
  /** Where the resources stand, for people. */
  title: string;
  /** The text in which a resource is found by its URN, if that is a file. */
  text?: string;
}

/**
 * The resources of an export.
 *
 * @param file Path of the export; `-` for standard input.
 * @throws UsageError when it is none. No message holds a part of the content, which may be secret.
 */
export function readCheckpoint(file: string): Source {
  const title = file === "-" ? "standard input" : file;
  let text: string;
  try {
    text = fs.readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new UsageError(`${title}: cannot be read (${systemCode(error) ?? String(error)})`);
  }
  return { ...parseExport(text, title), title, text };
}

/**
 * The resources of an environment as its last rehearsal left them, with the secrets of that rehearsal readable.
 *
 * @throws UsageError when it was not rehearsed yet
 */
export async function readRehearsal(
  program: Program,
  environment: string,
  onProgress: (text: string) => void,
): Promise<Source> {
  const workspace = workspaceOf(program, environment);
  const stat = fs.statSync(workspace.stateFile, { throwIfNoEntry: false });
  if (!stat) {
    throw new UsageError(
      `${environment} was not rehearsed on this machine yet\n` +
        `Type: ./prism rehearse ${environment}${program.label === program.project ? "" : ` --program ${program.directory}`}`,
    );
  }
  const { path: cli } = await findPulumi({ onProgress });
  const env = engineEnvironment(workspace);
  const engine = { cli, workDirectory: workspace.workDirectory, stack: environment, env };
  const { code, stdout, stderr } = await runCli(engine, ["stack", "export", "--show-secrets", "--stack", environment]);
  if (code !== 0) throw new PrismError(`pulumi stack export failed: ${stderr.trim()}`);
  const title = `rehearsal of ${stat.mtime.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return { ...parseExport(stdout, title), title };
}

function parseExport(text: string, title: string): Pick<Source, "resources" | "checkpoint"> {
  if (text.trim() === "") throw new UsageError(`${title}: empty; the JSON of \`pulumi stack export\` is expected`);
  let checkpoint: unknown;
  try {
    checkpoint = JSON.parse(text);
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1];
    const truncated = /end of JSON|Unterminated|Expected .* at position/.test((error as Error).message);
    const cut = truncated && Number(at ?? text.length) >= text.trimEnd().length ? "; it ends too early" : "";
    throw new UsageError(`${title}: not JSON${at ? ` (at character ${at})` : ""}${cut}`);
  }
  try {
    return { resources: checkpointResources(checkpoint), checkpoint };
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(`${title}: ${error.message}`);
    throw error;
  }
}
