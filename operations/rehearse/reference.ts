import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { MissingTool, PrismError, UsageError, systemCode } from "../errors";
import { prismDirectory, root } from "../paths";

/** This repository as it was at a commit. */
export interface Reference {
  /** As it was given: a branch, tag or commit. */
  reference: string;
  commit: string;
  /** Folder with the files of the commit and the packages that they need. */
  directory: string;
}

/**
 * Lays the files of a git reference out below `.prism/references/`, once per commit, with the packages that its own
 * lockfile names: those of this checkout where both lockfiles are the same.
 *
 * @throws UsageError for a reference that git does not know
 * @throws MissingTool where there is no git, or no git history
 * @throws PrismError when its packages cannot be installed
 */
export async function checkOut(reference: string, onProgress: (text: string) => void): Promise<Reference> {
  const commit = resolve(reference);
  const directory = path.join(prismDirectory(), "references", commit);
  if (!fs.existsSync(directory)) extract(commit, directory);
  await addPackages(directory, reference, onProgress);
  return { reference, commit, directory };
}

function resolve(reference: string): string {
  const inside = git(["rev-parse", "--show-toplevel"]);
  if (inside.code !== 0 || fs.realpathSync(inside.stdout) !== fs.realpathSync(root)) {
    throw new MissingTool(
      `--from ${reference}: this folder is no git checkout, so there is nothing to compare with; clone the repository`,
    );
  }
  const { code, stdout } = git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${reference}^{commit}`]);
  if (code !== 0) {
    throw new UsageError(
      `--from ${reference}: git knows no such branch, tag or commit here (git fetch brings what a shallow clone lacks)`,
    );
  }
  return stdout;
}

function git(args: string[]): { code: number | null; stdout: string } {
  const { error, status, stdout } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  if (error && systemCode(error) === "ENOENT") {
    throw new MissingTool("git is missing: --from reads the program of another commit with it; install git");
  }
  return { code: status, stdout: stdout.trim() };
}

/** `git archive | tar`: the files alone, without a second work tree that git would have to forget. */
function extract(commit: string, directory: string): void {
  const partial = `${directory}.${process.pid}`;
  fs.mkdirSync(partial, { recursive: true });
  try {
    const archive = spawnSync("git", ["archive", "--format=tar", commit], { cwd: root, maxBuffer: 1 << 30 });
    const tar = spawnSync("tar", ["-xf", "-", "-C", partial], { input: archive.stdout });
    if (archive.status !== 0 || tar.status !== 0) {
      const reason = tar.error?.message ?? `${String(archive.stderr)}${String(tar.stderr)}`.trim();
      throw new PrismError(`the files of commit ${commit} could not be unpacked: ${reason}`);
    }
    fs.renameSync(partial, directory);
  } finally {
    fs.rmSync(partial, { recursive: true, force: true });
  }
}

async function addPackages(directory: string, reference: string, onProgress: (text: string) => void): Promise<void> {
  const packages = path.join(directory, "node_modules");
  const lockfile = (folder: string): string => readIfThere(path.join(folder, "package-lock.json"));
  const own = path.join(root, "node_modules");
  if (lockfile(directory) === lockfile(root)) {
    if (!fs.existsSync(packages)) fs.symlinkSync(own, packages, "dir");
    return;
  }
  const complete = path.join(packages, ".prism-complete");
  if (fs.existsSync(complete)) return;
  // Once shared with this checkout, whose lockfile has changed since.
  if (fs.lstatSync(packages, { throwIfNoEntry: false })?.isSymbolicLink()) fs.unlinkSync(packages);
  onProgress(`installing the packages of ${reference}, whose lockfile differs (npm ci, about a minute, once) ...`);
  const npm = spawn("npm", ["ci", "--no-audit", "--no-fund"], { cwd: directory, stdio: ["ignore", 2, 2] });
  const [code] = (await once(npm, "exit")) as [number | null];
  if (code !== 0) throw new PrismError(`--from ${reference}: npm ci failed for its lockfile; the reason stands above`);
  fs.writeFileSync(complete, "");
}

function readIfThere(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return "";
    throw error;
  }
}
