import { dnsSuffixOf, Identifiers, zonesOf } from "../aws";
import { timeOf } from "../templates";
import { list, type Properties, text } from "../values";
import type { WorldResource } from "../world";
import { type Model, type ModelContext, type Models, type Refused, refused } from "./model";
import {
  apart,
  cannotAssume,
  groupElsewhere,
  naming,
  others,
  plain,
  unusableKey,
  vpcOfSubnets,
  zonesCovered,
} from "./references";

const INSTANCE = "aws:rds/instance:Instance";
const SUBNET_GROUP = "aws:rds/subnetGroup:SubnetGroup";
const PARAMETER_GROUP = "aws:rds/parameterGroup:ParameterGroup";
const REPLICATION = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication";

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

function refuseInstance(context: ModelContext): Refused | undefined {
  const { inputs } = context;
  const copied = ["replicateSourceDb", "snapshotIdentifier", "restoreToPointInTime", "s3Import"].some(
    (one) => inputs[one],
  );
  if (!copied) {
    const missing = ["engine", "allocatedStorage", "username"].filter((name) => inputs[name] === undefined);
    if (missing.length > 0) return refused("MissingParameter", `a new instance needs ${missing.join(", ")}`);
    const passwords = [inputs.password, inputs.passwordWo, inputs.manageMasterUserPassword || undefined];
    if (passwords.every((one) => one === undefined)) {
      return refused("MissingParameter", "a new instance needs one of password, passwordWo, manageMasterUserPassword");
    }
  }
  return (
    refuseCredentials(context) ??
    refuseStorage(context) ??
    refuseMonitoring(context) ??
    refuseGroups(context) ??
    refuseNetwork(context)
  );
}

function refuseCredentials({ inputs }: ModelContext): Refused | undefined {
  const reserved = inputs.engine === "postgres" ? ["admin", "rdsadmin", "postgres_admin"] : ["rdsadmin"];
  if (reserved.includes(String(inputs.username))) {
    return refused(
      "InvalidParameterValue",
      `MasterUsername ${String(inputs.username)} cannot be used as it is a reserved word used by the engine`,
    );
  }
  const password = text(inputs.password);
  if (password && password.length < 8) {
    return refused(
      "InvalidParameterValue",
      "The parameter MasterUserPassword is not a valid password: password must have at least 8 characters",
    );
  }
  return password && /[/"@ ]/.test(password)
    ? refused("InvalidParameterValue", "password must not contain a slash, a double quote, an @ or a space")
    : undefined;
}

function refuseStorage(context: ModelContext): Refused | undefined {
  const { inputs, previous } = context;
  const storage = Number(inputs.allocatedStorage ?? previous.allocatedStorage ?? 0);
  if (storage < Number(previous.allocatedStorage ?? 0)) {
    return refused(
      "InvalidParameterCombination",
      `allocatedStorage cannot shrink from ${String(previous.allocatedStorage)} to ${storage}`,
    );
  }
  if (/^gp[23]$/.test(String(inputs.storageType)) && storage < 20) {
    return refused("InvalidParameterValue", `allocatedStorage must be 20 or more, not ${storage}`);
  }
  const most = Number(inputs.maxAllocatedStorage ?? 0);
  if (most !== 0 && most < storage) {
    return refused("InvalidParameterCombination", `maxAllocatedStorage ${most} is below allocatedStorage ${storage}`);
  }
  if (inputs.storageType === "gp3" && storage < 400 && (inputs.iops ?? inputs.storageThroughput) !== undefined) {
    return refused("InvalidParameterCombination", "gp3 takes iops and storageThroughput from 400 GiB upwards only");
  }
  if (inputs.kmsKeyId !== undefined && inputs.storageEncrypted !== true) {
    return refused("InvalidParameterCombination", "kmsKeyId needs storageEncrypted true");
  }
  const keys = [inputs.kmsKeyId, inputs.masterUserSecretKmsKeyId, inputs.performanceInsightsKmsKeyId];
  const key = keys.map((one) => unusableKey(context, one)).find((reason) => reason !== undefined);
  return key
    ? refused(
        "KMSKeyNotAccessibleFault",
        `The specified KMS key does not exist, is not enabled or you do not have permissions to access it: ${key}`,
      )
    : undefined;
}

function refuseMonitoring(context: ModelContext): Refused | undefined {
  const { inputs } = context;
  if (inputs.multiAz === true && inputs.availabilityZone !== undefined) {
    return refused(
      "InvalidParameterCombination",
      "Requesting a specific availability zone is not valid for Multi-AZ instances: multiAz true and availabilityZone exclude each other",
    );
  }
  if (Number(inputs.monitoringInterval ?? 0) > 0) {
    if (!inputs.monitoringRoleArn) {
      return refused(
        "InvalidParameterCombination",
        "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0: monitoringInterval above 0 needs monitoringRoleArn",
      );
    }
    const barred = cannotAssume(context, inputs.monitoringRoleArn, "monitoring.rds.amazonaws.com");
    if (barred) {
      return refused(
        "InvalidParameterValue",
        `IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING: ${barred}`,
      );
    }
  }
  const retention = Number(inputs.performanceInsightsRetentionPeriod ?? 7);
  if (retention !== 7 && retention !== 731 && retention % 31 !== 0) {
    return refused(
      "InvalidParameterValue",
      `performanceInsightsRetentionPeriod must be 7, 731 or a multiple of 31, not ${retention}`,
    );
  }
  if (inputs.databaseInsightsMode === "advanced" && !(inputs.performanceInsightsEnabled === true && retention >= 465)) {
    return refused(
      "InvalidParameterCombination",
      "databaseInsightsMode advanced needs performanceInsightsEnabled and a retention of at least 465 days",
    );
  }
  return undefined;
}

function subnetGroupOf({ world, inputs, region }: ModelContext): WorldResource | undefined {
  return world.findBy(SUBNET_GROUP, "name", inputs.dbSubnetGroupName, region);
}

function refuseGroups(context: ModelContext): Refused | undefined {
  const { inputs, world, region } = context;
  const name = text(inputs.dbSubnetGroupName);
  const group = subnetGroupOf(context);
  if (name && name !== "default" && !group) {
    return refused(
      "DBSubnetGroupNotFoundFault",
      `DB subnet group '${name}' does not exist: there is no DB subnet group "${name}" in ${region}`,
    );
  }
  if (group && inputs.multiAz === true) {
    const zones = zonesCovered(world, list(plain(group).subnetIds));
    if (zones.known && zones.names.size < 2) {
      return refused(
        "DBSubnetGroupDoesNotCoverEnoughAZs",
        `multiAz needs two availability zones, and the DB subnet group "${name}" covers ${[...zones.names].join()}`,
      );
    }
  }
  const parameters = text(inputs.parameterGroupName);
  const known = world.findBy(PARAMETER_GROUP, "name", parameters, region);
  if (!parameters || parameters.startsWith("default.")) return undefined;
  if (!known) {
    return refused(
      "DBParameterGroupNotFound",
      `DBParameterGroup not found: there is no DB parameter group "${parameters}" in ${region}`,
    );
  }
  const family = `${String(inputs.engine)}${text(inputs.engineVersion)?.split(".")[0] ?? ""}`;
  if (inputs.engine === "postgres" && inputs.engineVersion && known.inputs.family !== family) {
    return refused(
      "InvalidParameterCombination",
      `the DB parameter group "${parameters}" is for ${String(known.inputs.family)}, and the instance is ${family}`,
    );
  }
  return undefined;
}

function refuseNetwork(context: ModelContext): Refused | undefined {
  const { inputs, world } = context;
  const group = subnetGroupOf(context);
  const vpc = group && vpcOfSubnets(world, list(plain(group).subnetIds));
  const elsewhere = groupElsewhere(world, list(inputs.vpcSecurityGroupIds), vpc);
  return elsewhere
    ? refused(
        "InvalidParameterCombination",
        `The DB instance and EC2 security group are in different VPCs: ${elsewhere}`,
      )
    : undefined;
}

function refuseDeletion({ inputs }: ModelContext): Refused | undefined {
  if (inputs.deletionProtection === true) {
    return refused(
      "InvalidParameterCombination",
      "Cannot delete protected DB Instance: deletionProtection is on; deploy it as false first",
    );
  }
  if (inputs.skipFinalSnapshot !== true && !inputs.finalSnapshotIdentifier && !inputs.replicateSourceDb) {
    return refused(
      "InvalidParameterCombination",
      "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified: finalSnapshotIdentifier is needed unless skipFinalSnapshot is true",
    );
  }
  return undefined;
}

const subnetGroup: Model = {
  outputs: ({ world, inputs }) => ({
    supportedNetworkTypes: ["IPV4"],
    vpcId: world.find("aws:ec2/subnet:Subnet", String(list(inputs.subnetIds)[0]))?.inputs.vpcId ?? "",
  }),
  refuse({ inputs, world }) {
    const subnets = list(inputs.subnetIds);
    const stray = apart(world, subnets);
    if (stray) {
      return refused(
        "InvalidSubnet",
        `The requested subnet is invalid, or multiple subnets were requested that are not all in a common VPC: ${stray}`,
      );
    }
    const zones = zonesCovered(world, subnets);
    if (!zones.known || zones.names.size >= 2) return undefined;
    return refused(
      "DBSubnetGroupDoesNotCoverEnoughAZs",
      `subnetIds must cover at least two availability zones, and they cover ${[...zones.names].join()}`,
    );
  },
  refuseDelete({ world, inputs, region }) {
    const user = world.findBy(INSTANCE, "dbSubnetGroupName", inputs.name, region);
    return (
      user &&
      refused(
        "InvalidDBSubnetGroupStateFault",
        `Cannot delete the subnet group '${String(inputs.name)}' because at least one database instance is still using it: it is in use by "${user.name}"`,
      )
    );
  },
};

const parameterGroup: Model = {
  refuseDelete({ world, inputs, region }) {
    const user = world.findBy(INSTANCE, "parameterGroupName", inputs.name, region);
    return (
      user &&
      refused(
        "InvalidDBParameterGroupState",
        `One or more database instances are still members of this parameter group ${String(inputs.name)}, so the group cannot be deleted: ${naming(user)}`,
      )
    );
  },
};

const backupsReplication: Model = {
  refuse(context) {
    const { inputs, world, region } = context;
    const arn = text(inputs.sourceDbInstanceArn) ?? "";
    const from = arn.split(":")[3] ?? "";
    if (from === region) {
      return refused("InvalidParameterValue", `the backups of ${arn} must go to another region than ${region}`);
    }
    const allowed = BACKUP_REGIONS[from];
    if (allowed && !allowed.includes(region)) {
      return refused("InvalidParameterValue", `backups from ${from} can go to ${allowed.join(", ")}, not to ${region}`);
    }
    const source = world.findBy(INSTANCE, "arn", arn);
    if (!source) return refused("DBInstanceNotFound", `DBInstance not found: there is no DB instance ${arn}`);
    const twin = others(context, REPLICATION).find(
      (one) => one.region === region && plain(one).sourceDbInstanceArn === arn,
    );
    if (twin) {
      return refused(
        "InvalidDBInstanceState",
        `the backups of "${source.name}" are replicated by "${twin.name}" already`,
      );
    }
    if (Number(source.inputs.backupRetentionPeriod ?? 0) < 1) {
      return refused("InvalidDBInstanceState", `"${source.name}" keeps no backups to replicate`);
    }
    const key = text(inputs.kmsKeyId);
    if (source.inputs.storageEncrypted === true && !key) {
      return refused("InvalidParameterValue", "an encrypted instance needs kmsKeyId of a key in this region");
    }
    if (key && key.split(":")[3] !== region) {
      return refused("KMSKeyNotAccessibleFault", `kmsKeyId must be a key in ${region}: ${key}`);
    }
    const unusable = unusableKey(context, key);
    return unusable
      ? refused("KMSKeyNotAccessibleFault", `The specified KMS key does not exist or is not enabled: ${unusable}`)
      : undefined;
  },
};

const proxy: Model = {
  outputs: (context) => ({
    endpoint: `${String(context.inputs.name)}.proxy-${accountLabel(context)}.${context.region}.rds.${dnsSuffixOf(context.region)}`,
    vpcSecurityGroupIds: [],
    idleClientTimeout: 1800,
  }),
  refuse(context) {
    const { inputs, world } = context;
    const subnets = list(inputs.vpcSubnetIds);
    const stray = apart(world, subnets);
    if (stray)
      return refused("InvalidSubnet", `multiple subnets were requested that are not all in a common VPC: ${stray}`);
    const zones = zonesCovered(world, subnets);
    if (zones.known && zones.names.size < 2) {
      return refused(
        "InvalidSubnet",
        `vpcSubnetIds must cover at least two availability zones, and they cover ${[...zones.names].join()}`,
      );
    }
    const elsewhere = groupElsewhere(world, list(inputs.vpcSecurityGroupIds), vpcOfSubnets(world, subnets));
    if (elsewhere) return refused("InvalidParameterValue", `vpcSecurityGroupIds: ${elsewhere}`);
    const barred = cannotAssume(context, inputs.roleArn, "rds.amazonaws.com");
    return barred
      ? refused("InvalidParameterValue", `RDS is not authorized to assume the role of the proxy: ${barred}`)
      : undefined;
  },
};

function noProxy({ world, inputs, region }: ModelContext): Refused | undefined {
  if (world.findBy("aws:rds/proxy:Proxy", "name", inputs.dbProxyName, region)) return undefined;
  return refused("DBProxyNotFoundFault", `there is no DB proxy "${String(inputs.dbProxyName)}" in ${region}`);
}

/** Engines behind a proxy, by the family that it was made for. */
const PROXY_ENGINES: Record<string, RegExp> = {
  POSTGRESQL: /postgres/,
  MYSQL: /mysql|mariadb/,
  SQLSERVER: /sqlserver/,
};

function refuseTarget(context: ModelContext): Refused | undefined {
  const { world, inputs, region } = context;
  const missing = noProxy(context);
  if (missing || !inputs.dbInstanceIdentifier) return missing;
  const instance = world.findBy(INSTANCE, "identifier", inputs.dbInstanceIdentifier, region);
  if (!instance) {
    return refused(
      "DBInstanceNotFound",
      `DBInstance not found: there is no DB instance "${String(inputs.dbInstanceIdentifier)}" in ${region}`,
    );
  }
  const own = plain(world.findBy("aws:rds/proxy:Proxy", "name", inputs.dbProxyName, region)!);
  const engine = String(plain(instance).engine);
  if (PROXY_ENGINES[String(own.engineFamily)]?.test(engine) === false) {
    return refused(
      "InvalidDBInstanceState",
      `the proxy "${String(own.name)}" is for ${String(own.engineFamily)}, and ${naming(instance)} runs ${engine}`,
    );
  }
  const group = subnetGroupOf({ ...context, inputs: plain(instance) });
  const home = group && vpcOfSubnets(world, list(plain(group).subnetIds));
  const place = vpcOfSubnets(world, list(own.vpcSubnetIds));
  return home && place && home !== place
    ? refused(
        "InvalidDBInstanceState",
        `the DB instance ${naming(instance)} must be in the proxy's VPC ${place}, and is in ${home}`,
      )
    : undefined;
}

export const models: Models = {
  [INSTANCE]: { outputs: instanceOutputs, refuse: refuseInstance, refuseDelete: refuseDeletion },
  [SUBNET_GROUP]: subnetGroup,
  [PARAMETER_GROUP]: parameterGroup,
  [REPLICATION]: backupsReplication,
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
    refuse: refuseTarget,
  },
  "aws:rds/eventSubscription:EventSubscription": {
    refuse({ inputs, world, account }) {
      const arn = text(inputs.snsTopic) ?? "";
      const known = arn.split(":")[4] !== account || world.findBy("aws:sns/topic:Topic", "arn", arn);
      return known ? undefined : refused("SNSTopicArnNotFound", `there is no topic ${arn}`);
    },
  },
};
