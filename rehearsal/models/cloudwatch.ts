import { isObject, list, text } from "../values";
import type { Model, ModelContext, Models } from "./model";

const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";

function refuseAlarm({ inputs, region }: ModelContext): string | undefined {
  const sources = ["metricName", "metricQueries", "evaluationCriteria"].filter(
    (name) => inputs[name] !== undefined && !(Array.isArray(inputs[name]) && list(inputs[name]).length === 0),
  );
  if (sources.length !== 1) return "exactly one of metricName, metricQueries, evaluationCriteria must be given";
  if (sources[0] === "metricName") {
    const missing = ["namespace", "period", "comparisonOperator", "evaluationPeriods"].filter(
      (name) => inputs[name] === undefined,
    );
    if (missing.length > 0) return `metricName needs ${missing.join(", ")} as well`;
    if ((inputs.statistic === undefined) === (inputs.extendedStatistic === undefined)) {
      return "metricName needs either statistic or extendedStatistic";
    }
  }
  if (sources[0] === "metricQueries") {
    const returning = list(inputs.metricQueries).filter((query) => isObject(query) && query.returnData === true);
    if (returning.length !== 1)
      return `exactly one of metricQueries must have returnData true, not ${returning.length}`;
  }
  const period = Number(inputs.period ?? 60);
  if (![10, 20, 30].includes(period) && period % 60 !== 0)
    return `period must be 10, 20, 30 or a multiple of 60, not ${period}`;
  const periods = Number(inputs.evaluationPeriods ?? 1);
  if (Number(inputs.datapointsToAlarm ?? 0) > periods) return "datapointsToAlarm is above evaluationPeriods";
  const most = period >= 3600 ? 7 * 86400 : 86400;
  if (period * periods > most)
    return `period times evaluationPeriods is ${period * periods} seconds; ${most} are allowed`;
  return wrongTopic(inputs, region);
}

/** An alarm tells topics of its own region only. */
function wrongTopic(inputs: Record<string, unknown>, region: string): string | undefined {
  for (const name of ["alarmActions", "okActions", "insufficientDataActions"]) {
    const elsewhere = list(inputs[name]).find(
      (arn) => /^arn:[^:]+:sns:/.test(String(arn)) && String(arn).split(":")[3] !== region,
    );
    if (elsewhere !== undefined) return `${name}: ${String(elsewhere)} is not in the alarm's region ${region}`;
  }
  return undefined;
}

function noLogGroup(property: string): NonNullable<Model["refuse"]> {
  return ({ inputs, world, region }) => {
    const name = text(inputs[property]);
    return !name || world.findBy(LOG_GROUP, "name", name, region)
      ? undefined
      : `there is no log group "${name}" in ${region}`;
  };
}

function wrongKey({ inputs, region }: ModelContext): string | undefined {
  const key = text(inputs.kmsKeyId);
  return key && key.split(":")[3] !== region ? `kmsKeyId must be the ARN of a key in ${region}: ${key}` : undefined;
}

const delivery: Model = {
  outputs: () => ({ fieldDelimiter: "", recordFields: [], s3DeliveryConfigurations: [] }),
  refuse({ inputs, world, region }) {
    const source = world.findBy(
      "aws:cloudwatch/logDeliverySource:LogDeliverySource",
      "name",
      inputs.deliverySourceName,
      region,
    );
    if (!source) return `there is no delivery source "${String(inputs.deliverySourceName)}" in ${region}`;
    const type = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination";
    const destination = world.findBy(type, "arn", inputs.deliveryDestinationArn, region);
    return destination
      ? undefined
      : `there is no delivery destination ${String(inputs.deliveryDestinationArn)} in ${region}`;
  },
};

export const models: Models = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    outputs: () => ({ evaluateLowSampleCountPercentiles: "" }),
    refuse: refuseAlarm,
  },
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": { refuse: ({ inputs, region }) => wrongTopic(inputs, region) },
  [LOG_GROUP]: {
    outputs: () => ({ logGroupClass: "STANDARD" }),
    refuse: wrongKey,
    refuseDelete: ({ inputs }) =>
      inputs.deletionProtectionEnabled === true ? "deletionProtectionEnabled is on" : undefined,
  },
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": { refuse: noLogGroup("logGroupName") },
  "aws:cloudwatch/logStream:LogStream": { refuse: noLogGroup("logGroupName") },
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": { refuse: noLogGroup("logGroup") },
  "aws:cloudwatch/queryDefinition:QueryDefinition": { outputs: ({ id }) => ({ queryDefinitionId: id }) },
  "aws:cloudwatch/logDelivery:LogDelivery": delivery,
  "aws:cloudwatch/logDeliverySource:LogDeliverySource": {
    outputs: ({ inputs }) => ({ service: String(inputs.resourceArn).split(":")[2] }),
    refuse({ inputs, region }) {
      const distribution = /^arn:[^:]+:cloudfront:/.test(String(inputs.resourceArn));
      return distribution && region !== "us-east-1"
        ? `CloudFront delivers its logs from us-east-1, and region is ${region}`
        : undefined;
    },
  },
  "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": {
    outputs: ({ inputs }) => {
      const configuration = isObject(inputs.deliveryDestinationConfiguration)
        ? inputs.deliveryDestinationConfiguration
        : {};
      const service = String(configuration.destinationResourceArn).split(":")[2];
      const types: Record<string, string> = { s3: "S3", logs: "CWL", firehose: "FH" };
      return { deliveryDestinationType: types[service ?? ""] ?? "XRAY", outputFormat: "" };
    },
  },
  "aws:cloudwatch/eventRule:EventRule": { outputs: () => ({ state: "ENABLED" }) },
  "aws:cloudwatch/eventTarget:EventTarget": {
    refuse: ({ inputs, world, region }) =>
      world.findBy("aws:cloudwatch/eventRule:EventRule", "name", inputs.rule, region)
        ? undefined
        : `there is no rule "${String(inputs.rule)}" in ${region}`,
  },
};
