import assert from "node:assert/strict";
import * as fs from "node:fs";
import path from "node:path";
import {
  checkCheckpoint,
  findProvider,
  formatFindings,
  type Finding,
  type ProviderTools,
} from "../../operations/provider-check";
import { convert, Expression, type Piece } from "../../operations/provider-check/convert";
import { writeDocument } from "../../operations/provider-check/document";
import { spelledType, terraformTypes } from "../../operations/provider-check/names";
import { resourceBlock, type ProviderSchema } from "../../operations/provider-check/schema";
import { sdkRequires } from "../../operations/provider-check/sdk";
import { propertyOf } from "../../operations/provider-check/trace";
import { unwrap, type Value } from "../../operations/provider-check/values";
import { modelledTypes } from "../../rehearsal/facts";
import { rehearsed } from "../support/rehearsed";
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
        ingress: { type: ["set", ["object", { from_port: "number", self: "bool" }]], optional: true },
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

  it("gives objects all of their fields", () => {
    assert.deepEqual(converted({ name: "a", ingress: [{ fromPort: 443 }] }).body, {
      name: "a",
      ingress: [{ from_port: 443, self: null }],
    });
  });

  it("shows secrets that the export shows, and makes what is inside a policy and encrypted unknown with the policy", () => {
    const shown = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: '"shown"' };
    const { body, unchecked } = converted({ name: shown, policy: { Statement: [encrypted] } });
    assert.deepEqual(body, { name: "shown", policy: "${terraform_data.unknown.id}" });
    assert.deepEqual(unchecked, { policy: "encrypted" });
  });

  it("leaves an encrypted block out where it may be", () => {
    const { body, unchecked } = converted({ name: "a", rules: encrypted });
    assert.deepEqual(body, { name: "a" });
    assert.deepEqual(unchecked, { rules: "encrypted" });
  });
});

describe("names of the Terraform provider", () => {
  it("are those of the facts, for every type of the stand-in that is AWS's", () => {
    const types = terraformTypes();
    const replication = types.get("aws:s3/bucketReplicationConfig:BucketReplicationConfig");
    assert.equal(replication, "aws_s3_bucket_replication_configuration");
    assert.deepEqual(
      modelledTypes().filter((token) => token.startsWith("aws:") && !types.has(token)),
      [],
    );
  });

  it("follow from the token for other types, if the provider has them", () => {
    const has = (type: string) => ["aws_backup_vault", "aws_key_pair"].includes(type);
    assert.equal(spelledType("aws:backup/vault:Vault", has), "aws_backup_vault");
    assert.equal(spelledType("aws:ec2/keyPair:KeyPair", has), "aws_key_pair");
    assert.equal(spelledType("aws:backup/plan:Plan", has), undefined);
  });
});

describe("requirements of @pulumi/aws", () => {
  it("are known however deep, and nothing is said of properties that it lacks", () => {
    const subnet = "aws:ec2/subnet:Subnet";
    assert.equal(sdkRequires(subnet, "vpcId"), true);
    assert.equal(sdkRequires(subnet, "cidrBlock"), false);
    assert.equal(sdkRequires(subnet, "vpcIds"), undefined);
    const distribution = "aws:cloudfront/distribution:Distribution";
    assert.equal(sdkRequires(distribution, "origins[0].domainName"), true);
    assert.equal(sdkRequires(distribution, "origins[0].customOriginConfig.httpPort"), true);
    assert.equal(sdkRequires(distribution, "loggingConfig.bucket"), false);
  });
});

describe("Terraform document", () => {
  it("takes no text for a template, and no expression for a text", () => {
    const body = {
      path: "",
      content: new Map<string, Piece>([
        ["text", { path: "text", content: "${a} %{b} $c" }],
        ["unknown", { path: "unknown", content: new Expression("${d}") }],
      ]),
    };
    const { text } = writeDocument([{ type: "aws_thing", label: "r0", body }]);
    assert.deepEqual(JSON.parse(text), {
      resource: [{ aws_thing: { r0: { text: "$${a} %%{b} $c", unknown: "${d}" } } }],
    });
  });

  it("knows the resource and the property of each line", () => {
    const body = (name: string) =>
      convert(resourceBlock(SCHEMA, "aws_thing")!, { name, rules: [{ priority: 1 }, { priority: 2 }] }).body;
    const entries = ["a", "b"].map((name) => ({ type: "aws_thing", label: name, body: body(name) }));
    const { text, lines } = writeDocument(entries);
    const at = text.split("\n").flatMap((line, index) => (line.includes('"priority": 2') ? [lines[index]] : []));
    assert.deepEqual(
      at.map((line) => [line?.entry.label, line?.pieces.map(({ path: property }) => property)]),
      ["a", "b"].map((label) => [label, ["", "rules", "rules[1]", "rules[1].priority"]]),
    );
  });
});

describe("property of a complaint", () => {
  const { body } = convert(resourceBlock(SCHEMA, "aws_thing")!, {
    name: "wrong-name",
    subnetIds: ["s-1", "s-2"],
    rules: [{ priority: 11 }, { priority: 12 }],
  });
  const piece = (name: string) => (body.content as Map<string, Piece>).get(name)!;
  const property = (message: string, ...pieces: Piece[]) => propertyOf([body, ...pieces], message, () => true);

  it("is where Terraform points, if that is a value", () => {
    assert.equal(property("something else, tags say", piece("name")), "name");
  });

  it("is what the message names, in Pulumi's spelling, if Terraform points at the resource", () => {
    assert.equal(property('The argument "versioning_configuration" is required'), "versioningConfiguration");
    assert.equal(property("expected priority to be in the range (20 - 30), got 12"), "rules[1].priority");
    assert.equal(property("only lowercase characters are allowed in name"), "name");
  });

  it("is the list that the message names, or the item that it quotes", () => {
    assert.equal(property('"subnet_ids": conflicts with name', piece("subnet_ids")), "subnetIds");
    assert.equal(property('"subnet_ids" has no subnet s-2', piece("subnet_ids")), "subnetIds[1]");
  });

  it("is the value that the message quotes, if it names nothing", () => {
    assert.equal(property("unacceptable: wrong-name"), "name");
  });

  it("is the resource, if nothing tells", () => {
    assert.equal(property("This combination does not work"), "");
  });
});

describe("findings as text", () => {
  it("have a line each, and one for all that could not be checked for one reason", () => {
    const finding = (severity: Finding["severity"], resource: string, property: string, message: string): Finding => ({
      severity,
      resource,
      type: "aws:ec2/vpc:Vpc",
      path: property,
      message,
    });
    assert.deepEqual(
      formatFindings([
        finding("error", "a", "cidrBlock", "wrong"),
        finding("warning", "a", "", "old"),
        finding("unchecked", "a", "region", "not known"),
        finding("unchecked", "b", "region", "not known"),
        finding("unchecked", "b", "tags.x", "encrypted"),
      ]),
      [
        "error: a (aws:ec2/vpc:Vpc) cidrBlock: wrong",
        "warning: a (aws:ec2/vpc:Vpc): old",
        "unchecked: 2 resources region: not known",
        "unchecked: b (aws:ec2/vpc:Vpc) tags.x: encrypted",
      ],
    );
  });
});

describe("Terraform and its provider", () => {
  const directory = temporaryDirectory();
  const empty = path.join(directory, "empty");
  const bin = path.join(directory, "bin");
  before(() => {
    fs.mkdirSync(empty);
    fs.mkdirSync(bin);
    fs.writeFileSync(path.join(bin, "terraform"), "", { mode: 0o755 });
  });

  it("are asked for by name where terraform is missing", () => {
    assert.equal(findProvider({ PATH: empty, HOME: empty }), "no terraform on the PATH");
  });

  it("are found in the mirror that the CLI configuration names, the newest version first", () => {
    const architecture = process.arch === "x64" ? "amd64" : process.arch;
    const folder = (version: string) =>
      path.join(directory, "mirror", "host", "hashicorp", "aws", version, `${process.platform}_${architecture}`);
    for (const version of ["999.9.0", "999.10.0"]) {
      fs.mkdirSync(folder(version), { recursive: true });
      fs.writeFileSync(path.join(folder(version), `terraform-provider-aws_v${version}`), "");
    }
    const configuration = path.join(directory, "terraform.rc");
    const mirror = JSON.stringify(path.join(directory, "mirror"));
    fs.writeFileSync(configuration, `provider_installation {\n  filesystem_mirror {\n    path = ${mirror}\n  }\n}\n`);
    assert.deepEqual(findProvider({ PATH: bin, HOME: empty, TF_CLI_CONFIG_FILE: configuration }), {
      terraform: path.join(bin, "terraform"),
      version: "999.10.0",
      provider: folder("999.10.0"),
    });
  });

  it("end the verb with 3 where they are missing, and with 2 where the file is no checkpoint", async () => {
    fs.symlinkSync(process.execPath, path.join(empty, "node"));
    const checkpoint = path.join(directory, "checkpoint.json");
    fs.writeFileSync(checkpoint, JSON.stringify({ deployment: { resources: [] } }));
    const missing = await prism(["provider-check", checkpoint], { env: { PATH: empty } });
    assert.equal(missing.code, 3, missing.stderr);
    assert.match(missing.stderr, /no terraform on the PATH/);

    for (const content of ["{", "[]", '{"deployment": null}', '{"deployment": {"resources": [1]}}']) {
      fs.writeFileSync(checkpoint, content);
      const wrong = await prism(["provider-check", checkpoint]);
      assert.equal(wrong.code, 2, content);
      assert.match(wrong.stderr, /^prism: \S+checkpoint\.json: not (a checkpoint|the JSON)/, content);
    }
    assert.equal((await prism(["provider-check", path.join(directory, "nowhere.json")])).code, 2);
  });
});

describe("what the real Terraform AWS provider says", function () {
  this.timeout(300_000);
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
      [
        "aws:ec2/securityGroup:SecurityGroup",
        { ingress: [{ protocol: "tcp", fromPort: 1, toPort: 1, cidrBlocks: ["10.0.0.0/8", "10.0.0.300/16"] }] },
        "ingress[0].cidrBlocks[1]",
      ],
      [
        "aws:wafv2/webAcl:WebAcl",
        {
          scope: "REGIONAL",
          defaultAction: { allow: {} },
          rules: [
            {
              name: "r",
              priority: 1,
              action: { block: {} },
              statement: { geoMatchStatement: { countryCodes: ["SE"] } },
            },
          ],
          visibilityConfig: { cloudwatchMetricsEnabled: true, metricName: "m", sampledRequestsEnabled: true },
        },
        "rules[0].visibilityConfig",
      ],
      // Seen while planning only.
      [
        "aws:elasticache/replicationGroup:ReplicationGroup",
        { replicationGroupId: "r", description: "d", numCacheClusters: 1, automaticFailoverEnabled: true },
        "numCacheClusters",
      ],
      ["aws:cloudtrail/trail:Trail", { name: "trail", s3BucketName: "b", kmsKeyId: "not-an-arn" }, "kmsKeyId"],
    ];
    const correct: [type: string, inputs: Record<string, unknown>][] = [
      ["aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16", tags: { Name: "fine" } }],
      ["aws:sns/topic:Topic", { name: "fine", displayName: encrypted, tags: encrypted }],
      ["aws:sqs/queue:Queue", { name: "fine", delaySeconds: encrypted, policy: { Statement: [encrypted] } }],
      ["aws:wafv2/ipSet:IpSet", { scope: "REGIONAL", ipAddressVersion: "IPV4", addresses: [encrypted] }],
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

  it("is complete where nothing is left to plan, and empty where there is nothing to check", async () => {
    assert.deepEqual(await checkCheckpoint({ deployment: { resources: [] } }, tools), []);
    const urn = "urn:pulumi:s::p::aws:kms/key:Key::k";
    const wrong = { urn, type: "aws:kms/key:Key", custom: true, inputs: { deletionWindowInDays: 3 } };
    const findings = await checkCheckpoint({ deployment: { resources: [wrong] } }, tools);
    assert.deepEqual(
      findings.map(({ resource, path: property }) => [resource, property]),
      [["k", "deletionWindowInDays"]],
    );
  });

  it("has no error in the program, in any environment", async function () {
    const resources: object[] = [];
    for (const environment of ENVIRONMENTS) {
      resources.push(...((await rehearsed(this, environment)).checkpoint.deployment.resources ?? []));
    }
    // One run of terraform for all: most of its time goes into starting.
    const findings = await checkCheckpoint({ deployment: { resources } }, tools);
    const judged = findings.filter(({ severity }) => severity !== "unchecked");
    assert.deepEqual(formatFindings(judged), []);
    assert.ok(findings.every(({ message }) => message !== "type unknown to the provider"));
  });
});
