import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export = async () => {
  const count = new pulumi.Config().requireNumber("resources");
  // Two in three are waited for by another, as in a program that is wired.
  for (let index = 0; index < count / 3; index++) {
    const queue = new aws.sqs.Queue(`queue-${index}`, { sqsManagedSseEnabled: true, messageRetentionSeconds: 86400 });
    const logs = new aws.cloudwatch.LogGroup(`logs-${index}`, { retentionInDays: 30, tags: { Queue: queue.name } });
    new aws.cloudwatch.LogMetricFilter(`errors-${index}`, {
      logGroupName: logs.name,
      pattern: "ERROR",
      metricTransformation: { name: `Errors-${index}`, namespace: "Many", value: "1" },
    });
  }
  return {};
};
