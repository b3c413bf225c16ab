import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import type { Log } from "sarif";
import { root } from "../../operations/paths";
import type { PolicyReport } from "../../operations/policy/report";
import type { RehearsalReport } from "../../operations/rehearse/report";
import { rules } from "../../policies/rules";
import { pulumiCli } from "../support/pulumi-cli";
import { type CommandLine, prism, run, sample, temporaryDirectory } from "./prism";

const signature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const urn = (type: string, name: string, stack = "live") => `urn:pulumi:${stack}::shop::${type}::${name}`;
const password = "correct-horse-battery";

/** An export of somebody else's program: an open database, a random password, a chart, and a role that is only read. */
const foreign = {
  version: 3,
  deployment: {
    manifest: { time: "2026-01-01T00:00:00Z", version: "v3.100.0" },
    secrets_providers: { type: "service", state: {} },
    resources: [
      { urn: urn("pulumi:pulumi:Stack", "shop-live"), type: "pulumi:pulumi:Stack", custom: false },
      {
        urn: urn("pulumi:providers:aws", "default_6_0_0"),
        type: "pulumi:providers:aws",
        custom: true,
        id: "p",
        inputs: { region: "us-west-2" },
      },
      {
        urn: urn("aws:kms/key:Key", "key"),
        type: "aws:kms/key:Key",
        custom: true,
        provider: `${urn("pulumi:providers:aws", "default_6_0_0")}::p`,
        protect: true,
        inputs: { enableKeyRotation: false },
        outputs: { enableKeyRotation: false, arn: "arn:aws:kms:us-west-2:111122223333:key/1" },
      },
      {
        urn: urn("aws:lambda/function:Function", "orders"),
        type: "aws:lambda/function:Function",
        custom: true,
        inputs: { environment: { variables: { DB_PASSWORD: password } } },
        outputs: {},
      },
      {
        urn: urn("aws:kms/key:Key", "sealed"),
        type: "aws:kms/key:Key",
        custom: true,
        protect: true,
        inputs: {
          enableKeyRotation: { ...signature, ciphertext: "v1:abc" },
          policy: { ...signature, ciphertext: "x" },
        },
        outputs: { policy: { ...signature, ciphertext: "x" } },
      },
      {
        urn: urn("random:index/randomPassword:RandomPassword", "r"),
        type: "random:index/randomPassword:RandomPassword",
        custom: true,
      },
      { urn: urn("kubernetes:apps/v1:Deployment", "web"), type: "kubernetes:apps/v1:Deployment", custom: true },
      { urn: urn("aws:kms/key:Key", "read"), type: "aws:kms/key:Key", custom: true, external: true, outputs: {} },
    ],
  },
};

describe("the verb policy", function () {
  this.timeout(120_000);
  const directory = temporaryDirectory();
  const file = (name: string, content: unknown): string => {
    const to = path.join(directory, name);
    fs.writeFileSync(to, typeof content === "string" ? content : JSON.stringify(content, null, 4));
    return to;
  };
  const options: CommandLine = { env: { PRISM_DIR: directory } };
  const policy = (...args: string[]) => prism(["policy", ...args], options);
  const report = async (...args: string[]): Promise<PolicyReport> => {
    const ended = await policy(...args, "--json");
    const document = JSON.parse(ended.stdout) as PolicyReport;
    assert.equal(ended.code, document.exitCode, ended.stderr);
    return document;
  };

  describe("over an export of somebody else's program", () => {
    let checkpoint: string;
    before(() => {
      checkpoint = file("export.json", foreign);
    });

    it("tells the broken rules with the way to mend them, and ends with 1", async () => {
      const { code, stdout, stderr } = await policy("--checkpoint", checkpoint);
      assert.equal(code, 1);
      assert.equal(stderr, "");
      assert.match(
        stdout,
        /^✗ kms-rotation \(mandatory, medium\): .*\n {4}kms\.Key key: enableKeyRotation is not true\.$/m,
      );
      assert.match(stdout, /^ {4}Fix: .+\n {4}See: https:\/\/docs\.aws\.amazon\.com\//m);
      assert.match(
        stdout,
        /^shop live \(.*export\.json\): 3 AWS resources, \d+ checks by \d+ rules: \d+ mandatory and/m,
      );
    });

    it("prints no value of a secret, decrypted or not", async () => {
      for (const args of [[], ["--json"]]) {
        const { stdout, stderr } = await policy("--checkpoint", checkpoint, ...args);
        assert.match(stdout, /no-plaintext-secrets/);
        assert.ok(!`${stdout}${stderr}`.includes(password));
      }
    });

    it("says which checks wait for an encrypted value, and which resources no rule judges", async () => {
      const { waiting, notJudged, violations, resources } = await report("--checkpoint", checkpoint);
      assert.equal(waiting["kms-rotation"], 1);
      assert.deepEqual(notJudged, { random: 1, kubernetes: 1 });
      assert.equal(resources, 3);
      assert.ok(!violations.some(({ urn }) => urn.endsWith("::read")), "what the program only reads is not its own");
      const { stdout } = await policy("--checkpoint", checkpoint);
      assert.match(stdout, /could not be made, for a value is not known or encrypted.*: .*kms-rotation 1/);
      assert.match(stdout, /^2 resources of other providers not judged: random 1, kubernetes 1$/m);
    });

    it("reads standard input for -", async () => {
      const prismFile = path.join(root, "prism");
      const command = `'${prismFile}' policy --checkpoint - --json < '${checkpoint}'`;
      const shell = await run("sh", ["-c", command], options);
      const { source, project, stack } = JSON.parse(shell.stdout) as PolicyReport;
      assert.deepEqual({ source, project, stack }, { source: "standard input", project: "shop", stack: "live" });
    });

    it("lets exempted resources pass, and names them in every run", async () => {
      const { violations } = await report("--checkpoint", checkpoint);
      const expires = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
      const reason = "Needed by the tests of this verb";
      const mandatory = violations.filter(({ level }) => level === "mandatory");
      const keys = [...new Set(mandatory.map(({ rule, urn }) => JSON.stringify({ rule, resource: urn })))];
      const entries = keys.map((key) => ({ ...(JSON.parse(key) as object), owner: "tests", reason, expires }));
      const exemptions = file("exemptions.yaml", { exemptions: entries });
      const passed = await report("--checkpoint", checkpoint, "--exemptions", exemptions);
      assert.equal(passed.exitCode, 0);
      assert.equal(passed.violations.filter(({ exemption }) => exemption?.reason === reason).length, mandatory.length);
      const { stdout, code } = await policy("--checkpoint", checkpoint, "--exemptions", exemptions);
      assert.equal(code, 0);
      assert.ok(stdout.includes(`~ kms-rotation: kms.Key key: exempted until ${expires} (tests): ${reason}`));
      const [first] = entries;
      const unused = file("unused.yaml", {
        exemptions: [...entries, { ...first, resource: `${urn("x:y:Z", "gone")}` }],
      });
      assert.equal((await report("--checkpoint", checkpoint, "--exemptions", unused)).exitCode, 1);
    });

    it("takes levels and parameters, and refuses a lowered rule outside disposable stacks", async () => {
      const config = file("config.json", {
        all: "disabled",
        "kms-rotation": "mandatory",
        "policy-configuration": { disposableStacks: ["live"] },
      });
      const { violations, rules: count } = await report("--checkpoint", checkpoint, "--config", config);
      const own = violations.filter(({ rule }) => rule !== "policy-configuration");
      assert.deepEqual(
        own.map(({ rule, level }) => `${rule} ${level}`),
        ["kms-rotation mandatory"],
      );
      assert.equal(count, 1);
      const lowered = file("lowered.json", { "kms-rotation": { enforcementLevel: "advisory" } });
      const refused = await report("--checkpoint", checkpoint, "--config", lowered);
      assert.equal(refused.exitCode, 1);
      const [guard] = refused.violations.filter(({ rule }) => rule === "policy-configuration");
      assert.equal(guard?.level, "mandatory");
      assert.match(guard.message, /kms-rotation is advisory instead of mandatory; in stack "live" it has to stay so/);
    });

    const badConfigurations: Record<string, [unknown, RegExp]> = {
      "a rule that does not exist": [{ "kms-rotatoin": "mandatory" }, /There is no rule "kms-rotatoin"/],
      "a parameter that does not exist": [
        { "rds-backup-retention": { enforcementLevel: "mandatory", mindays: 1 } },
        /rds-backup-retention has no parameter "mindays"/,
      ],
      "a parameter of the wrong kind": [
        { "rds-backup-retention": { minDays: "seven" } },
        /rds-backup-retention: minDays = "seven" must be integer/,
      ],
      "a level that does not exist": [
        { "kms-rotation": "warn" },
        /kms-rotation = "warn": mandatory, advisory, disabled/,
      ],
      "production among the disposable stacks": [
        { "policy-configuration": { disposableStacks: ["production"] } },
        /policy-configuration: disposableStacks\.0 = "production" must NOT be valid/,
      ],
      "a list": [[], /an object of rules is expected/],
      "what is no JSON": ["{", /not JSON/],
    };
    for (const [title, [content, message]] of Object.entries(badConfigurations)) {
      it(`refuses a configuration with ${title}`, async () => {
        const { code, stderr } = await policy("--checkpoint", checkpoint, "--config", file("bad.json", content));
        assert.equal(code, 2);
        assert.match(stderr, message);
        assert.doesNotMatch(stderr, /^\s+at /m);
      });
    }

    it("writes SARIF that the standard's schema accepts, with the line of the export and what was exempted", async () => {
      const sarif = path.join(directory, "findings.sarif");
      const expires = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
      const entry = { rule: "kms-rotation", resource: urn("aws:kms/key:Key", "key"), owner: "tests", expires };
      const exemptions = file("one.yaml", { exemptions: [{ ...entry, reason: "Needed by the tests of SARIF" }] });
      const { violations } = await report("--checkpoint", checkpoint, "--sarif", sarif, "--exemptions", exemptions);
      const text = fs.readFileSync(sarif, "utf8");
      const log = JSON.parse(text) as Log;
      const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
      addFormats(ajv);
      const schema = require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json") as object;
      assert.ok(ajv.validate(schema, log), JSON.stringify(ajv.errors, null, 2));
      assert.ok(!ajv.validate(schema, { ...log, runs: [{ results: [{}] }] }), "the schema refuses what is wrong");
      assert.ok(!text.includes(password));

      const [first] = log.runs;
      assert.equal(first?.results?.length, violations.length);
      const descriptors = first.tool.driver.rules ?? [];
      assert.equal(descriptors.length, rules.length + 3);
      const lines = fs.readFileSync(checkpoint, "utf8").split("\n");
      for (const [index, result] of first.results.entries()) {
        const violation = violations[index]!;
        assert.equal(descriptors[result.ruleIndex!]?.id, violation.rule);
        assert.equal(result.level, violation.level === "mandatory" ? "error" : "warning");
        assert.equal(result.suppressions?.length, violation.exemption ? 1 : undefined);
        const { startLine } = result.locations![0]!.physicalLocation!.region!;
        assert.ok(lines[startLine! - 1]!.includes(violation.urn));
      }
      const prints = first.results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints));
      assert.equal(new Set(prints).size, prints.length);
    });
  });

  const cut = JSON.stringify(foreign).slice(0, 900);
  const badExports: Record<string, [string, RegExp]> = {
    "that is empty": ["", /empty; the JSON of `pulumi stack export` is expected/],
    "that ends too early": [cut, /not JSON.*; it ends too early/],
    "that is text": [`password: ${password}`, /not JSON/],
    "of something else": ['{"resources":[]}', /not a stack export: it has no `deployment`/],
    "of a version to come": ['{"version":7,"deployment":{}}', /version 7 of the format is not known; 1 to 4 are/],
    "that is damaged": [
      '{"version":3,"deployment":{"resources":[{}]}}',
      /damaged: `deployment\.resources\[0\]` has no URN/,
    ],
  };
  for (const [title, [content, message]] of Object.entries(badExports)) {
    it(`refuses an export ${title} with one clear line that shows nothing of it`, async () => {
      const { code, stdout, stderr } = await policy("--checkpoint", file("bad-export.json", content));
      assert.equal(code, 2);
      assert.equal(stdout, "");
      assert.match(stderr, message);
      assert.equal(stderr.trim().split("\n").length, 1);
      assert.ok(!stderr.includes(password));
    });
  }

  it("finds nothing in a stack that is empty or has no AWS resources, and says so", async () => {
    const empty = file("empty-stack.json", { version: 3, deployment: {} });
    const { code, stdout } = await policy("--checkpoint", empty);
    assert.equal(code, 0);
    assert.match(stdout, /^empty stack \(.*\): 0 AWS resources, 0 checks/m);
    const others = { version: 3, deployment: { resources: foreign.deployment.resources.slice(5, 7) } };
    const { resources, notJudged, exitCode } = await report("--checkpoint", file("others.json", others));
    assert.deepEqual(
      { resources, notJudged, exitCode },
      { resources: 0, notJudged: { random: 1, kubernetes: 1 }, exitCode: 0 },
    );
  });

  it("refuses an environment beside an export, and a file that is not there", async () => {
    assert.equal((await policy("dev", "--checkpoint", "x")).code, 2);
    const { code, stderr } = await policy("--checkpoint", path.join(directory, "missing.json"));
    assert.equal(code, 2);
    assert.match(stderr, /missing\.json: cannot be read \(ENOENT\)/);
    const exemptions = await policy("--checkpoint", file("export-2.json", foreign), "--exemptions", "none.yaml");
    assert.equal(exemptions.code, 2);
    assert.match(exemptions.stderr, /--exemptions none\.yaml: there is no such file/);
  });

  describe("beside the engine's own run of the pack", () => {
    let env: NodeJS.ProcessEnv;
    before(async function () {
      env = { PRISM_DIR: directory, PRISM_PULUMI: await pulumiCli(this) };
    });
    const rehearse = async (environment: string, more: NodeJS.ProcessEnv = {}) => {
      const args = ["rehearse", environment, sample[0]!, sample[1]!, "--json"];
      const { stdout, code } = await prism(args, { env: { ...env, ...more } });
      const document = JSON.parse(stdout) as RehearsalReport;
      assert.equal(code, document.exitCode);
      return document;
    };

    it("says the same, and lets the same resources pass", async () => {
      const stopped = await rehearse("plain");
      assert.equal(stopped.failure?.kind, "policy");
      const broken = stopped.policies.broken.filter(({ level }) => level === "mandatory");
      const reason = "Needed by the tests on the engine";
      const expires = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
      const keys = new Set(broken.map(({ policy, urn }) => JSON.stringify({ rule: policy, resource: urn })));
      // What can be judged during the deployment only is not called unneeded at the gate.
      assert.deepEqual(stopped.policies.deferred, { "s3-tls-only": 2 });
      const buckets = new Set(broken.map(({ urn }) => urn!).filter((one) => one.includes("s3/bucket:Bucket")));
      for (const resource of buckets) keys.add(JSON.stringify({ rule: "s3-tls-only", resource }));
      const entries = [...keys].map((key) => ({ ...(JSON.parse(key) as object), owner: "tests", reason, expires }));
      const exemptions = file("engine-exemptions.yaml", { exemptions: entries });
      const passed = await rehearse("plain", { POLICY_EXEMPTIONS: exemptions });
      assert.deepEqual(passed.failure, undefined);
      const used = passed.policies.broken.filter(({ message }) =>
        message.includes(`Exempted until ${expires} (tests)`),
      );
      assert.equal(used.length, broken.length + buckets.size);
      assert.ok(used.every(({ level }) => level === "advisory"));

      const args = ["policy", "plain", sample[0]!, sample[1]!, "--json", "--exemptions", exemptions];
      const alone = JSON.parse((await prism(args, { env })).stdout) as PolicyReport;
      assert.equal(alone.exitCode, 0);
      assert.deepEqual(
        alone.violations.map(({ rule, level, urn }) => `${rule} ${level} ${urn}`).sort(),
        passed.policies.broken.map(({ policy, level, urn }) => `${policy} ${level} ${urn}`).sort(),
      );
    });

    it("is stopped before anything exists by an exemption that nobody needs", async () => {
      const exemption = {
        rule: "kms-rotation",
        resource: "urn:pulumi:lowered::sample::aws:kms/key:Key::gone",
        owner: "tests",
        reason: "Needed by nothing at all",
        expires: new Date().toISOString().slice(0, 10),
      };
      const exemptions = file("unneeded.yaml", { exemptions: [exemption] });
      const { failure, policies } = await rehearse("lowered", { POLICY_EXEMPTIONS: exemptions, SAMPLE_BUCKETS: "0" });
      assert.equal(failure?.message, "mandatory policies are broken; nothing was created");
      assert.ok(policies.broken.some(({ policy, message }) => policy === "policy-exemptions" && /gone/.test(message)));
    });

    it("is stopped by a configuration that lowers a mandatory rule, and refused under one that misspells a rule", async () => {
      const { failure, policies, passes } = await rehearse("lowered", { SAMPLE_BUCKETS: "0" });
      assert.equal(failure?.kind, "policy");
      assert.deepEqual(
        passes.map(({ name }) => name),
        ["gate"],
      );
      const [guard] = policies.broken.filter(({ policy }) => policy === "policy-configuration");
      assert.equal(guard?.level, "mandatory");
      assert.match(guard.message, /kms-rotation is advisory instead of mandatory; in stack "lowered"/);
      const misspelt = await prism(["rehearse", "misspelt", sample[0]!, sample[1]!], { env });
      assert.equal(misspelt.code, 2);
      assert.match(misspelt.stderr, /policy-config\.misspelt\.json is refused:\n {2}There is no rule "kms-rotatoin"/);
    });
  });

  describe("over an environment", () => {
    const program = ["--program", sample[1]!];
    let cli: string;
    before(async function () {
      cli = await pulumiCli(this);
    });

    it("that was not rehearsed yet says what to type", async () => {
      const { code, stderr } = await policy("waiting", ...program);
      assert.equal(code, 2);
      assert.match(
        stderr,
        /waiting was not rehearsed on this machine yet\nType: \.\/prism rehearse waiting --program /,
      );
      assert.match((await policy("nowhere", ...program)).stderr, /environment "nowhere" has no stack file/);
    });

    it("judges what its last rehearsal left, with its secrets readable to rules and never printed", async () => {
      const env = { PRISM_DIR: directory, PRISM_PULUMI: cli };
      const rehearsed = await prism(["rehearse", "secretive", ...sample], { env });
      assert.equal(rehearsed.code, 0, rehearsed.stderr);
      const { stdout, code } = await prism(["policy", "secretive", ...program, "--json"], { env });
      const document = JSON.parse(stdout) as PolicyReport;
      assert.equal(code, 1);
      assert.deepEqual([document.project, document.stack, document.resources], ["sample", "secretive", 2]);
      assert.match(document.source, /^rehearsal of \d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC$/);
      assert.ok(document.violations.some(({ rule }) => rule === "s3-tls-only"));
      assert.deepEqual(document.waiting, {});
      assert.ok(!stdout.includes(password));
    });
  });
});
