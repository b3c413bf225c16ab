import { InvalidArgument } from "./component";

/** What AWS accepts as a name, by the kind of thing named. */
const RULES = {
  alarm: { max: 255, pattern: /^[\x20-\x7e]+$/, says: "printable ASCII" },
  bucket: { max: 63, pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, says: "lower-case letters, digits, hyphens, dots" },
  beanstalkApplication: { max: 100, pattern: /^[^/]+$/, says: "no slash" },
  beanstalkEnvironment: {
    max: 40,
    pattern: /^[A-Za-z0-9][A-Za-z0-9-]{2,}[A-Za-z0-9]$/,
    says: "letters, digits, hyphens",
  },
  cacheGroup: { max: 40, pattern: /^[a-z](-?[a-z0-9])*$/, says: "lower-case letters, digits, single hyphens" },
  database: { max: 63, pattern: /^[a-z](-?[a-z0-9])*$/, says: "lower-case letters, digits, single hyphens" },
  dashboard: { max: 255, pattern: /^[A-Za-z0-9_-]+$/, says: "letters, digits, hyphens, underscores" },
  firewall: { max: 128, pattern: /^[A-Za-z0-9_-]+$/, says: "letters, digits, hyphens, underscores" },
  keyAlias: { max: 250, pattern: /^alias\/(?!aws\/)[A-Za-z0-9/_-]+$/, says: "alias/ and letters, digits, /, _, -" },
  logGroup: { max: 512, pattern: /^[A-Za-z0-9._/#-]+$/, says: "letters, digits and . _ / # -" },
  role: { max: 64, pattern: /^[\w+=,.@-]+$/, says: "letters, digits and + = , . @ - _" },
  secret: { max: 512, pattern: /^[\w/+=.@-]+$/, says: "letters, digits and / _ + = . @ -" },
  topic: { max: 256, pattern: /^[A-Za-z0-9_-]+$/, says: "letters, digits, hyphens, underscores" },
} as const;

export type NameKind = keyof typeof RULES;

/**
 * The physical name of one thing: the base in production, the base with the environment's name elsewhere. A base with
 * capitals takes a capitalised suffix.
 *
 * @throws InvalidArgument when AWS would refuse it. Nothing is truncated: a cut name collides, or hides what it names.
 */
export function physicalName(kind: NameKind, base: string, environment: string): string {
  const suffix = /[A-Z]/.test(base) ? capitalise(environment) : environment;
  const name = environment === "production" ? base : `${base}-${suffix}`;
  const rule = RULES[kind];
  if (name.length > rule.max || !rule.pattern.test(name)) {
    throw new InvalidArgument(`Name of the ${kind}`, base, name, `at most ${rule.max} characters: ${rule.says}`);
  }
  return name;
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * Every physical name of an environment, so that they can be read, and searched for in AWS, in one place.
 *
 * @param accountId Makes names unique that AWS wants unique among all its customers.
 * @param besideSuffix Ends the names that a deployment made by hand holds and that are built anew beside it.
 */
export function physicalNames(environment: string, accountId: string, besideSuffix?: string) {
  const name = (kind: NameKind, base: string) => physicalName(kind, base, environment);
  const beside = (base: string) => (besideSuffix === undefined ? base : `${base}-${besideSuffix}`);
  const production = environment === "production";
  return {
    keyAlias: name("keyAlias", "alias/ai-prism"),
    redis: name("cacheGroup", beside("ai-prism-redis")),
    redisSecret: name("secret", "ai-prism/redis"),
    operatorToken: name("secret", "ai-prism/operator-token"),
    database: name("database", "ai-prism-postgres"),
    databaseProxy: name("database", "ai-prism-postgres-proxy"),
    // The dotted name exists and holds data; a dot breaks TLS to virtual-hosted addresses, so nothing new gets one.
    documents: production ? "ai.prism" : name("bucket", "ai-prism"),
    documentsReplica: name("bucket", beside("ai-prism-backups")),
    replicationRole: name("role", beside("ai-prism-s3-replication-role")),
    logs: name("bucket", `ai-prism-logs-${accountId}`),
    replicaLogs: name("bucket", `ai-prism-replica-logs-${accountId}`),
    bundles: name("bucket", `ai-prism-bundles-${accountId}`),
    application: name("beanstalkApplication", "AI-Prism"),
    environment: physicalName("beanstalkEnvironment", beside(`AI-Prism-${capitalise(environment)}`), "production"),
    cnamePrefix: beside(production ? "ai-prism-prod" : `ai-prism-${environment}`),
    modelPolicy: name("role", "ai-prism-bedrock-invoke"),
    slackRole: name("role", "ai-prism-slack-role"),
    instanceRole: name("role", "ai-prism-instance-role"),
    serviceRole: name("role", "ai-prism-beanstalk-service-role"),
    flowLogs: name("logGroup", "/ai-prism/vpc-flow-logs"),
    firewall: name("firewall", "ai-prism-cdn"),
    // WAF only delivers to log groups whose name starts like this.
    firewallLogs: name("logGroup", "aws-waf-logs-ai-prism"),
    topic: name("topic", "ai-prism-alerts"),
    budget: name("alarm", "AI-Prism-Monthly"),
    alarm: (what: string) => name("alarm", `AI-Prism-${what}`),
    dashboard: (what: string) => name("dashboard", `AI-Prism-${what}`),
    /** Prefix of names that AWS completes itself, such as policies and roles of secondary importance. */
    prefix: name("role", "ai-prism"),
  };
}

export type PhysicalNames = ReturnType<typeof physicalNames>;
