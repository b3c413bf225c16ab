import * as assert from "node:assert/strict";
import { checkpointResources } from "../../policies/checkpoint";
import { evaluate } from "../../policies/evaluate";
import { unknownMarker } from "../../policies/read";
import { rules } from "../../policies/rules";

const signature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const urn = (type: string, name: string) => `urn:pulumi:production::p::${type}::${name}`;
const provider = {
  urn: urn("pulumi:providers:aws", "default"),
  type: "pulumi:providers:aws",
  id: "abc",
  custom: true,
  inputs: { region: "eu-north-1" },
};
const bucket = {
  urn: urn("aws:s3/bucket:Bucket", "data"),
  type: "aws:s3/bucket:Bucket",
  id: "data",
  custom: true,
  protect: true,
  provider: `${provider.urn}::abc`,
  inputs: { bucket: "data" },
  outputs: { bucket: "data", arn: "arn:aws:s3:::data" },
};

describe("The resources of a stack export", () => {
  it("are read with outputs over inputs, options, provider and dependencies", () => {
    const versioning = {
      urn: urn("aws:s3/bucketVersioning:BucketVersioning", "data"),
      type: "aws:s3/bucketVersioning:BucketVersioning",
      custom: true,
      inputs: { bucket: "old" },
      outputs: { bucket: "data" },
      parent: bucket.urn,
      dependencies: [bucket.urn],
      propertyDependencies: { bucket: [bucket.urn], versioningConfiguration: null },
    };
    const [, read, second] = checkpointResources({
      version: 3,
      deployment: { resources: [provider, bucket, versioning] },
    });
    assert.equal(read?.name, "data");
    assert.equal(read?.protect, true);
    assert.deepEqual(read?.provider, { region: "eu-north-1" });
    assert.equal(second?.protect, false);
    assert.equal(second?.properties.bucket, "data");
    assert.deepEqual(second?.propertyDependencies, { bucket: [bucket.urn], versioningConfiguration: [] });
  });

  it("show secrets where they are in plain text, and as not known where they are encrypted", () => {
    const outputs = {
      open: { ...signature, plaintext: '"hunter22"' },
      nested: [{ ...signature, plaintext: '{"a":1}' }],
      closed: { ...signature, ciphertext: "v1:xyz" },
    };
    const [read] = checkpointResources({ deployment: { resources: [{ ...bucket, inputs: {}, outputs }] } });
    assert.deepEqual(read?.properties, { open: "hunter22", nested: [{ a: 1 }], closed: unknownMarker });
  });

  it("leave out what waits for its deletion", () => {
    const resources = checkpointResources({ deployment: { resources: [bucket, { ...bucket, delete: true }] } });
    assert.equal(resources.length, 1);
  });

  it("are none in an export of an empty stack", () => {
    assert.deepEqual(checkpointResources({ version: 3, deployment: {} }), []);
  });

  for (const wrong of [null, 5, "text", [], {}, { deployment: null }]) {
    it(`are refused of ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => checkpointResources(wrong), /not a stack export/);
    });
  }

  it("are judged by resource rules on their inputs and by stack rules on their outputs", () => {
    const group = {
      urn: urn("aws:cloudwatch/logGroup:LogGroup", "logs"),
      type: "aws:cloudwatch/logGroup:LogGroup",
      custom: true,
      inputs: { retentionInDays: 0 },
      outputs: { retentionInDays: 30 },
    };
    const versioning = {
      urn: urn("aws:s3/bucketVersioning:BucketVersioning", "data"),
      type: "aws:s3/bucketVersioning:BucketVersioning",
      custom: true,
      inputs: { bucket: "data", versioningConfiguration: { status: "Enabled" } },
      outputs: { bucket: "data", versioningConfiguration: { status: "Suspended" } },
    };
    const judged = rules.filter(({ id }) => ["log-group-retention", "s3-versioning-enabled"].includes(id));
    const resources = checkpointResources({ deployment: { resources: [provider, bucket, group, versioning] } });
    assert.deepEqual(
      evaluate(judged, resources).violations.map(({ rule }) => rule),
      ["log-group-retention", "s3-versioning-enabled"],
    );
  });

  it("are those that the program manages: not what it only reads, and without the engine's own notes", () => {
    const read = { ...bucket, urn: `${bucket.urn}-read`, external: true };
    const noted = { ...bucket, inputs: { bucket: "data", __defaults: ["acl"], tags: { __defaults: [], a: "b" } } };
    const [one, ...others] = checkpointResources({ deployment: { resources: [noted, read] } });
    assert.deepEqual(others, []);
    assert.deepEqual(one?.inputs, { bucket: "data", tags: { a: "b" } });
  });

  it("are read of every version of the format, and of the file that a backend of one's own keeps", () => {
    for (const version of [1, 2, 3, 4]) {
      assert.equal(checkpointResources({ version, deployment: { resources: [bucket] } }).length, 1);
    }
    const first = { urn: bucket.urn, type: bucket.type, inputs: {}, outputs: {}, dependencies: null };
    assert.equal(checkpointResources({ version: 1, deployment: { resources: [first] } })[0]?.protect, false);
    assert.equal(checkpointResources({ version: 3, checkpoint: { latest: { resources: [bucket] } } }).length, 1);
    assert.throws(() => checkpointResources({ version: 5, deployment: {} }), /version 5 .* not known; 1 to 4 are/);
  });

  it("keep the whole of a name that holds colons", () => {
    const [one] = checkpointResources({ deployment: { resources: [{ ...bucket, urn: urn(bucket.type, "a::b") }] } });
    assert.equal(one?.name, "a::b");
  });

  const damages: [unknown, RegExp][] = [
    [{ resources: {} }, /damaged: `deployment\.resources` is no list/],
    [{ resources: [bucket, null] }, /damaged: `deployment\.resources\[1\]` is no resource/],
    [{ resources: [{ ...bucket, urn: "data" }] }, /\[0\]` has no URN/],
    [{ resources: [{ ...bucket, type: 5 }] }, /has no type/],
    [{ resources: [{ ...bucket, outputs: [] }] }, /has outputs that are no map/],
    [{ resources: [{ ...bucket, dependencies: "x" }] }, /has dependencies that are no list/],
    [
      { resources: [{ ...bucket, outputs: { a: { ...signature, plaintext: "hunter22" } } }] },
      /^damaged: the plain text/,
    ],
  ];
  for (const [deployment, message] of damages) {
    it(`are refused where it is damaged: ${String(message)}`, () => {
      const read = () => checkpointResources({ version: 3, deployment });
      assert.throws(read, (error: Error) => message.test(error.message) && !error.message.includes("hunter22"));
    });
  }
});
