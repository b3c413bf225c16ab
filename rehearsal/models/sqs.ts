import { isObject, text } from "../values";
import { type ModelContext, type Models, type Refused, refused } from "./model";
import { naming, plain } from "./references";

const QUEUE = "aws:sqs/queue:Queue";

/** What takes a queue's letters in must be a queue of its kind. */
function refuseDeadLetters({ inputs, world }: ModelContext): Refused | undefined {
  let policy: unknown;
  try {
    policy = JSON.parse(text(inputs.redrivePolicy) ?? "null");
  } catch {
    return undefined;
  }
  const target = isObject(policy) ? world.findBy(QUEUE, "arn", policy.deadLetterTargetArn) : undefined;
  const fifo = (queue: Record<string, unknown>) => queue.fifoQueue === true;
  return target && fifo(plain(target)) !== fifo(inputs)
    ? refused(
        "InvalidParameterValue",
        `Value for parameter RedrivePolicy is invalid. Reason: Dead-letter queue must be same type of queue as the source: ${naming(target)}`,
      )
    : undefined;
}

export const models: Models = {
  [QUEUE]: {
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
    refuse: (context) =>
      context.inputs.fifoQueue === true && !String(context.inputs.name).endsWith(".fifo")
        ? refused("InvalidParameterValue", "the name of a FIFO queue must end in .fifo")
        : refuseDeadLetters(context),
  },
};
