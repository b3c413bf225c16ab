import type { ResourceRule } from "../rule";
import { Deferred } from "../read";

/** Properties that other rules judge, by type: what a later change of them would show must not be ignored. */
const guarded: Record<string, readonly string[]> = {
  "aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration": ["loggingConfig"],
  "aws:budgets/budget:Budget": ["notifications"],
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": ["securityHeadersConfig"],
  "aws:ec2/flowLog:FlowLog": ["trafficType"],
  "aws:elasticache/subnetGroup:SubnetGroup": ["subnetIds"],
  "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": ["minimumPasswordLength", "passwordReusePrevention"],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["policyArn"],
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": ["kmsKeyId", "retentionPeriod"],
  "aws:rds/subnetGroup:SubnetGroup": ["subnetIds"],
  "aws:s3/bucket:Bucket": ["forceDestroy"],
  "aws:s3/bucketV2:BucketV2": ["forceDestroy"],
  "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": [
    "blockPublicAcls",
    "blockPublicPolicy",
    "ignorePublicAcls",
    "restrictPublicBuckets",
  ],
  "aws:s3/bucketLogging:BucketLogging": ["targetBucket"],
  "aws:s3/bucketNotification:BucketNotification": ["topics"],
  "aws:secretsmanager/secretRotation:SecretRotation": ["rotationRules"],
  "aws:sns/topicSubscription:TopicSubscription": ["protocol"],
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": ["logDestinationConfigs"],
  "aws:s3/bucketPolicy:BucketPolicy": ["policy"],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": [
    "blockPublicAcls",
    "blockPublicPolicy",
    "ignorePublicAcls",
    "restrictPublicBuckets",
  ],
  "aws:s3/bucketVersioning:BucketVersioning": ["versioningConfiguration"],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ["rules"],
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": ["role", "rules"],
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ["rule"],
  "aws:rds/instance:Instance": [
    "autoMinorVersionUpgrade",
    "backupRetentionPeriod",
    "caCertIdentifier",
    "dbSubnetGroupName",
    "deleteAutomatedBackups",
    "deletionProtection",
    "enabledCloudwatchLogsExports",
    "manageMasterUserPassword",
    "multiAz",
    "password",
    "publiclyAccessible",
    "skipFinalSnapshot",
    "storageEncrypted",
    "vpcSecurityGroupIds",
  ],
  "aws:rds/parameterGroup:ParameterGroup": ["parameters"],
  "aws:rds/proxy:Proxy": ["auths", "requireTls", "vpcSecurityGroupIds"],
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    "atRestEncryptionEnabled",
    "automaticFailoverEnabled",
    "multiAzEnabled",
    "snapshotRetentionLimit",
    "subnetGroupName",
    "transitEncryptionEnabled",
    "transitEncryptionMode",
    "userGroupIds",
    "securityGroupIds",
  ],
  "aws:elasticache/user:User": ["accessString", "authenticationMode"],
  "aws:elasticbeanstalk/environment:Environment": ["settings"],
  "aws:ec2/securityGroup:SecurityGroup": ["ingress", "egress"],
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ["ingress", "egress"],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": [
    "cidrIpv4",
    "cidrIpv6",
    "fromPort",
    "referencedSecurityGroupId",
    "toPort",
  ],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["policy"],
  "aws:iam/role:Role": ["assumeRolePolicy", "inlinePolicies", "managedPolicyArns"],
  "aws:iam/rolePolicy:RolePolicy": ["policy"],
  "aws:iam/policy:Policy": ["policy"],
  "aws:kms/key:Key": [
    "bypassPolicyLockoutSafetyCheck",
    "deletionWindowInDays",
    "enableKeyRotation",
    "isEnabled",
    "policy",
  ],
  "aws:sns/topic:Topic": ["kmsMasterKeyId", "policy"],
  "aws:sns/topicPolicy:TopicPolicy": ["policy"],
  "aws:secretsmanager/secret:Secret": ["kmsKeyId", "policy", "recoveryWindowInDays"],
  "aws:cloudfront/distribution:Distribution": [
    "defaultCacheBehavior",
    "orderedCacheBehaviors",
    "origins",
    "viewerCertificate",
    "webAclId",
  ],
  "aws:wafv2/webAcl:WebAcl": ["rules", "defaultAction"],
  "aws:cloudtrail/trail:Trail": [
    "cloudWatchLogsGroupArn",
    "enableLogFileValidation",
    "enableLogging",
    "includeGlobalServiceEvents",
    "isMultiRegionTrail",
    "kmsKeyId",
    "s3BucketName",
  ],
  "aws:cloudwatch/metricAlarm:MetricAlarm": [
    "actionsEnabled",
    "alarmActions",
    "dimensions",
    "metricName",
    "metricQueries",
    "namespace",
    "okActions",
  ],
  "aws:cloudwatch/logGroup:LogGroup": ["retentionInDays", "kmsKeyId"],
  "aws:ebs/encryptionByDefault:EncryptionByDefault": ["enabled"],
  "aws:lb/listener:Listener": ["protocol", "sslPolicy", "defaultActions"],
  "aws:alb/listener:Listener": ["protocol", "sslPolicy", "defaultActions"],
};

/** The older names under which the provider still has some types. */
const twins = Object.keys(guarded).flatMap((type) =>
  /^aws:s3\/bucket(Logging|ServerSide|Versioning)/.test(type)
    ? [type.replace(/:(\w+)\/(\w+):(\w+)$/, ":$1/$2V2:$3V2")]
    : [],
);

export const noIgnoredGuardrails: ResourceRule = {
  id: "no-ignored-guardrails",
  title: "Nothing that a rule judges is left to whoever changes it by hand",
  family: "data-safety",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: [...Object.keys(guarded), ...twins],
  controls: { wellArchitected: ["OPS05-BP04", "SEC01-BP06"] },
  remediation: "Remove the property from the resource option ignoreChanges.",
  url: "https://docs.aws.amazon.com/wellarchitected/latest/operational-excellence-pillar/ops_dev_integ_conf_mgmt_sys.html",
  check(resource, { fail }) {
    const ignored = resource.data.ignoreChanges;
    if (ignored === undefined) throw new Deferred("ignoreChanges");
    const properties = guarded[resource.type.replaceAll("V2", "")]!;
    for (const path of ignored) {
      const property = /^\["?([^"\]]+)|^[^.[]+/.exec(path);
      const root = property?.[1] ?? property?.[0] ?? path;
      if (root === "*" || properties.includes(root)) fail(`ignoreChanges covers ${root}.`);
    }
  },
};
