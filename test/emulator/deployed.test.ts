import {
  CloudFrontClient,
  CreateInvalidationCommand,
  type DistributionConfig,
  GetDistributionConfigCommand,
  UpdateDistributionCommand,
} from "@aws-sdk/client-cloudfront";
import { CloudTrailClient, GetTrailStatusCommand } from "@aws-sdk/client-cloudtrail";
import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupRulesCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { DescribeConfigurationSettingsCommand, ElasticBeanstalkClient } from "@aws-sdk/client-elastic-beanstalk";
import { DescribeReplicationGroupsCommand, ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { DescribeDBInstancesCommand, DescribeDBProxyTargetsCommand, RDSClient } from "@aws-sdk/client-rds";
import {
  GetBucketEncryptionCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ListSubscriptionsByTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { TRAIL_NAME } from "../../catalog/account";
import { MANAGED_CACHE_POLICIES } from "../../catalog/cloudfront";
import { runCli } from "../../operations/pulumi";
import { root } from "../../operations/paths";
import { rehearsed } from "../support/rehearsed";
import { until } from "../support/processes";
import { describeWith } from "../support/tools";
import { Deployed } from "./deployed";
import { ReferenceApplication } from "./reference-application";
import { seed } from "./seed";

/** Physical ids and endpoints that AWS gives: nobody else knows them before. */
const GIVEN = /\b(sg|sgr|subnet|vpc|e|vo)[-_][0-9a-zA-Z]{10,22}\b|[\w.-]+\.(rds|cache|elb)\.amazonaws\.com/g;

interface Viewed {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

describeWith("aws", "production in the emulated AWS", function () {
  this.timeout(300_000);
  let deployed: Deployed;
  before(async function () {
    deployed = await Deployed.start(this);
  });
  after(() => deployed?.stop());

  /** Asks the edge as a browser does. */
  function view(path: string, { scheme = "https", method = "GET", token = "" } = {}): Promise<Viewed> {
    const { cdn } = deployed.world;
    const options = {
      method,
      ca: fs.readFileSync(cdn.certificateFile),
      agent: false,
      headers: token ? { authorization: `Bearer ${token}` } : {},
    };
    return new Promise((resolve, reject) => {
      const request = (scheme === "https" ? https : http).request(
        `${scheme}://${cdn.host}${path}`,
        options,
        (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part));
          response.on("end", () => {
            resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts).toString() });
          });
        },
      );
      request.on("error", reject);
      request.end();
    });
  }

  describe("stands as the rehearsal says:", () => {
    it("no id of the rehearsal's is left in the stack", async function () {
      const { resources = [] } = (await rehearsed(this, "production")).checkpoint.deployment;
      const before = JSON.stringify(resources.find(({ type }) => type === "pulumi:pulumi:Stack")!.outputs);
      const after = JSON.stringify(deployed.outputs);
      const [old, now] = [before, after].map((text) => new Set(text.match(GIVEN)));
      assert.ok(old!.size >= 10, [...old!].join(" "));
      assert.deepEqual(
        [...now!].filter((id) => old!.has(id)),
        [],
      );
      assert.equal(now!.size, old!.size);
    });

    it("the CLI reads the stack from its backend, without a change to the checkout", async () => {
      const { PRISM_PULUMI: cli = "", ...variables } = deployed.variables();
      const engine = {
        cli,
        workDirectory: root,
        stack: "production",
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...variables },
      };
      const { code, stdout, stderr } = await runCli(engine, ["stack", "output", "--json", "--stack", "production"]);
      assert.equal(code, 0, stderr);
      assert.deepEqual(JSON.parse(stdout), deployed.outputs);
    });

    it("database and proxy", async () => {
      const client = deployed.world.client(RDSClient);
      const { instanceIdentifier, secretArn, proxyName } = deployed.outputs.database;
      const { DBInstances: [found] = [] } = await client.send(
        new DescribeDBInstancesCommand({ DBInstanceIdentifier: instanceIdentifier }),
      );
      assert.deepEqual(
        {
          status: found!.DBInstanceStatus,
          class: found!.DBInstanceClass,
          encrypted: found!.StorageEncrypted,
          zones: found!.MultiAZ,
          backups: found!.BackupRetentionPeriod,
          protected: found!.DeletionProtection,
          public: found!.PubliclyAccessible,
          secret: found!.MasterUserSecret!.SecretArn,
          groups: found!.VpcSecurityGroups!.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId),
        },
        {
          status: "available",
          class: "db.t3.micro",
          encrypted: true,
          zones: true,
          backups: 7,
          protected: true,
          public: false,
          secret: secretArn,
          groups: [deployed.outputs.network.securityGroupIds.database],
        },
      );
      const { RotationEnabled } = await deployed.world
        .client(SecretsManagerClient)
        .send(new DescribeSecretCommand({ SecretId: secretArn }));
      assert.equal(RotationEnabled, true);
      const { Targets } = await client.send(new DescribeDBProxyTargetsCommand({ DBProxyName: proxyName }));
      assert.deepEqual(
        Targets!.map(({ RdsResourceId }) => RdsResourceId),
        [instanceIdentifier],
      );
    });

    it("Redis", async () => {
      const { replicationGroupId, primaryEndpoint } = deployed.outputs.redis;
      const { ReplicationGroups: [group] = [] } = await deployed.world
        .client(ElastiCacheClient)
        .send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: replicationGroupId }));
      assert.deepEqual(
        [group!.Status, group!.AtRestEncryptionEnabled, group!.TransitEncryptionEnabled, group!.MemberClusters!.length],
        ["available", true, true, 2],
      );
      assert.equal(group!.NodeGroups![0]!.PrimaryEndpoint!.Address, primaryEndpoint);
    });

    it("buckets, of which one is the other's copy", async () => {
      const { regions, storage } = deployed.outputs;
      const sides = [
        { bucket: storage.bucketName, s3: deployed.world.client(S3Client, regions.home) },
        { bucket: storage.replicaBucketName, s3: deployed.world.client(S3Client, regions.replica) },
      ];
      for (const { bucket, s3 } of sides) {
        assert.equal((await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status, "Enabled");
        const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
        const by = ServerSideEncryptionConfiguration!.Rules![0]!.ApplyServerSideEncryptionByDefault!;
        assert.equal(by.SSEAlgorithm, "aws:kms");
      }
      const [source, replica] = [sides[0]!, sides[1]!];
      const { ReplicationConfiguration } = await source.s3.send(
        new GetBucketReplicationCommand({ Bucket: source.bucket }),
      );
      assert.equal(ReplicationConfiguration!.Rules![0]!.Destination!.Bucket, storage.replicaBucketArn);
      await source.s3.send(new PutObjectCommand({ Bucket: source.bucket, Key: "a/letter", Body: "dear" }));
      await until("the copy is there", () =>
        replica.s3.send(new GetObjectCommand({ Bucket: replica.bucket, Key: "a/letter" })).catch(() => undefined),
      );
    });

    it("every alarm, quiet, with a metric that has data and somebody to tell", async () => {
      const { monitoring, regions, alerts } = deployed.outputs;
      const found: string[] = [];
      for (const place of ["home", "replica", "edge"] as const) {
        const client = deployed.world.client(CloudWatchClient, regions[place]);
        const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({}));
        for (const alarm of MetricAlarms) {
          found.push(alarm.AlarmName!);
          assert.equal(alarm.StateValue, "OK", alarm.AlarmName);
          assert.deepEqual(alarm.AlarmActions, [alerts.topicArns[place]]);
          const metric = alarm.Metrics?.find(({ MetricStat }) => MetricStat)?.MetricStat?.Metric ?? alarm;
          const { Namespace, MetricName, Dimensions } = metric;
          const MetricStat = { Metric: { Namespace, MetricName, Dimensions }, Period: 300, Stat: "Average" };
          const { MetricDataResults: [data] = [] } = await client.send(
            new GetMetricDataCommand({
              StartTime: new Date(Date.now() - 3_600_000),
              EndTime: new Date(),
              MetricDataQueries: [{ Id: "data", MetricStat }],
            }),
          );
          assert.ok(data!.Values!.length > 0, `${alarm.AlarmName}: ${Namespace} ${MetricName}`);
        }
        const { Subscriptions = [] } = await deployed.world
          .client(SNSClient, regions[place])
          .send(new ListSubscriptionsByTopicCommand({ TopicArn: alerts.topicArns[place] }));
        assert.match(Subscriptions[0]!.SubscriptionArn!, /^arn:aws:sns:/);
      }
      assert.deepEqual(found.sort(), [...monitoring.alarmNames].sort());
    });

    it("the environment with every option that the program sets", async () => {
      const { applicationName, environmentName } = deployed.outputs.application;
      const { ConfigurationSettings: [settings] = [] } = await deployed.world.client(ElasticBeanstalkClient).send(
        new DescribeConfigurationSettingsCommand({
          ApplicationName: applicationName,
          EnvironmentName: environmentName,
        }),
      );
      const option = (name: string): string | undefined =>
        settings!.OptionSettings!.find(({ OptionName }) => OptionName === name)?.Value;
      assert.equal(option("S3_BUCKET"), "ai.prism");
      assert.equal(option("VPCId"), deployed.outputs.network.vpcId);
      assert.equal(option("OPERATOR_TOKEN"), deployed.outputs.application.operatorTokenSecretArn);
      assert.match(option("DATABASE_URL")!, new RegExp(deployed.outputs.database.address));
    });

    it("the account's trail beside it", async () => {
      const { IsLogging } = await deployed.world
        .client(CloudTrailClient)
        .send(new GetTrailStatusCommand({ Name: TRAIL_NAME }));
      assert.equal(IsLogging, true);
    });

    it("and nothing that it has no way to make", async () => {
      const urn = "urn:pulumi:production::ai-prism::aws:dynamodb/table:Table::sessions";
      const checkpoint = {
        version: 3,
        deployment: { resources: [{ urn, type: "aws:dynamodb/table:Table", custom: true, id: "t" }] },
      };
      await assert.rejects(seed(deployed.world, checkpoint), /does not make aws:dynamodb\/table:Table/);
    });
  });

  describe("is reached through an edge that", () => {
    const ID = (): string => deployed.outputs.cdn.distributionId;

    /** Changes the distribution's configuration until the function that comes back is called. */
    async function reconfigure(change: (config: DistributionConfig) => void): Promise<() => Promise<void>> {
      const client = deployed.world.client(CloudFrontClient, "us-east-1");
      const put = async (edit: (config: DistributionConfig) => DistributionConfig): Promise<DistributionConfig> => {
        const { DistributionConfig: config, ETag } = await client.send(new GetDistributionConfigCommand({ Id: ID() }));
        await client.send(
          new UpdateDistributionCommand({
            Id: ID(),
            IfMatch: ETag,
            DistributionConfig: edit(structuredClone(config!)),
          }),
        );
        return config!;
      };
      const before = await put((config) => {
        change(config);
        return config;
      });
      return async () => {
        await put(() => before);
      };
    }

    it("redirects HTTP, unless its configuration does not say so", async () => {
      const { status, headers } = await view("/health?a=b", { scheme: "http" });
      assert.deepEqual(
        [status, headers.location, headers["x-cache"]],
        [301, `${deployed.outputs.url}/health?a=b`, "Redirect from cloudfront"],
      );
      const undo = await reconfigure((config) => {
        config.DefaultCacheBehavior!.ViewerProtocolPolicy = "allow-all";
      });
      assert.equal((await view("/health", { scheme: "http" })).status, 200);
      await undo();
    });

    it("forwards to the application, and adds the headers that it is told to", async () => {
      const { status, headers, body } = await view("/health");
      assert.equal(status, 200);
      assert.deepEqual(JSON.parse(body), { status: "ok", version: deployed.outputs.application.initialVersionLabel });
      assert.equal(headers["x-cache"], "Miss from cloudfront");
      assert.match(headers["strict-transport-security"]!, /^max-age=\d+/);
      assert.equal((await view("/health")).headers["x-cache"], "Miss from cloudfront");
      const secrets = deployed.world.client(SecretsManagerClient);
      const { SecretString } = await secrets.send(
        new GetSecretValueCommand({ SecretId: deployed.outputs.application.operatorTokenSecretArn }),
      );
      assert.ok("parts" in (JSON.parse((await view("/health", { token: SecretString })).body) as object));
    });

    it("keeps what is static until that is invalidated, or no longer to be kept", async () => {
      const cached = async (): Promise<string> =>
        String((await view("/static/style.css")).headers["x-cache"]).split(" ")[0]!;
      await cached();
      assert.equal(await cached(), "Hit");
      assert.match((await view("/static/style.css")).headers.age!, /^\d+$/);
      await deployed.world.client(CloudFrontClient, "us-east-1").send(
        new CreateInvalidationCommand({
          DistributionId: ID(),
          InvalidationBatch: { CallerReference: "test", Paths: { Quantity: 1, Items: ["/static/*"] } },
        }),
      );
      assert.equal(await cached(), "Miss");
      const undo = await reconfigure((config) => {
        config.CacheBehaviors!.Items![0]!.CachePolicyId = MANAGED_CACHE_POLICIES.cachingDisabled;
      });
      assert.equal(await cached(), "Miss");
      assert.equal(await cached(), "Miss");
      await undo();
    });

    it("refuses methods that its configuration leaves out", async () => {
      assert.equal((await view("/static/style.css", { method: "POST" })).status, 403);
      assert.equal((await view("/nowhere", { method: "POST" })).status, 404);
    });

    it("serves nothing while it is switched off, or leads elsewhere", async () => {
      const off = await reconfigure((config) => {
        config.Enabled = false;
      });
      assert.equal((await view("/health")).status, 403);
      await off();
      const elsewhere = await reconfigure((config) => {
        config.Origins!.Items![0]!.DomainName = "internal-old.eu-north-1.elb.amazonaws.com";
      });
      const { status, headers } = await view("/health");
      assert.deepEqual([status, headers["x-cache"]], [502, "Error from cloudfront"]);
      await elsewhere();
      assert.equal((await view("/health")).status, 200);
    });

    it("is let in by the load balancer's security group alone", async () => {
      const client = deployed.world.client(EC2Client);
      const GroupId = deployed.outputs.network.securityGroupIds.loadBalancer!;
      const { SecurityGroupRules = [] } = await client.send(
        new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: [GroupId] }] }),
      );
      const [rule] = SecurityGroupRules.filter(({ IsEgress }) => !IsEgress);
      await client.send(
        new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: [rule!.SecurityGroupRuleId!] }),
      );
      assert.equal((await view("/health")).status, 504);
      const PrefixListIds = [{ PrefixListId: rule!.PrefixListId }];
      const IpPermissions = [{ IpProtocol: "tcp", FromPort: 80, ToPort: 80, PrefixListIds }];
      await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
      assert.equal((await view("/health")).status, 200);
    });

    it("gets no answer where no instance is well, and an unhealthy one where a part is missing", async () => {
      const { instances } = deployed.world.beanstalk.environment(deployed.outputs.application.environmentName);
      for (const instance of instances) instance.health = "Severe";
      assert.equal((await view("/health")).status, 503);
      for (const instance of instances) instance.health = "Ok";
      deployed.application.parts.redis = "TimeoutError";
      const { status, body } = await view("/health");
      assert.deepEqual([status, (JSON.parse(body) as { status: string }).status], [503, "failing"]);
      deployed.application.parts.redis = "ok";
    });
  });

  describeWith("everything", "with the reference application on its instances", () => {
    let application: ReferenceApplication;
    before(async () => {
      application = await ReferenceApplication.start(deployed);
    });
    after(async () => {
      await application?.stop();
    });

    it("is healthy in every part: its secrets, its database, its cache, its bucket and its models", async () => {
      const secrets = deployed.world.client(SecretsManagerClient);
      const { SecretString } = await secrets.send(
        new GetSecretValueCommand({ SecretId: deployed.outputs.application.operatorTokenSecretArn }),
      );
      const { status, body } = await view("/health", { token: SecretString });
      const { parts } = JSON.parse(body) as { parts: object };
      assert.equal(status, 200, body);
      assert.deepEqual(parts, { database: "ok", redis: "ok", s3: "ok", bedrock: "ok" });
    });
  });
});
