import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { prismDirectory, root } from "../../operations/paths";
import type { RehearsalReport } from "../../operations/rehearse/report";
import { pulumiCli } from "../support/pulumi-cli";
import { type Ended, appears, filesBelow, prism, run, sample, temporaryDirectory } from "./prism";

const password = "correct-horse-battery";

describe("a rehearsal", function () {
  this.timeout(60_000);
  const directory = temporaryDirectory();
  let cli: string;

  before(async function () {
    cli = await pulumiCli(this);
  });

  /** Rehearses an environment of the sample program, in a folder of its own unless told otherwise. */
  function rehearse(
    environment: string,
    args: string[] = [],
    env: NodeJS.ProcessEnv = {},
    onStart?: (child: ChildProcess) => void,
  ): Promise<Ended> {
    const options = { env: { PRISM_DIR: directory, PRISM_PULUMI: cli, ...env }, onStart };
    return prism(["rehearse", environment, ...sample, ...args], options);
  }

  async function report(...args: Parameters<typeof rehearse>): Promise<RehearsalReport> {
    const [environment, options = [], ...rest] = args;
    const ended = await rehearse(environment, [...options, "--json"], ...rest);
    const document = JSON.parse(ended.stdout) as RehearsalReport;
    assert.equal(ended.code, document.exitCode, ended.stderr);
    return document;
  }

  const folderOf = (environment: string): string =>
    path.join(directory, "rehearsals", "test-operations-fixtures-program", environment);

  describe("of a program that is fine", () => {
    const checkpoint = path.join(directory, "checkpoint.json");
    const engineSaw = path.join(directory, "engine-saw");
    let sourcesBefore: Map<string, string>;
    let first: RehearsalReport;
    let second: Ended;

    before(async () => {
      sourcesBefore = sources();
      // Stands before the real CLI and writes down the environment that the engine gets.
      const spy = path.join(directory, "spy");
      fs.writeFileSync(spy, `#!/bin/sh\nenv >> '${engineSaw}'\nexec '${cli}' "$@"\n`, { mode: 0o755 });
      first = await report("plain", [], {
        PRISM_PULUMI: spy,
        AWS_ACCESS_KEY_ID: "an-access-key",
        AWS_PROFILE: "a-profile",
        PULUMI_ACCESS_TOKEN: "a-token",
        PULUMI_BACKEND_URL: "https://elsewhere.invalid",
      });
      second = await rehearse("plain", ["--checkpoint", checkpoint]);
    });

    it("creates everything, passes every policy and settles", () => {
      assert.equal(first.failure, undefined);
      assert.deepEqual(
        first.passes.map(({ name, resources }) => [name, resources]),
        [
          ["gate", 3],
          ["up", 3],
          ["check", 3],
        ],
      );
      assert.deepEqual(first.components, [
        { name: "store", type: "sample:index:Store", resources: 2, types: { "s3.Bucket": 2 } },
      ]);
      assert.deepEqual(first.policies, {
        passed: ["no-forced-destroy", "topic-has-name"],
        broken: [],
        deferred: {},
        judgedDuringUp: 0,
      });
      assert.deepEqual(first.changes.created.map(({ resource }) => resource).sort(), [
        "s3.Bucket bucket-0",
        "s3.Bucket bucket-1",
        "sample.Store store",
      ]);
    });

    it("finds nothing to change the second time, and says so on one screen", () => {
      assert.equal(second.code, 0, second.stderr);
      assert.match(second.stdout, /^sample plain: rehearsal passed, 2 resources, /);
      assert.match(second.stdout, /^ {2}Store store {4}2 {2}2 s3\.Bucket$/m);
      assert.match(second.stdout, /^Policies: 2 passed, 0 mandatory and 0 advisory broken$/m);
      assert.match(second.stdout, /^Changes against the run before: none$/m);
      assert.match(second.stdout, /^Passes: gate .* s, up .* s, check .* s$/m);
      assert.ok(second.stdout.split("\n").length < 40);
    });

    it("prints progress as plain lines on stderr when that is no terminal", () => {
      assert.match(second.stderr, /^\[1\/3\] preview with the policy pack: 3 resources, .* s$/m);
      assert.match(second.stderr, /^\[3\/3\] preview that must find nothing to change: 3 resources, .* s$/m);
      assert.ok(!second.stderr.includes("\r") && !second.stderr.includes("\u001b"));
    });

    it("shows outputs, and never a secret, in what it prints and in what it leaves behind", () => {
      assert.deepEqual(first.outputs, {
        arns: ["arn:aws:s3:::sample-bucket-0", "arn:aws:s3:::sample-bucket-1"],
        credentials: [],
        password: "[secret]",
      });
      const left = [...filesBelow(directory)].filter(([, content]) => content.includes(password));
      assert.deepEqual(
        left.map(([file]) => file),
        [],
      );
      for (const text of [JSON.stringify(first), second.stdout, second.stderr]) assert.ok(!text.includes(password));
    });

    it("gives neither program nor engine AWS credentials or another Pulumi account", () => {
      assert.deepEqual(first.outputs.credentials, []);
      const variables = fs.readFileSync(engineSaw, "utf8").split("\n");
      assert.ok(variables.some((variable) => variable.startsWith("PULUMI_BACKEND_URL=file://")));
      assert.deepEqual(
        variables.filter((variable) => /^AWS_|a-token|elsewhere/.test(variable)),
        [],
      );
    });

    it("writes what `pulumi stack export` writes to the checkpoint", async () => {
      const folder = folderOf("plain");
      const exported = await run(cli, ["stack", "export", "--stack", "plain"], {
        cwd: path.join(folder, "work"),
        env: { PULUMI_BACKEND_URL: `file://${folder}/state`, PULUMI_HOME: path.join(folder, "home") },
      });
      assert.deepEqual(JSON.parse(fs.readFileSync(checkpoint, "utf8")), JSON.parse(exported.stdout));
    });

    it("keeps the passphrase to its owner", () => {
      assert.equal(fs.statSync(path.join(folderOf("plain"), "passphrase")).mode & 0o777, 0o600);
    });

    it("goes on from the state before, and says what is new and gone", async () => {
      const more = await report("plain", [], { SAMPLE_BUCKETS: "3" });
      assert.deepEqual(
        more.changes.created.map(({ resource }) => resource),
        ["s3.Bucket bucket-2"],
      );
      const fewer = await report("plain", [], { SAMPLE_BUCKETS: "1" });
      assert.deepEqual(fewer.changes.deleted.map(({ resource }) => resource).sort(), [
        "s3.Bucket bucket-1",
        "s3.Bucket bucket-2",
      ]);
    });

    it("starts over with --fresh", async () => {
      const fresh = await report("plain", ["--fresh"]);
      assert.equal(fresh.ok, true);
      assert.equal(fresh.changes.created.length, 3);
      assert.equal(fresh.changes.updated.length + fresh.changes.deleted.length, 0);
    });

    it("leaves the checkout byte for byte as it was", () => {
      assert.deepEqual(sources(), sourcesBefore);
    });
  });

  describe("that fails", () => {
    it("stops at the gate when a mandatory policy is broken, before anything is created", async () => {
      const broken = await report("forced");
      assert.equal(broken.exitCode, 1);
      assert.equal(broken.failure?.kind, "policy");
      assert.deepEqual(
        broken.passes.map(({ name }) => name),
        ["gate"],
      );
      assert.deepEqual(broken.components, []);
      assert.deepEqual(broken.policies.passed, ["topic-has-name"]);
      assert.deepEqual(
        broken.policies.broken.map(({ policy, level, resource }) => `${policy} ${level} ${resource}`).sort(),
        ["no-forced-destroy mandatory s3.Bucket bucket-0", "no-forced-destroy mandatory s3.Bucket bucket-1"],
      );
      const world = path.join(folderOf("forced"), "world.json");
      assert.ok(!fs.existsSync(world) || !fs.readFileSync(world, "utf8").includes("bucket"));
    });

    it("prints rule, message and resources of a mandatory violation", async () => {
      const { code, stderr, stdout } = await rehearse("forced");
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /^rehearsal failed: mandatory policies are broken; nothing was created$/m);
      assert.match(stderr, /no-forced-destroy\n.*A bucket is not emptied to be deleted\.\n.*forceDestroy is set\./);
      assert.match(stderr, /Resources: s3\.Bucket bucket-[01], s3\.Bucket bucket-[01]/);
    });

    it("says what a policy pack that does not start wrote", async () => {
      const pack = path.join(directory, "broken-pack");
      fs.mkdirSync(pack);
      fs.writeFileSync(path.join(pack, "PulumiPolicy.yaml"), "runtime:\n  name: nodejs\n");
      fs.writeFileSync(path.join(pack, "index.js"), 'throw new Error("the rules are out");\n');
      const { code, stderr } = await rehearse("plain", ["--policy-pack", pack]);
      assert.equal(code, 1);
      assert.match(stderr, /^rehearsal failed: the engine did not start$/m);
      assert.match(stderr, /^ {2}Error: the rules are out$/m);
      assert.doesNotMatch(stderr, /^ *at .*:\d+:\d+/m);
    });

    it("names a resource type that the stand-in has no model for", async () => {
      const { exitCode, failure } = await report("unmodelled");
      assert.equal(exitCode, 1);
      assert.equal(failure?.kind, "unmodelled");
      assert.deepEqual(failure.details, ["aws:chime/voiceConnector:VoiceConnector"]);
    });

    it("prints a wrong configuration as the program says it, and nothing else, with exit code 2", async () => {
      const { code, stdout, stderr } = await rehearse("misconfigured");
      assert.equal(code, 2);
      assert.equal(stdout, "");
      assert.deepEqual(stderr.trim().split("\n").slice(1), ["sample:size = 0 is not allowed: 1 or more"]);
    });

    it("prints what the schema in Pulumi.yaml refuses, with exit code 2", async () => {
      const { exitCode, failure } = await report("mistyped");
      assert.equal(exitCode, 2);
      assert.match(failure?.details.join("\n") ?? "", /'buckets' must be of type 'integer'/);
    });

    it("asks for a region before anything else when the stack file has none", async () => {
      const { code, stderr } = await rehearse("regionless");
      assert.equal(code, 2);
      assert.equal(stderr, "prism: aws:region is missing in Pulumi.regionless.yaml: the region to deploy to\n");
    });

    it("shows the program's own lines of a crash", async () => {
      const { exitCode, failure } = await report("crashing");
      assert.equal(exitCode, 1);
      assert.equal(failure?.kind, "program");
      assert.equal(failure.message, "nothing there");
      const source = fs.readFileSync(path.join(sample[1]!, "index.ts"), "utf8").split("\n");
      const line = source.findIndex((text) => text.includes("nothing there")) + 1;
      assert.match(failure.details[0] ?? "", new RegExp(`fixtures/program/index\\.ts:${line}:\\d+`));
      assert.equal(
        failure.details.some((frame) => frame.includes("node_modules")),
        false,
      );
    });

    it("names what a second deployment would change again", async () => {
      const { exitCode, failure } = await report("restless");
      assert.equal(exitCode, 1);
      assert.equal(failure?.kind, "not-settled");
      assert.deepEqual([...failure.details].sort(), [
        "s3.Bucket bucket-0 would be updated (tags.at)",
        "s3.Bucket bucket-1 would be updated (tags.at)",
      ]);
    });
  });

  it("runs the program's folder, not a checkpoint of the same name beside it", async () => {
    const beside = fs.mkdtempSync(path.join(prismDirectory(), "beside-"));
    try {
      const program = path.join(beside, "program");
      fs.cpSync(path.join(root, "test", "operations", "fixtures", "program"), program, { recursive: true });
      fs.writeFileSync(`${program}.json`, JSON.stringify({ version: 3, deployment: {} }));
      const ended = await report("plain", ["--program", program, "--fresh"]);
      assert.equal(ended.failure, undefined);
    } finally {
      fs.rmSync(beside, { recursive: true, force: true });
    }
  });

  it("counts checks that wait for the deployment, and makes them then", async () => {
    const deferred = await report("deferred");
    assert.equal(deferred.ok, true);
    assert.deepEqual(deferred.policies.deferred, { "topic-has-name": 1 });
    assert.equal(deferred.policies.judgedDuringUp, 1);
    assert.deepEqual(deferred.policies.passed, ["no-forced-destroy", "topic-has-name"]);
  });

  it("puts a value of its own in place of an encrypted one, without asking the secrets provider", async () => {
    const secretive = await report("secretive");
    assert.equal(secretive.failure, undefined);
    assert.equal(secretive.outputs.given, "[secret]");
    const [stackFile] = filesOf(path.join(folderOf("secretive"), "work"), "Pulumi.secretive.yaml");
    assert.doesNotMatch(stackFile ?? "", /awskms|encryptedkey|bm90/);
  });

  describe("that is interrupted in its deployment", () => {
    const reached = path.join(directory, "reached");
    const goOn = { SAMPLE_REACHED: reached };

    beforeEach(() => {
      for (const file of [reached, `${reached}.go`]) fs.rmSync(file, { force: true });
    });

    /** The process that hosts the program, by its command line. */
    async function rehearsingProcess(parent: ChildProcess): Promise<number> {
      const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid=,args="]);
      const line = stdout.split("\n").find((text) => new RegExp(`^\\s*\\d+ +${parent.pid} .*child\\.ts`).test(text));
      return Number(line?.trim().split(" ")[0]);
    }

    it("goes on after the rehearsing process was killed", async () => {
      const { code, stderr } = await rehearse("waiting", [], goOn, (child) => {
        void appears(reached).then(async () => process.kill(await rehearsingProcess(child), "SIGKILL"));
      });
      assert.equal(code, 1);
      assert.match(stderr, /the rehearsal's process ended early \(SIGKILL\); run it again/);
      fs.writeFileSync(`${reached}.go`, "");
      const next = await report("waiting", [], goOn);
      assert.equal(next.failure, undefined);
      assert.equal(next.components[0]?.resources, 2);
    });

    it("goes on after everything was killed, and says so", async () => {
      await rehearse("waiting", ["--fresh"], goOn, (child) => {
        void appears(reached).then(() => child.kill("SIGKILL"));
      });
      fs.writeFileSync(`${reached}.go`, "");
      const next = await report("waiting", [], goOn);
      assert.equal(next.failure, undefined);
      assert.match(next.notes.join("\n"), /the run before was killed/);
      assert.equal(next.components[0]?.resources, 2);
    });

    it("stops the engine on an interrupt, keeps what exists and goes on from there", async () => {
      const { code, stderr } = await rehearse("waiting", ["--fresh"], goOn, (child) => {
        void appears(reached).then(() => child.kill("SIGINT"));
      });
      assert.equal(code, 1);
      assert.match(stderr, /stopping; press again to stop at once/);
      assert.match(stderr, /rehearsal failed: interrupted; the next run goes on from here/);
      fs.writeFileSync(`${reached}.go`, "");
      const next = await report("waiting", [], goOn);
      assert.equal(next.failure, undefined);
      assert.deepEqual(next.changes.created, []);
      assert.equal(next.components[0]?.resources, 2);
    });

    it("refuses a second rehearsal of the same environment meanwhile", async () => {
      const first = rehearse("waiting", ["--fresh"], goOn);
      await appears(reached);
      const { code, stderr } = await rehearse("waiting", [], goOn);
      fs.writeFileSync(`${reached}.go`, "");
      assert.equal(code, 1);
      assert.match(stderr, /another rehearsal of waiting is under way \(process \d+\)/);
      assert.equal((await first).code, 0);
    });
  });

  it("says that the disk is full, keeps the state before, and goes on once there is room", async function () {
    const inNamespace = ["--user", "--map-root-user", "--mount"];
    if (process.platform !== "linux" || (await run("unshare", [...inNamespace, "true"])).code !== 0) {
      process.stderr.write("      skipped: a small disk cannot be mounted here\n");
      this.skip();
    }
    const disk = path.join(directory, "disk");
    fs.mkdirSync(disk);
    const command = [path.join(root, "prism"), "rehearse", "plain", ...sample].map((word) => `'${word}'`).join(" ");
    const script = `
      mount -t tmpfs -o size=2m none '${disk}'
      ${command} > /dev/null || exit 10
      cp '${disk}'/rehearsals/*/plain/state/.pulumi/stacks/sample/plain.json '${directory}/state-before'
      cp '${disk}'/rehearsals/*/plain/world.json '${directory}/world-before'
      cat /dev/zero > '${disk}/filler' 2> /dev/null
      SAMPLE_BUCKETS=4 ${command} > '${directory}/full-out' 2> '${directory}/full-err'; echo $? > '${directory}/full-code'
      cmp '${disk}'/rehearsals/*/plain/state/.pulumi/stacks/sample/plain.json '${directory}/state-before' || exit 11
      cmp '${disk}'/rehearsals/*/plain/world.json '${directory}/world-before' || exit 12
      rm '${disk}/filler'
      SAMPLE_BUCKETS=4 ${command} > /dev/null || exit 13`;
    const ended = await run("unshare", [...inNamespace, "sh", "-c", script], {
      env: { PRISM_DIR: disk, PRISM_PULUMI: cli },
    });
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(fs.readFileSync(path.join(directory, "full-code"), "utf8"), "1\n");
    const said = fs.readFileSync(path.join(directory, "full-err"), "utf8");
    assert.match(said, /the disk is full/);
    assert.doesNotMatch(said, /^\s+at /m);
  });
});

/** The sample program and the checkout's own project files. */
function sources(): Map<string, string> {
  const files = filesBelow(sample[1]!);
  for (const name of fs.readdirSync(root)) {
    if (/^(Pulumi.*\.yaml|package.*\.json)$/.test(name))
      files.set(name, fs.readFileSync(path.join(root, name), "utf8"));
  }
  return files;
}

function filesOf(directory: string, name: string): string[] {
  return [...filesBelow(directory)].flatMap(([file, content]) => (path.basename(file) === name ? [content] : []));
}
