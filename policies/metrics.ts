import { identityDocuments, identityPolicyTypes, matches, statements } from "./policy-document";
import { metricCatalog, otherNamespacesOfAws, regionOfNamespace } from "./metric-catalog";
import { need, needList, read } from "./read";
import type { Resource } from "./resource";
import type { Parameter } from "./rule";
import type { StackIndex } from "./stack-index";

/** One metric that an alarm or a dashboard reads. */
export interface MetricUse {
  /** How a message names the place. */
  label: string;
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
}

/** Why no service publishes a metric of this name; undefined when one does, or the namespace is not known here. */
export function unpublished({ namespace, name }: MetricUse): string | undefined {
  const groups = Object.hasOwn(metricCatalog, namespace) ? metricCatalog[namespace] : undefined;
  if (!groups || groups.some(({ metrics }) => metrics.has(name))) return undefined;
  return `${namespace} has no metric ${name}`;
}

/** Why a metric is not published with these dimensions; undefined when it is, or that is not known here. */
function wrongDimensions({ namespace, name, dimensions }: MetricUse): string | undefined {
  if (namespace === "AWS/CloudFront" && "Region" in dimensions && dimensions.Region !== "Global") {
    return `${namespace} publishes for the Region Global alone, and not for "${dimensions.Region}"`;
  }
  const groups = Object.hasOwn(metricCatalog, namespace) ? metricCatalog[namespace]! : [];
  const sets = groups.filter(({ metrics }) => metrics.has(name)).flatMap((one) => one.dimensions);
  const given = Object.keys(dimensions).sort().join(" ");
  if (sets.length === 0 || sets.some((set) => [...set].sort().join(" ") === given)) return undefined;
  return `${namespace} ${name} is not published by ${given.replaceAll(" ", " and ") || "no dimension at all"}`;
}

/** What a dimension names: resources of some types, by the names that they go by as its value. */
interface Named {
  readonly types: Readonly<Record<string, (resource: Resource, value: string) => boolean>>;
}

/** Dimensions that name a resource. */
const named: Readonly<Record<string, Named>> = {
  AutoScalingGroupName: {
    types: {
      "aws:elasticbeanstalk/environment:Environment": among("autoscalingGroups"),
      "aws:autoscaling/group:Group": is("name"),
    },
  },
  CacheClusterId: {
    types: {
      "aws:elasticache/replicationGroup:ReplicationGroup": (group, value) => {
        const members = group.list("memberClusters").map(String);
        if (members.length > 0) return members.includes(value);
        // Members are called after their group, with a number, and in a cluster with the number of their shard.
        const pattern = new RegExp(`^${escape(textOf(group, "replicationGroupId"))}(-\\d{4})?-(\\d{3})$`);
        const [, shard, number] = pattern.exec(value) ?? [];
        const nodes = Number(group.value("numCacheClusters") ?? Infinity);
        return number !== undefined && (shard !== undefined || Number(number) <= nodes);
      },
      "aws:elasticache/cluster:Cluster": is("clusterId"),
    },
  },
  CertificateArn: { types: { "aws:acm/certificate:Certificate": is("arn") } },
  DBClusterIdentifier: { types: { "aws:rds/cluster:Cluster": is("clusterIdentifier") } },
  DBInstanceIdentifier: {
    types: {
      "aws:rds/instance:Instance": is("identifier"),
      "aws:rds/clusterInstance:ClusterInstance": is("identifier"),
    },
  },
  DestinationBucket: { types: { "aws:s3/bucket:Bucket": is("bucket"), "aws:s3/bucketV2:BucketV2": is("bucket") } },
  DistributionId: {
    types: {
      "aws:cloudfront/distribution:Distribution": (one, value) =>
        one.data.id === value || textOf(one, "arn").endsWith(`/${value}`),
    },
  },
  EnvironmentName: { types: { "aws:elasticbeanstalk/environment:Environment": is("name") } },
  LoadBalancer: {
    types: {
      "aws:elasticbeanstalk/environment:Environment": (environment, value) =>
        environment.list("loadBalancers").some((arn) => String(arn).endsWith(`/${value}`)),
      "aws:lb/loadBalancer:LoadBalancer": is("arnSuffix"),
      "aws:alb/loadBalancer:LoadBalancer": is("arnSuffix"),
    },
  },
  ProxyName: { types: { "aws:rds/proxy:Proxy": is("name") } },
  RuleId: {
    types: {
      "aws:s3/bucketReplicationConfig:BucketReplicationConfig": (replication, value) =>
        replication.list("rules").some((_, index) => replication.text(`rules.${index}.id`) === value),
    },
  },
  SourceBucket: { types: { "aws:s3/bucket:Bucket": is("bucket"), "aws:s3/bucketV2:BucketV2": is("bucket") } },
  TopicName: { types: { "aws:sns/topic:Topic": is("name") } },
  WebACL: { types: { "aws:wafv2/webAcl:WebAcl": is("visibilityConfig.metricName") } },
};

/** The dimensions whose values are names of resources. */
export const namedDimensions: readonly string[] = Object.keys(named);

function is(property: string) {
  return (resource: Resource, value: string): boolean => textOf(resource, property) === value;
}

function among(property: string) {
  return (resource: Resource, value: string): boolean => resource.list(property).map(String).includes(value);
}

/** The resources that a dimension could name, and those of them that it does. */
function resourcesNamed(stack: StackIndex, name: string, value: string): { candidates: Resource[]; found: Resource[] } {
  const kind = Object.hasOwn(named, name) ? named[name]! : undefined;
  const candidates = kind ? stack.ofType(Object.keys(kind.types)) : [];
  return { candidates, found: candidates.filter((one) => kind!.types[one.type]!(one, value)) };
}

/**
 * Why a dimension names nothing in this stack, undefined when it does or cannot be told: the stack has no resource of
 * that kind, or not all names are known.
 */
function deadDimension(stack: StackIndex, name: string, value: string): string | undefined {
  const { candidates, found } = resourcesNamed(stack, name, value);
  if (candidates.length === 0 || found.length > 0) return undefined;
  return `${name} is "${value}", which is no resource of this stack`;
}

/** Replication is counted where the copies arrive, and its failures where the originals are. */
const placeOfReplication = (name: string): string =>
  name === "OperationsFailedReplication" ? "SourceBucket" : "DestinationBucket";

/** Why a metric is not to be found in a region; undefined when it is, or that cannot be told. @throws Deferred */
function wrongRegion(stack: StackIndex, use: MetricUse, region: string | undefined): string | undefined {
  if (region === undefined) return undefined;
  const regions = regionsOf(stack, use);
  if (regions.length === 0 || regions.includes(region)) return undefined;
  return `${use.namespace} ${use.name} is published in ${regions[0]} and not in ${region}`;
}

function regionsOf(stack: StackIndex, { namespace, name, dimensions }: MetricUse): string[] {
  const fixed = Object.hasOwn(regionOfNamespace, namespace) ? regionOfNamespace[namespace]! : undefined;
  if (fixed !== undefined) return [fixed];
  const own = filtersOf(stack, namespace, name).map((filter) => filter.region);
  const telling =
    namespace === "AWS/S3" && "RuleId" in dimensions ? [placeOfReplication(name)] : Object.keys(dimensions);
  const resources = telling.flatMap((key) => resourcesNamed(stack, key, dimensions[key] ?? "").found);
  const regions = own.length > 0 ? own : resources.map((one) => one.region);
  return regions.includes(undefined) ? [] : [...new Set(regions as string[])];
}

const filterTypes = ["aws:cloudwatch/logMetricFilter:LogMetricFilter"];

/** The filters that count a metric in a log. @throws Deferred */
function filtersOf(stack: StackIndex, namespace: string, name?: string): Resource[] {
  return stack
    .ofType(filterTypes)
    .filter(
      (filter) =>
        filter.text("metricTransformation.namespace") === namespace &&
        (name === undefined || filter.text("metricTransformation.name") === name),
    );
}

/**
 * Why nobody publishes a metric of the program's own: no filter counts it, or not by these dimensions, and no role may
 * put it into its namespace. Undefined for metrics of AWS's, and where that cannot be told.
 *
 * @param others Namespaces that something outside the stack publishes into.
 * @throws Deferred
 */
function unpublishedOwn(
  stack: StackIndex,
  { namespace, name, dimensions }: MetricUse,
  others: readonly string[],
): string | undefined {
  if (namespace.startsWith("AWS/") || otherNamespacesOfAws.has(namespace) || others.includes(namespace))
    return undefined;
  const filters = filtersOf(stack, namespace, name);
  const given = Object.keys(dimensions).sort().join(" ");
  const byFilter = filters.some(
    (filter) =>
      Object.keys((filter.value("metricTransformation.dimensions") ?? {}) as object)
        .sort()
        .join(" ") === given,
  );
  if (byFilter || stack.derive(publishing).some((pattern) => matches(pattern, namespace))) return undefined;
  if (filters.length > 0) return `${namespace} ${name} is counted by other dimensions`;
  return `no filter counts ${namespace} ${name}, and no role may put it there`;
}

/** The namespaces, with `*` for any text, that roles of the stack may put metrics into. */
function publishing(stack: StackIndex): string[] {
  const own = stack.ofType(identityPolicyTypes).flatMap((policy) =>
    identityDocuments(policy).flatMap(({ path }) =>
      (statements(policy, path) ?? []).flatMap((statement) => {
        if (!statement.allows || !statement.actions.some((action) => matches(action, "cloudwatch:putmetricdata"))) {
          return [];
        }
        const named = statement.conditions.filter(({ key }) => key === "cloudwatch:namespace");
        return named.length > 0 ? named.flatMap(({ values }) => values) : ["*"];
      }),
    ),
  );
  const agents = stack
    .ofType(["aws:iam/rolePolicyAttachment:RolePolicyAttachment"])
    .some((attachment) => /\/CloudWatchAgent(Server|Admin)Policy$/.test(attachment.text("policyArn") ?? ""));
  return agents ? [...own, "*"] : own;
}

/**
 * Why a metric shows nothing of this stack in a region: it is not published by these dimensions, or not there, or they
 * name nothing. Undefined when it does, or that cannot be told.
 *
 * @param others Namespaces that something outside the stack publishes into.
 * @throws Deferred
 */
export function deadMetric(
  stack: StackIndex,
  use: MetricUse,
  region: string | undefined,
  others: readonly string[],
): string | undefined {
  const reason = wrongDimensions(use) ?? unpublishedOwn(stack, use, others);
  if (reason !== undefined) return reason;
  for (const [name, value] of Object.entries(use.dimensions)) {
    const dead = deadDimension(stack, name, value);
    if (dead !== undefined) return dead;
  }
  return wrongRegion(stack, use, region);
}

/** The parameter of rules that look for whoever publishes a metric. */
export const otherNamespaces: Parameter = {
  type: "array",
  items: { type: "string" },
  description: "Namespaces that something outside the stack publishes metrics into.",
  default: [],
};

/**
 * The metrics of a dashboard's widget, each with its region: `[namespace, name, dimension, value, …, options]`. Of
 * another account nothing can be told, so its metrics are left out.
 */
export function widgetMetrics(shown: unknown): (MetricUse & { region: string | undefined })[] {
  let before: unknown[] = [];
  return needList(shown, "metrics").flatMap((row) => {
    if (!Array.isArray(row)) return [];
    const last: unknown = row.at(-1);
    const options = typeof last === "object" ? last : undefined;
    const given: unknown[] = options === undefined ? row : row.slice(0, -1);
    // A dot repeats what stood in the row above, and three of them everything but what follows.
    const cells: unknown[] =
      given[0] === "..."
        ? [...before.slice(0, before.length - given.length + 1), ...given.slice(1)]
        : given.map((cell, index) => (cell === "." ? before[index] : cell));
    // An expression has no cells.
    if (cells.length < 2) return [];
    before = cells;
    if (read(options, "accountId").state !== "absent") return [];
    const [namespace, name, ...rest] = cells.map(String);
    const dimensions: Record<string, string> = {};
    for (let index = 0; index + 1 < rest.length; index += 2) dimensions[rest[index]!] = rest[index + 1]!;
    const region = need(options, "region") ?? need(shown, "region");
    return [
      {
        label: "",
        namespace: namespace!,
        name: name!,
        dimensions,
        region: region === undefined ? undefined : String(region),
      },
    ];
  });
}

/** Whether a dimension of this name and value names a resource, for rules that look for alarms. */
export function watches(dimension: string, value: string, resource: Resource): boolean {
  const names = Object.hasOwn(named, dimension) ? named[dimension]!.types[resource.type] : undefined;
  return names !== undefined && names(resource, value);
}

/** @throws Deferred */
function textOf(resource: Resource, property: string): string {
  return resource.text(property) ?? "";
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
