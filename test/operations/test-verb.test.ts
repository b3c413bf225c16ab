import assert from "node:assert/strict";
import * as path from "node:path";
import { root } from "../../operations/paths";
import type { TestReport } from "../../operations/verbs/test";
import { prism, run, temporaryDirectory } from "./prism";

describe("the verb test", () => {
  const directory = temporaryDirectory();
  const mixed = path.join(root, "test", "operations", "fixtures", "mixed.ts");

  it("ends with the counts alone on the last line and with 1 when a test fails", async () => {
    const { code, stdout, stderr } = await prism(["test", mixed]);
    assert.equal(code, 1);
    assert.equal(stdout.trimEnd().split("\n").at(-1), "1 passed, 1 failed, 1 skipped");
    assert.match(stderr, /^failed: mixed fails$/m);
  });

  it("ends with 0 when all pass, and takes parts of paths", async () => {
    const { code, stdout } = await prism(["test", "operations/toolchain", "operations/program"]);
    assert.equal(code, 0);
    assert.match(stdout.trimEnd().split("\n").at(-1) ?? "", /^[1-9]\d* passed, 0 failed$/);
  });

  it("prints one JSON document on stdout under --json", async () => {
    const { code, stdout } = await prism(["test", mixed, "--json"]);
    const report = JSON.parse(stdout) as TestReport;
    assert.equal(code, 1);
    assert.deepEqual([report.ok, report.passed, report.failed, report.skipped], [false, 1, 1, 1]);
    assert.deepEqual(
      report.failures.map(({ title }) => title),
      ["mixed fails"],
    );
  });

  it("skips what needs the Pulumi CLI where there is none, and says why", async () => {
    const engineTest = path.join(root, "test", "operations", "fixtures", "on-engine.ts");
    const { code, stdout, stderr } = await prism(["test", engineTest], { env: { PRISM_PULUMI: "/nowhere/pulumi" } });
    assert.equal(code, 0);
    assert.match(stdout, /^0 passed, 0 failed, 1 skipped$/m);
    assert.match(stderr, /tests on the Pulumi engine are skipped: PRISM_PULUMI names \/nowhere\/pulumi/);
  });

  it("is what .ci/run calls, with its exit code", async () => {
    const { code, stdout } = await run(path.join(root, ".ci", "run"), [mixed], { cwd: directory });
    assert.equal(code, 1);
    assert.match(stdout, /^1 passed, 1 failed, 1 skipped$/m);
  });
});
