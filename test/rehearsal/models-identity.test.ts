import type { Properties } from "../../rehearsal/values";
import { Account, ACCOUNT } from "./account";
import { administration, allow, code, deletedKey, key, policy, role, trust } from "./fixtures";

const ROLE = "aws:iam/role:Role";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const POLICY = "aws:iam/policy:Policy";
const PROFILE = "aws:iam/instanceProfile:InstanceProfile";
const KEY = "aws:kms/key:Key";
const ALIAS = "aws:kms/alias:Alias";
const KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy";
const REPLICA = "aws:kms/replicaKey:ReplicaKey";
const SECRET = "aws:secretsmanager/secret:Secret";
const VERSION = "aws:secretsmanager/secretVersion:SecretVersion";
const ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";

const reading = policy({ Effect: "Allow", Action: "s3:GetObject", Resource: "*" });

describe("simulated roles", () => {
  it("are named by what belongs to them, and exist", () => {
    const account = new Account();
    account.refuses(ROLE_POLICY, { role: "gone", policy: reading }, /NoSuchEntity: .*: there is no role "gone"$/);
    const arn = `arn:aws:iam::${ACCOUNT}:role/web`;
    account.refuses(PROFILE, { name: "web", role: arn }, /role must be a name, not an ARN: arn/);
    role(account, "web", "ec2.amazonaws.com");
    const attached = (policyArn: string) => ({ role: "web", policyArn });
    account.refuses(ATTACHMENT, attached("arn:aws:iam::aws:group/x"), /policyArn is no ARN of a policy$/);
    account.refuses(
      ATTACHMENT,
      attached(`arn:aws:iam::${ACCOUNT}:policy/gone`),
      /NoSuchEntity: Policy .*gone does not exist/,
    );
    account.create(ATTACHMENT, "managed", attached("arn:aws:iam::aws:policy/ReadOnlyAccess"));
  });

  it("stay while policies belong to them, and leave their instance profiles by themselves", () => {
    const account = new Account();
    role(account, "web", "ec2.amazonaws.com");
    const inline = account.create(ROLE_POLICY, "own", { role: "web", name: "own", policy: reading });
    const managed = account.create(ATTACHMENT, "managed", {
      role: "web",
      policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
    });
    account.create(PROFILE, "web", { name: "web", role: "web" });
    account.keeps(ROLE, "web", "web", /DeleteConflict: .* must detach all policies first: "managed" belongs to it$/);
    account.delete(ATTACHMENT, "managed", managed.id);
    account.keeps(ROLE, "web", "web", /DeleteConflict: .* must delete policies first: "own" belongs to it$/);
    account.delete(ROLE_POLICY, "own", inline.id);
    account.delete(ROLE, "web", "web");
    const inputs = { name: "forced", assumeRolePolicy: trust("ec2.amazonaws.com"), forceDetachPolicies: true };
    account.create(ROLE, "forced", inputs);
    account.create(ROLE_POLICY, "forced", { role: "forced", name: "own", policy: reading });
    account.delete(ROLE, "forced", "forced");
  });

  it("have 10240 characters of inline policies together", () => {
    const account = new Account();
    role(account, "web", "ec2.amazonaws.com");
    const long = (name: string, count: number) => ({
      role: "web",
      name,
      policy: policy({ Effect: "Allow", Action: "s3:*", Resource: Array(count).fill("arn:aws:s3:::bucket") }),
    });
    account.create(ROLE_POLICY, "first", long("first", 300));
    account.refuses(
      ROLE_POLICY,
      long("second", 300),
      /LimitExceeded: Maximum policy size of 10240 bytes exceeded for role web: .* have \d{5}$/,
    );
    account.create(ROLE_POLICY, "short", long("short", 10));
  });

  it("keep the policies that are attached to them", () => {
    const account = new Account();
    role(account, "web", "ec2.amazonaws.com");
    const { id, outputs } = account.create(POLICY, "reading", { name: "reading", policy: reading });
    const attachment = account.create(ATTACHMENT, "reading", { role: "web", policyArn: outputs.arn });
    account.keeps(POLICY, "reading", id, /DeleteConflict: Cannot delete a policy attached to entities: .* "reading"$/);
    account.delete(ATTACHMENT, "reading", attachment.id);
    account.delete(POLICY, "reading", id);
  });
});

describe("simulated keys", () => {
  it("leave somebody who can change their policy, unless told otherwise", () => {
    const account = new Account();
    const locked = { policy: policy(allow("logs.amazonaws.com", "kms:*")) };
    const words = /MalformedPolicyDocumentException: .*: nobody of the account may do kms:PutKeyPolicy$/;
    account.refuses(KEY, locked, words);
    account.create(KEY, "bypassed", { ...locked, bypassPolicyLockoutSafetyCheck: true });
    const { id } = key(account, "good", { policy: policy(administration) });
    account.refuses(KEY_POLICY, { keyId: id, ...locked }, words);
    const primary = key(account, "primary", { multiRegion: true });
    account.refuses(REPLICA, { primaryKeyArn: primary.arn, region: "eu-west-1", ...locked }, words);
  });

  it("may be deleted while they are used, and are of no use from then on", () => {
    const account = new Account();
    const { id, arn } = key(account, "old");
    account.create(ALIAS, "old", { name: "alias/old", targetKeyId: id });
    account.create("aws:sns/topic:Topic", "alerts", { name: "alerts", kmsMasterKeyId: arn });
    account.delete(KEY, "old", id);
    account.refuses(
      ALIAS,
      { name: "alias/again", targetKeyId: id },
      /KMSInvalidStateException: key "old" .* is pending deletion$/,
    );
    account.refuses(KEY_POLICY, { keyId: id, policy: policy(administration) }, /KMSInvalidStateException: key "old"/);
    const parameter = { name: "p", type: "SecureString", value: "x" };
    account.refuses(
      "aws:ssm/parameter:Parameter",
      { ...parameter, keyId: "alias/old" },
      /InvalidKeyId: key "old" .* is pending deletion$/,
    );
    account.create("aws:ssm/parameter:Parameter", "plain", { ...parameter, type: "String", keyId: "alias/old" });
  });

  it("stay deleted when the world is read from its file again", () => {
    const before = new Account();
    const kmsKeyId = deletedKey(before);
    const account = before.reopened();
    const secretId = account.create(SECRET, "s", { name: "s", kmsKeyId }).id;
    account.refuses(
      VERSION,
      { secretId, secretString: "x" },
      /EncryptionFailure: .*: key "old" .* is pending deletion$/,
    );
  });

  it("have aliases of their own region, outside AWS's names", () => {
    const account = new Account();
    const { id, arn } = key(account, "far", { region: "us-east-1" });
    account.refuses(ALIAS, { name: "alias/aws/own", targetKeyId: id }, /NotAuthorizedException: .* belong to AWS$/);
    account.refuses(ALIAS, { name: "alias/none", targetKeyId: "none" }, /NotFoundException: .*: there is no key none$/);
    account.refuses(
      ALIAS,
      { name: "alias/far", targetKeyId: id },
      /key .* is in us-east-1, and the alias in eu-north-1$/,
    );
    account.refuses(
      ALIAS,
      { name: "alias/far", targetKeyId: arn },
      /key .* is in us-east-1, and the alias in eu-north-1$/,
    );
  });

  it("have one replica in another region, where they are for several and enabled", () => {
    const account = new Account();
    const replica = (primaryKeyArn: string, region = "eu-west-1") => ({ primaryKeyArn, region });
    account.refuses(
      REPLICA,
      replica(`arn:aws:kms:eu-north-1:${ACCOUNT}:key/none`),
      /NotFoundException: there is no key/,
    );
    account.refuses(REPLICA, replica(key(account, "single").arn), /is no multi-region key$/);
    const off = key(account, "off", { multiRegion: true, isEnabled: false }).arn;
    account.refuses(REPLICA, replica(off), /DisabledException: key "off" .* is disabled$/);
    const primary = key(account, "primary", { multiRegion: true }).arn;
    account.refuses(
      REPLICA,
      replica(primary, "eu-north-1"),
      /AlreadyExistsException: the primary key is in eu-north-1 already/,
    );
    account.create(REPLICA, "copy", replica(primary));
    account.refuses(
      REPLICA,
      replica(primary),
      /AlreadyExistsException: the replica key is in eu-west-1 already: "copy"/,
    );
  });
});

describe("simulated secrets", () => {
  it("wait 0 or 7 to 30 days, and are replicated elsewhere", () => {
    const account = new Account();
    account.refuses(SECRET, { name: "s", recoveryWindowInDays: 3 }, /recoveryWindowInDays/);
    const replicas = [{ region: "eu-north-1" }];
    account.refuses(SECRET, { name: "s", replicas }, /replicas: eu-north-1 is the secret's own region$/);
  });

  it("keep their names while their deletion waits", () => {
    const account = new Account();
    const { id } = account.create(SECRET, "s", { name: "s" });
    account.delete(SECRET, "s", id);
    const words =
      /InvalidRequestException: You can't create this secret because .* already scheduled for deletion: "s" \(s\)$/;
    account.refuses(SECRET, { name: "s" }, words);
    account.refuses(VERSION, { secretId: id, secretString: "x" }, /because it was marked for deletion: arn/);
    const brief = account.create(SECRET, "brief", { name: "brief", recoveryWindowInDays: 0 });
    account.delete(SECRET, "brief", brief.id);
    account.create(SECRET, "brief", { name: "brief", recoveryWindowInDays: 0 });
  });

  it("are found by what belongs to them, in their region", () => {
    const account = new Account();
    account.refuses(
      VERSION,
      { secretId: "gone", secretString: "x" },
      /ResourceNotFoundException: .*: there is no secret gone$/,
    );
    const { id } = account.create(SECRET, "s", { name: "s" });
    const version = { secretId: id, secretString: "x" };
    account.refuses(VERSION, { ...version, region: "us-east-1" }, /secret .* is in eu-north-1, not in us-east-1$/);
    account.create(VERSION, "s", version);
  });

  it("are rotated by a function that Secrets Manager may call, or by the service that keeps them", () => {
    const account = new Account();
    const { id } = account.create(SECRET, "s", { name: "s" });
    const rotation = (more: Properties) => ({ secretId: id, rotationRules: { automaticallyAfterDays: 30 }, ...more });
    account.refuses(
      ROTATION,
      rotation({}),
      /No Lambda rotation function ARN is associated .*: "s" .* needs rotationLambdaArn$/,
    );
    account.refuses(ROTATION, rotation({ secretId: "gone" }), /there is no secret gone$/);
    const lambda = account.create("aws:lambda/function:Function", "f", {
      ...code,
      name: "f",
      role: role(account, "f", "lambda.amazonaws.com"),
    });
    const byFunction = rotation({ rotationLambdaArn: lambda.outputs.arn });
    account.refuses(ROTATION, byFunction, /AccessDeniedException: Secrets Manager cannot invoke .*: "f"$/);
    account.create("aws:lambda/permission:Permission", "f", {
      function: lambda.outputs.arn,
      action: "lambda:InvokeFunction",
      principal: "secretsmanager.amazonaws.com",
      statementId: "rotation",
    });
    account.create(ROTATION, "s", byFunction);
    const database = account.create("aws:rds/instance:Instance", "db", {
      identifier: "db",
      engine: "postgres",
      instanceClass: "db.t3.micro",
      allocatedStorage: 20,
      username: "owner",
      manageMasterUserPassword: true,
    });
    const [managed] = database.outputs.masterUserSecrets as Properties[];
    account.create(ROTATION, "managed", rotation({ secretId: managed!.secretArn }));
  });
});
