import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { DeploymentOutputs } from "../outputs";
import { AWS_CALLS, AWS_OUTPUTS } from "./support/aws-outputs";
import { runMocked, valueOf, type Run } from "./support/mocks";
import { configText, ENVIRONMENTS, ROOT, stackFile } from "./support/stack-files";

type Program = () => Promise<Record<string, unknown>>;

/** The whole program with an environment's stack file, some of its keys changed. */
function run(environment: string, preview = false, changes: Record<string, unknown> = {}) {
  const config = stackFile(environment);
  for (const [key, value] of Object.entries(changes)) config[`ai-prism:${key}`] = configText(value);
  return runMocked(() => (require(`${ROOT}/`) as Program)(), {
    stack: environment,
    preview,
    config,
    outputs: AWS_OUTPUTS,
    calls: AWS_CALLS,
  });
}

describe("the program", function () {
  this.timeout(60_000);

  for (const environment of ENVIRONMENTS) {
    describe(`of ${environment}`, () => {
      let update: Run<Record<string, unknown>>;
      before(async () => {
        update = await run(environment);
      });

      it("registers the same resources in preview and in an update", async () => {
        assert.deepEqual((await run(environment, true)).list(), update.list());
      });

      it("has one component of each kind under the stack, and everything else below them", () => {
        const stack = `urn:pulumi:${environment}::ai-prism::pulumi:pulumi:Stack::ai-prism-${environment}`;
        const top = update.resources
          .filter(({ parent }) => parent === stack)
          .map(({ type, name }) => `${type} ${name}`);
        assert.deepEqual(top.sort(), [
          "ai-prism:infra:BeanstalkApp application",
          "ai-prism:infra:CdnFront cdn",
          "ai-prism:infra:CostBudget budget",
          "ai-prism:infra:EncryptionKey key-edge",
          "ai-prism:infra:EncryptionKey key-home",
          "ai-prism:infra:EncryptionKey key-replica",
          "ai-prism:infra:GeneratedSecret operator-token",
          "ai-prism:infra:InstanceRole instance-role",
          "ai-prism:infra:LogBucket logs",
          "ai-prism:infra:LogBucket replica-logs",
          "ai-prism:infra:ModelAccess models",
          "ai-prism:infra:MonitoringSuite monitoring",
          "ai-prism:infra:Network network",
          "ai-prism:infra:Notifications notifications",
          "ai-prism:infra:PostgresDb database",
          "ai-prism:infra:RedisCache redis",
          "ai-prism:infra:ReplicatedBucket documents",
          "ai-prism:infra:WebFirewall firewall",
          "pulumi:providers:aws aws",
        ]);
      });

      it("exports every output of its type, resolved and without a secret", async () => {
        const outputs = pulumi.output(update.result) as pulumi.Output<Partial<DeploymentOutputs>>;
        assert.equal(await pulumi.isSecret(outputs), false);
        const resolved = await valueOf(outputs);
        assert.deepEqual(Object.keys(resolved!).sort(), [
          "accountId",
          "alerts",
          "application",
          "cdn",
          "database",
          "environment",
          "firewall",
          "models",
          "monitoring",
          "network",
          "redis",
          "regions",
          "storage",
          "url",
        ]);
        assert.doesNotMatch(JSON.stringify(resolved), /generated for/);
      });

      it("refuses every account but the configured one", () => {
        const { inputs } = update.one("pulumi:providers:aws");
        assert.deepEqual(JSON.parse(inputs.allowedAccountIds), [stackFile(environment)["ai-prism:accountId"]]);
      });

      it("lets the generated password into no option setting, and into no input that is not secret", () => {
        for (const { type, name, inputs, secretInputs } of update.resources) {
          for (const [property, value] of Object.entries(inputs)) {
            if (!/generated for/.test(JSON.stringify(value) ?? "")) continue;
            const marked = secretInputs.some((path) => path === property || path.startsWith(`${property}.`));
            assert.ok(marked, `${type} ${name}: ${property}`);
          }
        }
        const settings = update.one("aws:elasticbeanstalk/environment:Environment").inputs.settings;
        assert.doesNotMatch(JSON.stringify(settings), /generated for/);
      });

      it("tags everything for cost allocation", () => {
        const { tags } = JSON.parse(update.one("pulumi:providers:aws").inputs.defaultTags);
        assert.deepEqual(tags, {
          Project: "AI-Prism",
          Environment: environment,
          Owner: "platform",
          ManagedBy: "Pulumi",
        });
      });
    });
  }

  it("of production reaches its database through the proxy, with no password in the URL", async () => {
    const { one } = await run("production");
    const settings: { name: string; value: string }[] = one("aws:elasticbeanstalk/environment:Environment").inputs
      .settings;
    const value = (name: string) => settings.find((setting) => setting.name === name)?.value;
    assert.equal(
      value("DATABASE_URL"),
      "postgresql+psycopg://aiprismadmin@ai-prism-postgres-proxy.proxy.rds.amazonaws.com:5432/aiprism?sslmode=verify-full",
    );
    assert.match(value("DATABASE_SECRET_ARN")!, /^arn:aws:secretsmanager:eu-north-1:/);
    assert.match(value("REDIS_URL")!, /^arn:aws:secretsmanager:eu-north-1:.*:url1$/);
    assert.match(value("OPERATOR_TOKEN")!, /^arn:aws:secretsmanager:eu-north-1:/);
    assert.deepEqual(
      ["SQLALCHEMY_POOL_SIZE", "SQLALCHEMY_MAX_OVERFLOW", "FLASK_ENV", "PORT", "S3_BUCKET", "S3_BACKUP_BUCKET"].map(
        value,
      ),
      ["2", "6", "production", "8080", "ai.prism", "ai-prism-backups"],
    );
  });

  it("protects what holds data wherever it is not disposable", async () => {
    const holders = [
      "aws:rds/instance:Instance",
      "aws:s3/bucket:Bucket",
      "aws:kms/key:Key",
      "aws:secretsmanager/secret:Secret",
      "aws:elasticache/replicationGroup:ReplicationGroup",
    ];
    for (const [environment, expected] of [
      ["production", true],
      ["staging", true],
      ["dev", false],
    ] as const) {
      const { all } = await run(environment);
      for (const type of holders) {
        for (const { name, protect } of all(type)) assert.equal(protect, expected, `${environment} ${type} ${name}`);
      }
    }
  });

  it("uses a network that exists, and then makes none", async () => {
    const existing = {
      vpcId: "vpc-0123456789abcdef0",
      privateSubnetIds: ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"],
      dataSubnetIds: ["subnet-0cccccccccccccccc", "subnet-0dddddddddddddddd"],
    };
    const { all } = await run("staging", false, { network: { existing } });
    assert.deepEqual(all("awsx:ec2:Vpc"), []);
    assert.deepEqual(all("aws:ec2/flowLog:FlowLog"), []);
    assert.equal(all("aws:ec2/securityGroup:SecurityGroup")[0]!.inputs.vpcId, "vpc-0123456789abcdef0");
  });

  it("stops at a stack file with faults before it registers anything", async () => {
    await assert.rejects(run("production", false, { redis: { nodes: 9 } }), {
      message:
        "Pulumi.production.yaml has 1 value that is not allowed:\n" +
        "  ai-prism:redis.nodes = 9 is not allowed: a whole number from 1 to 6",
    });
  });
});
