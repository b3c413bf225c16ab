import type { Models } from "./model";

export const models: Models = {
  "aws:dynamodb/table:Table": {
    outputs: ({ inputs, arn }) => ({
      readCapacity: 0,
      writeCapacity: 0,
      streamArn: inputs.streamEnabled === true ? `${arn}/stream/2026-01-01T00:00:00.000` : "",
      streamLabel: inputs.streamEnabled === true ? "2026-01-01T00:00:00.000" : "",
    }),
    refuseDelete: ({ inputs }) =>
      inputs.deletionProtectionEnabled === true ? "deletionProtectionEnabled is on" : undefined,
  },
};
