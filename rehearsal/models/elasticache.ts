import { Identifiers, zoneIdOf } from "../aws";
import { list, type Properties, text } from "../values";
import type { ModelContext, Models } from "./model";

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

function refuse(context: ModelContext): string | undefined {
  const { inputs, world, region } = context;
  if (inputs.nodeType === undefined && inputs.globalReplicationGroupId === undefined) return "nodeType must be given";
  const encrypted = inputs.transitEncryptionEnabled === true;
  for (const name of ["authToken", "userGroupIds", "transitEncryptionMode"]) {
    if (
      inputs[name] !== undefined &&
      list(inputs[name]).length + (typeof inputs[name] === "string" ? 1 : 0) > 0 &&
      !encrypted
    ) {
      return `${name} needs transitEncryptionEnabled true`;
    }
  }
  if (inputs.kmsKeyId !== undefined && inputs.atRestEncryptionEnabled !== true)
    return "kmsKeyId needs atRestEncryptionEnabled true";
  if (inputs.multiAzEnabled === true && inputs.automaticFailoverEnabled !== true) {
    return "multiAzEnabled needs automaticFailoverEnabled true";
  }
  if (inputs.automaticFailoverEnabled === true && nodes(context) < 2) {
    return `automaticFailoverEnabled needs two nodes, and there is ${nodes(context)}`;
  }
  const group = text(inputs.subnetGroupName);
  if (group && group !== "default" && !world.findBy("aws:elasticache/subnetGroup:SubnetGroup", "name", group, region)) {
    return `there is no cache subnet group "${group}" in ${region}`;
  }
  const parameters = text(inputs.parameterGroupName);
  const known = world.findBy("aws:elasticache/parameterGroup:ParameterGroup", "name", parameters, region);
  if (parameters && !parameters.startsWith("default.") && !known) {
    return `there is no cache parameter group "${parameters}" in ${region}`;
  }
  const family = `${String(inputs.engine)}${text(inputs.engineVersion)?.split(".")[0] ?? ""}`;
  if (known && text(inputs.engineVersion) && known.inputs.family !== family) {
    return `the cache parameter group "${parameters}" is for ${String(known.inputs.family)}, and the group is ${family}`;
  }
  const missing = list(inputs.userGroupIds).find((id) => !world.findBy(USER_GROUP, "userGroupId", id, region));
  return missing === undefined ? undefined : `there is no user group "${String(missing)}" in ${region}`;
}

const USER_GROUP = "aws:elasticache/userGroup:UserGroup";

export const models: Models = {
  "aws:elasticache/replicationGroup:ReplicationGroup": { outputs, refuse },
  "aws:elasticache/subnetGroup:SubnetGroup": {
    outputs: ({ world, inputs }) => ({
      vpcId: world.find("aws:ec2/subnet:Subnet", String(list(inputs.subnetIds)[0]))?.inputs.vpcId ?? "",
    }),
  },
  [USER_GROUP]: {
    refuse({ inputs, world, region }) {
      const users = list(inputs.userIds).map((id) => world.findBy("aws:elasticache/user:User", "userId", id, region));
      const missing = list(inputs.userIds).find((id, index) => !users[index] && id !== "default");
      if (missing !== undefined) return `there is no user "${String(missing)}" in ${region}`;
      const named =
        users.some((user) => user?.inputs.userName === "default") || list(inputs.userIds).includes("default");
      if (inputs.engine === "redis" && !named) return 'a user group for redis must hold a user named "default"';
      return undefined;
    },
  },
};
