import * as fs from "node:fs";
import type { RunSettings } from "../../policies/evaluate";
import { Exemptions } from "../../policies/exemptions";
import { findExemptionsFile, readExemptions } from "../../policies/exemptions-file";
import { rules } from "../../policies/rules";
import { UsageError } from "../errors";
import { policyPackDirectory } from "../policy-pack";
import { configurationFileOf, readConfiguration } from "./configuration-file";

/**
 * What an environment is judged by beside the rules: the files that the pack goes by when the engine runs it.
 *
 * @param directory Folder of the Pulumi program.
 * @throws UsageError when the configuration is refused
 */
export function settingsOf(directory: string, environment: string): RunSettings {
  return { configuration: configurationOf(configurationFileOf(directory, environment)), exemptions: exemptionsOf() };
}

/** @throws UsageError when the file is refused */
export function configurationOf(file: string | undefined): RunSettings["configuration"] {
  return file === undefined ? {} : readConfiguration(file, rules);
}

/**
 * The exemptions of a file, or of the one that the pack finds.
 *
 * @throws UsageError when the file that was asked for is not there
 */
export function exemptionsOf(file?: string): Exemptions {
  if (file !== undefined && !fs.existsSync(file)) throw new UsageError(`--exemptions ${file}: there is no such file`);
  const found = file ?? findExemptionsFile(policyPackDirectory);
  return found ? readExemptions(found, rules, new Date().toISOString().slice(0, 10)) : Exemptions.none;
}
