import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { configText, ENVIRONMENTS, ROOT, stackFile } from "../support/stack-files";
import { CONFIG_KEYS, validateConfig } from "../../infra/config";
import { ConfigurationError } from "../../infra/validation";

const TODAY = "2026-11-25";

/** The faults of production with some of its values changed. */
function faultsOf(changes: Record<string, unknown>, stack = "production"): string[] {
  const raw = stackFile(stack);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) Reflect.deleteProperty(raw, key);
    else raw[key] = configText(value);
  }
  try {
    validateConfig(stack, raw, TODAY);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    return error.message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
}

describe("configuration", () => {
  for (const environment of ENVIRONMENTS) {
    it(`of ${environment} is valid as committed`, () => {
      assert.equal(validateConfig(environment, stackFile(environment), TODAY).environment, environment);
    });
  }

  it("of production has the requirements' sizes", () => {
    const { network, redis, database, application, regions, pool } = validateConfig(
      "production",
      stackFile("production"),
      TODAY,
    );
    assert.deepEqual(regions, { home: "eu-north-1", replica: "eu-west-1", edge: "us-east-1" });
    assert.deepEqual([network.availabilityZones, network.natGateways], [3, "OnePerAz"]);
    assert.deepEqual([redis.nodeType, redis.nodes], ["cache.t3.micro", 2]);
    assert.deepEqual(
      [database.instanceClass, database.allocatedStorageInGiB, database.multiAz, database.proxy],
      ["db.t3.micro", 20, true, true],
    );
    assert.equal(database.backupRetentionInDays, 7);
    assert.deepEqual(
      [application.instanceType, application.minInstances, application.maxInstances],
      ["t3.large", 3, 15],
    );
    assert.ok(pool.size <= 10 && pool.overflow <= 20 && pool.peak <= pool.available);
  });

  it("differs between environments in size and never in a safety setting but the named one", () => {
    const disposable = ENVIRONMENTS.map((e) => validateConfig(e, stackFile(e), TODAY).disposable);
    assert.deepEqual(disposable, [true, false, false]);
  });

  it("is described for people, key by key, in Pulumi.yaml", () => {
    const project = parse(readFileSync(path.join(ROOT, "Pulumi.yaml"), "utf8")) as { config: Record<string, unknown> };
    const described = Object.keys(project.config).filter((key) => !key.includes(":"));
    assert.deepEqual(described.sort(), [...CONFIG_KEYS].sort());
  });

  it("lists every fault at once, with the stack file's key, the value and what is allowed", () => {
    assert.deepEqual(
      faultsOf({
        "ai-prism:accountId": "12",
        "ai-prism:redis": { nodes: 0 },
        "ai-prism:databse": { multiAz: true },
        "ai-prism:storage": { bucketname: "x" },
        "aws:region": "eu-nort-1",
      }),
      [
        `ai-prism:databse = {"multiAz":true} is not allowed: a known key: ${CONFIG_KEYS.join(", ")}`,
        'ai-prism:accountId = "12" is not allowed: the 12 digits of the AWS account, in quotes',
        "ai-prism:redis.nodes = 0 is not allowed: a whole number from 1 to 6",
        'ai-prism:storage.bucketname = "x" is not allowed: not a known setting here; docs/environments.md lists them',
        'aws:region = "eu-nort-1" is not allowed: one of eu-central-1, eu-north-1, eu-south-1, eu-south-2, eu-west-1, ' +
          "eu-west-2, eu-west-3, us-east-1, us-west-2",
        ...[
          "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
          "eu.anthropic.claude-sonnet-4-6",
          "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
        ].map(
          (id, index) =>
            `ai-prism:models.chain[${index}].id = "${id}" is not allowed: a model callable from eu-nort-1; eu. profiles ` +
            `cannot be called from eu-nort-1; callable from here: global.${id.slice(3)}`,
        ),
      ],
    );
  });

  const refused: [title: string, changes: Record<string, unknown>, fault: RegExp][] = [
    ["a missing account", { "ai-prism:accountId": undefined }, /^ai-prism:accountId = \(not set\)/],
    [
      "a disposable production",
      { "ai-prism:disposable": true },
      /^ai-prism:disposable = true is not allowed: false in production/,
    ],
    [
      "a network too small for its subnets",
      { "ai-prism:network": { cidrBlock: "10.20.0.0/26" } },
      /^ai-prism:network\.cidrBlock = "10\.20\.0\.0\/26" is not allowed: a block from \/16 to \/24/,
    ],
    [
      "a network that does not start on its boundary",
      { "ai-prism:network": { cidrBlock: "10.20.0.1/16" } },
      /^ai-prism:network\.cidrBlock = "10\.20\.0\.1\/16" is not allowed: the first address of a block/,
    ],
    [
      "public addresses inside the network",
      { "ai-prism:network": { cidrBlock: "8.8.0.0/16" } },
      /^ai-prism:network\.cidrBlock = "8\.8\.0\.0\/16" is not allowed/,
    ],
    [
      "more zones than the region has",
      { "ai-prism:network": { availabilityZones: 4 } },
      /^ai-prism:network\.availabilityZones = 4 is not allowed: at most 3, the zones of eu-north-1/,
    ],
    [
      "no way out for instances, without the endpoints that replace it",
      { "ai-prism:network": { natGateways: "None", interfaceEndpoints: ["secretsmanager"] } },
      /^ai-prism:network\.natGateways = "None" is not allowed: .*bedrock-runtime, cloudformation/,
    ],
    [
      "more instances at least than at most",
      { "ai-prism:application": { minInstances: 5, maxInstances: 4 } },
      /^ai-prism:application\.minInstances = 5 is not allowed: at most maxInstances, 4/,
    ],
    [
      "scaling in where it scales out",
      { "ai-prism:application": { scaleInBelowCpuPercent: 70 } },
      /^ai-prism:application\.scaleInBelowCpuPercent = 70 is not allowed: less than scaleOutAboveCpuPercent, 70/,
    ],
    [
      "more database connections than there are",
      { "ai-prism:database": { multiAz: true } },
      /^ai-prism:application\.maxInstances = 15 is not allowed: a smaller number: 15 instances, twice that during a deployment, of 4 processes ask for 120 connections, and db\.t3\.micro gives 99 of its 112; or set database\.proxy: true/,
    ],
    [
      "a bucket name that S3 refuses",
      { "ai-prism:storage": { bucketName: "AI_Prism" } },
      /^ai-prism:storage\.bucketName = "AI_Prism" is not allowed: a bucket name S3 accepts/,
    ],
    [
      "a replica in the bucket's own region",
      { "ai-prism:replicaRegion": "eu-north-1" },
      /^ai-prism:replicaRegion = "eu-north-1" is not allowed: another region than aws:region/,
    ],
    [
      "a replica where RDS copies no backups to",
      { "ai-prism:replicaRegion": "eu-south-1" },
      /^ai-prism:replicaRegion = "eu-south-1" is not allowed: a region RDS replicates backups to from eu-north-1/,
    ],
    [
      "a public balancer without a certificate",
      {
        "ai-prism:application": { exposure: "public" },
        "ai-prism:cdn": { domain: { name: "prism.example.com", hostedZoneId: "Z0123456789" } },
      },
      /^ai-prism:application\.certificateArn = \(not set\) is not allowed: a certificate's ARN/,
    ],
    [
      "a public balancer whose certificate the CDN cannot check",
      {
        "ai-prism:application": {
          exposure: "public",
          certificateArn: "arn:aws:acm:eu-north-1:111122223333:certificate/c",
        },
      },
      /^ai-prism:cdn\.domain = \(not set\) is not allowed: a name on the certificate/,
    ],
    [
      "storage that cannot grow",
      { "ai-prism:database": { maxAllocatedStorageInGiB: 20, proxy: true } },
      /^ai-prism:database\.maxAllocatedStorageInGiB = 20 is not allowed: at least 22/,
    ],
    [
      "the same password twice",
      { "ai-prism:redis": { passwordGenerations: [1, 1] } },
      /^ai-prism:redis\.passwordGenerations = \[1,1\] is not allowed: two different numbers/,
    ],
    [
      "alarms with nobody to tell",
      { "ai-prism:alerts": {} },
      /^ai-prism:alerts = .* is not allowed: at least one of emails, pagerDutySecretArn, slack/,
    ],
    [
      "text where a block of settings belongs",
      { "ai-prism:redis": "two nodes" },
      /^ai-prism:redis = "two nodes" is not allowed: a block of settings/,
    ],
    [
      "an adopted bucket that is not the program's",
      { "ai-prism:adopt": { bucketName: "ai.prism.old" } },
      /^ai-prism:adopt\.bucketName = "ai\.prism\.old" is not allowed: "ai\.prism", the name in this program/,
    ],
    [
      "an adopted database in a network of its own",
      {
        "ai-prism:adopt": {
          database: {
            identifier: "ai-prism-postgres",
            subnetGroupName: "default-vpc-0123456789abcdef0",
            kmsKeyArn: "arn:aws:kms:eu-north-1:111122223333:key/found",
            secretKmsKeyArn: "arn:aws:kms:eu-north-1:111122223333:key/secret",
          },
        },
      },
      /^ai-prism:network\.existing = \(not set\) is not allowed: the VPC of the adopted database/,
    ],
    [
      "adopted records without a domain",
      { "ai-prism:adopt": { dnsRecordTypes: ["A"] } },
      /^ai-prism:cdn\.domain = \(not set\) is not allowed: the domain whose records are adopted/,
    ],
    [
      "a database restored from nothing",
      { "ai-prism:database": { proxy: true, restored: { nameSuffix: "2" } } },
      /^ai-prism:database\.restored = .* is not allowed: one of instance, snapshot and automatedBackupsArn/,
    ],
    [
      "a database restored to a moment that there is not",
      {
        "ai-prism:database": {
          proxy: true,
          restored: { nameSuffix: "2", instance: "a", time: "2026-13-26T05:00:00Z" },
        },
      },
      /^ai-prism:database\.restored\.time = .* is not allowed: a moment that there is/,
    ],
    [
      "a snapshot's time",
      {
        "ai-prism:database": {
          proxy: true,
          restored: { nameSuffix: "2", snapshot: "a", time: "2026-11-26T05:00:00Z" },
        },
      },
      /^ai-prism:database\.restored\.time = .* is not allowed: absent with a snapshot/,
    ],
    [
      "backups of another region",
      {
        "ai-prism:database": {
          proxy: true,
          restored: {
            nameSuffix: "2",
            automatedBackupsArn: "arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-1a2b3c",
          },
        },
      },
      /^ai-prism:database\.restored\.automatedBackupsArn = .* is not allowed: backups in eu-north-1/,
    ],
    ["an older minor of PostgreSQL", { "ai-prism:database": { engineVersion: "16.10", proxy: true } }, /16\.11/],
  ];
  for (const [title, changes, fault] of refused) {
    it(`refuses ${title}`, () => {
      const faults = faultsOf(changes);
      assert.equal(faults.length, 1, faults.join("\n"));
      assert.match(faults[0]!, fault);
    });
  }

  it("refuses a stack name that does not fit into physical names", () => {
    const raw = stackFile("dev");
    assert.throws(
      () => validateConfig("Feature_X", raw, TODAY),
      /stack = "Feature_X" is not allowed: 2 to 16 lower-case/,
    );
  });

  describe("of the usage", () => {
    const usage = (values: unknown) => faultsOf({ "ai-prism:usage": values });

    it("takes a number, or the least and the most of what is expected", () => {
      assert.deepEqual(usage({ users: 7, documentsPerDay: { low: 0.5, high: 90 }, callsPerDocument: 3 }), []);
    });

    for (const [what, value] of [
      ["less than nothing", -1],
      ["text", "many"],
      ["the most before the least", { low: 2, high: 1 }],
      ["only the least", { low: 2 }],
      ["more than there can be", 1e9],
    ] as [string, unknown][]) {
      it(`refuses ${what}, and says what is allowed`, () => {
        assert.deepEqual(usage({ users: value }), [
          `ai-prism:usage.users = ${JSON.stringify(value)} is not allowed: a number from 0 to 1000000, or low and high, ` +
            "two of them with low first",
        ]);
      });
    }

    it("refuses a setting that it does not know", () => {
      assert.match(usage({ visitors: 1 }).join(), /ai-prism:usage\.visitors = 1 is not allowed: not a known setting/);
      assert.match(
        usage({ users: { low: 1, high: 2, middle: 1.5 } }).join(),
        /ai-prism:usage\.users\.middle = 1\.5 is not allowed: not a known setting/,
      );
    });
  });

  describe("of the model chain", () => {
    const chain = (id: string, more: object = {}) =>
      faultsOf({ "ai-prism:models": { chain: [{ id, requestsPerMinute: 200 }], ...more } });

    it("refuses every id of the hand-made deployment, each with its reason", () => {
      const reasons = [
        ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", /us\. profiles cannot be called from eu-north-1/],
        ["us.anthropic.claude-sonnet-4-0-20241129-v1:0", /Bedrock has no model anthropic\.claude-sonnet-4-0-20241129/],
        ["us.anthropic.claude-3-7-sonnet-20250219-v1:0", /end of life on 2026-04-28/],
        ["us.anthropic.claude-3-5-sonnet-20240620-v1:0", /end of life on 2026-03-01/],
        ["us.anthropic.claude-3-5-sonnet-20241022-v2:0", /end of life on 2026-03-01/],
        ["anthropic.claude-3-sonnet-20240229-v1:0", /end of life on 2026-03-01/],
        ["us.anthropic.claude-haiku-4-5-20250815-v1:0", /there is .*anthropic\.claude-haiku-4-5-20251001-v1:0/],
      ] as const;
      for (const [id, reason] of reasons) assert.match(chain(id).join("\n"), reason);
    });

    it("refuses a bare id where only profiles can be called, and names one", () => {
      assert.match(
        chain("anthropic.claude-sonnet-4-6").join(),
        /without an inference profile; callable from here: eu\./,
      );
    });

    it("keeps calls in the EU unless somebody opts out by name", () => {
      assert.match(chain("global.anthropic.claude-sonnet-4-6").join(), /set models\.allowGlobalInference to true/);
      assert.deepEqual(chain("global.anthropic.claude-sonnet-4-6", { allowGlobalInference: true }), []);
    });

    it("refuses a model on the day its life ends, and not the day before", () => {
      const raw = { ...stackFile("production") };
      raw["ai-prism:models"] = JSON.stringify({
        chain: [{ id: "eu.anthropic.claude-sonnet-4-20250514-v1:0", requestsPerMinute: 200 }],
      });
      assert.doesNotThrow(() => validateConfig("production", raw, "2026-10-13"));
      assert.throws(() => validateConfig("production", raw, "2026-10-14"), /end of life on 2026-10-14/);
    });
  });
});
