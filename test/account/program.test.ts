import assert from "node:assert/strict";
import path from "node:path";
import { CONFIG_KEYS, validateConfig } from "../../account/config";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { DeliveryRoles } from "../../account/delivery-roles";
import { violationsOf } from "../policies/support";
import { AWS_CALLS, AWS_OUTPUTS } from "../support/aws-outputs";
import { runMocked, valueOf, type Run } from "../support/mocks";
import { configText, ENVIRONMENTS, ROOT, stackFile } from "../support/stack-files";
import type * as pulumi from "@pulumi/pulumi";

type Outputs = Record<string, pulumi.Input<string> | undefined>;
const ACCOUNT = path.join(ROOT, "account");
const STATE = "arn:aws:s3:::ai-prism-pulumi-state-111122223333";
const STATE_KEY = "arn:aws:kms:eu-north-1:111122223333:key/state";
/** The service, as IAM calls it, that makes a resource of a type. */
function serviceOf(type: string): string | undefined {
  const [, module, resource = ""] = /^aws:(\w+)\/(\w+):/.exec(type) ?? [];
  if (module === "cloudwatch" && /^(log|queryDefinition)/.test(resource)) return "logs";
  return module === "vpc" ? "ec2" : module;
}

/** Elastic Beanstalk makes these in the name of whoever asks for an environment. */
const CALLED_BY_BEANSTALK = ["autoscaling", "cloudformation", "elasticloadbalancing"];
const GITHUB = { github: { repository: "prism/infrastructure", environment: "production" } };

function run(stack: string, changes: Record<string, unknown> = {}, preview = false): Promise<Run<Outputs>> {
  const config = stackFile(stack, "account");
  for (const [key, value] of Object.entries(changes)) config[`ai-prism-account:${key}`] = configText(value);
  return runMocked(() => (require(`${ACCOUNT}/`) as () => Promise<Outputs>)(), {
    stack,
    config,
    preview,
    outputs: AWS_OUTPUTS,
  });
}

/** Production's own program, with every service that its configuration can switch on. */
function deployment(): Promise<Run<unknown>> {
  const config = {
    ...stackFile("production"),
    "ai-prism:cdn": configText({ domain: { name: "prism.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ" } }),
    "ai-prism:alerts": configText({
      emails: ["platform-oncall@example.com"],
      slack: { workspaceId: "T07EA123LEP", channelId: "C07EZ1ABC23" },
    }),
  };
  return runMocked(() => (require(`${ROOT}/`) as () => Promise<unknown>)(), {
    stack: "production",
    config,
    outputs: AWS_OUTPUTS,
    calls: AWS_CALLS,
  });
}

const policyOf = ({ one }: Run<Outputs>, name: string) =>
  JSON.parse(one("aws:iam/rolePolicy:RolePolicy", name).inputs.policy).Statement;

describe("the account's program", () => {
  let update: Run<Outputs>;
  before(async () => {
    update = await run("production");
  });

  for (const stack of ENVIRONMENTS) {
    it(`registers the same resources for ${stack}, in preview and in an update`, async () => {
      assert.deepEqual((await run(stack)).list(), update.list());
      assert.deepEqual((await run(stack, {}, true)).list(), update.list());
    });
  }

  it("registers exactly its resources", () => {
    const bucket = (name: string, logged: boolean) =>
      [
        "bucket:Bucket",
        "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        ...(logged ? ["bucketLogging:BucketLogging"] : []),
        "bucketOwnershipControls:BucketOwnershipControls",
        "bucketPolicy:BucketPolicy",
        "bucketPublicAccessBlock:BucketPublicAccessBlock",
        "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "bucketVersioning:BucketVersioning",
      ].map((type) => `aws:s3/${type} ${name}`);
    assert.deepEqual(
      update.list(),
      [
        ...bucket("logs", false),
        ...bucket("state", true),
        ...bucket("trail", true),
        "aws:accessanalyzer/analyzer:Analyzer safeguards",
        "aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration model-invocations",
        "aws:cloudtrail/trail:Trail trail",
        "aws:cloudwatch/logGroup:LogGroup model-invocations",
        "aws:cloudwatch/logGroup:LogGroup trail",
        "aws:ebs/encryptionByDefault:EncryptionByDefault safeguards",
        "aws:iam/accountPasswordPolicy:AccountPasswordPolicy safeguards",
        "aws:iam/role:Role model-invocations",
        "aws:iam/role:Role trail",
        "aws:iam/rolePolicy:RolePolicy model-invocations",
        "aws:iam/rolePolicy:RolePolicy trail",
        "aws:kms/alias:Alias audit-key",
        "aws:kms/alias:Alias state",
        "aws:kms/key:Key audit-key",
        "aws:kms/key:Key state",
        "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock safeguards",
        "pulumi:providers:aws aws",
      ].sort(),
    );
  });

  it("refuses every account but its own", () => {
    assert.deepEqual(JSON.parse(update.one("pulumi:providers:aws").inputs.allowedAccountIds), ["111122223333"]);
  });

  it("encrypts disks and blocks public buckets for everybody in the account", () => {
    assert.equal(update.one("aws:ebs/encryptionByDefault:EncryptionByDefault").inputs.enabled, true);
    const block = update.one("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock").inputs;
    for (const flag of ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"]) {
      assert.equal(block[flag], true, flag);
    }
  });

  it("trails every region, in files that show tampering, encrypted, and cannot be replaced unnoticed", () => {
    const trail = update.one("aws:cloudtrail/trail:Trail");
    const { isMultiRegionTrail, enableLogFileValidation, includeGlobalServiceEvents, enableLogging } = trail.inputs;
    assert.deepEqual(
      [isMultiRegionTrail, enableLogFileValidation, includeGlobalServiceEvents, enableLogging, trail.protect],
      [true, true, true, true, true],
    );
    assert.match(trail.inputs.kmsKeyId, /key\/audit-key$/);
  });

  it("logs who called which model, and documents only when told to by name", async () => {
    const text = ({ one }: Run<Outputs>) =>
      one("aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration").inputs.loggingConfig
        .textDataDeliveryEnabled;
    assert.equal(text(update), false);
    assert.equal(text(await run("production", { modelInvocationLog: { text: true } })), true);
  });

  it("logs no picture, no embedding, no video, and lets Bedrock write its own stream alone", () => {
    const { loggingConfig, region } = update.one(
      "aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration",
    ).inputs;
    assert.equal(region, "eu-north-1");
    assert.deepEqual(loggingConfig, {
      textDataDeliveryEnabled: false,
      imageDataDeliveryEnabled: false,
      embeddingDataDeliveryEnabled: false,
      videoDataDeliveryEnabled: false,
      cloudwatchConfig: {
        logGroupName: "/ai-prism/account/model-invocations",
        roleArn: update.one("aws:iam/role:Role", "model-invocations").outputs.arn,
      },
    });
    assert.deepEqual(policyOf(update, "model-invocations"), [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource:
          "arn:aws:logs:eu-north-1:111122223333:log-group:/ai-prism/account/model-invocations:log-stream:aws/bedrock/modelinvocations",
      },
    ]);
    const trust = JSON.parse(update.one("aws:iam/role:Role", "model-invocations").inputs.assumeRolePolicy).Statement;
    assert.deepEqual(trust, [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: "bedrock.amazonaws.com" },
        Condition: {
          StringEquals: { "aws:SourceAccount": "111122223333" },
          ArnLike: { "aws:SourceArn": "arn:aws:bedrock:eu-north-1:111122223333:*" },
        },
      },
    ]);
  });

  it("encrypts its log groups under the audit key and lets their lines go in time", () => {
    for (const [name, days] of [
      ["trail", 90],
      ["model-invocations", 30],
    ] as const) {
      const { retentionInDays, kmsKeyId } = update.one("aws:cloudwatch/logGroup:LogGroup", name).inputs;
      assert.deepEqual([retentionInDays, kmsKeyId], [days, "arn:aws:kms:eu-north-1:111122223333:key/audit-key"]);
    }
  });

  it("asks people for long passwords and looks for what is shared outside", () => {
    const { minimumPasswordLength, passwordReusePrevention } = update.one(
      "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
    ).inputs;
    assert.deepEqual([minimumPasswordLength, passwordReusePrevention], [16, 24]);
    const { type, region } = update.one("aws:accessanalyzer/analyzer:Analyzer").inputs;
    assert.deepEqual([type, region], ["ACCOUNT", "eu-north-1"]);
  });

  it("tells what to type for Pulumi's state", async () => {
    assert.equal(
      await valueOf(update.result.backendUrl as pulumi.Output<string>),
      "s3://ai-prism-pulumi-state-111122223333?region=eu-north-1",
    );
    assert.equal(update.result.secretsProvider, "awskms://alias/ai-prism-pulumi-state?region=eu-north-1");
  });

  it("keeps a year of states, protected", () => {
    const rules = update.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "state").inputs.rules;
    assert.deepEqual(rules[0].noncurrentVersionExpiration, { noncurrentDays: 365 });
    assert.equal(update.one("aws:s3/bucket:Bucket", "state").protect, true);
    assert.equal(update.one("aws:kms/key:Key", "state").protect, true);
  });

  describe("with a repository", () => {
    let delivery: Run<Outputs>;
    before(async () => {
      delivery = await run("production", GITHUB);
    });

    it("adds an identity provider and two roles, and without one there is none of it", () => {
      assert.deepEqual(
        delivery.list().filter((line) => !update.list().includes(line)),
        [
          "aws:iam/openIdConnectProvider:OpenIdConnectProvider delivery",
          "aws:iam/role:Role delivery-deploy",
          "aws:iam/role:Role delivery-preview",
          "aws:iam/rolePolicy:RolePolicy delivery-deploy-services",
          "aws:iam/rolePolicy:RolePolicy delivery-deploy-state",
          "aws:iam/rolePolicy:RolePolicy delivery-preview-data",
          "aws:iam/rolePolicy:RolePolicy delivery-preview-state",
          "aws:iam/rolePolicyAttachment:RolePolicyAttachment delivery-preview-read",
        ],
      );
    });

    it("lets in only jobs of that repository: pull requests and its branch to look, its environment to deploy", () => {
      const trusted = (name: string) =>
        JSON.parse(delivery.one("aws:iam/role:Role", name).inputs.assumeRolePolicy).Statement;
      const trust = (...subjects: string[]) => [
        {
          Effect: "Allow",
          Action: "sts:AssumeRoleWithWebIdentity",
          Principal: { Federated: delivery.one("aws:iam/openIdConnectProvider:OpenIdConnectProvider").outputs.arn },
          Condition: {
            StringEquals: {
              "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
              "token.actions.githubusercontent.com:sub": subjects.map((s) => `repo:prism/infrastructure:${s}`),
            },
          },
        },
      ];
      assert.deepEqual(trusted("delivery-preview"), trust("pull_request", "ref:refs/heads/main"));
      assert.deepEqual(trusted("delivery-deploy"), trust("environment:production"));
    });

    it("lets a preview read state and no more of it, and a deployment write it", () => {
      const read = [
        { Effect: "Allow", Action: "s3:ListBucket", Resource: STATE },
        { Effect: "Allow", Action: "s3:GetObject", Resource: `${STATE}/*` },
        { Effect: "Allow", Action: ["kms:Decrypt", "kms:DescribeKey"], Resource: STATE_KEY },
      ];
      assert.deepEqual(policyOf(delivery, "delivery-preview-state"), read);
      assert.deepEqual(policyOf(delivery, "delivery-deploy-state"), [
        ...read,
        { Effect: "Allow", Action: ["s3:PutObject", "s3:DeleteObject"], Resource: `${STATE}/*` },
        { Effect: "Allow", Action: ["kms:Encrypt", "kms:GenerateDataKey"], Resource: STATE_KEY },
      ]);
    });

    it("keeps a preview from documents, log lines and every secret but the programs' own and those named", async () => {
      const pagerDuty = "arn:aws:secretsmanager:eu-north-1:111122223333:secret:pagerduty-AbCdEf";
      const own = "arn:aws:secretsmanager:*:111122223333:secret:ai-prism/*";
      for (const [program, secrets] of [
        [delivery, [own]],
        [await run("production", { github: { ...GITHUB.github, previewSecretArns: [pagerDuty] } }), [own, pagerDuty]],
      ] as const) {
        const [read, decrypt, objects, others, lines] = policyOf(program, "delivery-preview-data");
        assert.deepEqual(read, { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secrets });
        assert.deepEqual(decrypt.Condition, {
          StringLike: {
            "kms:ViaService": "secretsmanager.*.amazonaws.com",
            "kms:EncryptionContext:SecretARN": secrets,
          },
        });
        assert.deepEqual(objects, {
          Effect: "Deny",
          Action: "s3:GetObject*",
          NotResource: [
            `${STATE}/*`,
            "arn:aws:s3:::ai-prism-bundles-111122223333/*",
            "arn:aws:s3:::ai-prism-bundles-111122223333-*/*",
          ],
        });
        assert.deepEqual(others, { Effect: "Deny", Action: "secretsmanager:GetSecretValue", NotResource: secrets });
        assert.deepEqual([lines.Effect, lines.Resource], ["Deny", "*"]);
        assert.ok(lines.Action.includes("logs:GetLogEvents") && lines.Action.includes("logs:GetQueryResults"));
      }
    });

    it("keeps a deployment from its own roles, the account's records and old states", () => {
      const denials = policyOf(delivery, "delivery-deploy-services").filter(
        ({ Effect }: { Effect: string }) => Effect === "Deny",
      );
      const trail = "arn:aws:s3:::ai-prism-account-trail-111122223333";
      const logs = "arn:aws:s3:::ai-prism-account-logs-111122223333";
      assert.deepEqual(denials, [
        {
          Effect: "Deny",
          Action: ["iam:*Role*", "iam:PassRole"],
          Resource: [
            "arn:aws:iam::111122223333:role/ai-prism-preview",
            "arn:aws:iam::111122223333:role/ai-prism-deploy",
          ],
        },
        { Effect: "Deny", Action: "s3:*", Resource: [trail, `${trail}/*`, logs, `${logs}/*`] },
        {
          Effect: "Deny",
          Action: ["logs:Delete*", "logs:Put*"],
          Resource: ["arn:aws:logs:eu-north-1:111122223333:log-group:/ai-prism/account/*"],
        },
        {
          Effect: "Deny",
          Action: ["s3:DeleteBucket*", "s3:DeleteObjectVersion", "s3:Put*Configuration", "s3:PutBucket*"],
          Resource: [STATE, `${STATE}/*`],
        },
        {
          Effect: "Deny",
          Action: ["kms:CreateGrant", "kms:Delete*", "kms:Disable*", "kms:PutKeyPolicy", "kms:Update*"],
          Resource: [STATE_KEY, "arn:aws:kms:eu-north-1:111122223333:key/audit-key"],
        },
        { Effect: "Deny", Action: "kms:ScheduleKeyDeletion", Resource: "*" },
      ]);
    });

    it("allows a deployment the services of an environment and no other, and the IAM names that it uses", async () => {
      const statements = policyOf(delivery, "delivery-deploy-services");
      const services = (statements[0].Action as string[]).map((action) => action.replace(/:\*$/, ""));
      const environment = await deployment();
      const used = new Set(environment.resources.flatMap(({ type }) => serviceOf(type) ?? []));
      used.delete("iam");
      assert.deepEqual(services, [...used, ...CALLED_BY_BEANSTALK].sort());

      const named = (statements[2].Resource as string[]).map(
        (arn) => new RegExp(`^${arn.split(":").at(-1)!.replace(/\*/g, ".+")}$`),
      );
      const kinds = { role: "aws:iam/role:Role", policy: "aws:iam/policy:Policy" };
      for (const [kind, type] of Object.entries({
        ...kinds,
        "instance-profile": "aws:iam/instanceProfile:InstanceProfile",
      })) {
        for (const { name, inputs } of environment.all(type)) {
          const physical = `${kind}/${inputs.name ?? `${name}-1234567`}`;
          assert.ok(
            named.some((pattern) => pattern.test(physical)),
            physical,
          );
        }
      }
    });

    it("stays below what IAM takes in a role's inline policies", () => {
      for (const role of ["preview", "deploy"]) {
        const length = delivery
          .all("aws:iam/rolePolicy:RolePolicy")
          .filter(({ name }) => name.startsWith(`delivery-${role}`))
          .reduce((sum, { inputs }) => sum + inputs.policy.length, 0);
        assert.ok(length > 0 && length < 10_240, `${role}: ${length}`);
      }
    });

    it("refuses what is no repository", async () => {
      const args = { environment: "production", branch: "main", previewSecretArns: [], accountId: "111122223333" };
      const more = {
        stateBucketArn: STATE,
        stateKeyArn: STATE_KEY,
        recordBucketArns: [],
        recordLogGroupArn: "",
        recordKeyArn: "",
      };
      await assert.rejects(
        runMocked(() => new DeliveryRoles("delivery", { ...args, ...more, repository: "no-owner" })),
        { message: 'DeliveryRoles "delivery": repository = "no-owner" is not allowed: owner/name' },
      );
    });
  });

  it("breaks no mandatory policy, with a repository or without", async () => {
    for (const changes of [{}, GITHUB]) {
      const { resources } = await run("production", changes);
      assert.deepEqual(violationsOf(resources), []);
    }
  });

  describe("configuration", () => {
    it("is described for people, key by key, in Pulumi.yaml", () => {
      const { config } = parse(readFileSync(path.join(ACCOUNT, "Pulumi.yaml"), "utf8")) as { config: object };
      const described = Object.keys(config).filter((key) => !key.includes(":"));
      assert.deepEqual(described.sort(), [...CONFIG_KEYS].sort());
    });

    it("lists every fault at once", () => {
      const raw = {
        "aws:region": "mars-1",
        "ai-prism-account:accountId": "1",
        "ai-prism-account:github": '{"repository":"no-owner","team":"a"}',
        "ai-prism-account:audits": "{}",
      };
      assert.throws(
        () => validateConfig("production", raw),
        ({ message }: Error) => {
          assert.deepEqual(
            message.split("\n").map((line) => line.split(" is not allowed")[0]!.trim()),
            [
              "account/Pulumi.production.yaml has 5 values that are not allowed:",
              "ai-prism-account:audits = {}",
              'ai-prism-account:accountId = "1"',
              'ai-prism-account:github.repository = "no-owner"',
              'ai-prism-account:github.team = "a"',
              'aws:region = "mars-1"',
            ],
          );
          assert.match(message, /team = "a" is not allowed: not a known setting here; docs\/account\.md lists them/);
          return true;
        },
      );
    });
  });
});
