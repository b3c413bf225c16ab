import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { DeployReport } from "../../operations/deploy/report";
import { root } from "../../operations/paths";
import type { World } from "../../rehearsal";
import { pulumiCli } from "../support/pulumi-cli";
import { SimulatedAccount } from "../support/simulated-account";
import { type Ended, prism, run, temporaryDirectory } from "./prism";

const account = "111122223333";

const program = (resources: string): string => `
import * as aws from "@pulumi/aws";
export = async () => {
  console.log("what a program prints");
${resources}
  return {};
};
`;
const jobs = `  new aws.cloudwatch.LogGroup("jobs", { name: "jobs", retentionInDays: 30 });`;
const mail = `  new aws.sqs.Queue("mail", { name: "mail", sqsManagedSseEnabled: true }, { protect: true });`;

describe("working on what is deployed", function () {
  this.timeout(120_000);
  const outside = temporaryDirectory();
  let simulated: SimulatedAccount;
  let directory: string;
  let env: NodeJS.ProcessEnv;
  let cli: string;
  let world: World;
  let sts: SimulatedAccount["sts"];

  before(async function () {
    cli = await pulumiCli(this);
    // A program has to lie in this checkout, whose packages it uses; the engine writes into its folder.
    fs.mkdirSync(path.join(root, ".prism"), { recursive: true });
    directory = fs.mkdtempSync(path.join(root, ".prism", "test-deploy-"));
    simulated = await SimulatedAccount.start(outside, account, cli);
    ({ world, sts, env } = simulated);
    fs.writeFileSync(path.join(directory, "Pulumi.yaml"), "name: sample\nruntime: nodejs\n");
    const stack = `config:\n  aws:region: eu-north-1\n  sample:accountId: "${account}"\n`;
    for (const name of ["live", "missing"]) fs.writeFileSync(path.join(directory, `Pulumi.${name}.yaml`), stack);
    write(jobs);
    const made = await pulumi("stack", "init", "live");
    assert.equal(made.code, 0, made.stderr);
  });

  after(() => {
    simulated?.stop();
    if (directory) fs.rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  });

  beforeEach(() => {
    sts.reset();
  });

  it("plans without changing anything", async () => {
    const { code, stdout, stderr } = await verb("preview", "live");
    assert.equal(code, 0, stderr);
    assert.equal(stdout.split("\n")[0], "Plan: 1 created");
    assert.match(stdout, /^ {2}\+ cloudwatch\.LogGroup jobs$/m);
    assert.match(stderr, /^account 111122223333, as arn:aws:iam::111122223333:user\/tester$/m);
    assert.deepEqual(world.resources(), []);
  });

  it("does not deploy where nobody can confirm, unless told to", async () => {
    const { code, stderr } = await verb("up", "live");
    assert.equal(code, 2);
    assert.match(stderr, /^prism: \.\/prism up live asks before it changes anything; where nobody can answer: --yes$/m);
    assert.deepEqual(world.resources(), []);
  });

  it("deploys what it planned, and has nothing left to plan", async () => {
    const { report, ended } = await json("up", "live", ["--yes"]);
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(report.applied, true);
    assert.deepEqual(report.identity, { account, arn: `arn:aws:iam::${account}:user/tester` });
    assert.deepEqual(
      world.resources().map(({ type }) => type),
      ["aws:cloudwatch/logGroup:LogGroup"],
    );
    assert.equal((await verb("preview", "live")).stdout.split("\n")[0], "Plan: nothing to change");
  });

  it("stops before anything is created when a mandatory policy is broken", async () => {
    write([jobs, `  new aws.cloudwatch.LogGroup("open", { name: "open" });`].join("\n"));
    const { report } = await json("up", "live", ["--yes"]);
    assert.equal(report.exitCode, 1);
    assert.equal(report.failure?.kind, "policy");
    assert.equal(report.applied, false);
    assert.ok(
      report.violations.some(({ resource, level }) => resource === "cloudwatch.LogGroup open" && level === "mandatory"),
    );
    assert.equal(world.resources().length, 1);
    write(jobs);
  });

  it("finds what was changed past Pulumi and what of it a policy forbids, and leaves the state as it is", async () => {
    assert.equal((await verb("drift", "live")).code, 0);
    const [deployed] = world.resources();
    const changed = { ...deployed!.inputs, retentionInDays: 0 };
    world.replace(deployed!, {
      ...deployed!,
      inputs: changed,
      outputs: { ...deployed!.outputs, retentionInDays: 0 },
    });
    const { report } = await json("drift", "live");
    assert.equal(report.exitCode, 1);
    assert.deepEqual(
      report.changes.updated.map(({ resource, properties }) => [resource, properties]),
      [["cloudwatch.LogGroup jobs", ["retentionInDays"]]],
    );
    assert.ok(report.violations.length > 0);
    assert.ok(report.violations.every(({ resource }) => resource === "cloudwatch.LogGroup jobs"));
    assert.deepEqual((await json("drift", "live")).report.changes, report.changes);
    world.remove(deployed!.urn, deployed!.id);
    const { report: gone } = await json("drift", "live");
    assert.deepEqual(
      gone.changes.deleted.map(({ resource }) => resource),
      ["cloudwatch.LogGroup jobs"],
    );
    world.put(deployed!);
  });

  it("judges what was changed by the environment's configuration, and lets pass what is exempted", async () => {
    const [deployed] = world.resources();
    const days = { retentionInDays: 14 };
    world.replace(deployed!, {
      ...deployed!,
      inputs: { ...deployed!.inputs, ...days },
      outputs: { ...deployed!.outputs, ...days },
    });
    const found = async (more: NodeJS.ProcessEnv = {}) =>
      (await json("drift", "live", [], more)).report.violations
        .filter(({ policy }) => policy === "log-group-retention")
        .map(({ level, message }) => [level, message.split("\n")[0]]);
    const configuration = path.join(directory, "policy-config.live.json");
    const exemptions = path.join(outside, "exemptions.yaml");
    try {
      assert.deepEqual(await found(), []);
      fs.writeFileSync(configuration, JSON.stringify({ "log-group-retention": { minDays: 20 } }));
      const [[level, message] = []] = await found();
      assert.equal(level, "mandatory");
      assert.match(message!, /20/);
      const day = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
      const { urn } = deployed!;
      const reason = "Somebody looks for what fills the disk";
      const exemption = { rule: "log-group-retention", resource: urn, reason, owner: "platform team", expires: day };
      fs.writeFileSync(exemptions, JSON.stringify({ exemptions: [exemption] }));
      assert.deepEqual(await found({ POLICY_EXEMPTIONS: exemptions }), [
        ["advisory", `Exempted until ${day} (platform team): ${reason}`],
      ]);
    } finally {
      fs.rmSync(configuration, { force: true });
      world.put(deployed!);
    }
  });

  it("refuses to destroy what is protected, naming it, and destroys once that was lifted on purpose", async () => {
    write([jobs, mail].join("\n"));
    assert.equal((await verb("up", "live", ["--yes"])).code, 0);
    const refused = await verb("destroy", "live", ["--yes"]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^prism: destroy live is refused: 1 resource is protected\n {2}sqs\.Queue mail$/m);
    assert.equal(world.resources().length, 2);
    assert.equal((await pulumi("state", "unprotect", "--all", "--yes", "--stack", "live")).code, 0);
    const { report, ended } = await json("destroy", "live", ["--yes"]);
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(report.changes.deleted.map(({ resource }) => resource).sort(), [
      "cloudwatch.LogGroup jobs",
      "sqs.Queue mail",
    ]);
    assert.deepEqual(world.resources(), []);
    write(jobs);
  });

  it("starts nothing with the credentials of another account", async () => {
    sts.account = "999988887777";
    const { code, stderr } = await verb("up", "live", ["--yes"]);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^prism: the credentials belong to account 999988887777 \(.*\), the stack file says accountId = 111122223333; nothing was started$/m,
    );
    assert.deepEqual(world.resources(), []);
  });

  it("says that there are no credentials, and how to get some", async () => {
    const without = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" };
    const { code, stderr } = await verb("preview", "live", [], without);
    assert.equal(code, 3);
    assert.match(stderr, /^prism: no AWS credentials: .*; sign in again \(aws sso login\), or set AWS_PROFILE/m);
  });

  it("says that a session has expired", async () => {
    sts.error = { status: 403, code: "ExpiredToken", message: "The security token included in the request is expired" };
    const { code, stderr } = await verb("preview", "live");
    assert.equal(code, 3);
    assert.match(stderr, /^prism: AWS credentials are refused: the session has expired; sign in again/m);
  });

  it("says that AWS does not answer", async () => {
    sts.error = { status: 503, code: "ServiceUnavailable", message: "down" };
    const { code, stderr } = await verb("preview", "live");
    assert.equal(code, 1);
    assert.match(stderr, /^prism: sts in eu-north-1 does not answer \(ServiceUnavailable\)$/m);
  });

  it("says that the backend has no such stack, and what makes one", async () => {
    const { code, stderr } = await verb("preview", "missing");
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^prism: there is no stack missing in this backend \(file:.*\); .*pulumi stack init missing makes it$/m,
    );
  });

  it("says that the stack is locked, and changes nothing", async () => {
    const locks = path.join(outside, "state", ".pulumi", "locks", "organization", "sample", "live");
    fs.mkdirSync(locks, { recursive: true });
    const lock = path.join(locks, "other.json");
    fs.writeFileSync(
      lock,
      JSON.stringify({ pid: 1, username: "somebody", hostname: "elsewhere", timestamp: new Date() }),
    );
    const { code, stderr } = await verb("up", "live", ["--yes"]);
    fs.rmSync(lock);
    assert.equal(code, 1);
    assert.match(stderr, /up failed: another run holds the lock of this stack/);
    assert.match(stderr, /pulumi cancel live/);
    assert.deepEqual(world.resources(), []);
  });

  it("refuses to go on from a half-deployed state, naming what was under way", async () => {
    const file = path.join(outside, "state", ".pulumi", "stacks", "sample", "live.json");
    const state = JSON.parse(fs.readFileSync(file, "utf8")) as { checkpoint: { latest: Record<string, unknown> } };
    const urn = "urn:pulumi:live::sample::aws:cloudwatch/logGroup:LogGroup::jobs";
    const resource = { urn, custom: true, type: "aws:cloudwatch/logGroup:LogGroup", inputs: {} };
    state.checkpoint.latest.pending_operations = [{ type: "creating", resource }];
    fs.writeFileSync(file, JSON.stringify(state));
    const { code, stderr } = await verb("up", "live", ["--yes"]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^prism: live is half-deployed: a run before was cut off while it was\n {2}creating cloudwatch\.LogGroup jobs$/m,
    );
  });

  function verb(name: string, stack: string, args: string[] = [], other: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return prism([name, stack, "--program", directory, ...args], { env: { ...env, ...other } });
  }

  async function json(
    name: string,
    stack: string,
    args: string[] = [],
    other: NodeJS.ProcessEnv = {},
  ): Promise<{ report: DeployReport; ended: Ended }> {
    const ended = await verb(name, stack, ["--json", ...args], other);
    assert.ok(ended.stdout, ended.stderr);
    return { report: JSON.parse(ended.stdout) as DeployReport, ended };
  }

  function pulumi(...args: string[]): Promise<Ended> {
    return run(cli, [...args, "--non-interactive"], { cwd: directory, env });
  }

  function write(resources: string): void {
    fs.writeFileSync(path.join(directory, "index.ts"), program(resources));
  }
});
