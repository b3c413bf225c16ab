import { RunError } from "@pulumi/pulumi";
import { zipSync, type Zippable } from "fflate";
import * as fs from "node:fs";
import * as path from "node:path";
import type { CommandModule } from "yargs";
import { bundle as mergeBundle, type Bundle } from "../../infra/bundle";
import { UsageError, exitCode } from "../errors";
import { Progress, printJson } from "../output";
import { prismDirectory, root } from "../paths";

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
        describe: "Folder of the application",
        defaultDescription: "app/reference of this checkout",
      })
      .option("output", {
        type: "string",
        requiresArg: true,
        describe: "Archive to write",
        defaultDescription: ".prism/bundles/LABEL.zip",
      })
      .option("json", { type: "boolean", default: false, describe: "Print one JSON document on stdout" })
      .example("$0 bundle ../ai-prism", "of an application that lies beside this checkout"),
  handler: ({ folder = path.join(root, "app", "reference"), output, json }) => {
    const merged = merge(path.resolve(folder));
    const { versionLabel, files } = merged;
    const file = path.resolve(output ?? path.join(prismDirectory(), "bundles", `${versionLabel}.zip`));
    const archive = zip(merged);
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
        files: files.size,
        bytes: archive.length,
      };
      printJson(report);
      return;
    }
    new Progress().line(`${versionLabel}: ${files.size} files, ${Math.ceil(archive.length / 1024)} KiB`);
    process.stdout.write(`${file}\n`);
  },
};

function merge(folder: string): Bundle {
  try {
    return mergeBundle([path.join(root, "app", "platform"), folder]);
  } catch (error) {
    if (error instanceof RunError) throw new UsageError(error.message);
    throw error;
  }
}

const READABLE_BY_ALL = 0o100644;

/** The bundle as a zip archive: the same bytes for the same files, whenever and by whomever it is made. */
function zip({ files }: Bundle): Uint8Array {
  const entries: Zippable = Object.fromEntries(
    [...files].map(([file, source]) => [
      file,
      [
        new Uint8Array(fs.readFileSync(source)),
        // Zip's first day, Unix as the system, and the same permissions for all.
        { mtime: new Date(1980, 0, 1), os: 3, attrs: READABLE_BY_ALL << 16, level: 9 },
      ],
    ]),
  );
  return zipSync(entries);
}
