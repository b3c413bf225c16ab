import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { PrismError } from "./errors";
import { root } from "./paths";

/** Folder of this project's policy pack. */
export const policyPackDirectory = path.join(root, "policies");

/**
 * Builds the policy pack when its sources have changed since it was built last.
 *
 * @param onProgress Called before a build starts.
 * @throws PrismError when it does not build
 */
export function buildPolicyPack(onProgress: (text: string) => void): void {
  const marker = path.join(policyPackDirectory, "bin", ".sources-sha256");
  const hash = hashSources([policyPackDirectory, path.join(root, "catalog")]);
  if (fs.existsSync(marker) && fs.readFileSync(marker, "utf8") === hash) return;
  onProgress("building the policy pack ...");
  const build = spawnSync(process.execPath, [path.join(policyPackDirectory, "build.mjs")], {
    cwd: policyPackDirectory,
    encoding: "utf8",
  });
  if (build.status !== 0) throw new PrismError(`the policy pack does not build:\n${build.stderr.trim()}`);
  fs.writeFileSync(marker, hash);
}

function hashSources(directories: string[]): string {
  const hash = createHash("sha256");
  const add = (directory: string): void => {
    const entries = fs.existsSync(directory) ? fs.readdirSync(directory, { withFileTypes: true }) : [];
    for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
      if (entry.name === "bin" || entry.name === "node_modules") continue;
      const file = path.join(directory, entry.name);
      if (entry.isDirectory()) add(file);
      else hash.update(path.relative(root, file)).update("\0").update(fs.readFileSync(file));
    }
  };
  directories.forEach(add);
  return hash.digest("hex");
}
