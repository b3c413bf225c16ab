/** What IAM calls a service, where that is not the name of its model. */
const PREFIXES: Readonly<Record<string, string>> = {
  elbv2: "elasticloadbalancing",
  "bedrock-runtime": "bedrock",
};

/** What IAM calls an operation, where that is not the operation's name. */
const ACTIONS: Readonly<Record<string, string>> = {
  "bedrock:Converse": "bedrock:InvokeModel",
  "bedrock:ConverseStream": "bedrock:InvokeModelWithResponseStream",
  "s3:DeleteBucketReplication": "s3:PutReplicationConfiguration",
  "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
  "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
  "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
  "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
  "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
  "s3:HeadBucket": "s3:ListBucket",
  "s3:HeadObject": "s3:GetObject",
  "s3:ListBuckets": "s3:ListAllMyBuckets",
  "s3:ListObjectVersions": "s3:ListBucketVersions",
  "s3:ListObjects": "s3:ListBucket",
  "s3:ListObjectsV2": "s3:ListBucket",
  "s3:PutBucketReplication": "s3:PutReplicationConfiguration",
};

/** The IAM action that allows an operation. @param service Folder of the service's model */
export function iamAction(service: string, operation: string): string {
  const action = `${PREFIXES[service] ?? service}:${operation}`;
  return ACTIONS[action] ?? action;
}
