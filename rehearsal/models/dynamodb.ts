import { isObject } from "../values";
import { type Models, refused } from "./model";
import { unusableKey } from "./references";

export const models: Models = {
  "aws:dynamodb/table:Table": {
    outputs: ({ inputs, arn }) => ({
      readCapacity: 0,
      writeCapacity: 0,
      streamArn: inputs.streamEnabled === true ? `${arn}/stream/2026-01-01T00:00:00.000` : "",
      streamLabel: inputs.streamEnabled === true ? "2026-01-01T00:00:00.000" : "",
    }),
    refuse(context) {
      const encryption = context.inputs.serverSideEncryption;
      const unusable = isObject(encryption) ? unusableKey(context, encryption.kmsKeyArn) : undefined;
      return unusable
        ? refused("ValidationException", `One or more parameter values were invalid: KMSMasterKeyId: ${unusable}`)
        : undefined;
    },
    refuseDelete: ({ inputs, id }) =>
      inputs.deletionProtectionEnabled === true
        ? refused(
            "ValidationException",
            `Resource cannot be deleted as it is currently protected against deletion: deletionProtectionEnabled is on for ${id}`,
          )
        : undefined,
  },
};
