import type { JudgedResource } from "../../policies/evaluate";
import { parseModelId } from "../../catalog/models";
import { ENVIRONMENT, beanstalkSettings, field, list, modelChain, number, ofType, property, text } from "./resource";
import { type Amount, NOTHING, type Range, add, larger, map, multiply, rangeOf, remainder } from "./range";
import { ASSUMED, DAYS, HOURS, type Volumes, keptLogGiB } from "./volumes";

/** AWS's services as a bill has them, and as the old cost table did. */
export type Service =
  | "EC2"
  | "Load balancer"
  | "RDS"
  | "ElastiCache"
  | "CloudFront"
  | "S3"
  | "S3 replication"
  | "CloudWatch"
  | "Bedrock"
  | "NAT and addresses"
  | "Firewall"
  | "Keys and secrets"
  | "Interface endpoints"
  | "Other";

/** Something that is paid for: so many units of a price each month. */
export interface Charge {
  readonly service: Service;
  readonly what: string;
  /** Id in catalog/prices.ts. */
  readonly price: string;
  /** Where it is paid, if not in the resource's own region. */
  readonly region?: string;
  readonly quantity: Amount;
  /** The quantity comes from the usage assumptions. */
  readonly byUse?: boolean;
}

/** Something that is paid for, and how much is not known. */
export interface OpenCharge {
  readonly notPriced: string;
  /** Nobody could know, whatever was given; the estimate counts as complete without it. */
  readonly accepted?: boolean;
}

/** What the price of one resource may depend on. */
export interface Surroundings {
  readonly resources: readonly JudgedResource[];
  /** Absent where there are no assumptions, as for another program's checkpoint. */
  readonly volumes?: Volumes;
  /** Instances that always run. */
  readonly instances: number;
}

type Charger = (resource: JudgedResource, around: Surroundings) => (Charge | OpenCharge)[];

const NO_USAGE = "by use, and there are no usage assumptions for it";

/** Charges that need usage; without it, the reason why they are open. */
function byUse(
  { volumes }: Surroundings,
  charges: (volumes: Volumes) => Charge[],
  what: string,
): (Charge | OpenCharge)[] {
  if (!volumes) return [{ notPriced: `${what}: ${NO_USAGE}` }];
  return charges(volumes).map((charge) => ({ ...charge, byUse: true }));
}

/** Class of the component of ours that made a resource, and which part of it the resource is. */
function role(resource: JudgedResource): { component: string; part: string } {
  const types = resource.urn.split("::")[2]?.split("$") ?? [];
  const component = types.filter((type) => type.startsWith("ai-prism:infra:")).at(-1) ?? "";
  const owner = resource.parent?.split("::").at(-1) ?? "";
  const part = resource.name.startsWith(`${owner}-`) ? resource.name.slice(owner.length + 1) : "";
  return { component: component.split(":").at(-1) ?? "", part };
}

/** Instances that the environments of a checkpoint always run. */
export function leastInstances(resources: readonly JudgedResource[]): number {
  return resources
    .filter(({ type }) => type === ENVIRONMENT)
    .reduce((sum, each) => sum + Number(beanstalkSettings(each)("aws:autoscaling:asg", "MinSize") ?? 1), 0);
}

const environment: Charger = (resource, around) => {
  const setting = beanstalkSettings(resource);
  const instances = Number(setting("aws:autoscaling:asg", "MinSize") ?? 1);
  const instanceType = setting("aws:ec2:instances", "InstanceTypes")?.split(",")[0];
  const volume = Number(setting("aws:autoscaling:launchconfiguration", "RootVolumeSize") ?? 8);
  const charges: (Charge | OpenCharge)[] = [];
  if (instanceType === undefined) charges.push({ notPriced: "instances: the settings name no instance type" });
  else {
    charges.push({
      service: "EC2",
      what: `${instances} × ${instanceType}`,
      price: `ec2/${instanceType}`,
      quantity: instances * HOURS,
    });
  }
  const volumeType = setting("aws:autoscaling:launchconfiguration", "RootVolumeType") ?? "gp2";
  charges.push({
    service: "EC2",
    what: `${instances} × ${volume} GiB ${volumeType}`,
    price: `ebs/${volumeType}`,
    quantity: instances * volume,
  });
  if (setting("aws:elasticbeanstalk:environment", "EnvironmentType") === "LoadBalanced") {
    charges.push({ service: "Load balancer", what: "load balancer", price: "load-balancer", quantity: HOURS });
    if ((setting("aws:ec2:vpc", "ELBScheme") ?? "public") === "public") {
      const addresses = setting("aws:ec2:vpc", "ELBSubnets")?.split(",").length ?? 2;
      charges.push({
        service: "Load balancer",
        what: `${addresses} public addresses`,
        price: "public-ipv4",
        quantity: addresses * HOURS,
      });
    }
    charges.push(...byUse(around, (volumes) => [capacityUnits(volumes)], "load balancer's capacity units"));
  }
  if (setting("aws:autoscaling:launchconfiguration", "MonitoringInterval") === "1 minute") {
    charges.push(metrics("the instances", instances * ASSUMED.detailedMetricsPerInstance));
  }
  const health = setting("aws:elasticbeanstalk:healthreporting:system", "ConfigDocument");
  const published = healthMetrics(health) + 1;
  charges.push(metrics("health and memory", published));
  const first = modelChain(resource)[0];
  if (first) charges.push(...byUse(around, (volumes) => tokens(first.id, volumes), `tokens of ${first.id}`));
  return charges;
};

/** The load balancer's unit is the largest of what it counts; here always traffic, 1 GiB an hour, or 25 new connections. */
function capacityUnits({ trafficGiB, requests }: Volumes): Charge {
  const byTraffic = multiply(trafficGiB, ASSUMED.shareFromOrigin / HOURS);
  const byConnections = multiply(requests, 1e6 / (HOURS * 3600) / 25);
  return {
    service: "Load balancer",
    what: "capacity units",
    price: "load-balancer/capacity-unit",
    quantity: multiply(larger(byTraffic, byConnections), HOURS),
  };
}

function metrics(what: string, count: number): Charge {
  return { service: "CloudWatch", what: `metrics of ${what}`, price: "cloudwatch/metric", quantity: count };
}

/** Metrics that Beanstalk's enhanced health publishes as custom ones, which cost. */
function healthMetrics(document: string | undefined): number {
  try {
    return Object.keys((field(JSON.parse(document ?? "{}"), "CloudWatchMetrics", "Environment") ?? {}) as object)
      .length;
  } catch {
    return 0;
  }
}

/** All of it at the price of the first model: a fallback's share is not known. */
function tokens(id: string, { inputTokens, outputTokens }: Volumes): Charge[] {
  const short = parseModelId(id).model.replace(/^anthropic\.claude-|-\d{8}.*$/g, "");
  return [
    { service: "Bedrock", what: `tokens into ${short}`, price: `bedrock/${id}/input`, quantity: inputTokens },
    { service: "Bedrock", what: `tokens out of ${short}`, price: `bedrock/${id}/output`, quantity: outputTokens },
  ];
}

const natGateway: Charger = (resource, around) => {
  const gateways = ofType(around, resource.type).length;
  return [
    { service: "NAT and addresses", what: "NAT gateway", price: "nat", quantity: HOURS },
    ...byUse(
      around,
      ({ growthGiB }) => {
        // Documents go to Bedrock through NAT; to S3 they go through its gateway endpoint.
        const documents = hasModelEndpoint(around) ? 0 : growthGiB;
        const all = add(documents, around.instances * ASSUMED.natGiBPerInstance);
        const quantity = multiply(all, 1 / gateways);
        return [{ service: "NAT and addresses", what: "data through NAT", price: "nat/data", quantity }];
      },
      "data through NAT",
    ),
  ];
};

const endpointService = (resource: JudgedResource) => text(resource, "serviceName") ?? "";
const hasModelEndpoint = (around: Surroundings) =>
  ofType(around, "aws:ec2/vpcEndpoint:VpcEndpoint").some((each) => endpointService(each).endsWith(".bedrock-runtime"));

const vpcEndpoint: Charger = (resource, around) => {
  if ((text(resource, "vpcEndpointType") ?? "Gateway") === "Gateway") return [];
  const zones = list(property(resource, "subnetIds")).length;
  const service = endpointService(resource).split(".").slice(3).join(".");
  const hours: Charge = {
    service: "Interface endpoints",
    what: `${service} in ${zones} zones`,
    price: "interface-endpoint",
    quantity: zones * HOURS,
  };
  const data = (volumes: Volumes): Charge => ({
    service: "Interface endpoints",
    what: `data to ${service}`,
    price: "interface-endpoint/data",
    quantity: service === "bedrock-runtime" ? volumes.growthGiB : 1,
  });
  return [hours, ...byUse(around, (volumes) => [data(volumes)], `data to ${service}`)];
};

const database: Charger = (resource) => {
  const instanceClass = text(resource, "instanceClass") ?? "";
  const copies = property(resource, "multiAz") === true ? 2 : 1;
  const storage = number(resource, "allocatedStorage", 0);
  const zones = copies === 2 ? " in two zones" : "";
  const charges: (Charge | OpenCharge)[] = [];
  const engine = text(resource, "engine") ?? "";
  if (engine !== "postgres") charges.push({ notPriced: `engine ${engine}: only postgres has prices here` });
  else {
    charges.push(
      {
        service: "RDS",
        what: `${instanceClass}${zones}`,
        price: `rds/${instanceClass}`,
        quantity: copies * HOURS,
      },
      { service: "RDS", what: `${storage} GiB${zones}`, price: "rds/storage", quantity: copies * storage },
    );
  }
  if (property(resource, "manageMasterUserPassword") === true) charges.push(secretCharge("the database's secret"));
  return charges;
};

function secretCharge(what: string): Charge {
  return { service: "Keys and secrets", what, price: "secret", quantity: 1 };
}

/** Of our instance classes only the xlarge have more than two. */
const vcpus = (instanceClass: string) => (instanceClass.endsWith(".xlarge") ? 4 : 2);

const proxy: Charger = (resource, around) => {
  const name = text(resource, "name");
  const target = ofType(around, "aws:rds/proxyTarget:ProxyTarget").find((each) => text(each, "dbProxyName") === name);
  const identifier = target && text(target, "dbInstanceIdentifier");
  const instance = ofType(around, "aws:rds/instance:Instance").find((each) => text(each, "identifier") === identifier);
  if (!instance) return [{ notPriced: "RDS Proxy: no database instance of this stack is its target" }];
  const count = vcpus(text(instance, "instanceClass") ?? "");
  return [{ service: "RDS", what: `RDS Proxy for ${count} vCPUs`, price: "rds/proxy", quantity: count * HOURS }];
};

const backupCopy: Charger = (resource, around) => {
  const source = text(resource, "sourceDbInstanceArn");
  const instance = ofType(around, "aws:rds/instance:Instance").find((each) => text(each, "arn") === source);
  const storage = instance && number(instance, "allocatedStorage", 0);
  if (storage === undefined) return [{ notPriced: "copied backups: their database is not in this stack" }];
  // At most the whole volume; what changes is a part of it.
  const quantity = around.volumes ? map(around.volumes.databaseGiB, (gib) => Math.min(gib, storage)) : storage;
  return [
    {
      service: "RDS",
      what: "copied backups",
      price: "rds/backup",
      quantity: { low: rangeOf(quantity).low, high: storage },
    },
  ];
};

const replicationGroup: Charger = (resource, around) => {
  const engine = text(resource, "engine") ?? "redis";
  const nodeType = text(resource, "nodeType") ?? "";
  const shards = number(resource, "numNodeGroups", 1);
  const nodes = number(resource, "numCacheClusters", shards * (1 + number(resource, "replicasPerNodeGroup", 0)));
  const charges: (Charge | OpenCharge)[] = [
    {
      service: "ElastiCache",
      what: `${nodes} × ${nodeType} (${engine})`,
      price: `elasticache/${engine}/${nodeType}`,
      quantity: nodes * HOURS,
    },
  ];
  const snapshots = number(resource, "snapshotRetentionLimit", 0) - 1;
  if (snapshots < 1) return charges;
  // The first snapshot of a cluster is free; sessions and jobs take megabytes.
  const held: Charge = {
    service: "ElastiCache",
    what: `${snapshots} snapshots`,
    price: "elasticache/backup",
    quantity: snapshots * 0.05,
  };
  return [...charges, ...byUse(around, () => [held], "snapshots")];
};

const distribution: Charger = (_resource, around) =>
  byUse(
    around,
    ({ trafficGiB, requests }) => [
      { service: "CloudFront", what: "transfer", price: "cloudfront/transfer", quantity: trafficGiB },
      { service: "CloudFront", what: "requests", price: "cloudfront/requests", quantity: requests },
    ],
    "transfer and requests",
  );

const bucket: Charger = (resource, around) => {
  const { component, part } = role(resource);
  const stored = (what: string, price: string, quantity: Amount): Charge => ({ service: "S3", what, price, quantity });
  const standard = (quantity: (volumes: Volumes) => Amount) =>
    byUse(around, (volumes) => [stored("storage", "s3/standard", quantity(volumes))], "storage");
  switch (component) {
    case "ReplicatedBucket":
      return byUse(around, (volumes) => documentCharges(resource, around, volumes, part === "replica"), "storage");
    case "LogBucket":
      return standard(({ deliveredLogGiB }) => multiply(deliveredLogGiB, monthsKept(resource, around)));
    case "AuditTrail":
      return standard(() => ASSUMED.trailGiB * monthsKept(resource, around));
    case "BeanstalkApp":
    case "StateStore":
      return standard(() => ASSUMED.smallBucketGiB);
    default:
      return [{ notPriced: "storage and requests: what goes into this bucket is not known" }];
  }
};

function documentCharges(
  resource: JudgedResource,
  around: Surroundings,
  { storedGiB, growthGiB, documents }: Volumes,
  isReplica: boolean,
): Charge[] {
  const name = text(resource, "bucket");
  const writes = multiply(documents, ASSUMED.writesPerDocument / 1000);
  const replicated = ofType(around, "aws:s3/bucketReplicationConfig:BucketReplicationConfig")
    .flatMap((each) => list(property(each, "rules")))
    .find((rule) => field(rule, "destination", "bucket") === `arn:aws:s3:::${name}`);
  if (isReplica && field(replicated, "destination", "storageClass") === "STANDARD_IA") {
    return [
      { service: "S3", what: "replica in infrequent access", price: "s3/standard-ia", quantity: storedGiB },
      { service: "S3 replication", what: "writes to the replica", price: "s3/put-ia", quantity: writes },
    ];
  }
  const days = rulesOf(resource, around)
    .flatMap((rule) => list(field(rule, "transitions")))
    .map((transition) => field(transition, "days"))
    .find((value) => typeof value === "number");
  const recent: Range =
    typeof days === "number"
      ? {
          low: Math.min(storedGiB.low, (growthGiB.low * days) / DAYS),
          high: Math.min(storedGiB.high, (growthGiB.high * days) / DAYS),
        }
      : storedGiB;
  const label = isReplica ? "replica" : "documents";
  return [
    { service: "S3", what: `${label} in standard storage`, price: "s3/standard", quantity: recent },
    {
      service: "S3",
      what: `${label} in infrequent access`,
      price: "s3/standard-ia",
      quantity: remainder(storedGiB, recent),
    },
    { service: isReplica ? "S3 replication" : "S3", what: "writes", price: "s3/put", quantity: writes },
  ];
}

function rulesOf(bucketResource: JudgedResource, around: Surroundings): unknown[] {
  const name = text(bucketResource, "bucket");
  return ofType(around, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
    .filter((each) => text(each, "bucket") === name)
    .flatMap((each) => list(property(each, "rules")));
}

/** Months until a bucket's objects expire; a year where they never do, which is when the estimate looks. */
function monthsKept(resource: JudgedResource, around: Surroundings): number {
  const days = rulesOf(resource, around)
    .map((rule) => field(rule, "expiration", "days"))
    .find((value) => typeof value === "number");
  return Math.min(12, (typeof days === "number" ? days : 365) / DAYS);
}

const replication: Charger = (resource, around) => {
  const rules = list(property(resource, "rules")).filter((rule) => field(rule, "status") === "Enabled");
  const timed = rules.some((rule) => field(rule, "destination", "replicationTime", "status") === "Enabled");
  const measured = rules.filter((rule) => field(rule, "destination", "metrics", "status") === "Enabled").length;
  return [
    ...(measured > 0
      ? [{ ...metrics("replication", measured * ASSUMED.replicationMetrics), service: "S3 replication" as const }]
      : []),
    ...byUse(
      around,
      ({ growthGiB }) => [
        {
          service: "S3 replication",
          what: "transfer",
          price: "s3/replication-transfer",
          quantity: growthGiB,
        },
        ...(timed
          ? [
              {
                service: "S3 replication" as const,
                what: "Replication Time Control",
                price: "s3/replication-time-control",
                quantity: growthGiB,
              },
            ]
          : []),
      ],
      "transfer",
    ),
  ];
};

const logGroup: Charger = (resource, around) => {
  const { component, part } = role(resource);
  const notes = around.volumes?.logGiB(component, part, around.instances);
  const monthly = notes && add(notes, component === "ModelInvocationLog" ? loggedTextGiB(around) : 0);
  if (!monthly) return [{ notPriced: `log ingestion and storage: ${NO_USAGE}` }];
  const kept = keptLogGiB(monthly, number(resource, "retentionInDays", 365));
  return byUse(
    around,
    () => [
      { service: "CloudWatch", what: "logs in", price: "logs/ingestion", quantity: monthly },
      { service: "CloudWatch", what: "logs kept", price: "logs/storage", quantity: kept },
    ],
    "logs",
  );
};

/** What models are asked and answer, where the log of their calls holds that. */
function loggedTextGiB(around: Surroundings): Range {
  const logged = ofType(around, "aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration").some(
    (each) => field(property(each, "loggingConfig"), "textDataDeliveryEnabled") === true,
  );
  if (!logged || !around.volumes) return NOTHING;
  const { inputTokens, outputTokens } = around.volumes;
  return multiply(add(inputTokens, outputTokens), (1e6 * ASSUMED.bytesPerToken) / 1024 ** 3);
}

const metricAlarm: Charger = (resource) => {
  const queries = list(property(resource, "metricQueries")).filter((query) => field(query, "metric") !== undefined);
  const count = Math.max(1, queries.length);
  return [{ service: "CloudWatch", what: "alarms", price: "cloudwatch/alarm", quantity: count }];
};

const metricFilter: Charger = (resource, around) => {
  const dimensions = field(property(resource, "metricTransformation"), "dimensions");
  const perModel = typeof dimensions === "object" && dimensions !== null && "Model" in dimensions;
  const models = ofType(around, ENVIRONMENT).flatMap(modelChain).length;
  return [metrics("the application's log", perModel ? Math.max(1, models) : 1)];
};

const webAcl: Charger = (resource, around) => {
  const rules = list(property(resource, "rules")).length;
  return [
    { service: "Firewall", what: "web ACL", price: "waf/acl", quantity: 1 },
    { service: "Firewall", what: "rules", price: "waf/rule", quantity: rules },
    ...byUse(
      around,
      ({ requests }) => [{ service: "Firewall", what: "requests", price: "waf/requests", quantity: requests }],
      "requests",
    ),
  ];
};

const trail: Charger = (resource) => {
  const selectors = [
    ...list(property(resource, "eventSelectors")),
    ...list(property(resource, "advancedEventSelectors")),
  ];
  return selectors.length > 0 ? [{ notPriced: "selected events: how many there are is not known" }] : [];
};

const analyzer: Charger = (resource) =>
  String(text(resource, "type")).includes("UNUSED") ? [{ notPriced: "analysis of unused access, per role" }] : [];

/** What a resource costs, by type. */
export const CHARGES: Readonly<Record<string, Charger>> = {
  [ENVIRONMENT]: environment,
  "aws:accessanalyzer/analyzer:Analyzer": analyzer,
  "aws:budgets/budget:Budget": () => [{ service: "Other", what: "budget", price: "budget", quantity: 31 }],
  "aws:cloudfront/distribution:Distribution": distribution,
  "aws:cloudtrail/trail:Trail": trail,
  "aws:cloudwatch/dashboard:Dashboard": () => [
    { service: "CloudWatch", what: "dashboards", price: "cloudwatch/dashboard", quantity: 1 },
  ],
  "aws:cloudwatch/logDelivery:LogDelivery": () => [
    { notPriced: "delivery of the CDN's access logs as Parquet: its price per GiB is not known here", accepted: true },
  ],
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": metricFilter,
  "aws:cloudwatch/metricAlarm:MetricAlarm": metricAlarm,
  "aws:ec2/eip:Eip": () => [
    { service: "NAT and addresses", what: "public address", price: "public-ipv4", quantity: HOURS },
  ],
  "aws:ec2/natGateway:NatGateway": natGateway,
  "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
  "aws:elasticache/replicationGroup:ReplicationGroup": replicationGroup,
  "aws:kms/key:Key": () => [{ service: "Keys and secrets", what: "KMS keys", price: "kms/key", quantity: 1 }],
  "aws:rds/instance:Instance": database,
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": backupCopy,
  "aws:rds/proxy:Proxy": proxy,
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": replication,
  "aws:route53/zone:Zone": () => [{ service: "Other", what: "hosted zones", price: "route53/zone", quantity: 1 }],
  "aws:secretsmanager/secret:Secret": () => [secretCharge("secrets")],
  "aws:wafv2/webAcl:WebAcl": webAcl,
};

const SETTING = "part of another resource, which bears the cost";
const ALWAYS_FREE = "AWS asks nothing for it";

/** Types that cost nothing by themselves, and why. */
export const FREE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      "aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration",
      "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
      "aws:cloudwatch/logDeliverySource:LogDeliverySource",
      "aws:ec2/flowLog:FlowLog",
      "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup",
      "aws:rds/proxyTarget:ProxyTarget",
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "aws:s3/bucketLogging:BucketLogging",
      "aws:s3/bucketNotification:BucketNotification",
      "aws:s3/bucketObjectv2:BucketObjectv2",
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
      "aws:s3/bucketPolicy:BucketPolicy",
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "aws:s3/bucketVersioning:BucketVersioning",
      "aws:secretsmanager/secretRotation:SecretRotation",
      "aws:secretsmanager/secretVersion:SecretVersion",
      "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    ].map((type) => [type, SETTING]),
  ),
  ...Object.fromEntries(
    [
      "aws:acm/certificate:Certificate",
      "aws:acm/certificateValidation:CertificateValidation",
      "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
      "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
      "aws:cloudfront/vpcOrigin:VpcOrigin",
      "aws:cloudwatch/queryDefinition:QueryDefinition",
      "aws:ebs/encryptionByDefault:EncryptionByDefault",
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
      "aws:ec2/internetGateway:InternetGateway",
      "aws:ec2/route:Route",
      "aws:ec2/routeTable:RouteTable",
      "aws:ec2/routeTableAssociation:RouteTableAssociation",
      "aws:ec2/securityGroup:SecurityGroup",
      "aws:ec2/subnet:Subnet",
      "aws:ec2/vpc:Vpc",
      "aws:elasticache/parameterGroup:ParameterGroup",
      "aws:elasticache/subnetGroup:SubnetGroup",
      "aws:elasticache/user:User",
      "aws:elasticache/userGroup:UserGroup",
      "aws:elasticbeanstalk/application:Application",
      "aws:elasticbeanstalk/applicationVersion:ApplicationVersion",
      "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
      "aws:iam/instanceProfile:InstanceProfile",
      "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
      "aws:iam/policy:Policy",
      "aws:iam/role:Role",
      "aws:iam/rolePolicy:RolePolicy",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
      "aws:kms/alias:Alias",
      "aws:rds/parameterGroup:ParameterGroup",
      "aws:rds/subnetGroup:SubnetGroup",
      "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    ].map((type) => [type, ALWAYS_FREE]),
  ),
  "aws:route53/record:Record": "queries for an alias record are free",
  "aws:sns/topic:Topic": "a million notifications a month are free",
  "aws:sns/topicPolicy:TopicPolicy": ALWAYS_FREE,
  "aws:sns/topicSubscription:TopicSubscription": "a thousand e-mails and 100,000 HTTPS deliveries a month are free",
};
