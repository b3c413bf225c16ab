import type { Rule } from "../rule";
import { alarmHasAction } from "./alarm-has-action";
import { bedrockModelScope } from "./bedrock-model-scope";
import { cloudfrontViewerTls } from "./cloudfront-viewer-tls";
import { cloudtrailIntegrity } from "./cloudtrail-integrity";
import { ebImdsv2Only } from "./eb-imdsv2-only";
import { ebInstancesPrivate } from "./eb-instances-private";
import { ebSecretFlow } from "./eb-secret-flow";
import { elasticacheAtRestEncryption } from "./elasticache-at-rest-encryption";
import { elasticacheInTransitEncryption } from "./elasticache-in-transit-encryption";
import { iamNoAdminStar } from "./iam-no-admin-star";
import { iamTrustPolicyScoped } from "./iam-trust-policy-scoped";
import { kmsKeyPolicyNotPublic } from "./kms-key-policy-not-public";
import { kmsRotation } from "./kms-rotation";
import { logGroupKms } from "./log-group-kms";
import { logGroupRetention } from "./log-group-retention";
import { noPlaintextSecrets } from "./no-plaintext-secrets";
import { protectStateful } from "./protect-stateful";
import { rdsBackupRetention } from "./rds-backup-retention";
import { rdsDeletionProtection } from "./rds-deletion-protection";
import { rdsManagedPassword } from "./rds-managed-password";
import { rdsNotPublic } from "./rds-not-public";
import { rdsStorageEncrypted } from "./rds-storage-encrypted";
import { rdsTlsRequired } from "./rds-tls-required";
import { s3EncryptionConfigured } from "./s3-encryption-configured";
import { s3NoPublicAcl } from "./s3-no-public-acl";
import { s3NoPublicPolicy } from "./s3-no-public-policy";
import { s3PublicAccessBlock } from "./s3-public-access-block";
import { s3ReplicationIntegrity } from "./s3-replication-integrity";
import { s3TlsOnly } from "./s3-tls-only";
import { s3VersioningEnabled } from "./s3-versioning-enabled";
import { sgNoPublicSensitivePorts } from "./sg-no-public-sensitive-ports";
import { sgPublicIngressAllowlist } from "./sg-public-ingress-allowlist";
import { snsEncrypted } from "./sns-encrypted";
import { vpcFlowLogs } from "./vpc-flow-logs";

/** Every rule of the pack, in the order in which they run and are documented. */
export const rules: readonly Rule[] = [
  alarmHasAction,
  bedrockModelScope,
  cloudfrontViewerTls,
  cloudtrailIntegrity,
  ebImdsv2Only,
  ebInstancesPrivate,
  ebSecretFlow,
  elasticacheAtRestEncryption,
  elasticacheInTransitEncryption,
  iamNoAdminStar,
  iamTrustPolicyScoped,
  kmsKeyPolicyNotPublic,
  kmsRotation,
  logGroupKms,
  logGroupRetention,
  noPlaintextSecrets,
  protectStateful,
  rdsBackupRetention,
  rdsDeletionProtection,
  rdsManagedPassword,
  rdsNotPublic,
  rdsStorageEncrypted,
  rdsTlsRequired,
  s3EncryptionConfigured,
  s3NoPublicAcl,
  s3NoPublicPolicy,
  s3PublicAccessBlock,
  s3ReplicationIntegrity,
  s3TlsOnly,
  s3VersioningEnabled,
  sgNoPublicSensitivePorts,
  sgPublicIngressAllowlist,
  snsEncrypted,
  vpcFlowLogs,
];
