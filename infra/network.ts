import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
// The package's root loads every service it has; this part is all that is needed.
import * as awsxEc2 from "@pulumi/awsx/ec2";
import { Component, type Transform } from "./component";
import { ownAccount, policyJson, trustService } from "./policy-document";

/** A VPC of our own. */
export interface NewNetwork {
  readonly kind: "create";
  /** IPv4 block, e.g. `10.20.0.0/16`. Changing it replaces everything in the network. */
  readonly cidrBlock: string;
  /** Zones to spread over, 2 to 6. Changing it moves subnets. */
  readonly availabilityZones: number;
  /**
   * How private subnets reach the internet: a gateway in each zone, one for all (its zone's failure cuts the others
   * off), or none where interface endpoints replace it. About 34 USD a month each, and 0.05 USD a GB.
   */
  readonly natGateways: "OnePerAz" | "Single" | "None";
}

/** A VPC that somebody else owns. Its default group and flow logs stay its owner's. */
export interface ExistingNetwork {
  readonly kind: "existing";
  readonly vpcId: string;
  readonly publicSubnetIds: readonly string[];
  readonly privateSubnetIds: readonly string[];
  /** Subnets for database and cache, in two zones or more, better without a way to the internet. */
  readonly dataSubnetIds: readonly string[];
  /** Route tables that get a gateway endpoint for S3; none, when they have one. */
  readonly privateRouteTableIds: readonly string[];
}

/** Arguments of {@link Network}. */
export type NetworkArgs = (NewNetwork | ExistingNetwork) & {
  readonly region: string;
  readonly accountId: string;
  /** Who may reach the load balancer: CloudFront alone, or the whole world over HTTPS. */
  readonly loadBalancerAccess: "cdn" | "public";
  /** Whether RDS Proxy stands between instances and database. */
  readonly databaseProxy: boolean;
  /** Services to reach without leaving the VPC, e.g. `secretsmanager`. About 8 USD a month each and zone. @default [] */
  readonly interfaceEndpoints?: readonly string[];
  readonly flowLogs: {
    readonly logGroupName: string;
    readonly retentionInDays: number;
    readonly kmsKeyArn: pulumi.Input<string>;
  };
  readonly transform?: NetworkTransforms;
};

export interface NetworkTransforms {
  /** Arguments of the VPC component; its subnets and gateways are reached through these. */
  readonly vpc?: Transform<awsxEc2.VpcArgs>;
  readonly defaultSecurityGroup?: Transform<aws.ec2.DefaultSecurityGroupArgs>;
  readonly flowLogGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
  readonly flowLogRole?: Transform<aws.iam.RoleArgs>;
  readonly flowLogRolePolicy?: Transform<aws.iam.RolePolicyArgs>;
  readonly flowLog?: Transform<aws.ec2.FlowLogArgs>;
  readonly s3Endpoint?: Transform<aws.ec2.VpcEndpointArgs>;
  readonly interfaceEndpoint?: Transform<aws.ec2.VpcEndpointArgs>;
  readonly securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  readonly ingressRule?: Transform<aws.vpc.SecurityGroupIngressRuleArgs>;
  readonly egressRule?: Transform<aws.vpc.SecurityGroupEgressRuleArgs>;
}

const CLOUDFRONT_PREFIX_LIST = "com.amazonaws.global.cloudfront.origin-facing";
const ANYWHERE = "0.0.0.0/0";

type GroupName = "loadBalancer" | "instances" | "redis" | "database" | "databaseProxy" | "endpoints";

const GROUPS: Readonly<Record<GroupName, { part: string; description: string }>> = {
  loadBalancer: { part: "load-balancer", description: "Load balancer of AI-Prism" },
  instances: { part: "instances", description: "Application instances of AI-Prism" },
  redis: { part: "redis", description: "Redis of AI-Prism" },
  database: { part: "database", description: "PostgreSQL of AI-Prism" },
  databaseProxy: { part: "database-proxy", description: "RDS Proxy of AI-Prism" },
  endpoints: { part: "endpoints", description: "Interface endpoints of AI-Prism" },
};

/**
 * The network of an environment and who may talk to whom in it. Public subnets hold gateways, private ones instances
 * and the load balancer, isolated ones the data. With a gateway in each of three zones about 110 USD a month.
 */
export class Network extends Component<NetworkTransforms> {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string[]>;
  readonly privateSubnetIds: pulumi.Output<string[]>;
  /** Subnets for database and cache. */
  readonly dataSubnetIds: pulumi.Output<string[]>;
  /** Ids of the security groups; the proxy's only where there is a proxy. */
  readonly securityGroups: {
    readonly loadBalancer: pulumi.Output<string>;
    readonly instances: pulumi.Output<string>;
    readonly redis: pulumi.Output<string>;
    readonly database: pulumi.Output<string>;
    readonly databaseProxy?: pulumi.Output<string>;
  };
  readonly nodes: {
    readonly vpc?: awsxEc2.Vpc;
    readonly defaultSecurityGroup?: aws.ec2.DefaultSecurityGroup;
    readonly flowLogGroup?: aws.cloudwatch.LogGroup;
    readonly flowLogRole?: aws.iam.Role;
    readonly flowLogRolePolicy?: aws.iam.RolePolicy;
    readonly flowLog?: aws.ec2.FlowLog;
    readonly s3Endpoint?: aws.ec2.VpcEndpoint;
    readonly interfaceEndpoints: readonly aws.ec2.VpcEndpoint[];
    readonly securityGroups: Readonly<Partial<Record<GroupName, aws.ec2.SecurityGroup>>>;
  };

  /**
   * @throws InvalidArgument for a number of zones AWS does not have, an existing network in fewer than two, or an
   *   interface endpoint for S3, or twice for a service
   */
  constructor(name: string, args: NetworkArgs, options?: pulumi.ComponentResourceOptions) {
    super("Network", name, args.transform, options);
    const { region } = args;
    const endpointServices = args.interfaceEndpoints ?? [];
    endpointServices.forEach((service, index) => {
      if (service !== "s3" && endpointServices.indexOf(service) === index) return;
      this.refuse(
        `interfaceEndpoints[${index}]`,
        service,
        "each service once, and not s3: its gateway endpoint is free",
      );
    });

    let created: ReturnType<Network["createVpc"]> | undefined;
    let routeTableIds: pulumi.Input<pulumi.Input<string>[]>;
    if (args.kind === "create") {
      if (!Number.isInteger(args.availabilityZones) || args.availabilityZones < 2 || args.availabilityZones > 6) {
        this.refuse("availabilityZones", args.availabilityZones, "a whole number from 2 to 6");
      }
      created = this.createVpc(name, args);
      const { vpc } = created;
      this.vpcId = vpc.vpcId;
      this.publicSubnetIds = vpc.publicSubnetIds;
      this.privateSubnetIds = vpc.privateSubnetIds;
      this.dataSubnetIds = vpc.isolatedSubnetIds;
      routeTableIds = vpc.routeTables.apply((tables) => tables.map(({ id }) => id));
    } else {
      const required = ["privateSubnetIds", "dataSubnetIds"] as const;
      for (const field of args.loadBalancerAccess === "public" ? [...required, "publicSubnetIds" as const] : required) {
        if (args[field].length < 2) this.refuse(field, args[field], "subnets in two zones or more");
      }
      this.vpcId = pulumi.output(args.vpcId);
      this.publicSubnetIds = pulumi.output([...args.publicSubnetIds]);
      this.privateSubnetIds = pulumi.output([...args.privateSubnetIds]);
      this.dataSubnetIds = pulumi.output([...args.dataSubnetIds]);
      routeTableIds = [...args.privateRouteTableIds];
    }

    const s3Endpoint =
      args.kind === "create" || args.privateRouteTableIds.length > 0
        ? this.child("s3Endpoint", aws.ec2.VpcEndpoint, `${name}-s3`, {
            vpcId: this.vpcId,
            region,
            serviceName: `com.amazonaws.${region}.s3`,
            vpcEndpointType: "Gateway",
            routeTableIds,
            policy: s3EndpointPolicy(args.accountId, region),
            tags: { Name: `${name}-s3` },
          })
        : undefined;

    const groups = this.createGroups(name, args, endpointServices.length > 0);
    this.createRules(name, args, groups);
    const interfaceEndpoints = endpointServices.map((service) =>
      this.child("interfaceEndpoint", aws.ec2.VpcEndpoint, `${name}-${service}`, {
        vpcId: this.vpcId,
        region,
        serviceName: `com.amazonaws.${region}.${service}`,
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
        subnetIds: this.privateSubnetIds,
        securityGroupIds: [groups.endpoints!.id],
        tags: { Name: `${name}-${service}` },
      }),
    );

    this.nodes = { ...created, s3Endpoint, interfaceEndpoints, securityGroups: groups };
    this.securityGroups = {
      loadBalancer: groups.loadBalancer!.id,
      instances: groups.instances!.id,
      redis: groups.redis!.id,
      database: groups.database!.id,
      ...(groups.databaseProxy && { databaseProxy: groups.databaseProxy.id }),
    };
    this.registerOutputs({
      vpcId: this.vpcId,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnetIds: this.privateSubnetIds,
      dataSubnetIds: this.dataSubnetIds,
      securityGroups: this.securityGroups,
    });
  }

  private createVpc(name: string, args: NewNetwork & NetworkArgs) {
    const vpc = this.child("vpc", awsxEc2.Vpc, name, {
      region: args.region,
      cidrBlock: args.cidrBlock,
      numberOfAvailabilityZones: args.availabilityZones,
      enableDnsHostnames: true,
      natGateways: { strategy: args.natGateways },
      subnetStrategy: "Auto",
      subnetSpecs: [{ type: "Public" }, { type: "Private" }, { type: "Isolated" }],
      tags: { Name: name },
    });
    // Whoever forgets to name a group gets this one, so it must allow nothing.
    const defaultSecurityGroup = this.child("defaultSecurityGroup", aws.ec2.DefaultSecurityGroup, `${name}-default`, {
      vpcId: vpc.vpcId,
      region: args.region,
      ingress: [],
      egress: [],
    });
    return { vpc, defaultSecurityGroup, ...this.createFlowLog(name, args, vpc.vpcId) };
  }

  private createFlowLog(name: string, args: NetworkArgs, vpcId: pulumi.Input<string>) {
    const { region, accountId, flowLogs } = args;
    const flowLogGroup = this.child("flowLogGroup", aws.cloudwatch.LogGroup, `${name}-flow-logs`, {
      name: flowLogs.logGroupName,
      region,
      retentionInDays: flowLogs.retentionInDays,
      kmsKeyId: flowLogs.kmsKeyArn,
    });
    const flowLogRole = this.child("flowLogRole", aws.iam.Role, `${name}-flow-logs`, {
      description: "Lets VPC flow logs write their log group",
      assumeRolePolicy: trustService("vpc-flow-logs.amazonaws.com", ownAccount(accountId)),
    });
    const flowLogRolePolicy = this.child("flowLogRolePolicy", aws.iam.RolePolicy, `${name}-flow-logs`, {
      role: flowLogRole.name,
      policy: policyJson([
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
          Resource: [flowLogGroup.arn, pulumi.interpolate`${flowLogGroup.arn}:*`],
        },
        // Finding a group by its name is asked of all groups, never of one.
        {
          Effect: "Allow",
          Action: "logs:DescribeLogGroups",
          Resource: `arn:aws:logs:${region}:${accountId}:log-group:*`,
        },
      ]),
    });
    const flowLog = this.child(
      "flowLog",
      aws.ec2.FlowLog,
      name,
      {
        vpcId,
        region,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: flowLogGroup.arn,
        iamRoleArn: flowLogRole.arn,
        tags: { Name: name },
      },
      { dependsOn: [flowLogRolePolicy] },
    );
    return { flowLogGroup, flowLogRole, flowLogRolePolicy, flowLog };
  }

  private createGroups(name: string, args: NetworkArgs, withEndpoints: boolean) {
    const wanted = (Object.keys(GROUPS) as GroupName[]).filter(
      (group) => (group !== "databaseProxy" || args.databaseProxy) && (group !== "endpoints" || withEndpoints),
    );
    const created = wanted.map((group) => {
      const { part, description } = GROUPS[group];
      const securityGroup = this.child("securityGroup", aws.ec2.SecurityGroup, `${name}-${part}`, {
        vpcId: this.vpcId,
        region: args.region,
        description,
        tags: { Name: `${name}-${part}` },
      });
      return [group, securityGroup] as const;
    });
    return Object.fromEntries(created) as Partial<Record<GroupName, aws.ec2.SecurityGroup>>;
  }

  /** Every way through the network. A rule between two groups stands on both sides. */
  private createRules(
    name: string,
    args: NetworkArgs,
    groups: Partial<Record<GroupName, aws.ec2.SecurityGroup>>,
  ): void {
    const allow = (from: GroupName, to: GroupName, port: number): void => {
      const [source, target] = [GROUPS[from].part, GROUPS[to].part];
      const rule = { region: args.region, ipProtocol: "tcp", fromPort: port, toPort: port };
      this.child("ingressRule", aws.vpc.SecurityGroupIngressRule, `${name}-${target}-from-${source}-${port}`, {
        ...rule,
        securityGroupId: groups[to]!.id,
        referencedSecurityGroupId: groups[from]!.id,
        description: `Port ${port} from ${source}`,
      });
      this.child("egressRule", aws.vpc.SecurityGroupEgressRule, `${name}-${source}-to-${target}-${port}`, {
        ...rule,
        securityGroupId: groups[from]!.id,
        referencedSecurityGroupId: groups[to]!.id,
        description: `Port ${port} to ${target}`,
      });
    };

    if (args.loadBalancerAccess === "cdn") {
      // The list weighs 55 of the 60 rules a group may hold, so it can be named once: one port.
      const cloudFront = aws.ec2.getManagedPrefixListOutput(
        { name: CLOUDFRONT_PREFIX_LIST, region: args.region },
        { parent: this },
      );
      this.child("ingressRule", aws.vpc.SecurityGroupIngressRule, `${name}-load-balancer-from-cdn-80`, {
        region: args.region,
        securityGroupId: groups.loadBalancer!.id,
        ipProtocol: "tcp",
        fromPort: 80,
        toPort: 80,
        prefixListId: cloudFront.id,
        description: "Port 80 from the VPC origin of CloudFront",
      });
    } else {
      this.child("ingressRule", aws.vpc.SecurityGroupIngressRule, `${name}-load-balancer-from-anywhere-443`, {
        region: args.region,
        securityGroupId: groups.loadBalancer!.id,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        cidrIpv4: ANYWHERE,
        description: "HTTPS from anywhere: the public listener that the configuration chose",
      });
    }
    allow("loadBalancer", "instances", 80);
    allow("instances", "redis", 6379);
    if (groups.databaseProxy) {
      allow("instances", "databaseProxy", 5432);
      allow("databaseProxy", "database", 5432);
    } else {
      allow("instances", "database", 5432);
    }
    if (groups.endpoints) allow("instances", "endpoints", 443);
    this.child("egressRule", aws.vpc.SecurityGroupEgressRule, `${name}-instances-to-anywhere-443`, {
      region: args.region,
      securityGroupId: groups.instances!.id,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrIpv4: ANYWHERE,
      description: "HTTPS to AWS and to package indexes",
    });
  }
}

/**
 * Lets this account's principals reach this account's buckets, and everybody what AWS keeps in S3 for an instance to
 * start: packages of Amazon Linux and Elastic Beanstalk, and the address that tells CloudFormation it has started.
 */
function s3EndpointPolicy(accountId: string, region: string): pulumi.Output<string> {
  return policyJson([
    {
      Sid: "OwnBuckets",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:*",
      Resource: "arn:aws:s3:::*",
      // Instances cannot carry documents to somebody else's bucket this way, whatever credentials they are given.
      Condition: { StringEquals: { "aws:PrincipalAccount": accountId, "aws:ResourceAccount": accountId } },
    },
    {
      Sid: "PackagesOfAws",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: [
        `arn:aws:s3:::al2023-repos-${region}-*/*`,
        `arn:aws:s3:::amazoncloudwatch-agent-${region}/*`,
        ...["platform-assets-", "env-resources-", "samples-", ""].map(
          (kind) => `arn:aws:s3:::elasticbeanstalk-${kind}${region}/*`,
        ),
      ],
    },
    {
      // Signed by CloudFormation in its own name, so no condition on the account would let it pass.
      Sid: "SignalsToCloudFormation",
      Effect: "Allow",
      Principal: "*",
      Action: ["s3:GetObject", "s3:PutObject"],
      Resource: `arn:aws:s3:::cloudformation-waitcondition-${region}/*`,
    },
  ]);
}
