import type { InputsOf, DeploymentOutputs } from "./outputs";
import { maxConnections } from "./catalog/database-classes";
import { accountProvider } from "./infra/account-provider";
import { adopt } from "./infra/adoption";
import { BeanstalkApp } from "./infra/beanstalk-app";
import { CdnFront } from "./infra/cdn-front";
import { loadConfig } from "./infra/config";
import { CostBudget } from "./infra/cost-budget";
import { EncryptionKey, type KeyService } from "./infra/encryption-key";
import { GeneratedSecret } from "./infra/generated-secret";
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
  const names = physicalNames(environment, accountId, config.adopt.nameSuffix);
  adopt(config.adopt, config.cdn.domain);
  const provider = accountProvider({ accountId, region: regions.home, environment, owner: config.owner });
  const options = { providers: [provider] };

  // What everything else rests on: keys, somewhere to log to, somebody to tell.
  const key = (place: keyof typeof regions, services: readonly KeyService[]) =>
    new EncryptionKey(
      `key-${place}`,
      {
        alias: names.keyAlias,
        description: `AI-Prism ${environment}`,
        region: regions[place],
        accountId,
        services,
        disposable,
      },
      options,
    );
  const place = (name: keyof typeof regions, services: readonly KeyService[]) => ({
    region: regions[name],
    kmsKeyArn: key(name, services).keyArn,
    accountId,
    disposable,
  });
  const home = place("home", ["logs", "cloudwatch", "s3"]);
  const replica = place("replica", ["cloudwatch"]);
  const edge = place("edge", ["logs", "cloudwatch", "budgets"]);

  const logs = new LogBucket(
    "logs",
    {
      ...home,
      bucketName: names.logs,
      retentionInDays: config.storage.logRetentionInDays,
      writers: ["loadBalancer", "s3", "logDelivery"],
    },
    options,
  );
  const replicaLogs = new LogBucket(
    "replica-logs",
    { ...replica, bucketName: names.replicaLogs, retentionInDays: config.storage.logRetentionInDays, writers: ["s3"] },
    options,
  );
  const notifications = new Notifications(
    "notifications",
    {
      ...config.alerts,
      accountId,
      topicName: names.topic,
      slackRoleName: names.slackRole,
      regions: { home, replica, edge },
    },
    options,
  );
  const network = new Network(
    "network",
    {
      ...home,
      ...(config.network.existing
        ? { kind: "existing", ...config.network.existing }
        : { kind: "create", ...config.network }),
      interfaceEndpoints: config.network.interfaceEndpoints,
      loadBalancerAccess: config.application.exposure,
      databaseProxy: config.database.proxy,
      flowLogs: {
        ...home,
        logGroupName: names.flowLogs,
        retentionInDays: config.network.flowLogRetentionInDays,
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
      ...home,
      ...config.storage,
      bucketName: config.storage.bucketName ?? names.documents,
      logBucketName: logs.bucketName,
      replica: {
        ...replica,
        bucketName: config.storage.replicaBucketName ?? names.documentsReplica,
        logBucketName: replicaLogs.bucketName,
      },
      replicationRoleName: names.replicationRole,
      applicationRoleArn: instanceRole.roleArn,
      otherClientArns: config.adopt.otherClientArns,
      failureTopicArn: notifications.topicArns.home,
    },
    options,
  );
  const redis = new RedisCache(
    "redis",
    {
      ...home,
      ...config.redis,
      replicationGroupId: names.redis,
      secretName: names.redisSecret,
      subnetIds: network.dataSubnetIds,
      securityGroupIds: [groups.redis],
    },
    options,
  );
  const database = new PostgresDb(
    "database",
    {
      ...home,
      ...config.database,
      identifier: names.database,
      databaseName: "aiprism",
      username: "aiprismadmin",
      subnetIds: network.dataSubnetIds,
      securityGroupIds: [groups.database],
      backupReplication: replica,
      proxy: groups.databaseProxy && {
        name: names.databaseProxy,
        subnetIds: network.dataSubnetIds,
        securityGroupIds: [groups.databaseProxy],
      },
      logRetentionInDays: config.application.logRetentionInDays,
      adopted: config.adopt.database,
    },
    options,
  );

  // What people use.
  const models = new ModelAccess(
    "models",
    { ...home, chain: config.models.chain, policyName: names.modelPolicy, roleNames: [instanceRole.roleName] },
    options,
  );
  const operatorToken = new GeneratedSecret(
    "operator-token",
    {
      ...home,
      secretName: names.operatorToken,
      description: "Lets operators in, and shows them the details of /health",
    },
    options,
  );
  const application = new BeanstalkApp(
    "application",
    {
      ...home,
      ...config.application,
      applicationName: names.application,
      environmentName: names.environment,
      cnamePrefix: names.cnamePrefix,
      vpcId: network.vpcId,
      zones: config.network.existing?.privateSubnetIds.length ?? config.network.availabilityZones,
      instanceSubnetIds: network.privateSubnetIds,
      loadBalancerSubnetIds: config.application.exposure === "cdn" ? network.privateSubnetIds : network.publicSubnetIds,
      loadBalancer: config.application.certificateArn
        ? { access: "public", certificateArn: config.application.certificateArn }
        : { access: "cdn" },
      securityGroupIds: groups,
      roleName: instanceRole.roleName,
      instanceProfileName: instanceRole.instanceProfileName,
      serviceRoleName: names.serviceRole,
      instanceStatements: {
        documents: documents.instanceStatements,
        redis: redis.instanceStatements,
        database: database.instanceStatements,
        operators: operatorToken.instanceStatements,
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
      secretVariables: { REDIS_URL: redis.urlSecretReference, OPERATOR_TOKEN: operatorToken.secretArn },
      bundle: "app/reference",
      bundleBucketName: names.bundles,
      logBucketName: logs.bucketName,
      requestTimeoutInSeconds: config.cdn.originReadTimeoutInSeconds,
    },
    options,
  );
  const firewall = new WebFirewall(
    "firewall",
    { ...edge, ...config.firewall, name: names.firewall, logGroupName: names.firewallLogs },
    options,
  );
  const cdn = new CdnFront(
    "cdn",
    {
      ...config.cdn,
      origin:
        config.application.exposure === "cdn"
          ? { kind: "vpc", loadBalancerArn: application.loadBalancerArn, domainName: application.endpointUrl }
          : { kind: "public", domainName: application.cname },
      webAclArn: firewall.webAclArn,
      edgeRegion: regions.edge,
      readTimeoutInSeconds: config.cdn.originReadTimeoutInSeconds,
      logBucketArn: logs.bucketArn,
      logName: names.prefix,
    },
    options,
  );

  // Who watches it.
  const monitoring = new MonitoringSuite(
    "monitoring",
    {
      regions,
      topicArns: notifications.topicArns,
      alarmName: names.alarm,
      dashboardName: names.dashboard,
      runbooksUrl: config.alerts.runbooksUrl,
      queryPrefix: names.application,
      application: {
        environmentName: application.environmentName,
        autoScalingGroupName: application.autoScalingGroupName,
        loadBalancerDimension: application.loadBalancerDimension,
        logGroupName: application.logGroupNames.application,
        accessLogGroupName: application.logGroupNames.access,
      },
      redis: { clusterIds: redis.memberClusterIds },
      database: {
        instanceIdentifier: database.instanceIdentifier,
        maxConnections: maxConnections(config.database.instanceClass),
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
      operatorTokenSecretArn: operatorToken.secretArn,
    },
    network: { vpcId: network.vpcId, privateSubnetIds: network.privateSubnetIds, securityGroupIds: groups },
    redis: {
      replicationGroupId: names.redis,
      primaryEndpoint: redis.primaryEndpoint,
      port: redis.port,
      secretArn: redis.secretArn,
    },
    database: {
      instanceIdentifier: database.instanceIdentifier,
      ...(config.database.proxy && { proxyName: names.databaseProxy }),
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
