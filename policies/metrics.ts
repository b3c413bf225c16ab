import { identityDocuments, identityPolicyTypes, matches, statements } from "./policy-document";
import { metricCatalog, otherNamespacesOfAws, regionOfNamespace } from "./metric-catalog";
import { Deferred, need, needList, read } from "./read";
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

/** The names that a resource goes by as a dimension's value, or their form where they cannot be listed. @throws Deferred */
type NamesOf = (resource: Resource) => readonly string[] | RegExp;

/** Dimensions that name a resource. */
const named: Readonly<Record<string, Readonly<Record<string, NamesOf>>>> = {
  AutoScalingGroupName: {
    "aws:elasticbeanstalk/environment:Environment": all("autoscalingGroups"),
    "aws:autoscaling/group:Group": one("name"),
  },
  CacheClusterId: {
    "aws:elasticache/replicationGroup:ReplicationGroup": nodesOf,
    "aws:elasticache/cluster:Cluster": one("clusterId"),
  },
  CertificateArn: { "aws:acm/certificate:Certificate": one("arn") },
  DBClusterIdentifier: { "aws:rds/cluster:Cluster": one("clusterIdentifier") },
  DBInstanceIdentifier: {
    "aws:rds/instance:Instance": one("identifier"),
    "aws:rds/clusterInstance:ClusterInstance": one("identifier"),
  },
  DestinationBucket: { "aws:s3/bucket:Bucket": one("bucket"), "aws:s3/bucketV2:BucketV2": one("bucket") },
  DistributionId: {
    "aws:cloudfront/distribution:Distribution": (distribution) =>
      distribution.data.id === undefined ? [textOf(distribution, "arn").split("/").at(-1)!] : [distribution.data.id],
  },
  EnvironmentName: { "aws:elasticbeanstalk/environment:Environment": one("name") },
  LoadBalancer: {
    "aws:elasticbeanstalk/environment:Environment": (environment) =>
      environment.list("loadBalancers").map((arn) => String(arn).replace(/^.*:loadbalancer\//, "")),
    "aws:lb/loadBalancer:LoadBalancer": one("arnSuffix"),
    "aws:alb/loadBalancer:LoadBalancer": one("arnSuffix"),
  },
  ProxyName: { "aws:rds/proxy:Proxy": one("name") },
  RuleId: {
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": (replication) =>
      replication.list("rules").map((_, index) => textOf(replication, `rules.${index}.id`)),
  },
  SourceBucket: { "aws:s3/bucket:Bucket": one("bucket"), "aws:s3/bucketV2:BucketV2": one("bucket") },
  TopicName: { "aws:sns/topic:Topic": one("name") },
  WebACL: { "aws:wafv2/webAcl:WebAcl": one("visibilityConfig.metricName") },
};

/** The dimensions whose values are names of resources. */
export const namedDimensions: readonly string[] = Object.keys(named);

function one(property: string): NamesOf {
  return (resource) => [textOf(resource, property)];
}

function all(property: string): NamesOf {
  return (resource) => resource.list(property).map(String);
}

/** Nodes are called after their group, with a number, and in a cluster with the number of their shard. */
function nodesOf(group: Resource): readonly string[] | RegExp {
  const members = group.list("memberClusters").map(String);
  if (members.length > 0) return members;
  const id = textOf(group, "replicationGroupId");
  const count = Number(group.value("numCacheClusters") ?? 0);
  if (!(count > 0)) return new RegExp(`^${escape(id)}(-\\d{4})?-\\d{3}$`);
  return Array.from({ length: count }, (_, index) => `${id}-${String(index + 1).padStart(3, "0")}`);
}

/** The resources that a dimension can name, by name. */
interface Names {
  readonly byName: Map<string, Resource[]>;
  readonly byForm: { form: RegExp; resource: Resource }[];
  /** Some names are not known yet. */
  unknown: boolean;
}

/** Looks up once for each stack what every dimension can name. */
function namesIn(stack: StackIndex): ReadonlyMap<string, Names> {
  return new Map(
    Object.entries(named).flatMap(([dimension, types]) => {
      const resources = stack.ofType(Object.keys(types));
      if (resources.length === 0) return [];
      const names: Names = { byName: new Map(), byForm: [], unknown: false };
      for (const resource of resources) {
        try {
          const own = types[resource.type]!(resource);
          if (own instanceof RegExp) names.byForm.push({ form: own, resource });
          else for (const name of own) names.byName.set(name, [...(names.byName.get(name) ?? []), resource]);
        } catch (error) {
          if (!(error instanceof Deferred)) throw error;
          names.unknown = true;
        }
      }
      return [[dimension, names] as const];
    }),
  );
}

/**
 * The resources that a dimension names; undefined where the stack has none of that kind.
 * @throws Deferred when it is none whose name is known
 */
function resourcesNamed(stack: StackIndex, dimension: string, value: string): Resource[] | undefined {
  const names = stack.derive(namesIn).get(dimension);
  if (!names) return undefined;
  const found = [
    ...(names.byName.get(value) ?? []),
    ...names.byForm.filter(({ form }) => form.test(value)).map(({ resource }) => resource),
  ];
  if (found.length === 0 && names.unknown) throw new Deferred(dimension);
  return found;
}

/**
 * Why a dimension names nothing in this stack, undefined when it does or cannot be told: the stack has no resource of
 * that kind, or not all names are known.
 */
function deadDimension(stack: StackIndex, name: string, value: string): string | undefined {
  const found = resourcesNamed(stack, name, value);
  if (!found || found.length > 0) return undefined;
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
  const resources = telling.flatMap((key) => resourcesNamed(stack, key, dimensions[key] ?? "") ?? []);
  const regions = own.length > 0 ? own : resources.map((one) => one.region);
  return regions.includes(undefined) ? [] : [...new Set(regions as string[])];
}

const filterTypes = ["aws:cloudwatch/logMetricFilter:LogMetricFilter"];

/** The filters that count a metric in a log. @throws Deferred */
function filtersOf(stack: StackIndex, namespace: string, name: string): Resource[] {
  return stack.derive(filtersIn).get(`${namespace} ${name}`) ?? [];
}

/** All filters, by what they count. @throws Deferred */
function filtersIn(stack: StackIndex): ReadonlyMap<string, Resource[]> {
  const filters = new Map<string, Resource[]>();
  for (const filter of stack.ofType(filterTypes)) {
    const key = ["namespace", "name"].map((field) => filter.text(`metricTransformation.${field}`)).join(" ");
    filters.set(key, [...(filters.get(key) ?? []), filter]);
  }
  return filters;
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

/** Whether a dimension of this name and value names a resource, for rules that look for alarms. @throws Deferred */
export function watches(dimension: string, value: string, resource: Resource): boolean {
  const names = Object.hasOwn(named, dimension) ? named[dimension]![resource.type]?.(resource) : undefined;
  return names instanceof RegExp ? names.test(value) : (names?.includes(value) ?? false);
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
