import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { alsoAllows, document, named, option, options, trusts, withOptions, withStatements } from "./changes";
import type { Change, Changes } from "./program";

/** One insecure change of the compliant production environment, and the rule that has to catch it. */
export interface Mutation {
  /** What is changed, as the end of "somebody …". */
  readonly title: string;
  readonly rule: string;
  readonly change: Change;
  /** The weakness of the hand-made deployment that this is. */
  readonly defect?: Defect;
}

/** What was wrong with the deployment made by hand, as far as a program can repeat it. */
export const DEFECTS = [
  "the database password stood in an environment variable, in clear",
  "Redis was not encrypted",
  "Redis asked for no password",
  "Redis was a single node",
  "the instances had the account's shared default role",
  "replication went to a bucket in the same region",
  "the load balancer answered on plain HTTP to the whole world",
  "the CDN could be walked around",
  "models of another geography were called",
  "an alarm watched a memory metric that nobody publishes",
  "alarms had nobody to tell",
  "the fleet asked for more connections than the database has",
  "a bucket's name had a dot",
] as const;

export type Defect = (typeof DEFECTS)[number];

const ACCOUNT = "111122223333";
const STRANGER = "arn:aws:iam::999999999999:root";
const launch = "aws:autoscaling:launchconfiguration";
const variables = "aws:elasticbeanstalk:application:environment";
const listener = "aws:elbv2:listener:default";
const logs = "aws:elasticbeanstalk:cloudwatch:logs";
const PUBLIC_SUBNETS = ["subnet-public-a", "subnet-public-b", "subnet-public-c"];

// Put together here, so that no scanner of this repository takes them for real.
const PASSWORD = ["correct", "horse", "battery"].join("-");
const ACCESS_KEY = `AKIA${"IOSFODNN7".padEnd(16, "X")}`;

const env = (components: Changes): Change => ({ components });
const account = (components: Changes): Change => ({ program: "account", components });
const setting = (namespace: string, name: string, value?: string): Change => env(option(namespace, name, value));
const variable = (name: string, value: string): Change => setting(variables, name, value);

type Of<Name extends keyof Changes> = NonNullable<
  NonNullable<Changes[Name]>["transform" & keyof NonNullable<Changes[Name]>]
>;
const database = (transform: Of<"database">): Change => env({ database: { transform } });
const redis = (transform: Of<"redis">): Change => env({ redis: { transform } });
const network = (transform: Of<"network">): Change => env({ network: { transform } as Changes["network"] });
const documents = (transform: Of<"documents">): Change => env({ documents: { transform } });
const cdn = (transform: Of<"cdn">): Change => env({ cdn: { transform } });
const firewall = (transform: Of<"firewall">): Change => env({ firewall: { transform } });
const monitoring = (transform: Of<"monitoring">): Change => env({ monitoring: { transform } });
const notifications = (transform: Of<"notifications">): Change => env({ notifications: { transform } });
const application = (transform: Of<"application">): Change => env({ application: { transform } });
const key = (transform: Of<"key-home">): Change => env({ "key-home": { transform } });
const trail = (transform: Of<"trail">): Change => account({ trail: { transform } });
const safeguards = (transform: Of<"safeguards">): Change => account({ safeguards: { transform } });
const instances = (statement: object): Change =>
  env({ application: { instanceStatements: { added: [statement as aws.iam.PolicyStatement] } } });
const allows = (Action: unknown, Resource: unknown = "*") => ({ Effect: "Allow", Action, Resource });

/** Changes one rule of the replication. */
const replication = (change: (rule: Record<string, never>) => object): Change =>
  documents({
    replication: (args: aws.s3.BucketReplicationConfigArgs) => {
      args.rules = (args.rules as unknown as Record<string, never>[]).map(change) as never;
    },
  });

/** Changes the destination of the replication. */
const destination = (change: object): Change =>
  replication((rule) => ({ ...rule, destination: { ...(rule.destination as unknown as object), ...change } }));

/** The generated password of Redis, its mark taken off, handed to something else. */
function leak(into: (password: () => pulumi.Output<string>) => Changes): Change {
  let password!: pulumi.Output<string>;
  const user = (args: aws.elasticache.UserArgs) => {
    const { passwords } = args.authenticationMode as { passwords?: pulumi.Output<string>[] };
    if (passwords) password = passwords[0]!;
  };
  const others = into(() => pulumi.unsecret(password));
  return env({ ...others, redis: { ...others.redis, transform: { ...others.redis?.transform, user } } });
}

const rule = (to: string, args: Partial<aws.vpc.SecurityGroupIngressRuleArgs>): Change =>
  network({
    ingressRule: named<aws.vpc.SecurityGroupIngressRuleArgs>(to, { referencedSecurityGroupId: undefined, ...args }),
  });

const origin = (change: object): Change =>
  cdn({
    distribution: (args: aws.cloudfront.DistributionArgs) => {
      const [first] = args.origins as object[];
      args.origins = [{ ...first, vpcOriginConfig: undefined, ...change }] as never;
    },
  });
const overTls = {
  httpPort: 80,
  httpsPort: 443,
  originProtocolPolicy: "https-only",
  originSslProtocols: ["TLSv1.2"],
};

const acl = (change: (rules: Record<string, unknown>[]) => object[]): Change =>
  firewall({
    webAcl: (args: aws.wafv2.WebAclArgs) => {
      args.rules = change(args.rules as unknown as Record<string, unknown>[]) as never;
    },
  });

const headers = (change: object): Change =>
  cdn({
    responseHeaders: (args: aws.cloudfront.ResponseHeadersPolicyArgs) => {
      args.securityHeadersConfig = { ...(args.securityHeadersConfig as object), ...change } as never;
    },
  });

const alarm = (part: string, change: Partial<aws.cloudwatch.MetricAlarmArgs>): Change =>
  monitoring({ alarm: named<aws.cloudwatch.MetricAlarmArgs>(part, change) });

const budget = (change: object): Change =>
  env({
    budget: {
      transform: {
        budget: (args: aws.budgets.BudgetArgs) => {
          args.notifications = (args.notifications as object[]).map((one) => ({ ...one, ...change })) as never;
        },
      },
    },
  });

/** Every insecure change, by what it is made to. */
export const MUTATIONS: readonly Mutation[] = [
  // Documents
  {
    title: "lets the documents' bucket be read by everybody through a list",
    rule: "s3-no-public-acl",
    change: documents({ source: { bucket: { acl: "public-read" } } }),
  },
  {
    title: "lets everybody read documents through the bucket's policy",
    rule: "s3-no-public-policy",
    change: documents({
      source: { policy: alsoAllows({ Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::ai.prism/*" }) },
    }),
  },
  {
    title: "lets another account read documents",
    rule: "s3-cross-account-allowlist",
    change: documents({
      source: { policy: alsoAllows({ Principal: { AWS: STRANGER }, Action: "s3:GetObject", Resource: "*" }) },
    }),
  },
  {
    title: "lets all of CloudFront read documents, whoever's distribution asks",
    rule: "cdn-origin-bypass",
    change: documents({
      source: {
        policy: alsoAllows({
          Principal: { Service: "cloudfront.amazonaws.com" },
          Action: "s3:GetObject",
          Resource: "*",
        }),
      },
    }),
  },
  ...(["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const).map((flag) => ({
    title: `turns ${flag} off for the documents`,
    rule: "s3-public-access-block",
    change: documents({ source: { publicAccessBlock: { [flag]: false } } }),
  })),
  {
    title: "lets whoever writes a document own it",
    rule: "s3-acls-disabled",
    change: documents({ source: { ownership: { rule: { objectOwnership: "ObjectWriter" } } } }),
  },
  {
    title: "takes documents over plain HTTP",
    rule: "s3-tls-only",
    change: documents({ source: { policy: withStatements((list) => list.filter(({ Sid }) => Sid !== "TlsOnly")) } }),
  },
  {
    title: "asks for TLS of objects and not of the bucket",
    rule: "s3-tls-only",
    change: documents({
      source: {
        policy: withStatements((list) =>
          list.map((one) => (one.Sid === "TlsOnly" ? { ...one, Resource: "arn:aws:s3:::ai.prism/*" } : one)),
        ),
      },
    }),
  },
  {
    title: "suspends the versions of documents",
    rule: "s3-versioning-enabled",
    change: documents({ source: { versioning: { versioningConfiguration: { status: "Suspended" } } } }),
  },
  {
    title: "suspends the versions of the copies",
    rule: "s3-replication-integrity",
    change: documents({ replica: { versioning: { versioningConfiguration: { status: "Suspended" } } } }),
  },
  {
    title: "states no encryption for documents",
    rule: "s3-encryption-configured",
    change: documents({ source: { encryption: { rules: [] } } }),
  },
  {
    title: "asks KMS for each document",
    rule: "s3-bucket-key-enabled",
    change: documents({
      source: {
        encryption: {
          rules: [
            {
              applyServerSideEncryptionByDefault: {
                sseAlgorithm: "aws:kms",
                kmsMasterKeyId: `arn:aws:kms:eu-north-1:${ACCOUNT}:key/key-home`,
              },
            },
          ],
        },
      },
    }),
  },
  {
    title: "keeps every old version forever",
    rule: "s3-lifecycle-configured",
    change: documents({
      source: { lifecycle: { rules: [{ id: "x", status: "Enabled", expiration: { days: 3650 } }] } },
    }),
  },
  {
    title: "keeps the parts of uploads that never finished",
    rule: "s3-abort-multipart",
    change: documents({ replica: { lifecycle: { rules: [{ id: "x", status: "Enabled" }] } } }),
  },
  {
    title: "logs the documents' accesses into themselves",
    rule: "log-destination-integrity",
    change: documents({ source: { logging: { targetBucket: "ai.prism" } } }),
  },
  {
    title: "logs the documents' accesses to a bucket that nobody knows",
    rule: "log-destination-integrity",
    change: documents({ source: { logging: { targetBucket: "somebody-elses-logs" } } }),
  },
  {
    title: "lets a destroy empty the documents' bucket first",
    rule: "protect-stateful",
    change: documents({ source: { bucket: { forceDestroy: true } } }),
  },
  {
    title: "lifts Pulumi's protection of the copies",
    rule: "protect-stateful",
    change: documents({ replica: { bucket: withOptions({ protect: false }) } }),
  },
  {
    title: "leaves the bucket's policy to whoever changes it by hand",
    rule: "no-ignored-guardrails",
    change: documents({ source: { policy: withOptions({ ignoreChanges: ["policy"] }) } }),
  },
  {
    title: "calls a new bucket by a name with a dot",
    rule: "s3-bucket-name-without-dots",
    defect: "a bucket's name had a dot",
    change: documents({ replica: { bucket: { bucket: "ai.prism.backups" } } }),
  },
  {
    title: "keeps the copies in the region of the documents",
    rule: "s3-replication-integrity",
    defect: "replication went to a bucket in the same region",
    change: documents({ replica: { bucket: { region: "eu-north-1" } } }),
  },
  {
    title: "turns the replication off",
    rule: "s3-replication-integrity",
    change: replication((one) => ({ ...one, status: "Disabled" })),
  },
  {
    title: "copies another bucket instead of the documents",
    rule: "s3-replication-configured",
    change: documents({ replication: { bucket: "somebody-elses" } }),
  },
  {
    title: "leaves open whether deletions are copied",
    rule: "s3-replication-integrity",
    change: replication((one) => ({ ...one, deleteMarkerReplication: undefined })),
  },
  {
    title: "copies only what is not encrypted with a key",
    rule: "s3-replication-integrity",
    change: replication((one) => ({ ...one, sourceSelectionCriteria: undefined })),
  },
  {
    title: "copies when there is time for it",
    rule: "s3-replication-integrity",
    change: destination({ replicationTime: undefined }),
  },
  {
    title: "copies without anybody seeing how late",
    rule: "s3-replication-integrity",
    change: destination({ metrics: undefined }),
  },
  {
    title: "copies without a key for the other region",
    rule: "s3-replication-integrity",
    change: destination({ encryptionConfiguration: undefined }),
  },
  {
    title: "copies documents to a stranger's bucket",
    rule: "s3-replication-integrity",
    change: destination({ bucket: "arn:aws:s3:::somebody-elses" }),
  },
  {
    title: "gives the replication a role that S3 cannot assume",
    rule: "s3-replication-integrity",
    change: documents({ replicationRole: { assumeRolePolicy: trusts({ Service: "ec2.amazonaws.com" }) } }),
  },
  {
    title: "lets anybody assume the replication's role",
    rule: "iam-trust-policy-scoped",
    change: documents({ replicationRole: { assumeRolePolicy: trusts("*") } }),
  },
  {
    title: "tells a topic of another region what was not copied",
    rule: "region-consistency",
    change: documents({
      notification: (args) => {
        const [first] = args.topics as object[];
        args.topics = [{ ...first, topicArn: `arn:aws:sns:us-east-1:${ACCOUNT}:notifications-edge` }] as never;
      },
    }),
  },
  {
    title: "writes an access key into a bucket's tag",
    rule: "no-plaintext-secrets",
    change: documents({ source: { bucket: { tags: { note: ACCESS_KEY } } } }),
  },

  // Log buckets
  {
    title: "encrypts the load balancer's log bucket with a key",
    rule: "log-destination-integrity",
    change: env({
      logs: {
        transform: { encryption: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }] } },
      },
    }),
  },
  {
    title: "does not let S3 deliver access logs",
    rule: "log-destination-integrity",
    change: env({ "replica-logs": { writers: ["loadBalancer"] } }),
  },
  {
    title: "does not let the load balancer deliver its log",
    rule: "log-destination-integrity",
    change: env({ logs: { writers: ["s3", "logDelivery"] } }),
  },
  {
    title: "lets the log bucket be public",
    rule: "s3-public-access-block",
    change: env({ logs: { transform: { publicAccessBlock: { restrictPublicBuckets: false } } } }),
  },

  // Redis
  {
    title: "stores sessions unencrypted",
    rule: "elasticache-at-rest-encryption",
    defect: "Redis was not encrypted",
    change: redis({ replicationGroup: { atRestEncryptionEnabled: false } }),
  },
  {
    title: "sends sessions in the clear",
    rule: "elasticache-in-transit-encryption",
    defect: "Redis was not encrypted",
    change: redis({ replicationGroup: { transitEncryptionEnabled: false } }),
  },
  {
    title: "takes plain connections to Redis beside encrypted ones",
    rule: "elasticache-in-transit-encryption",
    change: redis({ replicationGroup: { transitEncryptionMode: "preferred" } }),
  },
  {
    title: "lets whoever reaches Redis in",
    rule: "elasticache-auth",
    defect: "Redis asked for no password",
    change: redis({ replicationGroup: { userGroupIds: undefined } }),
  },
  {
    title: "lets the application's user in without a password",
    rule: "elasticache-user-passwords",
    change: redis({
      user: (args) => {
        args.authenticationMode = { type: "no-password-required" };
      },
    }),
  },
  {
    title: "lets the application's user end the server",
    rule: "elasticache-user-passwords",
    change: redis({ user: { accessString: "on ~* &* +@all" } }),
  },
  {
    title: "runs Redis on one node",
    rule: "elasticache-failover",
    defect: "Redis was a single node",
    change: { config: { redis: { nodeType: "cache.t3.micro", nodes: 1 } } },
  },
  {
    title: "keeps both nodes of Redis in one zone",
    rule: "elasticache-failover",
    change: redis({ replicationGroup: { multiAzEnabled: false } }),
  },
  {
    title: "takes no snapshots of Redis",
    rule: "elasticache-backups",
    change: redis({ replicationGroup: { snapshotRetentionLimit: 0 } }),
  },
  {
    title: "leaves Redis on an old minor version",
    rule: "elasticache-hygiene",
    change: redis({ replicationGroup: { autoMinorVersionUpgrade: false } }),
  },
  {
    title: "encrypts sessions with AWS's key",
    rule: "elasticache-hygiene",
    change: redis({ replicationGroup: { kmsKeyId: undefined } }),
  },
  {
    title: "encrypts sessions with a key of another region",
    rule: "region-consistency",
    change: redis({ replicationGroup: { kmsKeyId: `arn:aws:kms:us-east-1:${ACCOUNT}:key/key-edge` } }),
  },
  {
    title: "takes a cache for a bank",
    rule: "instance-class-limits",
    change: redis({ replicationGroup: { nodeType: "cache.r7g.16xlarge" } }),
  },
  {
    title: "puts Redis into public subnets",
    rule: "data-subnets-private",
    change: redis({ subnetGroup: { subnetIds: PUBLIC_SUBNETS } }),
  },
  {
    title: "puts Redis into the default subnets",
    rule: "data-subnets-private",
    change: redis({ replicationGroup: { subnetGroupName: undefined } }),
  },
  {
    title: "gives Redis no security group",
    rule: "network-tier-path",
    change: redis({ replicationGroup: { securityGroupIds: undefined } }),
  },
  {
    title: "lifts Pulumi's protection of Redis",
    rule: "protect-stateful",
    change: redis({ replicationGroup: withOptions({ protect: false }) }),
  },
  {
    title: "deletes the secret of Redis at once",
    rule: "protect-stateful",
    change: redis({ secret: { recoveryWindowInDays: 0 } }),
  },
  {
    title: "encrypts the secret of Redis with AWS's key",
    rule: "secret-cmk",
    change: redis({ secret: { kmsKeyId: undefined } }),
  },
  {
    title: "lets everybody read the secret of Redis",
    rule: "secret-policy-not-public",
    change: redis({
      secret: { policy: document({ ...allows("secretsmanager:GetSecretValue"), Principal: "*" }) },
    }),
  },
  {
    title: "writes the secret of Redis into the program",
    rule: "secret-version-not-literal",
    change: redis({ secretVersion: { secretString: PASSWORD } }),
  },
  {
    title: "writes the address of Redis, password and all, into a description",
    rule: "no-plaintext-secrets",
    change: redis({ secret: { description: `rediss://application:${PASSWORD}@redis:6379` } }),
  },
  {
    title: "writes the generated password into a description, its mark taken off",
    rule: "secret-flow",
    change: leak((password) => ({
      redis: {
        transform: {
          replicationGroup: (args: aws.elasticache.ReplicationGroupArgs) => {
            args.description = password().apply((text) => `Password ${text}`);
          },
        },
      },
    })),
  },
  {
    title: "writes the generated password onto a dashboard",
    rule: "secret-flow",
    change: leak((password) => ({
      monitoring: {
        transform: {
          dashboard: (args: aws.cloudwatch.DashboardArgs) => {
            args.dashboardBody = password().apply((markdown) =>
              JSON.stringify({ widgets: [{ type: "text", properties: { markdown } }] }),
            );
          },
        },
      },
    })),
  },
  {
    title: "hands the generated password to the instances as a plain variable",
    rule: "eb-secret-flow",
    change: leak((password) => option(variables, "CACHE", password)),
  },
  {
    title: "hands the address of Redis to the instances, the password inside, base64 around it",
    rule: "eb-secret-flow",
    change: leak((password) =>
      option(variables, "CACHE", () =>
        password().apply((text) => Buffer.from(`rediss://:${text}@redis`).toString("base64")),
      ),
    ),
  },
  {
    title: "keeps the operator token readable for another account",
    rule: "secret-policy-not-public",
    change: env({
      "operator-token": {
        transform: {
          secret: {
            policy: document({ ...allows("secretsmanager:GetSecretValue"), Principal: { AWS: STRANGER } }),
          },
        },
      },
    }),
  },

  // Database
  {
    title: "stores the database unencrypted",
    rule: "rds-storage-encrypted",
    change: database({ instance: { storageEncrypted: false } }),
  },
  {
    title: "gives the database a public address",
    rule: "rds-not-public",
    change: database({ instance: { publiclyAccessible: true } }),
  },
  {
    title: "lets the database be deleted",
    rule: "rds-deletion-protection",
    change: database({ instance: { deletionProtection: false } }),
  },
  {
    title: "skips the last snapshot",
    rule: "rds-deletion-protection",
    change: database({ instance: { skipFinalSnapshot: true } }),
  },
  {
    title: "deletes the backups together with the database",
    rule: "rds-deletion-protection",
    change: database({ instance: { deleteAutomatedBackups: true } }),
  },
  {
    title: "declares production disposable",
    rule: "rds-deletion-protection",
    change: env({ database: { disposable: true } }),
  },
  {
    title: "keeps no backups",
    rule: "rds-backup-retention",
    change: database({ instance: { backupRetentionPeriod: 0 } }),
  },
  {
    title: "keeps backups for a day",
    rule: "rds-backup-retention",
    change: env({ database: { backupRetentionInDays: 1 } }),
  },
  {
    title: "runs the database in one zone",
    rule: "rds-multi-az",
    change: { config: { database: { instanceClass: "db.t3.micro", multiAz: false, proxy: true } } },
  },
  {
    title: "writes the database password into the program",
    rule: "rds-managed-password",
    change: database({ instance: { manageMasterUserPassword: undefined, password: PASSWORD } }),
  },
  {
    title: "leaves the database without a managed password",
    rule: "rds-managed-password",
    change: database({ instance: { manageMasterUserPassword: false } }),
  },
  {
    title: "takes a PostgreSQL out of support",
    rule: "rds-supported-engine",
    change: env({ database: { engineVersion: "12.22" } }),
  },
  {
    title: "keeps a certificate that expired",
    rule: "rds-supported-engine",
    change: database({ instance: { caCertIdentifier: "rds-ca-2019" } }),
  },
  {
    title: "leaves the database on an old minor version",
    rule: "rds-auto-minor-upgrade",
    change: database({ instance: { autoMinorVersionUpgrade: false } }),
  },
  {
    title: "exports no log of the database",
    rule: "rds-log-exports",
    change: database({ instance: { enabledCloudwatchLogsExports: [] } }),
  },
  {
    title: "turns Performance Insights off",
    rule: "rds-monitoring",
    change: database({ instance: { performanceInsightsEnabled: false } }),
  },
  {
    title: "encrypts Performance Insights with AWS's key",
    rule: "rds-monitoring",
    change: database({ instance: { performanceInsightsKmsKeyId: undefined } }),
  },
  {
    title: "leaves snapshots without tags",
    rule: "rds-hygiene",
    change: database({ instance: { copyTagsToSnapshot: false } }),
  },
  {
    title: "calls the master user postgres",
    rule: "rds-hygiene",
    change: env({ database: { username: "postgres" } }),
  },
  {
    title: "takes a database for a bank",
    rule: "instance-class-limits",
    change: database({ instance: { instanceClass: "db.r6g.16xlarge" } }),
  },
  {
    title: "takes plain connections to PostgreSQL",
    rule: "rds-tls-required",
    change: database({ parameterGroup: { parameters: [{ name: "rds.force_ssl", value: "0" }] } }),
  },
  {
    title: "logs no statements at all",
    rule: "rds-query-logging",
    change: database({ parameterGroup: { parameters: [{ name: "rds.force_ssl", value: "1" }] } }),
  },
  {
    title: "puts the database into public subnets",
    rule: "data-subnets-private",
    change: database({ subnetGroup: { subnetIds: PUBLIC_SUBNETS } }),
  },
  {
    title: "lifts Pulumi's protection of the database",
    rule: "protect-stateful",
    change: database({ instance: withOptions({ protect: false }) }),
  },
  {
    title: "leaves the database's address to whoever changes it by hand",
    rule: "no-ignored-guardrails",
    change: database({ instance: withOptions({ protect: true, ignoreChanges: ["publiclyAccessible"] }) }),
  },
  {
    title: "copies backups within the region",
    rule: "rds-backup-copy",
    change: database({ backupReplication: { region: "eu-north-1" } }),
  },
  {
    title: "keeps copies of backups for a day",
    rule: "rds-backup-copy",
    change: database({ backupReplication: { retentionPeriod: 1 } }),
  },
  {
    title: "encrypts copies of backups with a key of the wrong region",
    rule: "region-consistency",
    change: database({ backupReplication: { kmsKeyId: `arn:aws:kms:eu-north-1:${ACCOUNT}:key/key-home` } }),
  },
  {
    title: "takes plain connections to the proxy",
    rule: "rds-proxy-tls",
    change: database({ proxy: { requireTls: false } }),
  },
  {
    title: "has the proxy log statements",
    rule: "rds-proxy-tls",
    change: database({ proxy: { debugLogging: true } }),
  },
  {
    title: "rotates the master password once a year",
    rule: "secret-rotation",
    change: database({ rotation: { rotationRules: { automaticallyAfterDays: 365 } } }),
  },
  {
    title: "gives the rotation no schedule",
    rule: "rotation-wired",
    change: database({ rotation: { rotationRules: {} } }),
  },
  {
    title: "lets the proxy decrypt with every key",
    rule: "iam-no-kms-decrypt-all",
    change: database({ proxyRolePolicy: { policy: document(allows("kms:Decrypt")) } }),
  },
  {
    title: "lets another account assume the proxy's role",
    rule: "iam-trust-policy-scoped",
    change: database({ proxyRole: { assumeRolePolicy: trusts({ AWS: STRANGER }) } }),
  },
  {
    title: "keeps the database's log forever",
    rule: "log-group-retention",
    change: database({ logGroup: { retentionInDays: undefined } }),
  },
  {
    title: "keeps the database's log in the clear",
    rule: "log-group-kms",
    change: database({ logGroup: { kmsKeyId: undefined } }),
  },

  // Beanstalk: what it makes is decided by options
  {
    title: "lets instances hand out credentials to a plain GET",
    rule: "eb-imdsv2-only",
    change: setting(launch, "DisableIMDSv1", "false"),
  },
  {
    title: "gives instances public addresses",
    rule: "eb-instances-private",
    change: setting("aws:ec2:vpc", "AssociatePublicIpAddress", "true"),
  },
  {
    title: "runs instances in the default VPC",
    rule: "eb-instances-private",
    change: setting("aws:ec2:vpc", "VPCId"),
  },
  {
    title: "answers the whole world on plain HTTP",
    rule: "eb-listener-tls",
    defect: "the load balancer answered on plain HTTP to the whole world",
    change: setting("aws:ec2:vpc", "ELBScheme", "public"),
  },
  {
    title: "answers the world over TLS of yesterday",
    rule: "eb-listener-tls",
    change: env(
      options([
        ["aws:ec2:vpc", "ELBScheme", "public"],
        [listener, "ListenerEnabled", "false"],
        ["aws:elbv2:listener:443", "Protocol", "HTTPS"],
        ["aws:elbv2:listener:443", "SSLCertificateArns", `arn:aws:acm:eu-north-1:${ACCOUNT}:certificate/c`],
        ["aws:elbv2:listener:443", "SSLPolicy", "ELBSecurityPolicy-2016-08"],
      ]),
    ),
  },
  {
    title: "logs no requests at the load balancer",
    rule: "eb-load-balancer-logs",
    change: setting("aws:elbv2:loadbalancer", "AccessLogsS3Enabled", "false"),
  },
  {
    title: "lets people log in with a key",
    rule: "eb-no-ssh",
    change: setting(launch, "EC2KeyName", "ops"),
  },
  {
    title: "opens SSH to the world",
    rule: "eb-no-ssh",
    change: setting(launch, "SSHSourceRestriction", "tcp, 22, 22, 0.0.0.0/0"),
  },
  {
    title: "adds Beanstalk's own group to the instances",
    rule: "eb-own-security-groups",
    change: setting(launch, "DisableDefaultEC2SecurityGroup", "false"),
  },
  {
    title: "leaves the load balancer's group to Beanstalk",
    rule: "eb-own-security-groups",
    change: setting("aws:elbv2:loadbalancer", "ManagedSecurityGroup"),
  },
  {
    title: "gives the instances the account's shared default role",
    rule: "eb-own-instance-role",
    defect: "the instances had the account's shared default role",
    change: setting(launch, "IamInstanceProfile", "aws-elasticbeanstalk-ec2-role"),
  },
  {
    title: "gives Beanstalk the account's shared service role",
    rule: "eb-own-instance-role",
    change: setting("aws:elasticbeanstalk:environment", "ServiceRole", "aws-elasticbeanstalk-service-role"),
  },
  {
    title: "deploys to every instance at once",
    rule: "eb-safe-deployments",
    change: setting("aws:elasticbeanstalk:command", "DeploymentPolicy", "AllAtOnce"),
  },
  {
    title: "runs on one instance",
    rule: "eb-min-instances",
    change: setting("aws:autoscaling:asg", "MinSize", "1"),
  },
  {
    title: "runs in one zone",
    rule: "eb-min-instances",
    change: setting("aws:autoscaling:asg", "Availability Zones", "Any 1"),
  },
  {
    title: "scales to a hundred instances",
    rule: "instance-class-limits",
    change: setting("aws:autoscaling:asg", "MaxSize", "100"),
  },
  {
    title: "takes instances for a bank",
    rule: "instance-class-limits",
    change: setting("aws:ec2:instances", "InstanceTypes", "m6i.32xlarge"),
  },
  {
    title: "updates the platform by hand",
    rule: "eb-managed-updates",
    change: setting("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled", "false"),
  },
  {
    title: "reports basic health",
    rule: "eb-enhanced-health",
    change: setting("aws:elasticbeanstalk:healthreporting:system", "SystemType", "basic"),
  },
  { title: "leaves logs on the instances", rule: "eb-log-streaming", change: setting(logs, "StreamLogs", "false") },
  { title: "keeps logs for a day", rule: "eb-log-streaming", change: setting(logs, "RetentionInDays", "1") },
  {
    title: "deletes the logs with the environment",
    rule: "eb-log-streaming",
    change: setting(logs, "DeleteOnTerminate", "true"),
  },
  {
    title: "takes disks of the generation before",
    rule: "eb-root-volume",
    change: setting(launch, "RootVolumeType", "gp2"),
  },
  {
    title: "leaves what Beanstalk reports of its settings in the clear in the state",
    rule: "eb-settings-secret",
    change: application({ environment: withOptions({ additionalSecretOutputs: [] }) }),
  },
  {
    title: "leaves the settings to whoever changes them by hand",
    rule: "no-ignored-guardrails",
    change: application({ environment: withOptions({ ignoreChanges: ["version", "settings"] }) }),
  },
  {
    title: "writes the database password into a variable",
    rule: "no-plaintext-secrets",
    defect: "the database password stood in an environment variable, in clear",
    change: variable("DB_PASSWORD", PASSWORD),
  },
  {
    title: "writes the database password into the database's address",
    rule: "no-plaintext-secrets",
    defect: "the database password stood in an environment variable, in clear",
    change: variable("DATABASE_URL", `postgresql://aiprismadmin:${PASSWORD}@ai-prism-postgres:5432/aiprism`),
  },
  {
    title: "writes Flask's key into a variable",
    rule: "no-plaintext-secrets",
    change: variable("FLASK_SECRET_KEY", PASSWORD),
  },
  {
    title: "writes an access key into a variable of an innocent name",
    rule: "no-plaintext-secrets",
    change: variable("UPLOADS", ACCESS_KEY),
  },
  {
    title: "writes a random key into a variable of an innocent name",
    rule: "no-plaintext-secrets",
    change: variable("FEATURES", ["q7Rk2Zp9Xw4Tn6Vb", "8Lm3Jc5Hd1GsYe0K"].join("")),
  },
  {
    title: "writes a password where Beanstalk takes an ARN",
    rule: "no-plaintext-secrets",
    change: setting("aws:elasticbeanstalk:application:environmentsecrets", "REDIS_URL", PASSWORD),
  },
  {
    title: "gives each process the pool of the hand-made deployment",
    rule: "eb-connection-pool-fits",
    defect: "the fleet asked for more connections than the database has",
    change: env(
      options([
        [variables, "SQLALCHEMY_POOL_SIZE", "10"],
        [variables, "SQLALCHEMY_MAX_OVERFLOW", "20"],
      ]),
    ),
  },
  {
    title: "calls an American model from Stockholm",
    rule: "bedrock-model-geography",
    defect: "models of another geography were called",
    change: variable("BEDROCK_MODEL_CHAIN", JSON.stringify([{ id: "us.anthropic.claude-3-5-sonnet-20241022-v2:0" }])),
  },
  {
    title: "lets documents be reviewed anywhere in the world",
    rule: "bedrock-model-geography",
    change: variable("BEDROCK_MODEL_CHAIN", JSON.stringify([{ id: "global.anthropic.claude-sonnet-4-6" }])),
  },
  {
    title: "joins an output to a variable's text",
    rule: "no-flattened-outputs",
    change: env(option(variables, "BUCKET_URL", () => `s3://${String(pulumi.output("ai.prism") as unknown)}`)),
  },
  {
    title: "suspends the versions of bundles",
    rule: "s3-versioning-enabled",
    change: application({ bundleBucket: { versioning: { versioningConfiguration: { status: "Suspended" } } } }),
  },
  {
    title: "does not log who reads bundles",
    rule: "s3-access-logging",
    change: application({ bundleBucket: { logging: { bucket: "another-bucket" } } }),
  },
  {
    title: "uploads the bundle for everybody",
    rule: "s3-no-public-acl",
    change: {
      beside: () =>
        void new aws.s3.BucketObjectv2("public", { bucket: "ai-prism-bundles", key: "x.zip", acl: "public-read" }),
    },
  },
  {
    title: "lets anybody assume Beanstalk's service role",
    rule: "iam-trust-policy-scoped",
    change: application({ serviceRole: { assumeRolePolicy: trusts({ AWS: "*" }) } }),
  },
  {
    title: "writes a password into the application's description",
    rule: "no-plaintext-secrets",
    change: application({ application: { description: `admin login: https://admin:${PASSWORD}@prism.example.com` } }),
  },
  {
    title: "writes a password into a version's description",
    rule: "no-plaintext-secrets",
    change: application({ applicationVersion: { description: `Server=db;Password=${PASSWORD};` } }),
  },

  // Permissions of the instances
  { title: "lets instances do everything", rule: "iam-no-admin-star", change: instances(allows("*")) },
  {
    title: "lets instances do everything but a few things",
    rule: "iam-no-admin-star",
    change: instances({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }),
  },
  { title: "lets instances do everything in S3", rule: "iam-no-service-wildcard", change: instances(allows("s3:*")) },
  {
    title: "lets instances write into every bucket",
    rule: "iam-no-resource-wildcard",
    change: instances(allows("s3:PutObject")),
  },
  {
    title: "lets instances give themselves any role",
    rule: "iam-no-privilege-escalation",
    change: instances(allows("iam:PassRole")),
  },
  {
    title: "lets instances write any role's policy",
    rule: "iam-no-privilege-escalation",
    change: instances(allows("iam:PutRolePolicy")),
  },
  {
    title: "lets instances decrypt with every key",
    rule: "iam-no-kms-decrypt-all",
    change: instances(allows(["kms:Decrypt"], `arn:aws:kms:*:${ACCOUNT}:key/*`)),
  },
  {
    title: "lets instances call every model",
    rule: "bedrock-model-scope",
    change: instances(allows("bedrock:InvokeModel", "arn:aws:bedrock:*::foundation-model/*")),
  },
  {
    title: "lets the models' policy call every profile",
    rule: "bedrock-model-scope",
    change: env({ models: { transform: { policy: { policy: document(allows("bedrock:InvokeModel*")) } } } }),
  },
  {
    title: "lets the models' policy call an American profile",
    rule: "bedrock-model-geography",
    change: env({
      models: {
        transform: {
          policy: {
            policy: document(
              allows(
                "bedrock:InvokeModel",
                `arn:aws:bedrock:eu-north-1:${ACCOUNT}:inference-profile/us.anthropic.claude-3-5-sonnet-20241022-v2:0`,
              ),
            ),
          },
        },
      },
    }),
  },
  {
    title: "lets another account be an instance",
    rule: "iam-trust-policy-scoped",
    change: env({ "instance-role": { transform: { role: { assumeRolePolicy: trusts({ AWS: STRANGER }) } } } }),
  },
  {
    title: "makes instances administrators",
    rule: "iam-no-broad-managed-policy",
    change: env({
      "instance-role": { transform: { role: { managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] } } },
    }),
  },
  {
    title: "lists a role's policies on the role beside policies of their own",
    rule: "iam-role-no-policy-conflicts",
    change: env({
      "instance-role": {
        transform: {
          role: { inlinePolicies: [{ name: "x", policy: document(allows("s3:GetObject", "arn:aws:s3:::x/*")) }] },
        },
      },
    }),
  },
  {
    title: "makes a user",
    rule: "iam-no-users",
    change: { beside: () => void new aws.iam.User("operator", { name: "operator" }) },
  },
  {
    title: "lets a user do something",
    rule: "iam-no-users",
    change: {
      beside: () =>
        void new aws.iam.UserPolicy("operator", { user: "operator", policy: document(allows("s3:ListBucket")) }),
    },
  },
  {
    title: "makes an access key",
    rule: "iam-no-users",
    change: { beside: () => void new aws.iam.AccessKey("operator", { user: "operator" }) },
  },
  {
    title: "attaches a policy that allows all of Bedrock",
    rule: "iam-no-broad-managed-policy",
    change: {
      beside: () =>
        void new aws.iam.RolePolicyAttachment("broad", {
          role: "ai-prism-instance-role",
          policyArn: "arn:aws:iam::aws:policy/AmazonBedrockFullAccess",
        }),
    },
  },

  // Keys
  { title: "rotates no key", rule: "kms-rotation", change: key({ key: { enableKeyRotation: false } }) },
  {
    title: "lets keys go within a week",
    rule: "kms-deletion-safety",
    change: key({ key: { deletionWindowInDays: 7 } }),
  },
  { title: "turns a key off", rule: "kms-deletion-safety", change: key({ key: { isEnabled: false } }) },
  {
    title: "lets everybody decrypt",
    rule: "kms-key-policy-not-public",
    change: key({ key: alsoAllows({ Principal: "*", Action: "kms:Decrypt", Resource: "*" }) as never }),
  },
  {
    title: "lets another account decrypt",
    rule: "kms-key-policy-own-account",
    change: key({ key: alsoAllows({ Principal: { AWS: STRANGER }, Action: "kms:Decrypt", Resource: "*" }) as never }),
  },
  {
    title: "does not let log groups use their key",
    rule: "kms-service-principals",
    change: env({ "key-home": { services: ["cloudwatch", "s3"] } }),
  },
  {
    title: "does not let alarms use their topic's key",
    rule: "alarm-action-live",
    change: env({ "key-replica": { services: [] } }),
  },
  {
    title: "does not let budgets use their topic's key",
    rule: "alarm-action-live",
    change: env({ "key-edge": { services: ["logs", "cloudwatch"] } }),
  },
  {
    title: "lifts Pulumi's protection of a key",
    rule: "protect-stateful",
    change: key({ key: withOptions({ protect: false }) }),
  },
  {
    title: "makes a key for every purpose",
    rule: "resource-count-limits",
    change: {
      beside: () => {
        for (let index = 0; index < 4; index++) {
          new aws.kms.Key(`purpose-${index}`, { enableKeyRotation: true }, { protect: true });
        }
      },
    },
  },

  // Network
  {
    title: "opens Redis to the world",
    rule: "sg-no-public-sensitive-ports",
    change: rule("redis-from", { cidrIpv4: "0.0.0.0/0" }),
  },
  {
    title: "opens PostgreSQL to half the world",
    rule: "sg-no-public-sensitive-ports",
    change: rule("database-from", { cidrIpv4: "0.0.0.0/1" }),
  },
  {
    title: "opens the instances to the world, past the load balancer",
    rule: "network-tier-path",
    change: rule("instances-from", { cidrIpv4: "0.0.0.0/0" }),
  },
  {
    title: "opens a port of no listener to the world",
    rule: "sg-public-ingress-allowlist",
    change: rule("load-balancer-from", {
      prefixListId: undefined,
      cidrIpv4: "0.0.0.0/0",
      fromPort: 8080,
      toPort: 8080,
    }),
  },
  {
    title: "opens the database to a whole company network",
    rule: "network-tier-path",
    change: rule("database-from", { cidrIpv4: "10.0.0.0/8" }),
  },
  {
    title: "lets instances send anything anywhere",
    rule: "sg-restricted-egress",
    change: network({
      egressRule: named<aws.vpc.SecurityGroupEgressRuleArgs>("instances-to-anywhere", {
        ipProtocol: "-1",
        fromPort: undefined,
        toPort: undefined,
      }),
    }),
  },
  {
    title: "says of no rule what it is for",
    rule: "sg-description",
    change: network({ ingressRule: { description: undefined } }),
  },
  {
    title: "gives a group rules inline, beside rules of their own",
    rule: "sg-no-rule-conflicts",
    change: network({
      securityGroup: { ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, securityGroups: ["sg-peer"] }] },
    }),
  },
  {
    title: "lets the default group through",
    rule: "vpc-default-sg-closed",
    change: network({
      defaultSecurityGroup: { ingress: [{ protocol: "-1", fromPort: 0, toPort: 0, self: true }] },
    }),
  },
  {
    title: "empties the default group of another VPC",
    rule: "vpc-default-sg-closed",
    change: network({ defaultSecurityGroup: { vpcId: "vpc-another" } }),
  },
  {
    title: "records accepted traffic alone",
    rule: "vpc-flow-logs",
    change: network({ flowLog: { trafficType: "ACCEPT" } }),
  },
  {
    title: "records the traffic of another VPC",
    rule: "vpc-flow-logs",
    change: network({ flowLog: { vpcId: "vpc-another" } }),
  },
  {
    title: "records refused traffic alone",
    rule: "flow-log-complete",
    change: network({ flowLog: { trafficType: "REJECT" } }),
  },
  {
    title: "keeps flow logs for a day",
    rule: "log-group-retention",
    change: network({ flowLogGroup: { retentionInDays: 1 } }),
  },
  {
    title: "lets flow logs do anything with logs",
    rule: "iam-no-service-wildcard",
    change: network({ flowLogRolePolicy: { policy: document(allows("logs:*")) } }),
  },
  {
    title: "lets anybody write flow logs",
    rule: "iam-trust-policy-scoped",
    change: network({ flowLogRole: { assumeRolePolicy: trusts({ AWS: "*" }) } }),
  },
  {
    title: "lets instances carry documents to anybody's bucket",
    rule: "vpc-endpoint-policy-scoped",
    change: network({
      s3Endpoint: { policy: document({ ...allows("*"), Principal: "*" }) },
    }),
  },
  {
    title: "sends what goes to S3 through the NAT gateway",
    rule: "vpc-required-endpoints",
    change: network({ s3Endpoint: { serviceName: "com.amazonaws.eu-north-1.dynamodb" } }),
  },
  {
    title: "moves into the default VPC",
    rule: "no-default-vpc",
    change: { beside: () => void new aws.ec2.DefaultVpc("default", {}) },
  },
  {
    title: "makes a group that nothing has",
    rule: "sg-unused",
    change: { beside: () => void new aws.ec2.SecurityGroup("spare", { vpcId: "vpc-1", description: "For later" }) },
  },
  {
    title: "adds a private subnet that hands out public addresses",
    rule: "subnet-no-auto-public-ip",
    change: {
      beside: () =>
        void new aws.ec2.Subnet("more", { vpcId: "vpc-1", cidrBlock: "10.0.240.0/24", mapPublicIpOnLaunch: true }),
    },
  },
  {
    title: "pays for an address that nobody has",
    rule: "eip-unused",
    change: { beside: () => void new aws.ec2.Eip("spare", { domain: "vpc" }) },
  },
  {
    title: "adds a gateway to every subnet",
    rule: "resource-count-limits",
    change: {
      beside: () => {
        for (let index = 0; index < 3; index++) {
          new aws.ec2.NatGateway(`more-${index}`, { subnetId: `subnet-private-${index}`, connectivityType: "private" });
        }
      },
    },
  },
  {
    title: "adds a load balancer that speaks plain HTTP",
    rule: "alb-https-only",
    change: {
      beside: () =>
        void new aws.lb.Listener("plain", {
          loadBalancerArn: "arn:aws:elasticloadbalancing:eu-north-1:1:loadbalancer/app/x/1",
          port: 80,
          protocol: "HTTP",
          defaultActions: [
            { type: "forward", targetGroupArn: "arn:aws:elasticloadbalancing:eu-north-1:1:targetgroup/x/1" },
          ],
        }),
    },
  },
  {
    title: "adds a load balancer that speaks TLS of yesterday",
    rule: "alb-tls-policy",
    change: {
      beside: () =>
        void new aws.lb.Listener("old", {
          loadBalancerArn: "arn:aws:elasticloadbalancing:eu-north-1:1:loadbalancer/app/x/1",
          port: 443,
          protocol: "HTTPS",
          sslPolicy: "ELBSecurityPolicy-TLS-1-0-2015-04",
          defaultActions: [
            { type: "forward", targetGroupArn: "arn:aws:elasticloadbalancing:eu-north-1:1:targetgroup/x/1" },
          ],
        }),
    },
  },

  // CDN and firewall
  {
    title: "lets viewers in over plain HTTP",
    rule: "cloudfront-viewer-tls",
    change: cdn({
      distribution: (args) => {
        args.defaultCacheBehavior = {
          ...(args.defaultCacheBehavior as object),
          viewerProtocolPolicy: "allow-all",
        } as never;
      },
    }),
  },
  {
    title: "takes TLS 1.0 from viewers",
    rule: "cloudfront-viewer-tls",
    change: cdn({
      distribution: {
        viewerCertificate: {
          acmCertificateArn: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/c`,
          sslSupportMethod: "sni-only",
          minimumProtocolVersion: "TLSv1",
        },
      },
    }),
  },
  {
    title: "has CloudFront serve its certificate from addresses of its own",
    rule: "cloudfront-hygiene",
    change: cdn({
      distribution: {
        viewerCertificate: {
          acmCertificateArn: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/c`,
          minimumProtocolVersion: "TLSv1.2_2021",
          sslSupportMethod: "vip",
        },
      },
    }),
  },
  {
    title: "takes CloudFront's certificate from Stockholm",
    rule: "waf-scope-region",
    change: cdn({
      distribution: {
        viewerCertificate: {
          acmCertificateArn: `arn:aws:acm:eu-north-1:${ACCOUNT}:certificate/c`,
          sslSupportMethod: "sni-only",
          minimumProtocolVersion: "TLSv1.2_2021",
        },
      },
    }),
  },
  { title: "takes the firewall away", rule: "cloudfront-waf", change: cdn({ distribution: { webAclId: undefined } }) },
  {
    title: "points the CDN at the environment's public name",
    rule: "cdn-origin-bypass",
    defect: "the CDN could be walked around",
    change: origin({ domainName: "ai-prism-prod.eu-north-1.elasticbeanstalk.com", customOriginConfig: overTls }),
  },
  {
    title: "reaches the origin in the clear",
    rule: "cloudfront-origin-tls",
    change: origin({
      domainName: "origin.example.com",
      customOriginConfig: { ...overTls, originProtocolPolicy: "http-only" },
    }),
  },
  {
    title: "reaches the origin over TLS 1.0",
    rule: "cloudfront-origin-tls",
    change: origin({
      domainName: "origin.example.com",
      customOriginConfig: { ...overTls, originSslProtocols: ["TLSv1", "TLSv1.2"] },
    }),
  },
  {
    title: "serves a bucket without a signature",
    rule: "cloudfront-s3-oac",
    change: origin({ domainName: "ai.prism.s3.eu-north-1.amazonaws.com" }),
  },
  {
    title: "serves a bucket that anybody can make",
    rule: "cloudfront-s3-origin-exists",
    change: origin({ domainName: "long-gone.s3.eu-north-1.amazonaws.com", originAccessControlId: "E1" }),
  },
  {
    title: "sends the origin a secret that everybody can read in the console",
    rule: "no-plaintext-secrets",
    change: cdn({
      distribution: (args) => {
        const [first] = args.origins as object[];
        args.origins = [{ ...first, customHeaders: [{ name: "X-Origin-Secret", value: PASSWORD }] }] as never;
      },
    }),
  },
  {
    title: "answers without security headers",
    rule: "cloudfront-security-headers",
    change: cdn({
      distribution: (args) => {
        const behavior = args.defaultCacheBehavior as unknown as Record<string, unknown>;
        args.defaultCacheBehavior = { ...behavior, responseHeadersPolicyId: undefined } as never;
      },
    }),
  },
  {
    title: "has browsers forget HTTPS within the hour",
    rule: "cloudfront-security-headers",
    change: headers({ strictTransportSecurity: { accessControlMaxAgeSec: 3600, override: true } }),
  },
  {
    title: "lets others show the application in a frame",
    rule: "cloudfront-security-headers",
    change: headers({ frameOptions: undefined }),
  },
  {
    title: "logs connections instead of requests",
    rule: "cloudfront-logging",
    change: cdn({ logSource: { logType: "CONNECTION_LOGS" } }),
  },
  {
    title: "delivers the CDN's logs nowhere",
    rule: "cloudfront-logging",
    change: cdn({ logDelivery: { deliverySourceName: "another-source" } }),
  },
  { title: "takes every rule out of the firewall", rule: "waf-effective-rules", change: acl(() => []) },
  {
    title: "takes the known bad inputs out of the firewall",
    rule: "waf-effective-rules",
    change: acl((rules) => rules.filter(({ name }) => name !== "KnownBadInputsRuleSet")),
  },
  {
    title: "takes the rate limit out of the firewall",
    rule: "waf-effective-rules",
    change: acl((rules) => rules.filter(({ name }) => name !== "rate-limit")),
  },
  {
    title: "counts what the firewall would block",
    rule: "waf-not-count-only",
    change: acl((rules) => rules.map((one) => (one.overrideAction ? { ...one, overrideAction: { count: {} } } : one))),
  },
  {
    title: "counts what is too fast",
    rule: "waf-not-count-only",
    change: acl((rules) => rules.map((one) => (one.name === "rate-limit" ? { ...one, action: { count: {} } } : one))),
  },
  {
    title: "stands CloudFront's firewall in Stockholm",
    rule: "waf-scope-region",
    change: firewall({ webAcl: { region: "eu-north-1" } }),
  },
  {
    title: "gives CloudFront a regional firewall",
    rule: "waf-scope-region",
    change: firewall({ webAcl: { scope: "REGIONAL" } }),
  },
  {
    title: "logs another firewall",
    rule: "waf-logging",
    change: firewall({ logging: { resourceArn: `arn:aws:wafv2:us-east-1:${ACCOUNT}:global/webacl/another/1` } }),
  },
  {
    title: "logs the firewall where WAF writes nothing",
    rule: "log-destination-integrity",
    change: firewall({ logging: { logDestinationConfigs: [`arn:aws:logs:us-east-1:${ACCOUNT}:log-group:firewall`] } }),
  },

  // Who is told
  {
    title: "gives alarms nobody to tell",
    rule: "alarm-has-action",
    defect: "alarms had nobody to tell",
    change: monitoring({ alarm: { alarmActions: [] } }),
  },
  {
    title: "turns an alarm's actions off",
    rule: "alarm-has-action",
    change: alarm("high-cpu", { actionsEnabled: false }),
  },
  {
    title: "watches a memory that EC2 does not publish",
    rule: "alarm-metric-published",
    defect: "an alarm watched a memory metric that nobody publishes",
    change: alarm("high-memory", { namespace: "AWS/EC2", metricName: "MemoryUtilization" }),
  },
  {
    title: "takes a silent database for a healthy one",
    rule: "alarm-missing-data",
    change: alarm("database-high-cpu", { treatMissingData: "notBreaching" }),
  },
  {
    title: "watches a database that is long gone",
    rule: "alarm-dimension-exists",
    change: alarm("database-high-cpu", { dimensions: { DBInstanceIdentifier: "ai-prism-old" } }),
  },
  {
    title: "tells a topic of another region",
    rule: "region-consistency",
    change: alarm("high-cpu", { alarmActions: [`arn:aws:sns:us-east-1:${ACCOUNT}:notifications-edge`] }),
  },
  {
    title: "watches nothing of the database",
    rule: "stateful-resource-alarmed",
    change: monitoring({
      alarm: (args) => {
        if (args.namespace === "AWS/RDS") Object.assign(args, { namespace: "AIPrism/Other", dimensions: {} });
      },
    }),
  },
  {
    title: "watches no copies arrive",
    rule: "stateful-resource-alarmed",
    change: monitoring({
      alarm: (args) => {
        if (args.namespace === "AWS/S3") args.namespace = "AIPrism/Other";
      },
    }),
  },
  {
    title: "shows a database that is long gone",
    rule: "dashboard-live-references",
    change: monitoring({
      dashboard: {
        dashboardBody: JSON.stringify({
          widgets: [
            {
              type: "metric",
              properties: { metrics: [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "ai-prism-old"]] },
            },
          ],
        }),
      },
    }),
  },
  {
    title: "writes a key onto a dashboard",
    rule: "no-plaintext-secrets",
    change: monitoring({
      dashboard: {
        dashboardBody: JSON.stringify({ widgets: [{ type: "text", properties: { markdown: ACCESS_KEY } }] }),
      },
    }),
  },
  {
    title: "writes a password into a saved query",
    rule: "no-plaintext-secrets",
    change: monitoring({ query: { queryString: `filter url = "https://u:${PASSWORD}@prism"` } }),
  },
  {
    title: "writes a key into a metric filter",
    rule: "no-plaintext-secrets",
    change: monitoring({ metricFilter: { pattern: `{ $.key = "${ACCESS_KEY}" }` } }),
  },
  {
    title: "sends alerts in the clear at rest",
    rule: "sns-encrypted",
    change: notifications({ topic: { kmsMasterKeyId: undefined } }),
  },
  {
    title: "encrypts alerts with a key that alarms cannot use",
    rule: "alarm-action-live",
    change: notifications({ topic: { kmsMasterKeyId: "alias/aws/sns" } }),
  },
  {
    title: "lets everybody send alerts",
    rule: "sns-policy-scoped",
    change: notifications({ topicPolicy: alsoAllows({ Principal: "*", Action: "sns:Publish", Resource: "*" }) }),
  },
  {
    title: "lets another account send alerts",
    rule: "sns-policy-scoped",
    change: notifications({
      topicPolicy: alsoAllows({ Principal: { AWS: STRANGER }, Action: "sns:Publish", Resource: "*" }),
    }),
  },
  {
    title: "tells somebody in the clear",
    rule: "sns-https-subscriptions",
    change: notifications({ subscription: { protocol: "http", endpoint: "http://alerts.example.com" } }),
  },
  {
    title: "subscribes everybody to another topic",
    rule: "alarm-action-live",
    defect: "alarms had nobody to tell",
    change: notifications({ subscription: { topic: `arn:aws:sns:eu-north-1:${ACCOUNT}:another` } }),
  },
  {
    title: "has the budget tell nobody",
    rule: "budget-required",
    change: budget({ subscriberEmailAddresses: [], subscriberSnsTopicArns: [] }),
  },
  {
    title: "has the budget wait until it is spent thrice",
    rule: "budget-required",
    change: budget({ threshold: 300 }),
  },
  {
    title: "keeps the application's log forever",
    rule: "log-group-retention",
    change: application({ logGroup: { retentionInDays: 0 } }),
  },

  // What leaves the program
  {
    title: "exports a password",
    rule: "stack-output-not-secret",
    change: { outputs: { adminPassword: PASSWORD } },
  },
  {
    title: "exports the database's address with its password",
    rule: "stack-output-not-secret",
    change: { outputs: { connection: `postgresql://aiprismadmin:${PASSWORD}@ai-prism-postgres/aiprism` } },
  },
  {
    title: "keeps a password in a plain parameter",
    rule: "no-plaintext-secrets",
    change: {
      beside: () =>
        void new aws.ssm.Parameter("password", { name: "/ai-prism/db-password", type: "String", value: PASSWORD }),
    },
  },
  {
    title: "writes a password into user data",
    rule: "no-plaintext-secrets",
    change: {
      beside: () =>
        void new aws.ec2.LaunchTemplate("template", {
          userData: Buffer.from(`#!/bin/sh\nexport DB_PASSWORD=${PASSWORD}\n`).toString("base64"),
        }),
    },
  },
  {
    title: "makes a bucket and nothing that makes it safe",
    rule: "s3-public-access-block",
    change: { beside: () => void new aws.s3.Bucket("scratch", { bucket: "ai-prism-scratch" }, { protect: true }) },
  },

  // The account
  {
    title: "records calls of one region",
    rule: "cloudtrail-integrity",
    change: trail({ trail: { isMultiRegionTrail: false } }),
  },
  {
    title: "lets the trail be altered unnoticed",
    rule: "cloudtrail-integrity",
    change: trail({ trail: { enableLogFileValidation: false } }),
  },
  { title: "stops the trail", rule: "cloudtrail-integrity", change: trail({ trail: { enableLogging: false } }) },
  {
    title: "leaves global services out of the trail",
    rule: "cloudtrail-integrity",
    change: trail({ trail: { includeGlobalServiceEvents: false } }),
  },
  {
    title: "encrypts the trail with AWS's key",
    rule: "cloudtrail-encrypted-delivered",
    change: trail({ trail: { kmsKeyId: undefined } }),
  },
  {
    title: "keeps the trail where nobody can search it",
    rule: "cloudtrail-encrypted-delivered",
    change: trail({ trail: { cloudWatchLogsGroupArn: undefined } }),
  },
  {
    title: "lets the trail's bucket be public",
    rule: "cloudtrail-bucket-hardened",
    change: trail({ bucket: { publicAccessBlock: { blockPublicPolicy: false } } }),
  },
  {
    title: "does not log who reads the trail",
    rule: "cloudtrail-bucket-hardened",
    change: trail({ bucket: { logging: { bucket: "another-bucket" } } }),
  },
  {
    title: "does not let CloudTrail write its bucket",
    rule: "log-destination-integrity",
    change: trail({
      bucket: { policy: withStatements((list) => list.filter(({ Sid }) => Sid !== "TrailWritesEvents")) },
    }),
  },
  {
    title: "does not let CloudTrail use its key",
    rule: "kms-service-principals",
    change: account({ "audit-key": { services: ["logs"] } }),
  },
  {
    title: "leaves disks unencrypted unless somebody thinks of it",
    rule: "ebs-encryption-by-default",
    change: safeguards({ ebsEncryption: { enabled: false } }),
  },
  {
    title: "allows public buckets in the account",
    rule: "s3-account-public-access-block",
    change: safeguards({ publicAccessBlock: { blockPublicPolicy: false } }),
  },
  {
    title: "allows passwords of eight characters",
    rule: "iam-password-policy",
    change: safeguards({ passwordPolicy: { minimumPasswordLength: 8 } }),
  },
  {
    title: "allows passwords to come back",
    rule: "iam-password-policy",
    change: safeguards({ passwordPolicy: { passwordReusePrevention: 0 } }),
  },
  {
    title: "logs calls of models nowhere",
    rule: "bedrock-invocation-logging",
    change: account({
      "model-invocations": { transform: { configuration: { loggingConfig: { textDataDeliveryEnabled: true } } } },
    }),
  },
  {
    title: "logs what people wrote in the clear",
    rule: "bedrock-invocation-logging",
    change: account({ "model-invocations": { transform: { logGroup: { kmsKeyId: undefined } } } }),
  },
  {
    title: "lets anybody write the models' log",
    rule: "iam-trust-policy-scoped",
    change: account({ "model-invocations": { transform: { role: { assumeRolePolicy: trusts({ AWS: "*" }) } } } }),
  },
  {
    title: "suspends the versions of Pulumi's state",
    rule: "s3-versioning-enabled",
    change: account({
      state: { transform: { bucket: { versioning: { versioningConfiguration: { status: "Suspended" } } } } },
    }),
  },
  {
    title: "lets a destroy delete Pulumi's state",
    rule: "protect-stateful",
    change: account({ state: { transform: { bucket: { bucket: { forceDestroy: true } } } } }),
  },
  {
    title: "does not rotate the key of Pulumi's secrets",
    rule: "kms-rotation",
    change: account({ state: { transform: { key: { enableKeyRotation: false } } } }),
  },
];
