import { dnsSuffixOf, Identifiers, zonesOf } from "../aws";
import { timeOf } from "../templates";
import { list, type Properties, text } from "../values";
import type { WorldResource } from "../world";
import type { Model, ModelContext, Models } from "./model";

const INSTANCE = "aws:rds/instance:Instance";
const SUBNET_GROUP = "aws:rds/subnetGroup:SubnetGroup";

/** Port of each engine unless another is given. */
const PORTS: Record<string, number> = { postgres: 5432, mysql: 3306, mariadb: 3306 };

/** The newest minor version behind a major one that stands alone. */
const NEWEST_MINOR: Record<string, string> = { "16": "16.15" };

/** Regions that keep the replicated backups of a region. */
const BACKUP_REGIONS: Record<string, string[]> = {
  "eu-north-1": ["eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "us-east-1"],
};

/** Part of every endpoint name of one account and region. */
function accountLabel({ account, region }: ModelContext): string {
  return new Identifiers(`${account} ${region} rds`).lower(12).replace(/^\d/, "c");
}

function instanceOutputs(context: ModelContext): Properties {
  const { inputs, identifiers, id, region, account, partition } = context;
  const engine = text(inputs.engine) ?? "";
  const identifier = text(inputs.identifier) ?? "";
  const port = Number(inputs.port ?? PORTS[engine] ?? 0);
  const address = `${identifier}.${accountLabel(context)}.${region}.rds.${dnsSuffixOf(region)}`;
  const version = text(inputs.engineVersion) ?? (engine === "postgres" ? "16.15" : "");
  const major = version.split(".")[0];
  const retained = Number(inputs.backupRetentionPeriod ?? 0) > 0;
  return {
    address,
    endpoint: `${address}:${port}`,
    port,
    hostedZoneId: new Identifiers(`${region} rds zone`).upper(14).replace(/^./, "Z"),
    resourceId: id,
    status: "available",
    engineVersion: version,
    engineVersionActual: NEWEST_MINOR[version] ?? version,
    listenerEndpoints: [],
    replicas: [],
    latestRestorableTime: retained ? timeOf(identifiers) : "",
    masterUserSecrets:
      inputs.manageMasterUserPassword === true
        ? [
            {
              kmsKeyId:
                text(inputs.masterUserSecretKmsKeyId) ??
                `arn:${partition}:kms:${region}:${account}:key/${new Identifiers(`${account} ${region} secretsmanager`).uuid()}`,
              secretArn: `arn:${partition}:secretsmanager:${region}:${account}:secret:rds!${id.toLowerCase()}-${identifiers.mixed(6, "secret")}`,
              secretStatus: "active",
            },
          ]
        : [],
    availabilityZone: zonesOf(region)[0],
    backupRetentionPeriod: 0,
    backupTarget: "region",
    backupWindow: "03:00-03:30",
    maintenanceWindow: "sun:04:30-sun:05:00",
    caCertIdentifier: "rds-ca-rsa2048-g1",
    databaseInsightsMode: "standard",
    dbSubnetGroupName: "default",
    engineLifecycleSupport: "open-source-rds-extended-support",
    iops: 0,
    kmsKeyId:
      inputs.storageEncrypted === true
        ? `arn:${partition}:kms:${region}:${account}:key/${new Identifiers(`${account} ${region} rds`).uuid()}`
        : "",
    performanceInsightsRetentionPeriod: inputs.performanceInsightsEnabled === true ? 7 : 0,
    vpcSecurityGroupIds: [],
    licenseModel: engine === "postgres" ? "postgresql-license" : "general-public-license",
    multiAz: false,
    networkType: "IPV4",
    optionGroupName: `default:${engine}-${major}`,
    parameterGroupName: `default.${engine}${major}`,
    storageThroughput: 0,
    storageType: inputs.iops === undefined ? "gp2" : "io1",
  };
}

function refuseInstance(context: ModelContext): string | undefined {
  const { inputs, world, region, previous } = context;
  const copied = ["replicateSourceDb", "snapshotIdentifier", "restoreToPointInTime", "s3Import"].some(
    (one) => inputs[one],
  );
  if (!copied) {
    const missing = ["engine", "allocatedStorage", "username"].filter((name) => inputs[name] === undefined);
    if (missing.length > 0) return `a new instance needs ${missing.join(", ")}`;
    const passwords = [inputs.password, inputs.passwordWo, inputs.manageMasterUserPassword || undefined];
    if (passwords.every((one) => one === undefined)) {
      return "a new instance needs one of password, passwordWo, manageMasterUserPassword";
    }
  }
  const reserved = inputs.engine === "postgres" ? ["admin", "rdsadmin", "postgres_admin"] : ["rdsadmin"];
  if (reserved.includes(String(inputs.username)))
    return `username "${String(inputs.username)}" is reserved by the engine`;
  if (text(inputs.password) && (inputs.password as string).length < 8)
    return "password must have at least 8 characters";
  if (text(inputs.password) && /[/"@ ]/.test(inputs.password as string)) {
    return "password must not contain a slash, a double quote, an @ or a space";
  }
  const storage = Number(inputs.allocatedStorage ?? previous.allocatedStorage ?? 0);
  if (storage < Number(previous.allocatedStorage ?? 0)) {
    return `allocatedStorage cannot shrink from ${String(previous.allocatedStorage)} to ${storage}`;
  }
  if (/^gp[23]$/.test(String(inputs.storageType)) && storage < 20)
    return `allocatedStorage must be 20 or more, not ${storage}`;
  const most = Number(inputs.maxAllocatedStorage ?? 0);
  if (most !== 0 && most < storage) return `maxAllocatedStorage ${most} is below allocatedStorage ${storage}`;
  if (inputs.storageType === "gp3" && storage < 400 && (inputs.iops ?? inputs.storageThroughput) !== undefined) {
    return "gp3 takes iops and storageThroughput from 400 GiB upwards only";
  }
  if (inputs.kmsKeyId !== undefined && inputs.storageEncrypted !== true) return "kmsKeyId needs storageEncrypted true";
  if (inputs.multiAz === true && inputs.availabilityZone !== undefined) {
    return "multiAz true and availabilityZone exclude each other";
  }
  if (Number(inputs.monitoringInterval ?? 0) > 0 && !inputs.monitoringRoleArn) {
    return "monitoringInterval above 0 needs monitoringRoleArn";
  }
  const retention = Number(inputs.performanceInsightsRetentionPeriod ?? 7);
  if (retention !== 7 && retention !== 731 && retention % 31 !== 0) {
    return `performanceInsightsRetentionPeriod must be 7, 731 or a multiple of 31, not ${retention}`;
  }
  if (inputs.databaseInsightsMode === "advanced" && !(inputs.performanceInsightsEnabled === true && retention >= 465)) {
    return "databaseInsightsMode advanced needs performanceInsightsEnabled and a retention of at least 465 days";
  }
  return refuseGroups(context, world.findBy(SUBNET_GROUP, "name", inputs.dbSubnetGroupName, region));
}

function refuseGroups(context: ModelContext, group: WorldResource | undefined): string | undefined {
  const { inputs, world, region } = context;
  const name = text(inputs.dbSubnetGroupName);
  if (name && name !== "default" && !group) return `there is no DB subnet group "${name}" in ${region}`;
  if (group && inputs.multiAz === true) {
    const zones = zonesCovered(context, list(group.inputs.subnetIds));
    if (zones.known && zones.names.size < 2) {
      return `multiAz needs two availability zones, and the DB subnet group "${name}" covers ${[...zones.names].join()}`;
    }
  }
  const parameters = text(inputs.parameterGroupName);
  const known = world.findBy("aws:rds/parameterGroup:ParameterGroup", "name", parameters, region);
  if (!parameters || parameters.startsWith("default.")) return undefined;
  if (!known) return `there is no DB parameter group "${parameters}" in ${region}`;
  const family = `${String(inputs.engine)}${text(inputs.engineVersion)?.split(".")[0] ?? ""}`;
  if (inputs.engine === "postgres" && inputs.engineVersion && known.inputs.family !== family) {
    return `the DB parameter group "${parameters}" is for ${String(known.inputs.family)}, and the instance is ${family}`;
  }
  return undefined;
}

/** The zones of subnets; not known when the program did not make one of them. */
function zonesCovered({ world }: ModelContext, subnetIds: unknown[]): { known: boolean; names: Set<unknown> } {
  const subnets = subnetIds.map((id) => world.find("aws:ec2/subnet:Subnet", String(id)));
  return {
    known: subnets.every((one) => one !== undefined),
    names: new Set(subnets.map((one) => one?.outputs.availabilityZone)),
  };
}

function refuseDeletion({ inputs }: ModelContext): string | undefined {
  if (inputs.deletionProtection === true) {
    return "deletionProtection is on; deploy it as false first";
  }
  if (inputs.skipFinalSnapshot !== true && !inputs.finalSnapshotIdentifier && !inputs.replicateSourceDb) {
    return "finalSnapshotIdentifier is needed unless skipFinalSnapshot is true";
  }
  return undefined;
}

const subnetGroup: Model = {
  outputs: ({ world, inputs }) => ({
    supportedNetworkTypes: ["IPV4"],
    vpcId: world.find("aws:ec2/subnet:Subnet", String(list(inputs.subnetIds)[0]))?.inputs.vpcId ?? "",
  }),
  refuse(context) {
    const zones = zonesCovered(context, list(context.inputs.subnetIds));
    if (!zones.known || zones.names.size >= 2) return undefined;
    return `subnetIds must cover at least two availability zones, and they cover ${[...zones.names].join()}`;
  },
  refuseDelete({ world, inputs, region }) {
    const user = world.findBy(INSTANCE, "dbSubnetGroupName", inputs.name, region);
    return user && `it is in use by "${user.name}"`;
  },
};

const backupsReplication: Model = {
  refuse({ inputs, world, region }) {
    const arn = text(inputs.sourceDbInstanceArn) ?? "";
    const from = arn.split(":")[3] ?? "";
    if (from === region) return `the backups of ${arn} must go to another region than ${region}`;
    const allowed = BACKUP_REGIONS[from];
    if (allowed && !allowed.includes(region)) {
      return `backups from ${from} can go to ${allowed.join(", ")}, not to ${region}`;
    }
    const source = world.findBy(INSTANCE, "arn", arn);
    if (!source) return `there is no DB instance ${arn}`;
    if (Number(source.inputs.backupRetentionPeriod ?? 0) < 1) return `"${source.name}" keeps no backups to replicate`;
    const key = text(inputs.kmsKeyId);
    if (source.inputs.storageEncrypted === true && !key)
      return "an encrypted instance needs kmsKeyId of a key in this region";
    if (key && key.split(":")[3] !== region) return `kmsKeyId must be a key in ${region}: ${key}`;
    return undefined;
  },
};

const proxy: Model = {
  outputs: (context) => ({
    endpoint: `${String(context.inputs.name)}.proxy-${accountLabel(context)}.${context.region}.rds.${dnsSuffixOf(context.region)}`,
    vpcSecurityGroupIds: [],
    idleClientTimeout: 1800,
  }),
  refuse(context) {
    const zones = zonesCovered(context, list(context.inputs.vpcSubnetIds));
    if (zones.known && zones.names.size < 2) {
      return `vpcSubnetIds must cover at least two availability zones, and they cover ${[...zones.names].join()}`;
    }
    return undefined;
  },
};

function noProxy({ world, inputs, region }: ModelContext): string | undefined {
  if (world.findBy("aws:rds/proxy:Proxy", "name", inputs.dbProxyName, region)) return undefined;
  return `there is no DB proxy "${String(inputs.dbProxyName)}" in ${region}`;
}

export const models: Models = {
  [INSTANCE]: { outputs: instanceOutputs, refuse: refuseInstance, refuseDelete: refuseDeletion },
  [SUBNET_GROUP]: subnetGroup,
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": backupsReplication,
  "aws:rds/proxy:Proxy": proxy,
  "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": {
    outputs: () => ({
      name: "default",
      connectionPoolConfig: { connectionBorrowTimeout: 120, maxConnectionsPercent: 100, maxIdleConnectionsPercent: 50 },
    }),
    refuse: noProxy,
  },
  "aws:rds/proxyTarget:ProxyTarget": {
    outputs({ world, inputs, region }) {
      const target = world.findBy(INSTANCE, "identifier", inputs.dbInstanceIdentifier, region);
      return {
        endpoint: target?.outputs.address,
        port: target?.outputs.port,
        rdsResourceId: inputs.dbInstanceIdentifier,
        targetArn: target?.outputs.arn,
        trackedClusterId: "",
        type: "RDS_INSTANCE",
      };
    },
    refuse(context) {
      const { world, inputs, region } = context;
      const missing = noProxy(context);
      if (missing || !inputs.dbInstanceIdentifier) return missing;
      if (world.findBy(INSTANCE, "identifier", inputs.dbInstanceIdentifier, region)) return undefined;
      return `there is no DB instance "${String(inputs.dbInstanceIdentifier)}" in ${region}`;
    },
  },
};
