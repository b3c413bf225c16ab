import { text } from "../values";
import { type ModelContext, type Models, type Refused, refused } from "./model";

const TOPIC = "aws:sns/topic:Topic";

function noTopic(property: string) {
  return ({ inputs, world, region }: ModelContext): Refused | undefined => {
    const arn = text(inputs[property]) ?? "";
    if (!world.findBy(TOPIC, "arn", arn)) return refused("NotFound", `Topic does not exist: there is no topic ${arn}`);
    return arn.split(":")[3] === region
      ? undefined
      : refused("InvalidParameter", `Invalid parameter: TopicArn: topic ${arn} is not in ${region}`);
  };
}

/** The policy of a topic that is given none: its owner may do everything. */
function ownerPolicy({ arn, account }: ModelContext): string {
  return JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Sid: "__default_statement_ID",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [
          "SNS:GetTopicAttributes",
          "SNS:SetTopicAttributes",
          "SNS:AddPermission",
          "SNS:RemovePermission",
          "SNS:DeleteTopic",
          "SNS:Subscribe",
          "SNS:ListSubscriptionsByTopic",
          "SNS:Publish",
        ],
        Resource: arn,
        Condition: { StringEquals: { "AWS:SourceOwner": account } },
      },
    ],
  });
}

export const models: Models = {
  [TOPIC]: {
    outputs: (context) => ({
      policy: ownerPolicy(context),
      beginningArchiveTime: "",
      signatureVersion: 0,
      tracingConfig: "PassThrough",
      fifoThroughputScope: "",
    }),
    refuse: ({ inputs }) =>
      inputs.fifoTopic === true && !String(inputs.name).endsWith(".fifo")
        ? refused("InvalidParameter", "Invalid parameter: Topic Name: the name of a FIFO topic must end in .fifo")
        : undefined,
  },
  "aws:sns/topicPolicy:TopicPolicy": { refuse: noTopic("arn") },
  "aws:sns/topicSubscription:TopicSubscription": {
    outputs: ({ inputs }) => ({
      confirmationWasAuthenticated: !/^(email|email-json|http|https)$/.test(String(inputs.protocol)),
      pendingConfirmation: /^(email|email-json|http|https)$/.test(String(inputs.protocol)),
      filterPolicyScope: "",
    }),
    refuse: noTopic("topic"),
  },
};
