import { Deferred } from "../read";
import { keyAdmits, keyType } from "../keys";
import type { StackRule } from "../rule";
import type { StackIndex } from "../stack-index";
import type { Resource } from "../resource";

const topicType = ["aws:sns/topic:Topic"];

/** What sends to topics: type, property that names them, path inside it, and the service that sends. */
const senders: Record<string, { property: string; paths: (sender: Resource) => string[]; service: string }> = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    property: "alarmActions",
    paths: () => ["alarmActions"],
    service: "cloudwatch.amazonaws.com",
  },
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": {
    property: "alarmActions",
    paths: () => ["alarmActions"],
    service: "cloudwatch.amazonaws.com",
  },
  "aws:s3/bucketNotification:BucketNotification": {
    property: "topics",
    paths: (sender) => sender.list("topics").map((_, index) => `topics.${index}.topicArn`),
    service: "s3.amazonaws.com",
  },
  "aws:budgets/budget:Budget": {
    property: "notifications",
    paths: (sender) => sender.list("notifications").map((_, index) => `notifications.${index}.subscriberSnsTopicArns`),
    service: "budgets.amazonaws.com",
  },
};

export const alarmActionLive: StackRule = {
  id: "alarm-action-live",
  title: "What alarms say arrives somewhere",
  family: "observability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: Object.keys(senders),
  controls: { fsbp: ["CloudWatch.15"], wellArchitected: ["REL06-BP03", "OPS08-BP04"] },
  remediation:
    "Subscribe somebody to the topic, encrypt it with a key of the program's own, and let the sending service in to that key.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html",
  check(sender, { fail, attempt, stack }) {
    const { property, paths, service } = senders[sender.type]!;
    const topics = new Set(paths(sender).flatMap((path) => stack.targets(sender, property, topicType, path).resources));
    for (const topic of topics) {
      attempt(() => {
        if (!hasSubscriber(stack, topic)) fail(`The topic "${topic.name}" has no subscriber.`);
      });
      attempt(() => {
        const key = topic.read("kmsMasterKeyId");
        if (key.state === "known" && /^(arn:.*:)?alias\/aws\//.test(String(key.value))) {
          return fail(`The topic "${topic.name}" is encrypted with AWS's own key, with which ${service} cannot send.`);
        }
        for (const own of stack.target(topic, "kmsMasterKeyId", keyType).resources) {
          if (!keyAdmits(stack, own, service)) {
            fail(`The key "${own.name}" of the topic "${topic.name}" does not let in ${service}.`);
          }
        }
      });
    }
  },
};

function hasSubscriber(stack: StackIndex, topic: Resource): boolean {
  const subscriptions = stack.referrers(topic, ["aws:sns/topicSubscription:TopicSubscription"], "topic");
  const channels = stack.referrers(
    topic,
    ["aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration"],
    "snsTopicArns",
  );
  if (subscriptions.found.length > 0 || channels.found.length > 0) return true;
  if (subscriptions.unknown.length > 0 || channels.unknown.length > 0) throw new Deferred("topic");
  return false;
}
