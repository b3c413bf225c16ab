/** Where a metric is published: the environment's own region, the replica's, or the edge's. */
export type MetricPlace = "home" | "replica" | "edge";

/** One CloudWatch metric as it is really published: an alarm anywhere else, or on other dimensions, never has data. */
export interface MetricFacts {
  readonly namespace: string;
  readonly name: string;
  /** Exactly these dimensions, by name. */
  readonly dimensions: readonly string[];
  readonly place: MetricPlace;
}

/** Namespace of the CloudWatch agent's metrics; `app/platform` configures the agent with it. */
export const INSTANCE_NAMESPACE = "AIPrism/Instances";

/** Namespace of what metric filters count in the application's log. */
export const APPLICATION_NAMESPACE = "AIPrism/Application";

const home = (namespace: string, name: string, ...dimensions: string[]): MetricFacts => ({
  namespace,
  name,
  dimensions,
  place: "home",
});

/**
 * Every metric that an alarm or a dashboard of the program reads. Sources: the services' user guides, "monitoring with
 * CloudWatch". ElastiCache publishes per node and not per group; S3 publishes latency where the copy arrives and
 * failures where the original is; CloudFront, its firewall and its certificates publish in us-east-1 alone.
 */
export const METRICS = {
  instanceCpu: home("AWS/EC2", "CPUUtilization", "AutoScalingGroupName"),
  instanceMemory: home(INSTANCE_NAMESPACE, "mem_used_percent", "AutoScalingGroupName"),
  instancesDegraded: home("AWS/ElasticBeanstalk", "InstancesDegraded", "EnvironmentName"),
  instancesSevere: home("AWS/ElasticBeanstalk", "InstancesSevere", "EnvironmentName"),

  requests: home("AWS/ApplicationELB", "RequestCount", "LoadBalancer"),
  responseTime: home("AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer"),
  target2xx: home("AWS/ApplicationELB", "HTTPCode_Target_2XX_Count", "LoadBalancer"),
  target4xx: home("AWS/ApplicationELB", "HTTPCode_Target_4XX_Count", "LoadBalancer"),
  target5xx: home("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "LoadBalancer"),
  loadBalancer5xx: home("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "LoadBalancer"),
  targetConnectionErrors: home("AWS/ApplicationELB", "TargetConnectionErrorCount", "LoadBalancer"),
  rejectedConnections: home("AWS/ApplicationELB", "RejectedConnectionCount", "LoadBalancer"),

  redisMemory: home("AWS/ElastiCache", "DatabaseMemoryUsagePercentage", "CacheClusterId"),
  redisCpu: home("AWS/ElastiCache", "CPUUtilization", "CacheClusterId"),
  redisConnections: home("AWS/ElastiCache", "CurrConnections", "CacheClusterId"),
  redisEvictions: home("AWS/ElastiCache", "Evictions", "CacheClusterId"),
  redisNetworkIn: home("AWS/ElastiCache", "NetworkBytesIn", "CacheClusterId"),
  redisNetworkOut: home("AWS/ElastiCache", "NetworkBytesOut", "CacheClusterId"),

  databaseCpu: home("AWS/RDS", "CPUUtilization", "DBInstanceIdentifier"),
  databaseConnections: home("AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier"),
  databaseFreeStorage: home("AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier"),
  databaseFreeMemory: home("AWS/RDS", "FreeableMemory", "DBInstanceIdentifier"),
  databaseReadLatency: home("AWS/RDS", "ReadLatency", "DBInstanceIdentifier"),
  databaseWriteLatency: home("AWS/RDS", "WriteLatency", "DBInstanceIdentifier"),

  modelInvocations: home("AWS/Bedrock", "Invocations", "ModelId"),
  modelLatency: home("AWS/Bedrock", "InvocationLatency", "ModelId"),
  modelClientErrors: home("AWS/Bedrock", "InvocationClientErrors", "ModelId"),
  modelServerErrors: home("AWS/Bedrock", "InvocationServerErrors", "ModelId"),
  modelThrottles: home("AWS/Bedrock", "InvocationThrottles", "ModelId"),
  modelInputTokens: home("AWS/Bedrock", "InputTokenCount", "ModelId"),
  modelOutputTokens: home("AWS/Bedrock", "OutputTokenCount", "ModelId"),

  applicationModelCalls: home(APPLICATION_NAMESPACE, "ModelCalls", "Model"),
  sessionsCreated: home(APPLICATION_NAMESPACE, "SessionsCreated"),
  sessionsExpired: home(APPLICATION_NAMESPACE, "SessionsExpired"),
  documentSeconds: home(APPLICATION_NAMESPACE, "DocumentProcessingTime"),
  queueDepth: home(APPLICATION_NAMESPACE, "QueueDepth"),
  queueOldestJob: home(APPLICATION_NAMESPACE, "QueueOldestJobAge"),

  replicationLatency: {
    namespace: "AWS/S3",
    name: "ReplicationLatency",
    dimensions: ["SourceBucket", "DestinationBucket", "RuleId"],
    place: "replica",
  },
  replicationFailures: home("AWS/S3", "OperationsFailedReplication", "SourceBucket", "DestinationBucket", "RuleId"),

  cdnErrorRate: {
    namespace: "AWS/CloudFront",
    name: "5xxErrorRate",
    dimensions: ["DistributionId", "Region"],
    place: "edge",
  },
  cdnRequests: {
    namespace: "AWS/CloudFront",
    name: "Requests",
    dimensions: ["DistributionId", "Region"],
    place: "edge",
  },
  firewallBlocked: { namespace: "AWS/WAFV2", name: "BlockedRequests", dimensions: ["WebACL", "Rule"], place: "edge" },
  certificateDays: {
    namespace: "AWS/CertificateManager",
    name: "DaysToExpiry",
    dimensions: ["CertificateArn"],
    place: "edge",
  },
} as const satisfies Record<string, MetricFacts>;

export type MetricKey = keyof typeof METRICS;
