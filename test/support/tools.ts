import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import path from "node:path";
import { cacheDirectory } from "../../operations/paths";
import { which } from "../../operations/toolchain";

/** Programs that the tests start, by the Debian package that has them. */
const PROGRAMS = {
  postgresql: ["initdb", "postgres", "psql"],
  "redis-server": ["redis-server", "redis-cli"],
  openssl: ["openssl"],
} as const;

/** Path of a program on the `PATH`, or where Debian keeps PostgreSQL's own. */
export function program(name: string): string | undefined {
  const found = which(name);
  if (found) return found;
  const versions = "/usr/lib/postgresql";
  if (!fs.existsSync(versions)) return undefined;
  return fs
    .readdirSync(versions)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => path.join(versions, version, "bin", name))
    .find((file) => fs.existsSync(file));
}

let found: { python?: string } | undefined;

/** A Python 3.11, which is what the platform runs. */
export function python(): string | undefined {
  return (found ??= { python: findPython() }).python;
}

function findPython(): string | undefined {
  return ["python3.11", "python3"]
    .map((name) => which(name))
    .find((file) => {
      if (!file) return false;
      try {
        const version = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])";
        return (
          execFileSync(file, ["-c", version], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim() ===
          "3.11"
        );
      } catch {
        return false;
      }
    });
}

/** What tests need of this machine: Python alone; with it what the emulated AWS is made of; all that is in {@link PROGRAMS}. */
export type Needed = "python" | "aws" | "everything";

/** What has to be installed before the tests can run, or undefined. */
export function whatIsMissing(parts: Needed): string | undefined {
  const packages = python() ? [] : ["python3.11", "python3.11-venv"];
  const wanted: readonly string[] = { python: [], aws: ["openssl"], everything: Object.keys(PROGRAMS) }[parts];
  for (const [debianPackage, names] of Object.entries(PROGRAMS)) {
    if (wanted.includes(debianPackage) && !names.every(program)) packages.push(debianPackage);
  }
  return packages.length === 0
    ? undefined
    : `needs ${packages.join(", ")}: on Debian, apt-get install ${packages.join(" ")}`;
}

/** Tests that need programs of this machine; where one is missing they are skipped, and their title says what to install. */
export function describeWith(parts: Needed, title: string, body: (this: Mocha.Suite) => void): void {
  const missing = whatIsMissing(parts);
  if (missing) describe.skip(`${title} (${missing})`, body);
  else describe(title, body);
}

/**
 * A virtual environment with exactly what a requirements file lists, kept for all checkouts of this user by the file's
 * content. Making one takes a quarter of a minute, once.
 */
export function virtualEnvironment(requirements: string): string {
  const hash = createHash("sha256").update(fs.readFileSync(requirements)).digest("hex").slice(0, 16);
  const directory = path.join(cacheDirectory(), "python", hash);
  const complete = path.join(directory, "complete");
  if (fs.existsSync(complete)) return fs.readFileSync(complete, "utf8");
  fs.mkdirSync(directory, { recursive: true });
  // Environments cannot be moved: each run fills one of its own, and the file that names it comes last.
  const environment = fs.mkdtempSync(path.join(directory, "venv-"));
  const run = (file: string, ...args: string[]): void => {
    try {
      execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    } catch (error) {
      fs.rmSync(environment, { recursive: true, force: true });
      throw new Error(`The virtual environment of ${requirements} could not be made: ${(error as Error).message}`);
    }
  };
  run(python()!, "-m", "venv", environment);
  run(
    path.join(environment, "bin", "pip"),
    "install",
    "--quiet",
    "--require-hashes",
    "--only-binary",
    ":all:",
    "-r",
    requirements,
  );
  fs.writeFileSync(`${complete}.${process.pid}`, environment);
  fs.renameSync(`${complete}.${process.pid}`, complete);
  return environment;
}
