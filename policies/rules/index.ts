import type { Rule } from "../rule";
import { alarmActionLive } from "./alarm-action-live";
import { alarmDimensionExists } from "./alarm-dimension-exists";
import { alarmHasAction } from "./alarm-has-action";
import { alarmMetricPublished } from "./alarm-metric-published";
import { alarmMissingData } from "./alarm-missing-data";
import { albHttpsOnly } from "./alb-https-only";
import { albTlsPolicy } from "./alb-tls-policy";
import { bedrockInvocationLogging } from "./bedrock-invocation-logging";
import { bedrockModelGeography } from "./bedrock-model-geography";
import { bedrockModelScope } from "./bedrock-model-scope";
import { budgetRequired } from "./budget-required";
import { cdnOriginBypass } from "./cdn-origin-bypass";
import { cloudfrontHygiene } from "./cloudfront-hygiene";
import { cloudfrontLogging } from "./cloudfront-logging";
import { cloudfrontOriginTls } from "./cloudfront-origin-tls";
import { cloudfrontS3Oac } from "./cloudfront-s3-oac";
import { cloudfrontS3OriginExists } from "./cloudfront-s3-origin-exists";
import { cloudfrontSecurityHeaders } from "./cloudfront-security-headers";
import { cloudfrontViewerTls } from "./cloudfront-viewer-tls";
import { cloudfrontWaf } from "./cloudfront-waf";
import { cloudtrailBucketHardened } from "./cloudtrail-bucket-hardened";
import { cloudtrailEncryptedDelivered } from "./cloudtrail-encrypted-delivered";
import { cloudtrailIntegrity } from "./cloudtrail-integrity";
import { dashboardLiveReferences } from "./dashboard-live-references";
import { dataSubnetsPrivate } from "./data-subnets-private";
import { ebConnectionPoolFits } from "./eb-connection-pool-fits";
import { ebEnhancedHealth } from "./eb-enhanced-health";
import { ebImdsv2Only } from "./eb-imdsv2-only";
import { ebInstancesPrivate } from "./eb-instances-private";
import { ebListenerTls } from "./eb-listener-tls";
import { ebLoadBalancerLogs } from "./eb-load-balancer-logs";
import { ebLogStreaming } from "./eb-log-streaming";
import { ebManagedUpdates } from "./eb-managed-updates";
import { ebMinInstances } from "./eb-min-instances";
import { ebNoSsh } from "./eb-no-ssh";
import { ebOwnInstanceRole } from "./eb-own-instance-role";
import { ebOwnSecurityGroups } from "./eb-own-security-groups";
import { ebRootVolume } from "./eb-root-volume";
import { ebSafeDeployments } from "./eb-safe-deployments";
import { ebSecretFlow } from "./eb-secret-flow";
import { ebSettingsSecret } from "./eb-settings-secret";
import { ebsEncryptionByDefault } from "./ebs-encryption-by-default";
import { eipUnused } from "./eip-unused";
import { elasticacheAtRestEncryption } from "./elasticache-at-rest-encryption";
import { elasticacheAuth } from "./elasticache-auth";
import { elasticacheBackups } from "./elasticache-backups";
import { elasticacheFailover } from "./elasticache-failover";
import { elasticacheHygiene } from "./elasticache-hygiene";
import { elasticacheInTransitEncryption } from "./elasticache-in-transit-encryption";
import { elasticacheUserPasswords } from "./elasticache-user-passwords";
import { flowLogComplete } from "./flow-log-complete";
import { iamNoAdminStar } from "./iam-no-admin-star";
import { iamNoBroadManagedPolicy } from "./iam-no-broad-managed-policy";
import { iamNoKmsDecryptAll } from "./iam-no-kms-decrypt-all";
import { iamNoPrivilegeEscalation } from "./iam-no-privilege-escalation";
import { iamNoResourceWildcard } from "./iam-no-resource-wildcard";
import { iamNoServiceWildcard } from "./iam-no-service-wildcard";
import { iamNoUsers } from "./iam-no-users";
import { iamPasswordPolicy } from "./iam-password-policy";
import { iamRoleNoPolicyConflicts } from "./iam-role-no-policy-conflicts";
import { iamTrustPolicyScoped } from "./iam-trust-policy-scoped";
import { instanceClassLimits } from "./instance-class-limits";
import { kmsDeletionSafety } from "./kms-deletion-safety";
import { kmsKeyPolicyNotPublic } from "./kms-key-policy-not-public";
import { kmsKeyPolicyOwnAccount } from "./kms-key-policy-own-account";
import { kmsRotation } from "./kms-rotation";
import { kmsServicePrincipals } from "./kms-service-principals";
import { logDestinationIntegrity } from "./log-destination-integrity";
import { logGroupKms } from "./log-group-kms";
import { logGroupRetention } from "./log-group-retention";
import { networkTierPath } from "./network-tier-path";
import { noDefaultVpc } from "./no-default-vpc";
import { noFlattenedOutputs } from "./no-flattened-outputs";
import { noIgnoredGuardrails } from "./no-ignored-guardrails";
import { noPlaintextSecrets } from "./no-plaintext-secrets";
import { protectStateful } from "./protect-stateful";
import { rdsAutoMinorUpgrade } from "./rds-auto-minor-upgrade";
import { rdsBackupCopy } from "./rds-backup-copy";
import { rdsBackupRetention } from "./rds-backup-retention";
import { rdsDeletionProtection } from "./rds-deletion-protection";
import { rdsHygiene } from "./rds-hygiene";
import { rdsLogExports } from "./rds-log-exports";
import { rdsManagedPassword } from "./rds-managed-password";
import { rdsMonitoring } from "./rds-monitoring";
import { rdsMultiAz } from "./rds-multi-az";
import { rdsNotPublic } from "./rds-not-public";
import { rdsProxyTls } from "./rds-proxy-tls";
import { rdsQueryLogging } from "./rds-query-logging";
import { rdsStorageEncrypted } from "./rds-storage-encrypted";
import { rdsSupportedEngine } from "./rds-supported-engine";
import { rdsTlsRequired } from "./rds-tls-required";
import { regionConsistency } from "./region-consistency";
import { requiredTags } from "./required-tags";
import { resourceCountLimits } from "./resource-count-limits";
import { rotationWired } from "./rotation-wired";
import { s3AbortMultipart } from "./s3-abort-multipart";
import { s3AccessLogging } from "./s3-access-logging";
import { s3AccountPublicAccessBlock } from "./s3-account-public-access-block";
import { s3AclsDisabled } from "./s3-acls-disabled";
import { s3BucketKeyEnabled } from "./s3-bucket-key-enabled";
import { s3BucketNameWithoutDots } from "./s3-bucket-name-without-dots";
import { s3CrossAccountAllowlist } from "./s3-cross-account-allowlist";
import { s3EncryptionConfigured } from "./s3-encryption-configured";
import { s3LifecycleConfigured } from "./s3-lifecycle-configured";
import { s3NoPublicAcl } from "./s3-no-public-acl";
import { s3NoPublicPolicy } from "./s3-no-public-policy";
import { s3PublicAccessBlock } from "./s3-public-access-block";
import { s3ReplicationConfigured } from "./s3-replication-configured";
import { s3ReplicationIntegrity } from "./s3-replication-integrity";
import { s3TlsOnly } from "./s3-tls-only";
import { s3VersioningEnabled } from "./s3-versioning-enabled";
import { secretCmk } from "./secret-cmk";
import { secretFlow } from "./secret-flow";
import { secretPolicyNotPublic } from "./secret-policy-not-public";
import { secretRotation } from "./secret-rotation";
import { secretVersionNotLiteral } from "./secret-version-not-literal";
import { sgDescription } from "./sg-description";
import { sgNoPublicSensitivePorts } from "./sg-no-public-sensitive-ports";
import { sgNoRuleConflicts } from "./sg-no-rule-conflicts";
import { sgPublicIngressAllowlist } from "./sg-public-ingress-allowlist";
import { sgRestrictedEgress } from "./sg-restricted-egress";
import { sgUnused } from "./sg-unused";
import { snsEncrypted } from "./sns-encrypted";
import { snsHttpsSubscriptions } from "./sns-https-subscriptions";
import { snsPolicyScoped } from "./sns-policy-scoped";
import { stackOutputNotSecret } from "./stack-output-not-secret";
import { statefulResourceAlarmed } from "./stateful-resource-alarmed";
import { subnetNoAutoPublicIp } from "./subnet-no-auto-public-ip";
import { vpcDefaultSgClosed } from "./vpc-default-sg-closed";
import { vpcEndpointPolicyScoped } from "./vpc-endpoint-policy-scoped";
import { vpcFlowLogs } from "./vpc-flow-logs";
import { vpcRequiredEndpoints } from "./vpc-required-endpoints";
import { wafEffectiveRules } from "./waf-effective-rules";
import { wafLogging } from "./waf-logging";
import { wafNotCountOnly } from "./waf-not-count-only";
import { wafScopeRegion } from "./waf-scope-region";

/** Every rule of the pack, in the order in which they run and are documented. */
export const rules: readonly Rule[] = [
  alarmActionLive,
  alarmDimensionExists,
  alarmHasAction,
  alarmMetricPublished,
  alarmMissingData,
  albHttpsOnly,
  albTlsPolicy,
  bedrockInvocationLogging,
  bedrockModelGeography,
  bedrockModelScope,
  budgetRequired,
  cdnOriginBypass,
  cloudfrontHygiene,
  cloudfrontLogging,
  cloudfrontOriginTls,
  cloudfrontS3Oac,
  cloudfrontS3OriginExists,
  cloudfrontSecurityHeaders,
  cloudfrontViewerTls,
  cloudfrontWaf,
  cloudtrailBucketHardened,
  cloudtrailEncryptedDelivered,
  cloudtrailIntegrity,
  dashboardLiveReferences,
  dataSubnetsPrivate,
  ebConnectionPoolFits,
  ebEnhancedHealth,
  ebImdsv2Only,
  ebInstancesPrivate,
  ebListenerTls,
  ebLoadBalancerLogs,
  ebLogStreaming,
  ebManagedUpdates,
  ebMinInstances,
  ebNoSsh,
  ebOwnInstanceRole,
  ebOwnSecurityGroups,
  ebRootVolume,
  ebSafeDeployments,
  ebSecretFlow,
  ebSettingsSecret,
  ebsEncryptionByDefault,
  eipUnused,
  elasticacheAtRestEncryption,
  elasticacheAuth,
  elasticacheBackups,
  elasticacheFailover,
  elasticacheHygiene,
  elasticacheInTransitEncryption,
  elasticacheUserPasswords,
  flowLogComplete,
  iamNoAdminStar,
  iamNoBroadManagedPolicy,
  iamNoKmsDecryptAll,
  iamNoPrivilegeEscalation,
  iamNoResourceWildcard,
  iamNoServiceWildcard,
  iamNoUsers,
  iamPasswordPolicy,
  iamRoleNoPolicyConflicts,
  iamTrustPolicyScoped,
  instanceClassLimits,
  kmsDeletionSafety,
  kmsKeyPolicyNotPublic,
  kmsKeyPolicyOwnAccount,
  kmsRotation,
  kmsServicePrincipals,
  logDestinationIntegrity,
  logGroupKms,
  logGroupRetention,
  networkTierPath,
  noDefaultVpc,
  noFlattenedOutputs,
  noIgnoredGuardrails,
  noPlaintextSecrets,
  protectStateful,
  rdsAutoMinorUpgrade,
  rdsBackupCopy,
  rdsBackupRetention,
  rdsDeletionProtection,
  rdsHygiene,
  rdsLogExports,
  rdsManagedPassword,
  rdsMonitoring,
  rdsMultiAz,
  rdsNotPublic,
  rdsProxyTls,
  rdsQueryLogging,
  rdsStorageEncrypted,
  rdsSupportedEngine,
  rdsTlsRequired,
  regionConsistency,
  requiredTags,
  resourceCountLimits,
  rotationWired,
  s3AbortMultipart,
  s3AccessLogging,
  s3AccountPublicAccessBlock,
  s3AclsDisabled,
  s3BucketKeyEnabled,
  s3BucketNameWithoutDots,
  s3CrossAccountAllowlist,
  s3EncryptionConfigured,
  s3LifecycleConfigured,
  s3NoPublicAcl,
  s3NoPublicPolicy,
  s3PublicAccessBlock,
  s3ReplicationConfigured,
  s3ReplicationIntegrity,
  s3TlsOnly,
  s3VersioningEnabled,
  secretCmk,
  secretFlow,
  secretPolicyNotPublic,
  secretRotation,
  secretVersionNotLiteral,
  sgDescription,
  sgNoPublicSensitivePorts,
  sgNoRuleConflicts,
  sgPublicIngressAllowlist,
  sgRestrictedEgress,
  sgUnused,
  snsEncrypted,
  snsHttpsSubscriptions,
  snsPolicyScoped,
  stackOutputNotSecret,
  statefulResourceAlarmed,
  subnetNoAutoPublicIp,
  vpcDefaultSgClosed,
  vpcEndpointPolicyScoped,
  vpcFlowLogs,
  vpcRequiredEndpoints,
  wafEffectiveRules,
  wafLogging,
  wafNotCountOnly,
  wafScopeRegion,
];
