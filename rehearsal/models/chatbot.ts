import type { Models } from "./model";

export const models: Models = {
  "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": {
    outputs: ({ inputs }) => ({
      slackChannelName: `channel-${String(inputs.slackChannelId).toLowerCase()}`,
      slackTeamName: `team-${String(inputs.slackTeamId).toLowerCase()}`,
      guardrailPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
      snsTopicArns: [],
    }),
  },
};
