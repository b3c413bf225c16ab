import { Identifiers, zoneIdOf, zonesOf } from "../aws";
import { contains, overlaps } from "../subnet-layout";
import { isObject, list, type Properties, sameValue, text } from "../values";
import type { World, WorldResource } from "../world";
import { type Model, type ModelContext, type Models, type Refused, refused } from "./model";
import { cannotAssume, groupElsewhere, holderOf, lastTenantOf, naming, others, plain, vpcOfSubnet } from "./references";

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway";
const NAT_GATEWAY = "aws:ec2/natGateway:NatGateway";
const ROUTE_TABLE = "aws:ec2/routeTable:RouteTable";
const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
const VPC_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const FLOW_LOG = "aws:ec2/flowLog:FlowLog";

const vpc: Model = {
  outputs({ inputs, identifiers }) {
    const table = `rtb-${identifiers.hex(17, "main")}`;
    const generated = inputs.assignGeneratedIpv6CidrBlock === true;
    return {
      defaultNetworkAclId: `acl-${identifiers.hex(17, "acl")}`,
      defaultRouteTableId: table,
      mainRouteTableId: table,
      defaultSecurityGroupId: `sg-${identifiers.hex(17, "default")}`,
      dhcpOptionsId: `dopt-${identifiers.hex(17, "dhcp")}`,
      enableNetworkAddressUsageMetrics: false,
      enableDnsHostnames: false,
      ipv6AssociationId: generated ? `vpc-cidr-assoc-${identifiers.hex(17, "ipv6")}` : "",
      ipv6CidrBlock: generated ? `2a05:d016:${identifiers.hex(3, "ipv6")}:${identifiers.hex(2, "ipv6b")}00::/56` : "",
    };
  },
  refuse({ inputs }) {
    return inputs.cidrBlock === undefined && inputs.ipv4IpamPoolId === undefined
      ? refused("MissingParameter", "cidrBlock must be given")
      : undefined;
  },
  refuseDelete({ world, id }) {
    const types = [SUBNET, INTERNET_GATEWAY, VPC_ENDPOINT, ROUTE_TABLE, SECURITY_GROUP];
    const user = types.flatMap((type) => world.ofType(type)).find((one) => plain(one).vpcId === id);
    return (
      user && refused("DependencyViolation", `The vpc '${id}' has dependencies and cannot be deleted: ${naming(user)}`)
    );
  },
};

const subnet: Model = {
  outputs: ({ inputs, region, identifiers }) => {
    const availabilityZone = text(inputs.availabilityZone) ?? zonesOf(region)[0]!;
    return {
      availabilityZone,
      availabilityZoneId: zoneIdOf(availabilityZone),
      ipv6CidrBlockAssociationId: inputs.ipv6CidrBlock ? `subnet-cidr-assoc-${identifiers.hex(17, "ipv6")}` : "",
      privateDnsHostnameTypeOnLaunch: "ip-name",
    };
  },
  refuse(context) {
    const { inputs, world, region } = context;
    const zone = text(inputs.availabilityZone);
    if (zone && !zonesOf(region).includes(zone)) {
      return refused(
        "InvalidParameterValue",
        `there is no availability zone ${zone} in ${region}; there are ${zonesOf(region).join(", ")}`,
      );
    }
    const block = text(inputs.cidrBlock);
    const home = world.find(VPC, String(inputs.vpcId));
    if (!block || !home) return undefined;
    const range = text(home.outputs.cidrBlock);
    if (range && !contains(range, block)) {
      return refused("InvalidSubnet.Range", `cidrBlock ${block} lies outside the VPC's ${range}`);
    }
    const other = others(context, SUBNET).find(
      (one) => one.inputs.vpcId === inputs.vpcId && overlaps(String(one.inputs.cidrBlock), block),
    );
    if (!other) return undefined;
    return refused(
      "InvalidSubnet.Conflict",
      `cidrBlock ${block} overlaps ${String(other.inputs.cidrBlock)} of "${other.name}"`,
    );
  },
  refuseDelete({ world, inputs, id }) {
    // In a VPC that the program did not make there may be other subnets that it does not know.
    const whole = world.find(VPC, String(inputs.vpcId)) !== undefined;
    const holder = holderOf(world, "subnets", id) ?? (whole ? lastTenantOf(world, id) : undefined);
    return (
      holder &&
      refused(
        "DependencyViolation",
        `The subnet '${id}' has dependencies and cannot be deleted: ${naming(holder)} is in it`,
      )
    );
  },
};

function publicAddress(identifiers: Identifiers): string {
  const number = (label: string, span: number) => parseInt(identifiers.hex(4, label), 16) % span;
  return `13.${48 + number("a", 16)}.${number("b", 256)}.${1 + number("c", 254)}`;
}

const eip: Model = {
  outputs({ identifiers, id, region, inputs }) {
    const publicIp = publicAddress(identifiers);
    return {
      allocationId: id,
      associationId: "",
      publicIp,
      publicDns: `ec2-${publicIp.replaceAll(".", "-")}.${region}.compute.amazonaws.com`,
      domain: "vpc",
      networkBorderGroup: region,
      publicIpv4Pool: "amazon",
      instance: text(inputs.instance) ?? "",
      networkInterface: "",
      carrierIp: "",
      customerOwnedIp: "",
      privateDns: "",
      privateIp: "",
      ptrRecord: "",
    };
  },
  refuseDelete({ world, id }) {
    const user = world.ofType(NAT_GATEWAY).find((one) => plain(one).allocationId === id);
    return user && refused("AuthFailure", `address ${id} is in use by NAT gateway ${naming(user)}`);
  },
};

const internetGateway: Model = {
  outputs: () => ({ vpcId: "" }),
  refuse(context) {
    const { vpcId } = context.inputs;
    const attached = others(context, INTERNET_GATEWAY);
    const other = vpcId === undefined ? undefined : attached.find((one) => plain(one).vpcId === vpcId);
    return other
      ? refused(
          "InvalidParameterValue",
          `Network ${String(vpcId)} already has an internet gateway attached: ${naming(other)}`,
        )
      : undefined;
  },
  refuseDelete({ world, inputs, id }) {
    const user = world
      .ofType(NAT_GATEWAY)
      .find((one) => plain(one).allocationId !== undefined && vpcOfSubnet(world, plain(one).subnetId) === inputs.vpcId);
    return (
      user &&
      refused(
        "DependencyViolation",
        `Network ${String(inputs.vpcId)} has some mapped public address(es), which must be unmapped before gateway ${id} is detached: ${naming(user)} has one`,
      )
    );
  },
};

const natGateway: Model = {
  outputs({ inputs, world, identifiers }) {
    const address = world.findBy("aws:ec2/eip:Eip", "allocationId", inputs.allocationId);
    return {
      associationId: inputs.allocationId ? `eipassoc-${identifiers.hex(17, "association")}` : "",
      networkInterfaceId: `eni-${identifiers.hex(17, "eni")}`,
      secondaryPrivateIpAddressCount: 0,
      secondaryPrivateIpAddresses: [],
      regionalNatGatewayAddresses: [],
      secondaryAllocationIds: [],
      vpcId: text(world.find("aws:ec2/subnet:Subnet", String(inputs.subnetId))?.inputs.vpcId),
      publicIp:
        text(address?.outputs.publicIp) ?? (inputs.connectivityType === "private" ? "" : publicAddress(identifiers)),
      privateIp: `10.0.0.${4 + (parseInt(identifiers.hex(2, "private"), 16) % 250)}`,
    };
  },
  refuse(context) {
    const { inputs } = context;
    if (inputs.connectivityType === "private" || inputs.availabilityMode === "regional") return undefined;
    if (!inputs.allocationId) return refused("MissingParameter", "a public NAT gateway needs allocationId");
    const user = others(context, NAT_GATEWAY).find((one) => one.inputs.allocationId === inputs.allocationId);
    return (
      user &&
      refused(
        "Resource.AlreadyAssociated",
        `Elastic IP address [${String(inputs.allocationId)}] is already associated: allocationId is in use by "${user.name}"`,
      )
    );
  },
};

/** The VPC of a route table, or undefined when the program did not make it. */
function vpcOfTable(world: World, table: unknown): string | undefined {
  const found = world.find(ROUTE_TABLE, String(table));
  return found && text(plain(found).vpcId);
}

const route: Model = {
  outputs: () => ({ origin: "CreateRoute", state: "active", instanceId: "", instanceOwnerId: "" }),
  refuse({ inputs, world }) {
    const home = vpcOfTable(world, inputs.routeTableId);
    const gateway = world.find(INTERNET_GATEWAY, String(inputs.gatewayId));
    const nat = world.find(NAT_GATEWAY, String(inputs.natGatewayId));
    const target = gateway ?? nat;
    const place = gateway ? text(plain(gateway).vpcId) : nat && vpcOfSubnet(world, plain(nat).subnetId);
    if (!target || !home || !place || place === home) return undefined;
    return refused(
      "InvalidParameterValue",
      `route table ${String(inputs.routeTableId)} and gateway ${naming(target)} belong to different networks, ${home} and ${place}`,
    );
  },
};

const routeTableAssociation: Model = {
  refuse({ inputs, world }) {
    const home = vpcOfTable(world, inputs.routeTableId);
    const place = vpcOfSubnet(world, inputs.subnetId);
    if (!home || !place || place === home) return undefined;
    return refused(
      "InvalidParameterValue",
      `route table ${String(inputs.routeTableId)} and subnet ${String(inputs.subnetId)} belong to different networks, ${home} and ${place}`,
    );
  },
};

const RULES = {
  inline: [SECURITY_GROUP, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"],
  own: [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  ],
  old: "aws:ec2/securityGroupRule:SecurityGroupRule",
};

/** A rule of another group that lets this group in or out. */
function ruleFor(world: World, id: string): WorldResource | undefined {
  const names = (rule: unknown) => isObject(rule) && list(rule.securityGroups).includes(id);
  return (
    RULES.own
      .flatMap((type) => world.ofType(type))
      .find((one) => plain(one).referencedSecurityGroupId === id && plain(one).securityGroupId !== id) ??
    world
      .ofType(RULES.old)
      .find((one) => plain(one).sourceSecurityGroupId === id && plain(one).securityGroupId !== id) ??
    RULES.inline
      .flatMap((type) => world.ofType(type))
      .find((one) => one.id !== id && [...list(plain(one).ingress), ...list(plain(one).egress)].some(names))
  );
}

const securityGroup: Model = {
  outputs: () => ({ ingress: [], egress: [] }),
  refuseDelete({ world, id }) {
    const holder = holderOf(world, "groups", id);
    if (holder)
      return refused("DependencyViolation", `resource ${id} has a dependent object: ${naming(holder)} is in it`);
    const rule = ruleFor(world, id);
    return rule && refused("DependencyViolation", `resource ${id} has a dependent object: ${naming(rule)} names it`);
  },
};

/** What a rule of a security group lets through, as a text to compare. */
function ruleKey(inputs: Properties): string {
  const parts = [
    "ipProtocol",
    "fromPort",
    "toPort",
    "cidrIpv4",
    "cidrIpv6",
    "prefixListId",
    "referencedSecurityGroupId",
  ];
  return [inputs.securityGroupId, ...parts.map((part) => inputs[part] ?? "")].join(" ");
}

/** Model of a rule that is a resource of its own. */
export const securityGroupRule: Model = {
  refuse(context) {
    const { inputs, type, world } = context;
    const wanted = ruleKey(inputs);
    const twin = others(context, type).find((one) => ruleKey(plain(one)) === wanted);
    if (twin) {
      return refused("InvalidPermission.Duplicate", `the specified rule already exists in the group: "${twin.name}"`);
    }
    const group = world.find(SECURITY_GROUP, String(inputs.securityGroupId));
    const elsewhere = group && groupElsewhere(world, [inputs.referencedSecurityGroupId], text(plain(group).vpcId));
    if (elsewhere) {
      return refused(
        "InvalidGroup.NotFound",
        `You have specified two resources that belong to different networks: ${elsewhere}`,
      );
    }
    const [from, to] = [inputs.fromPort, inputs.toPort];
    const ports = inputs.ipProtocol === "tcp" || inputs.ipProtocol === "udp";
    if (ports && (from === undefined || to === undefined)) {
      return refused("InvalidParameterValue", "fromPort and toPort are needed with this ipProtocol");
    }
    if (ports && Number(from) > Number(to)) {
      return refused("InvalidParameterValue", `fromPort ${String(from)} is above toPort ${String(to)}`);
    }
    return undefined;
  },
};

/** The VPC's own default resource of a kind: adopting it makes nothing new. */
function adopted(vpcProperty: string): Pick<Model, "id"> {
  return {
    id: ({ inputs, world, identifiers }) =>
      text(world.find("aws:ec2/vpc:Vpc", String(inputs.vpcId))?.outputs[vpcProperty]) ??
      `${vpcProperty === "defaultSecurityGroupId" ? "sg" : "acl"}-${identifiers.hex(17)}`,
  };
}

const vpcEndpoint: Model = {
  outputs({ inputs, identifiers, id, region }) {
    const gateway = inputs.vpcEndpointType === "Gateway";
    const service = text(inputs.serviceName)?.split(".").slice(3).join(".") ?? "";
    const interfaces = gateway ? [] : list(inputs.subnetIds);
    return {
      state: "available",
      requesterManaged: false,
      cidrBlocks: gateway ? ["16.12.9.0/24", "16.12.10.0/23"] : [],
      prefixListId: gateway ? `pl-${new Identifiers(region + service).hex(8)}` : undefined,
      networkInterfaceIds: interfaces.map((_, index) => `eni-${identifiers.hex(17, String(index))}`),
      dnsEntries: gateway
        ? []
        : [
            {
              dnsName: `${id}-${identifiers.lower(8)}.${service}.${region}.vpce.amazonaws.com`,
              hostedZoneId: identifiers.upper(14),
            },
          ],
      ipAddressType: "ipv4",
      privateDnsEnabled: false,
      routeTableIds: [],
      subnetIds: [],
      securityGroupIds: [],
      serviceRegion: region,
      policy: JSON.stringify({
        Version: "2008-10-17",
        Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }],
      }),
    };
  },
  refuse(context) {
    const { inputs, region } = context;
    const service = text(inputs.serviceName);
    const elsewhere = service && /^com\.amazonaws\.([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(service)?.[1];
    if (elsewhere && elsewhere !== (text(inputs.serviceRegion) ?? region)) {
      return refused(
        "InvalidServiceName",
        `serviceName ${service} is a service of ${elsewhere}, and the VPC is in ${region}`,
      );
    }
    return inputs.vpcEndpointType === "Interface" ? refuseInterfaces(context) : refuseTables(context);
  },
};

function refuseInterfaces(context: ModelContext): Refused | undefined {
  const { inputs, world } = context;
  const vpcId = text(inputs.vpcId);
  const subnets = list(inputs.subnetIds);
  const strays = subnets.filter((subnet) => (vpcOfSubnet(world, subnet) ?? vpcId) !== vpcId);
  if (strays.length > 0) {
    return refused("InvalidSubnetId.NotFound", `subnetIds: ${strays.join(", ")} is not in ${vpcId}`);
  }
  const zones = subnets
    .map((id) => world.find(SUBNET, String(id))?.outputs.availabilityZone)
    .filter((zone) => zone !== undefined);
  const twice = zones.find((zone, index) => zones.indexOf(zone) !== index);
  if (twice !== undefined) {
    return refused(
      "DuplicateSubnetsInSameZone",
      `Found another VPC endpoint subnet in the availability zone of a subnet: two of subnetIds are in ${String(twice)}`,
    );
  }
  const group = groupElsewhere(world, list(inputs.securityGroupIds), vpcId);
  if (group) return refused("InvalidParameter", `securityGroupIds: ${group}`);
  if (inputs.privateDnsEnabled !== true) return undefined;
  const home = world.find(VPC, vpcId ?? "");
  const settings: Properties | undefined = home && { enableDnsSupport: true, ...home.outputs };
  if (home && settings && !(settings.enableDnsSupport === true && settings.enableDnsHostnames === true)) {
    return refused(
      "InvalidParameter",
      `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${naming(home)}`,
    );
  }
  const same = others(context, VPC_ENDPOINT)
    .map((one) => ({ one, held: plain(one) }))
    .find(
      ({ held }) => held.privateDnsEnabled === true && held.vpcId === vpcId && held.serviceName === inputs.serviceName,
    );
  return same
    ? refused(
        "InvalidParameter",
        `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${String(inputs.serviceName)} in ${vpcId}: ${naming(same.one)}`,
      )
    : undefined;
}

function refuseTables(context: ModelContext): Refused | undefined {
  const { inputs, world } = context;
  const tables = list(inputs.routeTableIds);
  const stray = tables.find((table) => (vpcOfTable(world, table) ?? inputs.vpcId) !== inputs.vpcId);
  if (stray !== undefined) {
    return refused("InvalidRouteTableId.NotFound", `routeTableIds: ${String(stray)} is not in ${String(inputs.vpcId)}`);
  }
  const alike = others(context, VPC_ENDPOINT).filter((one) => plain(one).serviceName === inputs.serviceName);
  const routed = alike.find((one) => list(plain(one).routeTableIds).some((table) => tables.includes(table)));
  return (
    routed &&
    refused(
      "RouteAlreadyExists",
      `a route table of routeTableIds already has a route to ${String(inputs.serviceName)}, through ${naming(routed)}`,
    )
  );
}

const flowLog: Model = {
  outputs: () => ({
    logFormat:
      "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}",
  }),
  refuse(context) {
    const { inputs } = context;
    if (inputs.logDestinationType === "cloud-watch-logs" && inputs.iamRoleArn === undefined) {
      return refused(
        "InvalidParameter",
        "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs: iamRoleArn is needed to write to CloudWatch Logs",
      );
    }
    const barred = cannotAssume(context, inputs.iamRoleArn, "vpc-flow-logs.amazonaws.com");
    if (barred) return refused("InvalidParameter", `Unable to assume given IAM role: ${barred}`);
    const keys = [
      "vpcId",
      "subnetId",
      "eniId",
      "transitGatewayId",
      "logDestination",
      "trafficType",
      "logFormat",
      "iamRoleArn",
      "maxAggregationInterval",
    ];
    const same = others(context, FLOW_LOG).find((one) => keys.every((key) => sameValue(plain(one)[key], inputs[key])));
    return (
      same &&
      refused(
        "FlowLogAlreadyExists",
        `There is an existing Flow Log with the same configuration and log destination: ${naming(same)}`,
      )
    );
  },
};

/** A security group's rule of the older kind names all of itself. */
function ruleImportId(properties: Properties): string {
  const { securityGroupId, type, protocol, fromPort, toPort, self, sourceSecurityGroupId } = properties;
  const named = protocol === "-1" ? "all" : protocol;
  const others = [self === true ? "self" : undefined, sourceSecurityGroupId].filter(Boolean);
  const blocks = ["cidrBlocks", "ipv6CidrBlocks", "prefixListIds"].flatMap((name) => list(properties[name]));
  return [securityGroupId, type, named, fromPort, toPort, ...others, ...blocks].map(String).join("_");
}

export const models: Models = {
  [VPC]: vpc,
  [SUBNET]: subnet,
  "aws:ec2/eip:Eip": eip,
  [NAT_GATEWAY]: natGateway,
  [VPC_ENDPOINT]: vpcEndpoint,
  [INTERNET_GATEWAY]: internetGateway,
  [ROUTE_TABLE]: { outputs: () => ({ routes: [], propagatingVgws: [] }) },
  "aws:ec2/route:Route": route,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": routeTableAssociation,
  [SECURITY_GROUP]: securityGroup,
  "aws:ec2/securityGroupRule:SecurityGroupRule": {
    importId: ruleImportId,
    outputs: ({ identifiers }) => ({ securityGroupRuleId: `sgr-${identifiers.hex(17, "rule")}` }),
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    ...adopted("defaultSecurityGroupId"),
    outputs: () => ({ name: "default", description: "default VPC security group", ingress: [], egress: [] }),
  },
  "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": {
    outputs: ({ world, inputs }) => ({
      vpcId: world.findBy("aws:ec2/vpc:Vpc", "defaultNetworkAclId", inputs.defaultNetworkAclId)?.id,
    }),
  },
  "aws:ec2/defaultRouteTable:DefaultRouteTable": {
    outputs: ({ world, inputs }) => ({
      vpcId: world.findBy("aws:ec2/vpc:Vpc", "defaultRouteTableId", inputs.defaultRouteTableId)?.id,
      routes: [],
    }),
  },
  [FLOW_LOG]: flowLog,
};
