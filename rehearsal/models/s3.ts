import { createHash } from "node:crypto";

import { dnsSuffixOf, Identifiers } from "../aws";
import { isObject, list, type Properties, reveal, text } from "../values";
import { because, type Model, type ModelContext, type Models, type Reason, type Refused, refused } from "./model";
import { isPublic, like, lets, several, statementsOf } from "./policy";
import {
  cannotAssume,
  contextOf,
  isOwnerEnforced,
  keyBars,
  mayInvoke,
  naming,
  plain,
  topicPolicyOf,
  unusableKey,
} from "./references";

const BUCKET = "aws:s3/bucket:Bucket";
const VERSIONING = "aws:s3/bucketVersioning:BucketVersioning";
const REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
const OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls";
const ACL = "aws:s3/bucketAcl:BucketAcl";
const LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";

/** Route 53 zones of the S3 website endpoints. */
const HOSTED_ZONES: Record<string, string> = {
  "eu-north-1": "Z3BAZG2TWCNX0D",
  "eu-central-1": "Z21DNDUVLTQW6Q",
  "eu-west-1": "Z1BKCTXD74EZPE",
  "us-east-1": "Z3AQBSTGFYJSTF",
};

function refuseName({ inputs, account, region }: ModelContext): Refused | undefined {
  const name = text(inputs.bucket) ?? "";
  const invalid = (why: string) => `The specified bucket is not valid: "${name}" ${why}`;
  if (/\.\./.test(name) || /^\d+\.\d+\.\d+\.\d+$/.test(name))
    return refused("InvalidBucketName", invalid("has double dots or is an IP address"));
  if (/^(xn--|sthree-|amzn-s3-demo-)/.test(name))
    return refused("InvalidBucketName", invalid("begins with a prefix that S3 keeps for itself"));
  if (/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name))
    return refused("InvalidBucketName", invalid("ends in a suffix that S3 keeps for itself"));
  if (inputs.bucketNamespace === "account-regional" && !name.endsWith(`-${account}-${region}-an`)) {
    return refused(
      "InvalidBucketName",
      `with bucketNamespace account-regional the name must end in -${account}-${region}-an`,
    );
  }
  return undefined;
}

function noBucket(context: ModelContext, name: unknown = context.inputs.bucket): Refused | undefined {
  const bucket = context.world.find(BUCKET, String(name));
  if (!bucket)
    return refused("NoSuchBucket", `The specified bucket does not exist: there is no bucket "${String(name)}"`);
  return bucket.region === context.region
    ? undefined
    : refused(
        "PermanentRedirect",
        `bucket "${String(name)}" is in ${bucket.region}, and this setting in ${context.region}`,
      );
}

/** Whether versions are kept in a bucket. */
function isVersioned({ world }: ModelContext, bucket: string): boolean {
  const setting = world.findBy(VERSIONING, "bucket", bucket)?.inputs.versioningConfiguration;
  return isObject(setting) && setting.status === "Enabled";
}

function refuseReplication(context: ModelContext): Refused | undefined {
  const { inputs, world } = context;
  const wrong = noBucket(context);
  if (wrong) return wrong;
  const source = String(inputs.bucket);
  if (!isVersioned(context, source)) {
    return refused("InvalidRequest", `versioning of the source bucket "${source}" must be Enabled first`);
  }
  const barred = cannotAssume(context, inputs.role, "s3.amazonaws.com");
  if (barred) return refused("InvalidRequest", `S3 cannot replicate with this role: ${barred}`);
  const priorities = new Set<unknown>();
  const rules = list(inputs.rules).filter(isObject);
  for (const [index, rule] of rules.entries()) {
    const at = `rules[${index}]`;
    const destination = isObject(rule.destination) ? rule.destination : {};
    const name = String(destination.bucket).split(":::")[1] ?? "";
    if (name === source) {
      return refused("InvalidRequest", `${at}.destination.bucket cannot be the source bucket "${source}" itself`);
    }
    if (destination.account === undefined || destination.account === context.account) {
      if (!world.find(BUCKET, name)) {
        return refused("InvalidRequest", `${at}.destination.bucket: there is no bucket "${name}"`);
      }
      if (!isVersioned(context, name)) {
        return refused("InvalidRequest", `${at}.destination.bucket: versioning of "${name}" must be Enabled first`);
      }
    }
    if (rule.filter !== undefined && rule.deleteMarkerReplication === undefined) {
      return refused("InvalidRequest", `${at}.deleteMarkerReplication must be given with a filter`);
    }
    if (rule.filter !== undefined && rules.length > 1 && rule.priority === undefined) {
      return refused("InvalidRequest", `${at}.priority must be given`);
    }
    if (rule.priority !== undefined && priorities.has(rule.priority)) {
      return refused("InvalidRequest", `${at}.priority ${String(rule.priority)} is given twice`);
    }
    priorities.add(rule.priority);
    if (isObject(destination.replicationTime) && destination.metrics === undefined) {
      return refused("InvalidRequest", `${at}.destination.metrics is needed with replicationTime`);
    }
    const encryption = isObject(destination.encryptionConfiguration);
    const criteria = isObject(rule.sourceSelectionCriteria)
      ? rule.sourceSelectionCriteria.sseKmsEncryptedObjects
      : undefined;
    const chosen = isObject(criteria) && criteria.status === "Enabled";
    if (chosen !== encryption) {
      return refused(
        "InvalidRequest",
        `${at}: sourceSelectionCriteria.sseKmsEncryptedObjects and destination.encryptionConfiguration need each other`,
      );
    }
  }
  return undefined;
}

function refuseLifecycle(context: ModelContext): Refused | undefined {
  const ids = new Set<unknown>();
  for (const [index, rule] of list(context.inputs.rules).filter(isObject).entries()) {
    const at = `rules[${index}]`;
    if (ids.has(rule.id)) return refused("InvalidArgument", `${at}.id "${String(rule.id)}" is given twice`);
    ids.add(rule.id);
    const expiry = isObject(rule.expiration) ? Number(rule.expiration.days) : NaN;
    for (const transition of list(rule.transitions).filter(isObject)) {
      const days = Number(transition.days);
      if (/^(STANDARD_IA|ONEZONE_IA)$/.test(String(transition.storageClass)) && days < 30) {
        return refused(
          "InvalidArgument",
          `${at}: a transition to ${String(transition.storageClass)} needs at least 30 days, not ${days}`,
        );
      }
      if (expiry <= days) {
        return refused(
          "InvalidArgument",
          `${at}: expiration after ${expiry} days comes before the transition after ${days}`,
        );
      }
    }
  }
  return noBucket(context);
}

/** Versions cannot be suspended below what needs them. */
function refuseSuspension(context: ModelContext): Refused | undefined {
  const { world } = context;
  const { bucket } = context.inputs;
  const replication = world.findBy(REPLICATION, "bucket", bucket);
  if (replication) {
    return refused(
      "InvalidBucketState",
      `A replication configuration is present on this bucket, so you cannot change the versioning state: delete "${replication.name}" first`,
    );
  }
  const lock = world.findBy(LOCK, "bucket", bucket);
  return lock
    ? refused(
        "InvalidBucketState",
        `An Object Lock configuration is present on this bucket, so the versioning state cannot be changed: "${lock.name}"`,
      )
    : undefined;
}

const versioning: Model = {
  refuse(context) {
    const { versioningConfiguration } = context.inputs;
    const enabled = isObject(versioningConfiguration) && versioningConfiguration.status === "Enabled";
    return noBucket(context) ?? (enabled ? undefined : refuseSuspension(context));
  },
  // Deleting the setting suspends versioning.
  refuseDelete: ({ inputs, ...context }) => {
    const { versioningConfiguration } = inputs;
    const enabled = isObject(versioningConfiguration) && versioningConfiguration.status === "Enabled";
    return enabled && context.world.find(BUCKET, String(inputs.bucket))
      ? refuseSuspension({ inputs, ...context })
      : undefined;
  },
};

/** The block that keeps a bucket from becoming public, its own or the account's. */
function publicAccessBlock({ world, inputs }: ModelContext, setting: string): Reason | undefined {
  const own = world.findBy("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "bucket", inputs.bucket);
  const account = world.ofType("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock");
  const block = [own, ...account].find((one) => one && plain(one)[setting] === true);
  return block && because(`"${block.name}" has ${setting} on`);
}

function refusePolicy(context: ModelContext): Refused | undefined {
  const { inputs } = context;
  const wrong = noBucket(context);
  if (wrong) return wrong;
  const arn = `arn:${context.partition}:s3:::${String(inputs.bucket)}`;
  const foreign = (statementsOf(inputs.policy) ?? [])
    .flatMap(({ Resource }) => several(Resource).map(String))
    .find((resource) => resource !== arn && !resource.startsWith(`${arn}/`) && !like(resource, arn, false));
  if (foreign !== undefined) {
    return refused(
      "MalformedPolicy",
      `Policy has invalid resource: ${foreign} is not in bucket "${String(inputs.bucket)}"`,
    );
  }
  const blocked = isPublic(inputs.policy) ? publicAccessBlock(context, "blockPublicPolicy") : undefined;
  return blocked
    ? refused(
        "AccessDenied",
        `public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access: ${blocked}`,
      )
    : undefined;
}

function refuseAcl(context: ModelContext): Refused | undefined {
  const { inputs } = context;
  const wrong = noBucket(context);
  if (wrong) return wrong;
  if (isOwnerEnforced(context, inputs.bucket)) {
    return refused(
      "AccessControlListNotSupported",
      `The bucket does not allow ACLs: the owner of "${String(inputs.bucket)}" is enforced`,
    );
  }
  const open = /^public-/.test(String(inputs.acl)) ? publicAccessBlock(context, "blockPublicAcls") : undefined;
  return open
    ? refused(
        "AccessDenied",
        `public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access: ${open}`,
      )
    : undefined;
}

function refuseOwnership(context: ModelContext): Refused | undefined {
  const { rule, bucket } = context.inputs;
  const enforced = isObject(rule) && rule.objectOwnership === "BucketOwnerEnforced";
  const acl = enforced ? context.world.findBy(ACL, "bucket", bucket) : undefined;
  if (acl && ![undefined, "private", "bucket-owner-full-control"].includes(text(plain(acl).acl))) {
    return refused(
      "InvalidBucketAclWithObjectOwnership",
      `Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting: "${acl.name}" lets others in`,
    );
  }
  return noBucket(context);
}

/** Where a bucket's events go, with what says whether S3 may deliver them. */
function refuseNotification(context: ModelContext): Refused | undefined {
  const { inputs, region } = context;
  const wrong = noBucket(context);
  if (wrong) return wrong;
  const targets = [
    ...list(inputs.topics).map((one) => isObject(one) && one.topicArn),
    ...list(inputs.queues).map((one) => isObject(one) && one.queueArn),
    ...list(inputs.lambdaFunctions).map((one) => isObject(one) && one.lambdaFunctionArn),
  ];
  for (const target of targets) {
    const arn = text(target) ?? "";
    if (arn && arn.split(":")[3] !== region) {
      return refused(
        "InvalidArgument",
        `The notification destination service region is not valid for the bucket location constraint: ${arn} is not in ${region}`,
      );
    }
    const closed = closedToEvents(context, arn);
    if (closed) {
      return refused("InvalidArgument", `Unable to validate the following destination configurations: ${closed}`);
    }
  }
  return undefined;
}

/** Why S3 cannot deliver events of the bucket to a topic, queue or function, or undefined. */
function closedToEvents(context: ModelContext, arn: string): Reason | undefined {
  const { world, inputs, partition } = context;
  const service = "s3.amazonaws.com";
  const origin = { "aws:SourceArn": `arn:${partition}:s3:::${String(inputs.bucket)}` };
  const access = { service, resource: arn, context: { ...contextOf(context), ...origin } };
  const topic = world.findBy("aws:sns/topic:Topic", "arn", arn);
  if (topic) {
    if (!lets(topicPolicyOf(world, topic), { ...access, action: "SNS:Publish" })) {
      return because(`the policy of topic ${naming(topic)} does not let ${service} publish`);
    }
    return keyBars(context, plain(topic).kmsMasterKeyId, service, "kms:GenerateDataKey");
  }
  const queue = world.findBy("aws:sqs/queue:Queue", "arn", arn);
  if (queue) {
    const own = world.findBy("aws:sqs/queuePolicy:QueuePolicy", "queueUrl", queue.id);
    const policy = own ? plain(own).policy : reveal(queue.outputs.policy);
    if (!lets(policy, { ...access, action: "SQS:SendMessage" })) {
      return because(`the policy of queue ${naming(queue)} does not let ${service} send`);
    }
    return keyBars(context, plain(queue).kmsMasterKeyId, service, "kms:GenerateDataKey");
  }
  const lambda = world.findBy("aws:lambda/function:Function", "arn", arn);
  return lambda && !mayInvoke(context, lambda.id, arn, service)
    ? because(`no permission of function ${naming(lambda)} lets ${service} invoke it`)
    : undefined;
}

/** Why a key that S3 is to encrypt an object with is of no use, be it the object's or its bucket's. */
function objectKey(context: ModelContext): Reason | undefined {
  const { inputs, world } = context;
  if (inputs.kmsKeyId !== undefined) return unusableKey(context, inputs.kmsKeyId);
  const type = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
  const encryption = world.findBy(type, "bucket", inputs.bucket);
  const [rule] = encryption ? list(plain(encryption).rules).filter(isObject) : [];
  const byDefault = rule?.applyServerSideEncryptionByDefault as Properties | undefined;
  return byDefault?.kmsMasterKeyId === undefined ? undefined : unusableKey(context, byDefault.kmsMasterKeyId);
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
    return (
      object && refused("BucketNotEmpty", `The bucket you tried to delete is not empty: it holds "${object.name}"`)
    );
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
  refuse(context) {
    const unusable = objectKey(context);
    return noBucket(context) ?? (unusable ? refused("KMS.DisabledException", unusable) : undefined);
  },
};

const setting: Model = { refuse: (context) => noBucket(context) };

export const models: Models = {
  [BUCKET]: bucket,
  [VERSIONING]: versioning,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": setting,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": setting,
  [OWNERSHIP]: { refuse: refuseOwnership },
  "aws:s3/bucketPolicy:BucketPolicy": { refuse: refusePolicy },
  "aws:s3/bucketMetric:BucketMetric": setting,
  "aws:s3/bucketNotification:BucketNotification": { refuse: refuseNotification },
  [ACL]: { refuse: refuseAcl },
  [LOCK]: {
    refuse: (context) =>
      noBucket(context) ??
      (isVersioned(context, String(context.inputs.bucket))
        ? undefined
        : refused(
            "InvalidBucketState",
            `Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration: "${String(context.inputs.bucket)}"`,
          )),
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": { refuse: refuseLifecycle },
  [REPLICATION]: { refuse: refuseReplication },
  "aws:s3/bucketLogging:BucketLogging": {
    refuse(context) {
      const { world, inputs, region } = context;
      const wrong = noBucket(context);
      if (wrong) return wrong;
      const target = world.find(BUCKET, String(inputs.targetBucket));
      if (!target) {
        return refused(
          "InvalidTargetBucketForLogging",
          `The target bucket for logging does not exist: "${String(inputs.targetBucket)}"`,
        );
      }
      if (target.region === region) return undefined;
      return refused(
        "CrossLocationLoggingProhibitted",
        `Cross S3 location logging not allowed: target bucket "${target.id}" is in ${target.region}, not in ${region}`,
      );
    },
  },
  "aws:s3/bucketObjectv2:BucketObjectv2": object,
  "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": { outputs: ({ account }) => ({ accountId: account }) },
};
