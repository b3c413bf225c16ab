import { Identifiers, zoneIdOf } from "../aws";
import { list, type Properties, text } from "../values";
import { type Model, type ModelContext, type Models, type Refused, refused } from "./model";
import { apart, groupElsewhere, naming, plain, unusableKey, vpcOfSubnets, zonesCovered } from "./references";

const REPLICATION_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const SUBNET_GROUP = "aws:elasticache/subnetGroup:SubnetGroup";
const PARAMETER_GROUP = "aws:elasticache/parameterGroup:ParameterGroup";
const USER_GROUP = "aws:elasticache/userGroup:UserGroup";
const USER = "aws:elasticache/user:User";

/** `eun1`, as endpoint names spell a region. */
function shortRegion(region: string): string {
  return zoneIdOf(`${region}a`).split("-")[0]!;
}

function nodes({ inputs }: ModelContext): number {
  const groups = Number(inputs.numNodeGroups ?? 1);
  if (inputs.replicasPerNodeGroup !== undefined) return groups * (1 + Number(inputs.replicasPerNodeGroup));
  return Number(inputs.numCacheClusters ?? groups);
}

function outputs(context: ModelContext): Properties {
  const { inputs, id, region, account } = context;
  const label = new Identifiers(`${account} ${region} elasticache`).lower(6);
  const suffix = `${label}.${shortRegion(region)}.cache.amazonaws.com`;
  const tls = inputs.transitEncryptionEnabled === true;
  const clustered = Number(inputs.numNodeGroups ?? 1) > 1 || inputs.clusterMode === "enabled";
  const engine = text(inputs.engine) ?? "redis";
  const version = text(inputs.engineVersion) ?? (engine === "valkey" ? "8.1" : "7.1");
  const count = nodes(context);
  return {
    clusterEnabled: clustered,
    configurationEndpointAddress: clustered ? `clustercfg.${id}.${suffix}` : "",
    primaryEndpointAddress: clustered
      ? ""
      : tls
        ? `master.${id}.${suffix}`
        : `${id}.${label}.ng.0001.${suffix.slice(7)}`,
    readerEndpointAddress: clustered
      ? ""
      : tls
        ? `replica.${id}.${suffix}`
        : `${id}-ro.${label}.ng.0001.${suffix.slice(7)}`,
    engineVersion: version,
    engineVersionActual: /^\d+\.\d+$/.test(version) ? `${version}.0` : version,
    memberClusters: Array.from({ length: count }, (_, index) => `${id}-${String(index + 1).padStart(3, "0")}`),
    numCacheClusters: count,
    numNodeGroups: 1,
    replicasPerNodeGroup: count - 1,
    atRestEncryptionEnabled: false,
    transitEncryptionEnabled: false,
    transitEncryptionMode: tls ? "required" : "",
    autoMinorVersionUpgrade: true,
    clusterMode: "disabled",
    dataTieringEnabled: false,
    ipDiscovery: "ipv4",
    networkType: "ipv4",
    maintenanceWindow: "sun:05:00-sun:06:00",
    snapshotWindow: "03:00-04:00",
    parameterGroupName: `default.${engine}${version.split(".")[0]}`,
    securityGroupIds: [],
    subnetGroupName: "default",
  };
}

function refuse(context: ModelContext): Refused | undefined {
  return refuseSettings(context) ?? refuseReferences(context) ?? refuseNetwork(context);
}

function refuseSettings(context: ModelContext): Refused | undefined {
  const { inputs } = context;
  const wrong = (text: string) => `Invalid combination of parameters: ${text}`;
  if (inputs.nodeType === undefined && inputs.globalReplicationGroupId === undefined) {
    return refused("InvalidParameterValue", "nodeType must be given");
  }
  const encrypted = inputs.transitEncryptionEnabled === true;
  for (const name of ["authToken", "userGroupIds", "transitEncryptionMode"]) {
    if (
      inputs[name] !== undefined &&
      list(inputs[name]).length + (typeof inputs[name] === "string" ? 1 : 0) > 0 &&
      !encrypted
    ) {
      return refused("InvalidParameterCombination", wrong(`${name} needs transitEncryptionEnabled true`));
    }
  }
  if (inputs.kmsKeyId !== undefined && inputs.atRestEncryptionEnabled !== true) {
    return refused("InvalidParameterCombination", wrong("kmsKeyId needs atRestEncryptionEnabled true"));
  }
  if (inputs.multiAzEnabled === true && inputs.automaticFailoverEnabled !== true) {
    return refused(
      "InvalidParameterCombination",
      "Must enable automatic failover to enable Multi-AZ: multiAzEnabled needs automaticFailoverEnabled true",
    );
  }
  if (inputs.automaticFailoverEnabled === true && nodes(context) < 2) {
    return refused(
      "InvalidParameterCombination",
      wrong(`automaticFailoverEnabled needs two nodes, and there is ${nodes(context)}`),
    );
  }
  const unusable = unusableKey(context, inputs.kmsKeyId);
  return unusable ? refused("InvalidKMSKeyFault", `The KMS key supplied is not valid: ${unusable}`) : undefined;
}

function refuseReferences({ inputs, world, region }: ModelContext): Refused | undefined {
  const group = text(inputs.subnetGroupName);
  if (group && group !== "default" && !world.findBy(SUBNET_GROUP, "name", group, region)) {
    return refused("CacheSubnetGroupNotFoundFault", `there is no cache subnet group "${group}" in ${region}`);
  }
  const parameters = text(inputs.parameterGroupName);
  const known = world.findBy(PARAMETER_GROUP, "name", parameters, region);
  if (parameters && !parameters.startsWith("default.") && !known) {
    return refused("CacheParameterGroupNotFound", `there is no cache parameter group "${parameters}" in ${region}`);
  }
  const family = `${String(inputs.engine)}${text(inputs.engineVersion)?.split(".")[0] ?? ""}`;
  if (known && text(inputs.engineVersion) && known.inputs.family !== family) {
    return refused(
      "InvalidParameterCombination",
      `the cache parameter group "${parameters}" is for ${String(known.inputs.family)}, and the group is ${family}`,
    );
  }
  const missing = list(inputs.userGroupIds).find((id) => !world.findBy(USER_GROUP, "userGroupId", id, region));
  return missing === undefined
    ? undefined
    : refused("UserGroupNotFoundFault", `there is no user group "${String(missing)}" in ${region}`);
}

function refuseNetwork({ inputs, world, region }: ModelContext): Refused | undefined {
  const group = world.findBy(SUBNET_GROUP, "name", inputs.subnetGroupName, region);
  if (!group) return undefined;
  const subnets = list(plain(group).subnetIds);
  const zones = zonesCovered(world, subnets);
  if (inputs.multiAzEnabled === true && zones.known && zones.names.size < 2) {
    return refused(
      "InvalidParameterCombination",
      `multiAzEnabled needs two availability zones, and the cache subnet group "${group.id}" covers ${[...zones.names].join()}`,
    );
  }
  const elsewhere = groupElsewhere(world, list(inputs.securityGroupIds), vpcOfSubnets(world, subnets));
  return elsewhere
    ? refused(
        "InvalidParameterValue",
        `The security group and the cache subnet group must be in the same VPC: ${elsewhere}`,
      )
    : undefined;
}

const subnetGroup: Model = {
  outputs: ({ world, inputs }) => ({
    vpcId: world.find("aws:ec2/subnet:Subnet", String(list(inputs.subnetIds)[0]))?.inputs.vpcId ?? "",
  }),
  refuse({ inputs, world }) {
    const stray = apart(world, list(inputs.subnetIds));
    return stray ? refused("InvalidSubnet", `the subnets must all be in one VPC: ${stray}`) : undefined;
  },
  refuseDelete({ world, inputs, region }) {
    const user = world.findBy(REPLICATION_GROUP, "subnetGroupName", inputs.name, region);
    return (
      user &&
      refused(
        "CacheSubnetGroupInUse",
        `Cache subnet group ${String(inputs.name)} is currently in use by a cache cluster: ${naming(user)}`,
      )
    );
  },
};

const userGroup: Model = {
  refuse({ inputs, world, region }) {
    const ids = list(inputs.userIds);
    const users = ids.map((id) => world.findBy(USER, "userId", id, region));
    const missing = ids.find((id, index) => !users[index] && id !== "default");
    if (missing !== undefined) {
      return refused("UserNotFoundFault", `there is no user "${String(missing)}" in ${region}`);
    }
    const names = users.map((user) => (user ? String(plain(user).userName) : "default"));
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
      return refused("DuplicateUserName", `a user group may hold one user of a name, and two are named "${twice}"`);
    }
    return inputs.engine === "redis" && !names.includes("default")
      ? refused("DefaultUserRequired", 'a user group for redis must hold a user named "default"')
      : undefined;
  },
  refuseDelete({ world, inputs, region }) {
    const user = world
      .ofType(REPLICATION_GROUP)
      .find((one) => one.region === region && list(plain(one).userGroupIds).includes(inputs.userGroupId));
    return (
      user &&
      refused("InvalidUserGroupState", `User group ${String(inputs.userGroupId)} is associated with ${naming(user)}`)
    );
  },
};

export const models: Models = {
  [REPLICATION_GROUP]: { outputs, refuse },
  [SUBNET_GROUP]: subnetGroup,
  [PARAMETER_GROUP]: {
    refuseDelete({ world, inputs, region }) {
      const user = world.findBy(REPLICATION_GROUP, "parameterGroupName", inputs.name, region);
      return (
        user &&
        refused(
          "InvalidCacheParameterGroupState",
          `One or more cache clusters are still members of this parameter group ${String(inputs.name)}: ${naming(user)}`,
        )
      );
    },
  },
  [USER_GROUP]: userGroup,
};
