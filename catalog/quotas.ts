/** Quotas and sizes that decide how much a deployment holds. Each with where it comes from; what is not certain says so. */

/** How Bedrock counts the tokens of a model against its quota per minute. */
export interface ModelQuota {
  /** AWS's default for an account, tokens per minute through a geography's profile; absent where none was found. */
  readonly tokensPerMinute?: number;
  /** An output token takes this many of the quota. Source: Bedrock user guide, "How tokens are counted". */
  readonly outputBurndown: number;
}

/** Of models without a number of their own. An account's real quota stands in Service Quotas and may be far less, or more. */
export const DEFAULT_TOKENS_PER_MINUTE = 200_000;

/** By Bedrock's id without a geography. */
export const MODEL_QUOTAS: Readonly<Record<string, ModelQuota>> = {
  "anthropic.claude-sonnet-4-5-20250929-v1:0": { tokensPerMinute: 200_000, outputBurndown: 5 },
  "anthropic.claude-haiku-4-5-20251001-v1:0": { outputBurndown: 5 },
  "anthropic.claude-sonnet-4-6": { outputBurndown: 5 },
  "anthropic.claude-sonnet-5": { outputBurndown: 10 },
  "anthropic.claude-sonnet-5-5": { outputBurndown: 10 },
  "anthropic.claude-haiku-5-5": { outputBurndown: 10 },
};

/** Processors and memory of an instance, and the share of a processor that it may use without end. */
export interface InstanceSize {
  readonly vcpus: number;
  readonly memoryGiB: number;
  /** Below 1 for the burstable families: what CPU credits give for ever. */
  readonly baseline: number;
}

/** Source: Amazon EC2 user guide, burstable performance instances. */
export const INSTANCE_SIZES: Readonly<Record<string, InstanceSize>> = {
  "t3.nano": { vcpus: 2, memoryGiB: 0.5, baseline: 0.05 },
  "t3.micro": { vcpus: 2, memoryGiB: 1, baseline: 0.1 },
  "t3.small": { vcpus: 2, memoryGiB: 2, baseline: 0.2 },
  "t3.medium": { vcpus: 2, memoryGiB: 4, baseline: 0.2 },
  "t3.large": { vcpus: 2, memoryGiB: 8, baseline: 0.3 },
  "t3.xlarge": { vcpus: 4, memoryGiB: 16, baseline: 0.4 },
  "t3.2xlarge": { vcpus: 8, memoryGiB: 32, baseline: 0.4 },
};

/** Processors of the database classes and what they may use without end. Source: Amazon RDS user guide. */
export const DATABASE_PROCESSORS: Readonly<Record<string, Omit<InstanceSize, "memoryGiB">>> = {
  "db.t3.micro": { vcpus: 2, baseline: 0.1 },
  "db.t3.small": { vcpus: 2, baseline: 0.2 },
  "db.t3.medium": { vcpus: 2, baseline: 0.2 },
  "db.t3.large": { vcpus: 2, baseline: 0.3 },
  "db.t4g.micro": { vcpus: 2, baseline: 0.1 },
  "db.t4g.small": { vcpus: 2, baseline: 0.2 },
  "db.t4g.medium": { vcpus: 2, baseline: 0.2 },
  "db.t4g.large": { vcpus: 2, baseline: 0.3 },
  "db.m6g.large": { vcpus: 2, baseline: 1 },
  "db.m6g.xlarge": { vcpus: 4, baseline: 1 },
  "db.r6g.large": { vcpus: 2, baseline: 1 },
  "db.r6g.xlarge": { vcpus: 4, baseline: 1 },
};

/** Memory of the cache's node types in GiB. Source: ElastiCache user guide. */
export const CACHE_MEMORY_GIB: Readonly<Record<string, number>> = {
  "cache.t3.micro": 0.5,
  "cache.t3.small": 1.37,
  "cache.t3.medium": 3.09,
  "cache.t4g.micro": 0.5,
  "cache.t4g.small": 1.37,
  "cache.t4g.medium": 3.09,
  "cache.m6g.large": 6.38,
  "cache.m6g.xlarge": 12.93,
  "cache.r6g.large": 13.07,
  "cache.r6g.xlarge": 26.32,
};

/** Kept free of data for snapshots and failover; ElastiCache's default parameter group. */
export const CACHE_RESERVED_SHARE = 0.25;

/** Clients of one node. Source: ElastiCache user guide, parameter maxclients. */
export const CACHE_CLIENTS = 65_000;

/** What one size is followed by, where that is more of what runs out. */
export const LARGER: Readonly<Record<string, string>> = {
  ...steps(
    "db.t3.micro",
    "db.t3.small",
    "db.t3.medium",
    "db.t3.large",
    "db.m6g.large",
    "db.m6g.xlarge",
    "db.r6g.xlarge",
  ),
  ...steps("db.t4g.micro", "db.t4g.small", "db.t4g.medium", "db.t4g.large", "db.m6g.large"),
  ...steps("db.r6g.large", "db.r6g.xlarge"),
  ...steps(
    "cache.t3.micro",
    "cache.t3.small",
    "cache.t3.medium",
    "cache.m6g.large",
    "cache.r6g.large",
    "cache.r6g.xlarge",
  ),
  ...steps("cache.t4g.micro", "cache.t4g.small", "cache.t4g.medium", "cache.m6g.large"),
  ...steps("cache.m6g.xlarge", "cache.r6g.xlarge"),
};

function steps(...sizes: readonly string[]): Record<string, string> {
  return Object.fromEntries(sizes.slice(1).map((size, index) => [sizes[index]!, size]));
}

/** What S3 replicates within its 15 minutes, for an account and region. Source: S3 user guide, Replication Time Control. */
export const REPLICATION_GBIT_PER_SECOND = 1;

/** Source: CloudFront developer guide, quotas. For one distribution, by default. */
export const CDN_REQUESTS_PER_SECOND = 250_000;
export const CDN_GBIT_PER_SECOND = 150;
