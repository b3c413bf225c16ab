import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { UsageError } from "../../operations/errors";
import { root } from "../../operations/paths";
import { configText, loadProgram, loadStackConfig, type Program } from "../../operations/program";
import { temporaryDirectory } from "./prism";

describe("a program and its stack files", () => {
  const directory = temporaryDirectory();

  function programWith(stackFile: string): Program {
    fs.writeFileSync(path.join(directory, "Pulumi.odd.yaml"), stackFile);
    return { directory, label: "odd", project: "odd", schema: {}, environments: ["odd"] };
  }

  it("finds the checkout's own program with its environments", () => {
    const program = loadProgram();
    assert.deepEqual(
      [program.project, program.label, program.directory, program.environments],
      ["ai-prism", "ai-prism", root, ["dev", "production", "staging"]],
    );
  });

  it("names the environments that there are when one is missing", () => {
    const program = { ...programWith("config: {}"), environments: ["a", "b"] };
    assert.throws(
      () => loadStackConfig(program, "c"),
      /environment "c" has no stack file .*Pulumi\.c\.yaml; there are: a, b/,
    );
  });

  const malformed: [text: string, reason: RegExp][] = [
    ["config:\n  a: [1, 2\n", /Pulumi\.odd\.yaml is not valid YAML: .* line 3/],
    ["config:\n  a: 1\n  a: 2\n", /is not valid YAML: Map keys must be unique at line 3/],
    ["- a\n", /a mapping is expected at the top/],
    ["config: none\n", /config must be a mapping/],
  ];
  for (const [text, reason] of malformed) {
    it(`refuses a stack file that reads ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => loadStackConfig(programWith(text), "odd"),
        (error: Error) => error instanceof UsageError && reason.test(error.message),
      );
    });
  }

  it("reads a value from the stack file first, then from the project's default", () => {
    const program: Program = {
      ...programWith("config: {}"),
      schema: { "aws:region": "eu-west-1", size: { type: "integer", default: 3 }, "aws:profile": { value: "p" } },
    };
    assert.equal(configText(program, { "aws:region": "eu-north-1" }, "aws:region"), "eu-north-1");
    assert.equal(configText(program, {}, "aws:region"), "eu-west-1");
    assert.equal(configText(program, {}, "odd:size"), "3");
    assert.equal(configText(program, { "odd:size": 4 }, "odd:size"), "4");
    assert.equal(configText(program, {}, "aws:profile"), "p");
    assert.equal(configText(program, {}, "odd:none"), undefined);
  });
});
