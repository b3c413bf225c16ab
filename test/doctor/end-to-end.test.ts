import { DeleteBucketReplicationCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import assert from "node:assert/strict";
import { endToEnd, type Patience } from "../../operations/doctor/end-to-end";
import type { Line } from "../../operations/doctor/run";
import { describeWith } from "../support/tools";
import { Deployed } from "../emulator/deployed";
import { ReferenceApplication } from "../emulator/reference-application";
import { Looking } from "./looking";

/** Long enough for a machine that is busy with other tests. */
const PATIENT: Patience = { reviewSeconds: 120, replicaSeconds: 60, pauseMilliseconds: 200 };

describeWith("everything", "./prism doctor --end-to-end, with the reference application behind the CDN", function () {
  this.timeout(300_000);
  let looking: Looking;
  let application: ReferenceApplication;

  before(async function () {
    const deployed = await Deployed.start(this);
    application = await ReferenceApplication.start(deployed);
    looking = new Looking(deployed);
  });
  after(async () => {
    looking?.end();
    await application?.stop();
    await looking?.deployed.stop();
  });

  const send = (patience = PATIENT): Promise<Line[]> =>
    looking.with((world) => endToEnd(world, () => undefined, patience));
  const states = (lines: readonly Line[]): string[] => lines.map(({ check, state }) => `${check} ${state}`);
  const keysIn = async (bucket: string, region: string): Promise<string[]> => {
    const { Contents = [] } = await looking.deployed.world
      .client(S3Client, region)
      .send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map(({ Key }) => Key!);
  };

  it("sends a document through every part, finds it in the other region, and leaves nothing behind", async () => {
    const lines = await send();
    assert.deepEqual(
      states(lines),
      ["sign-in ok", "upload ok", "review ok", "replica ok", "clean-up ok"],
      JSON.stringify(lines, null, 2) + application.instance.output(),
    );
    assert.match(lines[2]!.detail, new RegExp(`reviewed by ${looking.deployed.outputs.models.ids[0]!}`));
    const { storage } = looking.deployed.outputs;
    assert.deepEqual(await keysIn(storage.bucketName, "eu-north-1"), []);
    assert.deepEqual(await keysIn(storage.replicaBucketName, "eu-west-1"), [], "deletions are copied, too");
    const calls = looking.deployed.world.bedrock.calls.filter(({ document }) => document !== undefined);
    assert.equal(calls.length, 1);
    assert.match(calls[0]!.document!, /uploaded by \.\/prism doctor --end-to-end/);
  });

  it("stops at a model that is not there, says so, and says what stays", async () => {
    const { world, outputs } = looking.deployed;
    for (const id of outputs.models.ids) world.bedrock.set(id, "throttled");
    const lines = await send({ ...PATIENT, reviewSeconds: 3 });
    for (const id of outputs.models.ids) world.bedrock.set(id, "invocable");
    assert.deepEqual(states(lines), ["sign-in ok", "upload ok", "review wrong", "clean-up wrong"]);
    assert.match(lines[2]!.detail, /no review within 3 s: still waiting/);
    assert.match(lines[3]!.remedy!, /documents\/[0-9a-f-]+\.txt/);
  });

  it("tells when the operators' token does not let in", async () => {
    looking.deployed.world.operator.denied.add("secretsmanager:GetSecretValue");
    const lines = await send();
    looking.deployed.world.operator.denied.clear();
    assert.deepEqual(states(lines), ["sign-in unknown"]);
    assert.match(lines[0]!.detail, /secretsmanager:GetSecretValue is not allowed/);
  });

  it("finds that nothing arrives in the other region, and deletes the document all the same", async () => {
    const { world, outputs } = looking.deployed;
    await world.client(S3Client).send(new DeleteBucketReplicationCommand({ Bucket: outputs.storage.bucketName }));
    const lines = await send({ ...PATIENT, replicaSeconds: 2 });
    assert.deepEqual(states(lines), ["sign-in ok", "upload ok", "review ok", "replica wrong", "clean-up ok"]);
    assert.match(lines[3]!.detail, /are not in eu-west-1 after 2 s/);
    assert.match(lines[3]!.remedy!, /--why replication/);
  });
});
