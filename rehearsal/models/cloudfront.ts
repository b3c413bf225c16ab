import { timeOf } from "../templates";
import { isObject, list, type Properties, text } from "../values";
import type { Model, ModelContext, Models } from "./model";

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

function refuseBehaviours({ inputs }: ModelContext): string | undefined {
  const ids = [...list(inputs.origins), ...list(inputs.originGroups)].filter(isObject).map(({ originId }) => originId);
  for (const [path, behaviour] of behaviours(inputs)) {
    if (!ids.includes(behaviour.targetOriginId)) {
      return `${path}.targetOriginId "${String(behaviour.targetOriginId)}" is none of the origins ${ids.join(", ")}`;
    }
    const policy = behaviour.cachePolicyId !== undefined;
    if (policy === (behaviour.forwardedValues !== undefined))
      return `${path} needs either cachePolicyId or forwardedValues`;
    if (!isOneOf(list(behaviour.allowedMethods), METHODS)) {
      return `${path}.allowedMethods must be GET and HEAD, those and OPTIONS, or all seven`;
    }
    if (!isOneOf(list(behaviour.cachedMethods), METHODS.slice(0, 2))) {
      return `${path}.cachedMethods must be GET and HEAD, or those and OPTIONS`;
    }
  }
  return undefined;
}

function refuseOrigins({ inputs, world }: ModelContext): string | undefined {
  for (const [index, origin] of list(inputs.origins).entries()) {
    if (!isObject(origin)) continue;
    const kinds = ["customOriginConfig", "s3OriginConfig", "vpcOriginConfig"].filter(
      (kind) => origin[kind] !== undefined,
    );
    if (kinds.length > 1) return `origins[${index}] has ${kinds.join(" and ")}; it can have one`;
    const vpcOrigin = isObject(origin.vpcOriginConfig) ? text(origin.vpcOriginConfig.vpcOriginId) : undefined;
    if (vpcOrigin && !world.find("aws:cloudfront/vpcOrigin:VpcOrigin", vpcOrigin)) {
      return `origins[${index}].vpcOriginConfig.vpcOriginId: there is no VPC origin ${vpcOrigin}`;
    }
  }
  return undefined;
}

function refuseNames({ inputs, world, urn }: ModelContext): string | undefined {
  const certificate = isObject(inputs.viewerCertificate) ? inputs.viewerCertificate : {};
  const aliases = list(inputs.aliases);
  if (aliases.length > 0 && certificate.cloudfrontDefaultCertificate === true) {
    return "aliases need a certificate of their own; cloudfrontDefaultCertificate covers cloudfront.net only";
  }
  const arn = text(certificate.acmCertificateArn);
  if (arn && arn.split(":")[3] !== "us-east-1")
    return `viewerCertificate.acmCertificateArn must be in us-east-1: ${arn}`;
  if (arn && certificate.sslSupportMethod === undefined)
    return "viewerCertificate.sslSupportMethod is needed with a certificate";
  const others = world.ofType(DISTRIBUTION).filter((one) => one.urn !== urn);
  for (const alias of aliases) {
    const holder = others.find((one) => list(one.inputs.aliases).includes(alias));
    if (holder) return `alias ${String(alias)} belongs to "${holder.name}"`;
  }
  const restriction = isObject(inputs.restrictions) ? inputs.restrictions.geoRestriction : undefined;
  if (isObject(restriction)) {
    const none = restriction.restrictionType === "none";
    if (none === list(restriction.locations).length > 0) {
      return none ? "restrictions: type none takes no locations" : "restrictions: locations must be given";
    }
  }
  const acl = text(inputs.webAclId);
  if (acl && !/^arn:[^:]+:wafv2:us-east-1:\d{12}:global\/webacl\//.test(acl)) {
    return `webAclId must be a web ACL of scope CLOUDFRONT: ${acl}`;
  }
  if (acl && !world.findBy("aws:wafv2/webAcl:WebAcl", "arn", acl)) return `there is no web ACL ${acl}`;
  return undefined;
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
  refuse: (context) => refuseOrigins(context) ?? refuseBehaviours(context) ?? refuseNames(context),
};

/** Whether a distribution refers to this id anywhere. */
function userOf({ world, id }: ModelContext) {
  return world.ofType(DISTRIBUTION).find(({ inputs }) => JSON.stringify(inputs).includes(JSON.stringify(id)));
}

/** Model of what distributions refer to by id. */
const referred: Model = {
  outputs: (context) => ({ etag: etag(context) }),
  refuseDelete(context) {
    const user = userOf(context);
    return user && `distribution "${user.name}" uses it`;
  },
};

export const models: Models = {
  [DISTRIBUTION]: distribution,
  "aws:cloudfront/cachePolicy:CachePolicy": referred,
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": referred,
  "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": referred,
  "aws:cloudfront/originAccessControl:OriginAccessControl": referred,
  "aws:cloudfront/vpcOrigin:VpcOrigin": referred,
  "aws:cloudfront/function:Function": {
    outputs: (context) => ({ etag: etag(context), liveStageEtag: etag(context), status: "UNASSOCIATED" }),
  },
  "aws:cloudfront/monitoringSubscription:MonitoringSubscription": {
    refuse: ({ inputs, world }) =>
      world.find(DISTRIBUTION, String(inputs.distributionId))
        ? undefined
        : `there is no distribution ${String(inputs.distributionId)}`,
  },
};
