import * as cloudfront from "@aws-sdk/client-cloudfront";
import * as cloudtrail from "@aws-sdk/client-cloudtrail";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as ec2 from "@aws-sdk/client-ec2";
import * as eb from "@aws-sdk/client-elastic-beanstalk";
import * as elasticache from "@aws-sdk/client-elasticache";
import * as kms from "@aws-sdk/client-kms";
import * as rds from "@aws-sdk/client-rds";
import * as s3 from "@aws-sdk/client-s3";
import * as secrets from "@aws-sdk/client-secrets-manager";
import * as sns from "@aws-sdk/client-sns";
import { zipSync } from "fflate";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import type { StateResource } from "../../operations/rehearse/state";
import type { Seeder } from "./seed";

/** Properties of a resource as its type has them. */
function inputsOf<T>({ inputs }: StateResource): T & { region: string } {
  return inputs as T & { region: string };
}

/** `{ daysAfterInitiation: 7 }` as the SDK calls it; maps whose keys are data are not to be given to this. */
function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.charAt(0).toUpperCase() + key.slice(1), pascal(item)]),
  );
}

/** A secret's value: the checkpoint holds it encrypted, so the world has one of its own. */
function secretText(): string {
  return randomBytes(24).toString("hex");
}

const ec2Seeders = {
  "aws:ec2/vpc:Vpc": async (world, resource) => {
    const { cidrBlock, region } = inputsOf<{ cidrBlock: string }>(resource);
    const { Vpc } = await world.client(ec2.EC2Client, region).send(new ec2.CreateVpcCommand({ CidrBlock: cidrBlock }));
    return [[resource.id, Vpc!.VpcId]];
  },
  "aws:ec2/subnet:Subnet": async (world, resource) => {
    const inputs = inputsOf<{ vpcId: string; cidrBlock: string; availabilityZone: string }>(resource);
    const { Subnet } = await world.client(ec2.EC2Client, inputs.region).send(
      new ec2.CreateSubnetCommand({
        VpcId: inputs.vpcId,
        CidrBlock: inputs.cidrBlock,
        AvailabilityZone: inputs.availabilityZone,
      }),
    );
    return [[resource.id, Subnet!.SubnetId]];
  },
  "aws:ec2/securityGroup:SecurityGroup": async (world, resource) => {
    const { name, description, vpcId, region } = inputsOf<Record<"name" | "description" | "vpcId", string>>(resource);
    const client = world.client(ec2.EC2Client, region);
    const { GroupId } = await client.send(
      new ec2.CreateSecurityGroupCommand({ GroupName: name, Description: description, VpcId: vpcId }),
    );
    // The provider takes out the rule that AWS puts in.
    const { SecurityGroups: [made] = [] } = await client.send(
      new ec2.DescribeSecurityGroupsCommand({ GroupIds: [GroupId!] }),
    );
    if (made?.IpPermissionsEgress?.length) {
      await client.send(new ec2.RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: made.IpPermissionsEgress }));
    }
    return [[resource.id, GroupId]];
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": async (world, resource) => {
    const { groupId, permission, region } = ruleOf(resource);
    const { SecurityGroupRules: [rule] = [] } = await world
      .client(ec2.EC2Client, region)
      .send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [permission] }));
    return [[resource.id, rule!.SecurityGroupRuleId]];
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": async (world, resource) => {
    const { groupId, permission, region } = ruleOf(resource);
    const { SecurityGroupRules: [rule] = [] } = await world
      .client(ec2.EC2Client, region)
      .send(new ec2.AuthorizeSecurityGroupEgressCommand({ GroupId: groupId, IpPermissions: [permission] }));
    return [[resource.id, rule!.SecurityGroupRuleId]];
  },
} satisfies Record<string, Seeder>;

function ruleOf(resource: StateResource): { groupId: string; permission: ec2.IpPermission; region: string } {
  const inputs = inputsOf<{
    securityGroupId: string;
    fromPort: number;
    toPort: number;
    ipProtocol: string;
    description?: string;
    referencedSecurityGroupId?: string;
    prefixListId?: string;
    cidrIpv4?: string;
  }>(resource);
  const Description = inputs.description;
  return {
    groupId: inputs.securityGroupId,
    region: inputs.region,
    permission: {
      IpProtocol: inputs.ipProtocol,
      FromPort: inputs.fromPort,
      ToPort: inputs.toPort,
      UserIdGroupPairs: inputs.referencedSecurityGroupId
        ? [{ GroupId: inputs.referencedSecurityGroupId, Description }]
        : undefined,
      PrefixListIds: inputs.prefixListId ? [{ PrefixListId: inputs.prefixListId, Description }] : undefined,
      IpRanges: inputs.cidrIpv4 ? [{ CidrIp: inputs.cidrIpv4, Description }] : undefined,
    },
  };
}

const keySeeders = {
  "aws:kms/key:Key": async (world, resource) => {
    const { description, policy, enableKeyRotation, region } = inputsOf<{
      description: string;
      policy: string;
      enableKeyRotation: boolean;
    }>(resource);
    const client = world.client(kms.KMSClient, region);
    const { KeyMetadata } = await client.send(new kms.CreateKeyCommand({ Description: description, Policy: policy }));
    if (enableKeyRotation) await client.send(new kms.EnableKeyRotationCommand({ KeyId: KeyMetadata!.KeyId }));
    return [[resource.id, KeyMetadata!.KeyId]];
  },
  "aws:kms/alias:Alias": async (world, resource) => {
    const { name, targetKeyId, region } = inputsOf<{ name: string; targetKeyId: string }>(resource);
    await world
      .client(kms.KMSClient, region)
      .send(new kms.CreateAliasCommand({ AliasName: name, TargetKeyId: targetKeyId }));
    return undefined;
  },
} satisfies Record<string, Seeder>;

interface OfBucket {
  bucket: string;
}

const bucketSeeders = {
  "aws:s3/bucket:Bucket": async (world, resource) => {
    const { bucket, region } = inputsOf<OfBucket>(resource);
    await world.client(s3.S3Client, region).send(
      new s3.CreateBucketCommand({
        Bucket: bucket,
        CreateBucketConfiguration: { LocationConstraint: region as s3.BucketLocationConstraint },
      }),
    );
    return undefined;
  },
  "aws:s3/bucketVersioning:BucketVersioning": async (world, resource) => {
    const { bucket, region, versioningConfiguration } = inputsOf<
      OfBucket & { versioningConfiguration: { status: s3.BucketVersioningStatus } }
    >(resource);
    await world.client(s3.S3Client, region).send(
      new s3.PutBucketVersioningCommand({
        Bucket: bucket,
        VersioningConfiguration: { Status: versioningConfiguration.status },
      }),
    );
    return undefined;
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": async (world, resource) => {
    const { bucket, region, rules } = inputsOf<
      OfBucket & {
        rules: {
          applyServerSideEncryptionByDefault: { kmsMasterKeyId?: string; sseAlgorithm: s3.ServerSideEncryption };
          bucketKeyEnabled?: boolean;
        }[];
      }
    >(resource);
    await world.client(s3.S3Client, region).send(
      new s3.PutBucketEncryptionCommand({
        Bucket: bucket,
        ServerSideEncryptionConfiguration: {
          Rules: rules.map(({ applyServerSideEncryptionByDefault: by, bucketKeyEnabled }) => ({
            ApplyServerSideEncryptionByDefault: { SSEAlgorithm: by.sseAlgorithm, KMSMasterKeyID: by.kmsMasterKeyId },
            BucketKeyEnabled: bucketKeyEnabled,
          })),
        },
      }),
    );
    return undefined;
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": async (world, resource) => {
    const { bucket, region, ...block } = inputsOf<
      OfBucket & Record<"blockPublicAcls" | "blockPublicPolicy" | "ignorePublicAcls" | "restrictPublicBuckets", boolean>
    >(resource);
    await world.client(s3.S3Client, region).send(
      new s3.PutPublicAccessBlockCommand({
        Bucket: bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: block.blockPublicAcls,
          BlockPublicPolicy: block.blockPublicPolicy,
          IgnorePublicAcls: block.ignorePublicAcls,
          RestrictPublicBuckets: block.restrictPublicBuckets,
        },
      }),
    );
    return undefined;
  },
  "aws:s3/bucketPolicy:BucketPolicy": async (world, resource) => {
    const { bucket, region, policy } = inputsOf<OfBucket & { policy: string }>(resource);
    await world.client(s3.S3Client, region).send(new s3.PutBucketPolicyCommand({ Bucket: bucket, Policy: policy }));
    return undefined;
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": async (world, resource) => {
    const { bucket, region, rules } = inputsOf<OfBucket & { rules: ({ id: string } & Record<string, unknown>)[] }>(
      resource,
    );
    await world.client(s3.S3Client, region).send(
      new s3.PutBucketLifecycleConfigurationCommand({
        Bucket: bucket,
        LifecycleConfiguration: {
          Rules: rules.map(({ id, ...rule }) => ({ ID: id, ...(pascal(rule) as s3.LifecycleRule) })),
        },
      }),
    );
    return undefined;
  },
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": async (world, resource) => {
    const { bucket, region, role, rules } = inputsOf<
      OfBucket & {
        role: string;
        rules: ({ id: string; destination: { encryptionConfiguration?: { replicaKmsKeyId: string } } } & Record<
          string,
          unknown
        >)[];
      }
    >(resource);
    await world.client(s3.S3Client, region).send(
      new s3.PutBucketReplicationCommand({
        Bucket: bucket,
        ReplicationConfiguration: {
          Role: role,
          Rules: rules.map(({ id, destination: { encryptionConfiguration, ...destination }, ...rule }) => ({
            ID: id,
            ...(pascal(rule) as s3.ReplicationRule),
            Destination: {
              ...(pascal(destination) as s3.Destination),
              EncryptionConfiguration: encryptionConfiguration && {
                ReplicaKmsKeyID: encryptionConfiguration.replicaKmsKeyId,
              },
            },
          })),
        },
      }),
    );
    return undefined;
  },
  "aws:s3/bucketNotification:BucketNotification": async (world, resource) => {
    const {
      bucket,
      region,
      topics = [],
    } = inputsOf<OfBucket & { topics?: { events: s3.Event[]; topicArn: string }[] }>(resource);
    await world.client(s3.S3Client, region).send(
      new s3.PutBucketNotificationConfigurationCommand({
        Bucket: bucket,
        NotificationConfiguration: {
          TopicConfigurations: topics.map(({ events, topicArn }) => ({ Events: events, TopicArn: topicArn })),
        },
        SkipDestinationValidation: true,
      }),
    );
    return undefined;
  },
  "aws:s3/bucketObjectv2:BucketObjectv2": async (world, resource) => {
    const { bucket, key, region, source } = inputsOf<
      OfBucket & { key: string; source: { assets: Record<string, { path?: string; text?: string }> } }
    >(resource);
    const files = Object.entries(source.assets).map(
      ([name, { path, text = "" }]) => [name, path === undefined ? Buffer.from(text) : fs.readFileSync(path)] as const,
    );
    await world
      .client(s3.S3Client, region)
      .send(new s3.PutObjectCommand({ Bucket: bucket, Key: key, Body: zipSync(Object.fromEntries(files)) }));
    return undefined;
  },
} satisfies Record<string, Seeder>;

const databaseSeeders = {
  "aws:rds/subnetGroup:SubnetGroup": async (world, resource) => {
    const { name, description, subnetIds, region } = inputsOf<{
      name: string;
      description: string;
      subnetIds: string[];
    }>(resource);
    await world.client(rds.RDSClient, region).send(
      new rds.CreateDBSubnetGroupCommand({
        DBSubnetGroupName: name,
        DBSubnetGroupDescription: description,
        SubnetIds: subnetIds,
      }),
    );
    return undefined;
  },
  "aws:rds/parameterGroup:ParameterGroup": async (world, resource) => {
    const inputs = inputsOf<{
      name: string;
      description: string;
      family: string;
      parameters: { name: string; value: string; applyMethod: rds.ApplyMethod }[];
    }>(resource);
    const client = world.client(rds.RDSClient, inputs.region);
    await client.send(
      new rds.CreateDBParameterGroupCommand({
        DBParameterGroupName: inputs.name,
        DBParameterGroupFamily: inputs.family,
        Description: inputs.description,
      }),
    );
    await client.send(
      new rds.ModifyDBParameterGroupCommand({
        DBParameterGroupName: inputs.name,
        Parameters: inputs.parameters.map(({ name, value, applyMethod }) => ({
          ParameterName: name,
          ParameterValue: value,
          ApplyMethod: applyMethod,
        })),
      }),
    );
    return undefined;
  },
  "aws:rds/instance:Instance": async (world, resource) => {
    const inputs = inputsOf<Record<string, unknown>>(resource);
    const outputs = resource.outputs as {
      engineVersionActual: string;
      address: string;
      resourceId: string;
      masterUserSecrets: { secretArn: string }[];
    };
    const { DBInstance } = await world.client(rds.RDSClient, inputs.region).send(
      new rds.CreateDBInstanceCommand({
        DBInstanceIdentifier: inputs.identifier as string,
        DBInstanceClass: inputs.instanceClass as string,
        DBName: inputs.dbName as string,
        Engine: inputs.engine as string,
        EngineVersion: outputs.engineVersionActual,
        AllocatedStorage: inputs.allocatedStorage as number,
        MaxAllocatedStorage: inputs.maxAllocatedStorage as number,
        StorageType: inputs.storageType as string,
        StorageEncrypted: inputs.storageEncrypted as boolean,
        KmsKeyId: inputs.kmsKeyId as string,
        MasterUsername: inputs.username as string,
        ManageMasterUserPassword: inputs.manageMasterUserPassword as boolean,
        MasterUserSecretKmsKeyId: inputs.masterUserSecretKmsKeyId as string,
        MultiAZ: inputs.multiAz as boolean,
        BackupRetentionPeriod: inputs.backupRetentionPeriod as number,
        PreferredBackupWindow: inputs.backupWindow as string,
        PreferredMaintenanceWindow: inputs.maintenanceWindow as string,
        AutoMinorVersionUpgrade: inputs.autoMinorVersionUpgrade as boolean,
        CopyTagsToSnapshot: inputs.copyTagsToSnapshot as boolean,
        DBSubnetGroupName: inputs.dbSubnetGroupName as string,
        DBParameterGroupName: inputs.parameterGroupName as string,
        VpcSecurityGroupIds: inputs.vpcSecurityGroupIds as string[],
        EnableCloudwatchLogsExports: inputs.enabledCloudwatchLogsExports as string[],
        EnablePerformanceInsights: inputs.performanceInsightsEnabled as boolean,
        PerformanceInsightsKMSKeyId: inputs.performanceInsightsKmsKeyId as string,
        PerformanceInsightsRetentionPeriod: inputs.performanceInsightsRetentionPeriod as number,
        DeletionProtection: inputs.deletionProtection as boolean,
        PubliclyAccessible: inputs.publiclyAccessible as boolean,
        CACertificateIdentifier: inputs.caCertIdentifier as string,
        Port: inputs.port as number,
      }),
    );
    return [
      [outputs.resourceId, DBInstance!.DbiResourceId],
      [outputs.masterUserSecrets[0]?.secretArn, DBInstance!.MasterUserSecret!.SecretArn],
      [outputs.address, DBInstance!.Endpoint!.Address],
    ];
  },
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": async (world, resource) => {
    const inputs = inputsOf<{ sourceDbInstanceArn: string; kmsKeyId: string; retentionPeriod: number }>(resource);
    const { DBInstanceAutomatedBackup } = await world.client(rds.RDSClient, inputs.region).send(
      new rds.StartDBInstanceAutomatedBackupsReplicationCommand({
        SourceDBInstanceArn: inputs.sourceDbInstanceArn,
        KmsKeyId: inputs.kmsKeyId,
        BackupRetentionPeriod: inputs.retentionPeriod,
      }),
    );
    return [[resource.id, DBInstanceAutomatedBackup!.DBInstanceAutomatedBackupsArn]];
  },
  "aws:rds/proxy:Proxy": async (world, resource) => {
    const inputs = inputsOf<{
      name: string;
      engineFamily: rds.EngineFamily;
      roleArn: string;
      requireTls: boolean;
      idleClientTimeout: number;
      auths: { authScheme: rds.AuthScheme; iamAuth: rds.IAMAuthMode; secretArn: string }[];
      vpcSubnetIds: string[];
      vpcSecurityGroupIds: string[];
    }>(resource);
    const { DBProxy } = await world.client(rds.RDSClient, inputs.region).send(
      new rds.CreateDBProxyCommand({
        DBProxyName: inputs.name,
        EngineFamily: inputs.engineFamily,
        RoleArn: inputs.roleArn,
        RequireTLS: inputs.requireTls,
        IdleClientTimeout: inputs.idleClientTimeout,
        Auth: inputs.auths.map(({ authScheme, iamAuth, secretArn }) => ({
          AuthScheme: authScheme,
          IAMAuth: iamAuth,
          SecretArn: secretArn,
        })),
        VpcSubnetIds: inputs.vpcSubnetIds,
        VpcSecurityGroupIds: inputs.vpcSecurityGroupIds,
      }),
    );
    return [[resource.outputs!.endpoint, DBProxy!.Endpoint]];
  },
  "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": async (world, resource) => {
    const {
      dbProxyName,
      connectionPoolConfig: pool,
      region,
    } = inputsOf<{
      dbProxyName: string;
      connectionPoolConfig: Record<
        "connectionBorrowTimeout" | "maxConnectionsPercent" | "maxIdleConnectionsPercent",
        number
      >;
    }>(resource);
    await world.client(rds.RDSClient, region).send(
      new rds.ModifyDBProxyTargetGroupCommand({
        DBProxyName: dbProxyName,
        TargetGroupName: "default",
        ConnectionPoolConfig: {
          ConnectionBorrowTimeout: pool.connectionBorrowTimeout,
          MaxConnectionsPercent: pool.maxConnectionsPercent,
          MaxIdleConnectionsPercent: pool.maxIdleConnectionsPercent,
        },
      }),
    );
    return undefined;
  },
  "aws:rds/proxyTarget:ProxyTarget": async (world, resource) => {
    const { dbProxyName, dbInstanceIdentifier, targetGroupName, region } =
      inputsOf<Record<"dbProxyName" | "dbInstanceIdentifier" | "targetGroupName", string>>(resource);
    await world.client(rds.RDSClient, region).send(
      new rds.RegisterDBProxyTargetsCommand({
        DBProxyName: dbProxyName,
        TargetGroupName: targetGroupName,
        DBInstanceIdentifiers: [dbInstanceIdentifier],
      }),
    );
    return undefined;
  },
} satisfies Record<string, Seeder>;

const cacheSeeders = {
  "aws:elasticache/subnetGroup:SubnetGroup": async (world, resource) => {
    const { name, description, subnetIds, region } = inputsOf<{
      name: string;
      description: string;
      subnetIds: string[];
    }>(resource);
    await world.client(elasticache.ElastiCacheClient, region).send(
      new elasticache.CreateCacheSubnetGroupCommand({
        CacheSubnetGroupName: name,
        CacheSubnetGroupDescription: description,
        SubnetIds: subnetIds,
      }),
    );
    return undefined;
  },
  "aws:elasticache/parameterGroup:ParameterGroup": async (world, resource) => {
    const inputs = inputsOf<{
      name: string;
      description: string;
      family: string;
      parameters: { name: string; value: string }[];
    }>(resource);
    const client = world.client(elasticache.ElastiCacheClient, inputs.region);
    await client.send(
      new elasticache.CreateCacheParameterGroupCommand({
        CacheParameterGroupName: inputs.name,
        CacheParameterGroupFamily: inputs.family,
        Description: inputs.description,
      }),
    );
    await client.send(
      new elasticache.ModifyCacheParameterGroupCommand({
        CacheParameterGroupName: inputs.name,
        ParameterNameValues: inputs.parameters.map(({ name, value }) => ({
          ParameterName: name,
          ParameterValue: value,
        })),
      }),
    );
    return undefined;
  },
  "aws:elasticache/user:User": async (world, resource) => {
    const inputs = inputsOf<
      Record<"userId" | "userName" | "engine" | "accessString", string> & {
        authenticationMode: { type: string; passwords?: unknown[] };
      }
    >(resource);
    const { type, passwords } = inputs.authenticationMode;
    await world.client(elasticache.ElastiCacheClient, inputs.region).send(
      new elasticache.CreateUserCommand({
        UserId: inputs.userId,
        UserName: inputs.userName,
        Engine: inputs.engine,
        AccessString: inputs.accessString,
        AuthenticationMode: {
          Type: type as elasticache.InputAuthenticationType,
          Passwords: passwords?.map(() => secretText()),
        },
      }),
    );
    return undefined;
  },
  "aws:elasticache/userGroup:UserGroup": async (world, resource) => {
    const { userGroupId, userIds, engine, region } = inputsOf<{
      userGroupId: string;
      userIds: string[];
      engine: string;
    }>(resource);
    await world
      .client(elasticache.ElastiCacheClient, region)
      .send(new elasticache.CreateUserGroupCommand({ UserGroupId: userGroupId, UserIds: userIds, Engine: engine }));
    return undefined;
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": async (world, resource) => {
    const inputs = inputsOf<Record<string, unknown>>(resource);
    const client = world.client(elasticache.ElastiCacheClient, inputs.region);
    const ReplicationGroupId = inputs.replicationGroupId as string;
    await client.send(
      new elasticache.CreateReplicationGroupCommand({
        ReplicationGroupId,
        ReplicationGroupDescription: inputs.description as string,
        Engine: inputs.engine as string,
        EngineVersion: inputs.engineVersion as string,
        CacheNodeType: inputs.nodeType as string,
        NumCacheClusters: inputs.numCacheClusters as number,
        AutomaticFailoverEnabled: inputs.automaticFailoverEnabled as boolean,
        MultiAZEnabled: inputs.multiAzEnabled as boolean,
        AtRestEncryptionEnabled: inputs.atRestEncryptionEnabled as boolean,
        KmsKeyId: inputs.kmsKeyId as string,
        TransitEncryptionEnabled: inputs.transitEncryptionEnabled as boolean,
        TransitEncryptionMode: inputs.transitEncryptionMode as elasticache.TransitEncryptionMode,
        CacheParameterGroupName: inputs.parameterGroupName as string,
        CacheSubnetGroupName: inputs.subnetGroupName as string,
        SecurityGroupIds: inputs.securityGroupIds as string[],
        UserGroupIds: inputs.userGroupIds as string[],
        SnapshotRetentionLimit: inputs.snapshotRetentionLimit as number,
        SnapshotWindow: inputs.snapshotWindow as string,
        PreferredMaintenanceWindow: inputs.maintenanceWindow as string,
        AutoMinorVersionUpgrade: inputs.autoMinorVersionUpgrade as boolean,
        Port: inputs.port as number,
      }),
    );
    const { ReplicationGroups: [group] = [] } = await client.send(
      new elasticache.DescribeReplicationGroupsCommand({ ReplicationGroupId }),
    );
    return [[resource.outputs!.primaryEndpointAddress, group!.NodeGroups![0]!.PrimaryEndpoint!.Address]];
  },
} satisfies Record<string, Seeder>;

const secretSeeders = {
  "aws:secretsmanager/secret:Secret": async (world, resource) => {
    const { name, description, kmsKeyId, region } =
      inputsOf<Record<"name" | "description" | "kmsKeyId", string>>(resource);
    const { ARN } = await world
      .client(secrets.SecretsManagerClient, region)
      .send(new secrets.CreateSecretCommand({ Name: name, Description: description, KmsKeyId: kmsKeyId }));
    return [[resource.id, ARN]];
  },
  "aws:secretsmanager/secretVersion:SecretVersion": async (world, resource) => {
    const { secretId, region } = inputsOf<{ secretId: string }>(resource);
    // Redis's has its parts by name, the operators' token is the text alone.
    const text = secretText();
    const value = /redis/.test(secretId)
      ? JSON.stringify({ username: "aiprism", password: text, url: `rediss://aiprism:${text}@redis` })
      : text;
    const { VersionId } = await world
      .client(secrets.SecretsManagerClient, region)
      .send(new secrets.PutSecretValueCommand({ SecretId: secretId, SecretString: value }));
    return [[resource.outputs!.versionId, VersionId]];
  },
  "aws:secretsmanager/secretRotation:SecretRotation": async (world, resource) => {
    const { secretId, region, rotateImmediately, rotationRules } = inputsOf<{
      secretId: string;
      rotateImmediately: boolean;
      rotationRules: { automaticallyAfterDays: number };
    }>(resource);
    await world.client(secrets.SecretsManagerClient, region).send(
      new secrets.RotateSecretCommand({
        SecretId: secretId,
        RotateImmediately: rotateImmediately,
        RotationRules: { AutomaticallyAfterDays: rotationRules.automaticallyAfterDays },
      }),
    );
    return undefined;
  },
} satisfies Record<string, Seeder>;

const notificationSeeders = {
  "aws:sns/topic:Topic": async (world, resource) => {
    const { name, displayName, kmsMasterKeyId, region } =
      inputsOf<Record<"name" | "displayName" | "kmsMasterKeyId", string>>(resource);
    const { TopicArn } = await world.client(sns.SNSClient, region).send(
      new sns.CreateTopicCommand({
        Name: name,
        Attributes: { DisplayName: displayName, KmsMasterKeyId: kmsMasterKeyId },
      }),
    );
    return [[resource.id, TopicArn]];
  },
  "aws:sns/topicPolicy:TopicPolicy": async (world, resource) => {
    const { arn, policy, region } = inputsOf<{ arn: string; policy: string }>(resource);
    await world
      .client(sns.SNSClient, region)
      .send(new sns.SetTopicAttributesCommand({ TopicArn: arn, AttributeName: "Policy", AttributeValue: policy }));
    return undefined;
  },
  "aws:sns/topicSubscription:TopicSubscription": async (world, resource) => {
    const { topic, protocol, endpoint, region } = inputsOf<Record<"topic" | "protocol" | "endpoint", string>>(resource);
    const { SubscriptionArn } = await world.client(sns.SNSClient, region).send(
      new sns.SubscribeCommand({
        TopicArn: topic,
        Protocol: protocol,
        Endpoint: endpoint,
        ReturnSubscriptionArn: true,
      }),
    );
    return [[resource.id, SubscriptionArn]];
  },
} satisfies Record<string, Seeder>;

interface MetricQuery {
  id: string;
  expression?: string;
  label?: string;
  returnData?: boolean;
  metric?: { namespace: string; metricName: string; dimensions?: Record<string, string>; period: number; stat: string };
}

function dimensionsOf(dimensions: Record<string, string> = {}): cloudwatch.Dimension[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}

const alarmSeeders = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": async (world, resource) => {
    const inputs = inputsOf<{
      name: string;
      alarmDescription: string;
      actionsEnabled: boolean;
      alarmActions: string[];
      okActions: string[];
      comparisonOperator: cloudwatch.ComparisonOperator;
      evaluationPeriods: number;
      threshold: number;
      treatMissingData: string;
      namespace?: string;
      metricName?: string;
      dimensions?: Record<string, string>;
      period?: number;
      statistic?: cloudwatch.Statistic;
      metricQueries?: MetricQuery[];
    }>(resource);
    await world.client(cloudwatch.CloudWatchClient, inputs.region).send(
      new cloudwatch.PutMetricAlarmCommand({
        AlarmName: inputs.name,
        AlarmDescription: inputs.alarmDescription,
        ActionsEnabled: inputs.actionsEnabled,
        AlarmActions: inputs.alarmActions,
        OKActions: inputs.okActions,
        ComparisonOperator: inputs.comparisonOperator,
        EvaluationPeriods: inputs.evaluationPeriods,
        Threshold: inputs.threshold,
        TreatMissingData: inputs.treatMissingData,
        Namespace: inputs.namespace,
        MetricName: inputs.metricName,
        Dimensions: inputs.metricName ? dimensionsOf(inputs.dimensions) : undefined,
        Period: inputs.period,
        Statistic: inputs.statistic,
        Metrics: inputs.metricQueries?.map(({ id, expression, label, returnData, metric }) => ({
          Id: id,
          Expression: expression,
          Label: label,
          ReturnData: returnData,
          MetricStat: metric && {
            Metric: {
              Namespace: metric.namespace,
              MetricName: metric.metricName,
              Dimensions: dimensionsOf(metric.dimensions),
            },
            Period: metric.period,
            Stat: metric.stat,
          },
        })),
      }),
    );
    return undefined;
  },
} satisfies Record<string, Seeder>;

const applicationSeeders = {
  "aws:elasticbeanstalk/application:Application": async (world, resource) => {
    const { name, description, region } = inputsOf<{ name: string; description: string }>(resource);
    await world
      .client(eb.ElasticBeanstalkClient, region)
      .send(new eb.CreateApplicationCommand({ ApplicationName: name, Description: description }));
    return undefined;
  },
  "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": async (world, resource) => {
    const { application, name, bucket, key, region } =
      inputsOf<Record<"application" | "name" | "bucket" | "key", string>>(resource);
    await world.client(eb.ElasticBeanstalkClient, region).send(
      new eb.CreateApplicationVersionCommand({
        ApplicationName: application,
        VersionLabel: name,
        SourceBundle: { S3Bucket: bucket, S3Key: key },
        Process: true,
      }),
    );
    return undefined;
  },
  "aws:elasticbeanstalk/environment:Environment": async (world, resource) => {
    const inputs = inputsOf<{
      application: string;
      name: string;
      cnamePrefix: string;
      version: string;
      settings: { namespace: string; name: string; value: string }[];
    }>(resource);
    const outputs = resource.outputs as {
      solutionStackName: string;
      endpointUrl: string;
      loadBalancers: string[];
      autoscalingGroups: string[];
      settings: { namespace: string; name: string; value: string }[];
    };
    await world.client(eb.ElasticBeanstalkClient, inputs.region).send(
      new eb.CreateEnvironmentCommand({
        ApplicationName: inputs.application,
        EnvironmentName: inputs.name,
        CNAMEPrefix: inputs.cnamePrefix,
        VersionLabel: inputs.version,
        SolutionStackName: outputs.solutionStackName,
        OptionSettings: outputs.settings.map(({ namespace, name, value }) => ({
          Namespace: namespace,
          OptionName: name,
          Value: value,
        })),
      }),
    );
    const environment = world.beanstalk.environment(inputs.name);
    environment.settle();
    const dimension = (arn: string): string => arn.replace(/^.*:loadbalancer\//, "");
    // What holds the environment's id in its name goes before the id.
    return [
      [outputs.autoscalingGroups[0], environment.autoScalingGroup],
      [outputs.endpointUrl, environment.endpoint],
      [dimension(outputs.loadBalancers[0]!), dimension(environment.loadBalancerArn)],
      [resource.id, environment.id],
    ];
  },
} satisfies Record<string, Seeder>;

const edgeSeeders = {
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": async (world, resource) => {
    const {
      name,
      comment,
      securityHeadersConfig: headers,
    } = resource.inputs as {
      name: string;
      comment: string;
      securityHeadersConfig: {
        contentSecurityPolicy: { contentSecurityPolicy: string; override: boolean };
        contentTypeOptions: { override: boolean };
        frameOptions: { frameOption: cloudfront.FrameOptionsList; override: boolean };
        referrerPolicy: { referrerPolicy: cloudfront.ReferrerPolicyList; override: boolean };
        strictTransportSecurity: Record<"override" | "includeSubdomains" | "preload", boolean> & {
          accessControlMaxAgeSec: number;
        };
      };
    };
    const { contentSecurityPolicy: csp, strictTransportSecurity: hsts } = headers;
    const { ResponseHeadersPolicy } = await world.client(cloudfront.CloudFrontClient, "us-east-1").send(
      new cloudfront.CreateResponseHeadersPolicyCommand({
        ResponseHeadersPolicyConfig: {
          Name: name,
          Comment: comment,
          SecurityHeadersConfig: {
            ContentSecurityPolicy: { ContentSecurityPolicy: csp.contentSecurityPolicy, Override: csp.override },
            ContentTypeOptions: { Override: headers.contentTypeOptions.override },
            FrameOptions: { FrameOption: headers.frameOptions.frameOption, Override: headers.frameOptions.override },
            ReferrerPolicy: {
              ReferrerPolicy: headers.referrerPolicy.referrerPolicy,
              Override: headers.referrerPolicy.override,
            },
            StrictTransportSecurity: {
              AccessControlMaxAgeSec: hsts.accessControlMaxAgeSec,
              IncludeSubdomains: hsts.includeSubdomains,
              Override: hsts.override,
              Preload: hsts.preload,
            },
          },
        },
      }),
    );
    return [[resource.id, ResponseHeadersPolicy!.Id]];
  },
  "aws:cloudfront/vpcOrigin:VpcOrigin": async (world, resource) => {
    const { vpcOriginEndpointConfig: config } = resource.inputs as {
      vpcOriginEndpointConfig: {
        name: string;
        arn: string;
        httpPort: number;
        httpsPort: number;
        originProtocolPolicy: cloudfront.OriginProtocolPolicy;
        originSslProtocols: { items: cloudfront.SslProtocol[]; quantity: number };
      };
    };
    const { VpcOrigin } = await world.client(cloudfront.CloudFrontClient, "us-east-1").send(
      new cloudfront.CreateVpcOriginCommand({
        VpcOriginEndpointConfig: {
          Name: config.name,
          Arn: config.arn,
          HTTPPort: config.httpPort,
          HTTPSPort: config.httpsPort,
          OriginProtocolPolicy: config.originProtocolPolicy,
          OriginSslProtocols: { Items: config.originSslProtocols.items, Quantity: config.originSslProtocols.quantity },
        },
      }),
    );
    return [[resource.id, VpcOrigin!.Id]];
  },
  "aws:cloudfront/distribution:Distribution": async (world, resource) => {
    const inputs = resource.inputs as unknown as DistributionInputs;
    const outputs = resource.outputs as { domainName: string; callerReference: string };
    const { Distribution } = await world.client(cloudfront.CloudFrontClient, "us-east-1").send(
      new cloudfront.CreateDistributionCommand({
        DistributionConfig: distributionOf(inputs, outputs.callerReference),
      }),
    );
    return [
      [resource.id, Distribution!.Id],
      [outputs.domainName, Distribution!.DomainName],
    ];
  },
} satisfies Record<string, Seeder>;

interface BehaviorInputs {
  targetOriginId: string;
  viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy;
  cachePolicyId: string;
  originRequestPolicyId?: string;
  responseHeadersPolicyId?: string;
  compress: boolean;
  allowedMethods: cloudfront.Method[];
  cachedMethods: cloudfront.Method[];
  pathPattern?: string;
}

interface DistributionInputs {
  comment: string;
  enabled: boolean;
  aliases: string[];
  httpVersion: cloudfront.HttpVersion;
  isIpv6Enabled: boolean;
  priceClass: cloudfront.PriceClass;
  webAclId: string;
  defaultCacheBehavior: BehaviorInputs;
  orderedCacheBehaviors: BehaviorInputs[];
  origins: {
    originId: string;
    domainName: string;
    connectionAttempts: number;
    connectionTimeout: number;
    vpcOriginConfig?: { vpcOriginId: string; originKeepaliveTimeout: number; originReadTimeout: number };
    customOriginConfig?: {
      httpPort: number;
      httpsPort: number;
      originProtocolPolicy: cloudfront.OriginProtocolPolicy;
      originSslProtocols: cloudfront.SslProtocol[];
    };
  }[];
  restrictions: { geoRestriction: { restrictionType: cloudfront.GeoRestrictionType; locations: string[] } };
  viewerCertificate: {
    cloudfrontDefaultCertificate?: boolean;
    acmCertificateArn?: string;
    minimumProtocolVersion: cloudfront.MinimumProtocolVersion;
    sslSupportMethod?: cloudfront.SSLSupportMethod;
  };
}

function behaviorOf(inputs: BehaviorInputs): cloudfront.DefaultCacheBehavior {
  return {
    TargetOriginId: inputs.targetOriginId,
    ViewerProtocolPolicy: inputs.viewerProtocolPolicy,
    CachePolicyId: inputs.cachePolicyId,
    OriginRequestPolicyId: inputs.originRequestPolicyId,
    ResponseHeadersPolicyId: inputs.responseHeadersPolicyId,
    Compress: inputs.compress,
    AllowedMethods: {
      ...counted(inputs.allowedMethods),
      CachedMethods: counted(inputs.cachedMethods),
    },
  };
}

function counted<T>(items: T[]): { Quantity: number; Items: T[] } {
  return { Quantity: items.length, Items: items };
}

function distributionOf(inputs: DistributionInputs, callerReference: string): cloudfront.DistributionConfig {
  const certificate = inputs.viewerCertificate;
  const { restrictionType, locations } = inputs.restrictions.geoRestriction;
  return {
    CallerReference: callerReference,
    Comment: inputs.comment,
    Enabled: inputs.enabled,
    Aliases: counted(inputs.aliases),
    HttpVersion: inputs.httpVersion,
    IsIPV6Enabled: inputs.isIpv6Enabled,
    PriceClass: inputs.priceClass,
    WebACLId: inputs.webAclId,
    Origins: counted(
      inputs.origins.map((origin) => ({
        Id: origin.originId,
        DomainName: origin.domainName,
        ConnectionAttempts: origin.connectionAttempts,
        ConnectionTimeout: origin.connectionTimeout,
        VpcOriginConfig: origin.vpcOriginConfig && {
          VpcOriginId: origin.vpcOriginConfig.vpcOriginId,
          OriginKeepaliveTimeout: origin.vpcOriginConfig.originKeepaliveTimeout,
          OriginReadTimeout: origin.vpcOriginConfig.originReadTimeout,
        },
        CustomOriginConfig: origin.customOriginConfig && {
          HTTPPort: origin.customOriginConfig.httpPort,
          HTTPSPort: origin.customOriginConfig.httpsPort,
          OriginProtocolPolicy: origin.customOriginConfig.originProtocolPolicy,
          OriginSslProtocols: counted(origin.customOriginConfig.originSslProtocols),
        },
      })),
    ),
    DefaultCacheBehavior: behaviorOf(inputs.defaultCacheBehavior),
    CacheBehaviors: counted(
      inputs.orderedCacheBehaviors.map((behavior) => ({ PathPattern: behavior.pathPattern!, ...behaviorOf(behavior) })),
    ),
    Restrictions: { GeoRestriction: { RestrictionType: restrictionType, ...counted(locations) } },
    ViewerCertificate: {
      CloudFrontDefaultCertificate: certificate.cloudfrontDefaultCertificate,
      ACMCertificateArn: certificate.acmCertificateArn,
      MinimumProtocolVersion: certificate.minimumProtocolVersion,
      SSLSupportMethod: certificate.sslSupportMethod,
    },
  };
}

const auditSeeders = {
  "aws:cloudtrail/trail:Trail": async (world, resource) => {
    const inputs = inputsOf<{
      name: string;
      s3BucketName: string;
      kmsKeyId: string;
      isMultiRegionTrail: boolean;
      includeGlobalServiceEvents: boolean;
      enableLogFileValidation: boolean;
      enableLogging: boolean;
    }>(resource);
    const client = world.client(cloudtrail.CloudTrailClient, inputs.region);
    await client.send(
      new cloudtrail.CreateTrailCommand({
        Name: inputs.name,
        S3BucketName: inputs.s3BucketName,
        KmsKeyId: inputs.kmsKeyId,
        IsMultiRegionTrail: inputs.isMultiRegionTrail,
        IncludeGlobalServiceEvents: inputs.includeGlobalServiceEvents,
        EnableLogFileValidation: inputs.enableLogFileValidation,
      }),
    );
    if (inputs.enableLogging) await client.send(new cloudtrail.StartLoggingCommand({ Name: inputs.name }));
    return undefined;
  },
} satisfies Record<string, Seeder>;

const NOBODY_ASKS = "left out: nothing that is tested in the emulated world asks for it";
const UNENFORCED = "left out: the world's callers are allowed what the front says, not what IAM says";

/** How each type is made in the emulated world, or why it is left out. */
export const seeders: Readonly<Record<string, Seeder | string>> = {
  ...ec2Seeders,
  ...keySeeders,
  ...bucketSeeders,
  ...databaseSeeders,
  ...cacheSeeders,
  ...secretSeeders,
  ...notificationSeeders,
  ...alarmSeeders,
  ...applicationSeeders,
  ...edgeSeeders,
  ...auditSeeders,
  "aws:accessanalyzer/analyzer:Analyzer": NOBODY_ASKS,
  "aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration": NOBODY_ASKS,
  "aws:budgets/budget:Budget": NOBODY_ASKS,
  "aws:cloudwatch/dashboard:Dashboard": NOBODY_ASKS,
  "aws:cloudwatch/logDelivery:LogDelivery": NOBODY_ASKS,
  "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": NOBODY_ASKS,
  "aws:cloudwatch/logDeliverySource:LogDeliverySource": NOBODY_ASKS,
  "aws:cloudwatch/logGroup:LogGroup": NOBODY_ASKS,
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": NOBODY_ASKS,
  "aws:cloudwatch/queryDefinition:QueryDefinition": NOBODY_ASKS,
  "aws:ebs/encryptionByDefault:EncryptionByDefault": NOBODY_ASKS,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": NOBODY_ASKS,
  "aws:ec2/eip:Eip": NOBODY_ASKS,
  "aws:ec2/flowLog:FlowLog": NOBODY_ASKS,
  "aws:ec2/internetGateway:InternetGateway": NOBODY_ASKS,
  "aws:ec2/natGateway:NatGateway": NOBODY_ASKS,
  "aws:ec2/route:Route": NOBODY_ASKS,
  "aws:ec2/routeTable:RouteTable": NOBODY_ASKS,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": NOBODY_ASKS,
  "aws:ec2/vpcEndpoint:VpcEndpoint": NOBODY_ASKS,
  "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": UNENFORCED,
  "aws:iam/instanceProfile:InstanceProfile": UNENFORCED,
  "aws:iam/policy:Policy": UNENFORCED,
  "aws:iam/role:Role": UNENFORCED,
  "aws:iam/rolePolicy:RolePolicy": UNENFORCED,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": UNENFORCED,
  "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": NOBODY_ASKS,
  "aws:s3/bucketLogging:BucketLogging": NOBODY_ASKS,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": NOBODY_ASKS,
  "aws:wafv2/webAcl:WebAcl": NOBODY_ASKS,
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": NOBODY_ASKS,
};
