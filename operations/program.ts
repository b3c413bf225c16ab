import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { UsageError, systemCode } from "./errors";
import { root } from "./paths";

/** The environment that a verb means where none is named. */
export const DEFAULT_ENVIRONMENT = "production";

/** A Pulumi program of this repository and the environments it has stack files for. */
export interface Program {
  /** Absolute path of the folder with Pulumi.yaml. */
  directory: string;
  /** The folder relative to the checkout, with dashes; the project's name for the root. Unique in this repository. */
  label: string;
  /** `name` of Pulumi.yaml. */
  project: string;
  /** `config` of Pulumi.yaml: the schema and the defaults of the stack files' keys. */
  schema: Record<string, unknown>;
  /** Names of the stack files `Pulumi.<name>.yaml`, sorted. */
  environments: string[];
}

/** A stack file: configuration by namespaced key, `{ secure: … }` where a value is encrypted. */
export type StackConfig = Record<string, unknown>;

/**
 * Reads the project file of a program.
 *
 * @param directory Relative to the working directory, or absolute. The checkout itself by default.
 * @param checkout The root that the program has to lie in.
 * @throws UsageError when there is no program, or its project file cannot be read
 */
export function loadProgram(directory: string = root, checkout: string = root): Program {
  const absolute = path.resolve(directory);
  const relative = path.relative(checkout, absolute);
  if (relative.startsWith("..") || path.isAbsolute(relative)) {
    throw new UsageError(`--program ${directory}: lies outside this repository, and programs share its packages`);
  }
  const file = path.join(absolute, "Pulumi.yaml");
  const project = readMapping(file, `no Pulumi program in ${relative || "."}: Pulumi.yaml is missing there`);
  if (typeof project.name !== "string" || !/^[A-Za-z0-9_.-]+$/.test(project.name)) {
    throw new UsageError(`${show(file)}: name = ${JSON.stringify(project.name)} is not a project's name`);
  }
  return {
    directory: absolute,
    label: relative ? relative.split(path.sep).join("-") : project.name,
    project: project.name,
    schema: isMapping(project.config) ? project.config : {},
    environments: fs
      .readdirSync(absolute)
      .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
      .sort(),
  };
}

/**
 * Reads the configuration of one environment.
 *
 * @throws UsageError for an environment without a stack file (naming those there are), or a malformed one
 */
export function loadStackConfig(program: Program, environment: string): StackConfig {
  if (!program.environments.includes(environment)) {
    const known = program.environments.length ? program.environments.join(", ") : "none";
    const file = path.join(path.relative(root, program.directory), `Pulumi.${environment}.yaml`);
    throw new UsageError(`environment "${environment}" has no stack file ${file}; there are: ${known}`);
  }
  const file = path.join(program.directory, `Pulumi.${environment}.yaml`);
  const stack = readMapping(file, `${show(file)} is missing`);
  const config = stack.config ?? {};
  if (!isMapping(config)) throw new UsageError(`${show(file)}: config must be a mapping of keys to values`);
  return config;
}

/** The value of a key as text: from the stack file, else the default in Pulumi.yaml. Undefined if neither has it. */
export function configText(program: Program, config: StackConfig, key: string): string | undefined {
  const [namespace, name] = key.split(":");
  const declared = program.schema[key] ?? (namespace === program.project ? program.schema[name ?? ""] : undefined);
  const fallback = isMapping(declared) ? (declared.default ?? declared.value) : declared;
  const value = config[key] ?? (namespace === program.project ? config[name ?? ""] : undefined) ?? fallback;
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readMapping(file: string, missing: string): Record<string, unknown> {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") throw new UsageError(missing);
    throw error;
  }
  const document = parseDocument(text, { merge: true });
  const problem = document.errors[0];
  if (problem) throw new UsageError(`${show(file)} is not valid YAML: ${problem.message.split("\n")[0]}`);
  const value: unknown = document.toJS() ?? {};
  if (!isMapping(value)) throw new UsageError(`${show(file)}: a mapping is expected at the top`);
  return value;
}

function show(file: string): string {
  return path.relative(root, file);
}
