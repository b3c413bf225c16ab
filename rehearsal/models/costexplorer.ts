import { type Models, refused } from "./model";
import { naming, others, plain } from "./references";

const MONITOR = "aws:costexplorer/anomalyMonitor:AnomalyMonitor";

export const models: Models = {
  [MONITOR]: {
    refuse(context) {
      const { inputs } = context;
      if (inputs.monitorType !== "DIMENSIONAL") return undefined;
      const other = others(context, MONITOR).find(
        (one) => plain(one).monitorType === "DIMENSIONAL" && plain(one).monitorDimension === inputs.monitorDimension,
      );
      return (
        other &&
        refused(
          "LimitExceededException",
          `Limit exceeded on dimensional spend monitor creation: the account has ${naming(other)}`,
        )
      );
    },
  },
};
