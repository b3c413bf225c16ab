import { RunError } from "@pulumi/pulumi";
import { type Zippable, unzipSync, zipSync } from "fflate";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Bundle, MOST_BYTES, VERSION_FILE, bundle } from "../../infra/bundle";
import { UsageError, systemCode } from "../errors";
import { root } from "../paths";

/** A bundle as it is uploaded. */
export interface PackedBundle {
  versionLabel: string;
  archive: Uint8Array;
  /** SHA-256 of the archive, as S3 writes it. */
  sha256: string;
  files: number;
}

/**
 * Packs an application with the platform's files.
 *
 * @param source The application's folder, or a zip of it, with the platform's files in it or without.
 * @throws UsageError naming what is wrong with it
 */
export function packBundle(source: string): PackedBundle {
  const stats = fs.statSync(source, { throwIfNoEntry: false });
  if (!stats) throw new UsageError(`Bundle: there is no folder or zip ${source}`);
  if (stats.isDirectory()) return merge(source, source);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prism-bundle-"));
  try {
    unpack(source, folder);
    return merge(folder, source);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function merge(folder: string, name: string): PackedBundle {
  try {
    const merged = bundle([path.join(root, "app", "platform"), path.resolve(folder)]);
    const archive = zip(merged);
    const sha256 = createHash("sha256").update(archive).digest("base64");
    return { versionLabel: merged.versionLabel, archive, sha256, files: merged.files.size };
  } catch (error) {
    if (error instanceof RunError) throw new UsageError(error.message.replaceAll(path.resolve(folder), name));
    throw error;
  }
}

function unpack(file: string, folder: string): void {
  let bytes = 0;
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(fs.readFileSync(file), {
      filter: ({ name, originalSize }) => {
        bytes += originalSize;
        if (bytes > MOST_BYTES) throw new UsageError(`Bundle ${file}: unpacked it has more than ${MOST_BYTES} bytes`);
        if (path.posix.isAbsolute(name) || name.includes("\\") || name.split("/").includes("..")) {
          throw new UsageError(`Bundle ${file}: the entry ${JSON.stringify(name)} leads out of the bundle`);
        }
        return !name.endsWith("/");
      },
    });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (systemCode(error)?.startsWith("E")) throw new UsageError(`Bundle ${file}: ${(error as Error).message}`);
    throw new UsageError(`Bundle ${file}: it is no zip archive that can be read (${(error as Error).message})`);
  }
  for (const [name, content] of Object.entries(entries)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  }
}

const READABLE_BY_ALL = 0o100644;

/** The bundle as a zip archive: the same bytes for the same files, whenever and by whomever it is made. */
function zip({ files, versionLabel }: Bundle): Uint8Array {
  const entry = (content: Uint8Array): Zippable[string] => [
    content,
    // Zip's first day, Unix as the system, and the same permissions for all.
    { mtime: new Date(1980, 0, 1), os: 3, attrs: READABLE_BY_ALL << 16, level: 9 },
  ];
  return zipSync({
    [VERSION_FILE]: entry(Buffer.from(`${versionLabel}\n`)),
    ...Object.fromEntries([...files].map(([file, source]) => [file, entry(new Uint8Array(fs.readFileSync(source)))])),
  });
}
