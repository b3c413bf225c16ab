import * as fs from "node:fs";
import type { CommandModule } from "yargs";
import { MissingTool, UsageError, exitCode, systemCode } from "../errors";
import { Progress, plural, printJson, seconds } from "../output";
import { type Finding, awsResources, checkCheckpoint, findProvider, formatFindings } from "../provider-check";
import { jsonOption } from "./options";

interface Options {
  file: string;
  json: boolean;
}

/** What `./prism provider-check --json` prints. */
export interface ProviderCheckReport {
  verb: "provider-check";
  ok: boolean;
  exitCode: number;
  /** Version of the Terraform AWS provider that judged. */
  provider: string;
  /** AWS resources in the checkpoint. */
  resources: number;
  findings: Finding[];
  seconds: number;
}

/** Has the Terraform AWS provider judge a checkpoint, and prints what it finds. */
export const providerCheck: CommandModule<object, Options> = {
  command: "provider-check <file>",
  describe: "Have the Terraform AWS provider, which @pulumi/aws is built on, judge a checkpoint without an account",
  builder: (yargs) =>
    yargs
      .positional("file", {
        type: "string",
        demandOption: true,
        describe: "The JSON of `pulumi stack export`, or of `./prism rehearse --checkpoint`",
      })
      .option("json", jsonOption)
      .example("$0 provider-check checkpoint.json", "what the provider would refuse"),
  handler: async ({ file, json }) => {
    const started = Date.now();
    const checkpoint = readCheckpoint(file);
    const resources = countResources(file, checkpoint);
    const tools = findProvider();
    if (typeof tools === "string") {
      throw new MissingTool(
        `provider-check needs terraform and its AWS provider in a filesystem mirror: ${tools}\n` +
          "Type: terraform providers mirror FOLDER   (in a configuration that requires hashicorp/aws), unpack what " +
          "it downloads, and name FOLDER in the CLI configuration",
      );
    }
    const progress = new Progress();
    progress.status(`${plural(resources, "AWS resource")}: asking the provider ...`);
    const findings = await checkCheckpoint(checkpoint, tools).finally(() => {
      progress.end();
    });
    const count = (severity: Finding["severity"]): number =>
      findings.filter((finding) => finding.severity === severity).length;
    const ok = count("error") === 0;
    const report: ProviderCheckReport = {
      verb: "provider-check",
      ok,
      exitCode: ok ? exitCode.fine : exitCode.failed,
      provider: tools.version,
      resources,
      findings,
      seconds: (Date.now() - started) / 1000,
    };
    process.exitCode = report.exitCode;
    if (json) {
      printJson(report);
      return;
    }
    for (const line of formatFindings(findings)) process.stdout.write(`${line}\n`);
    process.stdout.write(
      `${plural(resources, "AWS resource")} before provider ${report.provider}: ${plural(count("error"), "error")}, ` +
        `${plural(count("warning"), "warning")}, ${count("unchecked")} unchecked, ${seconds(report.seconds)}\n`,
    );
  },
};

function countResources(file: string, checkpoint: object): number {
  try {
    return awsResources(checkpoint).length;
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${file}: ${error.message}`) : error;
  }
}

function readCheckpoint(file: string): object {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if (systemCode(error)) throw new UsageError(`${file}: cannot be read (${systemCode(error)})`);
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new UsageError(`${file}: not the JSON of \`pulumi stack export\``);
}
