import assert from "node:assert/strict";
import { evaluate, type Finding, type JudgedResource } from "../../policies/evaluate";
import { rules } from "../../policies/rules";
import { numbers, withJunk } from "./whole-program/junk";
import { DEFECTS, MUTATIONS } from "./whole-program/mutations";
import { resourcesOf } from "./whole-program/program";
import { UNTOUCHED } from "./whole-program/untouched";
import { VARIANTS } from "./whole-program/variants";

const key = ({ rule, urn, message }: Finding) => `${rule} ${urn} ${message}`;

describe("The pack over the whole program", function () {
  this.timeout(120_000);
  const base: Partial<Record<string, { resources: JudgedResource[]; found: Set<string> }>> = {};
  const touched = new Set<string>();

  before(async () => {
    for (const program of ["environment", "account"] as const) {
      const resources = await resourcesOf({ program });
      base[program] = { resources, found: new Set(evaluate(rules, resources).violations.map(key)) };
    }
  });

  for (const [program, stacks] of [
    ["environment", ["production", "staging", "dev"]],
    ["account", ["production", "staging", "dev"]],
  ] as const) {
    for (const stack of stacks) {
      it(`finds nothing mandatory in the ${program} of ${stack}, decides every check and breaks nowhere`, async () => {
        const { violations, deferred } = evaluate(rules, await resourcesOf({ program }, stack));
        assert.deepEqual(
          violations.filter(({ enforcement, fault }) => enforcement === "mandatory" || fault),
          [],
        );
        assert.deepEqual(deferred, []);
      });
    }
  }

  for (const { title, rule, change } of MUTATIONS) {
    it(`catches whoever ${title} (${rule})`, async () => {
      const { resources: before, found } = base[change.program ?? "environment"]!;
      const resources = await resourcesOf(change);
      for (const type of changedTypes(before, resources)) touched.add(type);
      const { violations } = evaluate(rules, resources);
      const fresh = violations.filter((finding) => !found.has(key(finding)));
      assert.ok(
        fresh.some((finding) => finding.rule === rule && !finding.fault),
        `caught by ${[...new Set(fresh.map((finding) => finding.rule))].join(", ") || "no rule"}`,
      );
      assert.deepEqual(
        violations.filter(({ fault }) => fault),
        [],
      );
    });
  }

  for (const { title, change } of VARIANTS) {
    it(`lets pass whoever ${title}`, async () => {
      const { resources: before } = base[change.program ?? "environment"]!;
      const resources = await resourcesOf(change);
      assert.notDeepEqual(plain(resources), plain(before), "nothing is changed");
      const { violations } = evaluate(rules, resources);
      assert.deepEqual(
        violations.filter(({ enforcement, fault }) => enforcement === "mandatory" || fault),
        [],
      );
    });
  }

  it("is put to the test by a change to every resource type in use, save those that have nothing to weaken", () => {
    const types = Object.values(base).flatMap((one) => one!.resources.map(({ type }) => type));
    const used = [...new Set(types)].filter((type) => type.startsWith("aws:"));
    const untouched = used.filter((type) => !touched.has(type));
    assert.deepEqual(untouched.sort(), Object.keys(UNTOUCHED).sort());
  });

  it("is put to the test by every defect that the deployment made by hand had", () => {
    const tried = new Set(MUTATIONS.flatMap(({ defect }) => defect ?? []));
    assert.deepEqual(
      [...DEFECTS].filter((defect) => !tried.has(defect)),
      [],
    );
  });

  it("breaks on nothing, whatever stands where a value is expected", () => {
    const all = Object.values(base).flatMap((one) => one!.resources);
    for (let seed = 1; seed <= 40; seed++) {
      const { violations } = evaluate(rules, withJunk(all, numbers(seed)));
      const faults = violations.filter(({ fault }) => fault).map(({ rule, message }) => `${rule}: ${message}`);
      assert.deepEqual(faults, [], `seed ${seed}`);
    }
  });

  it("meets each change once, under a title of its own", () => {
    const titles = [...MUTATIONS, ...VARIANTS].map(({ title }) => title);
    assert.equal(new Set(titles).size, titles.length);
    assert.ok(MUTATIONS.length >= 120 && VARIANTS.length >= 25, `${MUTATIONS.length} and ${VARIANTS.length}`);
  });
});

/** What policies are handed of resources, without the paths of files in archives. */
function plain(resources: readonly JudgedResource[]): unknown {
  return JSON.parse(JSON.stringify(resources));
}

/** The types of resources that are there anew, or handed to policies otherwise than before. */
function changedTypes(before: readonly JudgedResource[], after: readonly JudgedResource[]): string[] {
  const known = new Map(before.map((one) => [one.urn, JSON.stringify(one)]));
  return after.filter((one) => known.get(one.urn) !== JSON.stringify(one)).map(({ type }) => type);
}
