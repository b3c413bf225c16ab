import assert from "node:assert/strict";
import * as fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import { buildPolicyPack } from "../../operations/policy-pack";
import { runCli, type CliResult, type EngineOptions } from "../../operations/pulumi";
import { withoutCredentials } from "../../operations/rehearse/workspace";
import { startStandIn, World } from "../../rehearsal";
import { pulumiCli } from "../support/pulumi-cli";
import { ROOT } from "../support/stack-files";
import { startLanguageHost } from "./language-host";

describe("the Pulumi CLI by itself, without a verb of ours", function () {
  this.timeout(120_000);
  let folder: string;
  let engine: EngineOptions;
  let host: Awaited<ReturnType<typeof startLanguageHost>>;
  let standIn: Awaited<ReturnType<typeof startStandIn>>;

  before(async function () {
    const cli = await pulumiCli(this);
    buildPolicyPack(() => undefined);
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-cli-"));
    // The CLI writes to stack files, so it gets copies; the program is the checkout's own.
    for (const entry of fs.readdirSync(ROOT)) {
      if (/^Pulumi\..*yaml$/.test(entry)) fs.copyFileSync(path.join(ROOT, entry), path.join(folder, entry));
      else if (!entry.startsWith(".")) fs.symlinkSync(path.join(ROOT, entry), path.join(folder, entry));
    }
    const bin = path.join(folder, "bin");
    fs.mkdirSync(bin);
    fs.writeFileSync(
      path.join(bin, "pulumi-analyzer-policy-nodejs"),
      `#!/bin/sh\nexec '${process.execPath}' '${path.join(ROOT, "node_modules/@pulumi/pulumi/cmd/run-policy-pack")}' "$@"\n`,
      { mode: 0o755 },
    );
    fs.mkdirSync(path.join(folder, "state"));
    host = await startLanguageHost();
    standIn = await startStandIn(
      World.load(path.join(folder, "world.json"), { accountId: "111122223333", region: "eu-north-1" }),
    );
    engine = {
      cli,
      workDirectory: folder,
      stack: "production",
      env: {
        ...withoutCredentials(process.env),
        PATH: `${bin}${path.delimiter}${process.env.PATH}`,
        PULUMI_BACKEND_URL: pathToFileURL(path.join(folder, "state")).href,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_HOME: path.join(folder, "home"),
        PULUMI_SKIP_UPDATE_CHECK: "1",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_DEBUG_PROVIDERS: standIn.debugProviders,
      },
    };
    const { code, stderr } = await runCli(engine, ["stack", "init", "production"]);
    assert.equal(code, 0, stderr);
  });

  after(() => {
    host?.close();
    standIn?.close();
    if (folder) fs.rmSync(folder, { recursive: true, force: true });
  });

  const preview = (): Promise<CliResult> =>
    runCli(engine, ["preview", "--stack", "production", "--policy-pack", "policies", "--client", host.address]);

  /** Changes the copied stack file for one call. */
  async function withConfig<T>(changes: Record<string, unknown>, action: () => Promise<T>): Promise<T> {
    const file = path.join(folder, "Pulumi.production.yaml");
    const before = fs.readFileSync(file, "utf8");
    const stack = parse(before) as { config: Record<string, unknown> };
    fs.writeFileSync(file, stringify({ ...stack, config: { ...stack.config, ...changes } }));
    try {
      return await action();
    } finally {
      fs.writeFileSync(file, before);
    }
  }

  it("previews production with the policies on, without type checking", async () => {
    const { code, stdout, stderr } = await preview();
    assert.equal(code, 0, stdout + stderr + host.output());
    assert.match(stdout, /ai-prism-policies@/);
    assert.match(stdout, /\+ 2\d\d to create/);
    assert.doesNotMatch(stdout, /\[mandatory\]/);
  });

  it("shows every fault of a stack file at once and no stack trace", async () => {
    const changes = { "ai-prism:redis": { nodes: 0 }, "ai-prism:databse": {} };
    const { code, stdout, stderr } = await withConfig(changes, preview);
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /ai-prism:redis\.nodes = 0 is not allowed: a whole number from 1 to 6/);
    assert.match(stdout + stderr, /ai-prism:databse = \{\} is not allowed: a known key/);
    assert.doesNotMatch(stdout + stderr + host.output(), /\n\s+at .*\.ts:/);
  });
});
