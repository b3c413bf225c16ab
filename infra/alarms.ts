import { metric, type Metric } from "./metric";

/** One alarm, before it is placed and named. `Value` is text, or an output of it. */
export interface AlarmSpec<Value> {
  /** Last part of the name, e.g. `High-CPU`. */
  readonly what: string;
  /** What it means when it fires, in a sentence. */
  readonly meaning: string;
  /** Page under docs/runbooks, without its ending. @default `what` in small letters */
  readonly runbook?: string;
  /** One metric, or several of one place that `combine` brings together. */
  readonly metrics: readonly Metric<Value>[];
  /** How several metrics become one number. @default the only metric */
  readonly combine?: "SUM" | "MAX";
  readonly comparison: "above" | "below";
  readonly threshold: number;
  readonly periodInSeconds: number;
  /** Periods in a row. */
  readonly periods: number;
  /**
   * What silence means: nothing happened, something broke, or nothing at all. Counters are silent while nothing
   * happens, gauges only when what they measure is gone.
   */
  readonly silence: "notBreaching" | "breaching" | "missing";
}

/** What alarms are made for. */
export interface AlarmInputs<Value> {
  readonly modelIds: readonly string[];
  readonly environmentName: Value;
  readonly autoScalingGroupName: Value;
  readonly loadBalancer: Value;
  readonly redisClusterIds: readonly Value[];
  readonly databaseIdentifier: Value;
  readonly databaseMaxConnections: number;
  readonly databaseAllocatedGiB: number;
  readonly bucket: { readonly name: Value; readonly replicaName: Value; readonly ruleId: Value };
  readonly distributionId: Value;
  /** Only with an own domain. */
  readonly certificateArn?: Value;
  readonly webAclName: Value;
  readonly global: Value;
  readonly allRules: Value;
}

/** The page that says what to do about an alarm, under docs/runbooks. */
export function runbookOf({ what, runbook }: Pick<AlarmSpec<unknown>, "what" | "runbook">): string {
  return `${runbook ?? what.toLowerCase()}.md`;
}

const FIVE_MINUTES = 300;
const GIB = 1024 ** 3;

/** Every alarm of an environment, those of the requirements first. */
export function alarmSpecs<Value>(inputs: AlarmInputs<Value>): AlarmSpec<Value>[] {
  const { environmentName: environment, databaseIdentifier: database, loadBalancer, bucket } = inputs;
  const models = inputs.modelIds as readonly Value[];
  const replication = [bucket.name, bucket.replicaName, bucket.ruleId];
  const perRedisNode = (key: Metric["key"], statistic: Metric["statistic"]) =>
    inputs.redisClusterIds.map((id) => metric(key, [id], statistic));
  const gauge = { periodInSeconds: FIVE_MINUTES, periods: 3, comparison: "above", silence: "missing" } as const;
  const counter = { periodInSeconds: FIVE_MINUTES, periods: 1, comparison: "above", silence: "notBreaching" } as const;
  return [
    {
      ...gauge,
      what: "High-CPU",
      meaning: "Instances are busy beyond what scaling out has caught up with.",
      metrics: [metric("instanceCpu", [inputs.autoScalingGroupName], "Average")],
      threshold: 80,
    },
    {
      ...gauge,
      what: "High-Memory",
      meaning: "An instance runs out of memory; the next step is the kernel ending a process.",
      metrics: [metric("instanceMemory", [inputs.autoScalingGroupName], "Maximum")],
      threshold: 80,
    },
    {
      ...counter,
      what: "Bedrock-Throttling",
      meaning: "Bedrock refuses calls for their number or size, all models taken together.",
      metrics: models.map((id) => metric("modelThrottles", [id], "Sum")),
      combine: "SUM",
      threshold: 10,
    },
    {
      ...counter,
      what: "High-5xx-Errors",
      meaning: "People see errors, from the application or from the load balancer in its place.",
      metrics: [metric("target5xx", [loadBalancer], "Sum"), metric("loadBalancer5xx", [loadBalancer], "Sum")],
      combine: "SUM",
      threshold: 50,
    },
    {
      ...gauge,
      what: "Redis-High-Memory",
      meaning: "Redis is about to evict sessions, which logs people out.",
      metrics: perRedisNode("redisMemory", "Maximum"),
      combine: "MAX",
      threshold: 80,
    },
    ...inputs.modelIds.map((id, index) => ({
      ...counter,
      what: `Bedrock-Throttling-${id.replace(/[^A-Za-z0-9.-]/g, "-")}`,
      meaning: `Bedrock refuses calls of ${id}; the application falls back to the next model.`,
      runbook: "bedrock-throttling",
      metrics: [metric("modelThrottles", [models[index]!], "Sum")],
      threshold: 10,
    })),
    {
      ...counter,
      what: "Redis-Evictions",
      meaning: "Redis has evicted sessions: people were logged out.",
      metrics: perRedisNode("redisEvictions", "Sum"),
      combine: "SUM",
      threshold: 0,
    },
    {
      ...gauge,
      what: "Redis-High-CPU",
      meaning: "Redis has no time left for more commands.",
      metrics: perRedisNode("redisCpu", "Average"),
      combine: "MAX",
      threshold: 80,
    },
    {
      ...gauge,
      what: "Database-Low-Storage",
      meaning: "Less than a fifth of the first storage is free; growing by itself has stopped or not kept up.",
      metrics: [metric("databaseFreeStorage", [database], "Minimum")],
      comparison: "below",
      threshold: 0.2 * inputs.databaseAllocatedGiB * GIB,
      silence: "breaching",
    },
    {
      ...gauge,
      what: "Database-High-CPU",
      meaning: "The database is busy, or has used up its CPU credits.",
      metrics: [metric("databaseCpu", [database], "Average")],
      threshold: 80,
      silence: "breaching",
    },
    {
      ...gauge,
      what: "Database-Connections",
      meaning: "Four fifths of the connections that the database allows are taken.",
      metrics: [metric("databaseConnections", [database], "Maximum")],
      threshold: Math.floor(0.8 * inputs.databaseMaxConnections),
      silence: "breaching",
    },
    {
      ...gauge,
      what: "Unhealthy-Instances",
      meaning: "Instances fail their health checks or serve errors.",
      metrics: [
        metric("instancesDegraded", [environment], "Maximum"),
        metric("instancesSevere", [environment], "Maximum"),
      ],
      combine: "SUM",
      threshold: 0,
    },
    {
      ...gauge,
      what: "Queue-Oldest-Job",
      meaning: "A document has waited a quarter of an hour: no worker runs, or no model is free.",
      metrics: [metric<Value>("queueOldestJob", [], "Maximum")],
      threshold: 900,
    },
    {
      ...counter,
      what: "Replication-Latency",
      meaning: "Documents take longer than 15 minutes to reach the other region.",
      metrics: [metric("replicationLatency", replication, "Maximum")],
      threshold: 900,
    },
    {
      ...counter,
      what: "Replication-Failures",
      meaning: "Documents were not copied to the other region and will not be tried again.",
      metrics: [metric("replicationFailures", replication, "Sum")],
      threshold: 0,
    },
    {
      ...counter,
      what: "CDN-5xx-Errors",
      meaning: "More than one in twenty answers of the CDN is an error.",
      metrics: [metric("cdnErrorRate", [inputs.distributionId, inputs.global], "Average")],
      periods: 2,
      threshold: 5,
    },
    {
      ...counter,
      what: "Firewall-Blocked-Requests",
      meaning: "The firewall blocks many requests: an attack, or a rule that hits people.",
      metrics: [metric("firewallBlocked", [inputs.webAclName, inputs.allRules], "Sum")],
      threshold: 1000,
    },
    ...(inputs.certificateArn === undefined
      ? []
      : [
          {
            ...gauge,
            what: "Certificate-Expiry",
            meaning: "The domain's certificate runs out within 30 days: renewal does not find its DNS record.",
            metrics: [metric("certificateDays", [inputs.certificateArn], "Minimum")],
            comparison: "below" as const,
            threshold: 30,
            periodInSeconds: 86_400,
            periods: 1,
          },
        ]),
  ];
}
