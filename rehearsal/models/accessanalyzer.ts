import { type Models, refused } from "./model";
import { naming, others, plain } from "./references";

const ANALYZER = "aws:accessanalyzer/analyzer:Analyzer";

export const models: Models = {
  [ANALYZER]: {
    refuse(context) {
      // One analyzer of access from outside is all that an account may have in a region.
      const kind = (inputs: Record<string, unknown>) => inputs.type ?? "ACCOUNT";
      if (kind(context.inputs) !== "ACCOUNT") return undefined;
      const other = others(context, ANALYZER).find(
        (one) => one.region === context.region && kind(plain(one)) === "ACCOUNT",
      );
      return (
        other &&
        refused(
          "ServiceQuotaExceededException",
          `the account has an analyzer of type ACCOUNT in ${context.region} already: ${naming(other)}`,
        )
      );
    },
  },
};
