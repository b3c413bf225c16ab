import { ebsEncryptionByDefault } from "../../../policies/rules/ebs-encryption-by-default";
import { kmsDeletionSafety } from "../../../policies/rules/kms-deletion-safety";
import { kmsKeyPolicyOwnAccount } from "../../../policies/rules/kms-key-policy-own-account";
import { kmsServicePrincipals } from "../../../policies/rules/kms-service-principals";
import { regionConsistency } from "../../../policies/rules/region-consistency";
import { rotationWired } from "../../../policies/rules/rotation-wired";
import { secretCmk } from "../../../policies/rules/secret-cmk";
import { secretPolicyNotPublic } from "../../../policies/rules/secret-policy-not-public";
import { secretRotation } from "../../../policies/rules/secret-rotation";
import { secretVersionNotLiteral } from "../../../policies/rules/secret-version-not-literal";
import { snsHttpsSubscriptions } from "../../../policies/rules/sns-https-subscriptions";
import { snsPolicyScoped } from "../../../policies/rules/sns-policy-scoped";
import { document, fixture } from "../fixture";
import { describeRule, resource, unknown } from "../support";

const provider = { allowedAccountIds: '["123456789012"]' };
const key = fixture("aws:kms/key:Key", { deletionWindowInDays: 30, enableKeyRotation: true });

describeRule(kmsDeletionSafety, {
  passes: { "a month to think": key(), "AWS's default": key({ deletionWindowInDays: undefined }) },
  fails: {
    "a week to think": [key({ deletionWindowInDays: 7 }), /is 7, fewer than 14/],
    "a policy that nobody can mend": [key({ bypassPolicyLockoutSafetyCheck: true }), /bypassPolicyLockoutSafetyCheck/],
    "a key that is off": [key({ isEnabled: false }), /isEnabled is false/],
  },
  waits: { "a window that is not known yet": key({ deletionWindowInDays: unknown }) },
});

const use = (principal: object, condition?: object) => ({
  Effect: "Allow",
  Principal: principal,
  Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
  Resource: "*",
  ...(condition && { Condition: condition }),
});
describeRule(kmsKeyPolicyOwnAccount, {
  passes: { "the own account": key({ policy: document(use({ AWS: "123456789012" })) }, { provider }) },
  fails: {
    "another account": [key({ policy: document(use({ AWS: "999999999999" })) }, { provider }), /999999999999/],
  },
  waits: { "a policy that is not known yet": key({ policy: unknown }) },
});

const withKey = (policy: unknown, user: string, change: object = {}) => {
  const [own] = key({ policy, region: "eu-north-1", arn: unknown });
  return [
    own!,
    resource(user, "user", { region: "eu-north-1", kmsKeyId: unknown, ...change }, { links: { kmsKeyId: own! } }),
  ];
};
const logGroup = "aws:cloudwatch/logGroup:LogGroup";
describeRule(kmsServicePrincipals, {
  passes: {
    "a key that lets log groups in": withKey(document(use({ Service: "logs.eu-north-1.amazonaws.com" })), logGroup),
    "a key that lets trails in": withKey(
      document(use({ Service: "cloudtrail.amazonaws.com" })),
      "aws:cloudtrail/trail:Trail",
    ),
    "a key of another program": fixture(logGroup)({ kmsKeyId: "arn:aws:kms:eu-north-1:123456789012:key/k" }),
  },
  fails: {
    "a key for the account alone": [
      withKey(document(use({ AWS: "arn:aws:iam::123456789012:root" })), logGroup),
      /does not let in logs\.eu-north-1/,
    ],
    "a key that lets log groups of another region in": [
      withKey(document(use({ Service: "logs.eu-west-1.amazonaws.com" })), logGroup),
      /logs\.eu-north-1/,
    ],
    "a key that does not know trails": [
      withKey(document(use({ Service: "s3.amazonaws.com" })), "aws:cloudtrail/trail:Trail"),
      /cloudtrail\.amazonaws\.com/,
    ],
  },
  waits: { "a policy that is not known yet": withKey(unknown, logGroup) },
});

describeRule(regionConsistency, {
  passes: {
    "a key of the same region": withKey("", logGroup),
    "a key known by its ARN": fixture(logGroup)({
      region: "eu-north-1",
      kmsKeyId: "arn:aws:kms:eu-north-1:123456789012:key/k",
    }),
  },
  fails: {
    "a key of another region": [withKey("", logGroup, { region: "eu-west-1" }), /eu-west-1, and kmsKeyId names/],
    "a key of another region by its ARN": [
      fixture(logGroup)({ region: "eu-north-1", kmsKeyId: "arn:aws:kms:us-east-1:123456789012:key/k" }),
      /us-east-1/,
    ],
    "an alarm that tells another region's topic": [
      fixture("aws:cloudwatch/metricAlarm:MetricAlarm")({
        region: "eu-north-1",
        alarmActions: ["arn:aws:sns:us-east-1:123456789012:alerts"],
      }),
      /alarmActions names something in us-east-1/,
    ],
  },
  waits: {},
});

const secret = fixture("aws:secretsmanager/secret:Secret", { name: "ai-prism/redis", kmsKeyId: unknown });
describeRule(secretCmk, {
  passes: { "a key of its own, known or not": secret() },
  fails: { "AWS's key": [secret({ kmsKeyId: undefined }), /kmsKeyId is not set/] },
  waits: {},
});

const rotated = (change: object = {}) => {
  const [own] = secret();
  const rotation = resource(
    "aws:secretsmanager/secretRotation:SecretRotation",
    "rotation",
    { secretId: unknown, rotationLambdaArn: unknown, rotationRules: { automaticallyAfterDays: 30 }, ...change },
    { links: { secretId: own! } },
  );
  return [own!, rotation];
};
describeRule(secretRotation, {
  passes: {
    "a secret that rotates": rotated(),
    "a secret that is rotated otherwise": {
      resources: secret(),
      parameters: { rotatedOtherwise: ["ai-prism/*"] },
    },
  },
  fails: {
    "a secret that stays": [secret(), /No SecretRotation exists/],
    "a secret that rotates once a year": [
      rotated({ rotationRules: { automaticallyAfterDays: 365 } }),
      /after 365 days, more than 90/,
    ],
  },
  waits: { "an interval that is not known yet": rotated({ rotationRules: { automaticallyAfterDays: unknown } }) },
});
describeRule(rotationWired, {
  passes: {
    "a function that rotates": rotated(),
    "a secret that RDS manages": rotated({ rotationLambdaArn: undefined }).slice(1),
  },
  fails: {
    "nothing that rotates": [rotated({ rotationLambdaArn: undefined }), /No rotationLambdaArn/],
    "no schedule": [rotated({ rotationRules: {} }), /neither automaticallyAfterDays/],
  },
  waits: {},
});

const secretPolicy = (principal: unknown) =>
  fixture("aws:secretsmanager/secretPolicy:SecretPolicy")(
    {
      policy: document({
        Effect: "Allow",
        Principal: principal,
        Action: "secretsmanager:GetSecretValue",
        Resource: "*",
      }),
    },
    { provider },
  );
describeRule(secretPolicyNotPublic, {
  passes: { "a role of one's own": secretPolicy({ AWS: "arn:aws:iam::123456789012:role/app" }) },
  fails: {
    everybody: [secretPolicy("*"), /any principal/],
    "another account": [secretPolicy({ AWS: "999999999999" }), /999999999999/],
  },
  waits: {
    "a policy that is not known yet": fixture("aws:secretsmanager/secretPolicy:SecretPolicy")({ policy: unknown }),
  },
});

const password = resource("random:index/randomPassword:RandomPassword", "p", { result: unknown });
const version = (
  property: string,
  from: ReturnType<typeof resource> | undefined,
  value: unknown = "generated-text",
) => [
  resource(
    "aws:secretsmanager/secretVersion:SecretVersion",
    "v",
    { [property]: value },
    { propertyDependencies: { [property]: from ? [from.urn] : [] } },
  ),
];
describeRule(secretVersionNotLiteral, {
  passes: {
    "a generated value": version("secretString", password),
    "a value that is written and not kept": version("secretStringWo", undefined),
  },
  fails: {
    "a text of the program": [version("secretString", undefined), /^secretString comes from no resource/],
    "bytes of the program": [version("secretBinary", undefined), /^secretBinary/],
  },
  waits: { "a value that is encrypted": version("secretString", undefined, unknown) },
});

const topicPolicy = (statement: object) =>
  fixture("aws:sns/topicPolicy:TopicPolicy")(
    { policy: document({ Effect: "Allow", Action: "sns:Publish", Resource: "*", ...statement }) },
    { provider },
  );
describeRule(snsPolicyScoped, {
  passes: {
    "a service for one account": topicPolicy({
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
    }),
    "AWS's default for a topic": topicPolicy({
      Principal: { AWS: "*" },
      Condition: { StringEquals: { "aws:SourceOwner": "123456789012" } },
    }),
  },
  fails: {
    everybody: [topicPolicy({ Principal: "*" }), /any principal/],
    "another account": [topicPolicy({ Principal: { AWS: "999999999999" } }), /999999999999/],
  },
  waits: { "a policy that is not known yet": fixture("aws:sns/topicPolicy:TopicPolicy")({ policy: unknown }) },
});

const subscription = (protocol: unknown) => fixture("aws:sns/topicSubscription:TopicSubscription")({ protocol });
describeRule(snsHttpsSubscriptions, {
  passes: { "an address over TLS": subscription("https"), "a mailbox": subscription("email") },
  fails: { "an address in the clear": [subscription("http"), /protocol is "http"/] },
  waits: { "a protocol that is not known yet": subscription(unknown) },
});

const disks = fixture("aws:ebs/encryptionByDefault:EncryptionByDefault");
describeRule(ebsEncryptionByDefault, {
  passes: { "disks that are encrypted": disks({ enabled: true }), "the default of the setting": disks() },
  fails: { "disks that are not": [disks({ enabled: false }), /enabled is false/] },
  waits: { "a value that is not known yet": disks({ enabled: unknown }) },
});
