import { CloudWatchClient, DescribeAlarmHistoryCommand, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { AREA_NAMES } from "../../operations/doctor/areas";
import { PATHS, PROBLEMS } from "../../operations/doctor/paths";
import type { DoctorReport } from "../../operations/doctor/report";
import { root } from "../../operations/paths";
import { Deployed } from "../emulator/deployed";
import { type Ended, prism } from "../operations/prism";
import { describeWith } from "../support/tools";
import { keepOut } from "./world-changes";

describeWith("aws", "./prism doctor, as a person types it", function () {
  this.timeout(300_000);
  let deployed: Deployed;

  before(async function () {
    deployed = await Deployed.start(this);
  });
  after(() => deployed?.stop());

  const doctor = (...args: string[]): Promise<Ended> =>
    prism(["doctor", "production", ...args], { env: deployed.variables() });
  const report = async (...args: string[]): Promise<DoctorReport> => {
    const { stdout, stderr } = await doctor("--json", ...args);
    assert.ok(stdout, stderr);
    return JSON.parse(stdout) as DoctorReport;
  };

  it("finds an environment well that is as it was deployed, an area a line", async () => {
    const { code, stdout, stderr } = await doctor();
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^production, account 111122223333, eu-north-1: (\d+ skipped, )?\d+ ok \(/);
    for (const area of AREA_NAMES) assert.match(stdout, new RegExp(`^[✓–] ${area} `, "m"));
    assert.match(stderr, /account 111122223333, as arn:aws:iam::111122223333:user\/operator/);
  });

  it("prints one JSON document with every line, and no secret in it", async () => {
    const { code, stdout } = await doctor("--json");
    const document = JSON.parse(stdout) as DoctorReport;
    assert.equal(code, 0, stdout);
    assert.equal(document.verb, "doctor");
    assert.equal(document.ok, true);
    assert.deepEqual([...new Set(document.lines.map(({ area }) => area))].sort(), [...AREA_NAMES, "stack"].sort());
    const names = document.lines.map(({ area, check }) => `${area} ${check}`);
    assert.equal(new Set(names).size, names.length, "no two lines have one name");
    assert.equal(document.counts.ok + document.counts.skipped, document.lines.length);
    for (const { outputs } of deployed.checkpoint.deployment.resources ?? []) {
      for (const value of Object.values(outputs ?? {})) {
        if (typeof value === "object" && value !== null && "ciphertext" in value) {
          assert.ok(!stdout.includes(String(value.ciphertext)));
        }
      }
    }
    assert.ok(!stdout.includes("platform-oncall@example.com"), "addresses are shortened");
  });

  it("shows what is wrong before everything else, with what to do, and ends with 1", async () => {
    const database = deployed.world.rds.database(deployed.outputs.database.instanceIdentifier);
    database.status = "storage-full";
    deployed.world.operator.denied.add("cloudtrail:DescribeTrails");
    const { code, stdout } = await doctor();
    database.status = undefined;
    deployed.world.operator.denied.clear();
    assert.equal(code, 1, stdout);
    const [title, first, second] = stdout.split("\n\n");
    assert.match(title!, /: 1 wrong, 1 unknown, /);
    assert.match(first!, /^✗ database available: ai-prism-postgres\n {4}its status is storage-full/);
    assert.match(first!, /→ docs\/runbooks\/database-low-storage\.md$/);
    assert.match(second!, /^\? audit trail: ai-prism-account\n {4}may not be looked at: cloudtrail:DescribeTrails/);
  });

  it("leaves an area out when it is told to, and says so", async () => {
    const called = deployed.world.bedrock.calls.length;
    const { lines } = await report("--skip", "models");
    assert.deepEqual(
      lines.filter(({ area }) => area === "models").map(({ state }) => state),
      ["skipped"],
    );
    assert.equal(deployed.world.bedrock.calls.length, called);
  });

  describe("following the path of a problem", () => {
    for (const problem of PROBLEMS) {
      it(`finds no broken link of ${problem} in an environment that is well`, async () => {
        const document = await report("--why", problem);
        assert.equal(document.exitCode, 0, JSON.stringify(document.lines, null, 2));
        assert.deepEqual(
          document.lines.map(({ area, check }) => `${area} ${check}`),
          PATHS[problem].map(([area, check]) => `${area} ${check}`),
        );
      });
    }

    it("stops at the first broken link of several, and names it and its page", async () => {
      const { world, outputs, application } = deployed;
      const mend = await keepOut(world, outputs.network.securityGroupIds.redis!);
      application.parts.redis = "no answer in time";
      const { code, stdout } = await doctor("--why", "sessions");
      const health = await report("--why", "cdn");
      await mend();
      application.parts.redis = "ok";
      assert.equal(code, 1);
      assert.match(stdout, /^1\. ✓ redis available/m);
      assert.match(stdout, /^3\. ✗ redis reachable: ai-prism-redis\n {4}does not let in the instances on port 6379/m);
      assert.doesNotMatch(stdout, /health-redis/);
      assert.match(stdout, /The first broken link: redis reachable\. .*docs\/runbooks\/problem-sessions\.md/);
      assert.equal(health.exitCode, 0, "the way of another problem is not broken by it");
    });

    it("goes on past what it may not look at, and does not take it for well", async () => {
      deployed.world.operator.denied.add("kms:DescribeKey");
      const { code, stdout } = await doctor("--why", "replication");
      deployed.world.operator.denied.clear();
      assert.equal(code, 1);
      assert.match(stdout, /No link is known to be broken; 2 links could not be looked at/);
    });

    it("follows the pages: each link's page, and each page's command", () => {
      for (const problem of PROBLEMS) {
        const page = fs.readFileSync(path.join(root, "docs", "runbooks", `problem-${problem}.md`), "utf8");
        assert.ok(page.includes(`./prism doctor production --why ${problem}`), problem);
        for (const [area, check] of PATHS[problem]) {
          assert.ok(page.includes(`\`${area} ${check}\``), `problem-${problem}.md does not tell of ${area} ${check}`);
        }
      }
    });
  });

  describe("testing an alarm", () => {
    const stateOf = async (name: string) => {
      const { MetricAlarms: [alarm] = [] } = await deployed.world
        .client(CloudWatchClient)
        .send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
      return alarm!.StateValue;
    };

    it("sets it off and back, and says who should have heard and who could not", async () => {
      await deployed.world.client(SNSClient).send(
        new SubscribeCommand({
          TopicArn: deployed.outputs.alerts.topicArns.home,
          Protocol: "email",
          Endpoint: "not.yet@example.com",
        }),
      );
      const { code, stdout, stderr } = await doctor("--test-alarm", "high-cpu", "--yes");
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^AI-Prism-High-CPU in eu-north-1 was set off, and set back to OK\./);
      assert.match(stdout, /These should have heard, of both:\n {2}pla…@example\.com/);
      assert.match(stdout, /because they have not confirmed:\n {2}not…@example\.com/);
      assert.equal(await stateOf("AI-Prism-High-CPU"), "OK");
      const { AlarmHistoryItems = [] } = await deployed.world
        .client(CloudWatchClient)
        .send(new DescribeAlarmHistoryCommand({ AlarmName: "AI-Prism-High-CPU", HistoryItemType: "StateUpdate" }));
      assert.ok(
        AlarmHistoryItems.some(({ HistorySummary = "" }) => /to ALARM/.test(HistorySummary)),
        "it was in alarm in between",
      );
    });

    it("asks before it does, and does nothing where nobody can answer", async () => {
      const { code, stderr } = await doctor("--test-alarm", "high-cpu");
      assert.equal(code, 2);
      assert.match(stderr, /--test-alarm asks before it alarms people; where nobody can answer: --yes/);
    });

    it("names the alarms there are when there is none of that name", async () => {
      const { code, stderr } = await doctor("--test-alarm", "high-tide", "--yes");
      assert.equal(code, 2);
      assert.match(stderr, /production has no such alarm; there are: high-cpu, high-memory/);
    });

    it("names the permission that it lacks", async () => {
      deployed.world.operator.denied.add("cloudwatch:SetAlarmState");
      const { code, stderr } = await doctor("--test-alarm", "high-cpu", "--yes");
      deployed.world.operator.denied.clear();
      assert.equal(code, 1);
      assert.match(stderr, /these credentials may not call cloudwatch:SetAlarmState/);
    });
  });

  describe("when something is in the way", () => {
    it("names a session that has expired", async () => {
      deployed.world.operator.expired = true;
      const { code, stderr } = await doctor();
      deployed.world.operator.expired = false;
      assert.equal(code, 3);
      assert.match(stderr, /the session has expired/);
    });

    it("refuses another account", async () => {
      deployed.world.operator.account = "444455556666";
      const { code, stderr } = await doctor();
      deployed.world.operator.account = "111122223333";
      assert.equal(code, 2);
      assert.match(stderr, /account 444455556666 .* the stack file says accountId = 111122223333/);
    });

    it("names a stack that does not exist", async () => {
      deployed.world.operator.account = "777788889999";
      const { code, stderr } = await prism(["doctor", "dev"], { env: deployed.variables() });
      deployed.world.operator.account = "111122223333";
      assert.equal(code, 2);
      assert.match(stderr, /there is no stack dev in this backend/);
    });

    it("does two things at once only where that makes sense", async () => {
      const { code, stderr } = await doctor("--why", "cdn", "--end-to-end");
      assert.equal(code, 2);
      assert.match(stderr, /mutually exclusive/);
    });
  });
});
