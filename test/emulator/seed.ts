import type { Deployment, StateResource } from "../../operations/rehearse/state";
import type { DeploymentOutputs } from "../../outputs";
import type { EmulatedAws } from "./emulated-aws";
import { seeders } from "./seeders";

/** What an environment's rehearsal recorded, as `pulumi stack export` prints it. */
export interface Checkpoint {
  readonly version: number;
  readonly deployment: Deployment;
}

/** Old and new values: what of a resource only the emulated world knew to give. */
export type Renamed = readonly (readonly [was: unknown, is: unknown])[];

/** Makes one resource in the world, by calls of AWS. */
export type Seeder = (world: EmulatedAws, resource: StateResource) => Promise<Renamed | undefined>;

/** An environment that stands in the emulated world. */
export interface Seeded {
  /** The checkpoint with the world's own ids in it. */
  readonly checkpoint: Checkpoint;
  readonly outputs: DeploymentOutputs;
}

/**
 * Makes in the emulated world what a rehearsal created, in the rehearsal's order. Names stay; ids that AWS gives are replaced in
 * the whole checkpoint, so that it names what is there.
 *
 * @throws Error naming a type that no seeder makes and none leaves out
 */
export async function seed(world: EmulatedAws, checkpoint: Checkpoint): Promise<Seeded> {
  const renamed: [was: string, is: string][] = [];
  const brought = <T>(value: T): T => {
    let text = JSON.stringify(value);
    for (const [was, is] of renamed) text = text.replaceAll(was, is);
    return JSON.parse(text) as T;
  };
  for (const resource of checkpoint.deployment.resources ?? []) {
    if (!resource.custom || !resource.type.startsWith("aws:")) continue;
    const make = seeders[resource.type];
    if (make === undefined) {
      throw new Error(
        `the emulated world does not make ${resource.type}; test/emulator/seeders.ts is to say how, or why not`,
      );
    }
    if (typeof make === "string") continue;
    let added: Renamed | undefined;
    try {
      added = await make(world, brought(resource));
    } catch (error) {
      throw new Error(`${resource.urn} cannot be made in the emulated world: ${String(error)}`, { cause: error });
    }
    for (const [was, is] of added ?? []) {
      if (typeof was !== "string" || was === "")
        throw new Error(`${resource.urn}: the checkpoint lacks what is to be replaced by ${String(is)}`);
      if (was !== is) renamed.push([inJson(was), inJson(String(is))]);
    }
  }
  const made = brought(checkpoint);
  const stack = made.deployment.resources?.find(({ type }) => type === "pulumi:pulumi:Stack");
  return { checkpoint: made, outputs: stack?.outputs as unknown as DeploymentOutputs };
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
