import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import type { JudgedResource } from "../../policies/evaluate";
import { checkpointResources } from "../../policies/checkpoint";
import { SECTIONS, type StackSettings } from "../../infra/config";
import { ConfigurationError, readSections } from "../../infra/validation";
import { PrismError, UsageError, exitCode, systemCode } from "../errors";
import { root } from "../paths";
import { readCheckpoint } from "../policy/source";
import { DEFAULT_ENVIRONMENT, type Program, loadProgram, loadStackConfig } from "../program";
import { type Reference, checkOut } from "../rehearse/reference";
import { type WorkspaceKind, workspaceOf } from "../rehearse/workspace";

/** What a stack file says that no resource shows: the usage it expects, the quotas of its account. */
export type Assumptions = Pick<StackSettings, "usage" | "models" | "database">;

/** Resources of a stack and the usage that is expected of it. */
export interface Stack {
  readonly resources: readonly JudgedResource[];
  /** The parsed export that they were read from, in which secrets are still marked. */
  readonly checkpoint: unknown;
  /** Where the resources stand, for people. */
  readonly title: string;
  /** Absent where nobody said anything about it. */
  readonly settings?: Assumptions;
  /** What to know about the source. */
  readonly notes: readonly string[];
}

/** What a verb that reckons with a rehearsed stack takes on its command line. */
export interface SourceOptions {
  readonly env?: string;
  readonly program?: string;
  readonly checkpoint?: string;
  readonly from?: string;
}

/** The stack that the options name and, with `from`, the one that it is compared with. */
export async function openStacks(options: SourceOptions): Promise<{ stack: Stack; base?: Stack & { commit: string } }> {
  if (options.checkpoint !== undefined) return { stack: openCheckpoint(options.checkpoint, options.env) };
  const environment = options.env ?? DEFAULT_ENVIRONMENT;
  const program = loadProgram(options.program);
  loadStackConfig(program, environment);
  const settings = assumptionsOf(program, environment);
  if (options.from !== undefined) return openChange(program, environment, options.from, settings);
  const { stateFile } = workspaceOf(program, environment);
  if (!fs.existsSync(stateFile)) await rehearse(environment, program, []);
  return { stack: rehearsedStack(program, environment, "rehearsals", settings) };
}

/** An environment as its last rehearsal left it. */
export function rehearsedStack(
  program: Program,
  environment: string,
  kind: WorkspaceKind = "rehearsals",
  settings: Assumptions = assumptionsOf(program, environment),
): Stack {
  const { stateFile } = workspaceOf(program, environment, kind);
  const written = fs.statSync(stateFile).mtime;
  const newer = newestSource(program, environment) > written.getTime();
  const verb = `./prism rehearse ${environment}${isRoot(program) ? "" : ` --program ${program.label}`}`;
  return {
    ...readStateFile(stateFile),
    title: `rehearsal of ${written.toISOString().slice(0, 16).replace("T", " ")} UTC`,
    settings,
    notes: newer ? [`Files of the program are newer than its rehearsal: ${verb} brings it up to date.`] : [],
  };
}

/** Of a checkpoint nothing is assumed unless an environment is named whose usage it has. */
function openCheckpoint(file: string, environment: string | undefined): Stack {
  const settings = environment === undefined ? undefined : assumptionsOf(loadProgram(), environment);
  const { resources, checkpoint, title } = readCheckpoint(file);
  const notes = settings ? [] : ["No usage is assumed; name an environment to take the usage of its stack file."];
  return { resources, checkpoint, title, settings, notes };
}

async function openChange(
  program: Program,
  environment: string,
  from: string,
  settings: Assumptions,
): Promise<{ stack: Stack; base: Stack & { commit: string } }> {
  const reference = await checkOut(from, (text) => process.stderr.write(`${text}\n`));
  await rehearse(environment, program, ["--from", from]);
  return rehearsedChange(program, environment, reference, settings);
}

/** Both sides of a change as its rehearsal left them. */
export function rehearsedChange(
  program: Program,
  environment: string,
  { reference: from, commit, directory }: Reference,
  settings: Assumptions = assumptionsOf(program, environment),
): { stack: Stack; base: Stack & { commit: string } } {
  const workspace = workspaceOf(program, environment, "changes");
  const theirs = loadProgram(directory, directory);
  const before = saysUsage(theirs, environment) ? readAssumptions(theirs, environment) : undefined;
  return {
    stack: { ...readStateFile(workspace.stateFile), title: "the working tree", settings, notes: [] },
    base: {
      ...readStateFile(workspace.baseFile),
      title: `${from} (${commit.slice(0, 10)})`,
      settings: before ?? settings,
      notes: before ? [] : [`${from} says nothing about usage; that of the working tree is taken for both.`],
      commit,
    },
  };
}

/** Runs a rehearsal: its progress and its failure go to stderr, its report nowhere. */
async function rehearse(environment: string, program: Program, more: readonly string[]): Promise<void> {
  const args = [path.join(root, "prism"), "rehearse", environment, "--program", program.directory, ...more];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", 2] });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code === 0) return;
  throw new PrismError(
    `${environment} does not come up in a rehearsal; the reason stands above`,
    code ?? exitCode.failed,
  );
}

function readStateFile(file: string): Pick<Stack, "resources" | "checkpoint"> {
  try {
    const checkpoint: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
    return { resources: checkpointResources(checkpoint), checkpoint };
  } catch (error) {
    if (systemCode(error) === "ENOENT") throw new PrismError(`the rehearsal left no state in ${file}`);
    if (error instanceof TypeError || error instanceof SyntaxError) throw new PrismError(`${file}: ${error.message}`);
    throw error;
  }
}

/**
 * What the stack file of the root program assumes: another program of this repository bears the load of the environment
 * of the same name.
 *
 * @throws UsageError for values that are not allowed
 */
function assumptionsOf(program: Program, environment: string): Assumptions {
  const main = isRoot(program) ? program : loadProgram();
  if (isRoot(program) || main.environments.includes(environment)) return readAssumptions(main, environment);
  return { usage: SECTIONS.usage.parse({}), models: SECTIONS.models.parse({}), database: SECTIONS.database.parse({}) };
}

const ASSUMED_SECTIONS = { usage: SECTIONS.usage, models: SECTIONS.models, database: SECTIONS.database };

function readAssumptions(program: Program, environment: string): Assumptions {
  const config = loadStackConfig(program, environment);
  const given = Object.keys(ASSUMED_SECTIONS).flatMap((key) => {
    const value = config[`ai-prism:${key}`] ?? config[key];
    return value === undefined ? [] : [[`ai-prism:${key}`, JSON.stringify(value)]];
  });
  const { settings, faults } = readSections(
    "ai-prism",
    ASSUMED_SECTIONS,
    Object.fromEntries(given) as Record<string, string>,
  );
  if (faults.length > 0) throw new UsageError(new ConfigurationError(environment, faults).message);
  return settings as Assumptions;
}

function saysUsage(program: Program, environment: string): boolean {
  if (!program.environments.includes(environment)) return false;
  const config = loadStackConfig(program, environment);
  return (config["ai-prism:usage"] ?? config.usage) !== undefined;
}

const isRoot = ({ directory }: Program) => directory === root;

/** When the newest file was written that a program is made of. */
function newestSource(program: Program, environment: string): number {
  const folders = [program.directory, ...["infra", "catalog"].map((folder) => path.join(root, folder))];
  const files = folders.flatMap((folder) =>
    fs
      .readdirSync(folder)
      .filter((name) => name.endsWith(".ts") || name === "Pulumi.yaml" || name === `Pulumi.${environment}.yaml`)
      .map((name) => path.join(folder, name)),
  );
  return Math.max(...files.map((file) => fs.statSync(file).mtimeMs));
}
