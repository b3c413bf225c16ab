import { serviceOf } from "./facts";

/** What is done to a resource. */
export type Action = "create" | "update" | "delete";

/** A call of AWS's interface, as an error names it. */
export interface ApiCall {
  /** The service as the SDK names it: `RDS`. */
  service: string;
  operation: string;
  /** As in a policy: `rds:CreateDBInstance`. */
  action: string;
  /** What the service says to too many calls. */
  throttled: string;
  /** The code of "you may not". */
  denied: string;
}

const RATE = "Rate exceeded";
const THROTTLING = `Throttling: ${RATE}`;
const EXCEPTION = `ThrottlingException: ${RATE}`;

/** Services by the prefix of their actions: the SDK's name, and the codes of the two errors that every call can end in. */
const SERVICES: Record<string, [service: string, throttled: string, denied: string]> = {
  "access-analyzer": ["AccessAnalyzer", EXCEPTION, "AccessDeniedException"],
  acm: ["ACM", EXCEPTION, "AccessDeniedException"],
  bedrock: ["Bedrock", EXCEPTION, "AccessDeniedException"],
  budgets: ["Budgets", EXCEPTION, "AccessDeniedException"],
  ce: ["Cost Explorer", `LimitExceededException: ${RATE}`, "AccessDeniedException"],
  chatbot: ["chatbot", EXCEPTION, "AccessDeniedException"],
  cloudfront: ["CloudFront", THROTTLING, "AccessDenied"],
  cloudtrail: ["CloudTrail", EXCEPTION, "AccessDeniedException"],
  cloudwatch: ["CloudWatch", THROTTLING, "AccessDenied"],
  dynamodb: ["DynamoDB", EXCEPTION, "AccessDeniedException"],
  ec2: ["EC2", "RequestLimitExceeded: Request limit exceeded.", "UnauthorizedOperation"],
  elasticache: ["ElastiCache", THROTTLING, "AccessDenied"],
  elasticbeanstalk: ["Elastic Beanstalk", THROTTLING, "AccessDenied"],
  elasticloadbalancing: ["Elastic Load Balancing v2", THROTTLING, "AccessDenied"],
  events: ["EventBridge", EXCEPTION, "AccessDeniedException"],
  guardduty: ["GuardDuty", `TooManyRequestsException: ${RATE}`, "AccessDeniedException"],
  iam: ["IAM", THROTTLING, "AccessDenied"],
  kms: ["KMS", EXCEPTION, "AccessDeniedException"],
  lambda: ["Lambda", `TooManyRequestsException: ${RATE}`, "AccessDeniedException"],
  logs: ["CloudWatch Logs", EXCEPTION, "AccessDeniedException"],
  rds: ["RDS", THROTTLING, "AccessDenied"],
  route53: ["Route 53", THROTTLING, "AccessDenied"],
  s3: ["S3", "SlowDown: Please reduce your request rate.", "AccessDenied"],
  secretsmanager: ["Secrets Manager", EXCEPTION, "AccessDeniedException"],
  sns: ["SNS", THROTTLING, "AuthorizationError"],
  sqs: ["SQS", "RequestThrottled: Request is throttled.", "AccessDenied"],
  ssm: ["SSM", EXCEPTION, "AccessDeniedException"],
  wafv2: ["WAFV2", EXCEPTION, "AccessDeniedException"],
};

/** Prefix, and the operations that create, change and delete; a `put` does the first two. Others follow the custom. */
const CALLS: Record<string, string> = {
  "accessanalyzer/analyzer": "access-analyzer CreateAnalyzer UpdateAnalyzer DeleteAnalyzer",
  "acm/certificate": "acm RequestCertificate UpdateCertificateOptions DeleteCertificate",
  "bedrock/inferenceProfile": "bedrock CreateInferenceProfile TagResource DeleteInferenceProfile",
  "bedrockmodel/invocationLoggingConfiguration":
    "bedrock PutModelInvocationLoggingConfiguration PutModelInvocationLoggingConfiguration " +
    "DeleteModelInvocationLoggingConfiguration",
  "budgets/budget": "budgets CreateBudget UpdateBudget DeleteBudget",
  "chatbot/slackChannelConfiguration":
    "chatbot CreateSlackChannelConfiguration UpdateSlackChannelConfiguration DeleteSlackChannelConfiguration",
  "cloudfront/distribution": "cloudfront CreateDistributionWithTags UpdateDistribution DeleteDistribution",
  "cloudtrail/trail": "cloudtrail CreateTrail UpdateTrail DeleteTrail",
  "cloudwatch/compositeAlarm": "cloudwatch PutCompositeAlarm PutCompositeAlarm DeleteAlarms",
  "cloudwatch/dashboard": "cloudwatch PutDashboard PutDashboard DeleteDashboards",
  "cloudwatch/eventRule": "events PutRule PutRule DeleteRule",
  "cloudwatch/eventTarget": "events PutTargets PutTargets RemoveTargets",
  "cloudwatch/logDelivery": "logs CreateDelivery UpdateDeliveryConfiguration DeleteDelivery",
  "cloudwatch/logDeliveryDestination": "logs PutDeliveryDestination PutDeliveryDestination DeleteDeliveryDestination",
  "cloudwatch/logDeliveryDestinationPolicy":
    "logs PutDeliveryDestinationPolicy PutDeliveryDestinationPolicy DeleteDeliveryDestinationPolicy",
  "cloudwatch/logDeliverySource": "logs PutDeliverySource PutDeliverySource DeleteDeliverySource",
  "cloudwatch/logGroup": "logs CreateLogGroup PutRetentionPolicy DeleteLogGroup",
  "cloudwatch/logMetricFilter": "logs PutMetricFilter PutMetricFilter DeleteMetricFilter",
  "cloudwatch/logResourcePolicy": "logs PutResourcePolicy PutResourcePolicy DeleteResourcePolicy",
  "cloudwatch/logStream": "logs CreateLogStream CreateLogStream DeleteLogStream",
  "cloudwatch/logSubscriptionFilter": "logs PutSubscriptionFilter PutSubscriptionFilter DeleteSubscriptionFilter",
  "cloudwatch/metricAlarm": "cloudwatch PutMetricAlarm PutMetricAlarm DeleteAlarms",
  "cloudwatch/queryDefinition": "logs PutQueryDefinition PutQueryDefinition DeleteQueryDefinition",
  "costexplorer/anomalyMonitor": "ce CreateAnomalyMonitor UpdateAnomalyMonitor DeleteAnomalyMonitor",
  "costexplorer/anomalySubscription":
    "ce CreateAnomalySubscription UpdateAnomalySubscription DeleteAnomalySubscription",
  "ebs/defaultKmsKey": "ec2 ModifyEbsDefaultKmsKeyId ModifyEbsDefaultKmsKeyId ResetEbsDefaultKmsKeyId",
  "ebs/encryptionByDefault":
    "ec2 EnableEbsEncryptionByDefault EnableEbsEncryptionByDefault DisableEbsEncryptionByDefault",
  "ebs/snapshotBlockPublicAccess":
    "ec2 EnableSnapshotBlockPublicAccess EnableSnapshotBlockPublicAccess DisableSnapshotBlockPublicAccess",
  "ec2/defaultNetworkAcl": "ec2 DescribeNetworkAcls ReplaceNetworkAclEntry DeleteNetworkAclEntry",
  "ec2/defaultRouteTable": "ec2 DescribeRouteTables ReplaceRoute DeleteRoute",
  "ec2/defaultSecurityGroup": "ec2 RevokeSecurityGroupIngress AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress",
  "ec2/eip": "ec2 AllocateAddress AssociateAddress ReleaseAddress",
  "ec2/flowLog": "ec2 CreateFlowLogs CreateTags DeleteFlowLogs",
  "ec2/instanceMetadataDefaults":
    "ec2 ModifyInstanceMetadataDefaults ModifyInstanceMetadataDefaults ModifyInstanceMetadataDefaults",
  "ec2/internetGateway": "ec2 CreateInternetGateway AttachInternetGateway DeleteInternetGateway",
  "ec2/natGateway": "ec2 CreateNatGateway CreateTags DeleteNatGateway",
  "ec2/route": "ec2 CreateRoute ReplaceRoute DeleteRoute",
  "ec2/routeTable": "ec2 CreateRouteTable ReplaceRoute DeleteRouteTable",
  "ec2/routeTableAssociation": "ec2 AssociateRouteTable ReplaceRouteTableAssociation DisassociateRouteTable",
  "ec2/securityGroup": "ec2 CreateSecurityGroup AuthorizeSecurityGroupIngress DeleteSecurityGroup",
  "ec2/securityGroupRule":
    "ec2 AuthorizeSecurityGroupIngress UpdateSecurityGroupRuleDescriptionsIngress RevokeSecurityGroupIngress",
  "ec2/subnet": "ec2 CreateSubnet ModifySubnetAttribute DeleteSubnet",
  "ec2/vpc": "ec2 CreateVpc ModifyVpcAttribute DeleteVpc",
  "ec2/vpcEndpoint": "ec2 CreateVpcEndpoint ModifyVpcEndpoint DeleteVpcEndpoints",
  "ec2/vpcEndpointRouteTableAssociation": "ec2 ModifyVpcEndpoint ModifyVpcEndpoint ModifyVpcEndpoint",
  "elasticache/parameterGroup":
    "elasticache CreateCacheParameterGroup ModifyCacheParameterGroup DeleteCacheParameterGroup",
  "elasticache/subnetGroup": "elasticache CreateCacheSubnetGroup ModifyCacheSubnetGroup DeleteCacheSubnetGroup",
  "elasticache/replicationGroup": "elasticache CreateReplicationGroup ModifyReplicationGroup DeleteReplicationGroup",
  "elasticache/user": "elasticache CreateUser ModifyUser DeleteUser",
  "elasticache/userGroup": "elasticache CreateUserGroup ModifyUserGroup DeleteUserGroup",
  "elasticbeanstalk/environment": "elasticbeanstalk CreateEnvironment UpdateEnvironment TerminateEnvironment",
  "iam/accountAlias": "iam CreateAccountAlias CreateAccountAlias DeleteAccountAlias",
  "iam/accountPasswordPolicy":
    "iam UpdateAccountPasswordPolicy UpdateAccountPasswordPolicy DeleteAccountPasswordPolicy",
  "iam/instanceProfile": "iam CreateInstanceProfile AddRoleToInstanceProfile DeleteInstanceProfile",
  "iam/openIdConnectProvider":
    "iam CreateOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint DeleteOpenIDConnectProvider",
  "iam/policy": "iam CreatePolicy CreatePolicyVersion DeletePolicy",
  "iam/rolePolicy": "iam PutRolePolicy PutRolePolicy DeleteRolePolicy",
  "iam/rolePolicyAttachment": "iam AttachRolePolicy AttachRolePolicy DetachRolePolicy",
  "kms/key": "kms CreateKey PutKeyPolicy ScheduleKeyDeletion",
  "kms/keyPolicy": "kms PutKeyPolicy PutKeyPolicy PutKeyPolicy",
  "kms/replicaKey": "kms ReplicateKey PutKeyPolicy ScheduleKeyDeletion",
  "lambda/function": "lambda CreateFunction UpdateFunctionConfiguration DeleteFunction",
  "lambda/permission": "lambda AddPermission AddPermission RemovePermission",
  "lb/listener": "elasticloadbalancing CreateListener ModifyListener DeleteListener",
  "lb/loadBalancer": "elasticloadbalancing CreateLoadBalancer ModifyLoadBalancerAttributes DeleteLoadBalancer",
  "lb/targetGroup": "elasticloadbalancing CreateTargetGroup ModifyTargetGroup DeleteTargetGroup",
  "rds/eventSubscription": "rds CreateEventSubscription ModifyEventSubscription DeleteEventSubscription",
  "rds/instance": "rds CreateDBInstance ModifyDBInstance DeleteDBInstance",
  "rds/instanceAutomatedBackupsReplication":
    "rds StartDBInstanceAutomatedBackupsReplication StartDBInstanceAutomatedBackupsReplication " +
    "StopDBInstanceAutomatedBackupsReplication",
  "rds/parameterGroup": "rds CreateDBParameterGroup ModifyDBParameterGroup DeleteDBParameterGroup",
  "rds/proxy": "rds CreateDBProxy ModifyDBProxy DeleteDBProxy",
  "rds/proxyDefaultTargetGroup": "rds ModifyDBProxyTargetGroup ModifyDBProxyTargetGroup ModifyDBProxyTargetGroup",
  "rds/proxyTarget": "rds RegisterDBProxyTargets RegisterDBProxyTargets DeregisterDBProxyTargets",
  "rds/subnetGroup": "rds CreateDBSubnetGroup ModifyDBSubnetGroup DeleteDBSubnetGroup",
  "route53/record": "route53 ChangeResourceRecordSets ChangeResourceRecordSets ChangeResourceRecordSets",
  "route53/zone": "route53 CreateHostedZone UpdateHostedZoneComment DeleteHostedZone",
  "s3/accountPublicAccessBlock":
    "s3 PutAccountPublicAccessBlock PutAccountPublicAccessBlock PutAccountPublicAccessBlock",
  "s3/bucket": "s3 CreateBucket PutBucketTagging DeleteBucket",
  "s3/bucketAcl": "s3 PutBucketAcl PutBucketAcl PutBucketAcl",
  "s3/bucketLifecycleConfiguration": "s3 PutLifecycleConfiguration PutLifecycleConfiguration PutLifecycleConfiguration",
  "s3/bucketLogging": "s3 PutBucketLogging PutBucketLogging PutBucketLogging",
  "s3/bucketMetric": "s3 PutMetricsConfiguration PutMetricsConfiguration PutMetricsConfiguration",
  "s3/bucketNotification": "s3 PutBucketNotification PutBucketNotification PutBucketNotification",
  "s3/bucketObjectLockConfiguration":
    "s3 PutBucketObjectLockConfiguration PutBucketObjectLockConfiguration PutBucketObjectLockConfiguration",
  "s3/bucketObjectv2": "s3 PutObject PutObject DeleteObject",
  "s3/bucketOwnershipControls": "s3 PutBucketOwnershipControls PutBucketOwnershipControls PutBucketOwnershipControls",
  "s3/bucketPolicy": "s3 PutBucketPolicy PutBucketPolicy DeleteBucketPolicy",
  "s3/bucketPublicAccessBlock": "s3 PutBucketPublicAccessBlock PutBucketPublicAccessBlock PutBucketPublicAccessBlock",
  "s3/bucketReplicationConfig":
    "s3 PutReplicationConfiguration PutReplicationConfiguration PutReplicationConfiguration",
  "s3/bucketServerSideEncryptionConfiguration":
    "s3 PutEncryptionConfiguration PutEncryptionConfiguration PutEncryptionConfiguration",
  "s3/bucketVersioning": "s3 PutBucketVersioning PutBucketVersioning PutBucketVersioning",
  "secretsmanager/secretPolicy": "secretsmanager PutResourcePolicy PutResourcePolicy DeleteResourcePolicy",
  "secretsmanager/secretRotation": "secretsmanager RotateSecret RotateSecret CancelRotateSecret",
  "secretsmanager/secretVersion": "secretsmanager PutSecretValue UpdateSecretVersionStage UpdateSecretVersionStage",
  "sns/topic": "sns CreateTopic SetTopicAttributes DeleteTopic",
  "sns/topicPolicy": "sns SetTopicAttributes SetTopicAttributes SetTopicAttributes",
  "sns/topicSubscription": "sns Subscribe SetSubscriptionAttributes Unsubscribe",
  "sqs/queue": "sqs CreateQueue SetQueueAttributes DeleteQueue",
  "sqs/queuePolicy": "sqs SetQueueAttributes SetQueueAttributes SetQueueAttributes",
  "ssm/parameter": "ssm PutParameter PutParameter DeleteParameter",
  "vpc/securityGroupEgressRule": "ec2 AuthorizeSecurityGroupEgress ModifySecurityGroupRules RevokeSecurityGroupEgress",
  "vpc/securityGroupIngressRule":
    "ec2 AuthorizeSecurityGroupIngress ModifySecurityGroupRules RevokeSecurityGroupIngress",
  "wafv2/ipSet": "wafv2 CreateIPSet UpdateIPSet DeleteIPSet",
  "wafv2/webAcl": "wafv2 CreateWebACL UpdateWebACL DeleteWebACL",
  "wafv2/webAclAssociation": "wafv2 AssociateWebACL AssociateWebACL DisassociateWebACL",
  "wafv2/webAclLoggingConfiguration":
    "wafv2 PutLoggingConfiguration PutLoggingConfiguration DeleteLoggingConfiguration",
};

/** The operation whose policy action has another name, as all of S3's settings have. */
const OPERATION_OF_ACTION: Record<string, string> = {
  PutAccountPublicAccessBlock: "PutPublicAccessBlock",
  PutBucketNotification: "PutBucketNotificationConfiguration",
  PutBucketObjectLockConfiguration: "PutObjectLockConfiguration",
  PutBucketPublicAccessBlock: "PutPublicAccessBlock",
  PutEncryptionConfiguration: "PutBucketEncryption",
  PutLifecycleConfiguration: "PutBucketLifecycleConfiguration",
  PutMetricsConfiguration: "PutBucketMetricsConfiguration",
  PutReplicationConfiguration: "PutBucketReplication",
};

/** The first call that the provider makes to create, change or delete a resource of a type. */
export function apiCallOf(type: string, action: Action): ApiCall {
  const [path = "", name = ""] = type.split(":").slice(1);
  const [prefix = "", ...names] = CALLS[path]?.split(" ") ?? [
    serviceOf(type),
    ...["Create", "Update", "Delete"].map((verb) => verb + name),
  ];
  const named = names[["create", "update", "delete"].indexOf(action)]!;
  const [service, throttled, denied] = SERVICES[prefix] ?? [prefix, EXCEPTION, "AccessDeniedException"];
  const operation = prefix === "s3" ? (OPERATION_OF_ACTION[named] ?? named) : named;
  return { service, operation, action: `${prefix}:${named}`, throttled, denied };
}
