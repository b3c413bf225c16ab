import type { JudgedResource } from "../../policies/evaluate";
import {
  ENVIRONMENT,
  beanstalkSettings,
  field,
  list,
  modelChain,
  number,
  ofType,
  property,
  text,
} from "../cost/resource";

/** The parts of a deployment that fill up. Each is absent where the stack has none. */
export interface Plant {
  readonly chain: readonly { readonly id: string; readonly requestsPerMinute: number }[];
  readonly fleet?: Fleet;
  readonly database?: Database;
  readonly redis?: Redis;
  /** A bucket whose objects have to be in its replica within 15 minutes. */
  readonly replication?: { readonly bucket: string };
  /** Requests that the firewall lets one address make in five minutes. */
  readonly firewall?: { readonly requestsPerFiveMinutes: number };
  readonly cdn?: { readonly name: string };
}

/** Instances of the application. */
export interface Fleet {
  readonly region: string;
  readonly instanceType: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly webProcesses: number;
  readonly webThreads: number;
  readonly workerProcesses: number;
  /** Database connections that one process may hold. */
  readonly connectionsPerProcess: number;
}

/** The PostgreSQL instance. */
export interface Database {
  readonly region: string;
  readonly instanceClass: string;
  /** 2 with a standby. */
  readonly copies: number;
  readonly maxStorageGiB: number;
  readonly proxy: boolean;
}

/** The replication group. */
export interface Redis {
  readonly region: string;
  readonly engine: string;
  readonly nodeType: string;
  readonly nodes: number;
  readonly shards: number;
}

/** Reads the parts out of a checkpoint's resources. */
export function plantOf(resources: readonly JudgedResource[]): Plant {
  const first = (type: string) => ofType({ resources }, type)[0];
  const environment = first(ENVIRONMENT);
  const database = first("aws:rds/instance:Instance");
  const redis = first("aws:elasticache/replicationGroup:ReplicationGroup");
  const cdn = first("aws:cloudfront/distribution:Distribution");
  const limit = ofType({ resources }, "aws:wafv2/webAcl:WebAcl")
    .flatMap((acl) => list(property(acl, "rules")))
    .map((rule) => field(rule, "statement", "rateBasedStatement", "limit"))
    .find((value) => typeof value === "number");
  const replicated = ofType({ resources }, "aws:s3/bucketReplicationConfig:BucketReplicationConfig").find((each) =>
    list(property(each, "rules")).some((rule) => field(rule, "destination", "replicationTime", "status") === "Enabled"),
  );
  return {
    chain: environment ? modelChain(environment) : [],
    ...(environment && { fleet: fleetOf(environment) }),
    ...(database && {
      database: {
        region: text(database, "region") ?? "",
        instanceClass: text(database, "instanceClass") ?? "",
        copies: property(database, "multiAz") === true ? 2 : 1,
        maxStorageGiB: Math.max(number(database, "maxAllocatedStorage", 0), number(database, "allocatedStorage", 0)),
        proxy: first("aws:rds/proxy:Proxy") !== undefined,
      },
    }),
    ...(redis && { redis: redisOf(redis) }),
    ...(replicated && { replication: { bucket: text(replicated, "bucket") ?? "" } }),
    ...(typeof limit === "number" && { firewall: { requestsPerFiveMinutes: limit } }),
    ...(cdn && { cdn: { name: cdn.name } }),
  };
}

function fleetOf(environment: JudgedResource): Fleet {
  const setting = beanstalkSettings(environment);
  const size = (namespace: string, name: string, fallback: number) => {
    const value = Number(setting(namespace, name) ?? fallback);
    return Number.isFinite(value) && value > 0 ? value : fallback;
  };
  const variable = (name: string, fallback: number) =>
    size("aws:elasticbeanstalk:application:environment", name, fallback);
  const minInstances = size("aws:autoscaling:asg", "MinSize", 1);
  return {
    region: text(environment, "region") ?? "",
    instanceType: setting("aws:ec2:instances", "InstanceTypes")?.split(",")[0] ?? "",
    minInstances,
    maxInstances: Math.max(minInstances, size("aws:autoscaling:asg", "MaxSize", 4)),
    webProcesses: variable("WEB_PROCESSES", 1),
    webThreads: variable("WEB_THREADS", 1),
    workerProcesses: variable("WORKER_PROCESSES", 1),
    connectionsPerProcess: variable("SQLALCHEMY_POOL_SIZE", 5) + variable("SQLALCHEMY_MAX_OVERFLOW", 0),
  };
}

function redisOf(redis: JudgedResource): Redis {
  const shards = number(redis, "numNodeGroups", 1);
  return {
    region: text(redis, "region") ?? "",
    engine: text(redis, "engine") ?? "redis",
    nodeType: text(redis, "nodeType") ?? "",
    nodes: number(redis, "numCacheClusters", shards * (1 + number(redis, "replicasPerNodeGroup", 0))),
    shards,
  };
}
