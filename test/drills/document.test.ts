import assert from "node:assert/strict";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { temporaryDirectory } from "../operations/prism";
import { type Ministack, startMinistack } from "../support/ministack";
import { stop } from "../support/processes";
import { describeWith } from "../support/tools";

// The calls of docs/runbooks/recover-deleted-document.md, in its order.
describeWith("python", "bringing a document back", function () {
  this.timeout(180_000);
  const directory = temporaryDirectory();
  const document = { Bucket: "documents", Key: "documents/1/contract.pdf" };
  let emulator: Ministack;
  let s3: S3Client;

  const text = async (): Promise<string> =>
    (await (await s3.send(new GetObjectCommand(document))).Body?.transformToString()) ?? "";
  const versions = () => s3.send(new ListObjectVersionsCommand({ Bucket: document.Bucket, Prefix: document.Key }));
  const createVersioned = async (Bucket: string): Promise<void> => {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  };
  const write = (Body: string) => s3.send(new PutObjectCommand({ ...document, Body }));

  before(async () => {
    emulator = await startMinistack(directory, ["s3"]);
    s3 = new S3Client({
      region: "eu-north-1",
      endpoint: `http://127.0.0.1:${emulator.port}`,
      forcePathStyle: true,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    await createVersioned(document.Bucket);
    await write("first");
  });

  after(async () => {
    s3?.destroy();
    if (emulator) await stop(emulator.started);
  });

  it("that was deleted: the marker is taken away by its own version", async () => {
    await s3.send(new DeleteObjectCommand(document));
    await assert.rejects(text());
    const marker = (await versions()).DeleteMarkers?.find(({ IsLatest }) => IsLatest);
    assert.ok(marker?.VersionId);
    await s3.send(new DeleteObjectCommand({ ...document, VersionId: marker.VersionId }));
    assert.equal(await text(), "first");
  });

  it("that was overwritten: the version that is wanted is put on top, and nothing is lost", async () => {
    await write("second");
    const wanted = (await versions()).Versions?.find(({ IsLatest }) => !IsLatest);
    const CopySource = `${document.Bucket}/${document.Key}?versionId=${wanted?.VersionId}`;
    await s3.send(new CopyObjectCommand({ ...document, CopySource }));
    assert.equal(await text(), "first");
    assert.equal((await versions()).Versions?.length, 3);
  });

  it("is deleted again, and again with a marker, by a deletion without a version", async () => {
    await s3.send(new DeleteObjectCommand(document));
    await assert.rejects(text());
    assert.equal((await versions()).Versions?.length, 3);
  });

  // The copy of docs/runbooks/recover-documents-from-replica.md, as `aws s3 sync` makes it.
  it("and all the others from the replica, when every version of them is gone", async () => {
    const replica = "documents-replica";
    const everything = async (Bucket: string): Promise<string[]> => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
      return Contents.map(({ Key }) => Key!).sort();
    };
    await createVersioned(replica);
    const rule = {
      Status: "Enabled",
      Priority: 1,
      Filter: { Prefix: "" },
      DeleteMarkerReplication: { Status: "Enabled" },
      Destination: { Bucket: `arn:aws:s3:::${replica}` },
    } as const;
    const ReplicationConfiguration = { Role: "arn:aws:iam::000000000000:role/replication", Rules: [rule] };
    await s3.send(new PutBucketReplicationCommand({ Bucket: document.Bucket, ReplicationConfiguration }));
    const keys = ["documents/1/contract.pdf", "documents/2/offer.pdf"];
    for (const Key of keys) await s3.send(new PutObjectCommand({ ...document, Key, Body: Key }));
    while ((await everything(replica)).length < keys.length) await new Promise((resolve) => setTimeout(resolve, 50));

    const { Versions = [], DeleteMarkers = [] } = await s3.send(
      new ListObjectVersionsCommand({ Bucket: document.Bucket }),
    );
    for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
      await s3.send(new DeleteObjectCommand({ Bucket: document.Bucket, Key, VersionId }));
    }
    assert.deepEqual(await everything(document.Bucket), []);
    assert.deepEqual(await everything(replica), keys, "deletions of versions do not reach the replica");

    for (const Key of await everything(replica)) {
      await s3.send(new CopyObjectCommand({ Bucket: document.Bucket, Key, CopySource: `${replica}/${Key}` }));
    }
    assert.deepEqual(await everything(document.Bucket), keys);
    assert.equal(await text(), keys[0]);
  });
});
