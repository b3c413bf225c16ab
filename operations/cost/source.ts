import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import type { JudgedResource } from "../../policies/evaluate";
import { checkpointResources } from "../../policies/checkpoint";
import { SECTIONS } from "../../infra/config";
import { ConfigurationError, readSections } from "../../infra/validation";
import { PrismError, UsageError, exitCode, systemCode } from "../errors";
import { root } from "../paths";
import { readCheckpoint } from "../policy/source";
import { type Program, loadProgram, loadStackConfig } from "../program";
import { checkOut } from "../rehearse/reference";
import { workspaceOf } from "../rehearse/workspace";
import type { Usage } from "./volumes";

/** Resources of a stack and the usage that is expected of it. */
export interface Stack {
  readonly resources: readonly JudgedResource[];
  /** Where the resources stand, for people. */
  readonly title: string;
  /** Absent where nobody said anything about it. */
  readonly usage?: Usage;
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

export const DEFAULT_ENVIRONMENT = "production";

/** The stack that the options name and, with `from`, the one that it is compared with. */
export async function openStacks(options: SourceOptions): Promise<{ stack: Stack; base?: Stack & { commit: string } }> {
  if (options.checkpoint !== undefined) return { stack: openCheckpoint(options.checkpoint, options.env) };
  const environment = options.env ?? DEFAULT_ENVIRONMENT;
  const program = loadProgram(options.program);
  loadStackConfig(program, environment);
  const usage = usageOf(program, environment);
  if (options.from !== undefined) return openChange(program, environment, options.from, usage);
  const { stateFile } = workspaceOf(program, environment);
  if (!fs.existsSync(stateFile)) await rehearse(environment, program, []);
  const written = fs.statSync(stateFile).mtime;
  const newer = newestSource(program, environment) > written.getTime();
  const verb = `./prism rehearse ${environment}${isRoot(program) ? "" : ` --program ${program.directory}`}`;
  return {
    stack: {
      resources: readStateFile(stateFile),
      title: `rehearsal of ${written.toISOString().slice(0, 16).replace("T", " ")} UTC`,
      usage,
      notes: newer ? [`Files of the program are newer than its rehearsal: ${verb} brings it up to date.`] : [],
    },
  };
}

/** Of a checkpoint nothing is assumed unless an environment is named whose usage it has. */
function openCheckpoint(file: string, environment: string | undefined): Stack {
  const { resources, title } = readCheckpoint(file);
  return {
    resources,
    title,
    usage: environment === undefined ? undefined : usageOf(loadProgram(), environment),
    notes:
      environment === undefined
        ? ["No usage is assumed; name an environment to take the usage of its stack file."]
        : [],
  };
}

async function openChange(
  program: Program,
  environment: string,
  from: string,
  usage: Usage,
): Promise<{ stack: Stack; base: Stack & { commit: string } }> {
  const reference = await checkOut(from, (text) => process.stderr.write(`${text}\n`));
  await rehearse(environment, program, ["--from", from]);
  const workspace = workspaceOf(program, environment, "changes");
  const before = usageIn(path.join(reference.directory, `Pulumi.${environment}.yaml`));
  return {
    stack: { resources: readStateFile(workspace.stateFile), title: "the working tree", usage, notes: [] },
    base: {
      resources: readStateFile(workspace.baseFile),
      title: `${from} (${reference.commit.slice(0, 10)})`,
      usage: before ?? usage,
      notes: before ? [] : [`${from} says nothing about usage; that of the working tree is taken for both.`],
      commit: reference.commit,
    },
  };

  /** The usage of a file of the reference, or undefined where it has none. */
  function usageIn(file: string): Usage | undefined {
    const theirs = loadProgram(reference.directory, reference.directory);
    if (!fs.existsSync(file)) return undefined;
    return rawUsage(theirs, environment) === undefined ? undefined : usageOf(theirs, environment);
  }
}

/** Runs a rehearsal, whose words go to stderr. */
async function rehearse(environment: string, program: Program, more: readonly string[]): Promise<void> {
  const args = [path.join(root, "prism"), "rehearse", environment, "--program", program.directory, ...more];
  const child = spawn(process.execPath, args, { stdio: ["ignore", 2, 2] });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code === 0) return;
  throw new PrismError(
    `${environment} does not come up in a rehearsal; the reason stands above`,
    code ?? exitCode.failed,
  );
}

function readStateFile(file: string): JudgedResource[] {
  try {
    return checkpointResources(JSON.parse(fs.readFileSync(file, "utf8")));
  } catch (error) {
    if (systemCode(error) === "ENOENT") throw new PrismError(`the rehearsal left no state in ${file}`);
    if (error instanceof TypeError || error instanceof SyntaxError) throw new PrismError(`${file}: ${error.message}`);
    throw error;
  }
}

/**
 * The usage that a stack file of the root program assumes. Another program of this repository bears the load of the
 * environment of the same name.
 *
 * @throws UsageError for values that are not allowed
 */
export function usageOf(program: Program, environment: string): Usage {
  const own =
    isRoot(program) || program.directory.includes(`${path.sep}references${path.sep}`) ? program : loadProgram();
  const raw = own.environments.includes(environment) ? rawUsage(own, environment) : undefined;
  const { settings, faults } = readSections(
    "ai-prism",
    { usage: SECTIONS.usage },
    raw === undefined ? {} : { "ai-prism:usage": JSON.stringify(raw) },
  );
  if (faults.length > 0) throw new UsageError(new ConfigurationError(environment, faults).message);
  return settings.usage!;
}

function rawUsage(program: Program, environment: string): unknown {
  const config = loadStackConfig(program, environment);
  return config["ai-prism:usage"] ?? config.usage;
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
