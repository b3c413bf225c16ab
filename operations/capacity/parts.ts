import { DATABASE_CLASS_MEMORY_GIB, type DatabaseClass, maxConnections } from "../../catalog/database-classes";
import { parseModelId } from "../../catalog/models";
import { findPrice } from "../../catalog/prices";
import {
  CACHE_CLIENTS,
  CACHE_MEMORY_GIB,
  CACHE_RESERVED_SHARE,
  CDN_GBIT_PER_SECOND,
  CDN_REQUESTS_PER_SECOND,
  DATABASE_PROCESSORS,
  DEFAULT_TOKENS_PER_MINUTE,
  INSTANCE_SIZES,
  LARGER,
  MODEL_QUOTAS,
  REPLICATION_GBIT_PER_SECOND,
} from "../../catalog/quotas";
import { CLIENTS_PER_PROXIED_CONNECTION } from "../../infra/config";
import { FLEETS_DURING_DEPLOYMENT, poolSize } from "../../infra/connection-pool";
import { type Range, add, larger, map, multiply, rangeOf, remainder } from "../cost/range";
import type { Assumptions } from "../cost/source";
import { DAYS, HOURS } from "../cost/volumes";
import type { Database, Fleet, Plant, Redis } from "./plant";

/**
 * What the stack file does not say and the capacity plan assumes. None is measured with this application;
 * docs/scaling.md lists them.
 */
export const ASSUMED = {
  /** Seconds of an instance's processor for one HTTP request, and for one document. */
  processorSecondsPerRequest: 0.05,
  processorSecondsPerDocument: 2,
  /** How long a request keeps a thread busy. */
  secondsPerRequest: 0.3,
  /** Seconds of the database's processor. */
  databaseSecondsPerRequest: 0.005,
  databaseSecondsPerDocument: 0.05,
  /** Memory of one process of the application, and the share of an instance's that processes may take. */
  processGiB: 0.3,
  processShareOfMemory: 0.7,
  /** A session in Redis, and a queued review with what RQ notes of it. */
  sessionKiB: 4,
  jobKiB: 8,
  /** Sessions of one user, who works with more than one browser. */
  sessionsPerUser: 2,
  /** Connections to Redis of a worker: its own, its heartbeat's, and its job's. */
  redisConnectionsPerWorker: 3,
  /** Users who share one public address: the largest office. */
  shareBehindOneAddress: 0.25,
  /** Looked ahead for storage, which only grows. */
  monthsAhead: 12,
} as const;

/** One way to make room. */
export interface Lift {
  /** The setting and its value, or what else is to be done. */
  readonly how: string;
  /** What that costs in a month; absent where there is no price. */
  readonly usd?: Range;
}

/** One thing that fills up. */
export interface Part {
  readonly name: string;
  readonly unit: string;
  /** How much there is. */
  readonly holds: number;
  /** Where that comes from. */
  readonly basis: string;
  /** Why `holds` may be off. */
  readonly uncertain?: string;
  /** How much is used at so many times today's load; never falls. */
  used(load: number): Range;
  /** What happens when it is full; where somebody else takes over, it is no bottleneck. */
  readonly beyond: { readonly effect: string; readonly absorbed: boolean };
  /** The first is what is recommended. */
  readonly lifts: readonly Lift[];
}

const FREE = rangeOf(0);

/** Load of a busiest hour. */
interface Peak {
  readonly documentsPerMinute: Range;
  readonly requestsPerSecond: Range;
}

/** Everything of a deployment that fills up, in the order of the way of a request; and what could not be told. */
export function partsOf(plant: Plant, assumptions: Assumptions): { parts: Part[]; notes: string[] } {
  const { usage } = assumptions;
  const share = usage.busiestHourPercent / 100;
  const peak: Peak = {
    documentsPerMinute: multiply(usage.documentsPerDay, share / 60),
    requestsPerSecond: multiply(usage.users, usage.requestsPerUserPerDay, share / 3600),
  };
  const notes: string[] = [];
  const parts = [
    ...cdnParts(plant, assumptions, peak),
    ...firewallParts(plant, assumptions),
    ...fleetParts(plant, assumptions, peak, notes),
    ...bedrockParts(plant, assumptions, peak, notes),
    ...databaseParts(plant, assumptions, peak, notes),
    ...redisParts(plant, assumptions, notes),
    ...replicationParts(plant, assumptions),
  ];
  return { parts, notes };
}

function cdnParts({ cdn }: Plant, { usage }: Assumptions, { requestsPerSecond }: Peak): Part[] {
  if (!cdn) return [];
  const more: Lift = { how: "ask for a larger quota of the distribution, or a flat-rate plan without one", usd: FREE };
  const beyond = { effect: "the CDN refuses requests", absorbed: false };
  const basis = "CloudFront's quota for a distribution";
  const gbits = multiply(usage.trafficGiBPerMonth, (usage.busiestHourPercent / 100) * (8.59 / DAYS / 3600));
  return [
    part("CDN, requests", "a second", CDN_REQUESTS_PER_SECOND, basis, requestsPerSecond, beyond, [more]),
    part("CDN, traffic", "Gbit/s", CDN_GBIT_PER_SECOND, basis, gbits, beyond, [more]),
  ];
}

function firewallParts({ firewall }: Plant, { usage }: Assumptions): Part[] {
  if (!firewall) return [];
  const limit = firewall.requestsPerFiveMinutes;
  const used = multiply(
    usage.users,
    usage.requestsPerUserPerDay,
    (usage.busiestHourPercent / 100 / 12) * ASSUMED.shareBehindOneAddress,
  );
  const beyond = { effect: "the largest office is blocked until its rate falls", absorbed: false };
  const lift: Lift = { how: `firewall.requestsPerFiveMinutes: ${limit * 2}`, usd: FREE };
  return [part("Firewall, requests of one office", "in 5 minutes", limit, "the rate limit", used, beyond, [lift])];
}

/** Instances that the processor and the threads ask for, which is what the scaling group adds. */
function instancesNeeded(fleet: Fleet, { documentsPerMinute, requestsPerSecond }: Peak, load: number): Range {
  const size = INSTANCE_SIZES[fleet.instanceType];
  const processor = add(
    multiply(requestsPerSecond, ASSUMED.processorSecondsPerRequest),
    multiply(documentsPerMinute, ASSUMED.processorSecondsPerDocument / 60),
  );
  const threads = multiply(requestsPerSecond, ASSUMED.secondsPerRequest / (fleet.webProcesses * fleet.webThreads));
  const byProcessor = size ? multiply(processor, 1 / (size.vcpus * size.baseline)) : rangeOf(0);
  return multiply(larger(byProcessor, threads), load);
}

function fleetParts(plant: Plant, assumptions: Assumptions, peak: Peak, notes: string[]): Part[] {
  const { fleet } = plant;
  if (!fleet) return [];
  const known = Object.hasOwn(INSTANCE_SIZES, fleet.instanceType);
  if (!known) notes.push(`${fleet.instanceType}: its size is not known, so only its threads are counted`);
  const hourly = findPrice(`ec2/${fleet.instanceType}`, fleet.region)?.usd;
  const wanted = Math.min(100, fleet.maxInstances * 2);
  const extra = wanted - fleet.maxInstances;
  // Those that are added run only while they are needed.
  const usd = hourly === undefined ? undefined : { low: 0, high: extra * hourly * HOURS };
  const workers: Part = {
    name: "Workers, documents",
    unit: "an hour",
    holds:
      fleet.minInstances *
      fleet.workerProcesses *
      (3600 / Math.max(1, rangeOf(assumptions.usage.secondsPerDocument).high)),
    basis:
      `${fleet.minInstances} instances × ${fleet.workerProcesses} workers; a worker that waits for a model uses no ` +
      "processor, so the scaling group adds none",
    used: (load) => multiply(peak.documentsPerMinute, 60 * load),
    beyond: { effect: "documents wait in the queue", absorbed: false },
    lifts: workerLifts(plant, assumptions, hourly),
  };
  return [
    {
      name: "Instances",
      unit: "instances",
      holds: fleet.maxInstances,
      basis: `application.maxInstances, by ${known ? "the processor's baseline and " : ""}the threads`,
      used: (load) => instancesNeeded(fleet, peak, load),
      beyond: { effect: "requests wait for a thread", absorbed: false },
      lifts: [
        fits(plant, assumptions, { maxInstances: wanted })
          ? { how: `application.maxInstances: ${wanted}`, usd }
          : { how: `application.maxInstances: ${wanted}, and a larger database.instanceClass for its connections` },
      ],
    },
    ...(fleet.workerProcesses > 0 ? [workers] : []),
  ];
}

function workerLifts(plant: Plant, assumptions: Assumptions, hourly: number | undefined): Lift[] {
  const fleet = plant.fleet!;
  const memory = INSTANCE_SIZES[fleet.instanceType]?.memoryGiB ?? 0;
  const most = Math.floor((memory * ASSUMED.processShareOfMemory) / ASSUMED.processGiB) - fleet.webProcesses;
  const workerProcesses = Math.min(16, fleet.workerProcesses * 2, most);
  const minInstances = Math.min(100, fleet.minInstances * 2);
  const maxInstances = Math.max(fleet.maxInstances, minInstances);
  const lifts: Lift[] = [];
  if (workerProcesses > fleet.workerProcesses && fits(plant, assumptions, { workerProcesses })) {
    lifts.push({ how: `application.workerProcesses: ${workerProcesses}`, usd: FREE });
  }
  if (minInstances > fleet.minInstances && fits(plant, assumptions, { maxInstances })) {
    const usd = hourly === undefined ? undefined : rangeOf((minInstances - fleet.minInstances) * hourly * HOURS);
    lifts.push({ how: `application.minInstances: ${minInstances}`, usd });
  }
  return lifts.length > 0 ? lifts : [{ how: "a larger database.instanceClass, then more application.workerProcesses" }];
}

/** Whether the database has a connection for each process after a change of the fleet. */
function fits({ fleet, database }: Plant, { database: settings }: Assumptions, change: Partial<Fleet>): boolean {
  if (!fleet || !database || !Object.hasOwn(DATABASE_CLASS_MEMORY_GIB, database.instanceClass)) return true;
  const changed = { ...fleet, ...change };
  return (
    poolSize({
      maxConnections: maxConnections(database.instanceClass as DatabaseClass),
      reserved: settings.reservedConnections,
      maxInstances: changed.maxInstances,
      processesPerInstance: changed.webProcesses + changed.workerProcesses,
      ...(database.proxy ? { clientsPerConnection: CLIENTS_PER_PROXIED_CONNECTION } : {}),
    }) !== undefined
  );
}

/** A model of the chain with what it can take, in documents a minute. */
interface Link {
  readonly model: string;
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
  readonly tokensPerDocument: Range;
  readonly uncertain?: string;
  readonly burndown: number;
}

function bedrockParts(
  { chain }: Plant,
  { usage, models }: Assumptions,
  { documentsPerMinute }: Peak,
  notes: string[],
): Part[] {
  const links: Link[] = [];
  for (const { id, requestsPerMinute } of chain) {
    const { model } = parseModelId(id);
    const quota = Object.hasOwn(MODEL_QUOTAS, model) ? MODEL_QUOTAS[model] : undefined;
    if (!quota) {
      notes.push(`${id}: how its tokens are counted is not known, so it is left out of the chain`);
      continue;
    }
    const configured = models.chain.find((each) => each.id === id)?.tokensPerMinute;
    const tokensPerMinute = configured ?? quota.tokensPerMinute ?? DEFAULT_TOKENS_PER_MINUTE;
    const twin = links.findIndex((link) => link.model === model);
    if (twin >= 0) {
      // A model called through two profiles has one quota: a second entry adds nothing.
      const link = links[twin]!;
      links[twin] = {
        ...link,
        requestsPerMinute: Math.max(link.requestsPerMinute, requestsPerMinute),
        tokensPerMinute: Math.max(link.tokensPerMinute, tokensPerMinute),
      };
      notes.push(`${id}: shares the quota of the same model earlier in the chain, so it adds nothing`);
      continue;
    }
    links.push({
      model,
      requestsPerMinute,
      tokensPerMinute,
      burndown: quota.outputBurndown,
      tokensPerDocument: add(
        usage.inputTokensPerDocument,
        multiply(usage.outputTokensPerDocument, quota.outputBurndown),
      ),
      ...(configured === undefined && {
        uncertain: `assumed; put the account's quota from Service Quotas into models.chain, tokensPerMinute of ${id}`,
      }),
    });
  }
  const callsPerDocument = Math.max(1, usage.callsPerDocument);
  const takes = (link: Link) =>
    Math.min(
      link.requestsPerMinute / callsPerDocument,
      link.tokensPerMinute / Math.max(1, link.tokensPerDocument.high),
    );
  const parts = links.flatMap((link, index): Part[] => {
    const before = links.slice(0, index).reduce((sum, earlier) => sum + takes(earlier), 0);
    const reaching = (load: number) => remainder(multiply(documentsPerMinute, load), before);
    const last = index === links.length - 1;
    const beyond = last
      ? { effect: "the chain is used up", absorbed: links.length > 1 }
      : { effect: `${shortName(links[index + 1]!.model)} answers instead`, absorbed: true };
    const name = `Bedrock, ${shortName(link.model)}`;
    const quotaName = `the quota of ${shortName(link.model)} in Service Quotas`;
    return [
      {
        name: `${name}, requests`,
        unit: "a minute",
        holds: link.requestsPerMinute,
        basis: "models.chain, requestsPerMinute",
        used: (load) => multiply(reaching(load), callsPerDocument),
        beyond,
        lifts: [{ how: `a larger requestsPerMinute, once ${quotaName} is raised`, usd: FREE }],
      },
      {
        name: `${name}, tokens`,
        unit: "a minute",
        holds: link.tokensPerMinute,
        basis: `an output token counts ${link.burndown} times`,
        ...(link.uncertain === undefined ? {} : { uncertain: link.uncertain }),
        used: (load) => multiply(reaching(load), link.tokensPerDocument),
        beyond,
        lifts: [{ how: `ask for more: ${quotaName}`, usd: FREE }],
      },
    ];
  });
  if (links.length === 0) return [];
  const uncertain = links.find((link) => link.uncertain !== undefined);
  const whole: Part = {
    name: "Bedrock, the whole chain, documents",
    unit: "a minute",
    holds: links.reduce((sum, link) => sum + takes(link), 0),
    basis: "what each model takes by the scarcer of requests and tokens, models counted once",
    ...(uncertain && { uncertain: "rests on assumed quotas of tokens" }),
    used: (load) => multiply(documentsPerMinute, load),
    beyond: { effect: "documents wait for a free model", absorbed: false },
    lifts: [
      { how: `ask for more tokens a minute of ${shortName(links[0]!.model)} in Service Quotas`, usd: FREE },
      { how: "another model at the end of models.chain", usd: FREE },
      { how: "call the profile from a second region: each has quotas of its own (docs/scaling.md)", usd: FREE },
    ],
  };
  return [...parts, whole];
}

function shortName(model: string): string {
  return model.replace(/^anthropic\.claude-|-\d{8}.*$/g, "");
}

function databaseParts(plant: Plant, assumptions: Assumptions, peak: Peak, notes: string[]): Part[] {
  const { database, fleet } = plant;
  if (!database) return [];
  const { usage, database: settings } = assumptions;
  const bigger = largerDatabase(database);
  const parts: Part[] = [];
  const processors = DATABASE_PROCESSORS[database.instanceClass];
  if (!processors || !Object.hasOwn(DATABASE_CLASS_MEMORY_GIB, database.instanceClass)) {
    notes.push(`${database.instanceClass}: its size is not known, so only the database's storage is counted`);
  } else {
    const connections = Math.max(
      0,
      maxConnections(database.instanceClass as DatabaseClass) - settings.reservedConnections,
    );
    const clients = database.proxy ? CLIENTS_PER_PROXIED_CONNECTION : 1;
    if (fleet) {
      const perInstance =
        FLEETS_DURING_DEPLOYMENT * (fleet.webProcesses + fleet.workerProcesses) * fleet.connectionsPerProcess;
      parts.push({
        name: database.proxy ? "Database, connections of the proxy" : "Database, connections",
        unit: "connections",
        holds: connections * clients,
        basis:
          `${connections} of ${database.instanceClass} without the reserved` +
          `${database.proxy ? `, ${clients} clients for each` : ""}; twice the fleet, as during a deployment`,
        // Nobody but the scaling group adds instances, and it never runs fewer than the least.
        used: (load) =>
          map(
            instancesNeeded(fleet, peak, load),
            (count) => Math.max(fleet.minInstances, Math.ceil(count)) * perInstance,
          ),
        beyond: { effect: "processes wait for a connection", absorbed: false },
        lifts: database.proxy ? [bigger] : [proxyLift(database), bigger],
      });
    }
    parts.push({
      name: "Database, processor",
      unit: "vCPU",
      holds: processors.vcpus * processors.baseline,
      basis: processors.baseline < 1 ? "what CPU credits give without end" : "all of it",
      used: (load) =>
        multiply(
          add(
            multiply(peak.requestsPerSecond, ASSUMED.databaseSecondsPerRequest),
            multiply(peak.documentsPerMinute, ASSUMED.databaseSecondsPerDocument / 60),
          ),
          load,
        ),
      beyond: { effect: "credits run out, and queries slow down", absorbed: false },
      lifts: [bigger],
    });
  }
  const price = findPrice("rds/storage", database.region)?.usd;
  parts.push({
    name: "Database, storage in a year",
    unit: "GiB",
    holds: database.maxStorageGiB,
    basis: "database.maxAllocatedStorageInGiB",
    used: (load) => add(usage.databaseGiB, multiply(usage.databaseGrowthGiBPerMonth, ASSUMED.monthsAhead * load)),
    beyond: { effect: "the database stops taking writes", absorbed: false },
    lifts: [
      {
        how: `database.maxAllocatedStorageInGiB: ${Math.min(16384, database.maxStorageGiB * 2)}`,
        // Paid as it grows.
        ...(price === undefined ? {} : { usd: { low: 0, high: price * database.copies * database.maxStorageGiB } }),
      },
    ],
  });
  return parts;
}

function largerDatabase(database: Database): Lift {
  const next = LARGER[database.instanceClass];
  if (next === undefined) return { how: "a database class larger than this program knows, or read replicas" };
  const [now, then] = [database.instanceClass, next].map((name) => findPrice(`rds/${name}`, database.region)?.usd);
  const proxy = findPrice("rds/proxy", database.region)?.usd ?? 0;
  const more = (DATABASE_PROCESSORS[next]?.vcpus ?? 2) - (DATABASE_PROCESSORS[database.instanceClass]?.vcpus ?? 2);
  const usd =
    now === undefined || then === undefined
      ? {}
      : { usd: rangeOf(((then - now) * database.copies + (database.proxy ? more * proxy : 0)) * HOURS) };
  return { how: `database.instanceClass: ${next}`, ...usd };
}

function proxyLift(database: Database): Lift {
  const price = findPrice("rds/proxy", database.region)?.usd;
  const count = DATABASE_PROCESSORS[database.instanceClass]?.vcpus ?? 2;
  return { how: "database.proxy: true", ...(price === undefined ? {} : { usd: rangeOf(price * count * HOURS) }) };
}

function redisParts({ redis, fleet }: Plant, { usage }: Assumptions, notes: string[]): Part[] {
  if (!redis) return [];
  const bigger = largerCache(redis);
  const parts: Part[] = [];
  const memory = CACHE_MEMORY_GIB[redis.nodeType];
  if (memory === undefined) notes.push(`${redis.nodeType}: its memory is not known, so it is left out`);
  else {
    const kib = add(
      multiply(usage.users, ASSUMED.sessionsPerUser * ASSUMED.sessionKiB),
      // All of a day's reviews at once: what the queue holds when no model is free.
      multiply(usage.documentsPerDay, ASSUMED.jobKiB),
    );
    parts.push(
      part(
        "Redis, memory",
        "MiB",
        memory * 1024 * (1 - CACHE_RESERVED_SHARE) * redis.shards,
        `${redis.nodeType} without the reserved quarter; sessions, and a day's reviews in the queue`,
        multiply(kib, 1 / 1024),
        { effect: "Redis refuses writes: nobody can sign in, nothing is queued", absorbed: false },
        [bigger],
      ),
    );
  }
  if (fleet) {
    const perInstance =
      FLEETS_DURING_DEPLOYMENT *
      (fleet.webProcesses * (fleet.webThreads + 1) + fleet.workerProcesses * ASSUMED.redisConnectionsPerWorker);
    parts.push(
      part(
        "Redis, connections of the largest fleet",
        "connections",
        CACHE_CLIENTS * redis.shards,
        "maxclients of a node; twice application.maxInstances, as during a deployment",
        rangeOf(fleet.maxInstances * perInstance),
        { effect: "Redis refuses connections", absorbed: false },
        [bigger],
        () => 1,
      ),
    );
  }
  return parts;
}

function largerCache(redis: Redis): Lift {
  const next = LARGER[redis.nodeType];
  if (next === undefined)
    return { how: "cluster mode: several shards, which this program does not set up (docs/scaling.md)" };
  const [now, then] = [redis.nodeType, next].map(
    (name) => findPrice(`elasticache/${redis.engine}/${name}`, redis.region)?.usd,
  );
  const usd = now === undefined || then === undefined ? {} : { usd: rangeOf((then - now) * redis.nodes * HOURS) };
  return { how: `redis.nodeType: ${next}`, ...usd };
}

function replicationParts({ replication }: Plant, { usage }: Assumptions): Part[] {
  if (!replication) return [];
  const mbits = multiply(usage.storedGrowthGiBPerMonth, (usage.busiestHourPercent / 100) * (8590 / DAYS / 3600));
  return [
    part(
      "Replication within 15 minutes",
      "Mbit/s",
      REPLICATION_GBIT_PER_SECOND * 1000,
      "S3's quota for Replication Time Control",
      mbits,
      { effect: "the replica falls behind by more than 15 minutes", absorbed: false },
      [{ how: "ask for a larger quota of Replication Time Control's transfer rate", usd: FREE }],
    ),
  ];
}

/** A part that is used in proportion to the load, unless `grows` says otherwise. */
function part(
  name: string,
  unit: string,
  holds: number,
  basis: string,
  today: Range,
  beyond: Part["beyond"],
  lifts: readonly Lift[],
  grows: (load: number) => number = (load) => load,
): Part {
  return { name, unit, holds, basis, used: (load) => multiply(today, grows(load)), beyond, lifts };
}
