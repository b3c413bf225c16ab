import * as assert from "node:assert/strict";
import { configurationProblems } from "../../policies/configuration";
import { evaluate, guardIds } from "../../policies/evaluate";
import { rules } from "../../policies/rules";
import { resource } from "./support";

const problems = (configuration: Parameters<typeof configurationProblems>[2], stack = "production") =>
  configurationProblems(rules, guardIds, configuration, stack);

describe("The configuration of the pack", () => {
  it("is fine when it names rules and parameters that exist", () => {
    assert.deepEqual(
      problems({
        "rds-backup-retention": { level: "mandatory", parameters: { minDays: 14 } },
        "log-group-kms": { level: "mandatory" },
        "policy-coverage": { level: "advisory", parameters: {} },
      }),
      [],
    );
  });

  it("names a rule that does not exist, and those that begin alike", () => {
    const [problem, ...others] = problems({ "kms-rotatoin": { level: "mandatory" } });
    assert.deepEqual(others, []);
    assert.equal(problem?.kind, "misspelt");
    assert.match(problem.message, /^There is no rule "kms-rotatoin"; there are .*kms-rotation/);
  });

  it("names a parameter that does not exist, and those of the rule", () => {
    const [problem] = problems({ "rds-backup-retention": { parameters: { mindays: 1 } } });
    assert.equal(problem?.kind, "misspelt");
    assert.match(problem.message, /rds-backup-retention has no parameter "mindays"; it has .*minDays/);
  });

  it("may lower a mandatory rule in a stack whose data may be lost, and says so", () => {
    const lowered = { "kms-rotation": { level: "disabled" as const } };
    assert.deepEqual(problems(lowered, "dev"), [
      { kind: "allowed", message: "kms-rotation is disabled instead of mandatory." },
    ]);
    const named = { ...lowered, "policy-configuration": { parameters: { disposableStacks: ["sandbox"] } } };
    assert.equal(problems(named, "sandbox")[0]?.kind, "allowed");
    assert.equal(problems(named, "dev")[0]?.kind, "lowered");
  });

  it("cannot lower a mandatory rule elsewhere, and never in production, whatever is called disposable", () => {
    const lowered = { "kms-rotation": { level: "advisory" as const } };
    for (const stack of ["production", "staging"]) assert.equal(problems(lowered, stack)[0]?.kind, "lowered");
    const named = { ...lowered, "policy-configuration": { parameters: { disposableStacks: ["production"] } } };
    assert.equal(problems(named)[0]?.kind, "lowered");
  });

  it("decides what a run judges and at which level", () => {
    const key = resource("aws:kms/key:Key", "key", { enableKeyRotation: false });
    const rotation = rules.filter(({ id }) => id === "kms-rotation");
    const run = (level: "advisory" | "disabled") =>
      evaluate(rotation, [{ ...key, urn: key.urn.replace("production", "dev") }], {
        configuration: { "kms-rotation": { level } },
      });
    const levels = (found: ReturnType<typeof run>) =>
      found.violations.map(({ rule, enforcement }) => `${rule} ${enforcement}`);
    assert.deepEqual(levels(run("advisory")), ["policy-configuration advisory", "kms-rotation advisory"]);
    assert.deepEqual(levels(run("disabled")), ["policy-configuration advisory"]);
    assert.equal(run("advisory").evaluated - run("disabled").evaluated, 1);
  });
});
