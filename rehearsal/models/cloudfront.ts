import { timeOf } from "../templates";
import { isObject, list, type Properties, sameValue, text } from "../values";
import type { World, WorldResource } from "../world";
import { type Model, type ModelContext, type Models, type Refused, refused } from "./model";
import { others, plain, isOwnerEnforced } from "./references";

const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";

/** The hosted zone of every distribution. */
const HOSTED_ZONE = "Z2FDTNDATAQYW2";

const READ = ["GET", "HEAD"];
const METHODS = [READ, [...READ, "OPTIONS"], [...READ, "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]];

function etag({ identifiers }: ModelContext): string {
  return `E${identifiers.upper(13, "etag")}`;
}

function behaviours(inputs: Properties): [string, Properties][] {
  const ordered = list(inputs.orderedCacheBehaviors).map((one, index): [string, unknown] => [
    `orderedCacheBehaviors[${index}]`,
    one,
  ]);
  return [["defaultCacheBehavior", inputs.defaultCacheBehavior] as [string, unknown], ...ordered].filter(
    (one): one is [string, Properties] => isObject(one[1]),
  );
}

function isOneOf(methods: unknown[], sets: string[][]): boolean {
  return sets.some((set) => set.length === methods.length && set.every((method) => methods.includes(method)));
}

function refuseBehaviours({ inputs }: ModelContext): Refused | undefined {
  const ids = [...list(inputs.origins), ...list(inputs.originGroups)].filter(isObject).map(({ originId }) => originId);
  for (const [path, behaviour] of behaviours(inputs)) {
    if (!ids.includes(behaviour.targetOriginId)) {
      return refused(
        "NoSuchOrigin",
        `One or more of your origins or origin groups do not exist: ${path}.targetOriginId "${String(behaviour.targetOriginId)}" is none of the origins ${ids.join(", ")}`,
      );
    }
    const policy = behaviour.cachePolicyId !== undefined;
    if (policy === (behaviour.forwardedValues !== undefined)) {
      return refused("InvalidArgument", `${path} needs either cachePolicyId or forwardedValues`);
    }
    if (!isOneOf(list(behaviour.allowedMethods), METHODS)) {
      return refused("InvalidArgument", `${path}.allowedMethods must be GET and HEAD, those and OPTIONS, or all seven`);
    }
    if (!isOneOf(list(behaviour.cachedMethods), METHODS.slice(0, 2))) {
      return refused("InvalidArgument", `${path}.cachedMethods must be GET and HEAD, or those and OPTIONS`);
    }
  }
  return undefined;
}

function refuseOrigins({ inputs, world }: ModelContext): Refused | undefined {
  for (const [index, origin] of list(inputs.origins).entries()) {
    if (!isObject(origin)) continue;
    const kinds = ["customOriginConfig", "s3OriginConfig", "vpcOriginConfig"].filter(
      (kind) => origin[kind] !== undefined,
    );
    if (kinds.length > 1) {
      return refused("InvalidArgument", `origins[${index}] has ${kinds.join(" and ")}; it can have one`);
    }
    const vpcOrigin = isObject(origin.vpcOriginConfig) ? text(origin.vpcOriginConfig.vpcOriginId) : undefined;
    if (vpcOrigin && !world.find("aws:cloudfront/vpcOrigin:VpcOrigin", vpcOrigin)) {
      return refused(
        "InvalidArgument",
        `origins[${index}].vpcOriginConfig.vpcOriginId: there is no VPC origin ${vpcOrigin}`,
      );
    }
  }
  return undefined;
}

/** Names that a certificate of the program covers; undefined for one that it did not make. */
function covered(world: World, arn: string): string[] | undefined {
  const found = world.findBy("aws:acm/certificate:Certificate", "arn", arn);
  const given = found && plain(found);
  return given?.domainName === undefined
    ? undefined
    : [given.domainName, ...list(given.subjectAlternativeNames)].map((name) => String(name).toLowerCase());
}

/** Whether a name, or the wildcard that a certificate has for its level, is among the names. */
function isCovered(alias: string, names: string[]): boolean {
  const wanted = alias.toLowerCase();
  return names.includes(wanted) || names.includes(wanted.replace(/^[^.]+/, "*"));
}

function refuseCertificate({ inputs, world }: ModelContext): Refused | undefined {
  const certificate = isObject(inputs.viewerCertificate) ? inputs.viewerCertificate : {};
  const aliases = list(inputs.aliases).map(String);
  if (aliases.length > 0 && certificate.cloudfrontDefaultCertificate === true) {
    return refused(
      "InvalidViewerCertificate",
      "aliases need a certificate of their own; cloudfrontDefaultCertificate covers cloudfront.net only",
    );
  }
  const arn = text(certificate.acmCertificateArn);
  if (!arn) return undefined;
  if (arn.split(":")[3] !== "us-east-1") {
    return refused(
      "InvalidViewerCertificate",
      `The specified SSL certificate isn't in us-east-1 region: viewerCertificate.acmCertificateArn must be in us-east-1: ${arn}`,
    );
  }
  if (certificate.sslSupportMethod === undefined) {
    return refused("InvalidArgument", "viewerCertificate.sslSupportMethod is needed with a certificate");
  }
  const names = covered(world, arn);
  const bare = names && aliases.find((alias) => !isCovered(alias, names));
  return bare
    ? refused(
        "InvalidViewerCertificate",
        `The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) that you're trying to add: ${bare} is none of ${names.join(", ")}`,
      )
    : undefined;
}

function refuseNames(context: ModelContext): Refused | undefined {
  const { inputs, world } = context;
  for (const alias of list(inputs.aliases)) {
    const holder = others(context, DISTRIBUTION).find((one) => list(one.inputs.aliases).includes(alias));
    if (holder) {
      return refused(
        "CNAMEAlreadyExists",
        `One or more of the CNAMEs you provided are already associated with a different resource: alias ${String(alias)} belongs to "${holder.name}"`,
      );
    }
  }
  const restriction = isObject(inputs.restrictions) ? inputs.restrictions.geoRestriction : undefined;
  if (isObject(restriction)) {
    const none = restriction.restrictionType === "none";
    if (none === list(restriction.locations).length > 0) {
      return refused(
        "InvalidGeoRestrictionParameter",
        none ? "restrictions: type none takes no locations" : "restrictions: locations must be given",
      );
    }
  }
  const acl = text(inputs.webAclId);
  if (acl && !/^arn:[^:]+:wafv2:us-east-1:\d{12}:global\/webacl\//.test(acl)) {
    return refused("InvalidWebACLId", `webAclId must be a web ACL of scope CLOUDFRONT: ${acl}`);
  }
  if (acl && !world.findBy("aws:wafv2/webAcl:WebAcl", "arn", acl)) {
    return refused("InvalidWebACLId", `there is no web ACL ${acl}`);
  }
  return undefined;
}

/** Standard logs of the old kind are written with an ACL. */
function refuseLogging(context: ModelContext): Refused | undefined {
  const { inputs, world } = context;
  const logging = isObject(inputs.loggingConfig) ? inputs.loggingConfig : {};
  const bucket = text(logging.bucket)?.replace(/\.s3(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?$/, "");
  const known = bucket !== undefined && world.find("aws:s3/bucket:Bucket", bucket);
  return known && isOwnerEnforced(context, bucket)
    ? refused(
        "InvalidArgument",
        `The S3 bucket that you specified for CloudFront logs does not enable ACL access: loggingConfig.bucket "${bucket}"`,
      )
    : undefined;
}

const distribution: Model = {
  outputs: (context) => ({
    domainName: `d${context.identifiers.lower(13)}.cloudfront.net`,
    hostedZoneId: HOSTED_ZONE,
    status: "Deployed",
    etag: etag(context),
    callerReference: `terraform-${context.identifiers.digits(20)}`,
    inProgressValidationBatches: 0,
    lastModifiedTime: timeOf(context.identifiers),
    loggingV1Enabled: context.inputs.loggingConfig !== undefined,
    trustedKeyGroups: [{ enabled: false, items: [] }],
    trustedSigners: [{ enabled: false, items: [] }],
  }),
  refuse: (context) =>
    refuseOrigins(context) ??
    refuseBehaviours(context) ??
    refuseCertificate(context) ??
    refuseNames(context) ??
    refuseLogging(context),
};

/** A distribution that refers to this id or ARN anywhere. */
function userOf({ world }: ModelContext, reference: string): WorldResource | undefined {
  return world.ofType(DISTRIBUTION).find(({ inputs }) => JSON.stringify(inputs).includes(JSON.stringify(reference)));
}

/** Model of what distributions refer to by id. @param code What CloudFront says while one does */
function referred(code: string): Model {
  return {
    outputs: (context) => ({ etag: etag(context) }),
    refuseDelete(context) {
      const user = userOf(context, context.id);
      return user && refused(code, `${context.id} is attached to a distribution: distribution "${user.name}" uses it`);
    },
  };
}

export const models: Models = {
  [DISTRIBUTION]: distribution,
  "aws:cloudfront/cachePolicy:CachePolicy": referred("CachePolicyInUse"),
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": referred("ResponseHeadersPolicyInUse"),
  "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": referred("OriginRequestPolicyInUse"),
  "aws:cloudfront/originAccessControl:OriginAccessControl": referred("OriginAccessControlInUse"),
  "aws:cloudfront/vpcOrigin:VpcOrigin": {
    ...referred("CannotDeleteEntityWhileInUse"),
    refuse(context) {
      const { inputs, previous, id } = context;
      const before = previous.vpcOriginEndpointConfig;
      if (before === undefined || sameValue(before, inputs.vpcOriginEndpointConfig)) return undefined;
      const user = userOf(context, id);
      return (
        user &&
        refused(
          "CannotUpdateEntityWhileInUse",
          `the VPC origin ${id} must be detached before it is changed: distribution "${user.name}" uses it`,
        )
      );
    },
  },
  "aws:cloudfront/function:Function": {
    outputs: (context) => ({ etag: etag(context), liveStageEtag: etag(context), status: "UNASSOCIATED" }),
    refuseDelete(context) {
      const user = userOf(context, context.arn);
      return (
        user && refused("FunctionInUse", `Cannot delete function, it is in use: distribution "${user.name}" uses it`)
      );
    },
  },
  "aws:cloudfront/monitoringSubscription:MonitoringSubscription": {
    refuse: ({ inputs, world }) =>
      world.find(DISTRIBUTION, String(inputs.distributionId))
        ? undefined
        : refused(
            "NoSuchDistribution",
            `The specified distribution does not exist: there is no distribution ${String(inputs.distributionId)}`,
          ),
  },
};
