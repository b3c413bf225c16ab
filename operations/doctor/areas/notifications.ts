import { GetTopicAttributesCommand, ListSubscriptionsByTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import type { Aws } from "../../aws";
import { type Check, ok, wrong } from "../finding";
import { isSecretValue, type StateResource } from "../../rehearse/state";
import type { World } from "../world";

const TOKEN = "aws:sns/topicSubscription:TopicSubscription";

/** Somebody who hears of what a topic is told. */
export interface Subscriber {
  readonly protocol: string;
  /** Where it goes, as much of it as may be shown. */
  readonly shown: string;
  readonly endpoint: string;
  readonly pending: boolean;
}

/** In each region a topic, and behind it everybody who is meant to hear. */
export function notifications({ environment, outputs, deployment, aws }: World): Check[] {
  const { regions, alerts } = outputs;
  const places = ["home", "replica", "edge"] as const;
  return places.map((place) => {
    const region = regions[place];
    const topicArn = alerts.topicArns[place];
    return {
      name: place,
      subject: `${topicArn.split(":").at(-1)} in ${region}`,
      look: async () => {
        await aws.client(SNSClient, region).send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
        const subscribers = await subscribersOf(aws, region, topicArn);
        const missing = expectedOf(deployment.resources, topicArn).filter(
          (one) => !subscribers.some(({ protocol, endpoint }) => protocol === one.protocol && one.is(endpoint)),
        );
        const pending = subscribers.filter((one) => one.pending);
        if (missing.length > 0) {
          return wrong(
            `${missing.map(({ shown }) => shown).join(", ")} ${missing.length === 1 ? "is" : "are"} not subscribed any more`,
            `./prism drift ${environment} shows it as deleted; ./prism up ${environment} --yes subscribes them again, then they confirm`,
          );
        }
        if (subscribers.length === 0) return wrong("nobody is subscribed", `./prism up ${environment}`);
        if (pending.length > 0) {
          return wrong(
            `${pending.map(({ shown }) => shown).join(", ")} ${pending.length === 1 ? "has" : "have"} not confirmed, and ${pending.length === 1 ? "hears" : "hear"} nothing`,
            `the link in the mail from AWS Notifications. It is sent again by: aws sns subscribe --region ${region} --topic-arn ${topicArn} --protocol email --notification-endpoint <address>`,
          );
        }
        return ok(`heard by ${subscribers.map(({ shown }) => shown).join(", ")}`);
      },
    };
  });
}

/** Everybody who is subscribed to a topic. */
export async function subscribersOf(aws: Aws, region: string, topicArn: string): Promise<Subscriber[]> {
  const client = aws.client(SNSClient, region);
  const all: Subscriber[] = [];
  let next: string | undefined;
  do {
    const page = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn, NextToken: next }));
    for (const { Protocol = "", Endpoint = "", SubscriptionArn } of page.Subscriptions ?? []) {
      all.push({
        protocol: Protocol,
        endpoint: Endpoint,
        shown: masked(Protocol, Endpoint),
        pending: !SubscriptionArn?.startsWith("arn:"),
      });
    }
    next = page.NextToken;
  } while (next);
  return all;
}

/** An endpoint as it may be shown: of an address so much that its owner is recognised, of a web address its host. */
export function masked(protocol: string, endpoint: string): string {
  if (/^email/.test(protocol)) {
    const at = endpoint.lastIndexOf("@");
    return at < 1 ? "an e-mail address" : `${endpoint.slice(0, Math.min(3, Math.ceil(at / 2)))}…${endpoint.slice(at)}`;
  }
  if (/^https?$/.test(protocol)) {
    // The rest of the address is the credential.
    const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : "";
    if (host.endsWith("chatbot.amazonaws.com")) return "the chat channel";
    return host ? `${host} (${protocol})` : `a web address (${protocol})`;
  }
  return `${protocol} ${endpoint.split(":").at(-1)}`;
}

/** Whom the program has subscribed. */
function expectedOf(resources: readonly StateResource[] = [], topicArn: string) {
  return resources
    .filter(({ type, inputs }) => type === TOKEN && inputs?.topic === topicArn)
    .map(({ inputs }) => {
      const protocol = String(inputs?.protocol);
      const endpoint = inputs?.endpoint;
      // PagerDuty's address is a secret, and one web address beside another is as good.
      if (isSecretValue(endpoint)) return { protocol, shown: `${protocol} endpoint`, is: () => true };
      return {
        protocol,
        shown: masked(protocol, String(endpoint)),
        is: (other: string) => other.toLowerCase() === String(endpoint).toLowerCase(),
      };
    });
}
