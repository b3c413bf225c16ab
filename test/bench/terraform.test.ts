import assert from "node:assert/strict";
import { terraformOf } from "../../bench/policy/terraform";

const urn = (type: string, name: string): string => `urn:pulumi:production::test::${type}::${name}`;
const documentOf = (...resources: Parameters<typeof terraformOf>[0]) =>
  (JSON.parse(terraformOf(resources)) as { resource: Record<string, Record<string, Record<string, unknown>>> })
    .resource;

const bucket = {
  type: "aws:s3/bucket:Bucket",
  urn: urn("aws:s3/bucket:Bucket", "data"),
  inputs: { bucket: "data", tags: { DataClass: "documents" } },
  outputs: { id: "data", arn: "arn:aws:s3:::data" },
};

describe("A stack as Terraform", () => {
  it("refers to resources where values came from them, and nowhere else", () => {
    const type = "aws:s3/bucketVersioning:BucketVersioning";
    const versioning = { type, urn: urn(type, "data"), inputs: { bucket: "data" } };
    const joined = documentOf(bucket, { ...versioning, propertyDependencies: { bucket: [bucket.urn] } });
    assert.deepEqual(joined.aws_s3_bucket_versioning, { r1_data: { bucket: "${aws_s3_bucket.r0_data.id}" } });
    assert.deepEqual(documentOf(bucket, versioning).aws_s3_bucket_versioning, { r1_data: { bucket: "data" } });
  });

  it("names arguments and blocks as Terraform does, and leaves keys of the program's own", () => {
    const type = "aws:elasticbeanstalk/environment:Environment";
    const settings = [{ namespace: "aws:ec2:vpc", name: "VPCId", value: "vpc-1" }];
    const { aws_s3_bucket: buckets, aws_elastic_beanstalk_environment: environments } = documentOf(bucket, {
      type,
      urn: urn(type, "app"),
      inputs: { settings, cnamePrefix: "app", version: "1" },
    });
    assert.deepEqual(buckets!.r0_data!.tags, { DataClass: "documents" });
    assert.deepEqual(environments, { r1_app: { setting: settings, cname_prefix: "app", version_label: "1" } });
  });

  it("writes text that only looks like a template as text", () => {
    const type = "aws:cloudwatch/logGroup:LogGroup";
    const { aws_cloudwatch_log_group: groups } = documentOf({ type, urn: urn(type, "x"), inputs: { name: "${x}" } });
    assert.deepEqual(groups, { r0_x: { name: "$${x}" } });
  });
});
