import type { Properties } from "../../rehearsal/values";
import { Account, ACCOUNT } from "./account";
import { administration, allow, bucket, code, deletedKey, key, policy, role } from "./fixtures";

const BUCKET = "aws:s3/bucket:Bucket";
const VERSIONING = "aws:s3/bucketVersioning:BucketVersioning";
const REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
const POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls";
const ACL = "aws:s3/bucketAcl:BucketAcl";
const LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const LOGGING = "aws:s3/bucketLogging:BucketLogging";
const NOTIFICATION = "aws:s3/bucketNotification:BucketNotification";
const OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2";
const ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const TOPIC = "aws:sns/topic:Topic";
const QUEUE = "aws:sqs/queue:Queue";
const FUNCTION = "aws:lambda/function:Function";

function versioned(account: Account, ...names: string[]): void {
  for (const name of names) {
    account.create(BUCKET, name, { bucket: name });
    account.create(VERSIONING, name, { bucket: name, versioningConfiguration: { status: "Enabled" } });
  }
}

/** A replication from "source" to "target", with changes to its one rule. */
function replication(roleArn: string, rule: Properties = {}, destination: Properties = {}): Properties {
  const to = { bucket: "arn:aws:s3:::target", ...destination };
  return { bucket: "source", role: roleArn, rules: [{ id: "all", status: "Enabled", destination: to, ...rule }] };
}

describe("the names of simulated buckets", () => {
  it("are refused where S3 keeps them for itself", () => {
    const account = new Account();
    account.refuses(BUCKET, { bucket: "a..b" }, /InvalidBucketName: .* has double dots or is an IP address$/);
    account.refuses(
      BUCKET,
      { bucket: "xn--logs" },
      /InvalidBucketName: .* begins with a prefix that S3 keeps for itself$/,
    );
    account.refuses(
      BUCKET,
      { bucket: "logs--ol-s3" },
      /InvalidBucketName: .* ends in a suffix that S3 keeps for itself$/,
    );
    const own = { bucketNamespace: "account-regional" };
    account.refuses(BUCKET, { bucket: "logs", ...own }, /must end in -111122223333-eu-north-1-an$/);
    account.create(BUCKET, "logs", { bucket: `logs-${ACCOUNT}-eu-north-1-an`, ...own });
  });
});

describe("simulated buckets and what is in them", () => {
  it("cannot be deleted while they hold something, unless told to", () => {
    const account = new Account();
    bucket(account, "full");
    account.create(OBJECT, "report", { bucket: "full", key: "report", content: "x" });
    account.keeps(BUCKET, "full", "full", /BucketNotEmpty: .*: it holds "report"$/);
    account.update(BUCKET, "full", "full", { bucket: "full", forceDestroy: true });
    account.delete(BUCKET, "full", "full");
  });

  it("take settings only when they exist, in their region", () => {
    const account = new Account();
    account.refuses(BLOCK, { bucket: "missing" }, /NoSuchBucket: .*: there is no bucket "missing"$/);
    bucket(account, "logs");
    account.refuses(
      BLOCK,
      { bucket: "logs", region: "us-east-1" },
      /bucket "logs" is in eu-north-1, and this setting in us-east-1$/,
    );
  });

  it("take no object under a key that is disabled or on its way out", () => {
    const account = new Account();
    bucket(account, "data");
    const object = { bucket: "data", key: "a", content: "x" };
    const old = deletedKey(account);
    account.refuses(OBJECT, { ...object, kmsKeyId: old }, /KMS\.DisabledException: key "old" .* is pending deletion$/);
    const off = key(account, "off", { isEnabled: false }).arn;
    account.create(ENCRYPTION, "data", {
      bucket: "data",
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: off } }],
    });
    account.refuses(OBJECT, object, /KMS\.DisabledException: key "off" .* is disabled$/);
    account.create(OBJECT, "foreign", { ...object, kmsKeyId: `arn:aws:kms:eu-north-1:${ACCOUNT}:key/made-by-hand` });
  });
});

describe("simulated replication", () => {
  it("needs a role that S3 may assume, and another bucket that keeps versions", () => {
    const account = new Account();
    versioned(account, "source", "target");
    const wrong = role(account, "wrong", "ec2.amazonaws.com");
    account.refuses(
      REPLICATION,
      replication(wrong),
      /S3 cannot replicate with this role: the trust policy of role "wrong" lets in ec2\.amazonaws\.com, and not s3\.amazonaws\.com$/,
    );
    const right = role(account, "right", "s3.amazonaws.com");
    account.refuses(
      REPLICATION,
      replication(right, {}, { bucket: "arn:aws:s3:::source" }),
      /cannot be the source bucket "source" itself$/,
    );
    account.refuses(
      REPLICATION,
      replication(right, {}, { bucket: "arn:aws:s3:::gone" }),
      /destination\.bucket: there is no bucket "gone"$/,
    );
    account.refuses(REPLICATION, { ...replication(right), bucket: "gone" }, /NoSuchBucket/);
    account.create(BUCKET, "bare", { bucket: "bare" });
    account.refuses(
      REPLICATION,
      { ...replication(right), bucket: "bare" },
      /versioning of the source bucket "bare" must be Enabled first$/,
    );
    account.refuses(
      REPLICATION,
      replication(right, {}, { bucket: "arn:aws:s3:::bare" }),
      /versioning of "bare" must be Enabled first$/,
    );
    account.create(
      REPLICATION,
      "abroad",
      replication(right, {}, { bucket: "arn:aws:s3:::theirs", account: "999999999999" }),
    );
  });

  it("needs its rules whole", () => {
    const account = new Account();
    versioned(account, "source", "target");
    const arn = role(account, "right", "s3.amazonaws.com");
    const filter = { filter: { prefix: "" }, deleteMarkerReplication: { status: "Enabled" } };
    const refused = (rule: Properties, destination: Properties, words: RegExp) =>
      account.refuses(REPLICATION, replication(arn, rule, destination), words);
    refused({ filter: { prefix: "" } }, {}, /rules\[0\]\.deleteMarkerReplication must be given with a filter$/);
    refused(
      {},
      { replicationTime: { status: "Enabled", time: { minutes: 15 } } },
      /destination\.metrics is needed with replicationTime$/,
    );
    refused(
      { sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } } },
      {},
      /sseKmsEncryptedObjects and destination\.encryptionConfiguration need each other$/,
    );
    const rule = { status: "Enabled", destination: { bucket: "arn:aws:s3:::target" }, ...filter };
    const rules = (first: Properties, second: Properties) => ({
      bucket: "source",
      role: arn,
      rules: [
        { id: "a", ...rule, ...first },
        { id: "b", ...rule, ...second },
      ],
    });
    account.refuses(REPLICATION, rules({ priority: 1 }, {}), /rules\[1\]\.priority must be given$/);
    account.refuses(REPLICATION, rules({ priority: 1 }, { priority: 1 }), /rules\[1\]\.priority 1 is given twice$/);
    account.create(REPLICATION, "good", rules({ priority: 1 }, { priority: 2 }));
  });

  it("keeps the versions of its source on, and not those of its target", () => {
    const account = new Account();
    versioned(account, "source", "target");
    account.create(REPLICATION, "copy", replication(role(account, "right", "s3.amazonaws.com")));
    const suspended = { bucket: "source", versioningConfiguration: { status: "Suspended" } };
    const words = /InvalidBucketState: A replication configuration is present .*: delete "copy" first$/;
    account.refusesChange(VERSIONING, "source", "source", suspended, words);
    account.keeps(VERSIONING, "source", "source", words);
    account.update(VERSIONING, "target", "target", { ...suspended, bucket: "target" });
    account.delete(REPLICATION, "copy", "source");
    account.delete(VERSIONING, "source", "source");
  });
});

describe("simulated object locks, ACLs and policies", () => {
  it("lock objects only where versions are kept, and keep them", () => {
    const account = new Account();
    bucket(account, "bare");
    account.refuses(LOCK, { bucket: "bare" }, /Versioning must be 'Enabled' on the bucket .*: "bare"$/);
    versioned(account, "locked");
    account.create(LOCK, "locked", { bucket: "locked" });
    account.keeps(
      VERSIONING,
      "locked",
      "locked",
      /An Object Lock configuration is present on this bucket.*: "locked"$/,
    );
  });

  it("take an ACL only where the owner is not enforced, and enforce him only without one", () => {
    const account = new Account();
    bucket(account, "logs");
    account.refuses(
      ACL,
      { bucket: "logs", acl: "private" },
      /AccessControlListNotSupported: .* the owner of "logs" is enforced$/,
    );
    const controls = (objectOwnership: string) => ({ bucket: "logs", rule: { objectOwnership } });
    account.create(OWNERSHIP, "logs", controls("BucketOwnerPreferred"));
    account.create(ACL, "logs", { bucket: "logs", acl: "log-delivery-write" });
    account.refusesChange(
      OWNERSHIP,
      "logs",
      "logs",
      controls("BucketOwnerEnforced"),
      /InvalidBucketAclWithObjectOwnership: .*: "logs" lets others in$/,
    );
    account.create(BLOCK, "logs", { bucket: "logs", blockPublicAcls: true });
    account.refuses(
      ACL,
      { bucket: "logs", acl: "public-read" },
      /AccessDenied: public ACLs are prevented .*: "logs" has blockPublicAcls on$/,
    );
    account.refuses(ACL, { bucket: "gone", acl: "private" }, /NoSuchBucket/);
    account.refuses(OWNERSHIP, { ...controls("ObjectWriter"), bucket: "gone" }, /NoSuchBucket/);
  });

  it("refuse a policy for something else, and a public one where that is blocked", () => {
    const account = new Account();
    bucket(account, "data");
    const open = (Resource: string, more: Properties = {}) => ({
      bucket: "data",
      policy: policy({ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource, ...more }),
    });
    account.refuses(
      POLICY,
      open("arn:aws:s3:::other/*"),
      /MalformedPolicy: .*: arn:aws:s3:::other\/\* is not in bucket "data"$/,
    );
    account.create("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", "all", { blockPublicPolicy: true });
    account.refuses(
      POLICY,
      open("arn:aws:s3:::data/*"),
      /AccessDenied: public policies are prevented .*: "all" has blockPublicPolicy on$/,
    );
    const within = { StringEquals: { "aws:PrincipalAccount": ACCOUNT } };
    account.create(POLICY, "data", open("arn:aws:s3:::data/*", { Condition: within }));
    account.refuses(POLICY, { ...open("arn:aws:s3:::gone/*"), bucket: "gone" }, /NoSuchBucket/);
  });
});

describe("simulated life cycles and logs of buckets", () => {
  it("expire objects after they moved, under one id each", () => {
    const account = new Account();
    bucket(account, "data");
    const rule = (transitions: Properties[], days?: number) => ({
      id: "r",
      status: "Enabled",
      transitions,
      ...(days && { expiration: { days } }),
    });
    const cycle = (...rules: Properties[]) => ({ bucket: "data", rules });
    const cold = { days: 90, storageClass: "GLACIER" };
    account.refuses(LIFECYCLE, cycle(rule([cold]), rule([cold])), /rules\[1\]\.id "r" is given twice$/);
    account.refuses(
      LIFECYCLE,
      cycle(rule([{ days: 10, storageClass: "STANDARD_IA" }])),
      /a transition to STANDARD_IA needs at least 30 days, not 10$/,
    );
    account.refuses(
      LIFECYCLE,
      cycle(rule([cold], 30)),
      /expiration after 30 days comes before the transition after 90$/,
    );
    account.create(LIFECYCLE, "data", cycle(rule([cold], 365)));
  });

  it("are written to a bucket of the same region", () => {
    const account = new Account();
    bucket(account, "data");
    const logging = { bucket: "data", targetPrefix: "data/" };
    account.refuses(LOGGING, { ...logging, targetBucket: "gone" }, /InvalidTargetBucketForLogging: .*: "gone"$/);
    account.create(BUCKET, "far", { bucket: "far", region: "us-east-1" });
    account.refuses(
      LOGGING,
      { ...logging, targetBucket: "far" },
      /CrossLocationLoggingProhibitted: .*"far" is in us-east-1, not in eu-north-1$/,
    );
    bucket(account, "logs");
    account.create(LOGGING, "data", { ...logging, targetBucket: "logs" });
  });
});

describe("simulated events of a bucket", () => {
  const events = ["s3:ObjectCreated:*"];
  const unable = "InvalidArgument: Unable to validate the following destination configurations: ";

  it("go to a topic of its region whose policy and key let S3 in", () => {
    const account = new Account();
    bucket(account, "data");
    const told = (topicArn: unknown) => ({ bucket: "data", topics: [{ events, topicArn }] });
    const far = account.create(TOPIC, "far", { name: "far", region: "us-east-1" }).outputs.arn;
    account.refuses(NOTIFICATION, told(far), /destination service region is not valid .*:far is not in eu-north-1$/);
    const closed = account.create(TOPIC, "closed", { name: "closed" }).outputs.arn;
    account.refuses(NOTIFICATION, told(closed), new RegExp(`${unable}the policy of topic "closed" .* does not let s3`));
    const secret = key(account, "secret").arn;
    const keyed = account.create(TOPIC, "keyed", { name: "keyed", kmsMasterKeyId: secret }).outputs.arn;
    const publish = allow("s3.amazonaws.com", "sns:Publish", String(keyed), {
      ArnLike: { "aws:SourceArn": "arn:aws:s3:::data" },
    });
    account.create("aws:sns/topicPolicy:TopicPolicy", "keyed", { arn: keyed, policy: policy(publish) });
    account.refuses(NOTIFICATION, told(keyed), new RegExp(`${unable}the policy of key "secret" .* does not let s3`));
    account.create("aws:kms/keyPolicy:KeyPolicy", "secret", {
      keyId: secret.split("/")[1],
      policy: policy(administration, allow("s3.amazonaws.com", "kms:GenerateDataKey*")),
    });
    account.create(NOTIFICATION, "data", told(keyed));
    account.refuses(NOTIFICATION, { bucket: "gone" }, /NoSuchBucket/);
  });

  it("go to a queue and a function that let S3 in", () => {
    const account = new Account();
    bucket(account, "data");
    const queue = account.create(QUEUE, "q", { name: "q" });
    const queued = { bucket: "data", queues: [{ events, queueArn: queue.outputs.arn }] };
    account.refuses(NOTIFICATION, queued, new RegExp(`${unable}the policy of queue "q" .* does not let s3`));
    account.create("aws:sqs/queuePolicy:QueuePolicy", "q", {
      queueUrl: queue.id,
      policy: policy(allow("s3.amazonaws.com", "sqs:SendMessage", String(queue.outputs.arn))),
    });
    const lambda = account.create(FUNCTION, "f", {
      ...code,
      name: "f",
      role: role(account, "f", "lambda.amazonaws.com"),
    }).outputs.arn;
    const called = { ...queued, lambdaFunctions: [{ events, lambdaFunctionArn: lambda }] };
    account.refuses(NOTIFICATION, called, new RegExp(`${unable}no permission of function "f" lets s3`));
    const permission = {
      function: "f",
      action: "lambda:InvokeFunction",
      principal: "s3.amazonaws.com",
      statementId: "s3",
    };
    account.create("aws:lambda/permission:Permission", "f", permission);
    account.create(NOTIFICATION, "data", called);
  });
});
