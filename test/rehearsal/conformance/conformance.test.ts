import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";

import { findProvider } from "../../../operations/provider-check";
import { root } from "../../../operations/paths";
import { factsOf, modelledTypes } from "../../../rehearsal/facts";
import { temporaryDirectory } from "../../operations/prism";
import { add, type Agreement, aspects, compare, type Disagreement, formatAgreements, none, share } from "./agreement";
import { readAnswers } from "./answers";
import { explains, readExplanations } from "./explanations";
import type { Change, Judge, Verdict } from "./probes";
import { edited } from "./probes";
import { StandInJudge } from "./stand-in";
import { TerraformJudge } from "./terraform";

/** Part of the provider's answers that the stand-in must give too. */
const enough = 0.99;
const { types, version } = readAnswers();

/** A stand-in that is wrong in one way, and otherwise right. */
function broken(standIn: Judge, wrong: Partial<Record<"verdict" | "change", string>>): Judge {
  const { verdict, change } = wrong as { verdict?: Verdict["verdict"]; change?: Change };
  return {
    verdict: (type, inputs) => (verdict ? Promise.resolve({ verdict, messages: [] }) : standIn.verdict(type, inputs)),
    change: (...args) => (change ? Promise.resolve(change) : standIn.change(...args)),
  };
}

describe("the stand-in beside the real Terraform AWS provider", function () {
  this.timeout(900_000);
  const standIn = new StandInJudge(path.join(temporaryDirectory(), "world.json"));
  const explanations = readExplanations(fs.readFileSync(path.join(root, "docs", "rehearsal.md"), "utf8"));
  const agreements = new Map<string, Agreement>();
  const disagreements: Disagreement[] = [];

  before(async () => {
    for (const [type, answers] of types) {
      const compared = await compare(type, answers, standIn);
      agreements.set(type, compared.agreement);
      disagreements.push(...compared.disagreements);
    }
  });

  it("answers probes of every type of AWS that it models and the provider knows", () => {
    const missing = modelledTypes().filter((type) => factsOf(type)?.tf && type.startsWith("aws:") && !types.has(type));
    assert.deepEqual(missing, []);
    for (const [type, { asked }] of [...agreements].map(([name, { acceptances }]) => [name, acceptances] as const)) {
      assert.ok(asked > 0, `${type}: no probe that the provider accepts`);
    }
  });

  it("agrees on refusals, acceptances, updates and replacements, each by 99 % over all types", () => {
    const sum = [...agreements.values()].reduce(add, none());
    for (const aspect of aspects) {
      assert.ok(sum[aspect].asked > 500, `only ${sum[aspect].asked} ${aspect} were asked for`);
      assert.ok(share(sum[aspect]) >= enough, `${aspect}\n${formatAgreements(agreements)}`);
    }
  });

  it("agrees by 99 % on every type, save in the aspects that docs/rehearsal.md says are below that", () => {
    const low = new Set<string>();
    for (const [type, agreement] of agreements) {
      for (const aspect of aspects) {
        // What this version of the provider does not know is no answer to hold the stand-in to.
        const newer = disagreements.filter(
          (one) =>
            one.type === type && one.aspect === aspect && explanations.some((row) => row.newer && explains(row, one)),
        ).length;
        const { asked, agreed } = agreement[aspect];
        if (share({ asked: asked - newer, agreed }) < enough) low.add(`${type} ${aspect}`);
      }
    }
    const excepted = explanations.filter(({ below }) => below).map(({ type, aspect }) => `${type} ${aspect}`);
    assert.deepEqual([...low].sort(), [...new Set(excepted)].sort());
  });

  it("disagrees on nothing that docs/rehearsal.md does not explain, which explains nothing else", () => {
    const unexplained = disagreements.filter((one) => !explanations.some((row) => explains(row, one)));
    assert.deepEqual(unexplained.map(describeDisagreement), []);
    const idle = explanations.filter((row) => !disagreements.some((one) => explains(row, one)));
    assert.deepEqual(idle, []);
  });

  for (const [title, wrong, aspect] of [
    ["accepts everything", { verdict: "accepted" }, "refusals"],
    ["refuses everything", { verdict: "refused" }, "acceptances"],
    ["never replaces", { change: "update" }, "replacements"],
    ["always replaces", { change: "replace" }, "updates"],
    ["sees no change", { change: "same" }, "updates"],
  ] as const) {
    it(`would be found out if it were one that ${title}`, async () => {
      const sum = none();
      let found = 0;
      let asked = 0;
      for (const [type, answers] of types) {
        const { agreement } = await compare(type, answers, broken(standIn, wrong));
        add(sum, agreement);
        // Where nothing was asked nothing can be found.
        if (agreement[aspect].asked > 0) asked++;
        if (share(agreement[aspect]) < enough) found++;
      }
      assert.ok(share(sum[aspect]) < 0.6, `${aspect} agree by ${share(sum[aspect])}`);
      assert.ok(found > asked / 2, `found out by ${found} of ${asked} types`);
    });
  }

  describe("whose answers are recorded", () => {
    let provider: TerraformJudge;
    before(async function () {
      const tools = findProvider();
      if (typeof tools === "string" || tools.version !== version) {
        const why = typeof tools === "string" ? tools : `version ${tools.version}, and ${version} was recorded`;
        process.stderr.write(`recorded answers are not compared with the real Terraform AWS provider: ${why}\n`);
        return this.skip();
      }
      provider = await TerraformJudge.start(tools);
    });
    after(() => provider?.stop());

    it("gives the same answers today, to some probes of each type", async () => {
      const outdated: string[] = [];
      for (const [type, { bases, probes }] of types) {
        // Spread over the type's probes, so that those of all kinds are among them.
        const step = Math.max(1, Math.floor(probes.length / 5));
        for (let index = 0; index < probes.length; index += step) {
          const { base, edits, verdict, to } = probes[index]!;
          const { inputs, outputs } = bases[base]!;
          const after = edited(inputs, edits);
          const now = await provider.verdict(type, after);
          const change = verdict === "accepted" ? await provider.change(type, inputs, after, outputs) : undefined;
          if (now.verdict !== verdict || change !== to) {
            outdated.push(`${type} ${JSON.stringify(edits)}: ${verdict} ${to} is now ${now.verdict} ${change}`);
          }
        }
      }
      assert.deepEqual(outdated, []);
    });
  });
});

function describeDisagreement({ type, aspect, paths, edits, provider, judge, messages }: Disagreement): string {
  return `${type} ${aspect} ${paths.join(", ")} ${JSON.stringify(edits)}: ${provider}, not ${judge} ${messages.join("; ")}`;
}
