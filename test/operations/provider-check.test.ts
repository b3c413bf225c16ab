import assert from "node:assert/strict";
import * as fs from "node:fs";
import path from "node:path";
import { checkCheckpoint, findProvider, type Finding, type ProviderTools } from "../../operations/provider-check";
import { convert, Expression, type Piece } from "../../operations/provider-check/convert";
import { resourceBlock, type ProviderSchema } from "../../operations/provider-check/schema";
import { unwrap, type Value } from "../../operations/provider-check/values";
import { pulumiCli } from "../support/pulumi-cli";
import { ENVIRONMENTS } from "../support/stack-files";
import { prism, temporaryDirectory } from "./prism";

const SCHEMA: ProviderSchema = {
  aws_thing: {
    block: {
      attributes: {
        name: { type: "string", required: true },
        subnet_ids: { type: ["set", "string"], optional: true },
        policy: { type: "string", optional: true },
        tags: { type: ["map", "string"], optional: true },
        arn: { type: "string" },
      },
      block_types: {
        rule: { nesting_mode: "list", block: { attributes: { priority: { type: "number", required: true } } } },
        versioning_configuration: {
          nesting_mode: "list",
          max_items: 1,
          min_items: 1,
          block: { attributes: { status: { type: "string", required: true } } },
        },
      },
    },
  },
};

/** The configuration as plain data; expressions as their text. */
function plain({ content }: Piece): unknown {
  if (content instanceof Map) return Object.fromEntries([...content].map(([name, piece]) => [name, plain(piece)]));
  if (Array.isArray(content)) return content.map(plain);
  return content instanceof Expression ? content.text : content;
}

function converted(inputs: Record<string, unknown>, isOptional?: (path: string) => boolean) {
  const { body, unchecked } = convert(
    resourceBlock(SCHEMA, "aws_thing")!,
    unwrap(inputs) as Record<string, Value>,
    isOptional,
  );
  return { body: plain(body), unchecked: Object.fromEntries(unchecked) };
}

const encrypted = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };

describe("Terraform configuration of a resource", () => {
  it("has Terraform's names, single blocks in lists, and free keys as they are", () => {
    assert.deepEqual(
      converted({
        name: "a",
        subnetIds: ["s-1"],
        tags: { SomeKey: "v" },
        rules: [{ priority: 1 }],
        versioningConfiguration: { status: "Enabled" },
      }),
      {
        body: {
          name: "a",
          subnet_ids: ["s-1"],
          tags: { SomeKey: "v" },
          rule: [{ priority: 1 }],
          versioning_configuration: [{ status: "Enabled" }],
        },
        unchecked: {},
      },
    );
  });

  it("writes a policy given as an object as the text that Terraform wants", () => {
    assert.deepEqual(converted({ policy: { Version: "2012-10-17" } }).body, { policy: '{"Version":"2012-10-17"}' });
  });

  it("makes an encrypted value unknown, and says that it was not checked", () => {
    const { body, unchecked } = converted({ name: encrypted });
    assert.deepEqual(body, { name: "${terraform_data.unknown.id}" });
    assert.deepEqual(Object.keys(unchecked), ["name"]);
  });

  it("leaves out what this version of the provider lacks, and says so", () => {
    const { body, unchecked } = converted({ name: "a", region: "eu-north-1", __defaults: ["region"] });
    assert.deepEqual(body, { name: "a" });
    assert.deepEqual(unchecked, { region: "not in this version of the provider" });
  });

  it("puts something unknown where only this version needs an argument", () => {
    const { body, unchecked } = converted({ name: "a" }, (property) => property === "versioningConfiguration");
    assert.deepEqual(body, {
      name: "a",
      versioning_configuration: { status: "${terraform_data.unknown.id}" },
    });
    assert.deepEqual(unchecked, {
      versioningConfiguration: "not given, and newer versions of the provider do not require it",
    });
  });
});

describe("what the real Terraform AWS provider says", function () {
  this.timeout(180_000);
  let tools: ProviderTools;
  before(function () {
    const found = findProvider();
    if (typeof found !== "string") {
      tools = found;
      return;
    }
    process.stderr.write(`tests on the real Terraform AWS provider are skipped: ${found}\n`);
    this.skip();
  });

  describe("of mistakes", () => {
    let findings: Finding[];
    const mistakes: [type: string, inputs: Record<string, unknown>, path: string][] = [
      ["aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.300/16" }, "cidrBlock"],
      ["aws:ec2/subnet:Subnet", { cidrBlock: "10.0.1.0/24" }, "vpcId"],
      ["aws:elasticache/user:User", { userId: "u", userName: "u", engine: "memcached", accessString: "on" }, "engine"],
      ["aws:cloudwatch/logGroup:LogGroup", { name: "g", retentionInDays: 2 }, "retentionInDays"],
      ["aws:iam/role:Role", { name: "r", assumeRolePolicy: "{not json" }, "assumeRolePolicy"],
      ["aws:iam/role:Role", { name: "x".repeat(65), assumeRolePolicy: "{}" }, "name"],
      ["aws:kms/key:Key", { deletionWindowInDays: 3 }, "deletionWindowInDays"],
      [
        "aws:s3/bucketVersioning:BucketVersioning",
        { bucket: "b", versioningConfiguration: { status: "On" } },
        "versioningConfiguration.status",
      ],
      [
        "aws:sns/topicSubscription:TopicSubscription",
        { topic: "arn:aws:sns:eu-north-1:111122223333:t", protocol: "pigeon", endpoint: "e" },
        "protocol",
      ],
      [
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        {
          name: "a",
          comparisonOperator: "Above",
          evaluationPeriods: 1,
          metricName: "m",
          namespace: "n",
          period: 60,
          statistic: "Sum",
          threshold: 1,
        },
        "comparisonOperator",
      ],
      [
        "aws:rds/instance:Instance",
        { identifier: "db_1", instanceClass: "db.t3.micro", engine: "postgres", allocatedStorage: 20 },
        "identifier",
      ],
      ["aws:cloudtrail/trail:Trail", { name: "trail", s3BucketName: "b", kmsKeyId: "not-an-arn" }, "kmsKeyId"],
    ];
    const correct: [type: string, inputs: Record<string, unknown>][] = [
      ["aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16", tags: { Name: "fine" } }],
      ["aws:sns/topic:Topic", { name: "fine" }],
    ];
    const name = (index: number) => `mistake-${index}`;

    before(async () => {
      const state = ([type, inputs]: readonly [string, Record<string, unknown>], urn: string) => ({
        urn: `urn:pulumi:s::p::${type}::${urn}`,
        type,
        custom: true,
        inputs,
      });
      const resources = [
        ...mistakes.map(([type, inputs], index) => state([type, inputs], name(index))),
        ...correct.map((one, index) => state(one, `correct-${index}`)),
      ];
      findings = await checkCheckpoint({ deployment: { resources } }, tools);
    });

    for (const [index, [type, , property]] of mistakes.entries()) {
      it(`names ${property} of a wrong ${type}`, () => {
        const errors = findings.filter(({ resource, severity }) => resource === name(index) && severity === "error");
        assert.deepEqual(
          errors.map(({ type: of, path: at }) => [of, at]),
          [[type, property]],
          JSON.stringify(errors),
        );
      });
    }

    it("has nothing against what is right", () => {
      assert.deepEqual(
        findings.filter(({ resource, severity }) => resource.startsWith("correct") && severity !== "unchecked"),
        [],
      );
    });
  });

  describe("of the program", () => {
    const directory = temporaryDirectory();
    for (const environment of ENVIRONMENTS) {
      it(`has no error in ${environment}`, async function () {
        await pulumiCli(this);
        const file = path.join(directory, `${environment}.json`);
        const { code, stderr } = await prism(["rehearse", environment, "--checkpoint", file], {
          env: { PRISM_DIR: path.join(directory, "prism") },
        });
        assert.equal(code, 0, stderr);
        const findings = await checkCheckpoint(JSON.parse(fs.readFileSync(file, "utf8")) as object, tools);
        assert.deepEqual(
          findings.filter(({ severity }) => severity === "error"),
          [],
        );
      });
    }
  });
});
