import type { StateResource } from "../rehearse/state";

/** A resource as a checkpoint has it: secrets marked, in plain text only where the export was made with them. */
export interface RawResource extends StateResource {
  readonly delete?: boolean;
  readonly external?: boolean;
  readonly additionalSecretOutputs?: string[];
}

/** The resources of a checkpoint that was read without an error, less those that are gone or only read. */
export function rawResources(checkpoint: unknown): RawResource[] {
  const { deployment, checkpoint: file } = checkpoint as {
    deployment?: { resources?: RawResource[] };
    checkpoint?: { latest?: { resources?: RawResource[] } };
  };
  return ((file?.latest ?? deployment)?.resources ?? []).filter((resource) => !resource.delete && !resource.external);
}
