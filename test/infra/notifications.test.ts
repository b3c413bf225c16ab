import assert from "node:assert/strict";
import { Notifications, type NotificationsArgs } from "../../infra/notifications";
import { AWS_CALLS, AWS_OUTPUTS } from "../support/aws-outputs";
import { runMocked, type Run } from "../support/mocks";

const place = (region: string) => ({ region, kmsKeyArn: `arn:aws:kms:${region}:111122223333:key/k` });
const ARGS: NotificationsArgs = {
  accountId: "111122223333",
  topicName: "ai-prism-alerts",
  regions: { home: place("eu-north-1"), replica: place("eu-west-1"), edge: place("us-east-1") },
  emails: ["oncall@example.com"],
  slackRoleName: "ai-prism-slack-role",
};
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";

function run(args: Partial<NotificationsArgs> = {}, preview = false): Promise<Run<Notifications>> {
  return runMocked(() => new Notifications("notifications", { ...ARGS, ...args }), {
    preview,
    outputs: AWS_OUTPUTS,
    calls: AWS_CALLS,
  });
}

describe("Notifications", () => {
  for (const preview of [false, true]) {
    it(`registers a topic, its policy and each subscriber per region, ${preview ? "in preview" : "in an update"}`, async () => {
      assert.deepEqual((await run({}, preview)).list(), [
        "aws:sns/topic:Topic notifications-edge",
        "aws:sns/topic:Topic notifications-home",
        "aws:sns/topic:Topic notifications-replica",
        "aws:sns/topicPolicy:TopicPolicy notifications-edge",
        "aws:sns/topicPolicy:TopicPolicy notifications-home",
        "aws:sns/topicPolicy:TopicPolicy notifications-replica",
        "aws:sns/topicSubscription:TopicSubscription notifications-edge-email-0",
        "aws:sns/topicSubscription:TopicSubscription notifications-home-email-0",
        "aws:sns/topicSubscription:TopicSubscription notifications-replica-email-0",
      ]);
    });
  }

  it("encrypts each topic with the key of its region", async () => {
    for (const { inputs } of (await run()).all("aws:sns/topic:Topic")) {
      assert.equal(inputs.kmsMasterKeyId, `arn:aws:kms:${inputs.region}:111122223333:key/k`);
    }
  });

  it("lets publish only the services that do, for this account, over TLS", async () => {
    const { one } = await run();
    const publishers = (name: string) => {
      const { Statement } = JSON.parse(one("aws:sns/topicPolicy:TopicPolicy", `notifications-${name}`).inputs.policy);
      const allowed = Statement.filter(({ Effect }: { Effect: string }) => Effect === "Allow");
      for (const { Condition, Action } of allowed) {
        assert.deepEqual(Condition, { StringEquals: { "aws:SourceAccount": "111122223333" } });
        assert.equal(Action, "sns:Publish");
      }
      assert.deepEqual(Statement.at(-1).Condition, { Bool: { "aws:SecureTransport": "false" } });
      return allowed.map(({ Principal }: { Principal: { Service: string } }) => Principal.Service);
    };
    assert.deepEqual(publishers("home"), ["cloudwatch.amazonaws.com", "s3.amazonaws.com"]);
    assert.deepEqual(publishers("replica"), ["cloudwatch.amazonaws.com"]);
    assert.deepEqual(publishers("edge"), ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]);
  });

  it("reads PagerDuty's address from its secret and keeps it secret", async () => {
    const { all } = await run({
      emails: [],
      pagerDutySecretArn: "arn:aws:secretsmanager:eu-north-1:111122223333:secret:p",
    });
    assert.equal(all(SUBSCRIPTION).length, 3);
    for (const { inputs, secretInputs } of all(SUBSCRIPTION)) {
      assert.equal(inputs.protocol, "https");
      assert.equal(inputs.endpointAutoConfirms, true);
      assert.deepEqual(secretInputs, ["endpoint"]);
    }
  });

  it("posts all three topics to Slack, where nobody can do more than look", async () => {
    const { one, result } = await run({
      slack: { workspaceId: "T07EA123LEP", channelId: "C07EZ1ABC23" },
      transform: { slackRole: { path: "/alerts/" } },
    });
    const channel = one("aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration").inputs;
    assert.deepEqual(channel.guardrailPolicyArns, ["arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"]);
    assert.equal(channel.snsTopicArns.length, 3);
    const role = one("aws:iam/role:Role").inputs;
    assert.deepEqual([role.name, role.path], ["ai-prism-slack-role", "/alerts/"]);
    assert.deepEqual(JSON.parse(role.assumeRolePolicy).Statement[0].Principal, { Service: "chatbot.amazonaws.com" });
    assert.ok(result.nodes.slackRole && result.nodes.slackRolePolicy && result.nodes.slackChannel);
  });

  it("applies a transform to every topic", async () => {
    const { all } = await run({ transform: { topic: { displayName: "Ours" } } });
    assert.deepEqual(
      all("aws:sns/topic:Topic").map(({ inputs }) => inputs.displayName),
      ["Ours", "Ours", "Ours"],
    );
  });

  it("refuses to have nobody to tell", async () => {
    await assert.rejects(run({ emails: [] }), {
      message:
        'Notifications "notifications": emails = [] is not allowed: at least one address, or pagerDutySecretArn, or slack',
    });
  });
});
