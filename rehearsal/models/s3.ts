import { createHash } from "node:crypto";

import { dnsSuffixOf, Identifiers } from "../aws";
import { isObject, list, text } from "../values";
import type { WorldResource } from "../world";
import type { Model, ModelContext, Models } from "./model";

const BUCKET = "aws:s3/bucket:Bucket";
const VERSIONING = "aws:s3/bucketVersioning:BucketVersioning";

/** Route 53 zones of the S3 website endpoints. */
const HOSTED_ZONES: Record<string, string> = {
  "eu-north-1": "Z3BAZG2TWCNX0D",
  "eu-central-1": "Z21DNDUVLTQW6Q",
  "eu-west-1": "Z1BKCTXD74EZPE",
  "us-east-1": "Z3AQBSTGFYJSTF",
};

function refuseName({ inputs, account, region }: ModelContext): string | undefined {
  const name = text(inputs.bucket) ?? "";
  if (/\.\./.test(name) || /^\d+\.\d+\.\d+\.\d+$/.test(name))
    return `"${name}" is no bucket name: no double dots, no IP address`;
  if (/^(xn--|sthree-|amzn-s3-demo-)/.test(name)) return `"${name}" begins with a prefix that S3 keeps for itself`;
  if (/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name))
    return `"${name}" ends in a suffix that S3 keeps for itself`;
  if (inputs.bucketNamespace === "account-regional" && !name.endsWith(`-${account}-${region}-an`)) {
    return `with bucketNamespace account-regional the name must end in -${account}-${region}-an`;
  }
  return undefined;
}

function noBucket({ inputs, world, region }: ModelContext): string | undefined {
  return wrongBucket(world.find(BUCKET, String(inputs.bucket)), String(inputs.bucket), region);
}

function wrongBucket(bucket: WorldResource | undefined, name: string, region: string): string | undefined {
  if (!bucket) return `there is no bucket "${name}"`;
  return bucket.region === region
    ? undefined
    : `bucket "${name}" is in ${bucket.region}, and this setting in ${region}`;
}

/** Whether versions are kept in a bucket. */
function isVersioned({ world }: ModelContext, bucket: string): boolean {
  const setting = world.findBy(VERSIONING, "bucket", bucket)?.inputs.versioningConfiguration;
  return isObject(setting) && setting.status === "Enabled";
}

function refuseReplication(context: ModelContext): string | undefined {
  const { inputs, world } = context;
  const wrong = noBucket(context);
  if (wrong) return wrong;
  const source = String(inputs.bucket);
  if (!isVersioned(context, source)) return `versioning of the source bucket "${source}" must be Enabled first`;
  const priorities = new Set<unknown>();
  const rules = list(inputs.rules).filter(isObject);
  for (const [index, rule] of rules.entries()) {
    const at = `rules[${index}]`;
    const destination = isObject(rule.destination) ? rule.destination : {};
    const name = String(destination.bucket).split(":::")[1] ?? "";
    if (destination.account === undefined || destination.account === context.account) {
      if (!world.find(BUCKET, name)) return `${at}.destination.bucket: there is no bucket "${name}"`;
      if (!isVersioned(context, name)) return `${at}.destination.bucket: versioning of "${name}" must be Enabled first`;
    }
    if (rule.filter !== undefined && rule.deleteMarkerReplication === undefined) {
      return `${at}.deleteMarkerReplication must be given with a filter`;
    }
    if (rule.filter !== undefined && rules.length > 1 && rule.priority === undefined)
      return `${at}.priority must be given`;
    if (rule.priority !== undefined && priorities.has(rule.priority))
      return `${at}.priority ${String(rule.priority)} is given twice`;
    priorities.add(rule.priority);
    if (isObject(destination.replicationTime) && destination.metrics === undefined) {
      return `${at}.destination.metrics is needed with replicationTime`;
    }
    const encryption = isObject(destination.encryptionConfiguration);
    const criteria = isObject(rule.sourceSelectionCriteria)
      ? rule.sourceSelectionCriteria.sseKmsEncryptedObjects
      : undefined;
    const chosen = isObject(criteria) && criteria.status === "Enabled";
    if (chosen !== encryption) {
      return `${at}: sourceSelectionCriteria.sseKmsEncryptedObjects and destination.encryptionConfiguration need each other`;
    }
  }
  return undefined;
}

function refuseLifecycle(context: ModelContext): string | undefined {
  const ids = new Set<unknown>();
  for (const [index, rule] of list(context.inputs.rules).filter(isObject).entries()) {
    const at = `rules[${index}]`;
    if (ids.has(rule.id)) return `${at}.id "${String(rule.id)}" is given twice`;
    ids.add(rule.id);
    const expiry = isObject(rule.expiration) ? Number(rule.expiration.days) : NaN;
    for (const transition of list(rule.transitions).filter(isObject)) {
      const days = Number(transition.days);
      if (/^(STANDARD_IA|ONEZONE_IA)$/.test(String(transition.storageClass)) && days < 30) {
        return `${at}: a transition to ${String(transition.storageClass)} needs at least 30 days, not ${days}`;
      }
      if (expiry <= days) return `${at}: expiration after ${expiry} days comes before the transition after ${days}`;
    }
  }
  return noBucket(context);
}

const bucket: Model = {
  outputs: ({ inputs, region, id }) => {
    const suffix = dnsSuffixOf(region);
    return {
      bucketDomainName: `${id}.s3.${suffix}`,
      bucketRegionalDomainName: `${id}.s3.${region}.${suffix}`,
      bucketRegion: region,
      hostedZoneId: HOSTED_ZONES[region] ?? new Identifiers(`s3 ${region}`).upper(14).replace(/^./, "Z"),
      requestPayer: "BucketOwner",
      objectLockEnabled: false,
      accelerationStatus: "",
      websiteDomain: isObject(inputs.website) ? `s3-website.${region}.${suffix}` : undefined,
      websiteEndpoint: isObject(inputs.website) ? `${id}.s3-website.${region}.${suffix}` : undefined,
      bucketNamespace: "global",
    };
  },
  refuse: refuseName,
  refuseDelete({ inputs, world, id }) {
    if (inputs.forceDestroy === true) return undefined;
    const object = world.findBy("aws:s3/bucketObjectv2:BucketObjectv2", "bucket", id);
    return object && `it is not empty: it holds "${object.name}"`;
  },
};

const object: Model = {
  outputs: ({ identifiers, inputs }) => ({
    etag: createHash("md5")
      .update(JSON.stringify([inputs.content, inputs.contentBase64, inputs.source]))
      .digest("hex"),
    versionId: identifiers.mixed(32, "version"),
    contentType: "application/octet-stream",
    serverSideEncryption: "AES256",
  }),
  refuse: noBucket,
};

const setting: Model = { refuse: noBucket };

export const models: Models = {
  [BUCKET]: bucket,
  [VERSIONING]: setting,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": setting,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": setting,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": setting,
  "aws:s3/bucketPolicy:BucketPolicy": setting,
  "aws:s3/bucketMetric:BucketMetric": setting,
  "aws:s3/bucketNotification:BucketNotification": setting,
  "aws:s3/bucketAcl:BucketAcl": {
    refuse(context) {
      const rule = context.world.findBy(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "bucket",
        context.inputs.bucket,
      );
      const owned = !rule || (isObject(rule.inputs.rule) && rule.inputs.rule.objectOwnership === "BucketOwnerEnforced");
      if (owned && context.inputs.acl !== "private") return "the bucket takes no ACL while its owner is enforced";
      return noBucket(context);
    },
  },
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
    refuse: (context) =>
      noBucket(context) ??
      (isVersioned(context, String(context.inputs.bucket)) ? undefined : "object lock needs versioning Enabled"),
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": { refuse: refuseLifecycle },
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": { refuse: refuseReplication },
  "aws:s3/bucketLogging:BucketLogging": {
    refuse: (context) =>
      noBucket(context) ??
      wrongBucket(
        context.world.find(BUCKET, String(context.inputs.targetBucket)),
        String(context.inputs.targetBucket),
        context.region,
      ),
  },
  "aws:s3/bucketObjectv2:BucketObjectv2": object,
  "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": { outputs: ({ account }) => ({ accountId: account }) },
};
