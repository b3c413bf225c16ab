import type { Models } from "./model";

export const models: Models = {
  "aws:sqs/queue:Queue": {
    outputs: ({ id }) => ({
      url: id,
      policy: "",
      redrivePolicy: "",
      redriveAllowPolicy: "",
      sqsManagedSseEnabled: true,
      kmsDataKeyReusePeriodSeconds: 300,
      deduplicationScope: "",
      fifoThroughputLimit: "",
    }),
    refuse: ({ inputs }) =>
      inputs.fifoQueue === true && !String(inputs.name).endsWith(".fifo")
        ? "the name of a FIFO queue must end in .fifo"
        : undefined,
  },
};
