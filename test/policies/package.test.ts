import * as assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import * as aws from "@pulumi/aws";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Engine, findCli } from "../rehearsal/engine";
import { packFolder, PolicyServer } from "./server";
import { resource } from "./support";

const run = promisify(execFile);

/** How npm says that no registry answers; anything else that goes wrong is a failure of the package. */
const unreachable = /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ENOTCACHED|network/;

describe("The pack as a package", function () {
  this.timeout(300_000);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "policy-package-"));
  const program = path.join(folder, "program");
  const installed = path.join(program, "node_modules", "ai-prism-policies");
  let files: string[];

  before(async function () {
    execFileSync(process.execPath, [path.join(packFolder, "build.mjs")], { stdio: "inherit" });
    const packed = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
      cwd: packFolder,
    });
    const [archive] = JSON.parse(packed.stdout) as [{ filename: string; files: { path: string }[] }];
    files = archive.files.map((file) => file.path).sort();
    fs.mkdirSync(program);
    fs.writeFileSync(path.join(program, "package.json"), JSON.stringify({ name: "shop", private: true }));
    fs.writeFileSync(path.join(program, "Pulumi.yaml"), "name: trial\nruntime: nodejs\n");
    try {
      const archivePath = path.join(folder, archive.filename);
      await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", archivePath], { cwd: program });
    } catch (error) {
      const { stderr } = error as { stderr: string };
      if (!unreachable.test(stderr)) throw error;
      process.stderr.write("tests of the installed policy package are skipped: no npm registry can be reached\n");
      this.skip();
    }
  });
  after(() => {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });

  it("holds what Pulumi needs of a pack, compiled, and nothing else", () => {
    assert.deepEqual(files, ["PulumiPolicy.yaml", "README.md", "bin/index.js", "bin/index.js.map", "package.json"]);
  });

  it("brings what it needs, and nothing of this repository", () => {
    const real = fs.realpathSync(installed);
    assert.ok(real.startsWith(fs.realpathSync(program)));
    for (const dependency of ["@pulumi/policy", "@pulumi/pulumi", "yaml"]) {
      assert.ok(require.resolve(`${dependency}/package.json`, { paths: [real] }).startsWith(fs.realpathSync(program)));
    }
    assert.throws(() => require.resolve("@pulumi/aws", { paths: [real] }), /Cannot find module/);
  });

  it("serves the same rules as here", async () => {
    const names = async (from: string) => {
      const server = await PolicyServer.start(from);
      try {
        const key = resource("aws:kms/key:Key", "key", { enableKeyRotation: false });
        const found = await server.analyze(key);
        assert.ok(found.some(({ policy }) => policy === "kms-rotation"));
        return await server.policies();
      } finally {
        server.stop();
      }
    };
    assert.deepEqual(await names(installed), await names(packFolder));
  });

  describe("on the engine, over somebody else's program", () => {
    let engine: Engine;

    before(async function () {
      const cli = await findCli();
      if ("missing" in cli) {
        process.stderr.write(`tests on the Pulumi engine are skipped: ${cli.missing}\n`);
        this.skip();
      }
      engine = await Engine.start(cli.root);
      // What Pulumi's own starter of packs does where there is no language host.
      const starter = `#!/bin/sh
exec '${process.execPath}' "$('${process.execPath}' -p 'require.resolve("@pulumi/pulumi/cmd/run-policy-pack")')" "$@"
`;
      const bin = path.join(folder, "bin");
      fs.mkdirSync(bin);
      fs.writeFileSync(path.join(bin, "pulumi-analyzer-policy-nodejs"), starter, { mode: 0o755 });
      engine.stack.workspace.envVars.PATH = `${bin}${path.delimiter}${process.env.PATH}`;
      engine.program = () => {
        const provider = new aws.Provider("aws", { region: "eu-north-1" });
        new aws.kms.Key("key", { enableKeyRotation: false }, { provider, protect: true });
        return Promise.resolve({});
      };
    });
    after(() => engine?.stop());

    /** What the engine says of the key's rotation, and whether the preview passes. */
    async function preview(policyPackConfigs?: string[]): Promise<{ passed: boolean; said: string[] }> {
      const events: EngineEvent[] = [];
      let passed = true;
      try {
        await engine.stack.preview({
          policyPacks: [installed],
          policyPackConfigs,
          onEvent: (event) => events.push(event),
        });
      } catch {
        passed = false;
      }
      const said = events.flatMap(({ policyEvent: one }) =>
        one && ["kms-rotation", "policy-configuration", "policy-exemptions"].includes(one.policyName)
          ? [`${one.policyPackName} ${one.policyName} ${one.enforcementLevel}: ${one.message}`]
          : [],
      );
      return { passed, said };
    }

    it("stops a preview on a mandatory rule", async () => {
      const { passed, said } = await preview();
      assert.equal(passed, false);
      assert.equal(said.length, 1, said.join("\n"));
      assert.match(said[0]!, /^ai-prism-policies kms-rotation mandatory: .*enableKeyRotation is not true/s);
    });

    it("finds that program's exemptions, and passes", async () => {
      const expires = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
      const exemption = {
        rule: "kms-rotation",
        resource: "urn:pulumi:test::trial::aws:kms/key:Key::key",
        reason: "Needed by the tests of the package",
        owner: "tests",
        expires,
      };
      const file = path.join(program, "policy-exemptions.yaml");
      fs.writeFileSync(file, JSON.stringify({ exemptions: [exemption] }));
      try {
        const { passed, said } = await preview();
        assert.equal(passed, true);
        assert.equal(said.length, 1, said.join("\n"));
        assert.match(said[0]!, /kms-rotation advisory: .*Exempted until .* \(tests\): Needed by the tests/s);
      } finally {
        fs.rmSync(file);
      }
    });

    it("refuses a configuration that misspells a rule or lowers a mandatory one", async () => {
      const config = path.join(program, "policy-config.json");
      fs.writeFileSync(config, JSON.stringify({ "kms-rotatoin": "mandatory", "kms-rotation": "advisory" }));
      const { passed, said } = await preview([config]);
      assert.equal(passed, false);
      const guard = said.filter((line) => line.includes("policy-configuration mandatory"));
      assert.equal(guard.length, 2, said.join("\n"));
      assert.match(guard.join("\n"), /There is no rule "kms-rotatoin"/);
      assert.match(guard.join("\n"), /kms-rotation is advisory instead of mandatory; in stack "test"/);
    });
  });
});
