import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { root } from "../../operations/paths";

/** How a command line ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Options of a command line: the environment adds to this process's, `cwd` is the checkout by default. */
export interface CommandLine {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  onStart?: (child: ChildProcess) => void;
}

/** The sample program and its two policies. */
export const sample = [
  "--program",
  path.join(root, "test", "operations", "fixtures", "program"),
  "--policy-pack",
  path.join(root, "test", "operations", "fixtures", "pack"),
];

/** Runs `./prism` as a user does. */
export function prism(args: string[], options: CommandLine = {}): Promise<Ended> {
  return run(path.join(root, "prism"), args, options);
}

/** Runs a command to its end. */
export function run(command: string, args: string[], { env, cwd = root, onStart }: CommandLine = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, stdout, stderr });
    });
    onStart?.(child);
  });
}

/** A folder that is removed with everything in it after the tests that call this. */
export function temporaryDirectory(): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "prism-test-"));
  after(() => {
    fs.rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  });
  return directory;
}

/** The files of this checkout as they are now, in a repository of their own, with the same packages. */
export function copyOfThisCheckout(directory: string): void {
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const file of list.split("\0").filter((name) => name && fs.existsSync(path.join(root, name)))) {
    fs.mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    fs.cpSync(path.join(root, file), path.join(directory, file));
  }
  fs.symlinkSync(path.join(root, "node_modules"), path.join(directory, "node_modules"), "dir");
  execFileSync("git", ["init", "--quiet", directory]);
}

/** Every file below a folder with its content. */
export function filesBelow(directory: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of fs.readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(path.relative(directory, file), fs.readFileSync(file, "utf8"));
  }
  return files;
}

/** Waits until a file exists. */
export async function appears(file: string): Promise<void> {
  while (!fs.existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 50));
}
