import type { StackRule } from "../rule";

export const bedrockInvocationLogging: StackRule = {
  id: "bedrock-invocation-logging",
  title: "Calls of models are logged where nobody else reads them",
  family: "observability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration"],
  controls: { wellArchitected: ["SEC04-BP01", "SEC08-BP02"] },
  remediation: "Name a log group that is encrypted with a key of the program's own, or a bucket, in loggingConfig.",
  url: "https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html",
  check(configuration, { fail, stack }) {
    const path = "loggingConfig.cloudwatchConfig.logGroupName";
    const bucket = configuration.read("loggingConfig.s3Config.bucketName").state !== "absent";
    if (configuration.read(path).state === "absent" && !bucket) return fail("loggingConfig names no destination.");
    const type = ["aws:cloudwatch/logGroup:LogGroup"];
    for (const group of stack.target(configuration, "loggingConfig", type, path).resources) {
      if (group.read("kmsKeyId").state === "absent")
        fail(`The log group "${group.name}" has no key of the program's own.`);
    }
  },
};
