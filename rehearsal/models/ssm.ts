import type { Models } from "./model";

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
  },
};
