import * as fs from "node:fs";
import * as path from "node:path";
import type { CommandModule } from "yargs";
import { evaluate } from "../../policies/evaluate";
import { rules } from "../../policies/rules";
import { UsageError, exitCode, systemCode } from "../errors";
import { Progress, printJson } from "../output";
import { configurationFileOf } from "../policy/configuration-file";
import { type PolicyReport, describeFinding, formatReport } from "../policy/report";
import { toSarif } from "../policy/sarif";
import { configurationOf, exemptionsOf } from "../policy/settings";
import { type Source, readCheckpoint, readRehearsal } from "../policy/source";
import { DEFAULT_ENVIRONMENT, loadProgram, loadStackConfig } from "../program";
import { jsonOption, programOption } from "./options";

interface Options {
  env?: string;
  program?: string;
  checkpoint?: string;
  config?: string;
  exemptions?: string;
  sarif?: string;
  json: boolean;
}

/** Runs the policy pack over a rehearsed environment or over an export, without an engine, and prints what it finds. */
export const policy: CommandModule<object, Options> = {
  command: "policy [env]",
  describe: "Run the policy pack over a rehearsed environment, or over any export of a stack",
  builder: (yargs) =>
    yargs
      .positional("env", {
        type: "string",
        describe: "Environment as it was last rehearsed",
        defaultDescription: DEFAULT_ENVIRONMENT,
      })
      .option("program", programOption)
      .option("checkpoint", {
        type: "string",
        requiresArg: true,
        describe: "Judge the JSON of `pulumi stack export` instead, of any program; - for standard input",
      })
      .option("config", {
        type: "string",
        requiresArg: true,
        describe: "Levels and parameters, as for --policy-pack-config",
        defaultDescription: "policy-config.ENV.json",
      })
      .option("exemptions", {
        type: "string",
        requiresArg: true,
        describe: "File with exemptions",
        defaultDescription: "policy-exemptions.yaml",
      })
      .option("sarif", {
        type: "string",
        requiresArg: true,
        describe: "Write the findings as SARIF 2.1.0 to this file",
      })
      .option("json", jsonOption)
      .conflicts("checkpoint", ["env", "program"])
      .example("$0 policy dev", "dev as it was last rehearsed")
      .example("pulumi stack export | $0 policy --checkpoint -", "what is deployed, of any AWS program"),
  handler: async (options) => {
    const started = Date.now();
    const progress = new Progress();
    const { source, configurationFile, file } = await open(options, progress);
    const configuration = configurationOf(configurationFile) ?? {};
    const { violations, evaluated, deferred } = evaluate(rules, source.resources, {
      configuration,
      exemptions: exemptionsOf(options.exemptions),
    });
    const found = violations.map((finding) => describeFinding(finding, rules));
    const ok = !found.some(({ level }) => level === "mandatory");
    const [, , stack = "", , project = ""] = (source.resources[0]?.urn ?? "").split(":");
    const others = source.resources.filter(({ custom, type }) => custom && !/^(aws|pulumi):/.test(type));
    const report: PolicyReport = {
      verb: "policy",
      ok,
      exitCode: ok ? exitCode.fine : exitCode.failed,
      project,
      stack,
      source: source.title,
      resources: source.resources.filter(({ type }) => type.startsWith("aws:")).length,
      notJudged: count(others.map(({ type }) => type.split(":")[0]!)),
      rules: rules.filter(({ id }) => configuration[id]?.level !== "disabled").length,
      checks: evaluated,
      violations: found,
      waiting: count(deferred.map(({ rule }) => rule)),
      seconds: (Date.now() - started) / 1000,
    };
    process.exitCode = report.exitCode;
    if (options.sarif) writeSarif(options.sarif, report, source, file);
    if (options.json) printJson(report);
    else process.stdout.write(formatReport(report));
  },
};

/** Finds out what is to be judged and what goes with it. */
async function open(
  options: Options,
  progress: Progress,
): Promise<{ source: Source; configurationFile?: string; file: string }> {
  if (options.checkpoint !== undefined) {
    const file = options.checkpoint === "-" ? "stack-export.json" : options.checkpoint;
    return { source: readCheckpoint(options.checkpoint), configurationFile: options.config, file };
  }
  const environment = options.env ?? DEFAULT_ENVIRONMENT;
  const program = loadProgram(options.program);
  loadStackConfig(program, environment);
  const source = await readRehearsal(program, environment, (text) => {
    progress.line(text);
  });
  return {
    source,
    configurationFile: options.config ?? configurationFileOf(program.directory, environment),
    file: path.join(program.directory, `Pulumi.${environment}.yaml`),
  };
}

function writeSarif(to: string, report: PolicyReport, source: Source, file: string): void {
  const uri = path.relative(process.cwd(), path.resolve(file)).split(path.sep).map(encodeURIComponent).join("/");
  const lines = new Map<string, number>();
  source.text?.split("\n").forEach((text, index) => {
    const urn = /"urn":\s*"([^"]+)"/.exec(text)?.[1];
    if (urn && !lines.has(urn)) lines.set(urn, index + 1);
  });
  const { version } = require("../../policies/package.json") as { version: string };
  const log = toSarif(report, rules, version, ({ urn }) => ({ uri, line: lines.get(urn) ?? 1 }));
  try {
    fs.writeFileSync(to, `${JSON.stringify(log, null, 2)}\n`);
  } catch (error) {
    throw new UsageError(`--sarif ${to} cannot be written: ${systemCode(error) ?? String(error)}`);
  }
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([, left], [, right]) => right - left));
}
