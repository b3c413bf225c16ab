import type { Resource } from "./resource";
import type { StackIndex } from "./stack-index";

/** One metric that an alarm or a dashboard reads. */
export interface MetricUse {
  /** How a message names the place. */
  label: string;
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
}

/** The metrics of AWS's own namespaces that are easily taken for published: everything that each of them really has. */
export const published: Record<string, ReadonlySet<string>> = {
  "AWS/EC2": new Set([
    "CPUUtilization",
    "DiskReadOps",
    "DiskWriteOps",
    "DiskReadBytes",
    "DiskWriteBytes",
    "MetadataNoToken",
    "MetadataNoTokenRejected",
    "NetworkIn",
    "NetworkOut",
    "NetworkPacketsIn",
    "NetworkPacketsOut",
    "CPUCreditUsage",
    "CPUCreditBalance",
    "CPUSurplusCreditBalance",
    "CPUSurplusCreditsCharged",
    "EBSReadOps",
    "EBSWriteOps",
    "EBSReadBytes",
    "EBSWriteBytes",
    "EBSIOBalance%",
    "EBSByteBalance%",
    "InstanceEBSIOPSExceededCheck",
    "InstanceEBSThroughputExceededCheck",
    "StatusCheckFailed",
    "StatusCheckFailed_Instance",
    "StatusCheckFailed_System",
    "StatusCheckFailed_AttachedEBS",
    "DedicatedHostCPUUtilization",
  ]),
  "AWS/ElasticBeanstalk": new Set([
    "EnvironmentHealth",
    ...["Degraded", "Info", "NoData", "Ok", "Pending", "Severe", "Unknown", "Warning"].map(
      (state) => `Instances${state}`,
    ),
    ...["2xx", "3xx", "4xx", "5xx", "Total"].map((kind) => `ApplicationRequests${kind}`),
    ...["P10", "P50", "P75", "P85", "P90", "P95", "P99", "P99.9"].map((rank) => `ApplicationLatency${rank}`),
    "InstanceHealth",
    "RootFilesystemUtil",
    "LoadAverage1min",
    "LoadAverage5min",
    ...["Idle", "Iowait", "Irq", "Nice", "Softirq", "System", "User", "Privileged"].map((mode) => `CPU${mode}`),
  ]),
  "AWS/Bedrock": new Set([
    "Invocations",
    "InvocationLatency",
    "InvocationClientErrors",
    "InvocationServerErrors",
    "InvocationThrottles",
    "InputTokenCount",
    "OutputTokenCount",
    "OutputImageCount",
    "CacheReadInputTokenCount",
    "CacheWriteInputTokenCount",
    "TimeToFirstToken",
    "EstimatedTPMQuotaUsage",
    "LegacyModelInvocations",
  ]),
  "AWS/CloudFront": new Set([
    "Requests",
    "BytesDownloaded",
    "BytesUploaded",
    "4xxErrorRate",
    "5xxErrorRate",
    "TotalErrorRate",
    "401ErrorRate",
    "403ErrorRate",
    "404ErrorRate",
    "502ErrorRate",
    "503ErrorRate",
    "504ErrorRate",
    "CacheHitRate",
    "OriginLatency",
  ]),
};

/** Dimensions that name a resource: its type, and whether a value is one of its names. */
const named: Record<string, { types: readonly string[]; isName: (resource: Resource, value: string) => boolean }> = {
  DBInstanceIdentifier: byProperty("aws:rds/instance:Instance", "identifier"),
  EnvironmentName: byProperty("aws:elasticbeanstalk/environment:Environment", "name"),
  DistributionId: byProperty("aws:cloudfront/distribution:Distribution"),
  WebACL: byProperty("aws:wafv2/webAcl:WebAcl", "name"),
  SourceBucket: byProperty("aws:s3/bucket:Bucket", "bucket"),
  DestinationBucket: byProperty("aws:s3/bucket:Bucket", "bucket"),
  TopicName: byProperty("aws:sns/topic:Topic", "name"),
  CacheClusterId: {
    types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
    // Members are called after their group, with a number.
    isName: (group, value) =>
      new RegExp(`^${escape(textOf(group, "replicationGroupId"))}(-\\d{4})?-\\d{3}$`).test(value),
  },
  AutoScalingGroupName: {
    types: ["aws:elasticbeanstalk/environment:Environment"],
    isName: (environment, value) => listOf(environment, "autoscalingGroups").includes(value),
  },
  LoadBalancer: {
    types: ["aws:elasticbeanstalk/environment:Environment"],
    isName: (environment, value) => listOf(environment, "loadBalancers").some((arn) => arn.endsWith(`/${value}`)),
  },
};

function byProperty(type: string, property?: string) {
  return {
    types: [type],
    isName: (resource: Resource, value: string) =>
      property === undefined
        ? resource.data.id === value || textOf(resource, "arn").endsWith(`/${value}`)
        : textOf(resource, property) === value,
  };
}

/**
 * Why a dimension names nothing in this stack, undefined when it does or cannot be told: the stack has no resource of
 * that kind, or not all names are known.
 */
export function deadDimension(stack: StackIndex, name: string, value: string): string | undefined {
  const kind = Object.hasOwn(named, name) ? named[name] : undefined;
  if (!kind) return undefined;
  const candidates = stack.ofType(kind.types);
  if (candidates.length === 0 || candidates.some((one) => kind.isName(one, value))) return undefined;
  return `${name} is "${value}", which is no resource of this stack`;
}

/** The resources of a kind that some dimension of this name could watch, for rules that look for alarms. */
export function watches(dimension: string, value: string, resource: Resource): boolean {
  const kind = named[dimension];
  return kind !== undefined && kind.types.includes(resource.type) && kind.isName(resource, value);
}

/** @throws Deferred */
function textOf(resource: Resource, property: string): string {
  return resource.text(property) ?? "";
}

/** @throws Deferred */
function listOf(resource: Resource, property: string): string[] {
  return resource.list(property).map(String);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The metrics that an alarm reads, by itself or through a query. @throws Deferred */
export function alarmMetrics(alarm: Resource): MetricUse[] {
  const uses: MetricUse[] = [];
  const add = (label: string, path: string, nameProperty: string) => {
    const namespace = alarm.text(`${path}namespace`);
    const name = alarm.text(`${path}${nameProperty}`);
    if (namespace === undefined || name === undefined) return;
    const dimensions = (alarm.value(`${path}dimensions`) ?? {}) as Record<string, unknown>;
    const texts = Object.keys(dimensions).map((key) => [
      key,
      alarm.text([...path.split(".").filter(Boolean), "dimensions", key]) ?? "",
    ]);
    uses.push({ label, namespace, name, dimensions: Object.fromEntries(texts) as Record<string, string> });
  };
  add("", "", "metricName");
  for (const index of alarm.list("metricQueries").keys()) {
    const path = `metricQueries.${index}.metric`;
    if (alarm.read(path).state === "known") add(`${path}: `, `${path}.`, "metricName");
  }
  return uses;
}

const metricsOfStack = new WeakMap<StackIndex, MetricUse[]>();

/** The metrics that the alarms of a stack read, looked up once for each stack. @throws Deferred */
export function watchedMetrics(stack: StackIndex): MetricUse[] {
  let uses = metricsOfStack.get(stack);
  if (!uses) {
    uses = stack.ofType(["aws:cloudwatch/metricAlarm:MetricAlarm"]).flatMap(alarmMetrics);
    metricsOfStack.set(stack, uses);
  }
  return uses;
}
