import assert from "node:assert/strict";
import path from "node:path";
import { testEnvironment } from "../support/ministack";
import { start } from "../support/processes";
import { describeWith } from "../support/tools";

describeWith("python", "the application's Python", function () {
  this.timeout(120_000);

  for (const [says, ...args] of [
    ["is formatted (ruff)", "format", "--check"],
    ["breaks no rule (ruff)", "check"],
  ] as const) {
    it(says, async () => {
      const ruff = path.join(testEnvironment(), "bin", "ruff");
      const run = start(ruff, [...args, "--no-cache", "."], { cwd: path.join(__dirname, "..", "..", "app") });
      assert.equal(await run.ended, 0, run.output());
    });
  }
});
