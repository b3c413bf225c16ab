import type * as sns from "@aws-sdk/client-sns";
import { randomBytes } from "node:crypto";
import { type Call, type Service, AwsError } from "../service";

/** A message with which SNS asks a subscriber for consent. */
export interface Invitation {
  readonly topicArn: string;
  readonly endpoint: string;
  readonly subscriptionArn: string;
  /** What the link in it confirms with. */
  readonly token: string;
}

/** Protocols whose subscribers are asked first. */
const ASKED = new Set(["email", "email-json", "http", "https", "sms"]);

/** SNS: the emulator's, which takes everybody for confirmed; the front asks first, as AWS does. */
export class Sns implements Service {
  readonly name = "sns";
  /** Invitations that nobody has followed yet. */
  readonly invitations: Invitation[] = [];

  readonly answers = {
    Subscribe: async (call: Call<sns.SubscribeInput>): Promise<sns.SubscribeResponse> => {
      const { TopicArn, Protocol, Endpoint, ReturnSubscriptionArn } = call.input;
      const { SubscriptionArn } = await call.forward<sns.SubscribeResponse>();
      if (!ASKED.has(Protocol!)) return { SubscriptionArn };
      if (!this.invitations.some((one) => one.subscriptionArn === SubscriptionArn)) {
        this.invitations.push({
          topicArn: TopicArn!,
          endpoint: Endpoint!,
          subscriptionArn: SubscriptionArn!,
          token: randomBytes(32).toString("hex"),
        });
      }
      return { SubscriptionArn: ReturnSubscriptionArn ? SubscriptionArn : "pending confirmation" };
    },

    ConfirmSubscription: ({ input }: Call<sns.ConfirmSubscriptionInput>): sns.ConfirmSubscriptionResponse => {
      const index = this.invitations.findIndex((one) => one.topicArn === input.TopicArn && one.token === input.Token);
      const [invitation] = index < 0 ? [] : this.invitations.splice(index, 1);
      if (!invitation) throw new AwsError("InvalidParameter", "Invalid token");
      return { SubscriptionArn: invitation.subscriptionArn };
    },

    ListSubscriptions: async (call: Call<sns.ListSubscriptionsInput>): Promise<sns.ListSubscriptionsResponse> => {
      const answer = await call.forward<sns.ListSubscriptionsResponse>();
      return { ...answer, Subscriptions: answer.Subscriptions?.map((one) => this.seen(one)) };
    },

    ListSubscriptionsByTopic: async (
      call: Call<sns.ListSubscriptionsByTopicInput>,
    ): Promise<sns.ListSubscriptionsByTopicResponse> => {
      const answer = await call.forward<sns.ListSubscriptionsByTopicResponse>();
      return { ...answer, Subscriptions: answer.Subscriptions?.map((one) => this.seen(one)) };
    },

    GetSubscriptionAttributes: async (
      call: Call<sns.GetSubscriptionAttributesInput>,
    ): Promise<sns.GetSubscriptionAttributesResponse> => {
      const { Attributes } = await call.forward<sns.GetSubscriptionAttributesResponse>();
      const pending = this.isPending(call.input.SubscriptionArn);
      return { Attributes: { ...Attributes, PendingConfirmation: String(pending) } };
    },
  };

  private isPending(arn: string | undefined): boolean {
    return this.invitations.some(({ subscriptionArn }) => subscriptionArn === arn);
  }

  /** In lists, a subscription that waits for consent has these words in place of its ARN. */
  private seen(one: sns.Subscription): sns.Subscription {
    return this.isPending(one.SubscriptionArn) ? { ...one, SubscriptionArn: "PendingConfirmation" } : one;
  }
}
