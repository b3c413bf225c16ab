import { type Models, refused } from "./model";
import { cannotAssume } from "./references";

export const models: Models = {
  "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": {
    outputs: ({ inputs }) => ({
      slackChannelName: `channel-${String(inputs.slackChannelId).toLowerCase()}`,
      slackTeamName: `team-${String(inputs.slackTeamId).toLowerCase()}`,
      guardrailPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
      snsTopicArns: [],
    }),
    refuse(context) {
      const barred = cannotAssume(context, context.inputs.iamRoleArn, "chatbot.amazonaws.com");
      return barred ? refused("InvalidParameterException", `the channel cannot use iamRoleArn: ${barred}`) : undefined;
    },
  },
};
