import type { Properties } from "../../rehearsal/values";
import { Account, ACCOUNT } from "./account";
import { allow, bucket, network, role, securityGroup, trust } from "./fixtures";

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const GATEWAY = "aws:ec2/internetGateway:InternetGateway";
const NAT = "aws:ec2/natGateway:NatGateway";
const ADDRESS = "aws:ec2/eip:Eip";
const TABLE = "aws:ec2/routeTable:RouteTable";
const ROUTE = "aws:ec2/route:Route";
const ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const FLOW_LOG = "aws:ec2/flowLog:FlowLog";
const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const LISTENER = "aws:lb/listener:Listener";
const TARGETS = "aws:lb/targetGroup:TargetGroup";

describe("simulated networks", () => {
  it("need a block, and subnets within it that do not overlap", () => {
    const account = new Account();
    account.refuses(VPC, { tags: {} }, /MissingParameter: cidrBlock must be given$/);
    const { vpcId } = network(account, ["eu-north-1a"]);
    const subnet = (cidrBlock: string, availabilityZone = "eu-north-1a") => ({ vpcId, cidrBlock, availabilityZone });
    account.refuses(
      SUBNET,
      subnet("10.0.7.0/24", "eu-north-1z"),
      /there is no availability zone eu-north-1z in eu-north-1/,
    );
    account.refuses(SUBNET, subnet("10.1.0.0/24"), /InvalidSubnet\.Range: cidrBlock 10\.1\.0\.0\/24 lies outside/);
    account.refuses(
      SUBNET,
      subnet("10.0.0.128/25"),
      /InvalidSubnet\.Conflict: .* overlaps 10\.0\.0\.0\/24 of "net-0"$/,
    );
    account.create(SUBNET, "beside", subnet("10.0.7.0/24", "eu-north-1b"));
  });

  it("stay while something is in them", () => {
    const account = new Account();
    const { vpcId, subnetIds } = network(account, ["eu-north-1a"]);
    account.keeps(
      VPC,
      "net",
      vpcId,
      /DependencyViolation: The vpc '.*' has dependencies and cannot be deleted: "net-0"/,
    );
    const gateway = account.create(GATEWAY, "out", { vpcId });
    const address = account.create(ADDRESS, "out", { domain: "vpc" });
    const nat = account.create(NAT, "out", { subnetId: subnetIds[0], allocationId: address.id });
    account.keeps(SUBNET, "net-0", subnetIds[0]!, /DependencyViolation: The subnet .*: "out" \(nat-.*\) is in it$/);
    account.keeps(GATEWAY, "out", gateway.id, /DependencyViolation: .* mapped public address\(es\).*: "out"/);
    account.keeps(ADDRESS, "out", address.id, /AuthFailure: address .* is in use by NAT gateway "out"/);
    account.delete(NAT, "out", nat.id);
    account.delete(ADDRESS, "out", address.id);
    account.delete(GATEWAY, "out", gateway.id);
    account.delete(SUBNET, "net-0", subnetIds[0]!);
    account.delete(VPC, "net", vpcId);
  });

  it("have one internet gateway, and an address for one NAT gateway", () => {
    const account = new Account();
    const { vpcId, subnetIds } = network(account);
    account.create(GATEWAY, "out", { vpcId });
    account.refuses(
      GATEWAY,
      { vpcId },
      /InvalidParameterValue: Network .* already has an internet gateway attached: "out"/,
    );
    account.refuses(NAT, { subnetId: subnetIds[0] }, /a public NAT gateway needs allocationId$/);
    const allocationId = account.create(ADDRESS, "out", { domain: "vpc" }).id;
    account.create(NAT, "out", { subnetId: subnetIds[0], allocationId });
    account.refuses(
      NAT,
      { subnetId: subnetIds[1], allocationId },
      /Resource\.AlreadyAssociated: .* is in use by "out"$/,
    );
    account.create(NAT, "inner", { subnetId: subnetIds[1], connectivityType: "private" });
  });

  it("route within themselves", () => {
    const account = new Account();
    const here = network(account);
    const there = network(account, ["eu-north-1a"], "there");
    const table = account.create(TABLE, "table", { vpcId: here.vpcId }).id;
    const gateway = account.create(GATEWAY, "there", { vpcId: there.vpcId }).id;
    const address = account.create(ADDRESS, "there", { domain: "vpc" }).id;
    const nat = account.create(NAT, "there", { subnetId: there.subnetIds[0], allocationId: address }).id;
    const out = { routeTableId: table, destinationCidrBlock: "0.0.0.0/0" };
    account.refuses(
      ROUTE,
      { ...out, gatewayId: gateway },
      /route table .* and gateway "there" .* belong to different networks/,
    );
    account.refuses(ROUTE, { ...out, natGatewayId: nat }, /belong to different networks, vpc-.* and vpc-/);
    account.refuses(
      ASSOCIATION,
      { routeTableId: table, subnetId: there.subnetIds[0] },
      /route table .* and subnet .* belong to different networks/,
    );
    account.create(ASSOCIATION, "own", { routeTableId: table, subnetId: here.subnetIds[0] });
  });

  it("let a table go that subnets use, as the provider takes them off", () => {
    const account = new Account();
    const { vpcId, subnetIds } = network(account);
    const table = account.create(TABLE, "table", { vpcId }).id;
    account.create(ASSOCIATION, "own", { routeTableId: table, subnetId: subnetIds[0] });
    account.delete(TABLE, "table", table);
  });
});

describe("simulated security groups", () => {
  const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };

  it("take a rule once, with ports in order, and from their own VPC", () => {
    const account = new Account();
    const here = network(account);
    const group = securityGroup(account, here.vpcId, "web");
    const rule = { securityGroupId: group, cidrIpv4: "10.0.0.0/16", ...https };
    account.create(INGRESS, "https", rule);
    account.refuses(INGRESS, rule, /InvalidPermission\.Duplicate: .*: "https"$/);
    account.refuses(INGRESS, { ...rule, toPort: undefined }, /fromPort and toPort are needed with this ipProtocol$/);
    account.refuses(INGRESS, { ...rule, fromPort: 444 }, /fromPort 444 is above toPort 443$/);
    const stranger = securityGroup(account, network(account, [], "there").vpcId, "stranger");
    account.refuses(
      INGRESS,
      { securityGroupId: group, referencedSecurityGroupId: stranger, ...https },
      /InvalidGroup\.NotFound: .* different networks: security group "stranger" \(sg-.*\) is in vpc-.*, not in vpc-/,
    );
    account.create(INGRESS, "own", { securityGroupId: group, referencedSecurityGroupId: group, ...https });
    account.delete(GROUP, "web", group);
  });

  it("stay while a resource is in them or another group's rule names them", () => {
    const account = new Account();
    const { vpcId, subnetIds } = network(account);
    const [inner, outer] = [securityGroup(account, vpcId, "inner"), securityGroup(account, vpcId, "outer")];
    const named = /DependencyViolation: resource sg-.* has a dependent object: "from-inner" .* names it$/;
    const rule = account.create(INGRESS, "from-inner", {
      securityGroupId: outer,
      referencedSecurityGroupId: inner,
      ...https,
    });
    account.keeps(GROUP, "inner", inner, named);
    account.delete(INGRESS, "from-inner", rule.id);
    const old = { securityGroupId: outer, sourceSecurityGroupId: inner, type: "ingress", protocol: "tcp" };
    const oldRule = account.create("aws:ec2/securityGroupRule:SecurityGroupRule", "from-inner", {
      ...old,
      fromPort: 1,
      toPort: 2,
    });
    account.keeps(GROUP, "inner", inner, named);
    account.delete("aws:ec2/securityGroupRule:SecurityGroupRule", "from-inner", oldRule.id);
    const inline = account.create(GROUP, "from-inner", {
      vpcId,
      name: "inline",
      ingress: [{ protocol: "tcp", fromPort: 1, toPort: 2, securityGroups: [inner] }],
    });
    account.keeps(GROUP, "inner", inner, named);
    account.delete(GROUP, "from-inner", inline.id);
    const balancer = account.create(BALANCER, "lb", { name: "lb", subnets: subnetIds, securityGroups: [inner] });
    account.keeps(GROUP, "inner", inner, /has a dependent object: "lb" .* is in it$/);
    account.delete(BALANCER, "lb", balancer.id);
    account.delete(GROUP, "inner", inner);
  });
});

describe("simulated endpoints of a VPC", () => {
  const service = "com.amazonaws.eu-north-1.sts";
  const endpoint = (vpcId: string, more: Properties) => ({
    vpcId,
    serviceName: service,
    vpcEndpointType: "Interface",
    ...more,
  });

  it("serve their own region and VPC, with one subnet in a zone", () => {
    const account = new Account();
    const here = network(account, ["eu-north-1a", "eu-north-1a"]);
    const there = network(account, ["eu-north-1b"], "there");
    account.refuses(
      ENDPOINT,
      endpoint(here.vpcId, { serviceName: "com.amazonaws.us-east-1.sts" }),
      /InvalidServiceName: .* is a service of us-east-1, and the VPC is in eu-north-1$/,
    );
    account.refuses(ENDPOINT, endpoint(here.vpcId, { subnetIds: there.subnetIds }), /InvalidSubnetId\.NotFound/);
    account.refuses(
      ENDPOINT,
      endpoint(here.vpcId, { subnetIds: here.subnetIds }),
      /DuplicateSubnetsInSameZone: .* two of subnetIds are in eu-north-1a$/,
    );
    const stranger = securityGroup(account, there.vpcId, "stranger");
    account.refuses(
      ENDPOINT,
      endpoint(here.vpcId, { subnetIds: [here.subnetIds[0]], securityGroupIds: [stranger] }),
      /InvalidParameter: securityGroupIds: security group "stranger"/,
    );
    account.create(ENDPOINT, "sts", endpoint(here.vpcId, { subnetIds: [here.subnetIds[0]] }));
    account.keeps(SUBNET, "net-0", here.subnetIds[0]!, /"sts" .* is in it$/);
  });

  it("give a service a private name once, in a VPC that answers for names", () => {
    const account = new Account();
    const { vpcId } = network(account);
    const named = { privateDnsEnabled: true };
    account.refuses(ENDPOINT, endpoint(vpcId, named), /Enabling private DNS requires both enableDnsSupport and/);
    const settings = { cidrBlock: "10.0.0.0/16", enableDnsHostnames: true, enableDnsSupport: true };
    account.update(VPC, "net", vpcId, settings);
    account.create(ENDPOINT, "sts", endpoint(vpcId, named));
    account.refuses(ENDPOINT, endpoint(vpcId, named), /already a conflicting DNS domain for .*\.sts in vpc-.*: "sts"/);
    account.create(ENDPOINT, "unnamed", endpoint(vpcId, {}));
  });

  it("route to a service once in a table of their VPC", () => {
    const account = new Account();
    const here = network(account);
    const there = network(account, [], "there");
    const table = account.create(TABLE, "here", { vpcId: here.vpcId }).id;
    const stray = account.create(TABLE, "there", { vpcId: there.vpcId }).id;
    const gateway = (routeTableIds: string[]) => ({
      vpcId: here.vpcId,
      serviceName: "com.amazonaws.eu-north-1.s3",
      vpcEndpointType: "Gateway",
      routeTableIds,
    });
    account.refuses(ENDPOINT, gateway([stray]), /InvalidRouteTableId\.NotFound: routeTableIds: rtb-.* is not in vpc-/);
    account.create(ENDPOINT, "s3", gateway([table]));
    account.refuses(ENDPOINT, gateway([table]), /RouteAlreadyExists: .*\.s3, through "s3"/);
  });
});

describe("simulated flow logs", () => {
  it("need a role that they may assume, and are kept once", () => {
    const account = new Account();
    const { vpcId } = network(account);
    const log = {
      vpcId,
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
      logDestination: `arn:aws:logs:eu-north-1:${ACCOUNT}:log-group:flow`,
    };
    account.refuses(FLOW_LOG, log, /iamRoleArn is needed to write to CloudWatch Logs$/);
    const wrong = role(account, "wrong", "ec2.amazonaws.com");
    account.refuses(
      FLOW_LOG,
      { ...log, iamRoleArn: wrong },
      /InvalidParameter: Unable to assume given IAM role: the trust policy of role "wrong" lets in ec2\.amazonaws\.com/,
    );
    const iamRoleArn = role(account, "flow", "vpc-flow-logs.amazonaws.com", {
      StringEquals: { "aws:SourceAccount": ACCOUNT },
    });
    account.create(FLOW_LOG, "flow", { ...log, iamRoleArn });
    account.refuses(FLOW_LOG, { ...log, iamRoleArn }, /FlowLogAlreadyExists: .*: "flow"/);
    account.create(FLOW_LOG, "rejected", { ...log, iamRoleArn, trafficType: "REJECT" });
  });

  it("are not assumed for by a role that names another account, and take a foreign role on trust", () => {
    const account = new Account();
    const { vpcId } = network(account);
    const log = {
      vpcId,
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
      logDestination: `arn:aws:logs:eu-north-1:${ACCOUNT}:log-group:flow`,
    };
    const other = role(account, "other", "vpc-flow-logs.amazonaws.com", {
      StringEquals: { "aws:SourceAccount": "999999999999" },
    });
    account.refuses(
      FLOW_LOG,
      { ...log, iamRoleArn: other },
      /role "other" lets .* in under conditions that do not hold$/,
    );
    account.create(FLOW_LOG, "foreign", { ...log, iamRoleArn: `arn:aws:iam::${ACCOUNT}:role/made-by-hand` });
    account.create("aws:iam/role:Role", "denied", {
      name: "denied",
      assumeRolePolicy: JSON.stringify({
        Statement: [
          ...(JSON.parse(trust("vpc-flow-logs.amazonaws.com")) as { Statement: object[] }).Statement,
          { Effect: "Deny", Principal: "*", Action: "sts:*" },
        ],
      }),
    });
    account.refuses(
      FLOW_LOG,
      { ...log, iamRoleArn: `arn:aws:iam::${ACCOUNT}:role/denied` },
      /Unable to assume given IAM role/,
    );
  });
});

describe("simulated load balancers", () => {
  it("lie in two zones of one VPC, one subnet in each, with groups of that VPC", () => {
    const account = new Account();
    const { vpcId, subnetIds } = network(account, ["eu-north-1a", "eu-north-1b", "eu-north-1b"]);
    const there = network(account, ["eu-north-1c"], "there");
    const [a, b, c] = subnetIds;
    account.refuses(
      BALANCER,
      { name: "lb", subnets: [a, there.subnetIds[0]] },
      /InvalidSubnet: .* must all be in one VPC/,
    );
    account.refuses(
      BALANCER,
      { name: "lb", subnets: [a] },
      /ValidationError: At least two subnets .* they cover eu-north-1a$/,
    );
    account.refuses(
      BALANCER,
      { name: "lb", subnetMappings: [a, b, c].map((subnetId) => ({ subnetId })) },
      /cannot be attached to multiple subnets in the same Availability Zone: two are in eu-north-1b$/,
    );
    const stranger = securityGroup(account, there.vpcId, "stranger");
    account.refuses(
      BALANCER,
      { name: "lb", subnets: [a, b], securityGroups: [stranger] },
      /One or more security groups are invalid: security group "stranger"/,
    );
    account.create(BALANCER, "lb", {
      name: "lb",
      subnets: [a, b],
      securityGroups: [securityGroup(account, vpcId, "own")],
    });
    account.create(BALANCER, "nlb", { name: "nlb", loadBalancerType: "network", subnets: [a] });
  });

  it("log only to a bucket that lets them, in their region, without a key", () => {
    const account = new Account();
    const { subnetIds } = network(account);
    const logging = (name: string, prefix?: string) => ({
      name: "lb",
      subnets: subnetIds,
      accessLogs: { bucket: name, prefix, enabled: true },
    });
    bucket(account, "closed");
    account.refuses(
      BALANCER,
      logging("closed", "lb"),
      /Access Denied for bucket: closed\. .*: the policy of bucket "closed" must let .* put objects under lb\/AWSLogs\/111122223333$/,
    );
    account.create("aws:s3/bucket:Bucket", "far", { bucket: "far", region: "us-east-1" });
    account.refuses(BALANCER, logging("far"), /bucket "far" is in us-east-1, and the load balancer in eu-north-1$/);
    const writer = "logdelivery.elasticloadbalancing.amazonaws.com";
    bucket(account, "keyed", allow(writer, "s3:PutObject", "arn:aws:s3:::keyed/*"));
    account.create("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "keyed", {
      bucket: "keyed",
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }],
    });
    account.refuses(
      BALANCER,
      logging("keyed"),
      /bucket "keyed" encrypts with aws:kms, and load balancers write with AES256/,
    );
    bucket(account, "open", allow(writer, "s3:PutObject", "arn:aws:s3:::open/lb/AWSLogs/111122223333/*"));
    account.refuses(BALANCER, logging("open", "other"), /put objects under other\/AWSLogs/);
    account.create(BALANCER, "lb", logging("open", "lb"));
    const older = { Effect: "Allow", Principal: { AWS: "arn:aws:iam::897822967062:root" }, Action: "s3:PutObject" };
    bucket(account, "older", { ...older, Resource: "arn:aws:s3:::older/*" });
    account.create(BALANCER, "older", { ...logging("older"), name: "older" });
    account.create(BALANCER, "foreign", { ...logging("not-of-this-program"), name: "foreign" });
  });

  it("are protected from deletion while that is on", () => {
    const account = new Account();
    const { subnetIds } = network(account);
    const inputs = { name: "lb", subnets: subnetIds, enableDeletionProtection: true };
    const { id } = account.create(BALANCER, "lb", inputs);
    account.keeps(BALANCER, "lb", id, /OperationNotPermitted: .* enableDeletionProtection is on$/);
  });

  it("listen on a port once, with a certificate of their region where they speak TLS", () => {
    const account = new Account();
    const { subnetIds } = network(account);
    const loadBalancerArn = account.create(BALANCER, "lb", { name: "lb", subnets: subnetIds }).outputs.arn;
    const listener = (more: Properties) => ({
      loadBalancerArn,
      defaultActions: [{ type: "fixed-response", fixedResponse: { contentType: "text/plain" } }],
      ...more,
    });
    account.create(LISTENER, "http", listener({ port: 80, protocol: "HTTP" }));
    account.refuses(LISTENER, listener({ port: 80, protocol: "HTTP" }), /DuplicateListener: .*: "http" .* on 80$/);
    account.refuses(
      LISTENER,
      listener({ port: 443, protocol: "HTTPS" }),
      /A certificate must be specified for HTTPS listeners$/,
    );
    const certificateArn = `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/c`;
    account.refuses(
      LISTENER,
      listener({ port: 443, protocol: "HTTPS", certificateArn }),
      /CertificateNotFound: .* it is not in eu-north-1$/,
    );
  });

  it("send to targets of their VPC that serve no other balancer, and the targets stay while they do", () => {
    const account = new Account();
    const here = network(account);
    const there = network(account, [], "there");
    const targets = (name: string, vpcId: string) =>
      account.create(TARGETS, name, { name, port: 80, protocol: "HTTP", vpcId }).outputs.arn;
    const balancer = (name: string) => account.create(BALANCER, name, { name, subnets: here.subnetIds }).outputs.arn;
    const forward = (loadBalancerArn: unknown, targetGroupArn: unknown, port = 80) => ({
      loadBalancerArn,
      port,
      protocol: "HTTP",
      defaultActions: [{ type: "forward", targetGroupArn }],
    });
    const [own, stray] = [targets("own", here.vpcId), targets("stray", there.vpcId)];
    const [first, second] = [balancer("first"), balancer("second")];
    account.refuses(LISTENER, forward(first, stray), /must be in one VPC: "stray" .* is in vpc-.*, not in vpc-/);
    account.create(LISTENER, "web", forward(first, own));
    account.refuses(LISTENER, forward(second, own), /TargetGroupAssociationLimit: .*: "own" .* serves "web"/);
    account.create(LISTENER, "other-port", forward(first, own, 81));
    account.keeps(TARGETS, "own", String(own), /ResourceInUse: Target group .* in use by a listener or a rule: "web"/);
  });
});
