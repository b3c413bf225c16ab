import type { Models } from "./model";

export const models: Models = {
  "aws:guardduty/detector:Detector": {
    outputs: ({ account }) => ({ accountId: account, findingPublishingFrequency: "SIX_HOURS" }),
  },
};
