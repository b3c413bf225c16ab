import { type Action, factsOf, serviceOf } from "./facts";

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

/**
 * The first call that the provider makes to create, change or delete a resource of a type: the one in its facts, or else
 * `Create`, `Update` or `Delete` of the type's service and name.
 */
export function apiCallOf(type: string, action: Action): ApiCall {
  const name = type.split(":")[2] ?? "";
  const usual = `${serviceOf(type)}:${action[0]!.toUpperCase()}${action.slice(1)}${name}`;
  const call = factsOf(type)?.calls?.[action] ?? usual;
  const [prefix = "", named = ""] = call.split(":");
  const [service, throttled, denied] = SERVICES[prefix] ?? [prefix, EXCEPTION, "AccessDeniedException"];
  const operation = prefix === "s3" ? (OPERATION_OF_ACTION[named] ?? named) : named;
  return { service, operation, action: call, throttled, denied };
}
