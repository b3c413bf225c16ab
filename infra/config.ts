import { allConfig } from "@pulumi/pulumi/runtime/config";
import * as pulumi from "@pulumi/pulumi";
import { DATABASE_CLASS_MEMORY_GIB, maxConnections, type DatabaseClass } from "../catalog/database-classes";
import { whyNotCallable } from "../catalog/models";
import { BACKUP_REPLICATION_TARGETS, EDGE_REGION, REGIONS, type Region } from "../catalog/regions";
import { InvalidArgument } from "./component";
import { poolSize, type PoolSize } from "./connection-pool";
import { physicalNames, type PhysicalNames } from "./names";
import { smallestPrefix, vpcPrefix } from "./subnets";
import {
  ConfigurationError,
  flag,
  list,
  logRetention,
  oneOf,
  OWNERSHIP,
  quantity,
  readSections,
  regionFaults,
  section,
  text,
  whole,
  type Fault,
  type Settings,
} from "./validation";

const ARN = text(/^arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:.+$/, "a complete ARN");
/** The ARN of a role. */
export const ROLE = text(/^arn:aws:iam::\d{12}:role\/.+$/, "the ARN of a role");
/** The ARN of a KMS key. */
export const KEY = text(/^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, "the ARN of a KMS key, not of an alias");
/** The name of a bucket. */
export const BUCKET = text(
  /^(?!.*\.\.)(?!.*[.-]{2})(?!xn--)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  "a bucket name S3 accepts: 3 to 63 lower-case letters, digits and single hyphens or dots, not an IP address",
);

/**
 * The stack file, one entry per top-level key of namespace `ai-prism`. Every key but `accountId` has a default, and
 * `Pulumi.yaml` describes them for people; a test holds the two together.
 */
export const SECTIONS = {
  ...OWNERSHIP,
  replicaRegion: oneOf(Object.keys(REGIONS) as [Region, ...Region[]]).default("eu-west-1"),
  disposable: flag().default(false),
  network: section({
    existing: section({
      vpcId: text(/^vpc-[0-9a-f]{8,17}$/, "a VPC id such as vpc-0123456789abcdef0"),
      publicSubnetIds: list(text(/^subnet-[0-9a-f]{8,17}$/, "a subnet id"), "subnet ids").default([]),
      privateSubnetIds: list(text(/^subnet-[0-9a-f]{8,17}$/, "a subnet id"), "subnet ids").min(2, {
        error: "at least 2 subnet ids, in different zones",
      }),
      dataSubnetIds: list(text(/^subnet-[0-9a-f]{8,17}$/, "a subnet id"), "subnet ids").min(2, {
        error: "at least 2 subnet ids, in different zones",
      }),
      privateRouteTableIds: list(text(/^rtb-[0-9a-f]{8,17}$/, "a route table id"), "route table ids").default([]),
    }).optional(),
    cidrBlock: text(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, "an IPv4 block such as 10.20.0.0/16").default("10.20.0.0/16"),
    availabilityZones: whole(2, 6).default(3),
    natGateways: oneOf(["OnePerAz", "Single", "None"]).default("Single"),
    interfaceEndpoints: list(
      text(/^[a-z0-9.-]+$/, "a service name such as secretsmanager"),
      "service names such as secretsmanager",
    ).default([]),
    flowLogRetentionInDays: logRetention.default(90),
  }).prefault({}),
  redis: section({
    engine: oneOf(["redis", "valkey"]).default("redis"),
    engineVersion: text(/^\d+\.\d+$/, "a major and minor version such as 7.1").default("7.1"),
    nodeType: text(/^cache\.[a-z0-9]+\.[a-z0-9]+$/, "an ElastiCache node type such as cache.t3.micro").default(
      "cache.t3.micro",
    ),
    nodes: whole(1, 6).default(1),
    passwordGenerations: list(whole(1, 9999), "one or two whole numbers")
      .min(1, { error: "one or two whole numbers" })
      .max(2, { error: "one or two whole numbers: ElastiCache keeps two passwords per user" })
      .default([1]),
    snapshotRetentionInDays: whole(1, 35).default(7),
  }).prefault({}),
  database: section({
    engineVersion: text(/^16(\.(1[1-9]|[2-9]\d))?$/, "16, or 16.11 and newer minors of it").default("16"),
    instanceClass: oneOf(Object.keys(DATABASE_CLASS_MEMORY_GIB) as [DatabaseClass, ...DatabaseClass[]]).default(
      "db.t3.micro",
    ),
    allocatedStorageInGiB: whole(20, 16384).default(20),
    maxAllocatedStorageInGiB: whole(20, 16384).default(100),
    multiAz: flag().default(false),
    proxy: flag().default(false),
    backupRetentionInDays: whole(7, 35).default(7),
    passwordRotationInDays: whole(1, 90).default(30),
    reservedConnections: whole(5, 100).default(13),
    restored: section({
      nameSuffix: text(/^[a-z0-9]{1,8}$/, "1 to 8 lower-case letters and digits"),
      instance: text(/^[a-z](-?[a-z0-9]){0,62}$/, "a DB instance identifier such as ai-prism-postgres").optional(),
      snapshot: text(/^[\w:-]{1,255}$/, "the identifier or the ARN of a DB snapshot").optional(),
      automatedBackupsArn: text(
        /^arn:aws:rds:[a-z0-9-]+:\d{12}:auto-backup:[\w-]+$/,
        "the ARN of replicated backups, arn:aws:rds:…:auto-backup:…",
      ).optional(),
      time: text(
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
        "a moment in UTC such as 2026-11-26T05:00:00Z, in quotes",
      ).optional(),
    }).optional(),
  }).prefault({}),
  storage: section({
    bucketName: BUCKET.optional(),
    replicaBucketName: BUCKET.optional(),
    administratorArns: list(ARN, "ARNs of roles").default([]),
    infrequentAccessAfterDays: whole(30, 3650).default(30),
    expireOldVersionsAfterDays: whole(1, 3650).default(90),
    logRetentionInDays: whole(30, 3650).default(365),
  }).prefault({}),
  application: section({
    instanceType: text(/^[a-z0-9]+\.[a-z0-9]+$/, "an EC2 instance type such as t3.large").default("t3.large"),
    minInstances: whole(1, 100).default(1),
    maxInstances: whole(1, 100).default(4),
    webProcesses: whole(1, 32).default(3),
    webThreads: whole(1, 64).default(4),
    workerProcesses: whole(1, 16).default(1),
    scaleOutAboveCpuPercent: whole(20, 95).default(70),
    scaleInBelowCpuPercent: whole(5, 80).default(30),
    exposure: oneOf(["cdn", "public"]).default("cdn"),
    certificateArn: ARN.optional(),
    logRetentionInDays: logRetention.default(90),
  }).prefault({}),
  models: section({
    chain: list(
      section({
        id: text(/^[a-z0-9.:-]+$/, "a Bedrock model or inference profile id"),
        requestsPerMinute: whole(1, 100_000),
        // The account's quota in Service Quotas. Only ./prism capacity reads it.
        tokensPerMinute: whole(1, 1_000_000_000).optional(),
      }),
      "models, each with id and requestsPerMinute",
    )
      .min(1, { error: "at least one model" })
      .default([
        { id: "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", requestsPerMinute: 200 },
        { id: "eu.anthropic.claude-sonnet-4-6", requestsPerMinute: 200 },
        { id: "eu.anthropic.claude-haiku-4-5-20251001-v1:0", requestsPerMinute: 200 },
      ]),
    allowGlobalInference: flag().default(false),
  }).prefault({}),
  cdn: section({
    priceClass: oneOf(["PriceClass_100", "PriceClass_200", "PriceClass_All"]).default("PriceClass_100"),
    geoRestriction: section({
      type: oneOf(["whitelist", "blacklist"]),
      countries: list(text(/^[A-Z]{2}$/, "an ISO 3166 code such as SE"), "ISO 3166 codes").min(1, {
        error: "at least one ISO 3166 code",
      }),
    }).optional(),
    domain: section({
      name: text(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "a host name such as prism.example.com"),
      hostedZoneId: text(/^Z[A-Z0-9]+$/, "a Route 53 zone id such as Z0123456789ABCDEFGHIJ"),
    }).optional(),
    originReadTimeoutInSeconds: whole(30, 120).default(120),
  }).prefault({}),
  firewall: section({
    requestsPerFiveMinutes: whole(100, 2_000_000_000).default(2000),
    uploadPaths: list(text(/^\/[\w/-]*$/, "a path such as /documents"), "paths").default(["/documents"]),
    logRetentionInDays: logRetention.default(90),
  }).prefault({}),
  alerts: section({
    emails: list(text(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, "an e-mail address"), "e-mail addresses").default([]),
    pagerDutySecretArn: ARN.optional(),
    runbooksUrl: text(/^(https:\/\/\S+[^\s/]|docs\/runbooks)$/, "an https address without a slash at its end").default(
      "docs/runbooks",
    ),
    slack: section({
      workspaceId: text(/^T[A-Z0-9]{8,}$/, "a Slack workspace id such as T07EA123LEP"),
      channelId: text(/^[CG][A-Z0-9]{8,}$/, "a Slack channel id such as C07EZ1ABC23"),
    }).optional(),
  }).prefault({}),
  budget: section({
    monthlyLimitUsd: whole(1, 10_000_000).default(500),
  }).prefault({}),
  // What the environment is expected to carry. No resource is made from it: ./prism cost and capacity reckon with it.
  usage: section({
    users: quantity(1_000_000).default(10),
    requestsPerUserPerDay: quantity(100_000).default(200),
    documentsPerDay: quantity(10_000_000).default(10),
    inputTokensPerDocument: quantity(10_000_000).default(20_000),
    outputTokensPerDocument: quantity(1_000_000).default(2000),
    callsPerDocument: whole(1, 1000).default(1),
    secondsPerDocument: quantity(86_400).default(60),
    busiestHourPercent: whole(5, 100).default(20),
    trafficGiBPerMonth: quantity(10_000_000).default(5),
    storedGiB: quantity(100_000_000).default(5),
    storedGrowthGiBPerMonth: quantity(10_000_000).default(1),
    databaseGiB: quantity(65_536).default(1),
    databaseGrowthGiBPerMonth: quantity(65_536).default(0.1),
  }).prefault({}),
  adopt: section({
    nameSuffix: text(/^[a-z0-9]{1,8}$/, "1 to 8 lower-case letters and digits").optional(),
    bucketName: BUCKET.optional(),
    otherClientArns: list(ROLE, "ARNs of roles").default([]),
    database: section({
      identifier: text(/^[a-z](-?[a-z0-9]){0,62}$/, "a DB instance identifier such as ai-prism-postgres"),
      subnetGroupName: text(/^[a-z0-9_ .-]{1,255}$/, "the name of a DB subnet group"),
      kmsKeyArn: KEY,
      secretKmsKeyArn: KEY,
      performanceInsightsKmsKeyArn: KEY.optional(),
      securityGroupIds: list(text(/^sg-[0-9a-f]{8,17}$/, "a security group id"), "security group ids").default([]),
      logGroupNames: list(text(/^[\w./#-]{1,512}$/, "the name of a log group"), "names of log groups").default([]),
    }).optional(),
    applicationName: text(/^[^/]{1,100}$/, "the name of a Beanstalk application").optional(),
    alarmNames: list(text(/^[\x20-\x7e]{1,255}$/, "the name of an alarm"), "names of alarms").default([]),
    dashboardNames: list(text(/^[\w-]{1,255}$/, "the name of a dashboard"), "names of dashboards").default([]),
    distributionId: text(/^E[A-Z0-9]{8,20}$/, "a distribution id such as E1ABCDEFGHIJKL").optional(),
    dnsRecordTypes: list(oneOf(["A", "AAAA"]), "A and AAAA").default([]),
  }).prefault({}),
} as const;

/** What a stack file says, with defaults filled in. */
export type StackSettings = Settings<typeof SECTIONS>;

/** The whole validated configuration of one environment. */
export interface PrismConfig extends StackSettings {
  /** The stack's name: `dev`, `staging`, `production` or one of your own. */
  readonly environment: string;
  /** Every region the environment uses. */
  readonly regions: { readonly home: Region; readonly replica: Region; readonly edge: Region };
  /** SQLAlchemy pool of each application process, computed so that a full fleet fits the database. */
  readonly pool: PoolSize;
}

/** Keys of namespace `ai-prism` that a stack file may hold. */
export const CONFIG_KEYS = Object.keys(SECTIONS) as (keyof typeof SECTIONS)[];

/**
 * Client connections counted for one database connection behind RDS Proxy. A request holds its connection for a
 * transaction of some milliseconds and then waits seconds for a model, so ten clients share one with room to spare.
 */
export const CLIENTS_PER_PROXIED_CONNECTION = 10;

const PROJECT = "ai-prism";

/**
 * The running stack's configuration.
 *
 * @throws ConfigurationError naming every fault at once.
 */
export function loadConfig(): PrismConfig {
  return validateConfig(pulumi.getStack(), allConfig(), today());
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/**
 * Validates raw configuration as the engine hands it over: `namespace:key` to text, structures as JSON.
 *
 * @param today yyyy-mm-dd, for models' end of life.
 * @throws ConfigurationError naming every fault at once.
 */
export function validateConfig(stack: string, raw: Readonly<Record<string, string>>, today: string): PrismConfig {
  const { settings, faults } = readSections(PROJECT, SECTIONS, raw);
  if (!/^[a-z][a-z0-9-]{1,15}$/.test(stack)) {
    faults.push({ key: "stack", value: stack, allowed: "2 to 16 lower-case letters, digits, hyphens, a letter first" });
  }
  const home = raw["aws:region"];
  faults.push(...regionFaults(home), ...crossChecks(stack, home as Region, settings, today));
  if (faults.length > 0) throw new ConfigurationError(stack, faults);
  const complete = settings as StackSettings;
  return {
    ...complete,
    environment: stack,
    regions: { home: home as Region, replica: complete.replicaRegion, edge: EDGE_REGION },
    pool: poolOf(complete)!,
  };
}

/** Connections and who shares them, or undefined when the fleet does not fit. */
function poolOf({ database, application }: Pick<StackSettings, "database" | "application">): PoolSize | undefined {
  return poolSize({
    maxConnections: maxConnections(database.instanceClass),
    reserved: database.reservedConnections,
    maxInstances: application.maxInstances,
    processesPerInstance: application.webProcesses + application.workerProcesses,
    clientsPerConnection: database.proxy ? CLIENTS_PER_PROXIED_CONNECTION : undefined,
  });
}

/** What no single value shows: values that do not go together. Sections that did not parse are passed over. */
function crossChecks(stack: string, home: Region, settings: Partial<StackSettings>, today: string): Fault[] {
  const faults: Fault[] = [];
  const refuse = (key: string, value: unknown, allowed: string) =>
    faults.push({ key: `${PROJECT}:${key}`, value, allowed });
  const { network, database, application, models, redis, alerts, replicaRegion, firewall } = settings;

  if (stack === "production" && settings.disposable) {
    refuse("disposable", true, "false in production: its data must survive a mistake");
  }
  if (replicaRegion !== undefined && replicaRegion === home) {
    refuse("replicaRegion", replicaRegion, `another region than aws:region, which is ${home}`);
  }
  const targets = home && BACKUP_REPLICATION_TARGETS[home];
  if (replicaRegion && targets && replicaRegion !== home && !targets.includes(replicaRegion)) {
    refuse("replicaRegion", replicaRegion, `a region RDS replicates backups to from ${home}: ${targets.join(", ")}`);
  }
  if (network && !network.existing) {
    const zones = home in REGIONS ? REGIONS[home].zones : 6;
    if (network.availabilityZones > zones) {
      refuse("network.availabilityZones", network.availabilityZones, `at most ${zones}, the zones of ${home}`);
    }
    const prefix = vpcPrefix(network.cidrBlock);
    const smallest = smallestPrefix(network.availabilityZones);
    if (prefix === undefined) {
      refuse(
        "network.cidrBlock",
        network.cidrBlock,
        "the first address of a block inside 10/8, 172.16/12 or 192.168/16",
      );
    } else if (prefix < 16 || prefix > smallest) {
      refuse(
        "network.cidrBlock",
        network.cidrBlock,
        `a block from /16 to /${smallest}: three subnets in each of ${network.availabilityZones} zones must fit`,
      );
    }
    if (network.natGateways === "None") {
      const needed = INSTANCE_SERVICES.filter((service) => !network.interfaceEndpoints.includes(service));
      if (needed.length > 0) {
        refuse(
          "network.natGateways",
          "None",
          `Single or OnePerAz, or None with network.interfaceEndpoints for ${needed.join(", ")}`,
        );
      }
    }
  }
  if (database && database.maxAllocatedStorageInGiB < database.allocatedStorageInGiB * 1.1) {
    refuse(
      "database.maxAllocatedStorageInGiB",
      database.maxAllocatedStorageInGiB,
      `at least ${Math.ceil(database.allocatedStorageInGiB * 1.1)}: a tenth more than database.allocatedStorageInGiB`,
    );
  }
  if (database?.restored) faults.push(...restorationFaults(home, database.restored));
  if (redis && new Set(redis.passwordGenerations).size !== redis.passwordGenerations.length) {
    refuse("redis.passwordGenerations", redis.passwordGenerations, "two different numbers");
  }
  if (application) {
    if (application.minInstances > application.maxInstances) {
      refuse("application.minInstances", application.minInstances, `at most maxInstances, ${application.maxInstances}`);
    }
    if (application.scaleInBelowCpuPercent >= application.scaleOutAboveCpuPercent) {
      refuse(
        "application.scaleInBelowCpuPercent",
        application.scaleInBelowCpuPercent,
        `less than scaleOutAboveCpuPercent, ${application.scaleOutAboveCpuPercent}`,
      );
    }
    if (application.exposure === "public" && application.certificateArn === undefined) {
      refuse("application.certificateArn", undefined, "a certificate's ARN when application.exposure is public");
    }
    if (application.exposure === "public" && settings.cdn && !settings.cdn.domain) {
      refuse("cdn.domain", undefined, "a name on the certificate when application.exposure is public");
    }
    if (application.exposure === "cdn" && application.certificateArn !== undefined) {
      refuse("application.certificateArn", application.certificateArn, "absent unless application.exposure is public");
    }
    if (network?.existing && application.exposure === "public" && network.existing.publicSubnetIds.length < 2) {
      refuse("network.existing.publicSubnetIds", network.existing.publicSubnetIds, "at least 2 for a public balancer");
    }
  }
  if (database && application && !poolOf({ database, application })) {
    const limit = maxConnections(database.instanceClass);
    const processes = application.webProcesses + application.workerProcesses;
    refuse(
      "application.maxInstances",
      application.maxInstances,
      `a smaller number: ${application.maxInstances} instances, twice that during a deployment, of ${processes} processes ask for ` +
        `${application.maxInstances * 2 * processes} connections, and ${database.instanceClass} gives ` +
        `${limit - database.reservedConnections} of its ${limit}; or set database.proxy: true, or a larger instanceClass`,
    );
  }
  models?.chain.forEach(({ id }, index) => {
    const reason = whyNotCallable(id, home, { allowGlobal: models.allowGlobalInference, today });
    if (reason !== undefined) refuse(`models.chain[${index}].id`, id, `a model callable from ${home}; ${reason}`);
    if (models.chain.findIndex((other) => other.id === id) !== index) {
      refuse(`models.chain[${index}].id`, id, "each model once");
    }
  });
  if (alerts && alerts.emails.length === 0 && !alerts.pagerDutySecretArn && !alerts.slack) {
    refuse("alerts", alerts, "at least one of emails, pagerDutySecretArn, slack: an alarm needs somebody to tell");
  }
  faults.push(...adoptionFaults(stack, settings));
  if (firewall && new Set(firewall.uploadPaths).size !== firewall.uploadPaths.length) {
    refuse("firewall.uploadPaths", firewall.uploadPaths, "each path once");
  }
  return faults;
}

/** What a database is restored from is one thing, and where the database is. */
function restorationFaults(home: Region, restored: NonNullable<StackSettings["database"]["restored"]>): Fault[] {
  const { instance, snapshot, automatedBackupsArn, time } = restored;
  const faults: Fault[] = [];
  const refuse = (key: string, value: unknown, allowed: string) =>
    faults.push({ key: `${PROJECT}:database.restored${key}`, value, allowed });
  if ([instance, snapshot, automatedBackupsArn].filter((source) => source !== undefined).length !== 1) {
    refuse("", restored, "one of instance, snapshot and automatedBackupsArn");
  }
  if (snapshot !== undefined && time !== undefined) {
    refuse(".time", time, "absent with a snapshot, which is of one moment");
  }
  if (time !== undefined && Number.isNaN(Date.parse(time))) refuse(".time", time, "a moment that there is");
  if (automatedBackupsArn !== undefined && automatedBackupsArn.split(":")[3] !== home) {
    refuse(".automatedBackupsArn", automatedBackupsArn, `backups in ${home}: RDS restores them where they are`);
  }
  return faults;
}

/** An adopted resource is imported by the name that the program gives it: another name would be a second resource. */
function adoptionFaults(stack: string, settings: Partial<StackSettings>): Fault[] {
  const { adopt, accountId, storage, network, cdn } = settings;
  if (!adopt || accountId === undefined) return [];
  let names: PhysicalNames;
  try {
    names = physicalNames(stack, accountId, adopt.nameSuffix);
  } catch (error) {
    if (!(error instanceof InvalidArgument)) throw error;
    return [
      { key: `${PROJECT}:adopt.nameSuffix`, value: adopt.nameSuffix, allowed: `a suffix that fits: ${error.message}` },
    ];
  }
  const faults: Fault[] = [];
  const expect = (key: string, value: string | undefined, name: string) => {
    if (value === undefined || value === name) return;
    faults.push({
      key: `${PROJECT}:adopt.${key}`,
      value,
      allowed: `${JSON.stringify(name)}, the name in this program`,
    });
  };
  expect("bucketName", adopt.bucketName, storage?.bucketName ?? names.documents);
  expect("database.identifier", adopt.database?.identifier, names.database);
  expect("applicationName", adopt.applicationName, names.application);
  if (adopt.database && network && !network.existing) {
    faults.push({
      key: `${PROJECT}:network.existing`,
      value: undefined,
      allowed: "the VPC of the adopted database: its security groups and its proxy have to be in it",
    });
  }
  if (adopt.dnsRecordTypes.length > 0 && cdn && !cdn.domain) {
    faults.push({ key: `${PROJECT}:cdn.domain`, value: undefined, allowed: "the domain whose records are adopted" });
  }
  return faults;
}

/** What instances call while they start and run; without NAT each needs an endpoint in the VPC. */
export const INSTANCE_SERVICES = [
  "bedrock-runtime",
  "cloudformation",
  "ec2",
  "elasticbeanstalk",
  "elasticbeanstalk-health",
  "logs",
  "monitoring",
  "secretsmanager",
  "sqs",
] as const;
