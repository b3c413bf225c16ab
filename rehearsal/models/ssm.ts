import { type Models, refused } from "./model";
import { unusableKey } from "./references";

export const models: Models = {
  "aws:ssm/parameter:Parameter": {
    outputs: ({ inputs }) => ({
      version: 1,
      dataType: "text",
      tier: "Standard",
      keyId: inputs.type === "SecureString" ? "alias/aws/ssm" : "",
      hasValueWo: inputs.valueWo !== undefined,
      insecureValue: inputs.type === "SecureString" ? "" : inputs.value,
      value: inputs.insecureValue,
    }),
    refuse(context) {
      const secure = context.inputs.type === "SecureString";
      const unusable = secure ? unusableKey(context, context.inputs.keyId) : undefined;
      return unusable ? refused("InvalidKeyId", unusable) : undefined;
    },
  },
};
