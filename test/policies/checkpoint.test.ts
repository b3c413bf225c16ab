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

  it("are judged like those of a running stack", () => {
    const { violations } = evaluate(rules, checkpointResources({ deployment: { resources: [provider, bucket] } }));
    assert.deepEqual(
      violations.map(({ rule }) => rule),
      ["s3-encryption-configured", "s3-public-access-block", "s3-tls-only", "s3-versioning-enabled"],
    );
  });
});
