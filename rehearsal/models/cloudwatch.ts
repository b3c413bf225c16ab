import { isObject, list, type Properties, text } from "../values";
import { type Model, type ModelContext, type Models, type Refused, refused } from "./model";
import { cannotAssume, keyBars, naming, others, plain, unusableKey, mayInvoke } from "./references";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const SUBSCRIPTION = "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter";
const EVENT_RULE = "aws:cloudwatch/eventRule:EventRule";
const EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget";
const DELIVERY = "aws:cloudwatch/logDelivery:LogDelivery";
const DELIVERY_SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource";
const DELIVERY_DESTINATION = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination";

function refuseAlarm({ inputs, region }: ModelContext): Refused | undefined {
  const sources = ["metricName", "metricQueries", "evaluationCriteria"].filter(
    (name) => inputs[name] !== undefined && !(Array.isArray(inputs[name]) && list(inputs[name]).length === 0),
  );
  if (sources.length !== 1) {
    return refused("ValidationError", "exactly one of metricName, metricQueries, evaluationCriteria must be given");
  }
  if (sources[0] === "metricName") {
    const missing = ["namespace", "period", "comparisonOperator", "evaluationPeriods"].filter(
      (name) => inputs[name] === undefined,
    );
    if (missing.length > 0) return refused("ValidationError", `metricName needs ${missing.join(", ")} as well`);
    if ((inputs.statistic === undefined) === (inputs.extendedStatistic === undefined)) {
      return refused("ValidationError", "metricName needs either statistic or extendedStatistic");
    }
  }
  if (sources[0] === "metricQueries") {
    const returning = list(inputs.metricQueries).filter((query) => isObject(query) && query.returnData === true);
    if (returning.length !== 1) {
      return refused(
        "ValidationError",
        `exactly one of metricQueries must have returnData true, not ${returning.length}`,
      );
    }
  }
  const period = Number(inputs.period ?? 60);
  if (![10, 20, 30].includes(period) && period % 60 !== 0) {
    return refused("ValidationError", `period must be 10, 20, 30 or a multiple of 60, not ${period}`);
  }
  const periods = Number(inputs.evaluationPeriods ?? 1);
  if (Number(inputs.datapointsToAlarm ?? 0) > periods) {
    return refused("ValidationError", "datapointsToAlarm is above evaluationPeriods");
  }
  const most = period >= 3600 ? 7 * 86400 : 86400;
  if (period * periods > most) {
    return refused(
      "ValidationError",
      `period times evaluationPeriods is ${period * periods} seconds; ${most} are allowed`,
    );
  }
  return wrongTopic(inputs, region);
}

/** An alarm tells topics of its own region only. */
function wrongTopic(inputs: Properties, region: string): Refused | undefined {
  for (const name of ["alarmActions", "okActions", "insufficientDataActions"]) {
    const elsewhere = list(inputs[name]).find(
      (arn) => /^arn:[^:]+:sns:/.test(String(arn)) && String(arn).split(":")[3] !== region,
    );
    if (elsewhere !== undefined) {
      return refused(
        "ValidationError",
        `Invalid region specified: ${name}: ${String(elsewhere)} is not in the alarm's region ${region}`,
      );
    }
  }
  return undefined;
}

/** An alarm that a composite alarm counts on stays. */
function refuseAlarmDeletion(context: ModelContext): Refused | undefined {
  const { id, region, arn } = context;
  const user = others(context, COMPOSITE_ALARM).find(
    (one) =>
      one.region === region &&
      [...String(plain(one).alarmRule).matchAll(/\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*"?([^")]+?)"?\s*\)/g)].some(
        ([, named]) => named === id || named === arn,
      ),
  );
  return (
    user &&
    refused(
      "ValidationError",
      `Cannot delete ${id} as there are composite alarm(s) depending on it: ${naming(user)} does`,
    )
  );
}

function noLogGroup(property: string): NonNullable<Model["refuse"]> {
  return ({ inputs, world, region }) => {
    const name = text(inputs[property]);
    return !name || world.findBy(LOG_GROUP, "name", name, region)
      ? undefined
      : refused(
          "ResourceNotFoundException",
          `The specified log group does not exist: there is no log group "${name}" in ${region}`,
        );
  };
}

function refuseKey(context: ModelContext): Refused | undefined {
  const { inputs, region, arn } = context;
  const key = text(inputs.kmsKeyId);
  if (!key) return undefined;
  if (key.split(":")[3] !== region) {
    return refused("InvalidParameterException", `kmsKeyId must be the ARN of a key in ${region}: ${key}`);
  }
  const group = { "kms:EncryptionContext:aws:logs:arn": arn };
  const barred =
    unusableKey(context, key) ?? keyBars(context, key, `logs.${region}.amazonaws.com`, "kms:GenerateDataKey", group);
  return barred
    ? refused(
        "AccessDeniedException",
        `The specified KMS key does not exist or is not allowed to be used with LogGroup '${arn}': ${barred}`,
      )
    : undefined;
}

/** Subscription filters that one log group may have. */
const MOST_SUBSCRIPTIONS = 2;

function refuseSubscription(context: ModelContext): Refused | undefined {
  const { inputs, world, region } = context;
  const missing = noLogGroup("logGroup")(context);
  if (missing) return missing;
  const siblings = others(context, SUBSCRIPTION).filter(
    (one) => one.region === region && plain(one).logGroup === inputs.logGroup,
  );
  if (siblings.length >= MOST_SUBSCRIPTIONS) {
    return refused(
      "LimitExceededException",
      `Resource limit exceeded: log group "${String(inputs.logGroup)}" has ${MOST_SUBSCRIPTIONS} subscription filters already`,
    );
  }
  const arn = text(inputs.destinationArn) ?? "";
  const lambda = world.findBy("aws:lambda/function:Function", "arn", arn);
  const services = ["logs.amazonaws.com", `logs.${region}.amazonaws.com`];
  if (lambda && !services.some((service) => mayInvoke(context, lambda.id, arn, service))) {
    return refused(
      "InvalidParameterException",
      `Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function: ${naming(lambda)}`,
    );
  }
  const barred = cannotAssume(context, inputs.roleArn, "logs.amazonaws.com");
  return barred ? refused("InvalidParameterException", `CloudWatch Logs cannot assume roleArn: ${barred}`) : undefined;
}

const delivery: Model = {
  outputs: () => ({ fieldDelimiter: "", recordFields: [], s3DeliveryConfigurations: [] }),
  refuse({ inputs, world, region }) {
    if (!world.findBy(DELIVERY_SOURCE, "name", inputs.deliverySourceName, region)) {
      return refused(
        "ResourceNotFoundException",
        `there is no delivery source "${String(inputs.deliverySourceName)}" in ${region}`,
      );
    }
    return world.findBy(DELIVERY_DESTINATION, "arn", inputs.deliveryDestinationArn, region)
      ? undefined
      : refused(
          "ResourceNotFoundException",
          `there is no delivery destination ${String(inputs.deliveryDestinationArn)} in ${region}`,
        );
  },
};

const deliverySource: Model = {
  outputs: ({ inputs }) => ({ service: String(inputs.resourceArn).split(":")[2] }),
  refuse(context) {
    const { inputs, region } = context;
    const distribution = /^arn:[^:]+:cloudfront:/.test(String(inputs.resourceArn));
    if (distribution && region !== "us-east-1") {
      return refused("ValidationException", `CloudFront delivers its logs from us-east-1, and region is ${region}`);
    }
    const twin = others(context, DELIVERY_SOURCE).find(
      (one) => plain(one).resourceArn === inputs.resourceArn && plain(one).logType === inputs.logType,
    );
    return (
      twin &&
      refused(
        "ConflictException",
        `This ResourceId has already been used in another Delivery Source in this account: ${naming(twin)}`,
      )
    );
  },
  refuseDelete({ world, inputs, region }) {
    const user = world.findBy(DELIVERY, "deliverySourceName", inputs.name, region);
    return user && refused("ConflictException", `Cannot delete delivery source: ${naming(user)} is a delivery of it`);
  },
};

const deliveryDestination: Model = {
  outputs: ({ inputs }) => {
    const configuration = isObject(inputs.deliveryDestinationConfiguration)
      ? inputs.deliveryDestinationConfiguration
      : {};
    const service = String(configuration.destinationResourceArn).split(":")[2];
    const types: Record<string, string> = { s3: "S3", logs: "CWL", firehose: "FH" };
    return { deliveryDestinationType: types[service ?? ""] ?? "XRAY" };
  },
  refuseDelete({ world, arn, region }) {
    const user = world.findBy(DELIVERY, "deliveryDestinationArn", arn, region);
    return (
      user && refused("ConflictException", `Cannot delete delivery destination: ${naming(user)} is a delivery to it`)
    );
  },
};

const eventRule: Model = {
  refuseDelete({ world, inputs, region }) {
    const target = world.findBy(EVENT_TARGET, "rule", inputs.name, region);
    return target && refused("ValidationException", `Rule can't be deleted since it has targets: ${naming(target)}`);
  },
};

const eventTarget: Model = {
  refuse(context) {
    const { inputs, world, region } = context;
    if (!world.findBy(EVENT_RULE, "name", inputs.rule, region)) {
      return refused(
        "ResourceNotFoundException",
        `Rule ${String(inputs.rule)} does not exist: there is no rule "${String(inputs.rule)}" in ${region}`,
      );
    }
    const barred = cannotAssume(context, inputs.roleArn, "events.amazonaws.com");
    return barred
      ? refused(
          "ValidationException",
          `Provided role '${String(inputs.roleArn)}' cannot be assumed by principal 'events.amazonaws.com': ${barred}`,
        )
      : undefined;
  },
};

export const models: Models = {
  [ALARM]: {
    outputs: () => ({ evaluateLowSampleCountPercentiles: "" }),
    refuse: refuseAlarm,
    refuseDelete: refuseAlarmDeletion,
  },
  [COMPOSITE_ALARM]: {
    refuse: ({ inputs, region }) => wrongTopic(inputs, region),
    refuseDelete: refuseAlarmDeletion,
  },
  [LOG_GROUP]: {
    outputs: () => ({ logGroupClass: "STANDARD" }),
    refuse: refuseKey,
    refuseDelete: ({ inputs }) =>
      inputs.deletionProtectionEnabled === true
        ? refused("ValidationException", "Log group is protected from deletion: deletionProtectionEnabled is on")
        : undefined,
  },
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": { refuse: noLogGroup("logGroupName") },
  "aws:cloudwatch/logStream:LogStream": { refuse: noLogGroup("logGroupName") },
  [SUBSCRIPTION]: { refuse: refuseSubscription },
  "aws:cloudwatch/queryDefinition:QueryDefinition": { outputs: ({ id }) => ({ queryDefinitionId: id }) },
  [DELIVERY]: delivery,
  [DELIVERY_SOURCE]: deliverySource,
  [DELIVERY_DESTINATION]: deliveryDestination,
  [EVENT_RULE]: eventRule,
  [EVENT_TARGET]: eventTarget,
};
