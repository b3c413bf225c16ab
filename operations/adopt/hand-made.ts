import { zonesOf } from "../../rehearsal/aws";
import { factsOf } from "../../rehearsal/facts";
import { Provider, Refusal } from "../../rehearsal/provider";
import { type Properties, revealAll } from "../../rehearsal/values";
import type { World } from "../../rehearsal/world";
import type { Fault } from "../../infra/validation";
import { UsageError } from "../errors";
import type { Inventory } from "./inventory";

/** One thing of the old deployment: what it is made of, and the id it has where AWS chooses that. */
interface Seed {
  readonly type: string;
  readonly name: string;
  readonly inputs: Properties;
  readonly id?: string;
  /** Arguments that the provider does not read back from AWS. */
  readonly unread?: readonly string[];
  /** Where the inventory names it. */
  readonly key?: string;
}

/**
 * Puts a deployment such as the one that was made by hand into the stand-in's world: what the inventory lists, with the
 * weaknesses that it had. It goes through the same checks and models as what the program creates.
 *
 * @throws UsageError for something that AWS would refuse
 */
export function putHandMade(world: World, inventory: Inventory): void {
  const provider = new Provider(world);
  const configuration = { region: world.region, defaultTags: {} };
  for (const { type, name, inputs: given, id, unread } of seedsOf(inventory, world.accountId)) {
    const request = { type, name, urn: handMadeUrn(type, name) };
    const { inputs, failures } = provider.check(request, configuration, undefined, given, new Uint8Array(32));
    const reasons = failures.map(({ property, reason }) => `${property}: ${reason}`);
    if (reasons.length > 0) throw new ImpossibleInventory(`${type} "${name}": ${reasons.join("; ")}`);
    const made = created(() => provider.create(request, configuration, inputs, false));
    world.remove(request.urn, made.id);
    const outputs = named(made.outputs, made.id, id);
    for (const argument of unread ?? []) Reflect.deleteProperty(outputs, argument);
    world.put({
      ...request,
      id: id ?? made.id,
      region: factsOf(type)?.inputs.region ? String(outputs.region) : "",
      inputs: { ...asRead(type, outputs), __defaults: [] },
      outputs,
    });
  }
}

/** An inventory of something that AWS would not have. */
class ImpossibleInventory extends UsageError {
  constructor(why: string) {
    super(`the inventory describes what cannot exist: ${why}`);
  }
}

function created<T>(create: () => T): T {
  try {
    return create();
  } catch (error) {
    if (error instanceof Refusal) throw new ImpossibleInventory(error.message.replace(/ \(urn:hand-made::.*?\)/g, ""));
    throw error;
  }
}

/** What an inventory names and a world does not have. */
export function missingIn(world: World, inventory: Inventory): Fault[] {
  return seedsOf(inventory, world.accountId).flatMap(({ type, name, id, key }) => {
    if (key === undefined) return [];
    const property = factsOf(type)!.nameProperty;
    const exists =
      world.find(type, id ?? name) ?? (property === undefined ? undefined : world.findBy(type, property, name));
    return exists ? [] : [{ key, value: id ?? name, allowed: `the id of ${article(type)} that exists` }];
  });
}

function article(type: string): string {
  const name = type.slice(type.lastIndexOf(":") + 1);
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}

/** Removes from the world what an operator deletes of the old deployment in the end. */
export function removeHandMade(world: World, { application, bucket, cdn, redis }: Inventory): void {
  const gone: [type: string, name: string | undefined][] = [
    ["aws:elasticbeanstalk/environment:Environment", application.environmentName],
    ["aws:elasticache/replicationGroup:ReplicationGroup", redis?.id],
    ["aws:cloudfront/distribution:Distribution", cdn?.domain && cdn.distributionId],
    ["aws:s3/bucketVersioning:BucketVersioning", bucket.replicaName],
    ["aws:s3/bucket:Bucket", bucket.replicaName],
    ["aws:iam/role:Role", bucket.replicationRoleName],
  ];
  const urns = new Set(gone.map(([type, name]) => handMadeUrn(type, String(name))));
  for (const one of world.resources()) if (urns.has(one.urn)) world.remove(one.urn, one.id);
}

/** Takes the own domain off the old distribution, as moving the alias to the new one does. */
export function moveAlias(world: World): void {
  for (const one of world.ofType("aws:cloudfront/distribution:Distribution")) {
    if (!one.urn.startsWith(URN)) continue;
    world.put({ ...one, inputs: { ...one.inputs, aliases: [] }, outputs: { ...one.outputs, aliases: [] } });
  }
}

const DEFAULT_ROLE = "aws-elasticbeanstalk-ec2-role";

const URN = "urn:hand-made::";

function handMadeUrn(type: string, name: string): string {
  return `${URN}${type}::${name}`;
}

/** The same values with the id that AWS gave in place of the stand-in's. */
function named(outputs: Properties, from: string, to: string | undefined): Properties {
  const text = JSON.stringify(outputs);
  return JSON.parse(to === undefined ? text : text.replaceAll(from, to)) as Properties;
}

/** What an import reads as inputs: every argument that has a value, whoever gave it. */
function asRead(type: string, outputs: Properties): Properties {
  const known = factsOf(type)!.inputs;
  return Object.fromEntries(
    Object.entries(revealAll(outputs)).filter(([name, value]) => name in known && value !== undefined && value !== ""),
  );
}

function seedsOf(inventory: Inventory, accountId: string): Seed[] {
  const { network, bucket, database, application, redis, cdn, region } = inventory;
  const zones = zonesOf(region);
  const subnets = [network.publicSubnetIds, network.privateSubnetIds, network.dataSubnetIds].flatMap((ids, tier) =>
    ids.map((id, index): Seed => ({
      type: "aws:ec2/subnet:Subnet",
      name: id,
      id,
      inputs: {
        vpcId: network.vpcId,
        availabilityZone: zones[index % zones.length],
        cidrBlock: `172.31.${tier * 64 + index * 8}.0/21`,
      },
    })),
  );
  const trust = (service: string) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
    });
  const role = (name: string, service: string, key?: string): Seed => ({
    type: "aws:iam/role:Role",
    name,
    key,
    inputs: { name, assumeRolePolicy: trust(service) },
  });
  const bucketOf = (name: string, key: string): Seed[] => [
    { type: "aws:s3/bucket:Bucket", name, key, inputs: { bucket: name } },
    {
      type: "aws:s3/bucketVersioning:BucketVersioning",
      name,
      inputs: { bucket: name, versioningConfiguration: { status: "Enabled" } },
    },
  ];
  const clients = bucket.clientRoleArns.map((arn) => arn.slice(arn.lastIndexOf("/") + 1));
  const setting = (namespace: string, name: string, value: string) => ({ namespace, name, value });
  return [
    {
      type: "aws:ec2/vpc:Vpc",
      key: "network.vpcId",
      name: network.vpcId,
      id: network.vpcId,
      inputs: { cidrBlock: "172.31.0.0/16", enableDnsSupport: true, enableDnsHostnames: true },
    },
    { type: "aws:ec2/internetGateway:InternetGateway", name: network.vpcId, inputs: { vpcId: network.vpcId } },
    ...subnets,
    ...network.privateRouteTableIds.map((id, index) => ({
      type: "aws:ec2/routeTable:RouteTable",
      key: `network.privateRouteTableIds[${index}]`,
      name: id,
      id,
      inputs: { vpcId: network.vpcId },
    })),
    ...database.securityGroupIds.map((id, index) => ({
      type: "aws:ec2/securityGroup:SecurityGroup",
      key: `database.securityGroupIds[${index}]`,
      name: id,
      id,
      inputs: { name: `by-hand-${id}`, description: "made by hand", vpcId: network.vpcId },
    })),
    // Every environment of the account ran on this one role.
    ...(clients.includes(DEFAULT_ROLE) ? [] : [role(DEFAULT_ROLE, "ec2.amazonaws.com")]),
    ...clients.map((name, index) => role(name, "ec2.amazonaws.com", `bucket.clientRoleArns[${index}]`)),
    {
      type: "aws:iam/instanceProfile:InstanceProfile",
      name: DEFAULT_ROLE,
      inputs: { name: DEFAULT_ROLE, role: DEFAULT_ROLE },
    },
    ...bucketOf(bucket.name, "bucket.name"),
    // "Cross-region" replication to the same region, without the time control.
    ...(bucket.replicaName && bucket.replicationRoleName
      ? [
          ...bucketOf(bucket.replicaName, "bucket.replicaName"),
          role(bucket.replicationRoleName, "s3.amazonaws.com", "bucket.replicationRoleName"),
          {
            type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
            name: bucket.name,
            inputs: {
              bucket: bucket.name,
              role: `arn:aws:iam::${accountId}:role/${bucket.replicationRoleName}`,
              rules: [{ status: "Enabled", destination: { bucket: `arn:aws:s3:::${bucket.replicaName}` } }],
            },
          },
        ]
      : []),
    {
      type: "aws:rds/subnetGroup:SubnetGroup",
      name: database.subnetGroupName,
      key: "database.subnetGroupName",
      inputs: {
        name: database.subnetGroupName,
        subnetIds: network.publicSubnetIds.length > 1 ? network.publicSubnetIds : network.dataSubnetIds,
      },
    },
    {
      type: "aws:rds/instance:Instance",
      name: database.identifier,
      key: "database.identifier",
      unread: ["manageMasterUserPassword", "masterUserSecretKmsKeyId"],
      inputs: {
        identifier: database.identifier,
        engine: "postgres",
        engineVersion: database.engineVersion,
        instanceClass: database.instanceClass,
        allocatedStorage: database.allocatedStorageInGiB,
        storageType: "gp2",
        dbName: database.databaseName,
        username: database.username,
        manageMasterUserPassword: true,
        masterUserSecretKmsKeyId: database.secretKmsKeyArn,
        storageEncrypted: true,
        kmsKeyId: database.kmsKeyArn,
        ...(database.performanceInsightsKmsKeyArn
          ? {
              performanceInsightsEnabled: true,
              performanceInsightsKmsKeyId: database.performanceInsightsKmsKeyArn,
              performanceInsightsRetentionPeriod: 7,
            }
          : {}),
        multiAz: false,
        publiclyAccessible: true,
        backupRetentionPeriod: database.backupRetentionInDays,
        enabledCloudwatchLogsExports: database.logExports,
        dbSubnetGroupName: database.subnetGroupName,
        vpcSecurityGroupIds: database.securityGroupIds,
        skipFinalSnapshot: true,
      },
    },
    ...(database.restoredFrom === undefined
      ? []
      : [
          {
            type: "aws:rds/instance:Instance",
            name: database.restoredFrom,
            key: "database.restoredFrom",
            inputs: {
              identifier: database.restoredFrom,
              engine: "postgres",
              engineVersion: database.engineVersion,
              instanceClass: database.instanceClass,
              allocatedStorage: database.allocatedStorageInGiB,
              dbName: database.databaseName,
              username: database.username,
              manageMasterUserPassword: true,
              storageEncrypted: false,
              dbSubnetGroupName: database.subnetGroupName,
              vpcSecurityGroupIds: database.securityGroupIds,
              skipFinalSnapshot: true,
            },
          },
        ]),
    // Made by RDS: unencrypted, and kept for ever.
    ...database.logExports.map((log) => {
      const name = `/aws/rds/instance/${database.identifier}/${log}`;
      return { type: "aws:cloudwatch/logGroup:LogGroup", name, inputs: { name } };
    }),
    ...(redis
      ? [
          {
            type: "aws:elasticache/replicationGroup:ReplicationGroup",
            name: redis.id,
            key: "redis.id",
            inputs: {
              replicationGroupId: redis.id,
              description: "sessions",
              nodeType: "cache.t3.micro",
              numCacheClusters: 1,
              engine: "redis",
              engineVersion: "7.1",
            },
          },
        ]
      : []),
    {
      type: "aws:elasticbeanstalk/application:Application",
      name: application.name,
      inputs: { name: application.name },
    },
    {
      type: "aws:elasticbeanstalk/environment:Environment",
      name: application.environmentName,
      key: "application.environmentName",
      inputs: {
        name: application.environmentName,
        application: application.name,
        cnamePrefix: application.cnamePrefix,
        solutionStackName: "64bit Amazon Linux 2023 v4.13.0 running Python 3.11",
        settings: [
          setting("aws:elasticbeanstalk:environment", "EnvironmentType", "LoadBalanced"),
          setting("aws:elasticbeanstalk:environment", "LoadBalancerType", "application"),
          setting("aws:autoscaling:launchconfiguration", "IamInstanceProfile", DEFAULT_ROLE),
          setting("aws:ec2:vpc", "VPCId", network.vpcId),
          setting("aws:ec2:vpc", "ELBScheme", "public"),
        ],
      },
    },
    ...inventory.alarmNames.map((name, index) => ({
      key: `alarmNames[${index}]`,
      type: "aws:cloudwatch/metricAlarm:MetricAlarm",
      name,
      inputs: {
        name,
        comparisonOperator: "GreaterThanThreshold",
        evaluationPeriods: 1,
        metricName: "CPUUtilization",
        namespace: "AWS/EC2",
        period: 300,
        statistic: "Average",
        threshold: 80,
      },
    })),
    ...inventory.dashboardNames.map((name, index) => ({
      key: `dashboardNames[${index}]`,
      type: "aws:cloudwatch/dashboard:Dashboard",
      name,
      inputs: { dashboardName: name, dashboardBody: JSON.stringify({ widgets: [] }) },
    })),
    ...(cdn ? cdnSeeds(inventory, cdn, accountId) : []),
  ];
}

function cdnSeeds({ application, region }: Inventory, cdn: NonNullable<Inventory["cdn"]>, accountId: string): Seed[] {
  const { distributionId, domain } = cdn;
  const certificate = `arn:aws:acm:us-east-1:${accountId}:certificate/00000000-0000-4000-8000-000000000001`;
  return [
    ...(domain
      ? [
          {
            type: "aws:acm/certificate:Certificate",
            name: domain.name,
            id: certificate,
            inputs: { domainName: domain.name, validationMethod: "DNS", region: "us-east-1" },
          },
        ]
      : []),
    {
      type: "aws:cloudfront/distribution:Distribution",
      name: distributionId,
      id: distributionId,
      key: "cdn.distributionId",
      inputs: {
        enabled: true,
        ...(domain ? { aliases: [domain.name] } : {}),
        origins: [
          {
            originId: "load-balancer",
            domainName: `${application.cnamePrefix}.${region}.elasticbeanstalk.com`,
            customOriginConfig: {
              httpPort: 80,
              httpsPort: 443,
              originProtocolPolicy: "http-only",
              originSslProtocols: ["TLSv1.2"],
            },
          },
        ],
        defaultCacheBehavior: {
          targetOriginId: "load-balancer",
          viewerProtocolPolicy: "allow-all",
          allowedMethods: ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
          cachedMethods: ["GET", "HEAD"],
          forwardedValues: { queryString: true, cookies: { forward: "all" } },
        },
        restrictions: { geoRestriction: { restrictionType: "none" } },
        viewerCertificate: domain
          ? { acmCertificateArn: certificate, sslSupportMethod: "sni-only", minimumProtocolVersion: "TLSv1.2_2021" }
          : { cloudfrontDefaultCertificate: true },
      },
    },
    ...(domain?.recordTypes ?? []).map((type) => ({
      type: "aws:route53/record:Record",
      name: `${domain!.name}-${type}`,
      inputs: {
        zoneId: domain!.hostedZoneId,
        name: domain!.name,
        type,
        aliases: [{ name: "d111111abcdef8.cloudfront.net", zoneId: "Z2FDTNDATAQYW2", evaluateTargetHealth: false }],
      },
    })),
  ];
}
