import * as assert from "node:assert/strict";
import { ebSecretFlow } from "../../../policies/rules/eb-secret-flow";
import { noPlaintextSecrets } from "../../../policies/rules/no-plaintext-secrets";
import { rdsManagedPassword } from "../../../policies/rules/rds-managed-password";
import { secretFlow } from "../../../policies/rules/secret-flow";
import { stackOutputNotSecret } from "../../../policies/rules/stack-output-not-secret";
import { describeRule, resource, run, unknown } from "../support";

const plain = "aws:elasticbeanstalk:application:environment";
const secret = "aws:elasticbeanstalk:application:environmentsecrets";
const arn = "arn:aws:secretsmanager:eu-north-1:123456789012:secret:redis-AbCdEf";
const setting = (namespace: string, name: string, value: unknown) => ({ namespace, name, value });
const environment = (...settings: object[]) => [
  resource("aws:elasticbeanstalk/environment:Environment", "app", { settings }),
];
const variable = (name: string, value: unknown) => environment(setting(plain, name, value));

// Put together here, so that no scanner of this repository takes them for real.
const accessKey = `AKIA${"IOSFODNN7".padEnd(16, "X")}`;
const random = "q7Rk2Zp9Xw4Tn6Vb8Lm3Jc5Hd1Gs";
const webToken = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NSJ9", "c2lnbmF0dXJl"].join(".");

describeRule(noPlaintextSecrets, {
  passes: {
    "a database address without a password": variable("DATABASE_URL", "postgresql://app@db.internal:5432/aiprism"),
    "an ARN under a secret's name": variable("DB_SECRET", arn),
    "a name of a variable that only mentions tokens": variable("BEDROCK_MAX_TOKENS", "4096"),
    "a number under a secret's name": variable("SESSION_TOKEN", "3600"),
    "a switch under a secret's name": variable("REQUIRE_PASSWORD", "true"),
    "an SSM path under a secret's name": variable("API_KEY", "/ai-prism/production/api-key"),
    "a dynamic reference": variable("DB_PASSWORD", "{{resolve:secretsmanager:db:SecretString:password}}"),
    "a chain of model ids as JSON": variable(
      "BEDROCK_MODELS",
      '[{"id":"eu.anthropic.claude-sonnet-4-5-20250929-v1:0","requestsPerMinute":50}]',
    ),
    "a host name with a generated part": variable(
      "REDIS_HOST",
      "master.ai-prism-redis.ab12cd.eun1.cache.amazonaws.com",
    ),
    "a queue's address": variable(
      "QUEUE",
      "https://sqs.eu-north-1.amazonaws.com/123456789012/AIPrism-Q7rk2Zp9Xw4Tn6Vb8L",
    ),
    "an ARN where Beanstalk takes secrets": environment(setting(secret, "REDIS_URL", arn)),
    "one field of a secret where Beanstalk takes secrets": environment(setting(secret, "REDIS_URL", `${arn}:url`)),
    "a path of a class": variable("WSGI", "application.main:createApplicationWithDefaults2"),
    "an encrypted parameter": [
      resource("aws:ssm/parameter:Parameter", "p", { name: "/app/password", type: "SecureString", value: "hunter22" }),
    ],
    "a parameter that holds no secret": [
      resource("aws:ssm/parameter:Parameter", "p", { name: "/app/region", type: "String", value: "eu-north-1" }),
    ],
    "user data without secrets": [
      resource("aws:ec2/launchTemplate:LaunchTemplate", "lt", {
        userData: Buffer.from("#!/bin/sh\nexport DB_PASSWORD=$(fetch-secret db)\nyum -y update\n").toString("base64"),
      }),
    ],
    "a certificate, which is public": variable(
      "CA",
      "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJRTES\n-----END CERTIFICATE-----",
    ),
    "a public key": variable(
      "DEPLOY_HOST_KEY_LINE",
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7Rk2Zp9Xw4Tn6Vb8Lm3Jc5Hd1GsQ== ops",
    ),
    "a key that browsers are given": variable("VAPID_PUBLIC_KEY", random.repeat(2)),
    "a key that a page carries": variable("RECAPTCHA_SITE_KEY", random),
    "a checksum of a script": variable(
      "INTEGRITY",
      "sha384-oqVuAfXRKap7fdgcCY5uykM6R9GqQ8KxYlw9ExPNHeO2wKRpOFzHtX4dJ1b2CnLs",
    ),
    "configuration in base64": variable(
      "SETTINGS_B64",
      Buffer.from(JSON.stringify({ feature: "On", limit: 20, regions: ["eu-north-1"] })).toString("base64"),
    ),
    "a commit and an image's digest": variable("IMAGE", `app@sha256:${"0123456789abcdef".repeat(4)}`),
    "a name of a group that AWS made up": variable(
      "FLEET",
      "awseb-e-0m6yv1p722-stack-AWSEBAutoScalingGroup-WiKJvS9F0ngG",
    ),
    "a function that is given an ARN": [
      resource("aws:lambda/function:Function", "f", { environment: { variables: { DB_SECRET: arn } } }),
    ],
    "a build that names a secret": [
      resource("aws:codebuild/project:Project", "b", {
        environment: { environmentVariables: [{ name: "API_TOKEN", type: "SECRETS_MANAGER", value: "prism/token" }] },
      }),
    ],
    "a secret in a secret's place": [
      resource("aws:secretsmanager/secretVersion:SecretVersion", "v", { secretString: `{"url":"rediss://a:b2c3@h"}` }),
    ],
    "ordinary tags": [resource("aws:s3/bucket:Bucket", "b", { tags: { Name: "data", "cost.center": "42" } })],
    "a resource of another provider": [
      resource("random:index/randomPassword:RandomPassword", "p", { description: accessKey }),
    ],
  },
  fails: {
    "a literal under a password's name": [
      variable("DB_PASSWORD", "hunter22"),
      /^Option aws:elasticbeanstalk:application:environment DB_PASSWORD is named like a secret and holds a literal/,
    ],
    "a literal under a secret key's name": [variable("FLASK_SECRET_KEY", "change-me-now"), /named like a secret/],
    "an access key under a public name": [variable("PUBLIC_KEY", accessKey), /AWS access key/],
    "a name in camel case": [variable("apiToken", "abcdef"), /named like a secret/],
    "a database address with a password": [
      variable("DATABASE_URL", "postgresql://app:hunter22@db.internal:5432/aiprism"),
      /holds a URL with a password/,
    ],
    "a cache address with a password and no user": [
      variable("REDIS_URL", "rediss://:hunter22@redis.internal:6379/0"),
      /holds a URL with a password/,
    ],
    "a connection string with a password": [
      variable("DB", "host=db user=app password=hunter22 dbname=x"),
      /connection string with a password/,
    ],
    "an AWS access key under any name": [variable("KEY_ID", accessKey), /holds an AWS access key/],
    "a JSON web token": [variable("HEADER", webToken), /JSON web token/],
    "a random key under an innocent name": [variable("SETTING", random), /looks like a random key/],
    "a secret value where Beanstalk takes an ARN": [
      environment(setting(secret, "REDIS_URL", "hunter22")),
      /takes an ARN and holds something else/,
    ],
    "a private key in another option": [
      environment(setting("aws:elasticbeanstalk:container:python", "X", "-----BEGIN RSA PRIVATE KEY-----")),
      /private key/,
    ],
    "a secret beside a value that is not known yet": [
      environment(setting(plain, "A", unknown), setting(plain, "DB_PASSWORD", "hunter22")),
      /DB_PASSWORD/,
    ],
    "a saved configuration": [
      [
        resource("aws:elasticbeanstalk/configurationTemplate:ConfigurationTemplate", "saved", {
          settings: [setting(plain, "DB_PASSWORD", "hunter22")],
        }),
      ],
      /DB_PASSWORD/,
    ],
    "a plain parameter named like a secret": [
      [resource("aws:ssm/parameter:Parameter", "p", { name: "/app/db-password", type: "String", value: "hunter22" })],
      /^The value is named like a secret/,
    ],
    "a plain parameter that holds a key": [
      [resource("aws:ssm/parameter:Parameter", "p", { name: "/app/key", type: "String", value: random })],
      /random key/,
    ],
    "user data in base64 that sets a password": [
      [
        resource("aws:ec2/launchTemplate:LaunchTemplate", "lt", {
          userData: Buffer.from("#!/bin/sh\nexport DB_PASSWORD=hunter22\n").toString("base64"),
        }),
      ],
      /^userData assigns a literal to DB_PASSWORD/,
    ],
    "user data as text that sets a password": [
      [resource("aws:ec2/instance:Instance", "i", { userData: "#cloud-config\npassword: hunter22\n" })],
      /assigns a literal to password/,
    ],
    "a header that CloudFront sends to its origin": [
      [
        resource("aws:cloudfront/distribution:Distribution", "cdn", {
          origins: [{ customHeaders: [{ name: "X-Origin-Secret", value: "hunter22" }] }],
        }),
      ],
      /^origins\.0\.customHeaders\.0 is named like a secret/,
    ],
    "a variable of a function": [
      [resource("aws:lambda/function:Function", "f", { environment: { variables: { API_TOKEN: "hunter22x" } } })],
      /^Variable API_TOKEN is named like a secret/,
    ],
    "a variable of a build": [
      [
        resource("aws:codebuild/project:Project", "b", {
          environment: { environmentVariables: [{ name: "DB_PASSWORD", value: "hunter22" }] },
        }),
      ],
      /^Variable DB_PASSWORD/,
    ],
    "a variable of a container": [
      [
        resource("aws:ecs/taskDefinition:TaskDefinition", "t", {
          containerDefinitions: JSON.stringify([{ environment: [{ name: "DB_PASSWORD", value: "hunter22" }] }]),
        }),
      ],
      /^containerDefinitions has a variable DB_PASSWORD that is named like a secret/,
    ],
    "a dashboard's text": [
      [
        resource("aws:cloudwatch/dashboard:Dashboard", "d", {
          dashboardBody: JSON.stringify({ widgets: [{ properties: { markdown: `log in with ${accessKey}` } }] }),
        }),
      ],
      /^dashboardBody holds an AWS access key/,
    ],
    "a saved query": [
      [
        resource("aws:cloudwatch/queryDefinition:QueryDefinition", "q", {
          queryString: "filter url = 'postgres://app:hunter22@db/prism'",
        }),
      ],
      /^queryString holds a URL with a password/,
    ],
    "a document in an unexpected place": [
      [resource("aws:iam/policy:Policy", "p", { description: "x", policy: `{"Id":"${webToken}"}` })],
      /^policy holds a JSON web token/,
    ],
    "a tag": [[resource("aws:s3/bucket:Bucket", "b", { tags: { "app.password": "hunter22" } })], /^Tag app\.password/],
    "a description": [[resource("aws:kms/key:Key", "k", { description: `for ${accessKey}` })], /^description holds/],
  },
  waits: {
    "settings that are not known yet": [
      resource("aws:elasticbeanstalk/environment:Environment", "app", { settings: unknown }),
    ],
  },
});

const generated = (value: unknown = unknown) =>
  resource("random:index/randomPassword:RandomPassword", "redis", { length: 32, result: value });
const version = (value: unknown = unknown) =>
  resource("aws:secretsmanager/secretVersion:SecretVersion", "stored", { secretString: value, arn: unknown });
const flowing = (from: ReturnType<typeof resource>, ...settings: object[]) => [
  from,
  resource("aws:elasticbeanstalk/environment:Environment", "app", { settings }, { links: { settings: from } }),
];

describeRule(ebSecretFlow, {
  passes: {
    "an environment whose values are known and hold no secret": [generated(random), ...variable("A", "b")],
    "a stored secret passed by its ARN": flowing(version(`{"password":"${random}"}`), setting(secret, "REDIS", arn)),
    "the user name that a secret stores beside the password": flowing(
      version(`{"username":"application","password":"${random}"}`),
      setting(plain, "REDIS_USER", "application"),
    ),
  },
  fails: {
    "a generated password in a plain variable": [
      flowing(generated(random), setting(plain, "X", random)),
      /X holds the secret of "redis"/,
    ],
    "a generated password inside an address": [
      flowing(generated(random), setting(plain, "REDIS_URL", `rediss://:${random}@redis:6379`)),
      /REDIS_URL holds the secret/,
    ],
    "a generated password written for an address": [
      flowing(generated(`${random}/!`), setting(plain, "REDIS_URL", `rediss://${random}%2F!`)),
      /REDIS_URL holds the secret/,
    ],
    "one field of a stored secret": [
      flowing(version(`{"password":"${random}"}`), setting(plain, "X", random)),
      /holds the secret of "stored"/,
    ],
    "a generated password before its value is known": [
      flowing(generated(), setting(plain, "X", unknown)),
      /not known yet comes from the secret "redis"/,
    ],
    "a stored secret in a plain variable before its value is known": [
      flowing(version(), setting(plain, "X", unknown)),
      /plain option that is not known yet comes from the secret "stored"/,
    ],
    "a stored secret that no entry refers to, beside one that is referred to": [
      flowing(version(), setting(plain, "X", unknown), setting(secret, "REDIS", arn)),
      /plain option that is not known yet comes from the secret "stored"/,
    ],
    "the address of a database whose password the program sets": [
      flowing(
        resource("aws:rds/instance:Instance", "db", { address: unknown, password: unknown }),
        setting(plain, "HOST", unknown),
        setting(secret, "REDIS", arn),
      ),
      /plain option that is not known yet comes from the secret "db"/,
    ],
  },
  waits: {
    "an entry that refers to a stored secret beside one that is not known yet": flowing(
      resource("aws:secretsmanager/secretVersion:SecretVersion", "stored", { secretId: arn, secretString: unknown }),
      setting(plain, "HOST", unknown),
      setting(secret, "REDIS", `${arn}:url`),
    ),
    "the address of a database that holds no password": flowing(
      resource("aws:rds/instance:Instance", "db", { address: unknown, manageMasterUserPassword: true }),
      setting(plain, "HOST", unknown),
      setting(secret, "REDIS", arn),
    ),
    "an entry that may take the ARN of a stored secret": flowing(
      version(),
      setting(plain, "HOST", unknown),
      setting(secret, "REDIS", unknown),
    ),
    "values that come from elsewhere": flowing(
      resource("aws:rds/instance:Instance", "db", { address: unknown }),
      setting(plain, "HOST", unknown),
      setting(secret, "REDIS", unknown),
    ),
  },
});

const bucketWith = (value: unknown, from?: ReturnType<typeof resource>) => [
  ...(from ? [from] : []),
  resource("aws:s3/bucket:Bucket", "b", { tags: { note: value } }, from && { links: { tags: from } }),
];
describeRule(secretFlow, {
  passes: {
    "a generated password in the secret's place": [
      generated(random),
      resource("aws:secretsmanager/secretVersion:SecretVersion", "v", { secretString: `{"password":"${random}"}` }),
      resource("aws:elasticache/user:User", "u", { authenticationMode: { type: "password", passwords: [random] } }),
    ],
    "a tag that says nothing": bucketWith("nothing", generated(random)),
    "an encrypted parameter": [
      generated(random),
      resource("aws:ssm/parameter:Parameter", "p", { type: "SecureString", value: random }),
    ],
    "an ARN of a stored secret": bucketWith(arn, version(`{"password":"${random}"}`)),
  },
  fails: {
    "a generated password, word for word": [
      bucketWith(random, generated(random)),
      /^tags\.note holds the secret of "redis"/,
    ],
    "the same where its mark got lost on the way": [
      [generated(random), ...bucketWith(`redis with ${random}`)],
      /tags\.note holds the secret of "redis"/,
    ],
    "the same in base64, as user data is": [
      [
        generated(random),
        resource("aws:ec2/launchTemplate:LaunchTemplate", "lt", {
          userData: Buffer.from(`#!/bin/sh\nexport X=${random}\n`).toString("base64"),
        }),
      ],
      /^userData holds the secret/,
    ],
    "the same inside a document": [
      [
        generated(random),
        resource("aws:cloudwatch/dashboard:Dashboard", "d", {
          dashboardBody: JSON.stringify({ widgets: [{ properties: { markdown: random } }] }),
        }),
      ],
      /^dashboardBody holds/,
    ],
    "one field of a stored secret": [bucketWith(random, version(`{"password":"${random}"}`)), /secret of "stored"/],
    "a plain parameter": [
      [generated(random), resource("aws:ssm/parameter:Parameter", "p", { type: "String", value: random })],
      /^value holds the secret/,
    ],
    "a value that is not known yet": [
      bucketWith(unknown, generated()),
      /^tags, which is not known yet, comes from the secret "redis"/,
    ],
  },
  waits: { "a value that may be the ARN of a stored secret": bucketWith(unknown, version()) },
});

const outputs = (properties: object) => resource("pulumi:pulumi:Stack", "stack", { ...properties });
describeRule(stackOutputNotSecret, {
  passes: {
    "addresses and ARNs": [generated(random), outputs({ url: "https://example.com", redis: { secretArn: arn } })],
    "a word that sounds like one": [outputs({ passwordRotationDays: "30", secretName: "ai-prism/redis" })],
  },
  fails: {
    "a generated password": [
      [generated(random), outputs({ redis: { url: random } })],
      /redis\.url holds the secret of/,
    ],
    "an address with a password": [
      [outputs({ url: "rediss://app:hunter22@h:6379" })],
      /url holds a URL with a password/,
    ],
    "an output that says what it is": [
      [outputs({ adminPassword: "hunter22" })],
      /adminPassword is named like a secret/,
    ],
    "an output of a component": [
      [outputs({}), generated(random), resource("acme:infra:Cache", "cache", { url: `x ${random}` })],
      /The output of "cache", url holds the secret/,
    ],
  },
  waits: {},
});

const database = (properties: object) => [resource("aws:rds/instance:Instance", "db", { ...properties })];
describeRule(rdsManagedPassword, {
  passes: {
    "a password that Secrets Manager holds": database({ manageMasterUserPassword: true }),
    "a password that is written and not kept": database({ passwordWo: unknown, passwordWoVersion: 1 }),
    "a replica, which has its source's": database({ replicateSourceDb: "db" }),
  },
  fails: {
    "a literal password": [database({ password: "hunter22" }), /^password is set/],
    "a generated password, known or not": [database({ password: unknown }), /^password is set/],
    "a database that says nothing": [database({}), /manageMasterUserPassword is not true/],
    "a cluster with a password": [
      [resource("aws:rds/cluster:Cluster", "c", { masterPassword: "hunter22" })],
      /^masterPassword/,
    ],
  },
  waits: { "a value that is not known yet": database({ manageMasterUserPassword: unknown }) },
});

describe("Violations about secrets", () => {
  it("never print the value", () => {
    const values = ["hunter22", accessKey, random, webToken];
    const stack = [
      ...values.flatMap((value) => variable("DB_PASSWORD", value)),
      ...values.flatMap((value) => variable("URL", `https://user:${value}@host`)),
      ...values.flatMap((value) => flowing(generated(value), setting(plain, "X", value))),
      ...values.flatMap((value) => database({ password: value })),
      ...values.flatMap((value) => bucketWith(value, generated(value))),
      outputs(Object.fromEntries(values.map((value, index) => [`password${index}`, value]))),
    ];
    const { violations } = run(
      [noPlaintextSecrets, ebSecretFlow, rdsManagedPassword, secretFlow, stackOutputNotSecret],
      stack,
    );
    assert.ok(violations.length >= 16);
    for (const { message } of violations) for (const value of values) assert.ok(!message.includes(value), message);
  });
});
