import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import { PrismError, systemCode } from "../errors";
import { prismDirectory, root } from "../paths";
import { type Program, type StackConfig, isMapping } from "../program";

/** The folder of one rehearsed environment and what lies in it. */
export interface Workspace {
  directory: string;
  /** Folder that the engine works in: copies of the project and the stack file. */
  workDirectory: string;
  /** The file backend of the engine. */
  backend: string;
  stateFile: string;
  /** Of a change: the state before it, as the program that it starts from left it. */
  baseFile: string;
  worldFile: string;
  passphraseFile: string;
  /** Folder with the executable that starts the policy pack. */
  bin: string;
  pulumiHome: string;
}

/** What a workspace is for. */
export type WorkspaceKind = "rehearsals" | "changes" | "adoptions" | "drifts";

/** Where a rehearsal of an environment lies, whether it exists or not; those of a change, an adoption or drift lie apart. */
export function workspaceOf(program: Program, environment: string, kind: WorkspaceKind = "rehearsals"): Workspace {
  const directory = path.join(prismDirectory(), kind, program.label, environment);
  const backend = path.join(directory, "state");
  return {
    directory,
    workDirectory: path.join(directory, "work"),
    backend,
    stateFile: path.join(backend, ".pulumi", "stacks", program.project, `${environment}.json`),
    baseFile: path.join(directory, "base.json"),
    worldFile: path.join(directory, "world.json"),
    passphraseFile: path.join(directory, "passphrase"),
    bin: path.join(directory, "bin"),
    pulumiHome: path.join(directory, "home"),
  };
}

/** Secret values of a stack file, by path, which stay encrypted where they are: a rehearsal has others in their place. */
export type SecretPaths = string[];

/**
 * Lays the folder out for a run: everything but state and world is written anew. The caller holds the lock.
 *
 * @returns the paths of the stack file's encrypted values, which have to be set as secrets of the rehearsal
 */
export function prepareWorkspace(
  workspace: Workspace,
  program: Program,
  environment: string,
  config: StackConfig,
): SecretPaths {
  for (const directory of [workspace.workDirectory, workspace.backend, workspace.bin, workspace.pulumiHome]) {
    fs.mkdirSync(directory, { recursive: true });
  }
  if (!fs.existsSync(workspace.passphraseFile)) {
    fs.writeFileSync(workspace.passphraseFile, randomBytes(32).toString("hex"), { mode: 0o600 });
  }
  withoutLogs(workspace.pulumiHome);
  // The engine's own locks are those of a run that was killed, because the caller holds ours.
  fs.rmSync(path.join(workspace.backend, ".pulumi", "locks"), { recursive: true, force: true });

  const secrets: SecretPaths = [];
  const plain = Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => {
      const kept = takeSecrets(value, key, secrets);
      return kept === undefined ? [] : [[key, kept]];
    }),
  );
  // JSON is YAML, and the engine reads nothing else of these files in a rehearsal. Other sections of a stack file name
  // the real secrets provider and backend, which a rehearsal must not touch.
  const stackFile = path.join(workspace.workDirectory, `Pulumi.${environment}.yaml`);
  writeAtomically(
    path.join(workspace.workDirectory, "Pulumi.yaml"),
    JSON.stringify({ name: program.project, runtime: "nodejs", config: program.schema }),
  );
  writeAtomically(stackFile, JSON.stringify({ encryptionsalt: readSalt(stackFile), config: plain }));

  writeAtomically(path.join(workspace.bin, "pulumi-analyzer-policy-nodejs"), policyStarter(), 0o755);
  return secrets;
}

/**
 * The CLI writes down, encrypted and compressed, every property of every run, for its makers to look at: a fifth of its
 * time. There is no switch; where it cannot make the folder it goes on without.
 */
function withoutLogs(pulumiHome: string): void {
  const logs = path.join(pulumiHome, "logs");
  if (fs.existsSync(logs) && fs.statSync(logs).isFile()) return;
  fs.rmSync(logs, { recursive: true, force: true });
  fs.writeFileSync(logs, "A file in place of the folder, so that the Pulumi CLI keeps no logs of rehearsals.\n");
}

/**
 * What the engine runs as the starter of a Node policy pack where it finds no Node language host: it has to print the
 * port of the pack's server and to live as long as that. A pack that was started beforehand ({@link PolicyHost}) is
 * waited for.
 */
export function policyStarter(): string {
  const server = path.join(root, "operations", "rehearse", "policy-server.js");
  return `#!/bin/sh
if [ -z "$PRISM_POLICY_PID" ]; then exec '${process.execPath}' '${server}' "$@"; fi
until [ -s "$PRISM_POLICY_PORT" ]; do
  kill -0 "$PRISM_POLICY_PID" 2>/dev/null || { echo "the policy pack did not start" >&2; exit 1; }
  sleep 0.02
done
cat "$PRISM_POLICY_PORT"
while kill -0 "$PPID" 2>/dev/null; do sleep 1; done
`;
}

/** The environment of the engine: nothing of AWS, of other stacks or of a Pulumi account gets in. */
export function engineEnvironment(workspace: Workspace, base: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return {
    ...withoutCredentials(base),
    PATH: `${workspace.bin}${path.delimiter}${base.PATH ?? ""}`,
    // The file that it would keep beside each file, unread, is not written in one go: a kill could break the state.
    PULUMI_BACKEND_URL: `${pathToFileURL(workspace.backend).href}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE_FILE: workspace.passphraseFile,
    PULUMI_HOME: workspace.pulumiHome,
    PULUMI_SKIP_CHECKPOINTS: "true",
    PULUMI_SKIP_UPDATE_CHECK: "1",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // The event log of the engine is a flag for developers of the CLI.
    PULUMI_DEBUG_COMMANDS: "true",
  };
}

/** An environment without the variables that carry credentials or point Pulumi elsewhere. */
export function withoutCredentials(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(AWS|PULUMI)_/.test(name)));
}

/**
 * Takes the lock of a rehearsal. A lock whose process is gone is taken over, and an engine that outlived that process
 * is ended first.
 *
 * @returns what gives the lock back, and whether a killed run held it before
 * @throws PrismError when another rehearsal of the same environment is under way
 */
export function lockWorkspace(workspace: Workspace, environment: string): { release: () => void; wasStale: boolean } {
  fs.mkdirSync(workspace.directory, { recursive: true });
  const file = path.join(workspace.directory, "lock");
  const own = JSON.stringify(identify(process.pid));
  let wasStale = false;
  for (;;) {
    try {
      fs.writeFileSync(file, own, { flag: "wx" });
      break;
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
    const holder = readIdentity(file);
    if (holder && isAlive(holder)) {
      throw new PrismError(
        `another rehearsal of ${environment} is under way (process ${holder.pid}); wait for its end`,
      );
    }
    wasStale = true;
    takeAway(file, own);
  }
  if (wasStale) endEngine(workspace);
  return {
    wasStale,
    release: () => {
      if (readIdentity(file)?.pid === process.pid) fs.rmSync(file, { force: true });
    },
  };
}

/** Notes the engine's process, so that the next run can end it should this one be killed. */
export function noteEngine(workspace: Workspace, pid: number): void {
  fs.writeFileSync(path.join(workspace.directory, "engine"), JSON.stringify(identify(pid)));
}

/** Ends the engine that {@link noteEngine} named, if it is still there. */
export function endEngine(workspace: Workspace): void {
  const engine = readIdentity(path.join(workspace.directory, "engine"));
  if (!engine || !isAlive(engine)) return;
  try {
    process.kill(-engine.pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}

interface Identity {
  pid: number;
  /** Start time in clock ticks since boot, where /proc tells it: process ids are used again. */
  started?: string;
}

function identify(pid: number): Identity {
  return { pid, started: startTime(pid) };
}

function startTime(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // Fields after the command in parentheses, which may itself hold spaces; the 22nd of all is the start time.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function isAlive({ pid, started }: Identity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
  return started === undefined || startTime(pid) === started;
}

function readIdentity(file: string): Identity | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
    return isMapping(value) && typeof value.pid === "number" && value.pid > 0
      ? (value as unknown as Identity)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Removes a stale lock, unless another process has replaced it meanwhile. */
function takeAway(file: string, own: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    throw error;
  }
  const holder = readIdentity(aside);
  if (holder && isAlive(holder) && fs.readFileSync(aside, "utf8") !== own) fs.linkSync(aside, file);
  fs.rmSync(aside, { force: true });
}

/** The plain rest of a configuration value; encrypted values are left out and noted. */
function takeSecrets(value: unknown, at: string, secrets: SecretPaths): unknown {
  if (Array.isArray(value)) return value.map((inner, index) => takeSecrets(inner, `${at}[${index}]`, secrets) ?? "");
  if (!isMapping(value)) return value;
  if (Object.keys(value).length === 1 && "secure" in value) {
    secrets.push(at);
    return undefined;
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      const kept = takeSecrets(inner, `${at}["${key}"]`, secrets);
      return kept === undefined ? [] : [[key, kept]];
    }),
  );
}

/** The salt that the engine wrote into its copy of the stack file: what is encrypted in the state needs it. */
function readSalt(stackFile: string): unknown {
  if (!fs.existsSync(stackFile)) return undefined;
  const stack: unknown = parse(fs.readFileSync(stackFile, "utf8"));
  return isMapping(stack) ? stack.encryptionsalt : undefined;
}

function writeAtomically(file: string, text: string, mode?: number): void {
  const temporary = `${file}.${process.pid}`;
  fs.writeFileSync(temporary, text, { mode });
  fs.renameSync(temporary, file);
}

/** Empties the folder of a rehearsal that is locked. */
export function removeAllButLock(workspace: Workspace): void {
  for (const name of fs.readdirSync(workspace.directory)) {
    if (name !== "lock") fs.rmSync(path.join(workspace.directory, name), { recursive: true, force: true });
  }
}
