import {
  CreateApplicationVersionCommand,
  DescribeConfigurationSettingsCommand,
  ElasticBeanstalkClient,
  UpdateEnvironmentCommand,
} from "@aws-sdk/client-elastic-beanstalk";
import { DeleteObjectCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { Aws } from "../../operations/aws";
import { PrismError, exitCode } from "../../operations/errors";
import { packBundle } from "../../operations/release/package";
import { abortRelease, listReleases, release, rollback } from "../../operations/release/release";
import type { ReleaseReport } from "../../operations/release/report";
import { ReleaseStore } from "../../operations/release/store";
import { type Ended, prism, temporaryDirectory } from "../operations/prism";
import { pulumiCli } from "../support/pulumi-cli";
import { describeWith } from "../support/tools";
import { KeptProgress, NAMES, ReleaseWorld, TEST_PACE } from "./world";

/** What the verbs say when the deployment has begun. */
const UNDER_WAY = "Ctrl-C stops watching";

const PRODUCTION = { env: "production", yes: true } as const;

describeWith("aws", "releasing", function () {
  this.timeout(180_000);
  const folder = temporaryDirectory();
  const own = { ...process.env };
  let world: ReleaseWorld;
  let progress: KeptProgress;
  let count = 0;

  before(async function () {
    const cli = await pulumiCli(this);
    world = await ReleaseWorld.start(folder);
    Object.assign(process.env, world.variables(), { PRISM_PULUMI: cli });
  });
  after(async () => {
    process.env = own;
    await world?.stop();
  });
  beforeEach(() => {
    progress = new KeptProgress();
  });
  afterEach(() => {
    const { operator, weather } = world.aws;
    operator.account = "111122223333";
    operator.expired = false;
    operator.denied.clear();
    weather.throttled.clear();
    weather.lost.clear();
    weather.down.clear();
    world.partsAnswer = true;
    world.environment.held = false;
  });

  /** An application that was never released. */
  const another = (files?: Record<string, string>): string => world.applicationFolder(`application-${++count}`, files);
  const labelOf = (source: string): string => packBundle(source).versionLabel;
  const ship = (what: string): Promise<ReleaseReport> => release(PRODUCTION, what, progress, TEST_PACE);
  const goBack = (): Promise<ReleaseReport> => rollback(PRODUCTION, progress, TEST_PACE);
  const running = (): string[] => [...new Set(world.environment.instances.map(({ versionLabel }) => versionLabel))];
  const deployments = (): number =>
    world.environment.events.filter(({ Message }) => Message === "Environment update is starting.").length;
  const outcomes = ({ steps }: ReleaseReport): Record<string, string> =>
    Object.fromEntries(steps.map(({ name, outcome }) => [name, outcome]));
  const shipped = async (what = another()): Promise<string> => {
    const report = await ship(what);
    assert.ok(report.ok, JSON.stringify(report.failure));
    return report.running;
  };
  /** Refused in one line, without a change to what runs. */
  const refused = async (run: () => Promise<unknown>, message: RegExp, code: number): Promise<void> => {
    const before = { version: world.environment.versionLabel, instances: running(), status: world.environment.status };
    await assert.rejects(run, (error) => {
      assert.ok(error instanceof PrismError, String(error));
      assert.match(error.message, message);
      assert.equal(error.code, code);
      return true;
    });
    const after = { version: world.environment.versionLabel, instances: running(), status: world.environment.status };
    assert.deepEqual(after, before);
  };
  const settings = async (): Promise<unknown> => {
    const { ConfigurationSettings: [found] = [] } = await world.aws.client(ElasticBeanstalkClient).send(
      new DescribeConfigurationSettingsCommand({
        ApplicationName: NAMES.application,
        EnvironmentName: NAMES.environment,
      }),
    );
    return found!.OptionSettings;
  };

  describe("what is new", () => {
    it("uploads, registers and deploys it, refreshes the CDN, and hears from it through the CDN", async () => {
      const [before, optionSettings] = [world.environment.versionLabel, await settings()];
      const invalidations = await world.invalidations();
      const source = another();
      const report = await ship(source);
      assert.deepEqual(outcomes(report), {
        bundle: "done",
        version: "done",
        deployment: "done",
        instances: "done",
        cdn: "done",
        health: "done",
      });
      const { ok, exitCode: code, version, previous, running: now, takeBack } = report;
      assert.deepEqual(
        { ok, code, version, previous, now, takeBack },
        {
          ok: true,
          code: 0,
          version: labelOf(source),
          previous: before,
          now: labelOf(source),
          takeBack: "./prism rollback production",
        },
      );
      assert.deepEqual(running(), [labelOf(source)]);
      assert.equal(await world.invalidations(), invalidations + 1);
      assert.deepEqual(await settings(), optionSettings);
      assert.ok(progress.lines.some((line) => /^ {2}[\d:]{8} INFO {2}Environment update completed/.test(line)));
    });

    it("takes a zip of it for the same version, and deploys nothing that runs already", async () => {
      const source = another();
      const label = await shipped(source);
      const zip = path.join(folder, "same.zip");
      fs.writeFileSync(zip, packBundle(source).archive);
      const report = await ship(zip);
      assert.equal(report.version, label);
      assert.deepEqual(outcomes(report), { deployment: "skipped", instances: "done", cdn: "done", health: "done" });
      assert.equal(report.applied, false);
    });

    it("uploads nothing for a version that is known, though it does not run", async () => {
      const source = another();
      await shipped(source);
      await shipped();
      const report = await ship(source);
      assert.equal(report.running, labelOf(source));
      assert.equal(outcomes(report).version, "skipped");
      assert.equal(outcomes(report).bundle, undefined);
    });

    it("uploads again what is gone from the bucket", async () => {
      const source = another();
      const label = await shipped(source);
      await shipped();
      const object = { Bucket: NAMES.bucket, Key: `${NAMES.application}/${label}.zip` };
      await world.aws.client(S3Client).send(new DeleteObjectCommand(object));
      await refused(
        () => ship(label),
        /^the bundle of version v-\w+ is gone: s3:\/\/.*; or release the bundle again/,
        1,
      );
      assert.equal(outcomes(await ship(source)).bundle, "done");
      await world.aws.client(S3Client).send(new HeadObjectCommand(object));
    });

    it("names the migrations that it brings", async () => {
      const report = await ship(another({ "migrations/versions/0002_titles.py": "" }));
      assert.deepEqual(report.migrations, ["0002_titles"]);
      assert.ok(progress.lines.some((line) => /^migrations that v-\w+ brings: 0002_titles\. Going back/.test(line)));
      await shipped(another());
    });

    it("refuses a bundle that lacks something before anything is uploaded", async () => {
      const source = another({ Procfile: "web: gunicorn missing:application\n" });
      await refused(() => ship(source), /^Bundle of .*: Procfile starts web from missing\.py, which is missing$/, 2);
    });

    it("deploys nothing that Beanstalk cannot use, says why, and takes it up anew the next time", async () => {
      const source = another({ ".ebextensions/99-own.config": "files: [" });
      const invalid =
        /^Beanstalk cannot use the bundle of v-\w+: The configuration file .*99-own\.config .*Nothing was deployed$/;
      await refused(() => ship(source), invalid, 1);
      await refused(() => ship(labelOf(source)), /could not use the version v-\w+ when it validated it/, 2);
      await refused(() => ship(source), invalid, 1);
    });
  });

  describe("what is known", () => {
    it("deploys a version by its label", async () => {
      const first = await shipped();
      await shipped();
      const report = await ship(first);
      assert.equal(report.running, first);
      assert.deepEqual(running(), [first]);
    });

    it("deploys what runs already once more, when it is told to, and can still take back what came before it", async () => {
      const before = await shipped();
      const label = await shipped();
      const instances = world.environment.instances.map(({ id }) => id);
      const report = await release({ ...PRODUCTION, again: true }, label, progress, TEST_PACE);
      assert.deepEqual([report.ok, report.running, outcomes(report).deployment], [true, label, "done"]);
      assert.ok(world.environment.instances.every(({ id }) => !instances.includes(id)));
      assert.equal((await goBack()).running, before);
    });

    it("names the nearest when the label is mistyped, and the newest when nothing is near", async () => {
      const label = await shipped();
      const last = label.at(-1) === "0" ? "1" : "0";
      await refused(
        () => ship(label.slice(0, -1) + last),
        new RegExp(`^Beanstalk knows no version v-\\w+ of AI-Prism, .*; near it: ${label}`),
        2,
      );
      await refused(() => ship(label.slice(0, 8)), new RegExp(`; near it: ${label}`), 2);
      await refused(() => ship("yesterdays"), new RegExp(`; the newest: ${label}, v-`), 2);
      await refused(() => ship("./nowhere"), /^there is no folder or zip \.\/nowhere$/, 2);
    });

    it("lists versions, which one runs and which one ran before", async () => {
      const first = await shipped();
      const second = await shipped();
      const { versions } = await listReleases("production", progress);
      const line = (label: string) => versions!.find(({ versionLabel }) => versionLabel === label)!;
      assert.equal(versions![0]!.versionLabel, second);
      assert.deepEqual(
        [line(second), line(first)].map(({ runs, before, status, released }) => [
          runs,
          before,
          status,
          released?.outcome,
        ]),
        [
          [true, false, "processed", "deployed"],
          [false, true, "processed", "deployed"],
        ],
      );
      assert.equal(versions!.filter(({ runs }) => runs).length, 1);
    });
  });

  describe("what does not work", () => {
    for (const [when, cause] of [
      ["deploying", "Engine execution has encountered an error."],
      ["serving", "Target.FailedHealthChecks"],
    ] as const) {
      it(`leaves the version before on every instance when it fails ${when}, and says why`, async () => {
        const before = await shipped();
        const source = another();
        world.environment.faults.set(labelOf(source), { when, cause });
        const { ok, exitCode: code, failure, running: now, steps } = await ship(source);
        assert.deepEqual(
          { ok, code, now, kind: failure?.kind },
          { ok: false, code: 1, now: before, kind: "deployment" },
        );
        assert.equal(
          failure?.message,
          `the deployment of ${labelOf(source)} failed; ${before} runs on, on every instance`,
        );
        assert.ok(
          failure?.details.some((line) => line.includes(cause)),
          failure?.details.join("\n"),
        );
        assert.ok(failure?.details.some((line) => line.includes("Failed to deploy application.")));
        assert.ok(
          failure?.details.includes(
            `what the instances wrote: aws logs tail '/aws/elasticbeanstalk/AI-Prism-Production/var/log/eb-engine.log' --since 2h --region eu-north-1`,
          ),
        );
        assert.deepEqual(steps.at(-1)?.outcome, "failed");
        assert.deepEqual(running(), [before]);
        await refused(
          goBack,
          new RegExp(`^the last release, of ${labelOf(source)}, never took over: ${before} runs, as before it`),
          1,
        );
        world.environment.faults.clear();
        assert.ok((await ship(source)).ok);
      });
    }

    it("says so when the application is deployed and a part does not answer", async () => {
      world.partsAnswer = false;
      const source = another();
      const impatient = { ...TEST_PACE, settling: 1 };
      const report = await release(PRODUCTION, source, progress, impatient);
      assert.equal(report.exitCode, 1);
      assert.equal(report.running, labelOf(source));
      assert.equal(
        report.failure?.message,
        `${labelOf(source)} is deployed, and ${world.url}/health does not answer as it should: 503, failing, version ${labelOf(source)}`,
      );
      assert.deepEqual(report.failure?.details, [
        "./prism doctor production says what is wrong",
        "./prism rollback production goes back",
      ]);
    });

    it("says so when an instance is not well after the deployment", async () => {
      const label = await shipped();
      world.environment.become("Degraded", "Impaired services on 1 out of 3 instances.");
      world.environment.instances[0]!.causes.push("Following services are not running: worker.");
      const report = await release(PRODUCTION, label, progress, { ...TEST_PACE, settling: 1 });
      world.environment.instances[0]!.causes.pop();
      world.environment.become("Ok");
      assert.equal(
        report.failure?.message,
        `${label} is deployed, and its environment is not well: health Degraded (Red), instances run ${label} (3)`,
      );
      assert.deepEqual(report.failure?.details.slice(0, 2), [
        "Impaired services on 1 out of 3 instances.",
        `${world.environment.instances[0]!.id}: Following services are not running: worker.`,
      ]);
    });
  });

  describe("going back", () => {
    it("goes to the version that ran before, one further each time, and never to one that was gone back from", async () => {
      const [first, second, third] = [await shipped(), await shipped(), await shipped()];
      const once = await goBack();
      assert.deepEqual([once.running, once.previous], [second, third]);
      assert.equal(once.takeBack, `./prism release production ${third}`);
      const twice = await goBack();
      assert.equal(twice.running, first);
      assert.deepEqual(running(), [first]);
    });

    it("warns of the migrations that stay in the database", async () => {
      await shipped();
      await shipped(another({ "migrations/versions/0002_titles.py": "" }));
      const report = await goBack();
      assert.deepEqual(report.migrations, ["0002_titles"]);
      assert.ok(
        progress.lines.some((line) =>
          /^the database keeps the migrations of v-\w+: 0002_titles\. v-\w+ has to work/.test(line),
        ),
        progress.lines.join("\n"),
      );
    });

    it("knows what ran before when the version that runs was deployed past it", async () => {
      const label = await shipped();
      await registerByHand("of-somebody-else");
      await byHand("of-somebody-else");
      const known = (await listReleases("production", progress)).versions!.find(({ before }) => before);
      assert.equal(known?.versionLabel, label);
      assert.equal((await goBack()).running, label);
    });
  });

  describe("what is under way", () => {
    it("keeps out, naming who is at it and what stops that", async () => {
      const source = another();
      await shipped();
      await byHand(world.initialVersion, true);
      await refused(
        () => ship(source),
        /^AI-Prism-Production is Updating\. Beanstalk does one thing at a time; wait for it, or stop it: \.\/prism release production --abort\. Nothing was changed$/,
        1,
      );
      await refused(goBack, /^AI-Prism-Production is Updating/, 1);
    });

    it("is stopped by --abort, and the version before runs on", async () => {
      const before = world.environment.versionLabel;
      assert.equal(world.environment.status, "Updating");
      const report = await abortRelease(PRODUCTION, progress, TEST_PACE);
      assert.deepEqual([report.ok, report.running], [true, before]);
      assert.deepEqual([world.environment.status, running()], ["Ready", [before]]);
      await refused(
        () => abortRelease(PRODUCTION, progress, TEST_PACE),
        /^AI-Prism-Production is Ready: nothing is under way that could be stopped/,
        1,
      );
    });

    it("goes on in AWS when watching is interrupted, and is taken up again", async () => {
      const before = await shipped();
      const source = another();
      world.environment.held = true;
      const ended = await interrupted(UNDER_WAY, "release", source);
      assert.equal(ended.code, 1);
      assert.match(ended.stderr, /^release failed: watching has stopped; what was begun goes on in AWS$/m);
      assert.match(
        ended.stderr,
        new RegExp(`^ {2}\\./prism release production ${labelOf(source)} goes on watching`, "m"),
      );
      assert.equal(world.environment.status, "Updating");
      await refused(
        goBack,
        new RegExp(`^AI-Prism-Production is Updating: arn:\\S+/operator releases ${labelOf(source)} since .*--abort`),
        1,
      );
      world.environment.held = false;
      const report = await ship(source);
      assert.deepEqual([report.ok, report.running, report.previous], [true, labelOf(source), before]);
      assert.ok(
        progress.lines.some((line) => /^the deployment of v-\w+ that arn:.* began at .* is under way$/.test(line)),
      );
      assert.equal((await goBack()).running, before);
    });

    it("is not begun when it is interrupted before", async () => {
      const before = await shipped();
      const source = another();
      const ended = await interrupted("bundle uploaded", "release", source);
      assert.equal(ended.code, 1);
      assert.match(
        ended.stderr,
        /^prism: interrupted before anything was deployed; what was uploaded is found again$/m,
      );
      assert.deepEqual([world.environment.status, running()], ["Ready", [before]]);
      const report = await ship(source);
      assert.deepEqual([report.ok, outcomes(report).bundle], [true, undefined]);
    });

    it("is taken up again when going back was interrupted", async () => {
      const [before, after] = [await shipped(), await shipped()];
      world.environment.held = true;
      assert.equal((await interrupted(UNDER_WAY, "rollback")).code, 1);
      assert.equal(world.environment.versionLabel, after);
      world.environment.held = false;
      assert.equal((await goBack()).running, before);
    });

    it("counts as released when it ended while nobody watched", async () => {
      const before = await shipped();
      const source = another();
      world.environment.held = true;
      await interrupted(UNDER_WAY, "release", source);
      world.environment.held = false;
      world.environment.settle();
      const report = await ship(labelOf(source));
      assert.deepEqual([report.ok, report.previous, outcomes(report).deployment], [true, before, "skipped"]);
      assert.equal((await goBack()).running, before);
    });
  });

  describe("when something is in the way", () => {
    it("names the permission that is missing, and deploys nothing", async () => {
      const source = another();
      for (const action of [
        "elasticbeanstalk:DescribeEnvironments",
        "s3:PutObject",
        "elasticbeanstalk:CreateApplicationVersion",
        "elasticbeanstalk:UpdateEnvironment",
      ]) {
        world.aws.operator.denied.add(action);
        await refused(() => ship(source), new RegExp(`^these credentials may not call ${action} \\(`), 1);
        world.aws.operator.denied.clear();
      }
      assert.ok((await ship(source)).ok);
    });

    it("does not upload a second time what lies there already", async () => {
      const source = another();
      world.aws.operator.denied.add("elasticbeanstalk:CreateApplicationVersion");
      await refused(() => ship(source), /^these credentials may not call elasticbeanstalk:CreateApplicationVersion/, 1);
      world.aws.operator.denied.clear();
      assert.deepEqual([outcomes(await ship(source)).bundle], ["skipped"]);
    });

    it("says that the version runs when only the CDN is out of reach, and does the rest the next time", async () => {
      world.aws.operator.denied.add("cloudfront:CreateInvalidation");
      const source = another();
      const report = await ship(source);
      assert.deepEqual([report.ok, report.exitCode, report.running], [false, exitCode.failed, labelOf(source)]);
      assert.match(report.failure!.message, /^these credentials may not call cloudfront:CreateInvalidation/);
      assert.ok(report.failure!.details.includes(`./prism release production ${labelOf(source)} goes on from here`));
      world.aws.operator.denied.clear();
      const again = await ship(labelOf(source));
      assert.deepEqual(outcomes(again), { deployment: "skipped", instances: "done", cdn: "done", health: "done" });
    });

    it("waits while calls are throttled, and deploys once", async () => {
      for (const action of ["DescribeEnvironments", "UpdateEnvironment", "DescribeEvents", "DescribeInstancesHealth"]) {
        world.aws.weather.throttled.set(`elasticbeanstalk:${action}`, 1);
      }
      assert.ok((await ship(another())).ok);
    });

    it("does not deploy a second time when AWS's answer to the first is lost", async () => {
      const before = await shipped();
      const deploymentsBefore = deployments();
      world.aws.weather.lost.set("elasticbeanstalk:UpdateEnvironment", 1);
      const source = another();
      const report = await ship(source);
      assert.deepEqual([report.ok, report.running, report.previous], [true, labelOf(source), before]);
      assert.equal(deployments(), deploymentsBefore + 1);
    });

    it("says that the region does not answer", async () => {
      world.aws.weather.down.add("eu-north-1");
      await refused(goBack, /^sts in eu-north-1 does not answer \(/, exitCode.failed);
    });

    it("has one of two that begin at the same moment know that it came second", async () => {
      const aws = new Aws();
      const storeOf = () => new ReleaseStore(aws, "eu-north-1", NAMES.bucket, NAMES.application, "Other");
      const [one, other] = [storeOf(), storeOf()];
      const record = {
        kind: "release",
        from: "a",
        to: "b",
        by: "somebody",
        startedAt: "",
        outcome: "started",
      } as const;
      const added = await Promise.allSettled([one.add(record), other.add(record)]);
      const numbers: number[] = [];
      for await (const { number } of one.records()) numbers.push(number);
      const written = added.flatMap((result) => (result.status === "fulfilled" ? [result.value.number] : []));
      assert.deepEqual(numbers.sort(), written.sort());
      for (const result of added) {
        if (result.status === "rejected") assert.match(String(result.reason), /somebody else has begun a release/);
      }
      aws.close();
    });

    it("starts nothing with another account's credentials, expired ones or none", async () => {
      world.aws.operator.account = "999988887777";
      await refused(goBack, /^the credentials belong to account 999988887777 .*; nothing was started$/, exitCode.usage);
      world.aws.operator.account = "111122223333";
      world.aws.operator.expired = true;
      await refused(goBack, /^AWS credentials are refused: the session has expired/, exitCode.missing);
      world.aws.operator.expired = false;
      const { AWS_ACCESS_KEY_ID: key } = process.env;
      delete process.env.AWS_ACCESS_KEY_ID;
      await refused(goBack, /^no AWS credentials: /, exitCode.missing);
      process.env.AWS_ACCESS_KEY_ID = key;
    });

    it("says that there is no such stack", async () => {
      const { PULUMI_BACKEND_URL: backend } = process.env;
      const empty = path.join(folder, "empty");
      fs.mkdirSync(empty);
      process.env.PULUMI_BACKEND_URL = pathToFileURL(empty).href;
      await refused(goBack, /^there is no stack production in this backend/, exitCode.usage);
      process.env.PULUMI_BACKEND_URL = backend;
    });

    it("says that the stack is half-deployed, and releases all the same", async () => {
      const urn = "urn:pulumi:production::ai-prism::aws:rds/instance:Instance::database";
      world.writeStack([{ type: "creating", resource: { urn } }]);
      await shipped();
      world.writeStack();
      assert.ok(
        progress.lines.includes(
          "the stack is half-deployed (creating rds.Instance database); ./prism up production says what to do about it",
        ),
        progress.lines.join("\n"),
      );
    });

    it("asks, and where nobody can answer says so", async () => {
      const { code, stderr } = await prism(["release", "production", "v-1"]);
      assert.equal(code, exitCode.usage);
      assert.match(stderr, /^prism: \.\/prism release production asks before it changes anything; .*: --yes$/m);
    });

    it("takes one thing to do", async () => {
      for (const args of [[], ["v-1", "--list"], ["--abort", "--list"]]) {
        const { code, stderr } = await prism(["release", "production", ...args]);
        assert.equal(code, exitCode.usage);
        assert.match(stderr, /^prism: release takes a version or a bundle, or --list, or --abort: one of them$/m);
      }
    });

    it("prints one document under --json", async () => {
      const { code, stdout } = await prism(["release", "production", "--list", "--json"]);
      assert.equal(code, 0);
      assert.equal((JSON.parse(stdout) as ReleaseReport).running, world.environment.versionLabel);
      const wrong = await prism(["release", "production", "v-nothing", "--yes", "--json"]);
      const document = JSON.parse(wrong.stdout) as { exitCode: number; failure: { kind: string } };
      assert.deepEqual([wrong.code, document.exitCode, document.failure.kind], [2, 2, "usage"]);
    });
  });

  /** Deploys as somebody does who knows nothing of `./prism`. */
  async function byHand(label: string, held = false): Promise<void> {
    world.environment.held = held;
    await world.aws
      .client(ElasticBeanstalkClient)
      .send(new UpdateEnvironmentCommand({ EnvironmentName: NAMES.environment, VersionLabel: label }));
    if (!held) world.environment.settle();
  }

  async function registerByHand(label: string): Promise<void> {
    await world.aws.client(ElasticBeanstalkClient).send(
      new CreateApplicationVersionCommand({
        ApplicationName: NAMES.application,
        VersionLabel: label,
        SourceBundle: { S3Bucket: NAMES.bucket, S3Key: `${NAMES.application}/${world.initialVersion}.zip` },
      }),
    );
  }

  /** Runs a verb until it says something, and interrupts it as the keyboard does. */
  function interrupted(said: string, verb: string, ...args: string[]): Promise<Ended> {
    return prism([verb, "production", ...args, "--yes"], {
      onStart: (child) => {
        child.stderr!.on("data", (text: Buffer) => {
          if (text.toString().includes(said)) child.kill("SIGINT");
        });
      },
    });
  }
});
