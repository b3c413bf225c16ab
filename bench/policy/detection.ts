// `npm run detection [-- FOLDER]`: what checkov, and awsguard where FOLDER holds its package, find of the insecure and of
// the safe changes that the tests try on the whole program. Writes docs/detection.json, which docs/policies.md shows.
import * as fs from "node:fs";
import * as path from "node:path";
import { prismDirectory, root } from "../../operations/paths";
import type { JudgedResource } from "../../policies/evaluate";
import { MUTATIONS } from "../../test/policies/whole-program/mutations";
import { type Change, resourcesOf } from "../../test/policies/whole-program/program";
import { VARIANTS } from "../../test/policies/whole-program/variants";
import { type Peer, awsguard, checkov } from "./peers";

/** The whole program before and after one change, as far as the change can be seen. */
interface Pair {
  title: string;
  before: JudgedResource[];
  after: JudgedResource[];
}

void main(process.argv[2]);

async function main(folder = "."): Promise<void> {
  const peers = [checkov(path.join(prismDirectory(), "bench", "detection")), awsguard(path.resolve(folder))];
  const present = peers.filter((peer): peer is Peer => peer !== undefined);
  if (present.length === 0) {
    throw new Error(`checkov is not on the PATH, and ${folder}/node_modules holds no @pulumi/awsguard`);
  }
  const whole = { environment: await resourcesOf({}), account: await resourcesOf({ program: "account" }) };
  const pairs = async (changes: readonly { title: string; change: Change }[]): Promise<Pair[]> => {
    const all: Pair[] = [];
    for (const { title, change } of changes) {
      all.push({ title, ...changed(whole[change.program ?? "environment"], await resourcesOf(change)) });
    }
    return all;
  };
  const insecure = await pairs(MUTATIONS);
  const safe = await pairs(VARIANTS);
  const measured: Record<string, unknown> = {};
  for (const peer of present) {
    const stacks = [...insecure, ...safe].flatMap(({ before, after }) => [before, after]);
    process.stderr.write(`${peer.name} ${peer.version} over ${stacks.length} stacks ...\n`);
    const [unchanged, ...found] = await peer.scan([[...whole.environment, ...whole.account], ...stacks]);
    const fresh = [...insecure, ...safe].map(({ title }, index) => {
      const [before, after] = [found[2 * index]!, found[2 * index + 1]!];
      const checks = [...after].filter((one) => !before.has(one)).map((one) => one.split(" ")[0]!);
      return [title, [...new Set(checks)].sort()] as const;
    });
    measured[peer.name] = {
      version: peer.version,
      unchanged: unchanged!.size,
      insecure: Object.fromEntries(fresh.slice(0, insecure.length)),
      safe: Object.fromEntries(fresh.slice(insecure.length)),
    };
    const caught = fresh.slice(0, insecure.length).filter(([, checks]) => checks.length > 0).length;
    process.stdout.write(`${peer.name} ${peer.version}: ${caught} of ${insecure.length} insecure changes\n`);
  }
  fs.writeFileSync(path.join(root, "docs", "detection.json"), `${JSON.stringify(measured, null, 2)}\n`);
}

/** The resources that a change touches and those that they are joined with, before and after it. */
function changed(before: readonly JudgedResource[], after: readonly JudgedResource[]): Omit<Pair, "title"> {
  const text = (resources: readonly JudgedResource[]) =>
    new Map(resources.map((one) => [one.urn, JSON.stringify(one)]));
  const [old, fresh] = [text(before), text(after)];
  const touched = new Set([...old.keys(), ...fresh.keys()].filter((urn) => old.get(urn) !== fresh.get(urn)));
  const joined = new Set(touched);
  for (const one of [...before, ...after]) {
    const from = Object.values(one.propertyDependencies ?? {}).flat();
    if (touched.has(one.urn)) for (const urn of from) joined.add(urn);
    else if (from.some((urn) => touched.has(urn))) joined.add(one.urn);
  }
  const within = (resources: readonly JudgedResource[]) => resources.filter(({ urn }) => joined.has(urn));
  return { before: within(before), after: within(after) };
}
