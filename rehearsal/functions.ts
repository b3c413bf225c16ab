import { dnsSuffixOf, Identifiers, partitionOf, zoneIdOf, zonesOf } from "./aws";
import { Refusal, UnmodelledType } from "./provider";
import { isObject, list, type Properties, reveal, secret, text } from "./values";
import type { World, WorldResource } from "./world";

/** What a data call sees. */
interface Call {
  args: Properties;
  world: World;
  region: string;
  /** Seeded by account and region: the same answer whenever asked. */
  identifiers: Identifiers;
}

/** Data calls by token. */
const functions: Record<string, (call: Call) => Properties> = {
  "aws:index/getRegion:getRegion": ({ region }) => ({
    id: region,
    region,
    name: region,
    description: region,
    endpoint: `ec2.${region}.${dnsSuffixOf(region)}`,
  }),
  "aws:index/getPartition:getPartition": ({ region }) => ({
    id: partitionOf(region),
    partition: partitionOf(region),
    dnsSuffix: dnsSuffixOf(region),
    reverseDnsPrefix: dnsSuffixOf(region).split(".").reverse().join("."),
  }),
  "aws:index/getCallerIdentity:getCallerIdentity": ({ world, region }) => ({
    id: world.accountId,
    accountId: world.accountId,
    arn: `arn:${partitionOf(region)}:iam::${world.accountId}:user/rehearsal`,
    userId: new Identifiers(world.accountId).upper(21, "user"),
  }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": ({ args, region }) => {
    const excluded = list(args.excludeNames);
    const names = zonesOf(region).filter((zone) => !excluded.includes(zone));
    return { id: region, region, names, zoneIds: names.map(zoneIdOf), groupNames: [region] };
  },
  "aws:ec2/getManagedPrefixList:getManagedPrefixList": managedPrefixList,
  "aws:ec2/getVpc:getVpc": vpc,
  "aws:ec2/getSubnet:getSubnet": subnet,
  "aws:ec2/getSubnets:getSubnets": subnets,
  "aws:elasticbeanstalk/getSolutionStack:getSolutionStack": solutionStack,
  "aws:elasticbeanstalk/getHostedZone:getHostedZone": ({ region, identifiers }) => ({
    id: identifiers.upper(13, "beanstalk"),
    region,
  }),
  "aws:iam/getPolicyDocument:getPolicyDocument": policyDocument,
  "aws:route53/getZone:getZone": zone,
  "aws:secretsmanager/getSecretVersion:getSecretVersion": secretVersion,
  "aws:cloudfront/getCachePolicy:getCachePolicy": (call) => managedPolicy(call, cachePolicies),
  "aws:cloudfront/getOriginRequestPolicy:getOriginRequestPolicy": (call) => managedPolicy(call, originRequestPolicies),
  "aws:cloudfront/getResponseHeadersPolicy:getResponseHeadersPolicy": (call) => managedPolicy(call, headersPolicies),
};

/** Tokens of the data calls that the stand-in answers. */
export function modelledFunctions(): string[] {
  return Object.keys(functions).sort();
}

/**
 * Answers a data call.
 *
 * @param region Region of the provider; the call's own `region` wins over it.
 * @throws UnmodelledType when there is no model; Refusal when AWS would find nothing
 */
export function callFunction(token: string, args: Properties, world: World, region: string): Properties {
  const answer = Object.hasOwn(functions, token) ? functions[token] : undefined;
  if (!answer) throw new UnmodelledType(token);
  const where = text(args.region) ?? region;
  const identifiers = new Identifiers(`${world.accountId}\n${where}`);
  return { ...args, ...answer({ args, world, region: where, identifiers }) };
}

/**
 * The current version of a secret. What one holds that the program did not make cannot be known, so it is taken to be an
 * address, marked secret as the real one is.
 */
function secretVersion({ args, world, identifiers }: Call): Properties {
  const secretId = text(args.secretId) ?? "";
  const own = world
    .ofType("aws:secretsmanager/secretVersion:SecretVersion")
    .find(({ inputs }) => text(reveal(inputs.secretId)) === secretId);
  const versionId = identifiers.uuid(`secret ${secretId}`);
  return {
    id: `${secretId}|AWSCURRENT`,
    arn: secretId,
    versionId,
    versionStage: text(args.versionStage) ?? "AWSCURRENT",
    versionStages: ["AWSCURRENT"],
    createdDate: "2026-01-01T00:00:00Z",
    secretBinary: secret(""),
    secretString: secret(own ? reveal(own.inputs.secretString) : "https://rehearsal.invalid/alerts"),
  };
}

const SOLUTION_STACKS = [
  "64bit Amazon Linux 2023 v4.13.7 running Python 3.14",
  "64bit Amazon Linux 2023 v4.13.7 running Python 3.13",
  "64bit Amazon Linux 2023 v4.13.7 running Python 3.12",
  "64bit Amazon Linux 2023 v4.13.7 running Python 3.11",
];

function solutionStack({ args, region }: Call): Properties {
  let expression: RegExp;
  try {
    expression = new RegExp(String(args.nameRegex));
  } catch {
    throw new Refusal(`getSolutionStack: nameRegex "${String(args.nameRegex)}" is no regular expression`);
  }
  const found = SOLUTION_STACKS.filter((name) => expression.test(name));
  if (found.length === 0) throw new Refusal(`getSolutionStack: no solution stack matches "${String(args.nameRegex)}"`);
  if (found.length > 1 && args.mostRecent !== true) {
    throw new Refusal(
      `getSolutionStack: ${found.length} solution stacks match; give a narrower nameRegex or mostRecent`,
    );
  }
  return { id: found[0], name: found[0], region };
}

/** Names of the prefix lists that AWS keeps, with the number of rules that a reference counts for. */
const PREFIX_LISTS: Record<string, number> = {
  "com.amazonaws.global.cloudfront.origin-facing": 55,
  "com.amazonaws.global.ipv6.cloudfront.origin-facing": 55,
};

function managedPrefixList({ args, region, identifiers }: Call): Properties {
  const filtered = list(args.filters).find((filter) => isObject(filter) && filter.name === "prefix-list-name");
  const name = text(args.name) ?? (isObject(filtered) ? text(list(filtered.values)[0]) : undefined);
  const gateway = name === `com.amazonaws.${region}.s3` || name === `com.amazonaws.${region}.dynamodb`;
  const weight = name === undefined ? undefined : gateway ? 5 : PREFIX_LISTS[name];
  if (name === undefined || weight === undefined) {
    throw new Refusal(`getManagedPrefixList: there is no prefix list "${name ?? ""}" in ${region}`);
  }
  const id = `pl-${identifiers.hex(8, name)}`;
  return {
    id,
    name,
    region,
    arn: `arn:${partitionOf(region)}:ec2:${region}:aws:prefix-list/${id}`,
    addressFamily: name.includes(".ipv6.") ? "IPv6" : "IPv4",
    entries: [],
    maxEntries: weight,
    ownerId: "AWS",
    tags: {},
    version: 1,
  };
}

/** A VPC that the program did not make is taken on trust: the configuration says that it exists. */
function vpc({ args, world, region }: Call): Properties {
  const id = text(args.id) ?? filterValue(args, "vpc-id");
  if (!id) throw new Refusal("getVpc: give the id of the VPC; the rehearsal knows no others");
  const known = world.find("aws:ec2/vpc:Vpc", id);
  const outputs = (reveal(known?.outputs ?? {}) ?? {}) as Properties;
  const identifiers = new Identifiers(id);
  return {
    id,
    region,
    arn: `arn:${partitionOf(region)}:ec2:${region}:${world.accountId}:vpc/${id}`,
    cidrBlock: outputs.cidrBlock ?? "10.0.0.0/16",
    cidrBlockAssociations: [],
    default: false,
    dhcpOptionsId: outputs.dhcpOptionsId ?? `dopt-${identifiers.hex(17, "dhcp")}`,
    enableDnsHostnames: outputs.enableDnsHostnames ?? true,
    enableDnsSupport: outputs.enableDnsSupport ?? true,
    instanceTenancy: outputs.instanceTenancy ?? "default",
    mainRouteTableId: outputs.mainRouteTableId ?? `rtb-${identifiers.hex(17, "table")}`,
    ownerId: world.accountId,
    state: "available",
    tags: outputs.tags ?? {},
  };
}

function subnet({ args, world, region }: Call): Properties {
  const id = text(args.id) ?? filterValue(args, "subnet-id");
  if (!id) throw new Refusal("getSubnet: give the id of the subnet; the rehearsal knows no others");
  const known = world.find("aws:ec2/subnet:Subnet", id);
  const outputs = (reveal(known?.outputs ?? {}) ?? {}) as Properties;
  const zones = zonesOf(region);
  const position = parseInt(new Identifiers(id).hex(4, "zone"), 16) % zones.length;
  const availabilityZone = text(outputs.availabilityZone) ?? zones[position]!;
  return {
    id,
    region,
    arn: `arn:${partitionOf(region)}:ec2:${region}:${world.accountId}:subnet/${id}`,
    availabilityZone,
    availabilityZoneId: zoneIdOf(availabilityZone),
    cidrBlock: outputs.cidrBlock ?? `10.0.${position * 16}.0/20`,
    mapPublicIpOnLaunch: outputs.mapPublicIpOnLaunch ?? false,
    ownerId: world.accountId,
    state: "available",
    tags: outputs.tags ?? {},
    vpcId: outputs.vpcId ?? args.vpcId ?? `vpc-${new Identifiers(id).hex(17, "vpc")}`,
  };
}

function subnets({ args, world, region }: Call): Properties {
  const vpcId = filterValue(args, "vpc-id");
  const tags = isObject(args.tags) ? args.tags : {};
  const known = world.ofType("aws:ec2/subnet:Subnet").filter((one) => matches(one, vpcId, tags));
  const foreign = vpcId !== undefined && !world.find("aws:ec2/vpc:Vpc", vpcId);
  const identifiers = new Identifiers(`${vpcId} ${JSON.stringify(tags)}`);
  const ids = foreign
    ? zonesOf(region).map((name) => `subnet-${identifiers.hex(17, name)}`)
    : known.map(({ id }) => id);
  return { id: region, region, ids };
}

function matches({ outputs }: WorldResource, vpcId: string | undefined, tags: Properties): boolean {
  if (vpcId !== undefined && outputs.vpcId !== vpcId) return false;
  const own = isObject(outputs.tagsAll) ? outputs.tagsAll : {};
  return Object.entries(tags).every(([key, value]) => own[key] === value);
}

function filterValue(args: Properties, name: string): string | undefined {
  const filter = list(args.filters).find((one) => isObject(one) && one.name === name);
  return isObject(filter) ? text(list(filter.values)[0]) : undefined;
}

/** A hosted zone that the program did not make is taken on trust, like a VPC. */
function zone({ args, world }: Call): Properties {
  const known = world
    .ofType("aws:route53/zone:Zone")
    .find((one) => one.id === args.zoneId || withoutDot(one.outputs.name) === withoutDot(args.name));
  const name = withoutDot(args.name) ?? withoutDot(known?.outputs.name);
  if (!name && !text(args.zoneId)) throw new Refusal("getZone: give the zone's name or zoneId");
  const identifiers = new Identifiers(`${world.accountId} ${String(name ?? args.zoneId)}`);
  const zoneId = known?.id ?? text(args.zoneId) ?? `Z${identifiers.upper(20)}`;
  return {
    id: zoneId,
    zoneId,
    name: name ?? "example.com",
    arn: `arn:aws:route53:::hostedzone/${zoneId}`,
    privateZone: args.privateZone ?? false,
    comment: "",
    callerReference: identifiers.uuid(),
    nameServers:
      known?.outputs.nameServers ?? [0, 1, 2, 3].map((n) => `ns-${identifiers.digits(3, String(n))}.awsdns-${n}.com`),
    resourceRecordSetCount: 2,
  };
}

function withoutDot(name: unknown): string | undefined {
  return text(name)?.replace(/\.$/, "");
}

/** Ids of CloudFront's managed policies, which are the same in every account. */
const cachePolicies: Record<string, string> = {
  "Managed-CachingOptimized": "658327ea-f89d-4fab-a63d-7e88639e58f6",
  "Managed-CachingDisabled": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
};
const originRequestPolicies: Record<string, string> = {
  "Managed-AllViewer": "216adef6-5c7f-47e4-b989-5492eafa07d3",
  "Managed-AllViewerExceptHostHeader": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
};
const headersPolicies: Record<string, string> = {
  "Managed-SecurityHeadersPolicy": "67f7725c-6f97-4210-82d7-5512b31e9d03",
};

function managedPolicy({ args }: Call, known: Record<string, string>): Properties {
  const name = text(args.name) ?? Object.keys(known).find((one) => known[one] === args.id);
  const id = name !== undefined ? known[name] : undefined;
  if (!id) throw new Refusal(`there is no managed policy "${text(args.name) ?? String(args.id)}" in CloudFront`);
  return { id, name };
}

/** The document that the provider writes for its statements: one value is a text, several are a list. */
function policyDocument({ args }: Call): Properties {
  const statements = list(args.statements).filter(isObject).map(statement);
  const document = {
    Version: text(args.version) ?? "2012-10-17",
    ...(args.policyId !== undefined && { Id: args.policyId }),
    Statement: statements,
  };
  return {
    id: new Identifiers(JSON.stringify(document)).digits(10),
    json: JSON.stringify(document, null, 2),
    minifiedJson: JSON.stringify(document),
  };
}

function statement(given: Properties): Properties {
  const made: Properties = {};
  if (given.sid) made.Sid = given.sid;
  made.Effect = given.effect ?? "Allow";
  const put = (name: string, values: unknown) => {
    if (list(values).length > 0) made[name] = oneOrMany(list(values));
  };
  put("Action", given.actions);
  put("NotAction", given.notActions);
  put("Resource", given.resources);
  put("NotResource", given.notResources);
  if (list(given.principals).length > 0) made.Principal = principals(list(given.principals));
  if (list(given.notPrincipals).length > 0) made.NotPrincipal = principals(list(given.notPrincipals));
  const conditions: Record<string, Properties> = {};
  for (const one of list(given.conditions).filter(isObject)) {
    (conditions[String(one.test)] ??= {})[String(one.variable)] = oneOrMany(list(one.values));
  }
  if (Object.keys(conditions).length > 0) made.Condition = conditions;
  return made;
}

function principals(given: unknown[]): unknown {
  const byType: Record<string, unknown[]> = {};
  for (const one of given.filter(isObject)) (byType[String(one.type)] ??= []).push(...list(one.identifiers));
  if (byType["*"]) return "*";
  return Object.fromEntries(Object.entries(byType).map(([type, ids]) => [type, oneOrMany(ids)]));
}

function oneOrMany(values: unknown[]): unknown {
  return values.length === 1 ? values[0] : values;
}
