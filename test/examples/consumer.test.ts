import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import type { DeploymentOutputs } from "../../outputs";
import { runMocked, valueOf } from "../support/mocks";

const STACK = "organization/ai-prism/production";

const OUTPUTS: DeploymentOutputs = {
  environment: "production",
  accountId: "111122223333",
  regions: { home: "eu-north-1", replica: "eu-west-1", edge: "us-east-1" },
  url: "https://d111111abcdef8.cloudfront.net",
  application: {
    applicationName: "AI-Prism",
    environmentName: "AI-Prism-Production",
    environmentId: "e-abcdefghij",
    cname: "ai-prism-prod.eu-north-1.elasticbeanstalk.com",
    loadBalancerArn: "arn:aws:elasticloadbalancing:eu-north-1:111122223333:loadbalancer/app/awseb/0123456789abcdef",
    autoScalingGroupName: "awseb-group",
    bundleBucketName: "ai-prism-bundles-111122223333",
    initialVersionLabel: "v-0123456789ab",
    instanceRoleArn: "arn:aws:iam::111122223333:role/ai-prism-instance-role",
    logGroupNames: { application: "/aws/elasticbeanstalk/AI-Prism-Production/var/log/web.stdout.log" },
    operatorTokenSecretArn: "arn:aws:secretsmanager:eu-north-1:111122223333:secret:ai-prism/operator-token",
  },
  network: { vpcId: "vpc-0aaaaaaaaaaaaaaaa", privateSubnetIds: ["subnet-0aaaaaaaaaaaaaaaa"], securityGroupIds: {} },
  redis: {
    replicationGroupId: "ai-prism-redis",
    primaryEndpoint: "master.ai-prism-redis",
    port: 6379,
    secretArn: "arn:aws:secretsmanager:redis",
  },
  database: {
    instanceIdentifier: "ai-prism-postgres",
    address: "ai-prism-postgres-proxy",
    port: 5432,
    databaseName: "aiprism",
    secretArn: "arn:aws:secretsmanager:database",
    pool: { size: 2, overflow: 6 },
  },
  storage: {
    bucketName: "ai.prism",
    bucketArn: "arn:aws:s3:::ai.prism",
    replicaBucketName: "ai-prism-backups",
    replicaBucketArn: "arn:aws:s3:::ai-prism-backups",
  },
  models: { ids: ["eu.anthropic.claude-sonnet-4-6"], policyArn: "arn:aws:iam::111122223333:policy/invoke" },
  cdn: { distributionId: "E123", domainName: "d111111abcdef8.cloudfront.net" },
  firewall: { webAclArn: "arn:aws:wafv2:us-east-1:111122223333:global/webacl/ai-prism-cdn/1" },
  alerts: { topicArns: { home: "arn:aws:sns:home", replica: "arn:aws:sns:replica", edge: "arn:aws:sns:edge" } },
  monitoring: { alarmNames: [], dashboardNames: [] },
};

/** Runs the example against a stack with these outputs. */
function run(outputs: Partial<DeploymentOutputs>) {
  return runMocked(
    async () => {
      const example = (require("../../examples/consumer") as () => Record<string, pulumi.Output<string>>)();
      const values = Object.entries(example).map(async ([name, output]) => [name, await valueOf(output)] as const);
      return Object.fromEntries(await Promise.all(values));
    },
    {
      config: { "ai-prism:prismStack": STACK },
      outputs: { "pulumi:pulumi:StackReference": () => ({ outputs, secretOutputNames: [] }) },
    },
  );
}

describe("a program that reads AI-Prism's outputs", () => {
  it("gets them with their types from the stack it names", async () => {
    const { result, one } = await run(OUTPUTS);
    assert.equal(one("pulumi:pulumi:StackReference").inputs.name, STACK);
    assert.deepEqual(result, {
      uploadTo: "s3://ai.prism/inbox/",
      reviewedBy: "eu.anthropic.claude-sonnet-4-6",
      health: "https://d111111abcdef8.cloudfront.net/health",
      alertTopicArn: "arn:aws:sns:home",
      logGroup: "/aws/elasticbeanstalk/AI-Prism-Production/var/log/web.stdout.log",
    });
  });

  it("fails by name when the stack is older than the output it asks for", async () => {
    const older: Partial<DeploymentOutputs> = { ...OUTPUTS, storage: undefined };
    await assert.rejects(
      run(older),
      /Required output 'storage' does not exist on stack 'organization\/ai-prism\/production'/,
    );
  });
});
