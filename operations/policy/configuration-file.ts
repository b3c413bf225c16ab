import * as fs from "node:fs";
import * as path from "node:path";
import type { default as AjvClass } from "ajv";
import {
  type Configuration,
  type Level,
  type RuleSettings,
  configurationId,
  configurationProblems,
  neverDisposable,
} from "../../policies/configuration";
import { guardIds } from "../../policies/evaluate";
import type { Rule } from "../../policies/rule";
import type * as Rules from "../../policies/rules";
import { UsageError, systemCode } from "../errors";
import { isMapping } from "../program";

const levels = ["mandatory", "advisory", "disabled"];

/** What `policy-configuration` itself takes. */
const ownParameters = {
  disposableStacks: { type: "array", items: { type: "string", not: { pattern: neverDisposable } } },
};

/** The file beside Pulumi.yaml that holds an environment's policy configuration, if there is one. */
export function configurationFileOf(directory: string, environment: string): string | undefined {
  const file = path.join(directory, `policy-config.${environment}.json`);
  return fs.existsSync(file) ? file : undefined;
}

/**
 * The options by which the CLI takes an environment's policy configuration; none where there is none.
 *
 * @throws UsageError when it is refused
 */
export function configurationOptions(directory: string, environment: string): string[] {
  const file = configurationFileOf(directory, environment);
  if (!file) return [];
  // Most environments have no such file, and the rules take a while to load.
  const { rules } = require("../../policies/rules") as typeof Rules;
  readConfiguration(file, rules);
  return ["--policy-pack-config", file];
}

/**
 * Reads what `--policy-pack-config` takes: `{ "RULE": "LEVEL" | { "enforcementLevel": "LEVEL", PARAMETER: … } }`, with
 * `"all"` for a level of every rule. Of what the engine accepts in silence, everything that has no effect is refused.
 *
 * @throws UsageError with all faults at once
 */
export function readConfiguration(file: string, rules: readonly Rule[]): Configuration {
  const content = readJson(file);
  if (!isMapping(content)) throw new UsageError(`${file}: an object of rules is expected at the top`);
  const { all, environments, ...named } = content;
  const faults: string[] = [];
  if (environments !== undefined) {
    faults.push("environments: only the Pulumi CLI can read environments of Pulumi ESC; leave it out here");
  }
  if (all !== undefined && !isLevel(all)) faults.push(`all = ${JSON.stringify(all)}: ${levels.join(", ")} are allowed`);
  const settings: Record<string, RuleSettings> = isLevel(all)
    ? Object.fromEntries(rules.map(({ id }) => [id, { level: all }]))
    : {};
  for (const [id, value] of Object.entries(named)) {
    const { enforcementLevel: level, ...parameters } = isMapping(value) ? value : { enforcementLevel: value };
    if (level !== undefined && !isLevel(level)) {
      faults.push(`${id} = ${JSON.stringify(level)}: ${levels.join(", ")} or an object are allowed`);
    } else settings[id] = { level: level ?? settings[id]?.level, parameters };
    faults.push(...parameterFaults(id, parameters, rules));
  }
  // Whether rules may be lowered is a matter of the stack, and a violation instead of a fault.
  const misspelt = configurationProblems(rules, guardIds, settings, "").filter(({ kind }) => kind === "misspelt");
  faults.push(...misspelt.map(({ message }) => message));
  if (faults.length > 0)
    throw new UsageError([`${file} is refused:`, ...faults.map((fault) => `  ${fault}`)].join("\n"));
  return settings;
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`${file}: cannot be read (${systemCode(error) ?? String(error)})`);
  }
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file}: not JSON: ${(error as Error).message}`);
  }
}

function isLevel(value: unknown): value is Level {
  return typeof value === "string" && levels.includes(value);
}

function parameterFaults(id: string, parameters: Record<string, unknown>, rules: readonly Rule[]): string[] {
  if (Object.keys(parameters).length === 0) return [];
  const properties = id === configurationId ? ownParameters : rules.find((rule) => rule.id === id)?.parameters;
  if (!properties) return [];
  // Takes as long to load as the rest of a run, and most runs have no parameters.
  const { Ajv } = require("ajv") as { Ajv: typeof AjvClass };
  const ajv = new Ajv({ allErrors: true, strict: false });
  if (ajv.validate({ type: "object", properties }, parameters)) return [];
  return (ajv.errors ?? []).map(({ instancePath, message }) => {
    const value = instancePath
      .split("/")
      .slice(1)
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], parameters);
    return `${id}: ${instancePath.slice(1).replaceAll("/", ".")} = ${JSON.stringify(value)} ${message ?? "is not allowed"}`;
  });
}
