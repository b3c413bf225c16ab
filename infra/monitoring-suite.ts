import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { LOG_EVENTS } from "../catalog/log-events";
import { METRICS, type MetricPlace } from "../catalog/metrics";
import { alarmSpecs, type AlarmSpec, runbookOf } from "./alarms";
import { Component, type Transform } from "./component";
import { dashboards, type DashboardInputs } from "./dashboards";
import { placeOf } from "./metric";

/** Arguments of {@link MonitoringSuite}. */
export interface MonitoringSuiteArgs {
  readonly regions: Readonly<Record<MetricPlace, string>>;
  /** Topic in each of the regions: an alarm reaches none elsewhere. */
  readonly topicArns: Readonly<Record<MetricPlace, pulumi.Input<string>>>;
  /** Full name of an alarm from its last part. */
  readonly alarmName: (what: string) => string;
  readonly dashboardName: (what: string) => string;
  /** Where the runbooks are read, an address or a path: every alarm names its page there. */
  readonly runbooksUrl: string;
  /** Prefix of the saved queries' names; a slash makes a folder in the console. */
  readonly queryPrefix: string;
  readonly application: {
    readonly environmentName: pulumi.Input<string>;
    readonly autoScalingGroupName: pulumi.Input<string>;
    /** `app/…/…` */
    readonly loadBalancerDimension: pulumi.Input<string>;
    /** Log group of the application's structured log. */
    readonly logGroupName: pulumi.Input<string>;
    readonly accessLogGroupName: pulumi.Input<string>;
  };
  readonly redis: { readonly clusterIds: readonly string[] };
  readonly database: {
    readonly instanceIdentifier: pulumi.Input<string>;
    readonly maxConnections: number;
    readonly allocatedStorageInGiB: number;
  };
  readonly bucket: {
    readonly name: pulumi.Input<string>;
    readonly replicaName: pulumi.Input<string>;
    readonly ruleId: string;
  };
  readonly cdn: { readonly distributionId: pulumi.Input<string>; readonly certificateArn?: pulumi.Input<string> };
  readonly firewall: { readonly webAclName: string };
  readonly modelIds: readonly string[];
  readonly transform?: MonitoringSuiteTransforms;
}

export interface MonitoringSuiteTransforms {
  readonly alarm?: Transform<aws.cloudwatch.MetricAlarmArgs>;
  readonly dashboard?: Transform<aws.cloudwatch.DashboardArgs>;
  readonly metricFilter?: Transform<aws.cloudwatch.LogMetricFilterArgs>;
  readonly query?: Transform<aws.cloudwatch.QueryDefinitionArgs>;
}

/** Last parts of the dashboards' names. */
export const DASHBOARDS = ["Bedrock-Metrics", "Application-Performance", "Infrastructure-Health"] as const;

/** Saved queries of CloudWatch Logs Insights, over the application's log unless they say otherwise. */
const QUERIES = {
  errors: {
    log: "application",
    query:
      'fields @timestamp, logger, message, exception\n| filter level in ["ERROR", "CRITICAL"]\n| sort @timestamp desc',
  },
  "failed-health-checks": {
    log: "application",
    query: 'filter message = "health check failed"\n| stats count(*) as failures by part, reason, bin(5m)',
  },
  "model-calls": {
    log: "application",
    query: 'filter event = "model_called"\n| stats count(*) as calls by model, bin(5m)',
  },
  "slow-documents": {
    log: "application",
    query: 'filter event = "document_processed"\n| sort seconds desc\n| limit 50',
  },
  "answers-by-status": {
    log: "access",
    query: 'parse @message /" (?<status>\\d{3}) /\n| stats count(*) as answers by status, bin(5m)',
  },
} as const;

/**
 * What tells whether an environment is well: alarms, dashboards, counted log lines and saved queries. About 5 USD a
 * month: 0.10 for an alarm, 0.30 for a counted metric, the first three dashboards free.
 */
export class MonitoringSuite extends Component<MonitoringSuiteTransforms> {
  readonly alarmNames: string[];
  readonly dashboardNames: string[];
  readonly nodes: {
    /** By the last part of their names. */
    readonly alarms: Readonly<Record<string, aws.cloudwatch.MetricAlarm>>;
    readonly dashboards: Readonly<Record<string, aws.cloudwatch.Dashboard>>;
    readonly metricFilters: readonly aws.cloudwatch.LogMetricFilter[];
    readonly queries: readonly aws.cloudwatch.QueryDefinition[];
  };

  /** @throws InvalidArgument without a Redis node or a model to watch */
  constructor(name: string, args: MonitoringSuiteArgs, options?: pulumi.ComponentResourceOptions) {
    super("MonitoringSuite", name, args.transform, options);
    if (args.redis.clusterIds.length === 0) this.refuse("redis.clusterIds", [], "at least one node");
    if (args.modelIds.length === 0) this.refuse("modelIds", [], "at least one model");

    const specs = alarmSpecs<pulumi.Input<string>>({
      modelIds: args.modelIds,
      environmentName: args.application.environmentName,
      autoScalingGroupName: args.application.autoScalingGroupName,
      loadBalancer: args.application.loadBalancerDimension,
      redisClusterIds: args.redis.clusterIds,
      databaseIdentifier: args.database.instanceIdentifier,
      databaseMaxConnections: args.database.maxConnections,
      databaseAllocatedGiB: args.database.allocatedStorageInGiB,
      bucket: args.bucket,
      distributionId: args.cdn.distributionId,
      certificateArn: args.cdn.certificateArn,
      webAclName: args.firewall.webAclName,
      global: "Global",
      allRules: "ALL",
    });
    const alarms = Object.fromEntries(specs.map((spec) => [spec.what, this.createAlarm(name, args, spec)]));
    const boards = this.createDashboards(name, args);
    const metricFilters = LOG_EVENTS.map(({ event, metric, value, unit, dimensions }) =>
      this.child("metricFilter", aws.cloudwatch.LogMetricFilter, `${name}-${event.replaceAll("_", "-")}`, {
        name: event,
        region: args.regions.home,
        logGroupName: args.application.logGroupName,
        pattern: `{ $.event = "${event}" }`,
        metricTransformation: {
          namespace: METRICS[metric].namespace,
          name: METRICS[metric].name,
          value,
          unit,
          // CloudWatch takes a default or dimensions, not both. What is counted is 0 when nothing was; what is measured
          // is unknown then.
          ...(dimensions ? { dimensions } : { defaultValue: value === "1" ? "0" : undefined }),
        },
      }),
    );
    const queries = Object.entries(QUERIES).map(([query, { log, query: queryString }]) =>
      this.child("query", aws.cloudwatch.QueryDefinition, `${name}-${query}`, {
        name: `${args.queryPrefix}/${query}`,
        region: args.regions.home,
        queryString,
        logGroupNames: [log === "access" ? args.application.accessLogGroupName : args.application.logGroupName],
      }),
    );

    this.nodes = { alarms, dashboards: boards, metricFilters, queries };
    this.alarmNames = specs.map(({ what }) => args.alarmName(what));
    this.dashboardNames = DASHBOARDS.map(args.dashboardName);
    this.registerOutputs({ alarmNames: this.alarmNames, dashboardNames: this.dashboardNames });
  }

  private createAlarm(
    name: string,
    args: MonitoringSuiteArgs,
    spec: AlarmSpec<pulumi.Input<string>>,
  ): aws.cloudwatch.MetricAlarm {
    const place = placeOf(spec.metrics[0]!.key);
    const topic = args.topicArns[place];
    return this.child("alarm", aws.cloudwatch.MetricAlarm, `${name}-${spec.what.toLowerCase()}`, {
      name: args.alarmName(spec.what),
      alarmDescription: `${spec.meaning} What to do: ${args.runbooksUrl}/${runbookOf(spec)}`,
      region: args.regions[place],
      ...measurement(spec),
      comparisonOperator: spec.comparison === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
      threshold: spec.threshold,
      evaluationPeriods: spec.periods,
      treatMissingData: spec.silence,
      actionsEnabled: true,
      alarmActions: [topic],
      okActions: [topic],
    });
  }

  private createDashboards(name: string, args: MonitoringSuiteArgs) {
    const bodies = pulumi
      .output({
        regions: args.regions,
        modelIds: [...args.modelIds],
        environmentName: args.application.environmentName,
        autoScalingGroupName: args.application.autoScalingGroupName,
        loadBalancer: args.application.loadBalancerDimension,
        redisClusterIds: [...args.redis.clusterIds],
        databaseIdentifier: args.database.instanceIdentifier,
        bucket: args.bucket,
        distributionId: args.cdn.distributionId,
        webAclName: args.firewall.webAclName,
      })
      .apply((inputs) => dashboards(inputs as DashboardInputs));
    return Object.fromEntries(
      DASHBOARDS.map((what) => [
        what,
        this.child("dashboard", aws.cloudwatch.Dashboard, `${name}-${what.toLowerCase()}`, {
          dashboardName: args.dashboardName(what),
          region: args.regions.home,
          dashboardBody: bodies.apply((body) => JSON.stringify(body[what])),
        }),
      ]),
    );
  }
}

/** The part of an alarm that says what is measured: one metric by itself, or several brought together. */
function measurement({
  metrics,
  combine,
  periodInSeconds,
}: AlarmSpec<pulumi.Input<string>>): Partial<aws.cloudwatch.MetricAlarmArgs> {
  const [first, ...more] = metrics;
  if (more.length === 0) {
    const { namespace, name } = METRICS[first!.key];
    return {
      namespace,
      metricName: name,
      dimensions: first!.dimensions,
      statistic: first!.statistic,
      period: periodInSeconds,
    };
  }
  const queries = metrics.map(({ key, dimensions, statistic }, index) => ({
    id: `m${index}`,
    returnData: false,
    metric: {
      namespace: METRICS[key].namespace,
      metricName: METRICS[key].name,
      dimensions,
      stat: statistic,
      period: periodInSeconds,
    },
  }));
  // A counter that is silent must not silence the others.
  const terms = queries.map(({ id }) => (combine === "SUM" ? `FILL(${id}, 0)` : id)).join(", ");
  return {
    metricQueries: [
      { id: "total", label: combine, returnData: true, expression: `${combine}([${terms}])` },
      ...queries,
    ],
  };
}
