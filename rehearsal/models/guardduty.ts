import { type Models, refused } from "./model";
import { naming, others } from "./references";

const DETECTOR = "aws:guardduty/detector:Detector";

export const models: Models = {
  [DETECTOR]: {
    outputs: ({ account }) => ({ accountId: account, findingPublishingFrequency: "SIX_HOURS" }),
    refuse(context) {
      const other = others(context, DETECTOR).find((one) => one.region === context.region);
      return (
        other &&
        refused(
          "BadRequestException",
          `The request is rejected because a detector already exists for the current account: ${naming(other)} in ${context.region}`,
        )
      );
    },
  },
};
