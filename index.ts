import type { InputsOf, DeploymentOutputs } from "./outputs";
import { accountProvider } from "./infra/account-provider";
import { BeanstalkApp } from "./infra/beanstalk-app";
import { CdnFront } from "./infra/cdn-front";
import { loadConfig } from "./infra/config";
import { CostBudget } from "./infra/cost-budget";
import { EncryptionKey } from "./infra/encryption-key";
import { InstanceRole } from "./infra/instance-role";
import { LogBucket } from "./infra/log-bucket";
import { ModelAccess } from "./infra/model-access";
import { MonitoringSuite } from "./infra/monitoring-suite";
import { physicalNames } from "./infra/names";
import { Network } from "./infra/network";
import { Notifications } from "./infra/notifications";
import { PostgresDb } from "./infra/postgres-db";
import { RedisCache } from "./infra/redis-cache";
import { ReplicatedBucket } from "./infra/replicated-bucket";
import { WebFirewall } from "./infra/web-firewall";

/** One environment of AI-Prism. The Pulumi CLI calls this with a stack selected; so does a rehearsal. */
export = async (): Promise<InputsOf<DeploymentOutputs>> => {
  const config = loadConfig();
  const { environment, accountId, regions, disposable } = config;
  const names = physicalNames(environment, accountId);
  const provider = accountProvider({ accountId, region: regions.home, environment, owner: config.owner });
  const options = { providers: [provider] };

  // What everything else rests on: keys, somewhere to log to, somebody to tell.
  const key = (place: keyof typeof regions, services: ConstructorParameters<typeof EncryptionKey>[1]["services"]) =>
    new EncryptionKey(
      `key-${place}`,
      {
        alias: names.keyAlias,
        region: regions[place],
        accountId,
        description: `Data, logs and alerts of AI-Prism ${environment}`,
        services,
        disposable,
      },
      options,
    );
  const keys = {
    home: key("home", ["logs", "cloudwatch", "s3"]),
    replica: key("replica", ["cloudwatch"]),
    edge: key("edge", ["logs", "cloudwatch", "budgets"]),
  };
  const logRetentionInDays = config.storage.logRetentionInDays;
  const logs = new LogBucket(
    "logs",
    {
      bucketName: names.logs,
      region: regions.home,
      accountId,
      retentionInDays: logRetentionInDays,
      writers: ["loadBalancer", "s3", "logDelivery"],
      disposable,
    },
    options,
  );
  const replicaLogs = new LogBucket(
    "replica-logs",
    {
      bucketName: names.replicaLogs,
      region: regions.replica,
      accountId,
      retentionInDays: logRetentionInDays,
      writers: ["s3"],
      disposable,
    },
    options,
  );
  const notifications = new Notifications(
    "notifications",
    {
      accountId,
      topicName: names.topic,
      regions: {
        home: { region: regions.home, kmsKeyArn: keys.home.keyArn },
        replica: { region: regions.replica, kmsKeyArn: keys.replica.keyArn },
        edge: { region: regions.edge, kmsKeyArn: keys.edge.keyArn },
      },
      ...config.alerts,
      slackRoleName: names.slackRole,
    },
    options,
  );

  const network = new Network(
    "network",
    {
      ...(config.network.existing
        ? { kind: "existing", ...config.network.existing }
        : {
            kind: "create",
            cidrBlock: config.network.cidrBlock,
            availabilityZones: config.network.availabilityZones,
            natGateways: config.network.natGateways,
          }),
      region: regions.home,
      accountId,
      loadBalancerAccess: config.application.exposure,
      databaseProxy: config.database.proxy,
      interfaceEndpoints: config.network.interfaceEndpoints,
      flowLogs: {
        logGroupName: names.flowLogs,
        retentionInDays: config.network.flowLogRetentionInDays,
        kmsKeyArn: keys.home.keyArn,
      },
    },
    options,
  );
  const groups = network.securityGroups;

  // What holds data.
  const instanceRole = new InstanceRole("instance-role", { roleName: names.instanceRole }, options);
  const documents = new ReplicatedBucket(
    "documents",
    {
      bucketName: config.storage.bucketName ?? names.documents,
      region: regions.home,
      kmsKeyArn: keys.home.keyArn,
      logBucketName: logs.bucketName,
      replica: {
        bucketName: config.storage.replicaBucketName ?? names.documentsReplica,
        region: regions.replica,
        kmsKeyArn: keys.replica.keyArn,
        logBucketName: replicaLogs.bucketName,
      },
      accountId,
      replicationRoleName: names.replicationRole,
      applicationRoleArn: instanceRole.roleArn,
      administratorArns: config.storage.administratorArns,
      infrequentAccessAfterDays: config.storage.infrequentAccessAfterDays,
      expireOldVersionsAfterDays: config.storage.expireOldVersionsAfterDays,
      failureTopicArn: notifications.topicArns.home,
      disposable,
    },
    options,
  );
  const redis = new RedisCache(
    "redis",
    {
      ...config.redis,
      replicationGroupId: names.redis,
      secretName: names.redisSecret,
      region: regions.home,
      subnetIds: network.dataSubnetIds,
      securityGroupIds: [groups.redis],
      kmsKeyArn: keys.home.keyArn,
      disposable,
    },
    options,
  );
  const database = new PostgresDb(
    "database",
    {
      ...config.database,
      identifier: names.database,
      databaseName: "aiprism",
      username: "aiprismadmin",
      region: regions.home,
      subnetIds: network.dataSubnetIds,
      securityGroupIds: [groups.database],
      kmsKeyArn: keys.home.keyArn,
      backupReplication: { region: regions.replica, kmsKeyArn: keys.replica.keyArn },
      proxy:
        config.database.proxy && groups.databaseProxy
          ? { name: names.databaseProxy, subnetIds: network.dataSubnetIds, securityGroupIds: [groups.databaseProxy] }
          : undefined,
      logRetentionInDays: config.application.logRetentionInDays,
      disposable,
    },
    options,
  );

  // What people use.
  const models = new ModelAccess(
    "models",
    {
      region: regions.home,
      accountId,
      policyName: names.modelPolicy,
      roleNames: [instanceRole.roleName],
      chain: config.models.chain,
    },
    options,
  );
  const application = new BeanstalkApp(
    "application",
    {
      ...config.application,
      applicationName: names.application,
      environmentName: names.environment,
      cnamePrefix: names.cnamePrefix,
      region: regions.home,
      accountId,
      vpcId: network.vpcId,
      zones: config.network.availabilityZones,
      instanceSubnetIds: network.privateSubnetIds,
      loadBalancerSubnetIds: config.application.exposure === "cdn" ? network.privateSubnetIds : network.publicSubnetIds,
      loadBalancer: config.application.certificateArn
        ? { access: "public", certificateArn: config.application.certificateArn }
        : { access: "cdn" },
      securityGroupIds: { loadBalancer: groups.loadBalancer, instances: groups.instances },
      roleName: instanceRole.roleName,
      instanceProfileName: instanceRole.instanceProfileName,
      serviceRoleName: names.serviceRole,
      instanceStatements: {
        documents: documents.instanceStatements,
        redis: redis.instanceStatements,
        database: database.instanceStatements,
      },
      variables: {
        FLASK_ENV: "production",
        PORT: "8080",
        AWS_REGION: regions.home,
        AWS_DEFAULT_REGION: regions.home,
        S3_BUCKET: documents.bucketName,
        S3_BACKUP_BUCKET: documents.replicaBucketName,
        DATABASE_URL: database.url,
        DATABASE_SECRET_ARN: database.secretArn,
        BEDROCK_MODEL_CHAIN: models.chainVariable,
        SQLALCHEMY_POOL_SIZE: String(config.pool.size),
        SQLALCHEMY_MAX_OVERFLOW: String(config.pool.overflow),
      },
      secretVariables: { REDIS_URL: redis.urlSecretReference },
      bundle: "app/reference",
      bundleBucketName: names.bundles,
      kmsKeyArn: keys.home.keyArn,
      logBucketName: logs.bucketName,
      requestTimeoutInSeconds: config.cdn.originReadTimeoutInSeconds,
      disposable,
    },
    options,
  );
  const firewall = new WebFirewall(
    "firewall",
    {
      ...config.firewall,
      name: names.firewall,
      region: regions.edge,
      accountId,
      logGroupName: names.firewallLogs,
      kmsKeyArn: keys.edge.keyArn,
    },
    options,
  );
  const cdn = new CdnFront(
    "cdn",
    {
      origin:
        config.application.exposure === "cdn"
          ? { kind: "vpc", loadBalancerArn: application.loadBalancerArn, domainName: application.endpointUrl }
          : { kind: "public", domainName: application.cname },
      webAclArn: firewall.webAclArn,
      edgeRegion: regions.edge,
      priceClass: config.cdn.priceClass,
      readTimeoutInSeconds: config.cdn.originReadTimeoutInSeconds,
      geoRestriction: config.cdn.geoRestriction,
      domain: config.cdn.domain,
      logBucketArn: logs.bucketArn,
      logName: names.prefix,
    },
    options,
  );

  // Who watches it.
  const monitoring = new MonitoringSuite(
    "monitoring",
    {
      accountId,
      regions,
      topicArns: notifications.topicArns,
      alarmName: names.alarm,
      dashboardName: names.dashboard,
      application: {
        environmentName: application.environmentName,
        autoScalingGroupName: application.autoScalingGroupName,
        loadBalancerDimension: application.loadBalancerDimension,
        logGroupName: application.logGroupNames.application,
        maxInstances: config.application.maxInstances,
      },
      redis: { clusterIds: redis.memberClusterIds },
      database: {
        instanceIdentifier: database.instanceIdentifier,
        maxConnections: database.maxConnections,
        allocatedStorageInGiB: config.database.allocatedStorageInGiB,
      },
      bucket: {
        name: documents.bucketName,
        replicaName: documents.replicaBucketName,
        ruleId: documents.replicationRuleId,
      },
      cdn: { distributionId: cdn.distributionId, certificateArn: cdn.certificateArn },
      firewall: { webAclName: firewall.webAclName },
      modelIds: models.modelIds,
    },
    options,
  );
  new CostBudget(
    "budget",
    {
      name: names.budget,
      monthlyLimitUsd: config.budget.monthlyLimitUsd,
      emails: config.alerts.emails,
      topicArn: notifications.topicArns.edge,
      environmentTag: { key: "Environment", value: environment },
    },
    options,
  );

  return {
    environment,
    accountId,
    regions,
    url: cdn.url,
    application: {
      applicationName: names.application,
      environmentName: application.environmentName,
      environmentId: application.environmentId,
      cname: application.cname,
      loadBalancerArn: application.loadBalancerArn,
      autoScalingGroupName: application.autoScalingGroupName,
      bundleBucketName: application.bundleBucketName,
      initialVersionLabel: application.versionLabel,
      instanceRoleArn: instanceRole.roleArn,
      logGroupNames: application.logGroupNames,
    },
    network: { vpcId: network.vpcId, privateSubnetIds: network.privateSubnetIds, securityGroupIds: groups },
    redis: { primaryEndpoint: redis.primaryEndpoint, port: redis.port, secretArn: redis.secretArn },
    database: {
      instanceIdentifier: database.instanceIdentifier,
      address: database.address,
      port: database.port,
      databaseName: "aiprism",
      secretArn: database.secretArn,
      pool: { size: config.pool.size, overflow: config.pool.overflow },
    },
    storage: {
      bucketName: documents.bucketName,
      bucketArn: documents.bucketArn,
      replicaBucketName: documents.replicaBucketName,
      replicaBucketArn: documents.replicaBucketArn,
    },
    models: { ids: [...models.modelIds], policyArn: models.policyArn },
    cdn: { distributionId: cdn.distributionId, domainName: cdn.domainName },
    firewall: { webAclArn: firewall.webAclArn },
    alerts: { topicArns: notifications.topicArns },
    monitoring: { alarmNames: monitoring.alarmNames, dashboardNames: monitoring.dashboardNames },
  };
};
