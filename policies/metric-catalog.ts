/** Metrics that a service publishes under the same sets of dimensions. */
export interface MetricGroup {
  readonly metrics: ReadonlySet<string>;
  /** Each set of dimension names under which they are published, names in alphabetical order. */
  readonly dimensions: readonly (readonly string[])[];
}

const group = (dimensions: readonly string[], names: string, ...more: string[]): MetricGroup => ({
  metrics: new Set([...names.split(/\s+/).filter(Boolean), ...more]),
  dimensions: dimensions.map((one) => one.split(" ").filter(Boolean)),
});

const instances = ["", "AutoScalingGroupName", "ImageId", "InstanceId", "InstanceType"];
const databases = [
  "",
  "DBClusterIdentifier",
  "DBClusterIdentifier Role",
  "DBInstanceIdentifier",
  "DatabaseClass",
  "EngineName",
];
const proxies = [
  "ProxyName",
  "EndpointName",
  "ProxyName Target TargetGroup",
  "ProxyName Target TargetGroup TargetRole",
  "ProxyName TargetGroup TargetRole",
];
const nodes = ["CacheClusterId", "CacheClusterId CacheNodeId"];
const balancers = ["LoadBalancer", "AvailabilityZone LoadBalancer"];
const targets = [
  ...balancers,
  "TargetGroup",
  "LoadBalancer TargetGroup",
  "AvailabilityZone TargetGroup",
  "AvailabilityZone LoadBalancer TargetGroup",
];

/**
 * What AWS's own namespaces hold, for those that such a deployment watches. Sources: the services' user guides,
 * "monitoring with CloudWatch". Other namespaces are not judged.
 */
export const metricCatalog: Readonly<Record<string, readonly MetricGroup[]>> = {
  "AWS/EC2": [
    group(
      instances,
      `CPUUtilization DiskReadOps DiskWriteOps DiskReadBytes DiskWriteBytes MetadataNoToken MetadataNoTokenRejected
      NetworkIn NetworkOut NetworkPacketsIn NetworkPacketsOut CPUCreditUsage CPUCreditBalance CPUSurplusCreditBalance
      CPUSurplusCreditsCharged EBSReadOps EBSWriteOps EBSReadBytes EBSWriteBytes EBSIOBalance% EBSByteBalance%
      InstanceEBSIOPSExceededCheck InstanceEBSThroughputExceededCheck StatusCheckFailed StatusCheckFailed_Instance
      StatusCheckFailed_System StatusCheckFailed_AttachedEBS`,
    ),
    group(["HostId", "InstanceType"], "DedicatedHostCPUUtilization"),
  ],
  "AWS/ElasticBeanstalk": [
    group(
      ["EnvironmentName"],
      `EnvironmentHealth InstancesDegraded InstancesInfo InstancesNoData InstancesOk InstancesPending InstancesSevere
      InstancesUnknown InstancesWarning`,
    ),
    group(
      ["EnvironmentName", "EnvironmentName InstanceId"],
      `ApplicationRequests2xx ApplicationRequests3xx ApplicationRequests4xx ApplicationRequests5xx
      ApplicationRequestsTotal ApplicationLatencyP10 ApplicationLatencyP50 ApplicationLatencyP75 ApplicationLatencyP85
      ApplicationLatencyP90 ApplicationLatencyP95 ApplicationLatencyP99 ApplicationLatencyP99.9`,
    ),
    group(
      ["EnvironmentName InstanceId"],
      `InstanceHealth RootFilesystemUtil LoadAverage1min LoadAverage5min CPUIdle CPUIowait CPUIrq CPUNice CPUSoftirq
      CPUSystem CPUUser CPUPrivileged`,
    ),
  ],
  "AWS/Bedrock": [
    group(
      ["", "ModelId"],
      `Invocations InvocationLatency InvocationClientErrors InvocationServerErrors InvocationThrottles InputTokenCount
      OutputTokenCount CacheReadInputTokenCount CacheWriteInputTokenCount TimeToFirstToken EstimatedTPMQuotaUsage
      LegacyModelInvocations`,
    ),
    group(["", "ModelId", "BucketedStepSize ImageSize ModelId"], "OutputImageCount"),
  ],
  "AWS/CloudFront": [
    group(
      ["DistributionId Region"],
      `Requests BytesDownloaded BytesUploaded 4xxErrorRate 5xxErrorRate TotalErrorRate 401ErrorRate 403ErrorRate
      404ErrorRate 502ErrorRate 503ErrorRate 504ErrorRate CacheHitRate OriginLatency LambdaExecutionError
      LambdaValidationError LambdaLimitExceededErrors`,
    ),
    group(
      ["FunctionName Region"],
      `FunctionInvocations FunctionValidationErrors FunctionExecutionErrors FunctionComputeUtilization
      FunctionThrottles`,
    ),
  ],
  "AWS/ApplicationELB": [
    group(
      balancers,
      `ActiveConnectionCount ClientTLSNegotiationErrorCount DesyncMitigationMode_NonCompliant_Request_Count
      DroppedInvalidHeaderRequestCount ELBAuthError ELBAuthFailure ELBAuthLatency ELBAuthRefreshTokenSuccess
      ELBAuthSuccess ELBAuthUserClaimsSizeExceeded ForwardedInvalidHeaderRequestCount HTTPCode_ELB_3XX_Count
      HTTPCode_ELB_4XX_Count HTTPCode_ELB_5XX_Count HTTPCode_ELB_500_Count HTTPCode_ELB_502_Count
      HTTPCode_ELB_503_Count HTTPCode_ELB_504_Count HTTP_Fixed_Response_Count HTTP_Redirect_Count
      HTTP_Redirect_Url_Limit_Exceeded_Count ProcessedBytes RejectedConnectionCount`,
    ),
    group(
      ["LoadBalancer"],
      `ConsumedLCUs PeakLCUs ReservedLCUs GrpcRequestCount IPv6ProcessedBytes IPv6RequestCount NewConnectionCount
      NonStickyRequestCount RuleEvaluations StandardProcessedBytes`,
    ),
    group(
      targets,
      `HTTPCode_Target_2XX_Count HTTPCode_Target_3XX_Count HTTPCode_Target_4XX_Count HTTPCode_Target_5XX_Count
      RequestCount RequestCountPerTarget TargetConnectionErrorCount TargetResponseTime TargetTLSNegotiationErrorCount
      LambdaInternalError LambdaTargetProcessedBytes LambdaUserError AnomalousHostCount MitigatedHostCount`,
    ),
    group(
      targets.filter((one) => one.includes("TargetGroup")),
      "HealthyHostCount UnHealthyHostCount HealthyStateDNS HealthyStateRouting UnhealthyRoutingRequestCount UnhealthyStateDNS UnhealthyStateRouting",
    ),
  ],
  "AWS/ElastiCache": [
    group(
      nodes,
      `ActiveDefragHits AuthenticationFailures BytesReadFromDisk BytesReadIntoMemcached BytesUsedForCache
      BytesUsedForCacheItems BytesUsedForHash BytesWrittenOutFromMemcached BytesWrittenToDisk CPUCreditBalance
      CPUCreditUsage CPUUtilization CacheHitRate CacheHits CacheMisses CasBadval CasHits CasMisses
      ChannelAuthorizationFailures CmdConfigGet CmdConfigSet CmdFlush CmdGet CmdSet CmdTouch
      CommandAuthorizationFailures CurrConfig CurrConnections CurrItems CurrVolatileItems DB0AverageTTL
      DatabaseCapacityUsageCountedForEvictPercentage DatabaseCapacityUsagePercentage
      DatabaseMemoryUsageCountedForEvictPercentage DatabaseMemoryUsagePercentage DecrHits DecrMisses DeleteHits
      DeleteMisses EngineCPUUtilization ErrorCount EvictedUnfetched Evictions ExpiredUnfetched FreeableMemory GetHits
      GetMisses IamAuthenticationExpirations IamAuthenticationThrottling IncrHits IncrMisses IsMaster IsPrimary
      KeyAuthorizationFailures KeysTracked MasterLinkHealthStatus MemoryFragmentationRatio
      NetworkBandwidthInAllowanceExceeded NetworkBandwidthOutAllowanceExceeded NetworkBytesIn NetworkBytesOut
      NetworkConntrackAllowanceExceeded NetworkLinkLocalAllowanceExceeded NetworkMaxBytesIn NetworkMaxBytesOut
      NetworkMaxPacketsIn NetworkMaxPacketsOut NetworkPacketsIn NetworkPacketsOut
      NetworkPacketsPerSecondAllowanceExceeded NewConnections NewItems NumItemsReadFromDisk NumItemsWrittenToDisk
      PrimaryLinkHealthStatus Reclaimed ReplicationBytes ReplicationLag SaveInProgress SlabsMoved
      SuccessfulReadRequestLatency SuccessfulWriteRequestLatency SwapUsage TouchHits TouchMisses
      TrafficManagementActive UnusedMemory`,
      ...[
        ...["Cluster", "Eval", "GeoSpatial", "Hash", "HyperLogLog", "Json", "Key", "List", "PubSub", "Search", "Set"],
        ...["SortedSet", "Stream", "String"],
      ].flatMap((kind) => [`${kind}BasedCmds`, `${kind}BasedCmdsLatency`]),
      ...["Get", "NonKey", "Set"].flatMap((kind) => [`${kind}TypeCmds`, `${kind}TypeCmdsLatency`]),
    ),
    group(["PrimaryReplicationGroupId ReplicationGroupId"], "GlobalDatastoreReplicationLag"),
    group(["clusterId"], "ElastiCacheProcessingUnits BytesUsedForCache CacheHitRate ThrottledCmds TotalCmdsCount"),
  ],
  "AWS/RDS": [
    group(
      databases,
      `ActiveTransactions AuroraBinlogReplicaLag AuroraGlobalDBDataTransferBytes AuroraGlobalDBReplicatedWriteIO
      AuroraGlobalDBReplicationLag AuroraReplicaLag AuroraReplicaLagMaximum AuroraReplicaLagMinimum
      BacktrackChangeRecordsCreationRate BacktrackChangeRecordsStored BacktrackWindowActual BacktrackWindowAlert
      BackupRetentionPeriodStorageUsed BinLogDiskUsage BlockedTransactions BufferCacheHitRatio BurstBalance
      CPUCreditBalance CPUCreditUsage CPUSurplusCreditBalance CPUSurplusCreditsCharged CPUUtilization CheckpointLag
      CommitLatency CommitThroughput ConnectionAttempts DBLoad DBLoadCPU DBLoadNonCPU DBLoadRelativeToNumVCPUs
      DDLLatency DDLThroughput DMLLatency DMLThroughput DatabaseConnections Deadlocks DeleteLatency DeleteThroughput
      DiskQueueDepth DiskQueueDepthLogVolume EBSByteBalance% EBSIOBalance% EngineUptime
      FailedSQLServerAgentJobsCount FreeLocalStorage FreeLocalStoragePercent FreeStorageSpace
      FreeStorageSpaceLogVolume FreeableMemory IamDbAuthConnectionRequests InsertLatency InsertThroughput
      LoginFailures MaximumUsedTransactionIDs NetworkReceiveThroughput NetworkThroughput NetworkTransmitThroughput
      OldestLogicalReplicationSlotLag OldestReplicationSlotLag Queries RDSToAuroraPostgreSQLReplicaLag ReadIOPS
      ReadIOPSLocalStorage ReadIOPSLogVolume ReadLatency ReadLatencyLocalStorage ReadLatencyLogVolume ReadThroughput
      ReadThroughputLocalStorage ReadThroughputLogVolume ReplicaLag ReplicationChannelLag ReplicationSlotDiskUsage
      ResultSetCacheHitRatio SelectLatency SelectThroughput ServerlessDatabaseCapacity SnapshotStorageUsed SwapUsage
      TotalBackupStorageBilled TransactionLogsDiskUsage TransactionLogsGeneration UpdateLatency UpdateThroughput
      VolumeBytesUsed VolumeReadIOPs VolumeWriteIOPs WriteIOPS WriteIOPSLocalStorage WriteIOPSLogVolume WriteLatency
      WriteLatencyLocalStorage WriteLatencyLogVolume WriteThroughput WriteThroughputLocalStorage
      WriteThroughputLogVolume`,
    ),
    group(
      proxies,
      `AvailabilityPercentage ClientConnections ClientConnectionsClosed ClientConnectionsNoTLS
      ClientConnectionsReceived ClientConnectionsSetupFailedAuth ClientConnectionsSetupSucceeded ClientConnectionsTLS
      DatabaseConnectionRequests DatabaseConnectionRequestsWithTLS DatabaseConnections
      DatabaseConnectionsBorrowLatency DatabaseConnectionsCurrentlyBorrowed DatabaseConnectionsCurrentlyInTransaction
      DatabaseConnectionsCurrentlySessionPinned DatabaseConnectionsSetupFailed DatabaseConnectionsSetupSucceeded
      DatabaseConnectionsWithTLS MaxDatabaseConnectionsAllowed QueryDatabaseResponseLatency QueryRequests
      QueryRequestsNoTLS QueryRequestsTLS QueryResponseLatency`,
    ),
  ],
  "AWS/S3": [
    group(["BucketName StorageType"], "BucketSizeBytes NumberOfObjects"),
    group(
      ["BucketName FilterId"],
      `4xxErrors 5xxErrors AllRequests BytesDownloaded BytesUploaded DeleteRequests FirstByteLatency GetRequests
      HeadRequests ListRequests PostRequests PutRequests SelectRequests SelectReturnedBytes SelectScannedBytes
      TotalRequestLatency`,
    ),
    group(
      ["DestinationBucket RuleId SourceBucket"],
      "BytesPendingReplication OperationsFailedReplication OperationsPendingReplication ReplicationLatency",
    ),
  ],
  "AWS/WAFV2": [
    group(
      ["Rule WebACL", "Region Rule WebACL", "RuleGroup WebACL", "Region RuleGroup WebACL", "Rule RuleGroup"],
      `AllowedRequests BlockedRequests CountedRequests PassedRequests CaptchaRequests RequestsWithValidCaptchaToken
      ChallengeRequests RequestsWithValidChallengeToken`,
    ),
  ],
  "AWS/CertificateManager": [group(["CertificateArn"], "DaysToExpiry")],
  "AWS/SNS": [
    group(
      ["", "TopicName"],
      `NumberOfMessagesPublished NumberOfNotificationsDelivered NumberOfNotificationsFailed
      NumberOfNotificationsFilteredOut NumberOfNotificationsFilteredOut-InvalidAttributes
      NumberOfNotificationsFilteredOut-InvalidMessageBody NumberOfNotificationsFilteredOut-MessageAttributes
      NumberOfNotificationsFilteredOut-MessageBody NumberOfNotificationsFilteredOut-NoMessageAttributes
      NumberOfNotificationsFailedToRedriveToDlq NumberOfNotificationsRedrivenToDlq PublishSize`,
    ),
    group(["", "Country SMSType", "PhoneNumber"], "SMSMonthToDateSpentUSD SMSSuccessRate"),
  ],
};

/** Namespaces whose metrics are to be found in one region, wherever what they are about is. */
export const regionOfNamespace: Readonly<Record<string, string>> = {
  "AWS/Billing": "us-east-1",
  "AWS/CloudFront": "us-east-1",
  "AWS/Route53": "us-east-1",
};

/** Namespaces of AWS's own whose names do not begin with `AWS/`. */
export const otherNamespacesOfAws: ReadonlySet<string> = new Set([
  "CWAgent",
  "CloudWatchSynthetics",
  "ContainerInsights",
  "ECS/ContainerInsights",
  "Glue",
  "LambdaInsights",
]);
