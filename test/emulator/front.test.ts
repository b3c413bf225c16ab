import { BedrockClient, GetFoundationModelAvailabilityCommand } from "@aws-sdk/client-bedrock";
import { BedrockRuntimeClient, ConverseCommand } from "@aws-sdk/client-bedrock-runtime";
import { CloudFrontClient, CreateInvalidationCommand } from "@aws-sdk/client-cloudfront";
import { CloudWatchClient, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { AuthorizeSecurityGroupIngressCommand, DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateEnvironmentCommand,
  DescribeEnvironmentsCommand,
  DescribeEventsCommand,
  ElasticBeanstalkClient,
} from "@aws-sdk/client-elastic-beanstalk";
import { GetBucketReplicationCommand, S3Client } from "@aws-sdk/client-s3";
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SetTopicAttributesCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import assert from "node:assert/strict";
import { describeWith } from "../support/tools";
import { Credentials, Front } from "./front";
import { iamAction } from "./iam-actions";
import type { ClientClass } from "./inside";
import { Model } from "./model";
import { AwsError, type Service } from "./service";

/** Any client of the SDK's. */
interface AnyClient {
  send(command: never): Promise<object>;
  destroy(): void;
}

describeWith("python", "the front of the emulated AWS", function () {
  this.timeout(120_000);
  let front: Front;
  let caller: Credentials;

  beforeEach(async () => {
    // Nothing stands behind it: what it does not answer fails.
    front = await Front.start(1);
    caller = new Credentials("caller", "111122223333", "caller");
    front.credentials.set("caller", caller);
  });
  afterEach(() => front.stop());

  /** Has one operation answered, calls it, and returns what the service got and the caller received. */
  async function exchange(
    name: string,
    operation: string,
    client: ClientClass<AnyClient>,
    command: object,
    output: object,
    region = "eu-north-1",
  ): Promise<{ got: object | undefined; received: object }> {
    let got: object | undefined;
    front.add({ name, answers: { [operation]: ({ input }) => ((got = input), output) } });
    const received = Object.entries(await send(client, command, region)).filter(([key]) => key !== "$metadata");
    return { got, received: Object.fromEntries(received) };
  }

  async function send(
    client: ClientClass<AnyClient>,
    command: object,
    region = "eu-north-1",
    accessKeyId = "caller",
  ): Promise<object> {
    const credentials = { accessKeyId, secretAccessKey: "of-the-emulated-world" };
    const made = new client({ endpoint: front.url, region, credentials });
    try {
      return await made.send(command as never);
    } finally {
      made.destroy();
    }
  }

  const TIME = new Date("2026-10-01T12:00:00Z");

  describe("speaks as the SDK does", () => {
    it("in forms and XML (query)", async () => {
      const input = {
        ApplicationName: "AI-Prism",
        EnvironmentName: "AI-Prism-Test",
        Tags: [{ Key: "a&b", Value: "<c>" }],
        OptionSettings: [
          { Namespace: "aws:ec2:vpc", OptionName: "Subnets", Value: "subnet-1,subnet-2" },
          { Namespace: "aws:ec2:vpc", OptionName: "VPCId", Value: "" },
        ],
      };
      const output = {
        EnvironmentName: "AI-Prism-Test",
        DateCreated: TIME,
        Status: "Launching",
        AbortableOperationInProgress: false,
      };
      const answered = await exchange(
        "elasticbeanstalk",
        "CreateEnvironment",
        ElasticBeanstalkClient,
        new CreateEnvironmentCommand(input),
        output,
      );
      assert.deepEqual(answered, { got: input, received: output });
    });

    it("with maps in forms", async () => {
      const input = {
        TopicArn: "arn:aws:sns:eu-north-1:111122223333:t",
        Protocol: "sqs",
        Attributes: { RawMessageDelivery: "true" },
      };
      const { got } = await exchange("sns", "Subscribe", SNSClient, new SubscribeCommand(input), {
        SubscriptionArn: "arn",
      });
      assert.deepEqual(got, input);
    });

    it("in the forms of EC2", async () => {
      const input = {
        GroupId: "sg-1",
        IpPermissions: [
          {
            IpProtocol: "tcp",
            FromPort: 80,
            ToPort: 80,
            PrefixListIds: [{ PrefixListId: "pl-1", Description: "CDN" }],
          },
          {
            IpProtocol: "tcp",
            FromPort: 443,
            ToPort: 443,
            IpRanges: [{ CidrIp: "10.0.0.0/16" }],
            Ipv6Ranges: [{ CidrIpv6: "::/0" }],
          },
        ],
      };
      const output = {
        Return: true,
        SecurityGroupRules: [{ SecurityGroupRuleId: "sgr-1", IsEgress: false, FromPort: 80 }],
      };
      const answered = await exchange(
        "ec2",
        "AuthorizeSecurityGroupIngress",
        EC2Client,
        new AuthorizeSecurityGroupIngressCommand(input),
        output,
      );
      assert.deepEqual(answered, { got: input, received: output });
    });

    it("in JSON", async () => {
      const output = {
        ARN: "arn:aws:secretsmanager:eu-north-1:111122223333:secret:a-123456",
        Name: "a",
        LastRotatedDate: TIME,
        RotationEnabled: true,
        VersionIdsToStages: { ["v".repeat(32)]: ["AWSCURRENT"] },
      };
      const answered = await exchange(
        "secretsmanager",
        "DescribeSecret",
        SecretsManagerClient,
        new DescribeSecretCommand({ SecretId: "a" }),
        output,
      );
      assert.deepEqual(answered, { got: { SecretId: "a" }, received: output });
    });

    it("in JSON behind paths, over HTTP/2, with bytes", async () => {
      const messages = [
        {
          role: "user" as const,
          content: [
            { text: "read" },
            { document: { format: "txt" as const, name: "letter", source: { bytes: Buffer.from("dear") } } },
          ],
        },
      ];
      const output = {
        output: { message: { role: "assistant", content: [{ text: "ok" }] } },
        stopReason: "end_turn",
        usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
        metrics: { latencyMs: 4 },
      };
      const modelId = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
      const { got, received } = await exchange(
        "bedrock-runtime",
        "Converse",
        BedrockRuntimeClient,
        new ConverseCommand({ modelId, messages }),
        output,
      );
      assert.deepEqual(got, { modelId, messages });
      assert.deepEqual(received, output);
    });

    it("in XML behind paths", async () => {
      const batch = { CallerReference: "once", Paths: { Quantity: 2, Items: ["/static/*", "/a&b"] } };
      const output = {
        Location: "https://cloudfront.amazonaws.com/1",
        Invalidation: { Id: "I1", Status: "InProgress", CreateTime: TIME, InvalidationBatch: batch },
      };
      const command = new CreateInvalidationCommand({ DistributionId: "E1", InvalidationBatch: batch });
      const answered = await exchange(
        "cloudfront",
        "CreateInvalidation",
        CloudFrontClient,
        command,
        output,
        "us-east-1",
      );
      assert.deepEqual(answered, { got: { DistributionId: "E1", InvalidationBatch: batch }, received: output });
    });

    it("with attributes and empty elements of S3", async () => {
      const output = {
        ReplicationConfiguration: {
          Role: "arn:aws:iam::111122223333:role/r",
          Rules: [
            {
              ID: "all",
              Status: "Enabled",
              Filter: { Prefix: "" },
              Destination: { Bucket: "arn:aws:s3:::b", ReplicationTime: { Status: "Enabled", Time: { Minutes: 15 } } },
            },
          ],
        },
      };
      const { got, received } = await exchange(
        "s3",
        "GetBucketReplication",
        S3Client,
        new GetBucketReplicationCommand({ Bucket: "ai.prism" }),
        output,
      );
      assert.deepEqual(got, { Bucket: "ai.prism" });
      assert.deepEqual(received, output);
    });
  });

  describe("refuses what AWS's model does not have", () => {
    const query = (body: string): Promise<Response> =>
      fetch(front.url, {
        method: "POST",
        headers: {
          authorization: "AWS4-HMAC-SHA256 Credential=caller/20261001/eu-north-1/elasticbeanstalk/aws4_request",
        },
        body,
      });
    beforeEach(() => {
      front.add({
        name: "elasticbeanstalk",
        answers: { DescribeEvents: () => ({ Events: [] }), CreateApplication: () => ({}) },
      });
    });

    for (const [what, body, complaint] of [
      ["an operation", "Action=DescribeEverything", /elasticbeanstalk has no operation DescribeEverything/],
      ["a member", "Action=DescribeEvents&Colour=red", /the model does not know Colour/],
      ["a missing member", "Action=CreateApplication&Description=d", /ApplicationName is required/],
      [
        "a number that is none",
        "Action=DescribeEvents&MaxRecords=many",
        /MaxRecords: a whole number is wanted, got "many"/,
      ],
      ["a number out of range", "Action=DescribeEvents&MaxRecords=0", /MaxRecords: at least 1 is wanted, got 0/],
      ["a time that is none", "Action=DescribeEvents&StartTime=yesterday", /StartTime: a time is wanted/],
      [
        "a word of none that are allowed",
        "Action=DescribeEvents&Severity=BAD",
        /Severity: one of TRACE, .* is wanted, got "BAD"/,
      ],
      [
        "a text too long",
        `Action=DescribeEvents&EnvironmentName=${"x".repeat(41)}`,
        /at most 40 is wanted, got 41 characters/,
      ],
    ] as const) {
      it(`in a request: ${what}`, async () => {
        const answer = await query(body);
        assert.equal(answer.status, 400);
        assert.match(await answer.text(), /EmulatedWorldRefused/);
        assert.match(front.complaints.splice(0).join("\n"), complaint);
      });
    }

    for (const [what, output, complaint] of [
      ["a member", { Environments: [{ Colour: "red" }] }, /Environments\[0\]: there is no Colour/],
      ["a type", { Environments: [{ DateCreated: "now" }] }, /DateCreated: a time is wanted, got "now"/],
      [
        "a word",
        { Environments: [{ Health: "Blue" }] },
        /Health: one of Green, Yellow, Red, Grey is wanted, got "Blue"/,
      ],
      ["a list that is none", { Environments: {} }, /Environments: a list is wanted/],
    ] as const) {
      it(`in an answer of its own: ${what}`, async () => {
        const sent = exchange(
          "elasticbeanstalk",
          "DescribeEnvironments",
          ElasticBeanstalkClient,
          new DescribeEnvironmentsCommand({}),
          output,
        );
        await assert.rejects(sent, { name: "EmulatedWorldRefused" });
        assert.match(front.complaints.splice(0).join("\n"), complaint);
      });
    }

    it("in an answer of its own: what is required, and one of several in a union", () => {
      const model = Model.of("bedrock-runtime");
      const { output } = model.operations.Converse!;
      const answer = {
        output: { message: { role: "assistant", content: [{ text: "a", image: { format: "png", source: {} } }] } },
        stopReason: "end_turn",
      };
      const problems = model.problems(answer, output, "answer").join("\n");
      for (const expected of [
        /usage is required/,
        /metrics is required/,
        /exactly one of .* is wanted, got text, image/,
      ]) {
        assert.match(problems, expected);
      }
    });

    it("and fails loudly where an answer is not thought of at all", async () => {
      front.add({
        name: "elasticbeanstalk",
        answers: { DescribeEvents: () => ({ ...(undefined as never as { a: { b: object } }).a.b }) },
      });
      await assert.rejects(send(ElasticBeanstalkClient, new DescribeEventsCommand({})), {
        name: "EmulatedWorldRefused",
      });
      assert.match(front.complaints.splice(0).join("\n"), /TypeError/);
    });

    it("patterns too", () => {
      const model = Model.of("bedrock");
      const { input } = model.operations.GetFoundationModelAvailability!;
      assert.match(model.problems({ modelId: "no such thing!" }, input, "request").join("\n"), /does not match/);
      assert.deepEqual(model.problems({ modelId: "anthropic.claude-sonnet-4-6" }, input, "request"), []);
    });

    it("a service that is not part of the world", async () => {
      const answer = await fetch(front.url, {
        headers: { authorization: "AWS4-HMAC-SHA256 Credential=caller/20261001/eu-north-1/lightsail/aws4_request" },
      });
      assert.equal(answer.status, 400);
      assert.match(front.complaints.splice(0).join("\n"), /no service lightsail/);
    });
  });

  describe("keeps away", () => {
    const fine: Service = { name: "sts", answers: { GetCallerIdentity: () => ({ Account: "111122223333" }) } };
    const ask = (accessKeyId?: string): Promise<unknown> =>
      send(STSClient, new GetCallerIdentityCommand({}), "eu-north-1", accessKeyId);
    beforeEach(() => {
      front.add(fine);
    });

    it("who does not sign", async () => {
      assert.equal((await fetch(front.url)).status, 403);
    });

    it("whom it does not know", async () => {
      await assert.rejects(ask("stranger"), { name: "InvalidClientTokenId" });
    });

    it("whose session has ended, until it begins again", async () => {
      caller.expired = true;
      await assert.rejects(ask(), { name: "ExpiredToken" });
      caller.expired = false;
      await ask();
    });

    it("who may not call the action, and names it as IAM does", async () => {
      caller.denied.add("bedrock:InvokeModel");
      const messages = [{ role: "user" as const, content: [{ text: "hello" }] }];
      const sent = send(
        BedrockRuntimeClient,
        new ConverseCommand({ modelId: "eu.anthropic.claude-sonnet-4-6", messages }),
      );
      await assert.rejects(sent, {
        name: "AccessDeniedException",
        message: /caller is not authorized to perform: bedrock:InvokeModel/,
      });
      caller.denied.clear();
      caller.denied.add("s3:*");
      const asked = send(S3Client, new GetBucketReplicationCommand({ Bucket: "ai.prism" }));
      await assert.rejects(asked, { name: "AccessDenied", message: /s3:GetReplicationConfiguration/ });
      caller.denied.add("ec2:DescribeRegions");
      await assert.rejects(send(EC2Client, new DescribeRegionsCommand({})), { name: "UnauthorizedOperation" });
      caller.denied.add("sns:SetTopicAttributes");
      const set = new SetTopicAttributesCommand({
        TopicArn: "arn:aws:sns:eu-north-1:111122223333:t",
        AttributeName: "Policy",
        AttributeValue: "{}",
      });
      await assert.rejects(send(SNSClient, set), { name: "AuthorizationErrorException" });
    });

    it("who asks too often, for as many times as it says", async () => {
      front.weather.throttled.set("sts:GetCallerIdentity", 2);
      // The SDK tries three times.
      await ask();
      front.weather.throttled.set("sts:GetCallerIdentity", Infinity);
      await assert.rejects(ask(), { name: "Throttling" });
    });

    it("everybody from a region that is down, and nobody from another", async () => {
      front.weather.down.add("eu-north-1");
      await assert.rejects(ask());
      await send(STSClient, new GetCallerIdentityCommand({}), "eu-west-1");
      front.weather.down.clear();
      await ask();
    });

    it("nobody for what a service itself refuses, which it words as AWS does", async () => {
      const refuse = (): never => {
        throw new AwsError("ResourceNotFoundException", "There is no such model.");
      };
      front.add({ name: "bedrock", answers: { GetFoundationModelAvailability: refuse } });
      const command = new GetFoundationModelAvailabilityCommand({ modelId: "anthropic.claude-sonnet-4-6" });
      await assert.rejects(send(BedrockClient, command), (error: Error & { $metadata: { httpStatusCode: number } }) => {
        const { name, message, $metadata } = error;
        assert.deepEqual(
          [name, message, $metadata.httpStatusCode],
          ["ResourceNotFoundException", "There is no such model.", 404],
        );
        return true;
      });
    });

    it("nothing in silence: what nobody answers is told", async () => {
      await assert.rejects(
        send(
          CloudWatchClient,
          new PutMetricAlarmCommand({
            AlarmName: "a",
            EvaluationPeriods: 1,
            ComparisonOperator: "GreaterThanThreshold",
          }),
        ),
      );
      assert.match(front.complaints.splice(0).join("\n"), /ECONNREFUSED/);
    });
  });

  it("knows every action whose name in IAM is not its operation's", () => {
    assert.equal(iamAction("elbv2", "DescribeTargetHealth"), "elasticloadbalancing:DescribeTargetHealth");
    assert.equal(iamAction("s3", "HeadObject"), "s3:GetObject");
    assert.equal(iamAction("rds", "DescribeDBInstances"), "rds:DescribeDBInstances");
  });
});
