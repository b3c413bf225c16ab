import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "../../operations/paths";
import { packBundle } from "../../operations/release/package";
import type { ReleaseReport } from "../../operations/release/report";
import { Deployed } from "../emulator/deployed";
import { type Ended, prism, run, temporaryDirectory } from "../operations/prism";
import { describeWith } from "../support/tools";

describeWith("aws", "./prism release and rollback, on production as it is rehearsed", function () {
  this.timeout(300_000);
  const folder = temporaryDirectory();
  let production: Deployed;
  let application: string;

  before(async function () {
    production = await Deployed.start(this);
    environment().quick = true;
    application = path.join(folder, "application");
    fs.cpSync(path.join(root, "app", "reference"), application, { recursive: true });
    fs.appendFileSync(path.join(application, "application.py"), "\n# changed\n");
  });
  after(() => production?.stop());

  const verb = (...args: string[]): Promise<Ended> => prism(args, { env: production.variables() });
  /** How the edge came by a static file, asked as a browser asks. */
  const cached = async (): Promise<string> => {
    const script =
      "fetch(process.argv[1]).then((answer) => console.log(answer.headers.get('x-cache')), (error) => { throw error; })";
    const { stdout, stderr } = await run(
      process.execPath,
      ["--eval", script, `${production.outputs.url}/static/style.css`],
      { env: production.variables() },
    );
    assert.equal(stderr, "");
    return stdout.trim();
  };
  const environment = () => production.world.beanstalk.environment(production.outputs.application.environmentName);

  it("ships a version to everybody, and leaves option settings and distribution as they were", async () => {
    const settings = structuredClone(environment().settings);
    await cached();
    assert.equal(await cached(), "Hit from cloudfront");
    const { code, stdout, stderr } = await verb("release", "production", application, "--yes", "--json");
    assert.equal(code, 0, stderr);
    const { versionLabel } = packBundle(application);
    const report = JSON.parse(stdout) as ReleaseReport;
    assert.deepEqual(
      [report.running, report.previous, report.steps.map(({ name, outcome }) => [name, outcome])],
      [
        versionLabel,
        production.outputs.application.initialVersionLabel,
        ["bundle", "version", "deployment", "instances", "cdn", "health"].map((name) => [name, "done"]),
      ],
    );
    assert.ok(environment().instances.every((instance) => instance.versionLabel === versionLabel));
    assert.deepEqual(environment().settings, settings);
    assert.match(stderr, new RegExp(`^${production.outputs.url}/health: ok, version ${versionLabel}$`, "m"));
    assert.equal(await cached(), "Miss from cloudfront");
  });

  it("lists it, and takes it back", async () => {
    const { initialVersionLabel } = production.outputs.application;
    const { versionLabel } = packBundle(application);
    const listed = await verb("release", "production", "--list");
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, /^Versions of production \(AI-Prism-Production\), newest first$/m);
    assert.match(
      listed.stdout,
      new RegExp(`^ {2}${versionLabel} .* processed +runs +.*, deployed +user/operator$`, "m"),
    );
    assert.match(listed.stdout, new RegExp(`^ {2}${initialVersionLabel} .* ran before`, "m"));
    const { code, stdout, stderr } = await verb("rollback", "production", "--yes");
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      `production runs ${initialVersionLabel} (before: ${versionLabel})\nTake it back: ./prism release production ${versionLabel}\n`,
    );
    const again = await verb("rollback", "production", "--yes");
    assert.equal(again.code, 1);
    assert.match(again.stderr, new RegExp(`^prism: no version ran on production before ${initialVersionLabel}`, "m"));
  });

  it("says what failed and what to type, with exit code 1", async () => {
    fs.appendFileSync(path.join(application, "application.py"), "\n# broken\n");
    const { versionLabel } = packBundle(application);
    const cause = "Engine execution has encountered an error.";
    environment().faults.set(versionLabel, { when: "deploying", cause });
    const { code, stdout, stderr } = await verb("release", "production", application, "--yes");
    const { initialVersionLabel } = production.outputs.application;
    assert.equal(code, 1);
    assert.equal(stdout, `production runs ${initialVersionLabel}\n`);
    assert.match(
      stderr,
      new RegExp(
        `^release failed: the deployment of ${versionLabel} failed; ${initialVersionLabel} runs on, on every instance$`,
        "m",
      ),
    );
    assert.match(stderr, new RegExp(`^ {2}\\[Instance: i-\\w+\\] Command failed on instance\\. .*${cause}$`, "m"));
  });
});
