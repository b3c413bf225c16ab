import assert from "node:assert/strict";
import path from "node:path";
import { CONFIG_KEYS, validateConfig } from "../../account/config";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { AWS_OUTPUTS } from "../support/aws-outputs";
import { runMocked, valueOf, type Run } from "../support/mocks";
import { configText, ENVIRONMENTS, ROOT, stackFile } from "../support/stack-files";
import type * as pulumi from "@pulumi/pulumi";

type Outputs = Record<string, pulumi.Input<string> | undefined>;
const ACCOUNT = path.join(ROOT, "account");
const GITHUB = { github: { repository: "prism/infrastructure", environment: "production" } };

function run(stack: string, changes: Record<string, unknown> = {}, preview = false): Promise<Run<Outputs>> {
  const config = stackFile(stack, "account");
  for (const [key, value] of Object.entries(changes)) config[`ai-prism-account:${key}`] = configText(value);
  return runMocked(() => (require(ACCOUNT) as () => Promise<Outputs>)(), {
    stack,
    config,
    preview,
    outputs: AWS_OUTPUTS,
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
          "aws:iam/rolePolicy:RolePolicy delivery-preview-state",
          "aws:iam/rolePolicyAttachment:RolePolicyAttachment delivery-preview-read",
        ],
      );
    });

    it("lets in only jobs of that repository: pull requests to look, its environment to deploy", () => {
      const subject = (name: string) =>
        JSON.parse(delivery.one("aws:iam/role:Role", name).inputs.assumeRolePolicy).Statement[0].Condition.StringEquals;
      const audience = { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" };
      assert.deepEqual(subject("delivery-preview"), {
        ...audience,
        "token.actions.githubusercontent.com:sub": "repo:prism/infrastructure:pull_request",
      });
      assert.deepEqual(subject("delivery-deploy"), {
        ...audience,
        "token.actions.githubusercontent.com:sub": "repo:prism/infrastructure:environment:production",
      });
    });

    it("keeps a preview from documents, secrets and log lines", () => {
      const denied = policyOf(delivery, "delivery-preview-state")
        .filter(({ Effect }: { Effect: string }) => Effect === "Deny")
        .flatMap(({ Action }: { Action: string[] }) => Action);
      for (const action of ["s3:GetObject", "secretsmanager:GetSecretValue", "logs:GetLogEvents"]) {
        assert.ok(denied.includes(action), action);
      }
    });

    it("keeps a deployment from widening its own role and from other services' permissions", () => {
      const statements = policyOf(delivery, "delivery-deploy-services");
      const allowed = statements.filter(({ Effect }: { Effect: string }) => Effect === "Allow");
      const actions = allowed.flatMap(({ Action }: { Action: string | string[] }) => Action);
      assert.ok(!actions.includes("*") && !actions.includes("iam:*") && !actions.includes("sts:*"));
      const denial = statements.find(
        ({ Effect, Resource }: { Effect: string; Resource: unknown }) => Effect === "Deny" && Array.isArray(Resource),
      );
      assert.deepEqual(denial.Resource, [
        "arn:aws:iam::111122223333:role/ai-prism-preview",
        "arn:aws:iam::111122223333:role/ai-prism-deploy",
      ]);
    });
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
        "ai-prism-account:github": '{"repository":"no-owner"}',
        "ai-prism-account:audits": "{}",
      };
      assert.throws(
        () => validateConfig("production", raw),
        ({ message }: Error) => {
          assert.deepEqual(
            message.split("\n").map((line) => line.split(" is not allowed")[0]!.trim()),
            [
              "Pulumi.production.yaml has 4 values that are not allowed:",
              "ai-prism-account:audits = {}",
              'ai-prism-account:accountId = "1"',
              'ai-prism-account:github.repository = "no-owner"',
              'aws:region = "mars-1"',
            ],
          );
          return true;
        },
      );
    });
  });
});
