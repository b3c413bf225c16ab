import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type Transform } from "./component";
import { ownAccount, policyJson, trustService, type Statement } from "./policy-document";

/** Where a topic stands, and the key in that region that its publishers are let in to. */
export interface TopicPlace {
  readonly region: string;
  readonly kmsKeyArn: pulumi.Input<string>;
}

/** Arguments of {@link Notifications}. */
export interface NotificationsArgs {
  readonly accountId: string;
  /** Name of the topics, the same in every region. */
  readonly topicName: string;
  /** Alarms reach only topics of their own region, so each region they live in has one. */
  readonly regions: { readonly home: TopicPlace; readonly replica: TopicPlace; readonly edge: TopicPlace };
  /** Each has to confirm one subscription per region. */
  readonly emails: readonly string[];
  /** Secret in the home region whose text is PagerDuty's HTTPS integration address. The address is the credential. */
  readonly pagerDutySecretArn?: string;
  /** Channel that AWS Chatbot posts to; the workspace has to be authorised in the console once. */
  readonly slack?: { readonly workspaceId: string; readonly channelId: string };
  readonly slackRoleName: string;
  readonly transform?: NotificationsTransforms;
}

export interface NotificationsTransforms {
  readonly topic?: Transform<aws.sns.TopicArgs>;
  readonly topicPolicy?: Transform<aws.sns.TopicPolicyArgs>;
  readonly subscription?: Transform<aws.sns.TopicSubscriptionArgs>;
  readonly slackRole?: Transform<aws.iam.RoleArgs>;
  readonly slackRolePolicy?: Transform<aws.iam.RolePolicyAttachmentArgs>;
  readonly slackChannel?: Transform<aws.chatbot.SlackChannelConfigurationArgs>;
}

type Place = keyof NotificationsArgs["regions"];
const PLACES: readonly Place[] = ["home", "replica", "edge"];

/** Who may publish, by place: budgets live with the edge, bucket events with the documents. */
const PUBLISHERS: Readonly<Record<Place, readonly string[]>> = {
  home: ["cloudwatch", "s3"],
  replica: ["cloudwatch"],
  edge: ["cloudwatch", "budgets"],
};

/** Somebody to tell: an encrypted topic in every region that alarms live in, and their subscribers. No charge below a million messages. */
export class Notifications extends Component<NotificationsTransforms> {
  /** Known once publishers may publish. */
  readonly topicArns: Readonly<Record<Place, pulumi.Output<string>>>;
  readonly nodes: {
    readonly topics: Readonly<Record<Place, aws.sns.Topic>>;
    readonly topicPolicies: Readonly<Record<Place, aws.sns.TopicPolicy>>;
    readonly subscriptions: readonly aws.sns.TopicSubscription[];
    readonly slackRole?: aws.iam.Role;
    readonly slackRolePolicy?: aws.iam.RolePolicyAttachment;
    readonly slackChannel?: aws.chatbot.SlackChannelConfiguration;
  };

  /** @throws InvalidArgument without a subscriber */
  constructor(name: string, args: NotificationsArgs, options?: pulumi.ComponentResourceOptions) {
    super("Notifications", name, args.transform, options);
    if (args.emails.length === 0 && !args.pagerDutySecretArn && !args.slack) {
      this.refuse("emails", args.emails, "at least one address, or pagerDutySecretArn, or slack");
    }
    const pagerDuty =
      args.pagerDutySecretArn === undefined
        ? undefined
        : aws.secretsmanager.getSecretVersionOutput(
            { secretId: args.pagerDutySecretArn, region: args.regions.home.region },
            { parent: this },
          ).secretString;

    const subscriptions: aws.sns.TopicSubscription[] = [];
    const subscribe = (
      place: Place,
      topic: aws.sns.Topic,
      part: string,
      protocol: string,
      endpoint: pulumi.Input<string>,
    ) =>
      subscriptions.push(
        this.child("subscription", aws.sns.TopicSubscription, `${name}-${place}-${part}`, {
          topic: topic.arn,
          region: args.regions[place].region,
          protocol,
          endpoint,
          // PagerDuty confirms by itself; a person has to answer an e-mail, and nothing waits for that.
          endpointAutoConfirms: protocol === "https",
        }),
      );
    const created = PLACES.map((place) => {
      const { region, kmsKeyArn } = args.regions[place];
      const topic = this.child("topic", aws.sns.Topic, `${name}-${place}`, {
        name: args.topicName,
        displayName: "AI-Prism alerts",
        region,
        kmsMasterKeyId: kmsKeyArn,
      });
      const policy = this.child("topicPolicy", aws.sns.TopicPolicy, `${name}-${place}`, {
        arn: topic.arn,
        region,
        policy: policyJson([
          ...PUBLISHERS[place].map((service) => publisher(service, topic.arn, args.accountId)),
          tlsOnly(topic.arn),
        ]),
      });
      for (const [index, email] of args.emails.entries()) subscribe(place, topic, `email-${index}`, "email", email);
      if (pagerDuty) subscribe(place, topic, "pagerduty", "https", pulumi.secret(pagerDuty));
      return { place, topic, policy, arn: pulumi.all([topic.arn, policy.id]).apply(([arn]) => arn) };
    });
    const byPlace = <T>(pick: (entry: (typeof created)[number]) => T) =>
      Object.fromEntries(created.map((entry) => [entry.place, pick(entry)])) as Record<Place, T>;

    this.topicArns = byPlace(({ arn }) => arn);
    this.nodes = {
      topics: byPlace(({ topic }) => topic),
      topicPolicies: byPlace(({ policy }) => policy),
      subscriptions,
      ...(args.slack && this.createSlackChannel(name, args, args.slack)),
    };
    this.registerOutputs({ topicArns: this.topicArns });
  }

  private createSlackChannel(
    name: string,
    args: NotificationsArgs,
    { workspaceId, channelId }: NonNullable<NotificationsArgs["slack"]>,
  ) {
    const slackRole = this.child("slackRole", aws.iam.Role, `${name}-slack`, {
      name: args.slackRoleName,
      description: "What the channel may look up in CloudWatch",
      assumeRolePolicy: trustService("chatbot.amazonaws.com", ownAccount(args.accountId)),
    });
    const lookUp = "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess";
    const slackRolePolicy = this.child("slackRolePolicy", aws.iam.RolePolicyAttachment, `${name}-slack`, {
      role: slackRole.name,
      policyArn: lookUp,
    });
    const slackChannel = this.child("slackChannel", aws.chatbot.SlackChannelConfiguration, name, {
      configurationName: args.topicName,
      slackTeamId: workspaceId,
      slackChannelId: channelId,
      iamRoleArn: slackRole.arn,
      // Left out, whoever is in the channel could do anything.
      guardrailPolicyArns: [lookUp],
      snsTopicArns: PLACES.map((place) => this.topicArns[place]),
      loggingLevel: "ERROR",
    });
    return { slackRole, slackRolePolicy, slackChannel };
  }
}

function publisher(service: string, topicArn: pulumi.Input<string>, accountId: string): Statement {
  return {
    Sid: `Publish${service}`,
    Effect: "Allow",
    Principal: { Service: `${service}.amazonaws.com` },
    Action: "sns:Publish",
    Resource: topicArn,
    Condition: ownAccount(accountId),
  };
}

function tlsOnly(topicArn: pulumi.Input<string>): Statement {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "sns:Publish",
    Resource: topicArn,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
