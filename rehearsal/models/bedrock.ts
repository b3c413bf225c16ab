import { timeOf } from "../templates";
import { isObject, text } from "../values";
import type { Models } from "./model";

export const models: Models = {
  "aws:bedrock/inferenceProfile:InferenceProfile": {
    outputs: ({ identifiers, inputs }) => {
      const source = isObject(inputs.modelSource) ? text(inputs.modelSource.copyFrom) : undefined;
      const at = timeOf(identifiers);
      return {
        createdAt: at,
        updatedAt: at,
        models: source ? [{ modelArn: source }] : [],
        status: "ACTIVE",
        type: "APPLICATION",
      };
    },
  },
};
