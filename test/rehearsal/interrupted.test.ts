import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import type { OrphanReport } from "../../operations/rehearse/orphans";
import type { StateResource } from "../../operations/rehearse/state";
import { shortTypeOf } from "../../rehearsal/faults";
import { pulumiCli } from "../support/pulumi-cli";
import { Deployment, type Moment } from "./deployment";

const ENVIRONMENT = "production";
/**
 * With `1`, each creation is one that the engine is killed at, from nothing: an hour or so on two cores. With `40-80`,
 * each of those.
 */
const EVERY_CREATION = process.env.PRISM_KILL_AT_EVERY_CREATION;
const MOMENTS = 20;
const SEED = 20_261_126;

describe("a deployment of production that does not come to its end", function () {
  this.timeout(EVERY_CREATION === undefined ? 1_200_000 : 0);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prism-interrupted-"));
  let cli: string;
  let undisturbed: Deployment;
  let folders = 0;

  const start = (): Promise<Deployment> => Deployment.start(ENVIRONMENT, cli, path.join(folder, String(folders++)));

  before(async function () {
    cli = await pulumiCli(this);
    undisturbed = await start();
    const deployed = await undisturbed.up();
    assert.deepEqual(deployed?.errors, []);
  });

  after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it("converges after a creation of every layer of dependencies has failed, each in its own way", async () => {
    const deployment = await start();
    const random = generator(SEED);
    const kinds = ["throttled", "timeout", "denied", "lost"];
    const chain = chainThroughLayers(undisturbed.resources(), random);
    assert.ok(chain.length >= 8, `${chain.length} layers`);
    for (const [index, { type, urn }] of chain.entries()) {
      const fault = `${shortTypeOf(type)}:${urn.slice(urn.lastIndexOf("::") + 2)}@1=${kinds[index % kinds.length]}`;
      const deployed = await deployment.up({ faults: [fault], orphans: "import" });
      assert.equal(deployed?.faults[0]?.hit?.action, "create", `${fault}: ${deployed?.errors.join("\n")}`);
      assert.notEqual(deployed.code, 0, fault);
      const lost = fault.endsWith("=lost");
      assert.deepEqual(
        deployed.orphans.map((orphan) => orphan.urn),
        lost ? [urn] : [],
        fault,
      );
    }
    const last = await deployment.up({ orphans: "import" });
    assert.deepEqual([last?.errors, last?.orphans], [[], []]);
    assert.deepEqual(deployment.inventory(), undisturbed.inventory());
    assert.equal((await deployment.up({ preview: true }))?.changes, 0);
  });

  it("converges after kills, once what AWS had accepted and the engine not recorded is imported", async () => {
    const creations = undisturbed.inventory().world.length;
    const orphans = new Map<string, OrphanReport>();
    const everyOne = EVERY_CREATION === undefined ? undefined : creationsNamed(EVERY_CREATION, creations);
    const failures: string[] = [];
    for (const moments of everyOne ?? [seededMoments(creations)]) {
      const deployment = await start();
      const failure = await failureAfter(deployment, moments, orphans);
      if (failure) failures.push(`${JSON.stringify(moments)}: ${failure}`);
      if (everyOne) process.stderr.write(`killed at creation ${moments[0]!.creation}: ${failure ?? "converges"}\n`);
      fs.rmSync(deployment.workspace.directory, { recursive: true, force: true });
    }
    assert.deepEqual(failures, []);
    // Every third kill comes after AWS has accepted and before the engine knows.
    assert.ok(orphans.size >= (everyOne ?? seededMoments(creations)).flat().length / 4, `${orphans.size} orphans`);
    for (const { urn, command, obstacle } of orphans.values()) assert.ok(command ?? obstacle, urn);
  });

  /** What is wrong once a deployment that was killed at these moments has been run again, or nothing. */
  async function failureAfter(
    deployment: Deployment,
    moments: Moment[],
    orphans: Map<string, OrphanReport>,
  ): Promise<string | undefined> {
    try {
      for (const moment of moments) {
        assert.equal(await deployment.up({ moment, orphans: "import" }), undefined, JSON.stringify(moment));
        for (const orphan of deployment.orphans()) orphans.set(orphan.urn, orphan);
      }
      const last = await deployment.up({ orphans: "import" });
      assert.deepEqual([last?.errors, last?.orphans], [[], []]);
      assert.deepEqual(deployment.inventory(), undisturbed.inventory());
      // The same resources with the same inputs; that a preview then finds nothing either, the seeded moments show.
      if (EVERY_CREATION === undefined) assert.equal((await deployment.up({ preview: true }))?.changes, 0);
      return undefined;
    } catch (error) {
      return String(error);
    }
  }
});

/** Numbers between 0 and 1 that are the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Moments of one deployment, one after the other: each counts from where the one before cut it off. */
function seededMoments(creations: number): Moment[] {
  const random = generator(SEED);
  const chosen = new Set<number>();
  while (chosen.size < MOMENTS) chosen.add(1 + Math.floor(random() * creations));
  const whens = ["before", "accepted", "answered"] as const;
  const sorted = [...chosen].sort((left, right) => left - right);
  return sorted.map((creation, index) => ({
    creation: creation - (sorted[index - 1] ?? 0),
    when: whens[index % whens.length]!,
  }));
}

/** @param named `1` for each, or from which to which creation: `40-80` */
function creationsNamed(named: string, creations: number): Moment[][] {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(named) ?? [];
  if (first === undefined && named !== "1") throw new Error(`PRISM_KILL_AT_EVERY_CREATION: 1 or 40-80, not ${named}`);
  const [from, to] = first === undefined ? [1, creations] : [Number(first), Math.min(Number(last), creations)];
  return Array.from({ length: to - from + 1 }, (_, index) => [{ creation: from + index, when: "accepted" as const }]);
}

/**
 * A chain of resources of AWS that need one another, as long as there is any: one of every layer, from what needs nothing
 * to what needs all the others. Whichever fails, those after it cannot have been created.
 */
function chainThroughLayers(resources: StateResource[], random: () => number): StateResource[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const needs = ({ parent, dependencies = [] }: StateResource & { dependencies?: string[] }): StateResource[] =>
    [...dependencies, parent ?? ""].flatMap((urn) => byUrn.get(urn) ?? []);
  const depths = new Map<StateResource, number>();
  const depthOf = (resource: StateResource): number => {
    let depth = depths.get(resource);
    if (depth === undefined) {
      const below = Math.max(0, ...needs(resource).map(depthOf));
      depths.set(resource, (depth = isOfAws(resource) ? below + 1 : below));
    }
    return depth;
  };
  const pick = (among: StateResource[]): StateResource => among[Math.floor(random() * among.length)]!;
  /** What is created directly before a resource: components and the like in between are gone through. */
  const createdBefore = (resource: StateResource): StateResource[] =>
    needs(resource).flatMap((other) => (isOfAws(other) ? [other] : createdBefore(other)));
  const deepest = Math.max(...resources.map(depthOf));
  const chain = [pick(resources.filter((resource) => isOfAws(resource) && depthOf(resource) === deepest))];
  for (let depth = deepest - 1; depth > 0; depth--) {
    chain.unshift(pick(createdBefore(chain[0]!).filter((other) => depthOf(other) === depth)));
  }
  return chain;
}

function isOfAws({ custom, type }: StateResource): boolean {
  return custom === true && type.startsWith("aws:");
}
