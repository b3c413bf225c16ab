import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

/** An application's files and the platform's, merged, with a label that says what is in them. */
export interface Bundle {
  /** `v-` and the beginning of the content's SHA-256: the same content, the same label, on every machine. */
  readonly versionLabel: string;
  readonly archive: pulumi.asset.AssetArchive;
  /** Path inside the bundle to the file it comes from, sorted; the file with the label comes from none. */
  readonly files: ReadonlyMap<string, string>;
}

/** What the platform starts; without it an environment comes up and serves nothing. */
const REQUIRED = ["application.py", "requirements.txt", "Procfile"] as const;

/** File in every bundle with its label, so that what runs can say which version it is. */
export const VERSION_FILE = ".bundle-version";

/**
 * Left out of a bundle: what tools leave behind, tests, a developer's own variables, which may hold secrets, and the
 * label of a bundle that was unpacked.
 */
const IGNORED =
  /^(\.bundle-version|__pycache__|\.venv|venv|\.env(\..+)?|\.pytest_cache|\.mypy_cache|\.ruff_cache|tests?|node_modules|\.git|\.DS_Store)$|\.pyc$/;

/** Most that Elastic Beanstalk takes as one bundle. */
export const MOST_BYTES = 500 * 1024 * 1024;

/**
 * Merges folders into one bundle; a file of a later folder stands in place of the same path in an earlier one.
 *
 * @throws RunError naming the folder that is not there, or everything that the platform needs and the bundle lacks.
 */
export function bundle(folders: readonly string[]): Bundle {
  const found = new Map<string, string>();
  for (const folder of folders) {
    if (!existsSync(folder)) throw new pulumi.RunError(`Bundle: there is no folder ${folder}`);
    for (const file of list(folder)) found.set(file, path.join(folder, file));
  }
  const files = new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  const lacks = whatIsLacking(files);
  if (lacks.length > 0) throw new pulumi.RunError(`Bundle of ${folders.join(" and ")}: ${lacks.join("; ")}`);

  const hash = createHash("sha256");
  for (const [file, source] of files) {
    const content = readFileSync(source);
    // Lengths keep the end of one file and the name of the next apart.
    hash.update(`${file.length}:${file}:${content.length}:`).update(content);
  }
  const versionLabel = `v-${hash.digest("hex").slice(0, 12)}`;
  return {
    versionLabel,
    archive: new pulumi.asset.AssetArchive({
      [VERSION_FILE]: new pulumi.asset.StringAsset(`${versionLabel}\n`),
      ...Object.fromEntries([...files].map(([file, source]) => [file, new pulumi.asset.FileAsset(source)])),
    }),
    files,
  };
}

function list(folder: string, below = ""): string[] {
  return readdirSync(path.join(folder, below), { withFileTypes: true })
    .filter(({ name }) => !IGNORED.test(name))
    .flatMap((entry) => {
      const file = path.posix.join(below, entry.name);
      if (entry.isDirectory()) return list(folder, file);
      if (entry.isFile()) return [file];
      throw new pulumi.RunError(`Bundle: ${path.join(folder, file)} is no file; a bundle holds no links`);
    });
}

/** Why the platform could not run these files, one sentence each. */
function whatIsLacking(files: ReadonlyMap<string, string>): string[] {
  const missing = REQUIRED.filter((file) => !files.has(file));
  if (missing.length > 0) return missing.map((file) => `${file} is missing, and the platform starts from it`);
  const read = (file: string): string => readFileSync(files.get(file)!, "utf8");
  const packages = packagesOf(read("requirements.txt"));
  const bytes = [...files.values()].reduce((sum, source) => sum + statSync(source).size, 0);
  return [
    ...faultsOfProcfile(read("Procfile"), files, packages),
    ...(files.has(".ebextensions/30-migrations.config") ? faultsOfMigrations(files, packages) : []),
    ...(bytes > MOST_BYTES ? [`it has ${bytes} bytes, and Elastic Beanstalk takes ${MOST_BYTES}`] : []),
  ];
}

/** Names of the packages that a requirements file asks for, as the index compares them. */
function packagesOf(requirements: string): Set<string> {
  const names = requirements.split("\n").map((line) => /^([A-Za-z0-9][A-Za-z0-9._-]*)/.exec(line)?.[1]);
  return new Set(names.flatMap((name) => (name ? [name.toLowerCase().replace(/[._-]+/g, "-")] : [])));
}

function faultsOfProcfile(procfile: string, files: ReadonlyMap<string, string>, packages: Set<string>): string[] {
  const faults: string[] = [];
  const processes = new Map<string, string>();
  for (const line of procfile.split(/\r?\n/).filter((text) => text.trim() && !text.startsWith("#"))) {
    const [, name, command] = /^([A-Za-z0-9_-]+):\s*(\S.*)$/.exec(line) ?? [];
    if (name && command) processes.set(name, command);
    else faults.push(`Procfile: "${line}" is not of the form "name: command"`);
  }
  if (!processes.has("web")) faults.push("Procfile names no process web, which nginx passes requests to");
  for (const [name, command] of processes) {
    const entry = entryOf(command);
    if (entry && !entry.some((file) => files.has(file))) {
      faults.push(`Procfile starts ${name} from ${entry[0]}, which is missing`);
    }
    const [program] = command.split(/\s+/);
    if (program === "gunicorn" && !packages.has("gunicorn")) {
      faults.push(`Procfile starts ${name} with gunicorn, which requirements.txt does not install`);
    }
  }
  return faults;
}

/** Files one of which a command starts, or undefined for a command of another kind. */
function entryOf(command: string): string[] | undefined {
  const script = /^python3? (\S+\.py)\b/.exec(command)?.[1];
  if (script) return [path.posix.normalize(script)];
  const module = /^python3? -m ([\w.]+)|^gunicorn\b.*?\s([A-Za-z_][\w.]*):[A-Za-z_]\w*/.exec(command);
  const name = (module?.[1] ?? module?.[2])?.replaceAll(".", "/");
  return name === undefined ? undefined : [`${name}.py`, `${name}/__main__.py`, `${name}/__init__.py`];
}

/** The release migrates the database with Flask-Migrate, whether there is something to migrate or not. */
function faultsOfMigrations(files: ReadonlyMap<string, string>, packages: Set<string>): string[] {
  const reason = "and a release migrates the database with it";
  return [
    ...(files.has("migrations/env.py") ? [] : [`migrations/env.py is missing, ${reason}`]),
    ...(packages.has("flask-migrate") ? [] : [`requirements.txt does not install Flask-Migrate, ${reason}`]),
  ];
}
