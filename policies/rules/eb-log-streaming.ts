import { beanstalkTypes, option } from "../beanstalk";
import { isFalse, isTrue } from "../read";
import { disposableStacks, type ResourceRule } from "../rule";

const logs = "aws:elasticbeanstalk:cloudwatch:logs";

export const ebLogStreaming: ResourceRule = {
  id: "eb-log-streaming",
  title: "Beanstalk's logs outlive its instances",
  family: "observability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: beanstalkTypes,
  controls: { fsbp: ["ElasticBeanstalk.3"], wellArchitected: ["SEC04-BP01"] },
  remediation: `Set StreamLogs of ${logs} to "true", RetentionInDays to at least minDays, and DeleteOnTerminate to "false".`,
  url: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.cloudwatchlogs.html",
  parameters: {
    minDays: { type: "integer", minimum: 1, description: "Fewest days of retention.", default: 7 },
    disposableStacks,
  },
  check(environment, { fail, attempt, parameter }) {
    attempt(() => {
      if (!isTrue(option(environment, logs, "StreamLogs"))) fail('StreamLogs is not "true".');
    });
    attempt(() => {
      const days = Number(option(environment, logs, "RetentionInDays") ?? 7);
      const minimum = parameter<number>("minDays");
      if (days < minimum) fail(`RetentionInDays is ${days}, fewer than ${minimum}.`);
    });
    attempt(() => {
      if (parameter<string[]>("disposableStacks").includes(environment.stack)) return;
      const lost = option(environment, logs, "DeleteOnTerminate") ?? "false";
      if (!isFalse(lost)) fail('DeleteOnTerminate is not "false", so the logs go with the environment.');
    });
  },
};
