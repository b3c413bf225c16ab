import assert from "node:assert/strict";
import { Network, type ExistingNetwork, type NetworkArgs, type NewNetwork } from "../../infra/network";
import { ACCOUNT, REGION, runMocked, valueOf, type MockOptions, type Run } from "../support/mocks";

const DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const FLOW_LOG = "aws:ec2/flowLog:FlowLog";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const PREFIX_LIST = "aws:ec2/getManagedPrefixList:getManagedPrefixList";
const ROLE = "aws:iam/role:Role";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const VPC = "awsx:ec2:Vpc";

const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/home`;

const NEW: NewNetwork = {
  kind: "create",
  cidrBlock: "10.20.0.0/16",
  availabilityZones: 3,
  natGateways: "OnePerAz",
};
const EXISTING: ExistingNetwork = {
  kind: "existing",
  vpcId: "vpc-0123456789abcdef0",
  publicSubnetIds: ["subnet-public-a", "subnet-public-b"],
  privateSubnetIds: ["subnet-private-a", "subnet-private-b"],
  dataSubnetIds: ["subnet-data-a", "subnet-data-b"],
  privateRouteTableIds: ["rtb-private-a", "rtb-private-b"],
};
const COMMON = {
  region: REGION,
  accountId: ACCOUNT,
  loadBalancerAccess: "cdn",
  databaseProxy: true,
  flowLogs: { logGroupName: "/ai-prism/vpc-flow-logs", retentionInDays: 90, kmsKeyArn: KEY_ARN },
} as const;

type Changes = Partial<Omit<NetworkArgs, "kind">>;

const OUTPUTS: MockOptions["outputs"] = {
  [VPC]: () => ({
    vpcId: "vpc-new",
    publicSubnetIds: ["subnet-new-public-a", "subnet-new-public-b"],
    privateSubnetIds: ["subnet-new-private-a", "subnet-new-private-b"],
    isolatedSubnetIds: ["subnet-new-data-a", "subnet-new-data-b"],
    routeTables: ["public", "private", "data"].map((tier) => ({ id: `rtb-${tier}` })),
  }),
  [LOG_GROUP]: ({ name }) => ({ arn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}` }),
  [ROLE]: (_inputs, name) => ({ name, arn: `arn:aws:iam::${ACCOUNT}:role/${name}` }),
};

function run(network: NewNetwork | ExistingNetwork, changes: Changes = {}, options: MockOptions = {}) {
  return runMocked(() => new Network("network", { ...network, ...COMMON, ...changes }), {
    outputs: OUTPUTS,
    calls: {
      [PREFIX_LIST]: ({ name, region }) => {
        assert.deepEqual([name, region], ["com.amazonaws.global.cloudfront.origin-facing", REGION]);
        return { id: "pl-cloudfront", name };
      },
    },
    ...options,
  });
}

/** What a rule says: `group in port peer` or `group out port peer`. */
function rules({ all }: Run<unknown>): string[] {
  const short = (group: string) => group.replace(/^network-(.*)-id$/, "$1");
  return [INGRESS, EGRESS]
    .flatMap((type) =>
      all(type).map(({ inputs }) => {
        assert.equal(inputs.ipProtocol, "tcp");
        assert.equal(inputs.fromPort, inputs.toPort);
        const peers = [inputs.referencedSecurityGroupId, inputs.prefixListId, inputs.cidrIpv4, inputs.cidrIpv6];
        const named = peers.filter((peer) => peer !== undefined);
        assert.equal(named.length, 1, "a rule names exactly one peer");
        const direction = type === INGRESS ? "in" : "out";
        return `${short(inputs.securityGroupId)} ${direction} ${inputs.fromPort} ${short(named[0])}`;
      }),
    )
    .sort();
}

const SHARED_RULES = [
  "load-balancer out 80 instances",
  "instances in 80 load-balancer",
  "instances out 6379 redis",
  "redis in 6379 instances",
  "instances out 443 0.0.0.0/0",
];
const PROXY_RULES = [
  "instances out 5432 database-proxy",
  "database-proxy in 5432 instances",
  "database-proxy out 5432 database",
  "database in 5432 database-proxy",
];
const DIRECT_RULES = ["instances out 5432 database", "database in 5432 instances"];
const ENDPOINT_RULES = ["instances out 443 endpoints", "endpoints in 443 instances"];
const FROM_CDN = "load-balancer in 80 pl-cloudfront";
const FROM_WORLD = "load-balancer in 443 0.0.0.0/0";

const RULE_CASES: [string, Changes, string[]][] = [
  ["behind the CDN, with a proxy", {}, [FROM_CDN, ...SHARED_RULES, ...PROXY_RULES]],
  ["behind the CDN, without a proxy", { databaseProxy: false }, [FROM_CDN, ...SHARED_RULES, ...DIRECT_RULES]],
  ["open to the world", { loadBalancerAccess: "public" }, [FROM_WORLD, ...SHARED_RULES, ...PROXY_RULES]],
  [
    "open to the world, without a proxy",
    { loadBalancerAccess: "public", databaseProxy: false },
    [FROM_WORLD, ...SHARED_RULES, ...DIRECT_RULES],
  ],
  [
    "with interface endpoints",
    { interfaceEndpoints: ["secretsmanager"] },
    [FROM_CDN, ...SHARED_RULES, ...PROXY_RULES, ...ENDPOINT_RULES],
  ],
];

describe("Network", () => {
  const groupsAndRules = [
    ...["database", "database-proxy", "instances", "load-balancer", "redis"].map((part) => `${GROUP} network-${part}`),
    `${INGRESS} network-load-balancer-from-cdn-80`,
    `${INGRESS} network-instances-from-load-balancer-80`,
    `${INGRESS} network-redis-from-instances-6379`,
    `${INGRESS} network-database-proxy-from-instances-5432`,
    `${INGRESS} network-database-from-database-proxy-5432`,
    `${EGRESS} network-load-balancer-to-instances-80`,
    `${EGRESS} network-instances-to-redis-6379`,
    `${EGRESS} network-instances-to-database-proxy-5432`,
    `${EGRESS} network-database-proxy-to-database-5432`,
    `${EGRESS} network-instances-to-anywhere-443`,
  ];
  const ownVpc = [
    `${DEFAULT_GROUP} network-default`,
    `${FLOW_LOG} network`,
    `${LOG_GROUP} network-flow-logs`,
    `${ROLE} network-flow-logs`,
    `${ROLE_POLICY} network-flow-logs`,
  ];
  for (const preview of [false, true]) {
    const when = preview ? "in preview" : "in an update";

    it(`registers a VPC and exactly its resources ${when}`, async () => {
      const { list, one } = await run(NEW, {}, { preview });
      assert.deepEqual(list(), [...groupsAndRules, ...ownVpc, `${ENDPOINT} network-s3`].sort());
      assert.equal(one(VPC).name, "network");
    });

    it(`registers groups, rules and S3's endpoint in an existing VPC, and nothing of the VPC ${when}`, async () => {
      const { list, all } = await run(EXISTING, {}, { preview });
      assert.deepEqual(list(), [...groupsAndRules, `${ENDPOINT} network-s3`].sort());
      assert.deepEqual(all(VPC), []);
    });
  }

  describe("that is new", () => {
    it("has three tiers of subnets in each zone, names for its hosts, and the gateways asked for", async () => {
      for (const natGateways of ["OnePerAz", "Single", "None"] as const) {
        const { one } = await run({ ...NEW, natGateways });
        assert.deepEqual(one(VPC).inputs, {
          region: REGION,
          cidrBlock: "10.20.0.0/16",
          numberOfAvailabilityZones: 3,
          enableDnsHostnames: true,
          natGateways: { strategy: natGateways },
          subnetStrategy: "Auto",
          subnetSpecs: [{ type: "Public" }, { type: "Private" }, { type: "Isolated" }],
          tags: { Name: "network" },
        });
      }
    });

    it("hands out the VPC and its subnets by tier", async () => {
      const { result } = await run(NEW);
      assert.equal(await valueOf(result.vpcId), "vpc-new");
      assert.deepEqual(await valueOf(result.publicSubnetIds), ["subnet-new-public-a", "subnet-new-public-b"]);
      assert.deepEqual(await valueOf(result.privateSubnetIds), ["subnet-new-private-a", "subnet-new-private-b"]);
      assert.deepEqual(await valueOf(result.dataSubnetIds), ["subnet-new-data-a", "subnet-new-data-b"]);
    });

    it("knows none of its ids in a first preview", async () => {
      const { result } = await run(NEW, {}, { preview: true });
      const { vpcId, publicSubnetIds, privateSubnetIds, dataSubnetIds, securityGroups } = result;
      const outputs = [vpcId, publicSubnetIds, privateSubnetIds, dataSubnetIds, ...Object.values(securityGroups)];
      assert.equal(outputs.length, 9);
      for (const output of outputs) assert.equal(await valueOf<unknown>(output), undefined);
    });

    it("empties the default group", async () => {
      const { inputs } = (await run(NEW)).one(DEFAULT_GROUP);
      assert.deepEqual(inputs, { vpcId: "vpc-new", region: REGION, ingress: [], egress: [] });
    });

    it("records all traffic in an encrypted log group that its own role writes", async () => {
      const { one } = await run(NEW);
      assert.deepEqual(one(LOG_GROUP).inputs, {
        name: "/ai-prism/vpc-flow-logs",
        region: REGION,
        retentionInDays: 90,
        kmsKeyId: KEY_ARN,
      });
      const groupArn = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/ai-prism/vpc-flow-logs`;
      assert.deepEqual(one(FLOW_LOG).inputs, {
        vpcId: "vpc-new",
        region: REGION,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: groupArn,
        iamRoleArn: `arn:aws:iam::${ACCOUNT}:role/network-flow-logs`,
        tags: { Name: "network" },
      });
      assert.ok(one(FLOW_LOG).dependencies.some((urn) => urn.endsWith(`${ROLE_POLICY}::network-flow-logs`)));
      assert.deepEqual(JSON.parse(one(ROLE).inputs.assumeRolePolicy).Statement, [
        {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Principal: { Service: "vpc-flow-logs.amazonaws.com" },
          Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT } },
        },
      ]);
      assert.equal(one(ROLE_POLICY).inputs.role, "network-flow-logs");
      assert.deepEqual(JSON.parse(one(ROLE_POLICY).inputs.policy).Statement, [
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
          Resource: [groupArn, `${groupArn}:*`],
        },
        {
          Effect: "Allow",
          Action: "logs:DescribeLogGroups",
          Resource: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:*`,
        },
      ]);
    });

    it("reaches S3 from every route table without leaving AWS's network", async () => {
      const { policy, ...inputs } = (await run(NEW)).one(ENDPOINT).inputs;
      assert.ok(policy);
      assert.deepEqual(inputs, {
        vpcId: "vpc-new",
        region: REGION,
        serviceName: `com.amazonaws.${REGION}.s3`,
        vpcEndpointType: "Gateway",
        routeTableIds: ["rtb-public", "rtb-private", "rtb-data"],
        tags: { Name: "network-s3" },
      });
    });
  });

  describe("that exists", () => {
    it("hands its ids on as they are", async () => {
      const { result } = await run(EXISTING, {}, { preview: true });
      assert.equal(await valueOf(result.vpcId), EXISTING.vpcId);
      assert.deepEqual(await valueOf(result.publicSubnetIds), EXISTING.publicSubnetIds);
      assert.deepEqual(await valueOf(result.privateSubnetIds), EXISTING.privateSubnetIds);
      assert.deepEqual(await valueOf(result.dataSubnetIds), EXISTING.dataSubnetIds);
    });

    it("puts groups and endpoints into the VPC, S3's on the route tables given", async () => {
      const { all, one } = await run(EXISTING, { interfaceEndpoints: ["logs"] });
      for (const { name, inputs } of [...all(GROUP), ...all(ENDPOINT)]) {
        assert.equal(inputs.vpcId, EXISTING.vpcId, name);
      }
      assert.deepEqual(one(ENDPOINT, "network-s3").inputs.routeTableIds, EXISTING.privateRouteTableIds);
      assert.deepEqual(one(ENDPOINT, "network-logs").inputs.subnetIds, EXISTING.privateSubnetIds);
    });

    it("leaves S3's endpoint to the owner of the VPC when no route table is given", async () => {
      const { all } = await run({ ...EXISTING, privateRouteTableIds: [] });
      assert.deepEqual(all(ENDPOINT), []);
    });

    it("needs no public subnets behind the CDN", async () => {
      const { result } = await run({ ...EXISTING, publicSubnetIds: [] });
      assert.deepEqual(await valueOf(result.publicSubnetIds), []);
    });
  });

  describe("lets through", () => {
    for (const [what, changes, expected] of RULE_CASES) {
      for (const network of [NEW, EXISTING]) {
        it(`exactly these rules ${what}, in a VPC to ${network.kind === "create" ? "create" : "use"}`, async () => {
          assert.deepEqual(rules(await run(network, changes)), [...expected].sort());
        });
      }
    }

    it("nobody from the world unless the public listener is chosen, and then to that listener alone", async () => {
      for (const [what, changes] of RULE_CASES) {
        const { all } = await run(NEW, changes);
        const world = all(INGRESS).filter(({ inputs }) => inputs.cidrIpv4 ?? inputs.cidrIpv6);
        assert.deepEqual(
          world.map(({ inputs }) => [inputs.securityGroupId, inputs.fromPort, inputs.toPort, inputs.cidrIpv4]),
          changes.loadBalancerAccess === "public" ? [["network-load-balancer-id", 443, 443, "0.0.0.0/0"]] : [],
          what,
        );
      }
    });

    it("no rule written into a group itself, which would fight with those beside it", async () => {
      for (const { name, inputs } of (await run(NEW)).all(GROUP)) {
        assert.deepEqual([inputs.ingress, inputs.egress], [undefined, undefined], name);
      }
    });

    it("CloudFront's prefix list once, for it weighs 55 of the 60 rules of a group", async () => {
      const { all } = await run(NEW);
      assert.equal(all(INGRESS).filter(({ inputs }) => inputs.prefixListId !== undefined).length, 1);
    });

    it("what it says: every group and rule is described in characters that EC2 takes", async () => {
      const { all } = await run(NEW, { interfaceEndpoints: ["secretsmanager"] });
      const described = [GROUP, INGRESS, EGRESS].flatMap((type) => all(type));
      assert.equal(described.length, 6 + 6 + 6);
      for (const { name, inputs } of described) {
        assert.match(inputs.description, /^[0-9A-Za-z_ .:/()#,@[\]+=&;{}!$*-]{1,255}$/, name);
      }
    });
  });

  it("hands out the id of each group, the proxy's only where there is a proxy", async () => {
    const ids = async (changes: Changes) => {
      const { securityGroups } = (await run(NEW, changes)).result;
      const entries = Object.entries(securityGroups).map(async ([key, id]) => [key, await valueOf(id)] as const);
      return Object.fromEntries(await Promise.all(entries));
    };
    const always = {
      loadBalancer: "network-load-balancer-id",
      instances: "network-instances-id",
      redis: "network-redis-id",
      database: "network-database-id",
    };
    assert.deepEqual(await ids({ databaseProxy: false }), always);
    assert.deepEqual(await ids({ databaseProxy: true }), { ...always, databaseProxy: "network-database-proxy-id" });
  });

  describe("lets through S3's endpoint", () => {
    interface EndpointStatement {
      readonly Sid: string;
      readonly Action: string | string[];
      readonly Resource: string | string[];
      readonly Condition?: unknown;
    }
    let statements: EndpointStatement[];
    before(async () => {
      statements = JSON.parse((await run(NEW)).one(ENDPOINT).inputs.policy).Statement;
    });
    const named = (sid: string) => statements.find(({ Sid }) => Sid === sid)!;

    it("nothing but three things", () => {
      assert.deepEqual(
        statements.map(({ Sid }) => Sid),
        ["OwnBuckets", "PackagesOfAws", "SignalsToCloudFormation"],
      );
    });

    it("this account's principals, to this account's buckets", () => {
      const { Action, Resource, Condition } = named("OwnBuckets");
      assert.deepEqual([Action, Resource], ["s3:*", "arn:aws:s3:::*"]);
      assert.deepEqual(Condition, {
        StringEquals: { "aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT },
      });
    });

    it("reading of AWS's packages in this region", () => {
      const { Action, Resource } = named("PackagesOfAws");
      assert.equal(Action, "s3:GetObject");
      assert.deepEqual(Resource, [
        `arn:aws:s3:::al2023-repos-${REGION}-*/*`,
        `arn:aws:s3:::amazoncloudwatch-agent-${REGION}/*`,
        `arn:aws:s3:::elasticbeanstalk-platform-assets-${REGION}/*`,
        `arn:aws:s3:::elasticbeanstalk-env-resources-${REGION}/*`,
        `arn:aws:s3:::elasticbeanstalk-samples-${REGION}/*`,
        `arn:aws:s3:::elasticbeanstalk-${REGION}/*`,
      ]);
    });

    it("the signal that an instance has started", () => {
      const { Action, Resource } = named("SignalsToCloudFormation");
      assert.deepEqual(Action, ["s3:GetObject", "s3:PutObject"]);
      assert.equal(Resource, `arn:aws:s3:::cloudformation-waitcondition-${REGION}/*`);
    });
  });

  it("puts an interface endpoint for each service into the private subnets, under its usual name", async () => {
    const { all, one } = await run(NEW, { interfaceEndpoints: ["secretsmanager", "elasticbeanstalk-health"] });
    assert.deepEqual(
      all(ENDPOINT)
        .map(({ name }) => name)
        .sort(),
      ["network-elasticbeanstalk-health", "network-s3", "network-secretsmanager"],
    );
    assert.deepEqual(one(ENDPOINT, "network-secretsmanager").inputs, {
      vpcId: "vpc-new",
      region: REGION,
      serviceName: `com.amazonaws.${REGION}.secretsmanager`,
      vpcEndpointType: "Interface",
      privateDnsEnabled: true,
      subnetIds: ["subnet-new-private-a", "subnet-new-private-b"],
      securityGroupIds: ["network-endpoints-id"],
      tags: { Name: "network-secretsmanager" },
    });
  });

  it("merges an object, or lets a function edit, over one child's arguments and leaves the rest", async () => {
    const { one } = await run(NEW, {
      transform: {
        vpc: { numberOfAvailabilityZones: 2 },
        flowLog: { maxAggregationInterval: 60 },
        securityGroup: (args, _options, name) => {
          if (name === "network-redis") args.revokeRulesOnDelete = true;
        },
      },
    });
    assert.equal(one(VPC).inputs.numberOfAvailabilityZones, 2);
    assert.equal(one(VPC).inputs.subnetStrategy, "Auto");
    assert.equal(one(FLOW_LOG).inputs.maxAggregationInterval, 60);
    assert.equal(one(FLOW_LOG).inputs.trafficType, "ALL");
    assert.equal(one(GROUP, "network-redis").inputs.revokeRulesOnDelete, true);
    assert.equal(one(GROUP, "network-database").inputs.revokeRulesOnDelete, undefined);
  });

  it("reaches its children through its nodes, and has none of the VPC's where it made none", async () => {
    const created = (await run(NEW, { interfaceEndpoints: ["logs"] })).result.nodes;
    assert.deepEqual(Object.keys(created).sort(), [
      "defaultSecurityGroup",
      "flowLog",
      "flowLogGroup",
      "flowLogRole",
      "flowLogRolePolicy",
      "interfaceEndpoints",
      "s3Endpoint",
      "securityGroups",
      "vpc",
    ]);
    assert.equal(created.interfaceEndpoints.length, 1);
    const existing = (await run(EXISTING)).result.nodes;
    assert.deepEqual(
      [existing.vpc, existing.defaultSecurityGroup, existing.flowLog],
      [undefined, undefined, undefined],
    );
    assert.ok(existing.s3Endpoint);
  });

  const REFUSED: [string, NewNetwork | ExistingNetwork, Changes, string][] = [
    [
      "one zone",
      { ...NEW, availabilityZones: 1 },
      {},
      "availabilityZones = 1 is not allowed: a whole number from 2 to 6",
    ],
    [
      "half a zone",
      { ...NEW, availabilityZones: 2.5 },
      {},
      "availabilityZones = 2.5 is not allowed: a whole number from 2 to 6",
    ],
    [
      "data in one zone",
      { ...EXISTING, dataSubnetIds: ["subnet-data-a"] },
      {},
      'dataSubnetIds = ["subnet-data-a"] is not allowed: subnets in two zones or more',
    ],
    [
      "instances in one zone",
      { ...EXISTING, privateSubnetIds: ["subnet-private-a"] },
      {},
      'privateSubnetIds = ["subnet-private-a"] is not allowed: subnets in two zones or more',
    ],
    [
      "a public load balancer without public subnets",
      { ...EXISTING, publicSubnetIds: [] },
      { loadBalancerAccess: "public" },
      "publicSubnetIds = [] is not allowed: subnets in two zones or more",
    ],
    [
      "an interface endpoint for S3",
      NEW,
      { interfaceEndpoints: ["logs", "s3"] },
      'interfaceEndpoints[1] = "s3" is not allowed: each service once, and not s3: its gateway endpoint is free',
    ],
    [
      "two endpoints for one service",
      EXISTING,
      { interfaceEndpoints: ["logs", "logs"] },
      'interfaceEndpoints[1] = "logs" is not allowed: each service once, and not s3: its gateway endpoint is free',
    ],
  ];
  for (const [what, network, changes, message] of REFUSED) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(run(network, changes), { message: `Network "network": ${message}` });
    });
  }
});
