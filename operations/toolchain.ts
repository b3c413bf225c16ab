import { execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { MissingTool, systemCode } from "./errors";
import { cacheDirectory, root } from "./paths";

/** The Pulumi CLI that this program is tested with, and the oldest one it accepts. */
export const pulumiVersion = "3.259.0";

/** A Pulumi CLI that runs on this machine. */
export interface PulumiCli {
  /** Absolute path of the executable. */
  path: string;
  /** Where it came from. */
  source: "PRISM_PULUMI" | "PATH" | "cache" | "download" | "build";
}

/** What {@link findPulumi} may be told; the defaults are this process's. */
export interface ToolchainOptions {
  env?: NodeJS.ProcessEnv;
  /** Whether a missing CLI may be downloaded or built, which takes minutes. True by default. */
  obtain?: boolean;
  /** Called with each thing that takes longer than a moment, before it starts. */
  onProgress?: (text: string) => void;
  /** The official download into `directory`, which then holds `bin/pulumi`. For tests. */
  download?: (directory: string, env: NodeJS.ProcessEnv) => Promise<void>;
}

/**
 * Finds the Pulumi CLI or gets it, first that works: `PRISM_PULUMI`, `PATH` if new enough, the cache, the official
 * download, a build of the pinned Go module. What was got is cached for all checkouts of this user.
 *
 * @throws MissingTool with the reason why each way failed and what to type
 */
export async function findPulumi(options: ToolchainOptions = {}): Promise<PulumiCli> {
  const { env = process.env, obtain = true, onProgress = () => undefined, download = officialDownload } = options;
  const failures: string[] = [];

  if (env.PRISM_PULUMI) {
    const given = path.resolve(env.PRISM_PULUMI);
    const version = await versionOf(given, env).catch((error: Error) => error);
    if (typeof version === "string") return { path: given, source: "PRISM_PULUMI" };
    throw new MissingTool(
      `PRISM_PULUMI names ${given}, which is no working Pulumi CLI: ${version.message}\n` +
        "Type: unset PRISM_PULUMI   (or set it to the path of a pulumi executable)",
    );
  }

  const onPath = which("pulumi", env);
  if (onPath) {
    const version = await versionOf(onPath, env).catch((error: Error) => error);
    if (typeof version !== "string") failures.push(`${onPath} (on the PATH) does not work: ${version.message}`);
    else if (isOlder(version, pulumiVersion)) failures.push(`${onPath} (on the PATH) is ${version}: too old`);
    else return { path: onPath, source: "PATH" };
  } else failures.push("no pulumi on the PATH");

  const directory = path.join(cacheDirectory(env), "pulumi", `v${pulumiVersion}`);
  const cached = path.join(directory, "bin", "pulumi");
  // Only whole executables are ever moved to this name, so that running it here would only cost time.
  if (isExecutable(cached)) return { path: cached, source: "cache" };

  if (!obtain) throw new MissingTool(`no Pulumi CLI ${pulumiVersion}: ${failures.join("; ")}; nor is one in the cache`);

  onProgress(`Pulumi CLI ${pulumiVersion}: downloading it (about 100 MB, once) ...`);
  try {
    await intoCache(directory, (temporary) => download(temporary, env), env);
    return { path: cached, source: "download" };
  } catch (error) {
    failures.push(`the official download failed: ${oneLine(error)}`);
  }

  const go = which("go", env);
  if (go) {
    onProgress(`Pulumi CLI ${pulumiVersion}: cannot be downloaded, building it with Go (4 to 6 minutes, once) ...`);
    try {
      await intoCache(directory, (temporary) => build(go, temporary, env, onProgress), env);
      return { path: cached, source: "build" };
    } catch (error) {
      failures.push(`building it with ${go} failed: ${oneLine(error)}`);
    }
  } else failures.push("no go on the PATH to build it with");

  throw new MissingTool(
    `The Pulumi CLI ${pulumiVersion} or newer is needed and could not be obtained:\n` +
      failures.map((failure) => `  - ${failure}\n`).join("") +
      `Type: curl -fsSL https://get.pulumi.com | sh -s -- --version ${pulumiVersion}\n` +
      "or see https://www.pulumi.com/docs/install/; PRISM_PULUMI=/path/to/pulumi names one that lies elsewhere.",
  );
}

/** The first executable of that name on the `PATH` of `env`. */
export function which(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  return (env.PATH ?? "")
    .split(path.delimiter)
    .filter(Boolean)
    .map((directory) => path.resolve(directory, name))
    .find(isExecutable);
}

/**
 * Fills a temporary directory beside `directory` and moves its `bin` in place. Two processes may do so at once: each
 * works on its own directory, and the later one finds the cache filled.
 */
async function intoCache(
  directory: string,
  fill: (temporary: string) => Promise<void>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  fs.mkdirSync(directory, { recursive: true });
  const temporary = fs.mkdtempSync(path.join(path.dirname(directory), `.v${pulumiVersion}-`));
  try {
    await fill(temporary);
    const version = await versionOf(path.join(temporary, "bin", "pulumi"), env);
    if (isOlder(version, pulumiVersion)) throw new Error(`what came is version ${version}`);
    try {
      fs.renameSync(path.join(temporary, "bin"), path.join(directory, "bin"));
    } catch (error) {
      const other = isExecutable(path.join(directory, "bin", "pulumi"));
      if (!other || !["ENOTEMPTY", "EEXIST"].includes(systemCode(error) ?? "")) throw error;
    }
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

const downloadLimitSeconds = 300;

async function officialDownload(directory: string, env: NodeJS.ProcessEnv): Promise<void> {
  // A process of its own, because the Automation API offers no way to stop its installer.
  const script = `
    const { PulumiCommand } = require("@pulumi/pulumi/automation");
    const { SemVer } = require("semver");
    PulumiCommand.install({ root: process.argv[1], version: new SemVer(process.argv[2]) }).catch((error) => {
      process.stderr.write(String(error.message));
      process.exitCode = 1;
    });`;
  await run(process.execPath, ["-e", script, directory, pulumiVersion], env, {
    cwd: root,
    limitSeconds: downloadLimitSeconds,
  });
}

async function build(
  go: string,
  directory: string,
  env: NodeJS.ProcessEnv,
  onProgress: (text: string) => void,
): Promise<void> {
  const ldflags = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`;
  const output = path.join(directory, "bin", "pulumi");
  const started = Date.now();
  const clock = setInterval(() => {
    onProgress(`Pulumi CLI: building, ${Math.round((Date.now() - started) / 60_000)} min ...`);
  }, 60_000);
  try {
    await run(go, ["build", "-ldflags", ldflags, "-o", output, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"], env, {
      cwd: path.join(root, "tools", "pulumi-cli"),
    });
  } finally {
    clearInterval(clock);
  }
}

/** Runs a command to its end. @throws Error with the end of what it wrote to stderr when it fails or takes too long */
function run(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  { cwd, limitSeconds }: { cwd: string; limitSeconds?: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "ignore", "pipe"], detached: true });
    let stderr = "";
    child.stderr.on("data", (data: Buffer) => (stderr = (stderr + data.toString()).slice(-4000)));
    const stop = (): void => {
      // The whole group: an installer's own children would hold the pipe open.
      if (child.pid) process.kill(-child.pid, "SIGKILL");
    };
    process.once("exit", stop);
    const timer = limitSeconds ? setTimeout(stop, limitSeconds * 1000) : undefined;
    const ended = (): void => {
      clearTimeout(timer);
      process.removeListener("exit", stop);
    };
    child.once("error", (error) => {
      ended();
      reject(error);
    });
    child.once("close", (code, signal) => {
      ended();
      if (code === 0) resolve();
      else if (signal && limitSeconds) reject(new Error(`no end after ${limitSeconds} s`));
      else reject(new Error(stderr.trim() || `${path.basename(command)} ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

/** The version an executable says it has, without the `v`. @throws Error when it does not run or says none */
function versionOf(executable: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    // All it needs: no credentials for a question about a version.
    const options = { env: { PATH: env.PATH, HOME: env.HOME, PULUMI_SKIP_UPDATE_CHECK: "true" }, timeout: 20_000 };
    execFile(executable, ["version"], options, (error, stdout) => {
      const version = /v?(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
      if (version) resolve(version);
      else reject(new Error(error ? oneLine(error) : "it does not say its version"));
    });
  });
}

function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) => text.split(/[.+-]/).slice(0, 3).map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split("\n").at(-1)?.trim() ?? message;
}
