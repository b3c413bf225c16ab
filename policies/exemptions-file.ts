import * as fs from "node:fs";
import * as path from "node:path";
import type * as Yaml from "yaml";
import { Exemptions } from "./exemptions";
import type { Rule } from "./rule";

/** Name of the file with exemptions. */
export const exemptionsFileName = "policy-exemptions.yaml";

/**
 * The file with exemptions that applies to a pack: the one that `POLICY_EXEMPTIONS` names, else the one beside the
 * nearest Pulumi.yaml above the pack, so that a pack in `node_modules` finds the program's. Undefined when there is
 * none.
 *
 * @param pack Folder of the pack.
 */
export function findExemptionsFile(pack: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.POLICY_EXEMPTIONS) return path.resolve(pack, env.POLICY_EXEMPTIONS);
  for (let folder = path.resolve(pack); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, "Pulumi.yaml"))) {
      const file = path.join(folder, exemptionsFileName);
      return fs.existsSync(file) ? file : undefined;
    }
    if (folder === path.dirname(folder)) return undefined;
  }
}

/** Reads a file with exemptions. What is wrong with it is a violation later, and never an error here. */
export function readExemptions(file: string, rules: readonly Rule[], today: string): Exemptions {
  const name = path.basename(file);
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    return Exemptions.broken(`${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`);
  }
  // Loaded when it is needed: most programs have no exemptions.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { parseDocument } = require("yaml") as typeof Yaml;
  const document = parseDocument(text);
  const problem = document.errors[0];
  if (problem) return Exemptions.broken(`${name} is not valid YAML: ${problem.message.split("\n")[0]}`);
  return new Exemptions(document.toJS(), rules, today);
}
