import { METRICS } from "../catalog/metrics";
import { metric, placeOf, type Metric } from "./metric";

/** What the dashboards look at, with every name known. */
export interface DashboardInputs {
  readonly regions: { readonly home: string; readonly replica: string; readonly edge: string };
  readonly modelIds: readonly string[];
  readonly environmentName: string;
  readonly autoScalingGroupName: string;
  /** `app/…/…` */
  readonly loadBalancer: string;
  readonly redisClusterIds: readonly string[];
  readonly databaseIdentifier: string;
  readonly bucket: { readonly name: string; readonly replicaName: string; readonly ruleId: string };
  readonly distributionId: string;
  readonly webAclName: string;
}

/** One graph: a title, and lines that share an axis. */
interface Graph {
  readonly title: string;
  readonly lines: readonly Metric[];
  /** What the axis counts. */
  readonly axis?: string;
}

const COLUMNS = 3;
const WIDTH = 24 / COLUMNS;
const HEIGHT = 6;
const PERIOD_SECONDS = 300;

/** CloudWatch's body of each dashboard, by the last part of its name. */
export function dashboards(inputs: DashboardInputs): Readonly<Record<string, object>> {
  const bodies = {
    "Bedrock-Metrics": bedrock(inputs),
    "Application-Performance": application(inputs),
    "Infrastructure-Health": infrastructure(inputs),
  };
  return Object.fromEntries(Object.entries(bodies).map(([name, graphs]) => [name, body(graphs, inputs.regions)]));
}

function bedrock({ modelIds }: DashboardInputs): Graph[] {
  const perModel = (key: Metric["key"], statistic: Metric["statistic"], suffix = "") =>
    modelIds.map((id) => metric(key, [id], statistic, id + suffix));
  return [
    { title: "Invocations", axis: "calls", lines: perModel("modelInvocations", "Sum") },
    { title: "Throttled", axis: "calls", lines: perModel("modelThrottles", "Sum") },
    {
      title: "Errors",
      axis: "calls",
      lines: [
        ...perModel("modelClientErrors", "Sum", " (client)"),
        ...perModel("modelServerErrors", "Sum", " (server)"),
      ],
    },
    { title: "Latency, average", axis: "ms", lines: perModel("modelLatency", "Average") },
    { title: "Latency, 99th percentile", axis: "ms", lines: perModel("modelLatency", "p99") },
    { title: "Calls the application counted", axis: "calls", lines: perModel("applicationModelCalls", "Sum") },
    { title: "Input tokens", axis: "tokens", lines: perModel("modelInputTokens", "Sum") },
    { title: "Output tokens", axis: "tokens", lines: perModel("modelOutputTokens", "Sum") },
  ];
}

function application(inputs: DashboardInputs): Graph[] {
  const balancer = (key: Metric["key"], statistic: Metric["statistic"], label: string) =>
    metric(key, [inputs.loadBalancer], statistic, label);
  return [
    {
      title: "Response time",
      axis: "s",
      lines: [balancer("responseTime", "Average", "average"), balancer("responseTime", "p99", "99th percentile")],
    },
    {
      title: "Requests",
      axis: "requests",
      lines: [
        balancer("requests", "Sum", "load balancer"),
        metric("cdnRequests", [inputs.distributionId, "Global"], "Sum", "CDN"),
      ],
    },
    {
      title: "Answers",
      axis: "answers",
      lines: [
        balancer("target2xx", "Sum", "2xx"),
        balancer("target4xx", "Sum", "4xx"),
        balancer("target5xx", "Sum", "5xx"),
        balancer("loadBalancer5xx", "Sum", "5xx of the load balancer"),
      ],
    },
    {
      title: "Connection errors",
      axis: "connections",
      lines: [
        balancer("targetConnectionErrors", "Sum", "to instances"),
        balancer("rejectedConnections", "Sum", "rejected"),
      ],
    },
    {
      title: "Sessions",
      axis: "sessions",
      lines: [metric("sessionsCreated", [], "Sum", "created"), metric("sessionsExpired", [], "Sum", "expired")],
    },
    {
      title: "Document processing time",
      axis: "s",
      lines: [
        metric("documentSeconds", [], "Average", "average"),
        metric("documentSeconds", [], "p99", "99th percentile"),
      ],
    },
    { title: "Jobs that wait", axis: "jobs", lines: [metric("queueDepth", [], "Maximum", "in the queue")] },
    { title: "Oldest job", axis: "s", lines: [metric("queueOldestJob", [], "Maximum", "has waited")] },
  ];
}

function infrastructure(inputs: DashboardInputs): Graph[] {
  const { autoScalingGroupName: group, databaseIdentifier: database, bucket } = inputs;
  const redis = (key: Metric["key"], statistic: Metric["statistic"], suffix = "") =>
    inputs.redisClusterIds.map((id) => metric(key, [id], statistic, id + suffix));
  const databaseLine = (key: Metric["key"], label: string) => metric(key, [database], "Average", label);
  const replication = [bucket.name, bucket.replicaName, bucket.ruleId];
  return [
    { title: "Instances: CPU", axis: "%", lines: [metric("instanceCpu", [group], "Average")] },
    { title: "Instances: memory", axis: "%", lines: [metric("instanceMemory", [group], "Maximum")] },
    {
      title: "Instances: health",
      axis: "instances",
      lines: [
        metric("instancesDegraded", [inputs.environmentName], "Maximum", "degraded"),
        metric("instancesSevere", [inputs.environmentName], "Maximum", "severe"),
      ],
    },
    { title: "Redis: CPU", axis: "%", lines: redis("redisCpu", "Average") },
    { title: "Redis: memory", axis: "%", lines: redis("redisMemory", "Maximum") },
    { title: "Redis: connections", axis: "connections", lines: redis("redisConnections", "Maximum") },
    {
      title: "Redis: network",
      axis: "bytes",
      lines: [...redis("redisNetworkIn", "Sum", " in"), ...redis("redisNetworkOut", "Sum", " out")],
    },
    { title: "Database: CPU", axis: "%", lines: [databaseLine("databaseCpu", database)] },
    { title: "Database: connections", axis: "connections", lines: [databaseLine("databaseConnections", database)] },
    { title: "Database: free storage", axis: "bytes", lines: [databaseLine("databaseFreeStorage", database)] },
    { title: "Database: free memory", axis: "bytes", lines: [databaseLine("databaseFreeMemory", database)] },
    {
      title: "Database: latency",
      axis: "s",
      lines: [databaseLine("databaseReadLatency", "read"), databaseLine("databaseWriteLatency", "write")],
    },
    { title: "Replication: latency", axis: "s", lines: [metric("replicationLatency", replication, "Maximum")] },
    { title: "Replication: failures", axis: "objects", lines: [metric("replicationFailures", replication, "Sum")] },
    {
      title: "Firewall: blocked",
      axis: "requests",
      lines: [metric("firewallBlocked", [inputs.webAclName, "ALL"], "Sum")],
    },
  ];
}

function body(graphs: readonly Graph[], regions: DashboardInputs["regions"]): object {
  return {
    widgets: graphs.map(({ title, lines, axis }, index) => ({
      type: "metric",
      x: (index % COLUMNS) * WIDTH,
      y: Math.floor(index / COLUMNS) * HEIGHT,
      width: WIDTH,
      height: HEIGHT,
      properties: {
        title,
        view: "timeSeries",
        region: regions.home,
        period: PERIOD_SECONDS,
        yAxis: { left: { label: axis, showUnits: false, min: 0 } },
        metrics: lines.map(({ key, dimensions, statistic, label }) => [
          METRICS[key].namespace,
          METRICS[key].name,
          ...Object.entries(dimensions).flat(),
          { stat: statistic, region: regions[placeOf(key)], ...(label !== undefined && { label }) },
        ]),
      },
    })),
  };
}
