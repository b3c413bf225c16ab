import * as fs from "node:fs";
import * as path from "node:path";
import type { CommandModule } from "yargs";
import { UsageError, exitCode } from "../errors";
import { Progress, printJson } from "../output";
import { prismDirectory, root } from "../paths";
import { packBundle } from "../release/package";
import { jsonOption } from "./options";

interface Options {
  folder?: string;
  output?: string;
  json: boolean;
}

/** What `./prism bundle --json` prints. */
export interface BundleReport {
  verb: "bundle";
  ok: true;
  exitCode: number;
  /** The version's label in Elastic Beanstalk. */
  versionLabel: string;
  /** The archive that was written. */
  file: string;
  files: number;
  bytes: number;
}

/** Merges the platform's files into an application and writes what a release uploads. */
export const bundle: CommandModule<object, Options> = {
  command: "bundle [folder]",
  describe: "Write an application with the platform's files as the archive that a release uploads",
  builder: (yargs) =>
    yargs
      .positional("folder", {
        type: "string",
        describe: "Folder of the application, or a zip of it",
        defaultDescription: "app/reference of this checkout",
      })
      .option("output", {
        type: "string",
        requiresArg: true,
        describe: "Archive to write",
        defaultDescription: ".prism/bundles/LABEL.zip",
      })
      .option("json", jsonOption)
      .example("$0 bundle ../ai-prism", "of an application that lies beside this checkout"),
  handler: ({ folder = path.join(root, "app", "reference"), output, json }) => {
    const { versionLabel, archive, files } = packBundle(path.resolve(folder));
    const file = path.resolve(output ?? path.join(prismDirectory(), "bundles", `${versionLabel}.zip`));
    try {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, archive);
    } catch (error) {
      throw new UsageError(`--output ${file} cannot be written: ${(error as Error).message}`);
    }
    if (json) {
      const report: BundleReport = {
        verb: "bundle",
        ok: true,
        exitCode: exitCode.fine,
        versionLabel,
        file,
        files,
        bytes: archive.length,
      };
      printJson(report);
      return;
    }
    new Progress().line(`${versionLabel}: ${files} files, ${Math.ceil(archive.length / 1024)} KiB`);
    process.stdout.write(`${file}\n`);
  },
};
