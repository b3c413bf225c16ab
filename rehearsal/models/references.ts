import { isObject, list, type Properties, reveal, text } from "../values";
import type { World, WorldResource } from "../world";
import { because, isLingering, lingeringType, type ModelContext, type Reason } from "./model";
import { type Access, lets, servicesIn } from "./policy";

const ROLE = "aws:iam/role:Role";
const KEY = "aws:kms/key:Key";
const REPLICA_KEY = "aws:kms/replicaKey:ReplicaKey";

/** Inputs without secret markers, by the inputs as they are held: a resource that changes gets new ones. */
const revealed = new WeakMap<Properties, Properties>();

/** A resource's inputs without secret markers. */
export function plain({ inputs }: WorldResource): Properties {
  let known = revealed.get(inputs);
  if (!known) revealed.set(inputs, (known = reveal(inputs) as Properties));
  return known;
}

/** How a message names a resource of the program. */
export function naming({ name, id }: WorldResource): string {
  return name === id ? `"${name}"` : `"${name}" (${id})`;
}

/** A resource of this type other than the one at hand, even when both come from one declaration. */
export function others({ world, urn, id }: ModelContext, type: string): WorldResource[] {
  return world.ofType(type).filter((one) => one.urn !== urn || one.id !== id);
}

/** Condition keys that are certain when a service acts for this account. */
export function contextOf({ account }: Pick<ModelContext, "account">): Access["context"] {
  return {
    // Said of principals only, and a service is none.
    "aws:SourceOwner": undefined,
    "aws:SourceAccount": account,
    "aws:SecureTransport": "true",
    "s3:x-amz-acl": "bucket-owner-full-control",
  };
}

/**
 * Why a service cannot assume a role, or undefined. A role that the program did not make is taken on trust.
 *
 * @param role ARN or name.
 */
export function cannotAssume(
  context: Pick<ModelContext, "world" | "account">,
  role: unknown,
  service: string,
  extra: Record<string, string> = {},
): Reason | undefined {
  const found = context.world.findBy(ROLE, "arn", role) ?? context.world.findBy(ROLE, "name", role);
  if (!found) return undefined;
  const trust = plain(found).assumeRolePolicy;
  const access = { service, action: "sts:AssumeRole", context: { ...contextOf(context), ...extra } };
  if (lets(trust, access)) return undefined;
  const named = servicesIn(trust);
  const whom = named.includes(service)
    ? `lets ${service} in under conditions that do not hold`
    : `lets in ${named.join(", ") || "no service"}, and not ${service}`;
  return because(`the trust policy of role ${naming(found)} ${whom}`);
}

/**
 * The key that a resource refers to by id, ARN or alias, or undefined. Deleted ones are found while they linger.
 *
 * @param home Region of the resource: an id or an alias alone means a key of that region.
 */
export function keyOf(world: World, reference: unknown, home: string): WorldResource | undefined {
  const wanted = text(reference) ?? "";
  const region = wanted.startsWith("arn:") ? wanted.split(":")[3]! : home;
  const alias = /(?:^|:)(alias\/.+)$/.exec(wanted)?.[1];
  const target = alias === undefined ? undefined : world.findBy("aws:kms/alias:Alias", "name", alias, region);
  const id = String((target && plain(target).targetKeyId) ?? wanted);
  return [KEY, REPLICA_KEY, lingeringType(KEY), lingeringType(REPLICA_KEY)]
    .flatMap((type) => world.ofType(type))
    .find((one) => one.region === region && (one.id === id || one.outputs.arn === id));
}

/** Why a key cannot encrypt anything now, or undefined. A key that the program did not make is taken on trust. */
export function unusableKey(context: ModelContext, reference: unknown): Reason | undefined {
  const key = keyOf(context.world, reference, context.region);
  if (!key) return undefined;
  if (isLingering(key)) return because(`key ${naming(key)} is pending deletion`);
  const inputs = plain(key);
  if (inputs.isEnabled === false || inputs.enabled === false) return because(`key ${naming(key)} is disabled`);
  if (key.region !== context.region) return because(`key ${naming(key)} is in ${key.region}, not in ${context.region}`);
  return undefined;
}

/** Why a key's policy does not let a service in, or undefined. */
export function keyBars(
  context: ModelContext,
  reference: unknown,
  service: string,
  action: string,
  extra: Record<string, string> = {},
): Reason | undefined {
  const { world } = context;
  const key = keyOf(world, reference, context.region);
  if (!key) return undefined;
  const own = world.findBy("aws:kms/keyPolicy:KeyPolicy", "keyId", key.id);
  const policy = own ? plain(own).policy : reveal(key.outputs.policy);
  if (
    lets(policy, { service, action, resource: text(key.outputs.arn), context: { ...contextOf(context), ...extra } })
  ) {
    return undefined;
  }
  return because(`the policy of key ${naming(key)} does not let ${service} do ${action}`);
}

/** The policy that a topic has: its own resource's, or the one it was given, or its owner's. */
export function topicPolicyOf(world: World, topic: WorldResource): unknown {
  const own = world.findBy("aws:sns/topicPolicy:TopicPolicy", "arn", topic.id);
  return own ? plain(own).policy : reveal(topic.outputs.policy);
}

/** The policy of a bucket; empty when it has none. */
export function bucketPolicyOf(world: World, bucket: string): unknown {
  const own = world.findBy("aws:s3/bucketPolicy:BucketPolicy", "bucket", bucket);
  return own ? plain(own).policy : undefined;
}

/** Whether a bucket takes no ACL, which is so unless its ownership controls say otherwise. */
export function isOwnerEnforced({ world }: Pick<ModelContext, "world">, bucket: unknown): boolean {
  const controls = world.findBy("aws:s3/bucketOwnershipControls:BucketOwnershipControls", "bucket", bucket);
  const rule = controls && plain(controls).rule;
  return !isObject(rule) || rule.objectOwnership === "BucketOwnerEnforced";
}

/** Whether a function's permissions let a service invoke it. */
export function mayInvoke({ world }: Pick<ModelContext, "world">, name: string, arn: string, service: string): boolean {
  return world
    .ofType("aws:lambda/permission:Permission")
    .map(plain)
    .some(
      (one) => (one.function === name || one.function === arn) && (one.principal === service || one.principal === "*"),
    );
}

/** The VPC of a subnet, or undefined when the program did not make it. */
export function vpcOfSubnet(world: World, subnet: unknown): string | undefined {
  const found = world.find("aws:ec2/subnet:Subnet", String(subnet));
  return found && text(plain(found).vpcId);
}

/** The VPC of the first subnet that the program made. */
export function vpcOfSubnets(world: World, subnets: unknown[]): string | undefined {
  return subnets.map((subnet) => vpcOfSubnet(world, subnet)).find((vpc) => vpc !== undefined);
}

/** How subnets lie in several VPCs, or undefined when they do not. */
export function apart(world: World, subnets: unknown[]): Reason | undefined {
  const home = vpcOfSubnets(world, subnets);
  const stray = subnets.find((subnet) => (vpcOfSubnet(world, subnet) ?? home) !== home);
  return stray === undefined
    ? undefined
    : because(`subnet ${String(stray)} is in ${vpcOfSubnet(world, stray)}, and the others in ${home}`);
}

/** The zones of subnets; not known when the program did not make one of them. */
export function zonesCovered(world: World, subnetIds: unknown[]): { known: boolean; names: Set<unknown> } {
  const subnets = subnetIds.map((id) => world.find("aws:ec2/subnet:Subnet", String(id)));
  return {
    known: subnets.every((one) => one !== undefined),
    names: new Set(subnets.map((one) => one?.outputs.availabilityZone)),
  };
}

/** The first of these security groups that is in another VPC, as a message says it. */
export function groupElsewhere(world: World, groups: unknown[], vpc: string | undefined): Reason | undefined {
  if (vpc === undefined) return undefined;
  for (const id of groups) {
    const group = world.find("aws:ec2/securityGroup:SecurityGroup", String(id));
    const home = group && text(plain(group).vpcId);
    if (home !== undefined && home !== vpc)
      return because(`security group ${naming(group!)} is in ${home}, not in ${vpc}`);
  }
  return undefined;
}

/** The values of an environment's option that hold several, separated by commas. */
export function optionValues(inputs: Properties, namespace: string, name: string): string[] {
  return list(inputs.settings)
    .filter(isObject)
    .filter((one) => one.namespace === namespace && one.name === name)
    .flatMap(({ value }) => String(value ?? "").split(","))
    .map((value) => value.trim())
    .filter(Boolean);
}

/** What holds network interfaces: in which subnets, and in which security groups. */
const INTERFACES: Record<string, { subnets(inputs: Properties): unknown[]; groups(inputs: Properties): unknown[] }> = {
  "aws:ec2/natGateway:NatGateway": { subnets: ({ subnetId }) => [subnetId], groups: () => [] },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    subnets: ({ subnetIds }) => list(subnetIds),
    groups: ({ securityGroupIds }) => list(securityGroupIds),
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    subnets: ({ subnets, subnetMappings }) => [
      ...list(subnets),
      ...list(subnetMappings).map((one) => isObject(one) && one.subnetId),
    ],
    groups: ({ securityGroups }) => list(securityGroups),
  },
  "aws:lambda/function:Function": {
    subnets: ({ vpcConfig }) => (isObject(vpcConfig) ? list(vpcConfig.subnetIds) : []),
    groups: ({ vpcConfig }) => (isObject(vpcConfig) ? list(vpcConfig.securityGroupIds) : []),
  },
  "aws:rds/proxy:Proxy": {
    subnets: ({ vpcSubnetIds }) => list(vpcSubnetIds),
    groups: ({ vpcSecurityGroupIds }) => list(vpcSecurityGroupIds),
  },
  // Which subnets of their group these two are in is not known.
  "aws:rds/instance:Instance": { subnets: () => [], groups: ({ vpcSecurityGroupIds }) => list(vpcSecurityGroupIds) },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    subnets: () => [],
    groups: ({ securityGroupIds }) => list(securityGroupIds),
  },
  "aws:elasticbeanstalk/environment:Environment": {
    subnets: (inputs) => optionValues(inputs, "aws:ec2:vpc", "ELBSubnets"),
    groups: (inputs) => [
      ...optionValues(inputs, "aws:autoscaling:launchconfiguration", "SecurityGroups"),
      ...optionValues(inputs, "aws:elbv2:loadbalancer", "SecurityGroups"),
      ...optionValues(inputs, "aws:elbv2:loadbalancer", "ManagedSecurityGroup"),
    ],
  },
};

/** The resource that has an interface in a subnet or a security group. */
export function holderOf(world: World, kind: "subnets" | "groups", id: string): WorldResource | undefined {
  for (const [type, of] of Object.entries(INTERFACES)) {
    const holder = world.ofType(type).find((one) => of[kind](plain(one)).includes(id));
    if (holder) return holder;
  }
  return undefined;
}

/** Groups of subnets, with what has an interface in one of theirs and does not say in which. */
const SUBNET_GROUPS = [
  {
    group: "aws:rds/subnetGroup:SubnetGroup",
    tenant: "aws:rds/instance:Instance",
    named: "dbSubnetGroupName",
  },
  {
    group: "aws:elasticache/subnetGroup:SubnetGroup",
    tenant: "aws:elasticache/replicationGroup:ReplicationGroup",
    named: "subnetGroupName",
  },
];

/** The database or cache that can only be in this subnet, because no other of its group is left. */
export function lastTenantOf(world: World, subnet: string): WorldResource | undefined {
  for (const { group, tenant, named } of SUBNET_GROUPS) {
    for (const one of world.ofType(group)) {
      const { subnetIds, name } = plain(one);
      const left = list(subnetIds).filter((id) => vpcOfSubnet(world, id) !== undefined);
      if (left.length !== 1 || left[0] !== subnet) continue;
      const found = world.findBy(tenant, named, name, one.region);
      if (found) return found;
    }
  }
  return undefined;
}
