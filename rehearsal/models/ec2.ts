import { Identifiers, zoneIdOf, zonesOf } from "../aws";
import { contains, overlaps } from "../subnet-layout";
import { list, type Properties, reveal, text } from "../values";
import type { WorldResource } from "../world";
import type { Model, ModelContext, Models } from "./model";

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
    if (inputs.cidrBlock === undefined && inputs.ipv4IpamPoolId === undefined) return "cidrBlock must be given";
    return undefined;
  },
};

function subnetsOf({ world }: ModelContext, vpcId: unknown): WorldResource[] {
  return world.ofType("aws:ec2/subnet:Subnet").filter(({ inputs }) => inputs.vpcId === vpcId);
}

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
      return `there is no availability zone ${zone} in ${region}; there are ${zonesOf(region).join(", ")}`;
    }
    const block = text(inputs.cidrBlock);
    const home = world.find("aws:ec2/vpc:Vpc", String(inputs.vpcId));
    if (!block || !home) return undefined;
    const range = text(home.outputs.cidrBlock);
    if (range && !contains(range, block)) return `cidrBlock ${block} lies outside the VPC's ${range}`;
    const other = subnetsOf(context, inputs.vpcId).find(
      (one) => one.urn !== context.urn && overlaps(String(one.inputs.cidrBlock), block),
    );
    return other && `cidrBlock ${block} overlaps ${String(other.inputs.cidrBlock)} of "${other.name}"`;
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
      publicIp:
        text(address?.outputs.publicIp) ?? (inputs.connectivityType === "private" ? "" : publicAddress(identifiers)),
      privateIp: `10.0.0.${4 + (parseInt(identifiers.hex(2, "private"), 16) % 250)}`,
    };
  },
  refuse({ inputs, world, urn }) {
    if (inputs.connectivityType === "private" || inputs.availabilityMode === "regional") return undefined;
    if (!inputs.allocationId) return "a public NAT gateway needs allocationId";
    const user = world
      .ofType("aws:ec2/natGateway:NatGateway")
      .find((one) => one.inputs.allocationId === inputs.allocationId && one.urn !== urn);
    return user && `allocationId ${String(inputs.allocationId)} is in use by "${user.name}"`;
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
    const { inputs, urn, type, world } = context;
    const wanted = ruleKey(inputs);
    const twin = world
      .ofType(type)
      .find((one) => one.urn !== urn && ruleKey(reveal(one.inputs) as Properties) === wanted);
    if (twin) return `the group has this rule already: "${twin.name}"`;
    const [from, to] = [inputs.fromPort, inputs.toPort];
    const ports = inputs.ipProtocol === "tcp" || inputs.ipProtocol === "udp";
    if (ports && (from === undefined || to === undefined)) return "fromPort and toPort are needed with this ipProtocol";
    if (ports && Number(from) > Number(to)) return `fromPort ${String(from)} is above toPort ${String(to)}`;
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
  refuse({ inputs, region }) {
    const service = text(inputs.serviceName);
    const elsewhere = service && /^com\.amazonaws\.([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(service)?.[1];
    if (elsewhere && elsewhere !== (text(inputs.serviceRegion) ?? region)) {
      return `serviceName ${service} is a service of ${elsewhere}, and the VPC is in ${region}`;
    }
    return undefined;
  },
};

export const models: Models = {
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/subnet:Subnet": subnet,
  "aws:ec2/eip:Eip": eip,
  "aws:ec2/natGateway:NatGateway": natGateway,
  "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
  "aws:ec2/internetGateway:InternetGateway": { outputs: () => ({ vpcId: "" }) },
  "aws:ec2/routeTable:RouteTable": { outputs: () => ({ routes: [], propagatingVgws: [] }) },
  "aws:ec2/route:Route": {
    outputs: () => ({ origin: "CreateRoute", state: "active", instanceId: "", instanceOwnerId: "" }),
  },
  "aws:ec2/securityGroup:SecurityGroup": { outputs: () => ({ ingress: [], egress: [] }) },
  "aws:ec2/securityGroupRule:SecurityGroupRule": {
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
  "aws:ec2/flowLog:FlowLog": {
    outputs: () => ({
      logFormat:
        "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}",
    }),
    refuse: ({ inputs }) =>
      inputs.logDestinationType === "cloud-watch-logs" && inputs.iamRoleArn === undefined
        ? "iamRoleArn is needed to write to CloudWatch Logs"
        : undefined,
  },
};
