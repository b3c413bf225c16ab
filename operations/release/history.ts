import type { NumberedRecord } from "./store";

/** What a rollback goes to. */
export type Before =
  | { readonly kind: "found"; readonly version: string }
  /** The last release did not take over, so that what runs is what ran before it. */
  | { readonly kind: "never-took-over"; readonly version: string }
  | { readonly kind: "none" };

/**
 * Finds the version that ran before the one that runs.
 *
 * A version that was rolled back from is not come back to: a second rollback goes one further back.
 *
 * @param records Newest first.
 */
export async function versionBefore(
  records: AsyncIterable<NumberedRecord> | Iterable<NumberedRecord>,
  running: string,
): Promise<Before> {
  let newest = true;
  let lastDeployed: string | undefined;
  let known = false;
  for await (const { kind, from, to, outcome } of records) {
    if (newest && outcome !== "deployed" && from === running && to !== running) {
      return { kind: "never-took-over", version: to };
    }
    newest = false;
    known ||= from === running || to === running;
    if (outcome === "failed" || outcome === "refused") continue;
    if (kind === "release" && to === running && from !== running) return { kind: "found", version: from };
    lastDeployed ??= to;
  }
  // What runs was deployed past the records: before it came what they say last.
  return !known && lastDeployed ? { kind: "found", version: lastDeployed } : { kind: "none" };
}
