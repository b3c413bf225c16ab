import { dnsSuffixOf, Identifiers } from "../aws";
import { isObject, list, type Properties, text } from "../values";
import type { WorldResource } from "../world";
import { because, type Model, type ModelContext, type Models, type Reason, type Refused, refused } from "./model";
import { lets, several, statementsOf } from "./policy";
import {
  apart,
  bucketPolicyOf,
  contextOf,
  groupElsewhere,
  naming,
  others,
  plain,
  vpcOfSubnets,
  zonesCovered,
} from "./references";

const LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const LISTENER = "aws:lb/listener:Listener";
const TARGET_GROUP = "aws:lb/targetGroup:TargetGroup";

/** `app` in the ARNs of application load balancers, and so on. */
const SHORT: Record<string, string> = { application: "app", network: "net", gateway: "gwy" };

/** Services that write the logs of load balancers. */
const LOG_WRITERS = ["logdelivery.elasticloadbalancing.amazonaws.com", "delivery.logs.amazonaws.com"];

/**
 * Why a load balancer cannot write its access logs to a bucket, or undefined. A bucket that the program did not make is
 * taken on trust.
 */
export function cannotLogTo(context: ModelContext, name: string, prefix: string | undefined): Reason | undefined {
  const { world, region, partition, account } = context;
  const bucket = world.find("aws:s3/bucket:Bucket", name);
  if (!bucket) return undefined;
  if (bucket.region !== region)
    return because(`bucket "${name}" is in ${bucket.region}, and the load balancer in ${region}`);
  const type = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
  const encryption = world.findBy(type, "bucket", name);
  const [rule] = encryption ? list(plain(encryption).rules).filter(isObject) : [];
  const byDefault = rule?.applyServerSideEncryptionByDefault as Properties | undefined;
  if (byDefault && byDefault.sseAlgorithm !== "AES256") {
    return because(
      `bucket "${name}" encrypts with ${String(byDefault.sseAlgorithm)}, and load balancers write with AES256 only`,
    );
  }
  const policy = bucketPolicyOf(world, name);
  // Older regions write from an account of AWS's own.
  const elsewhere = (principal: unknown) => (/\d{12}/.exec(String(principal))?.[0] ?? account) !== account;
  const foreign = (statementsOf(policy) ?? []).some(
    ({ Effect, Principal }) => Effect === "Allow" && isObject(Principal) && several(Principal.AWS).some(elsewhere),
  );
  const folder = `${prefix ? `${prefix}/` : ""}AWSLogs/${account}`;
  const access = {
    action: "s3:PutObject",
    resource: `arn:${partition}:s3:::${name}/${folder}/ELBAccessLogTestFile`,
    context: contextOf(context),
  };
  return foreign || LOG_WRITERS.some((service) => lets(policy, { ...access, service }))
    ? undefined
    : because(`the policy of bucket "${name}" must let ${LOG_WRITERS[0]} put objects under ${folder}`);
}

/** Why subnets cannot hold an application load balancer, or undefined. */
export function tooFewZones({ world }: ModelContext, subnets: unknown[]): Reason | undefined {
  const zones = zonesCovered(world, subnets);
  return zones.known && subnets.length > 0 && zones.names.size < 2
    ? because(
        `At least two subnets in two different Availability Zones must be specified: they cover ${[...zones.names].join()}`,
      )
    : undefined;
}

function subnetsOf(inputs: Properties): unknown[] {
  const mapped = list(inputs.subnetMappings).filter(isObject);
  return [...list(inputs.subnets), ...mapped.map(({ subnetId }) => subnetId)];
}

function refuseBalancer(context: ModelContext): Refused | undefined {
  const { inputs, world } = context;
  const subnets = subnetsOf(inputs);
  const stray = apart(world, subnets);
  if (stray) return refused("InvalidSubnet", `the subnets must all be in one VPC: ${stray}`);
  const few = SHORT[String(inputs.loadBalancerType ?? "application")] === "app" && tooFewZones(context, subnets);
  if (few) return refused("ValidationError", few);
  const zones = subnets
    .map((id) => world.find("aws:ec2/subnet:Subnet", String(id))?.outputs.availabilityZone)
    .filter((zone) => zone !== undefined);
  const twice = zones.find((zone, index) => zones.indexOf(zone) !== index);
  if (twice !== undefined) {
    return refused(
      "InvalidConfigurationRequest",
      `A load balancer cannot be attached to multiple subnets in the same Availability Zone: two are in ${String(twice)}`,
    );
  }
  const elsewhere = groupElsewhere(world, list(inputs.securityGroups), vpcOfSubnets(world, subnets));
  if (elsewhere) {
    return refused("InvalidConfigurationRequest", `One or more security groups are invalid: ${elsewhere}`);
  }
  for (const kind of ["accessLogs", "connectionLogs"]) {
    const logs = inputs[kind];
    if (!isObject(logs) || logs.enabled !== true) continue;
    const closed = cannotLogTo(context, String(logs.bucket), text(logs.prefix));
    if (closed) {
      return refused(
        "InvalidConfigurationRequest",
        `Access Denied for bucket: ${String(logs.bucket)}. Please check S3bucket permission: ${kind}: ${closed}`,
      );
    }
  }
  return undefined;
}

/** The ARNs of the target groups that a listener sends to. */
function targetsOf(inputs: Properties): unknown[] {
  return list(inputs.defaultActions)
    .filter(isObject)
    .flatMap(({ targetGroupArn, forward }) => [
      targetGroupArn,
      ...(isObject(forward) ? list(forward.targetGroups).filter(isObject) : []).map(({ arn }) => arn),
    ])
    .filter((arn) => arn !== undefined);
}

function refuseListener(context: ModelContext): Refused | undefined {
  const { inputs, world, region } = context;
  const twin = others(context, LISTENER).find(
    (one) => plain(one).loadBalancerArn === inputs.loadBalancerArn && plain(one).port === inputs.port,
  );
  if (twin) {
    return refused(
      "DuplicateListener",
      `A listener already exists on this port for this load balancer: ${naming(twin)} on ${String(inputs.port)}`,
    );
  }
  const certificate = text(inputs.certificateArn);
  if (/^(HTTPS|TLS)$/.test(String(inputs.protocol)) && !certificate) {
    return refused("ValidationError", `A certificate must be specified for ${String(inputs.protocol)} listeners`);
  }
  if (certificate && /^arn:[^:]+:acm:/.test(certificate) && certificate.split(":")[3] !== region) {
    return refused("CertificateNotFound", `Certificate '${certificate}' not found: it is not in ${region}`);
  }
  const balancer = world.findBy(LOAD_BALANCER, "arn", inputs.loadBalancerArn);
  const home = balancer && vpcOfSubnets(world, subnetsOf(plain(balancer)));
  for (const arn of targetsOf(inputs)) {
    const group = world.findBy(TARGET_GROUP, "arn", arn);
    const wrong = group && refuseTargets(context, group, home);
    if (wrong) return wrong;
  }
  return undefined;
}

function refuseTargets(context: ModelContext, group: WorldResource, home: string | undefined): Refused | undefined {
  const vpc = text(plain(group).vpcId);
  if (home && vpc && vpc !== home) {
    return refused(
      "InvalidConfigurationRequest",
      `The target group and the load balancer must be in one VPC: ${naming(group)} is in ${vpc}, not in ${home}`,
    );
  }
  const other = others(context, LISTENER).find(
    (one) =>
      targetsOf(plain(one)).includes(group.outputs.arn) &&
      plain(one).loadBalancerArn !== context.inputs.loadBalancerArn,
  );
  return (
    other &&
    refused(
      "TargetGroupAssociationLimit",
      `The following target groups cannot be associated with more than one load balancer: ${naming(group)} serves ${naming(other)}`,
    )
  );
}

const targetGroup: Model = {
  outputs: ({ arn }) => ({
    arnSuffix: arn.slice(arn.lastIndexOf(":") + 1),
    loadBalancerArns: [],
    ipAddressType: "ipv4",
    protocolVersion: "HTTP1",
    loadBalancingAlgorithmType: "round_robin",
  }),
  refuseDelete({ world, arn }) {
    const user = world.ofType(LISTENER).find((one) => targetsOf(plain(one)).includes(arn));
    return (
      user &&
      refused("ResourceInUse", `Target group '${arn}' is currently in use by a listener or a rule: ${naming(user)}`)
    );
  },
};

export const models: Models = {
  [LOAD_BALANCER]: {
    arn: ({ inputs, partition, region, account, identifiers }) =>
      `arn:${partition}:elasticloadbalancing:${region}:${account}:loadbalancer/${SHORT[String(inputs.loadBalancerType)] ?? "app"}/${String(inputs.name)}/${identifiers.hex(16)}`,
    outputs: ({ inputs, arn, region, identifiers, world }) => ({
      arnSuffix: arn.slice(arn.indexOf("loadbalancer/") + "loadbalancer/".length),
      dnsName: `${inputs.internal === true ? "internal-" : ""}${String(inputs.name)}-${identifiers.digits(9)}.${region}.elb.${dnsSuffixOf(region)}`,
      zoneId: new Identifiers(`elb ${region}`).upper(14).replace(/^./, "Z"),
      vpcId: world.find("aws:ec2/subnet:Subnet", String(list(inputs.subnets)[0]))?.inputs.vpcId ?? "",
      internal: false,
      ipAddressType: "ipv4",
      securityGroups: [],
      subnets: [],
      subnetMappings: [],
    }),
    refuse: refuseBalancer,
    refuseDelete: ({ inputs, arn }) =>
      inputs.enableDeletionProtection === true
        ? refused(
            "OperationNotPermitted",
            `Load balancer '${arn}' cannot be deleted because deletion protection is enabled: enableDeletionProtection is on`,
          )
        : undefined,
  },
  [LISTENER]: {
    arn: ({ inputs, identifiers }) =>
      `${(text(inputs.loadBalancerArn) ?? "").replace(":loadbalancer/", ":listener/")}/${identifiers.hex(16)}`,
    outputs: ({ inputs }) => ({
      protocol: "HTTP",
      sslPolicy: inputs.protocol === "HTTPS" ? "ELBSecurityPolicy-2016-08" : "",
    }),
    refuse: refuseListener,
  },
  [TARGET_GROUP]: targetGroup,
};
