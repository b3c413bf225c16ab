import {
  AbortEnvironmentUpdateCommand,
  CreateApplicationVersionCommand,
  DeleteApplicationVersionCommand,
  DescribeApplicationVersionsCommand,
  DescribeEnvironmentsCommand,
  ElasticBeanstalkClient,
  UpdateEnvironmentCommand,
} from "@aws-sdk/client-elastic-beanstalk";
import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import assert from "node:assert/strict";
import { temporaryDirectory } from "../operations/prism";
import { NAMES, ReleaseWorld } from "../release/world";
import { describeWith } from "../support/tools";

describeWith("aws", "Elastic Beanstalk in the emulated AWS", function () {
  this.timeout(120_000);
  const folder = temporaryDirectory();
  let world: ReleaseWorld;
  let beanstalk: ElasticBeanstalkClient;
  before(async () => {
    world = await ReleaseWorld.start(folder);
    beanstalk = world.aws.client(ElasticBeanstalkClient);
    await register("second");
  });
  after(() => world?.stop());
  afterEach(() => {
    world.environment.faults.clear();
  });

  const register = (label: string, key = `${NAMES.application}/${world.initialVersion}.zip`) =>
    beanstalk.send(
      new CreateApplicationVersionCommand({
        ApplicationName: NAMES.application,
        VersionLabel: label,
        SourceBundle: { S3Bucket: NAMES.bucket, S3Key: key },
        Process: true,
      }),
    );
  const versionStatus = async (label: string) => {
    const { ApplicationVersions: [found] = [] } = await beanstalk.send(
      new DescribeApplicationVersionsCommand({ ApplicationName: NAMES.application, VersionLabels: [label] }),
    );
    return found?.Status;
  };
  const deploy = (label: string) =>
    beanstalk.send(new UpdateEnvironmentCommand({ EnvironmentName: NAMES.environment, VersionLabel: label }));
  const state = async () => {
    const { Environments: [found] = [] } = await beanstalk.send(
      new DescribeEnvironmentsCommand({ EnvironmentNames: [NAMES.environment] }),
    );
    return found!;
  };
  /** Every state that whoever looks until the environment is ready sees. */
  const untilReady = async (): Promise<string[]> => {
    const seen: string[] = [];
    for (;;) {
      const { Status, VersionLabel } = await state();
      seen.push(`${Status} ${VersionLabel}`);
      if (Status === "Ready") return [...new Set(seen)];
    }
  };
  const targets = async (): Promise<string[]> => {
    const { TargetHealthDescriptions: found = [] } = await world.aws
      .client(ElasticLoadBalancingV2Client)
      .send(new DescribeTargetHealthCommand({ TargetGroupArn: world.environment.targetGroupArn }));
    return found.map(({ Target }) => Target!.Id!).sort();
  };
  const fleet = (): string[] => world.environment.instances.map(({ id }) => id).sort();
  const refuses = (call: Promise<unknown>, name: string, message: RegExp) =>
    assert.rejects(call, (error: Error) => {
      assert.equal(error.name, name);
      assert.match(error.message, message);
      return true;
    });

  it("validates a version while others look, and takes no label twice and no bundle that is not there", async () => {
    await register("third");
    assert.deepEqual([await versionStatus("third"), await versionStatus("third")], ["Processing", "Processed"]);
    await refuses(register("third"), "InvalidParameterValue", /^Application Version third already exists\.$/);
    await refuses(register("fourth", "nowhere.zip"), "InvalidParameterCombination", /^Unable to download from S3/);
  });

  it("does one thing at a time, says the version before until it is done, and moves every target over", async () => {
    await versionStatus("second");
    const before = fleet();
    await deploy("second");
    await refuses(deploy(world.initialVersion), "InvalidParameterValue", /is in an invalid state .* Must be Ready\.$/);
    assert.deepEqual(await untilReady(), [`Updating ${world.initialVersion}`, "Ready second"]);
    assert.equal(fleet().length, before.length);
    assert.ok(fleet().every((id) => !before.includes(id)));
    assert.deepEqual(await targets(), fleet());
  });

  for (const when of ["deploying", "serving"] as const) {
    it(`leaves the fleet as it was when a version fails ${when}`, async () => {
      const before = fleet();
      world.environment.faults.set(world.initialVersion, { when, cause: "as the test wants it" });
      await deploy(world.initialVersion);
      assert.deepEqual(await untilReady(), ["Updating second", "Ready second"]);
      assert.deepEqual([fleet(), await targets()], [before, before]);
    });
  }

  it("stops an update that is under way, and nothing else", async () => {
    const before = fleet();
    const abort = () => beanstalk.send(new AbortEnvironmentUpdateCommand({ EnvironmentName: NAMES.environment }));
    await refuses(abort(), "InvalidParameterValue", /Must be pending deployment\.$/);
    await deploy(world.initialVersion);
    await state();
    await abort();
    assert.deepEqual(await untilReady(), ["Aborting second", "Ready second"]);
    assert.deepEqual([fleet(), await targets()], [before, before]);
  });

  it("deletes no version that runs", async () => {
    const remove = (VersionLabel: string) =>
      beanstalk.send(new DeleteApplicationVersionCommand({ ApplicationName: NAMES.application, VersionLabel }));
    await refuses(remove("second"), "InvalidParameterCombination", /it is deployed to one or more environments/);
    await remove("third");
    assert.equal(await versionStatus("third"), undefined);
    await refuses(deploy("third"), "InvalidParameterValue", /^No Application Version named 'third' found\.$/);
  });
});
