import type { ResourceData } from "../../../policies/resource";
import { albHttpsOnly } from "../../../policies/rules/alb-https-only";
import { albTlsPolicy } from "../../../policies/rules/alb-tls-policy";
import { eipUnused } from "../../../policies/rules/eip-unused";
import { flowLogComplete } from "../../../policies/rules/flow-log-complete";
import { networkTierPath } from "../../../policies/rules/network-tier-path";
import { noDefaultVpc } from "../../../policies/rules/no-default-vpc";
import { sgDescription } from "../../../policies/rules/sg-description";
import { sgNoRuleConflicts } from "../../../policies/rules/sg-no-rule-conflicts";
import { sgRestrictedEgress } from "../../../policies/rules/sg-restricted-egress";
import { sgUnused } from "../../../policies/rules/sg-unused";
import { subnetNoAutoPublicIp } from "../../../policies/rules/subnet-no-auto-public-ip";
import { vpcDefaultSgClosed } from "../../../policies/rules/vpc-default-sg-closed";
import { vpcEndpointPolicyScoped } from "../../../policies/rules/vpc-endpoint-policy-scoped";
import { vpcRequiredEndpoints } from "../../../policies/rules/vpc-required-endpoints";
import { document, fixture } from "../fixture";
import { describeRule, resource, unknown } from "../support";

const egress = fixture("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", {
  cidrIpv4: "0.0.0.0/0",
  ipProtocol: "tcp",
  fromPort: 443,
  toPort: 443,
  description: "HTTPS",
});
describeRule(sgRestrictedEgress, {
  passes: {
    "one port to the world": egress(),
    "every port to a peer": egress({ cidrIpv4: undefined, referencedSecurityGroupId: "sg-1", ipProtocol: "-1" }),
    "a rule that lets in": fixture("aws:ec2/securityGroupRule:SecurityGroupRule")({
      type: "ingress",
      protocol: "-1",
      cidrBlocks: ["0.0.0.0/0"],
    }),
  },
  fails: {
    "every protocol to the world": [egress({ ipProtocol: "-1" }), /every port out to 0\.0\.0\.0\/0/],
    "every port to the world": [egress({ fromPort: 0, toPort: 65535 }), /every port out/],
    "the same inline": [
      fixture("aws:ec2/securityGroup:SecurityGroup")({
        egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
      }),
      /^egress\[0\] lets/,
    ],
  },
  waits: { "a range that is not known yet": egress({ cidrIpv4: unknown }) },
});

describeRule(sgDescription, {
  passes: { "a rule that says what it is for": egress() },
  fails: {
    "a rule that does not": [egress({ description: undefined }), /description is not set/],
    "what Pulumi says of a group": [
      fixture("aws:ec2/securityGroup:SecurityGroup")({ description: "Managed by Pulumi" }),
      /description/,
    ],
  },
  waits: { "a description that is not known yet": egress({ description: unknown }) },
});

const mixed = (direction: "ingress" | "egress", given = true, type?: string) => {
  const group = resource("aws:ec2/securityGroup:SecurityGroup", "group", { [direction]: [{ protocol: "tcp" }] });
  group.given = given ? ["vpcId", direction] : ["vpcId"];
  const rule = resource(
    type ?? "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "rule",
    { securityGroupId: unknown, ...(type?.includes("ec2") && { type: direction }) },
    { links: { securityGroupId: group } },
  );
  return [group, rule];
};
describeRule(sgNoRuleConflicts, {
  passes: {
    "what AWS reports of separate rules": mixed("ingress", false),
    "inline rules alone": mixed("ingress").slice(0, 1),
    "inline ways out beside separate ways in": mixed("egress"),
  },
  fails: {
    "ways in both ways": [mixed("ingress"), /ingress is given inline, and "rule" adds/],
    "the same with rules of the older kind": [
      mixed("egress", true, "aws:ec2/securityGroupRule:SecurityGroupRule"),
      /egress is given inline/,
    ],
  },
  waits: {
    "rules that are not known yet": [
      resource(
        "aws:ec2/securityGroup:SecurityGroup",
        "g",
        { ingress: unknown },
        { propertyDependencies: { ingress: [] } },
      ),
    ],
  },
});

const group = (name: string, properties: object = {}) =>
  resource("aws:ec2/securityGroup:SecurityGroup", name, { id: `sg-${name}`, ...properties });
const letsIn = (to: ResourceData, rule: Record<string, unknown>, from?: ResourceData, name = "rule") =>
  resource(
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    `${to.name}-${name}`,
    { securityGroupId: unknown, ipProtocol: "tcp", fromPort: 5432, toPort: 5432, ...rule },
    { links: { securityGroupId: to, ...(from && { referencedSecurityGroupId: from }) } },
  );
const app = group("app");
const data = group("data");
const store = resource(
  "aws:rds/instance:Instance",
  "db",
  { vpcSecurityGroupIds: [unknown] },
  { links: { vpcSecurityGroupIds: data } },
);
const tiers = (...rules: ResourceData[]) => [app, data, store, ...rules];
describeRule(networkTierPath, {
  passes: {
    "a database that lets the application in": tiers(letsIn(data, { referencedSecurityGroupId: unknown }, app)),
    "an application that lets its load balancer in": tiers(
      letsIn(data, { referencedSecurityGroupId: unknown }, app),
      letsIn(app, { referencedSecurityGroupId: unknown }, group("balancer")),
    ),
    "inline rules that name groups": [
      app,
      group("data", { ingress: [{ protocol: "tcp", fromPort: 5432, toPort: 5432, securityGroups: ["sg-app"] }] }),
      store,
    ],
    "a group of another program": fixture("aws:rds/instance:Instance")({ vpcSecurityGroupIds: ["sg-elsewhere"] }),
  },
  fails: {
    "a database that lets addresses in": [tiers(letsIn(data, { cidrIpv4: "10.0.0.0/8" })), /"data" lets in addresses/],
    "a database that lets a list of addresses in": [
      tiers(letsIn(data, { prefixListId: "pl-1" })),
      /"data" lets in a list of addresses/,
    ],
    "an application that the world reaches": [
      tiers(
        letsIn(data, { referencedSecurityGroupId: unknown }, app),
        letsIn(app, { cidrIpv4: "0.0.0.0/0", fromPort: 8080, toPort: 8080 }),
      ),
      /"data" lets in "app", which the world reaches directly/,
    ],
    "the same inline": [
      [
        group("app", { ingress: [{ protocol: "tcp", fromPort: 80, toPort: 80, cidrBlocks: ["0.0.0.0/0"] }] }),
        group("data", { ingress: [{ protocol: "tcp", fromPort: 5432, toPort: 5432, securityGroups: ["sg-app"] }] }),
        store,
      ],
      /which the world reaches directly/,
    ],
    "a cache in the VPC's default group": [
      fixture("aws:elasticache/replicationGroup:ReplicationGroup")(),
      /securityGroupIds is not set/,
    ],
  },
  waits: {
    "groups of which nobody knows what they are": fixture("aws:rds/instance:Instance")({
      vpcSecurityGroupIds: unknown,
    }),
  },
});

const vpc = resource("aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.0.0.0/16" });
const defaultGroup = (properties: object = {}) =>
  resource(
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "default",
    { vpcId: unknown, ingress: [], egress: [], ...properties },
    { links: { vpcId: vpc } },
  );
describeRule(vpcDefaultSgClosed, {
  passes: { "a default group that is empty": [vpc, defaultGroup()] },
  fails: {
    "a VPC whose default group nobody emptied": [[vpc], /No DefaultSecurityGroup/],
    "a default group that lets in": [[vpc, defaultGroup({ ingress: [{ self: true }] })], /ingress is not empty/],
    "a default group that lets out": [[vpc, defaultGroup({ egress: [{ protocol: "-1" }] })], /egress is not empty/],
  },
  waits: {
    "a default group of which nobody knows the VPC": [
      vpc,
      resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "x", { vpcId: unknown }),
    ],
  },
});

describeRule(noDefaultVpc, {
  passes: { "a VPC of one's own": [vpc] },
  fails: {
    "the default VPC": [fixture("aws:ec2/defaultVpc:DefaultVpc")(), /DefaultVpc/],
    "a default subnet": [fixture("aws:ec2/defaultSubnet:DefaultSubnet")(), /DefaultSubnet/],
  },
  waits: {},
});

const flowLog = fixture("aws:ec2/flowLog:FlowLog", { vpcId: unknown, trafficType: "ALL" });
describeRule(flowLogComplete, {
  passes: {
    everything: flowLog(),
    "a transit gateway": flowLog({ trafficType: undefined, transitGatewayId: "tgw-1" }),
  },
  fails: {
    "what was refused": [flowLog({ trafficType: "REJECT" }), /"REJECT"/],
    "what was let in": [flowLog({ trafficType: "ACCEPT" }), /"ACCEPT"/],
    "nothing said": [flowLog({ trafficType: undefined }), /not set/],
  },
  waits: { "a type that is not known yet": flowLog({ trafficType: unknown }) },
});

const endpoint = fixture("aws:ec2/vpcEndpoint:VpcEndpoint", { vpcEndpointType: "Gateway" });
const through = (statement: object) =>
  document({ Effect: "Allow", Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::*", ...statement });
describeRule(vpcEndpointPolicyScoped, {
  passes: {
    "one's own account": endpoint({
      policy: through({ Condition: { StringEquals: { "aws:PrincipalAccount": "123456789012" } } }),
    }),
    "named buckets": endpoint({ policy: through({ Resource: "arn:aws:s3:::data/*" }) }),
    "an interface, whose service asks for permission": endpoint({ vpcEndpointType: "Interface" }),
  },
  fails: {
    "a gateway to any bucket": [endpoint(), /policy is not set/],
    "a policy that lets everything through": [endpoint({ policy: through({}) }), /lets everything through/],
    "the same for every service": [endpoint({ policy: through({ Action: "*", Resource: "*" }) }), /everything through/],
    "a text that is no document": [endpoint({ policy: "{" }), /not a JSON document/],
  },
  waits: { "a policy that is not known yet": endpoint({ policy: unknown }) },
});

const inVpc = (serviceName: unknown) =>
  resource("aws:ec2/vpcEndpoint:VpcEndpoint", "e", { vpcId: unknown, serviceName }, { links: { vpcId: vpc } });
describeRule(vpcRequiredEndpoints, {
  passes: { "a way to S3": [vpc, inVpc("com.amazonaws.eu-north-1.s3")] },
  fails: {
    "no way to S3": [[vpc], /No VpcEndpoint exists for s3/],
    "no way to a service that the parameter names": [
      { resources: [vpc, inVpc("com.amazonaws.eu-north-1.s3")], parameters: { services: ["bedrock-runtime"] } },
      /bedrock-runtime/,
    ],
  },
  waits: { "a service that is not known yet": [vpc, inVpc(unknown)] },
});

const address = resource(
  "aws:ec2/eip:Eip",
  "address",
  { allocationId: unknown },
  { propertyDependencies: { tags: [] } },
);
describeRule(eipUnused, {
  passes: {
    "the address of a gateway": [
      address,
      resource("aws:ec2/natGateway:NatGateway", "nat", { allocationId: unknown }, { links: { allocationId: address } }),
    ],
    "the address of an instance": [
      resource("aws:ec2/eip:Eip", "a", { instance: "i-1" }, { propertyDependencies: { instance: [] } }),
    ],
  },
  fails: { "an address of nobody": [[address], /No NAT gateway/] },
  waits: {
    "a gateway of which nobody knows the address": [
      address,
      resource("aws:ec2/natGateway:NatGateway", "nat", { allocationId: unknown }),
    ],
  },
});

const redirect = { type: "redirect", redirect: { protocol: "HTTPS", statusCode: "HTTP_301" } };
const listener = fixture("aws:lb/listener:Listener", {
  protocol: "HTTPS",
  sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
  defaultActions: [{ type: "forward" }],
});
describeRule(albHttpsOnly, {
  passes: {
    "a listener with TLS": listener(),
    "a listener that sends to TLS": listener({ protocol: "HTTP", defaultActions: [redirect] }),
    "a network load balancer": listener({ protocol: "TCP" }),
  },
  fails: {
    "a listener in the clear": [listener({ protocol: "HTTP" }), /protocol is HTTP/],
    "a listener that sends to plain HTTP": [
      listener({ protocol: "HTTP", defaultActions: [{ type: "redirect", redirect: { protocol: "HTTP" } }] }),
      /protocol is HTTP/,
    ],
    "the same under the older name": [
      fixture("aws:alb/listener:Listener")({ protocol: "HTTP", defaultActions: [{ type: "forward" }] }),
      /protocol is HTTP/,
    ],
  },
  waits: { "a protocol that is not known yet": listener({ protocol: unknown }) },
});
describeRule(albTlsPolicy, {
  passes: {
    "TLS 1.2 and 1.3": listener(),
    "TLS 1.3 alone": listener({ sslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06" }),
    "a listener without TLS": listener({ protocol: "HTTP", sslPolicy: undefined }),
  },
  fails: {
    "AWS's oldest": [listener({ sslPolicy: "ELBSecurityPolicy-2016-08" }), /2016-08/],
    "TLS 1.0 beside 1.3": [listener({ sslPolicy: "ELBSecurityPolicy-TLS13-1-0-2021-06" }), /TLS13-1-0/],
    "what AWS takes by default": [listener({ sslPolicy: undefined }), /sslPolicy is not set/],
  },
  waits: { "a policy that is not known yet": listener({ sslPolicy: unknown }) },
});

const [used] = fixture("aws:ec2/securityGroup:SecurityGroup")({ id: "sg-1", name: "application" });
const beside = (type: string, properties: object, links: Record<string, ResourceData> = {}): ResourceData[] => [
  used!,
  resource(type, "other", { ...properties }, { links }),
];
const ofGroup = { securityGroupId: "sg-1", description: "HTTPS" };
describeRule(sgUnused, {
  passes: {
    "a group that a database has": beside("aws:rds/instance:Instance", { vpcSecurityGroupIds: ["sg-1"] }),
    "a group whose id is not known yet": beside(
      "aws:rds/instance:Instance",
      { vpcSecurityGroupIds: [unknown] },
      { vpcSecurityGroupIds: used! },
    ),
    "a group that Beanstalk is given": beside("aws:elasticbeanstalk/environment:Environment", {
      settings: [{ namespace: "aws:elbv2:loadbalancer", name: "SecurityGroups", value: "sg-0,sg-1" }],
    }),
    "a group that another group lets in": beside("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
      ...ofGroup,
      securityGroupId: "sg-2",
      referencedSecurityGroupId: "sg-1",
    }),
    "a group that another group lets in inline": [
      used!,
      ...fixture("aws:ec2/securityGroup:SecurityGroup")({ id: "sg-2", ingress: [{ securityGroups: ["sg-1"] }] }).map(
        (one) => ({ ...one, name: "y", urn: `${one.urn}-2` }),
      ),
      resource("aws:rds/instance:Instance", "db", { vpcSecurityGroupIds: ["sg-2"] }),
    ],
    "a group for other programs": beside("pulumi:pulumi:Stack", { groups: { application: "sg-1" } }),
  },
  fails: {
    "a group that nothing has": [[used!], /Nothing in the stack uses the group/],
    "a group that only its own rules name": [
      beside("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", ofGroup, { securityGroupId: used! }),
      /Nothing in the stack uses/,
    ],
    "a group that only a component shows": [beside("sample:index:Network", { groups: ["sg-1"] }), /Nothing/],
  },
  waits: {
    "a group whose id is not known, without a dependency on it": fixture("aws:ec2/securityGroup:SecurityGroup")({
      id: unknown,
    }),
  },
});

const subnetType = "aws:ec2/subnet:Subnet";
const subnet = (properties: object = {}) => resource(subnetType, "subnet", { id: "subnet-1", ...properties });
const behindGateway = (properties: object) => [
  subnet(properties),
  resource("aws:ec2/routeTable:RouteTable", "table", { id: "rtb-1", routes: [{ gatewayId: "igw-1" }] }),
  resource("aws:ec2/routeTableAssociation:RouteTableAssociation", "association", {
    subnetId: "subnet-1",
    routeTableId: "rtb-1",
  }),
];
describeRule(subnetNoAutoPublicIp, {
  passes: {
    "a subnet that hands out none": [subnet({ mapPublicIpOnLaunch: false })],
    "a subnet that says nothing": [subnet()],
    "a public subnet": behindGateway({ mapPublicIpOnLaunch: true }),
  },
  fails: {
    "a private subnet that hands out public addresses": [
      [subnet({ mapPublicIpOnLaunch: true })],
      /mapPublicIpOnLaunch is true/,
    ],
    "a public subnet where none may": [
      { resources: behindGateway({ mapPublicIpOnLaunch: true }), parameters: { allowPublicTier: false } },
      /mapPublicIpOnLaunch/,
    ],
  },
  waits: { "a flag that is not known yet": [subnet({ mapPublicIpOnLaunch: unknown })] },
});
