import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "../../operations/paths";
import { ENVIRONMENTS } from "../support/stack-files";
import { prism, temporaryDirectory } from "../operations/prism";

const directory = path.join(root, ".github", "workflows");
const files = fs.readdirSync(directory).map((name) => path.join(directory, name));

/** The project's own linter for workflows, built from its Go module. */
function actionlint(...workflows: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync("go", ["tool", "actionlint", ...workflows], {
    cwd: path.join(root, "tools", "actionlint"),
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

describe("the workflows for GitHub Actions", function () {
  this.timeout(300_000);
  const scratch = temporaryDirectory();

  describe("as actionlint sees them", () => {
    before(function () {
      if (spawnSync("go", ["version"]).status !== 0) {
        process.stderr.write("skipped: workflows are not linted, because Go is missing: install Go 1.25 or newer\n");
        this.skip();
      }
    });

    it("have no fault", () => {
      const { status, output } = actionlint(...files);
      assert.equal(status, 0, output);
    });

    it("would be refused with one", () => {
      const broken = path.join(scratch, "broken.yml");
      const text = fs.readFileSync(path.join(directory, "up.yml"), "utf8");
      fs.writeFileSync(broken, text.replace("inputs.environment }}", "inputs.enviroment }}"));
      const { status, output } = actionlint(broken);
      assert.equal(status, 1);
      assert.match(output, /"enviroment" is not defined/);
    });
  });

  it("type verbs and options that ./prism has", async () => {
    const commands = files.flatMap((file) =>
      [...fs.readFileSync(file, "utf8").matchAll(/\.\/prism (\w+)([^|>\n]*)/g)].map(([, verb = "", rest = ""]) => ({
        verb,
        options: [...rest.matchAll(/--[a-z-]+/g)].map(([option]) => option),
      })),
    );
    assert.ok(commands.length >= 5);
    for (const { verb, options } of commands) {
      const { stdout } = await prism([verb, "--help"]);
      for (const option of options) assert.ok(stdout.includes(option), `${verb} ${option}`);
    }
  });

  it("cover every environment, in the order in which a change goes through them", () => {
    const deploy = fs.readFileSync(path.join(directory, "deploy.yml"), "utf8");
    const order = [...deploy.matchAll(/environment: (\w+)/g)].map(([, name]) => name);
    assert.deepEqual(order, ENVIRONMENTS);
    for (const name of ["pull-request.yml", "drift.yml"]) {
      const matrices = [...fs.readFileSync(path.join(directory, name), "utf8").matchAll(/environment: \[(.+)\]/g)];
      assert.ok(matrices.length > 0);
      for (const [, list = ""] of matrices) assert.deepEqual(list.split(", "), ENVIRONMENTS, name);
    }
  });

  it("take no expression of an event into a shell, where its text would be run", () => {
    for (const file of files) {
      for (const [, script = ""] of fs.readFileSync(file, "utf8").matchAll(/run: (.+|\|\n(?: {10}.*\n)+)/g)) {
        assert.doesNotMatch(script, /\$\{\{/, path.basename(file));
      }
    }
  });
});
