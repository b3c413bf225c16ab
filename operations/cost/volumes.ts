import type { StackSettings } from "../../infra/config";
import { type Range, add, map, multiply, rangeOf } from "./range";

/** `ai-prism:usage` of a stack file. */
export type Usage = StackSettings["usage"];

/** A month, as AWS's calculators count its hours, and as the usage counts its days. */
export const HOURS = 730;
export const DAYS = 30;

const KIB_PER_GIB = 1024 ** 2;

/**
 * What the stack file does not say and the estimate assumes. None is measured; docs/cost.md lists them, so that somebody
 * who has measured can put the real figure in.
 */
export const ASSUMED = {
  /** Of what the CDN delivers, how much comes from the load balancer; the rest is `/static/*` from the edge. */
  shareFromOrigin: 0.5,
  /** Log lines by request: the firewall's, nginx's, the application's, and the objects of load balancer, CDN and buckets. */
  firewallLogKiBPerRequest: 1.5,
  accessLogKiBPerRequest: 0.5,
  applicationLogKiBPerRequest: 0.5,
  deliveredLogKiBPerRequest: 1,
  applicationLogKiBPerDocument: 2,
  /** Logs that come with an instance, however much it does: its network flows, its health. */
  flowLogGiBPerInstance: 0.5,
  healthLogGiBPerInstance: 0.05,
  /** The other log groups each: start, hooks, errors, the database's own. */
  quietLogGiB: 0.05,
  /** What the audit trail writes in a month, in the bucket and in the log group each. */
  trailGiB: 0.5,
  modelLogKiBPerCall: 2,
  /** Where that log holds the text as well. */
  bytesPerToken: 4,
  /** CloudWatch stores logs compressed. */
  storedShareOfLogs: 0.15,
  /** What instances fetch through NAT in a month besides documents: packages, metrics, logs. */
  natGiBPerInstance: 2,
  /** Requests to S3 for one document: it and its review are written and read. */
  writesPerDocument: 2,
  readsPerDocument: 2,
  /** Metrics that S3 publishes for one replication rule. */
  replicationMetrics: 4,
  /** Metrics of an instance that detailed monitoring charges for. */
  detailedMetricsPerInstance: 7,
  /** Buckets that hold what is small: bundles, Pulumi's state. */
  smallBucketGiB: 0.1,
} as const;

/** What usage comes to in a month. */
export interface Volumes {
  readonly documents: Range;
  /** In millions. */
  readonly inputTokens: Range;
  readonly outputTokens: Range;
  /** In millions. */
  readonly requests: Range;
  readonly trafficGiB: Range;
  readonly storedGiB: Range;
  readonly growthGiB: Range;
  readonly databaseGiB: Range;
  /** Log groups' GiB, by the class of their component and the part of it, e.g. `BeanstalkApp access`. */
  logGiB(component: string, part: string, instances: number): Range | undefined;
  /** Objects that load balancer, CDN and buckets log into a bucket. */
  readonly deliveredLogGiB: Range;
}

/** Reckons a month from the usage of a day. */
export function volumesOf(usage: Usage): Volumes {
  const documents = multiply(usage.documentsPerDay, DAYS);
  const requests = multiply(usage.users, usage.requestsPerUserPerDay, DAYS);
  const gib = (count: Range, kib: number) => multiply(count, kib / KIB_PER_GIB);
  const logs: Readonly<Record<string, (instances: number) => Range>> = {
    "BeanstalkApp access": () => gib(requests, ASSUMED.accessLogKiBPerRequest),
    "BeanstalkApp application": () =>
      add(gib(requests, ASSUMED.applicationLogKiBPerRequest), gib(documents, ASSUMED.applicationLogKiBPerDocument)),
    "BeanstalkApp health": (instances) => rangeOf(ASSUMED.healthLogGiBPerInstance * instances),
    "Network flow-logs": (instances) => rangeOf(ASSUMED.flowLogGiBPerInstance * instances),
    WebFirewall: () => gib(requests, ASSUMED.firewallLogKiBPerRequest),
    AuditTrail: () => rangeOf(ASSUMED.trailGiB),
    ModelInvocationLog: () => gib(multiply(documents, usage.callsPerDocument), ASSUMED.modelLogKiBPerCall),
  };
  return {
    documents,
    inputTokens: multiply(documents, usage.inputTokensPerDocument, 1e-6),
    outputTokens: multiply(documents, usage.outputTokensPerDocument, 1e-6),
    requests: multiply(requests, 1e-6),
    trafficGiB: rangeOf(usage.trafficGiBPerMonth),
    storedGiB: rangeOf(usage.storedGiB),
    growthGiB: rangeOf(usage.storedGrowthGiBPerMonth),
    databaseGiB: rangeOf(usage.databaseGiB),
    logGiB: (component, part, instances) =>
      component === ""
        ? undefined
        : (logs[`${component} ${part}`] ?? logs[component] ?? (() => rangeOf(ASSUMED.quietLogGiB)))(instances),
    deliveredLogGiB: gib(requests, ASSUMED.deliveredLogKiBPerRequest),
  };
}

/** What CloudWatch keeps of a log group that has reached its retention. */
export function keptLogGiB(monthly: Range, retentionInDays: number): Range {
  return map(monthly, (gib) => gib * (retentionInDays / DAYS) * ASSUMED.storedShareOfLogs);
}
