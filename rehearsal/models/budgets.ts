import { isObject, list, type Properties } from "../values";
import { type ModelContext, type Models, type Refused, refused } from "./model";

function refuse({ inputs }: ModelContext): Refused | undefined {
  if (
    inputs.limitAmount === undefined &&
    list(inputs.plannedLimits).length === 0 &&
    inputs.autoAdjustData === undefined
  ) {
    return refused("InvalidParameterException", "one of limitAmount, plannedLimits, autoAdjustData must be given");
  }
  for (const [index, notification] of list(inputs.notifications).filter(isObject).entries()) {
    const emails = list((notification as Properties).subscriberEmailAddresses).length;
    const topics = list((notification as Properties).subscriberSnsTopicArns).length;
    if (emails + topics === 0)
      return refused("InvalidParameterException", `notifications[${index}] has nobody to tell`);
    if (emails > 10 || topics > 1) {
      return refused(
        "CreationLimitExceededException",
        `notifications[${index}] can tell ten e-mail addresses and one topic`,
      );
    }
    if (inputs.timeUnit === "DAILY" && notification.notificationType === "FORECASTED") {
      return refused("InvalidParameterException", `notifications[${index}]: a DAILY budget forecasts nothing`);
    }
  }
  return undefined;
}

export const models: Models = {
  "aws:budgets/budget:Budget": {
    outputs: ({ account }) => ({ accountId: account, timePeriodStart: "2026-01-01_00:00", costFilters: [] }),
    refuse,
  },
};
