import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { evaluate } from "../../policies/evaluate";
import { Exemptions } from "../../policies/exemptions";
import { findExemptionsFile, readExemptions } from "../../policies/exemptions-file";
import { rules } from "../../policies/rules";
import { resource, unknown } from "./support";

const today = "2026-03-10";
const key = resource("aws:kms/key:Key", "key", { enableKeyRotation: false });
const exemption = {
  rule: "kms-rotation",
  resource: key.urn,
  reason: "The partner's device cannot follow a rotation",
  owner: "platform team",
  expires: "2026-06-30",
};
const rotation = rules.filter(({ id }) => id === "kms-rotation");

/** What an evaluation of the key says under the given entries: rule, level and message. */
function judged(entries: unknown, resources = [key], of = rotation): string[] {
  const exemptions = new Exemptions({ exemptions: entries }, rules, today);
  return evaluate(of, resources, { exemptions }).violations.map(
    ({ rule, enforcement, message }) => `${rule} ${enforcement}: ${message}`,
  );
}

describe("An exemption", () => {
  it("lets one resource pass one rule, and is named with the violation, which is only advisory then", () => {
    const exemptions = new Exemptions({ exemptions: [exemption] }, rules, today);
    const { violations } = evaluate(rotation, [key], { exemptions });
    assert.deepEqual(violations, [
      {
        rule: "kms-rotation",
        urn: key.urn,
        enforcement: "advisory",
        severity: "medium",
        message: "enableKeyRotation is not true.",
        exemption,
      },
    ]);
  });

  it("lets no other resource and no other rule pass", () => {
    const other = resource("aws:kms/key:Key", "other", { enableKeyRotation: false });
    const found = judged([exemption], [key, other]);
    assert.equal(found.filter((one) => one.startsWith("kms-rotation mandatory")).length, 1);
    const protect = { ...key, protect: false };
    assert.ok(judged([exemption], [protect], [...rules]).some((one) => one.startsWith("protect-stateful mandatory")));
  });

  it("names a resource of a component by its whole URN, types of the parents included", () => {
    const owned = { ...key, urn: key.urn.replace("::aws:", "::own:index:Outer$own:index:Inner$aws:") };
    assert.match(judged([{ ...exemption, resource: owned.urn }], [owned])[0]!, /^kms-rotation advisory/);
  });

  it("can be narrowed to one finding", () => {
    assert.match(judged([{ ...exemption, finding: "enableKeyRotation" }])[0]!, /^kms-rotation advisory/);
    const found = judged([{ ...exemption, finding: "something else" }]);
    assert.match(found[0]!, /^kms-rotation mandatory/);
    assert.match(found[1]!, /^policy-exemptions mandatory: The exemption from kms-rotation is not needed/);
  });

  it("holds through the day on which it expires, and is a violation from the next day on", () => {
    assert.equal(judged([{ ...exemption, expires: today }]).length, 1);
    const [violation, lapsed] = judged([{ ...exemption, expires: "2026-03-09" }]);
    assert.equal(violation, "kms-rotation mandatory: enableKeyRotation is not true.");
    assert.equal(
      lapsed,
      "policy-exemptions mandatory: The exemption from kms-rotation lapsed on 2026-03-09; renew or remove it (owner: platform team).",
    );
  });

  it("that nothing needs is a violation", () => {
    const fine = { ...key, properties: { enableKeyRotation: true } };
    assert.deepEqual(judged([exemption], [fine]), [
      "policy-exemptions mandatory: The exemption from kms-rotation is not needed: remove it (owner: platform team).",
    ]);
  });

  it("of a resource that is gone is a violation of the stack, and names the resource", () => {
    const gone = { ...exemption, resource: `${key.urn}-gone` };
    const [, unused] = judged([gone]);
    assert.ok(unused!.endsWith(`It names ${key.urn}-gone.`), unused);
  });

  it("is not called unused while the rule waits for a value", () => {
    const waiting = { ...key, properties: { enableKeyRotation: unknown } };
    assert.deepEqual(judged([exemption], [waiting]), []);
  });

  it("of another stack or project is left to the runs of that one, lapsed or not", () => {
    const elsewhere = ["production::other", "staging::test"].map((stack) => ({
      ...exemption,
      resource: exemption.resource.replace("production::test", stack),
    }));
    const lapsed = { ...elsewhere[0], resource: `${elsewhere[0]!.resource}-2`, expires: "2020-01-01" };
    assert.deepEqual(judged([...elsewhere, lapsed, exemption]).length, 1);
  });

  it("does not hide that the rule itself failed", () => {
    const broken = {
      ...rotation[0]!,
      check: () => {
        throw new TypeError("enableKeyRotation");
      },
    };
    const exemptions = new Exemptions({ exemptions: [exemption] }, rules, today);
    const { violations } = evaluate([broken], [key], { exemptions });
    assert.equal(violations[0]?.enforcement, "mandatory");
    assert.equal(violations[0]?.fault, true);
  });

  const faults: Record<string, [object, RegExp]> = {
    "without a rule": [{ rule: undefined }, /rule is missing, or no text/],
    "of a rule that does not exist": [{ rule: "kms-rotatoin" }, /rule "kms-rotatoin" does not exist/],
    "of a rule that does not judge such a resource": [
      { rule: "s3-tls-only" },
      /rule s3-tls-only does not judge resources of type aws:kms\/key:Key/,
    ],
    "of a guard of the run": [{ rule: "policy-exemptions" }, /rule "policy-exemptions" does not exist/],
    "with a pattern for a URN": [{ resource: "aws:kms/key:Key::*" }, /is not a whole URN/],
    "with a URN that lacks its name": [{ resource: key.urn.replace(/::key$/, "") }, /is not a whole URN/],
    "without an owner": [{ owner: " " }, /owner is missing/],
    "with a reason that says nothing": [{ reason: "because" }, /reason "because" is shorter than 15 characters/],
    "with a date that does not exist": [{ expires: "2026-02-30" }, /expires "2026-02-30" is no date \(YYYY-MM-DD\)/],
    "with a date in another order": [{ expires: "30.06.2026" }, /is no date/],
    "for good": [{ expires: "2030-01-01" }, /more than 366 days ahead/],
    "with a field that does not exist": [{ ticket: "A-1" }, /"ticket" is no field/],
  };
  for (const [title, [change, message]] of Object.entries(faults)) {
    it(`${title} exempts nothing and is a violation`, () => {
      const found = judged([{ ...exemption, ...change }]);
      assert.equal(found[0], "kms-rotation mandatory: enableKeyRotation is not true.");
      assert.match(found[1]!, /^policy-exemptions mandatory: exemptions\[0\]: /);
      assert.match(found[1]!, message);
    });
  }

  it("that repeats another is a violation", () => {
    assert.match(judged([exemption, { ...exemption, owner: "somebody else" }])[1]!, /exemptions\[1\]: it repeats/);
  });

  it("must stand in a list", () => {
    for (const content of [[exemption], { exemptions: exemption }, { exemptions: [], others: [] }, "text"]) {
      const exemptions = new Exemptions(content, rules, today);
      const { violations } = evaluate(rotation, [key], { exemptions });
      assert.match(violations[1]!.message, /must hold one list, `exemptions:`/);
    }
    assert.match(judged(["text"])[1]!, /exemptions\[0\]: a mapping of rule, resource/);
  });
});

describe("The file with exemptions", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "exemptions-"));
  const pack = path.join(folder, "node_modules", "some-pack");
  const file = path.join(folder, "policy-exemptions.yaml");
  before(() => {
    fs.mkdirSync(pack, { recursive: true });
  });
  after(() => {
    fs.rmSync(folder, { recursive: true });
  });

  it("lies beside the Pulumi.yaml above the pack, and no further up", () => {
    fs.writeFileSync(file, "");
    assert.equal(findExemptionsFile(pack, {}), undefined);
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "");
    assert.equal(findExemptionsFile(pack, {}), file);
    const nested = path.join(folder, "nested");
    fs.mkdirSync(nested);
    fs.writeFileSync(path.join(nested, "Pulumi.yaml"), "");
    assert.equal(findExemptionsFile(nested, {}), undefined);
  });

  it("is another where POLICY_EXEMPTIONS names one", () => {
    assert.equal(findExemptionsFile(pack, { POLICY_EXEMPTIONS: "/elsewhere.yaml" }), "/elsewhere.yaml");
  });

  it("is YAML, with dates as they are written", () => {
    const lines = Object.entries(exemption).map(([name, value]) => `${name}: ${value}`);
    fs.writeFileSync(file, `# Comment\nexemptions:\n  - ${lines.join("\n    ")}\n`);
    assert.deepEqual(readExemptions(file, rules, today).match("kms-rotation", key.urn, ""), exemption);
    fs.writeFileSync(file, "");
    assert.deepEqual(
      readExemptions(file, rules, today).problems("", () => true),
      [],
    );
  });

  it("is a violation where it cannot be read or is no YAML, and never stops the run", () => {
    const problem = (name: string) => readExemptions(name, rules, today).problems("", () => true)[0]!.message;
    assert.equal(problem(path.join(folder, "missing.yaml")), "missing.yaml cannot be read (ENOENT).");
    fs.writeFileSync(file, "exemptions: [\n");
    assert.match(problem(file), /^policy-exemptions\.yaml is not valid YAML: /);
  });
});
