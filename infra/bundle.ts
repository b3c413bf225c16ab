import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";

/** An application's files and the platform's, merged, with a label that says what is in them. */
export interface Bundle {
  /** `v-` and the beginning of the content's SHA-256: the same content, the same label, on every machine. */
  readonly versionLabel: string;
  readonly archive: pulumi.asset.AssetArchive;
  /** Paths inside the bundle, sorted. */
  readonly paths: readonly string[];
}

/** What the platform starts; without it an environment comes up and serves nothing. */
const REQUIRED = ["application.py", "requirements.txt", "Procfile"] as const;

/** Left out of a bundle: what tools leave behind, tests, and a developer's own variables, which may hold secrets. */
const IGNORED =
  /^(__pycache__|\.venv|venv|\.env(\..+)?|\.pytest_cache|\.mypy_cache|tests?|node_modules|\.git|\.DS_Store)$|\.pyc$/;

/**
 * Merges folders into one bundle; a file of a later folder stands in place of the same path in an earlier one.
 *
 * @throws RunError naming the folder that is not there, or the file the platform needs and no folder has.
 */
export function bundle(folders: readonly string[]): Bundle {
  const files = new Map<string, string>();
  for (const folder of folders) {
    if (!existsSync(folder)) throw new pulumi.RunError(`Bundle: there is no folder ${folder}`);
    for (const file of list(folder)) files.set(file, path.join(folder, file));
  }
  for (const needed of REQUIRED) {
    if (files.has(needed)) continue;
    throw new pulumi.RunError(
      `Bundle of ${folders.join(" and ")}: ${needed} is missing, and the platform starts from it`,
    );
  }
  const paths = [...files.keys()].sort();
  const hash = createHash("sha256");
  for (const file of paths) {
    const content = readFileSync(files.get(file)!);
    // Lengths keep the end of one file and the name of the next apart.
    hash.update(`${file.length}:${file}:${content.length}:`).update(content);
  }
  return {
    versionLabel: `v-${hash.digest("hex").slice(0, 12)}`,
    archive: new pulumi.asset.AssetArchive(
      Object.fromEntries(paths.map((file) => [file, new pulumi.asset.FileAsset(files.get(file)!)])),
    ),
    paths,
  };
}

function list(folder: string, below = ""): string[] {
  return readdirSync(path.join(folder, below), { withFileTypes: true })
    .filter(({ name }) => !IGNORED.test(name))
    .flatMap((entry) => {
      const file = path.posix.join(below, entry.name);
      return entry.isDirectory() ? list(folder, file) : [file];
    });
}
