import { distance } from "fastest-levenshtein";
import { unzipSync } from "fflate";
import * as fs from "node:fs";
import { PrismError, UsageError } from "../errors";
import type { Version } from "./beanstalk";
import type { Context } from "./context";
import { type PackedBundle, packBundle } from "./package";

/** What is to run: a version that Beanstalk knows, a bundle that it does not know yet, or both. */
export interface Wanted {
  label: string;
  version?: Version;
  bundle?: PackedBundle;
}

/**
 * Finds what somebody means by VERSION or BUNDLE.
 *
 * @throws UsageError for a bundle that lacks something, or a version that nobody knows, naming the nearest
 */
export async function findWanted(context: Context, given: string): Promise<Wanted> {
  const { beanstalk, stack } = context;
  if (fs.existsSync(given)) {
    const bundle = packBundle(given);
    return { label: bundle.versionLabel, bundle, version: await beanstalk.version(bundle.versionLabel) };
  }
  if (/[/\\]|\.zip$/.test(given)) throw new UsageError(`there is no folder or zip ${given}`);
  const version = await beanstalk.version(given);
  if (!version) throw new UsageError(await unknownVersion(context, given));
  if (version.status === "failed") {
    throw new UsageError(`Beanstalk could not use the version ${given} when it validated it; release its bundle again`);
  }
  if (!(await context.store.has(version.bucket, version.key))) {
    throw new PrismError(
      `the bundle of version ${given} is gone: s3://${version.bucket}/${version.key}. Deleted less than 90 days ago, an ` +
        `earlier version of the object can be restored; or release the bundle again: ./prism release ${stack.environment} FOLDER`,
    );
  }
  return { label: given, version };
}

async function unknownVersion({ beanstalk, stack }: Context, given: string): Promise<string> {
  const labels = (await beanstalk.versions()).map(({ label }) => label);
  const near = labels
    .map((label) => ({ label, away: label.startsWith(given) ? 0 : distance(given, label) }))
    .filter(({ away }) => away <= 3)
    .sort((one, other) => one.away - other.away)
    .slice(0, 3)
    .map(({ label }) => label);
  const hint =
    near.length > 0
      ? `near it: ${near.join(", ")}`
      : labels.length > 0
        ? `the newest: ${labels.slice(0, 5).join(", ")}`
        : "there is none yet";
  return `Beanstalk knows no version ${given} of ${stack.outputs.application.applicationName}, and there is no such folder or zip; ${hint}`;
}

/** Bundles that are larger are not downloaded for a look at their migrations. */
const MOST_BYTES_TO_COMPARE = 64 * 1024 * 1024;

/**
 * Migrations that one version has and the other has not.
 *
 * @returns undefined where a bundle cannot be read
 */
export async function migrationsOnlyIn(
  context: Context,
  one: Wanted,
  other: Version | undefined,
): Promise<string[] | undefined> {
  const read = async ({ version, bundle }: Wanted): Promise<Set<string> | undefined> => {
    if (bundle) return migrationsIn(bundle.archive);
    if (!version) return undefined;
    try {
      const archive = await context.store.read(version.bucket, version.key, MOST_BYTES_TO_COMPARE);
      return archive && migrationsIn(archive);
    } catch {
      // A bundle that cannot be read, or is no archive, keeps nobody from going back.
      return undefined;
    }
  };
  const [mine, theirs] = await Promise.all([read(one), other && read({ label: other.label, version: other })]);
  return mine && theirs && [...mine].filter((file) => !theirs.has(file)).sort();
}

function migrationsIn(archive: Uint8Array): Set<string> {
  const names = new Set<string>();
  unzipSync(archive, {
    filter: ({ name }) => {
      const file = /^migrations\/versions\/([^/]+)\.py$/.exec(name)?.[1];
      if (file && file !== "__init__") names.add(file);
      return false;
    },
  });
  return names;
}
