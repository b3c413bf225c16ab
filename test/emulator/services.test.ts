import { BedrockRuntimeClient, ConverseCommand } from "@aws-sdk/client-bedrock-runtime";
import { BedrockClient, GetFoundationModelAvailabilityCommand } from "@aws-sdk/client-bedrock";
import {
  CloudTrailClient,
  CreateTrailCommand,
  GetTrailStatusCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateApplicationCommand,
  CreateEnvironmentCommand,
  DescribeEnvironmentHealthCommand,
  DescribeEnvironmentsCommand,
  DescribeEventsCommand,
  DescribeInstancesHealthCommand,
  ElasticBeanstalkClient,
} from "@aws-sdk/client-elastic-beanstalk";
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  CreateReplicationGroupCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
} from "@aws-sdk/client-elasticache";
import {
  CreateDBInstanceCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  RDSClient,
  StartDBInstanceAutomatedBackupsReplicationCommand,
  StopDBInstanceAutomatedBackupsReplicationCommand,
} from "@aws-sdk/client-rds";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import assert from "node:assert/strict";
import { describeWith } from "../support/tools";
import { type EmulatedAws, startEmulatedAws } from "./emulated-aws";

describeWith("aws", "the emulated AWS", function () {
  this.timeout(120_000);
  let world: EmulatedAws;
  before(async () => {
    world = await startEmulatedAws();
  });
  after(() => world?.stop());

  it("knows its callers", async () => {
    const { Account, Arn } = await world.client(STSClient).send(new GetCallerIdentityCommand({}));
    assert.deepEqual([Account, Arn], ["111122223333", "arn:aws:iam::111122223333:user/administrator"]);
  });

  it("keeps the metrics of an alarm over several, and forgets them with the alarm's next form", async () => {
    const client = world.client(CloudWatchClient);
    const alarm = {
      AlarmName: "sum",
      EvaluationPeriods: 1,
      ComparisonOperator: "GreaterThanThreshold",
      Threshold: 1,
    } as const;
    const metric = { Namespace: "AWS/Bedrock", MetricName: "InvocationThrottles" };
    const metrics = [
      { Id: "sum", Expression: "m0 + 1", ReturnData: true },
      { Id: "m0", MetricStat: { Metric: metric, Period: 300, Stat: "Sum" }, ReturnData: false },
    ];
    const described = async () => {
      const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ AlarmNames: ["sum"] }));
      return MetricAlarms![0]!;
    };
    await client.send(new PutMetricAlarmCommand({ ...alarm, Metrics: metrics }));
    const first = await described();
    assert.deepEqual(first.Metrics, metrics);
    assert.equal(first.Statistic, undefined);
    await client.send(new PutMetricAlarmCommand({ ...alarm, ...metric, Period: 60, Statistic: "Sum" }));
    const next = await described();
    assert.deepEqual([next.Metrics, next.MetricName, next.Statistic], [undefined, "InvocationThrottles", "Sum"]);
  });

  it("asks subscribers by e-mail first, and takes their word", async () => {
    const client = world.client(SNSClient);
    const { TopicArn } = await client.send(new CreateTopicCommand({ Name: "asked" }));
    const { SubscriptionArn } = await client.send(
      new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint: "oncall@example.com" }),
    );
    assert.equal(SubscriptionArn, "pending confirmation");
    const listed = async () => {
      const { Subscriptions } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
      return Subscriptions!.map(({ SubscriptionArn: arn }) => arn);
    };
    assert.deepEqual(await listed(), ["PendingConfirmation"]);
    const { token, subscriptionArn } = world.sns.invitations.find(({ topicArn }) => topicArn === TopicArn)!;
    const pending = async () => {
      const { Attributes } = await client.send(
        new GetSubscriptionAttributesCommand({ SubscriptionArn: subscriptionArn }),
      );
      return Attributes!.PendingConfirmation;
    };
    assert.equal(await pending(), "true");
    await assert.rejects(client.send(new ConfirmSubscriptionCommand({ TopicArn, Token: "guessed" })), {
      name: "InvalidParameterException",
    });
    await client.send(new ConfirmSubscriptionCommand({ TopicArn, Token: token }));
    assert.deepEqual(await listed(), [subscriptionArn]);
    assert.equal(await pending(), "false");
  });

  it("dates secrets as they were made, changed and rotated", async () => {
    const client = world.client(SecretsManagerClient);
    const { ARN } = await client.send(new CreateSecretCommand({ Name: "dated", SecretString: "a" }));
    const described = () => client.send(new DescribeSecretCommand({ SecretId: "dated" }));
    assert.equal((await described()).LastRotatedDate, undefined);
    await client.send(new RotateSecretCommand({ SecretId: "dated", RotationRules: { AutomaticallyAfterDays: 30 } }));
    world.secrets.datesOf(ARN!).rotated = new Date("2026-01-01T00:00:00Z");
    const { RotationEnabled, LastRotatedDate, NextRotationDate, OwningService } = await described();
    assert.deepEqual(
      [RotationEnabled, LastRotatedDate, NextRotationDate, OwningService],
      [true, new Date("2026-01-01T00:00:00Z"), new Date("2026-01-31T00:00:00Z"), undefined],
    );
  });

  it("says what a trail delivered, and no more once it is stopped", async () => {
    const client = world.client(CloudTrailClient);
    await client.send(new CreateTrailCommand({ Name: "trail", S3BucketName: "trail-of-the-world" }));
    await client.send(new StartLoggingCommand({ Name: "trail" }));
    const status = () => client.send(new GetTrailStatusCommand({ Name: "trail" }));
    const { IsLogging, LatestDeliveryTime, LatestDeliveryError } = await status();
    assert.deepEqual([IsLogging, LatestDeliveryError], [true, undefined]);
    assert.ok(LatestDeliveryTime! <= new Date());
    Object.assign(world.cloudtrail.delivery("trail"), {
      error: "AccessDenied",
      latest: new Date("2026-01-01T00:00:00Z"),
    });
    const failing = await status();
    assert.deepEqual(
      [failing.LatestDeliveryError, failing.LatestDeliveryTime],
      ["AccessDenied", new Date("2026-01-01T00:00:00Z")],
    );
    await client.send(new StopLoggingCommand({ Name: "trail" }));
    assert.equal((await status()).IsLogging, false);
  });

  describe("has models that", () => {
    const MODEL = "anthropic.claude-sonnet-4-6";
    const converse = (modelId = `eu.${MODEL}`, region = "eu-north-1") =>
      world.client(BedrockRuntimeClient, region).send(
        new ConverseCommand({
          modelId,
          messages: [
            {
              role: "user",
              content: [
                { text: "read" },
                { document: { format: "txt", name: "a", source: { bytes: Buffer.from("a letter") } } },
              ],
            },
          ],
        }),
      );
    afterEach(() => {
      world.bedrock.set(MODEL, "invocable");
    });

    it("answer to what they are given", async () => {
      const { output } = await converse();
      assert.deepEqual(output!.message!.content, [{ text: "review of: a letter" }]);
      assert.deepEqual(world.bedrock.calls.at(-1), { modelId: `eu.${MODEL}`, document: "a letter" });
    });

    it("can be called from their profile's regions alone, while they live", async () => {
      await assert.rejects(converse(`us.${MODEL}`), { name: "ValidationException" });
      await assert.rejects(converse(MODEL), { name: "ValidationException" });
      await assert.rejects(converse(`eu.${MODEL}`, "us-east-1"), { name: "ValidationException" });
      await assert.rejects(converse("eu.anthropic.claude-3-7-sonnet-20250219-v1:0"), {
        name: "ResourceNotFoundException",
      });
    });

    for (const [state, error, available] of [
      [
        "form missing",
        "ResourceNotFoundException",
        { authorizationStatus: "NOT_AUTHORIZED", entitlementAvailability: "AVAILABLE" },
      ],
      [
        "not granted",
        "AccessDeniedException",
        { authorizationStatus: "AUTHORIZED", entitlementAvailability: "NOT_AVAILABLE" },
      ],
      [
        "unavailable",
        "ServiceUnavailableException",
        { authorizationStatus: "AUTHORIZED", entitlementAvailability: "AVAILABLE" },
      ],
    ] as const) {
      it(`refuse when they are in the state "${state}"`, async () => {
        world.bedrock.set(MODEL, state);
        await assert.rejects(converse(), { name: error });
        const { authorizationStatus, entitlementAvailability } = await world
          .client(BedrockClient)
          .send(new GetFoundationModelAvailabilityCommand({ modelId: MODEL }));
        assert.deepEqual({ authorizationStatus, entitlementAvailability }, available);
      });
    }

    it("wait until they are let", async () => {
      world.bedrock.set(MODEL, "held");
      const calls = world.bedrock.calls.length;
      const answer = converse();
      // Another answer comes in the meantime, so this one is not merely late.
      await converse("eu.anthropic.claude-haiku-4-5-20251001-v1:0");
      assert.equal(world.bedrock.calls.length, calls + 1);
      world.bedrock.set(MODEL, "invocable");
      await answer;
    });
  });

  describe("has databases that", () => {
    const HOME_ARN = "arn:aws:rds:eu-north-1:111122223333:db:store";
    const client = (region?: string) => world.client(RDSClient, region);
    const described = async () => {
      const { DBInstances } = await client().send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: "store" }));
      return DBInstances![0]!;
    };
    before(async () => {
      await client().send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: "store",
          DBInstanceClass: "db.t3.micro",
          Engine: "postgres",
          AllocatedStorage: 20,
          MasterUsername: "master",
          ManageMasterUserPassword: true,
          EnableCloudwatchLogsExports: ["postgresql"],
        }),
      );
    });

    it("keep their master's password in a secret of RDS's", async () => {
      const { MasterUserSecret, Endpoint } = await described();
      assert.match(Endpoint!.Address!, /^store\.\w+\.eu-north-1\.rds\.amazonaws\.com$/);
      const secrets = world.client(SecretsManagerClient);
      const { OwningService, Name } = await secrets.send(
        new DescribeSecretCommand({ SecretId: MasterUserSecret!.SecretArn }),
      );
      assert.equal(OwningService, "rds");
      assert.match(Name!, /^rds!db-/);
      const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: MasterUserSecret!.SecretArn }));
      const { username, password } = JSON.parse(SecretString!) as Record<string, string>;
      assert.equal(username, "master");
      assert.ok(password);
    });

    it("export the logs they are told to", async () => {
      assert.deepEqual((await described()).EnabledCloudwatchLogsExports, ["postgresql"]);
      const CloudwatchLogsExportConfiguration = { EnableLogTypes: ["upgrade"], DisableLogTypes: ["postgresql"] };
      await client().send(
        new ModifyDBInstanceCommand({ DBInstanceIdentifier: "store", CloudwatchLogsExportConfiguration }),
      );
      assert.deepEqual((await described()).EnabledCloudwatchLogsExports, ["upgrade"]);
    });

    it("have backups here, and in another region from the day they are asked for until they are stopped", async () => {
      const there = async () => {
        const { DBInstanceAutomatedBackups = [] } = await client("eu-west-1").send(
          new DescribeDBInstanceAutomatedBackupsCommand({ DBInstanceIdentifier: "store" }),
        );
        return DBInstanceAutomatedBackups.map(({ Status, Region }) => [Status, Region]);
      };
      assert.deepEqual(await there(), []);
      const request = { SourceDBInstanceArn: HOME_ARN };
      await client("eu-west-1").send(
        new StartDBInstanceAutomatedBackupsReplicationCommand({ ...request, BackupRetentionPeriod: 7 }),
      );
      assert.deepEqual(await there(), [["replicating", "eu-north-1"]]);
      assert.equal((await described()).DBInstanceAutomatedBackupsReplications!.length, 1);
      world.rds.database("store").latestRestorableTime = new Date("2026-01-01T00:00:00Z");
      assert.deepEqual((await described()).LatestRestorableTime, new Date("2026-01-01T00:00:00Z"));
      await client("eu-west-1").send(new StopDBInstanceAutomatedBackupsReplicationCommand(request));
      assert.deepEqual(await there(), []);
      await assert.rejects(client("eu-west-1").send(new StopDBInstanceAutomatedBackupsReplicationCommand(request)), {
        name: "DBInstanceAutomatedBackupNotFoundFault",
      });
    });
  });

  it("has caches with key, names and port as AWS gives them", async () => {
    const client = world.client(ElastiCacheClient);
    await client.send(
      new CreateReplicationGroupCommand({
        ReplicationGroupId: "cache",
        ReplicationGroupDescription: "a cache",
        Engine: "redis",
        CacheNodeType: "cache.t3.micro",
        NumCacheClusters: 2,
        KmsKeyId: "arn:aws:kms:eu-north-1:111122223333:key/home",
        AtRestEncryptionEnabled: true,
        AutomaticFailoverEnabled: true,
        Port: 6380,
      }),
    );
    const { ReplicationGroups: [group] = [] } = await client.send(
      new DescribeReplicationGroupsCommand({ ReplicationGroupId: "cache" }),
    );
    assert.equal(group!.KmsKeyId, "arn:aws:kms:eu-north-1:111122223333:key/home");
    const { Address, Port } = group!.NodeGroups![0]!.PrimaryEndpoint!;
    assert.match(Address!, /^master\.cache\.\w+\.eu-north-1\.cache\.amazonaws\.com$/);
    assert.equal(Port, 6380);
  });

  describe("has a network in which", () => {
    let vpcId: string;
    let subnetIds: string[];
    let groupId: string;
    before(async () => {
      const client = world.client(EC2Client);
      const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
      vpcId = Vpc!.VpcId!;
      subnetIds = await Promise.all(
        ["a", "b"].map(async (zone, index) => {
          const AvailabilityZone = `eu-north-1${zone}`;
          const { Subnet } = await client.send(
            new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: `10.0.${index}.0/24`, AvailabilityZone }),
          );
          return Subnet!.SubnetId!;
        }),
      );
      const { GroupId } = await client.send(
        new CreateSecurityGroupCommand({ VpcId: vpcId, GroupName: "balancer", Description: "balancer" }),
      );
      groupId = GroupId!;
    });

    it("rules keep the prefix lists they name", async () => {
      const client = world.client(EC2Client);
      const permission = { IpProtocol: "tcp", FromPort: 80, ToPort: 80 };
      const list = { PrefixListId: "pl-176e69d2", Description: "the CDN" };
      await client.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId: groupId,
          IpPermissions: [{ ...permission, PrefixListIds: [list] }],
        }),
      );
      const { SecurityGroupRules } = await client.send(
        new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: [groupId] }] }),
      );
      assert.deepEqual(
        SecurityGroupRules!
          .filter(({ IsEgress }) => !IsEgress)
          .map(({ PrefixListId, Description }) => [PrefixListId, Description]),
        [["pl-176e69d2", "the CDN"]],
      );
      const { SecurityGroups: [group] = [] } = await client.send(
        new DescribeSecurityGroupsCommand({ GroupIds: [groupId] }),
      );
      assert.deepEqual(
        group!.IpPermissions!.map(({ PrefixListIds }) => PrefixListIds),
        [[list]],
      );
    });

    it("a rule that is taken out is gone with its prefix list", async () => {
      const client = world.client(EC2Client);
      const permission = { IpProtocol: "tcp", FromPort: 443, ToPort: 443 };
      const PrefixListIds = [{ PrefixListId: "pl-176e69d2" }];
      const groups = async (): Promise<unknown> => {
        const { SecurityGroups: [group] = [] } = await client.send(
          new DescribeSecurityGroupsCommand({ GroupIds: [groupId] }),
        );
        return group!.IpPermissions!.find(({ FromPort }) => FromPort === 443)?.PrefixListIds ?? [];
      };
      const IpPermissions = [{ ...permission, PrefixListIds }];
      await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions }));
      assert.deepEqual(await groups(), PrefixListIds);
      await client.send(new RevokeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions }));
      assert.deepEqual(await groups(), []);
    });

    it("an environment comes up with instances behind a load balancer, and their health is that of its targets", async () => {
      const client = world.client(ElasticBeanstalkClient);
      await client.send(new CreateApplicationCommand({ ApplicationName: "app" }));
      await client.send(
        new CreateEnvironmentCommand({
          ApplicationName: "app",
          EnvironmentName: "app-env",
          CNAMEPrefix: "app-prefix",
          SolutionStackName: "64bit Amazon Linux 2023 v4.13.7 running Python 3.11",
          OptionSettings: [
            { Namespace: "aws:autoscaling:asg", OptionName: "MinSize", Value: "2" },
            { Namespace: "aws:ec2:vpc", OptionName: "VPCId", Value: vpcId },
            { Namespace: "aws:ec2:vpc", OptionName: "Subnets", Value: subnetIds.join(",") },
            { Namespace: "aws:ec2:vpc", OptionName: "ELBSubnets", Value: subnetIds.join(",") },
            { Namespace: "aws:ec2:vpc", OptionName: "ELBScheme", Value: "internal" },
            { Namespace: "aws:elbv2:loadbalancer", OptionName: "SecurityGroups", Value: groupId },
          ],
        }),
      );
      const environment = world.beanstalk.environment("app-env");
      environment.settle();
      const { Environments: [seen] = [] } = await client.send(
        new DescribeEnvironmentsCommand({ EnvironmentNames: ["app-env"] }),
      );
      assert.deepEqual(
        [seen!.Status, seen!.Health, seen!.CNAME],
        ["Ready", "Green", "app-prefix.eu-north-1.elasticbeanstalk.com"],
      );

      const [first] = environment.instances;
      first!.health = "Severe";
      first!.causes = ["ELB health is failing."];
      environment.become("Severe", "One instance fails its health checks.");
      const health = await client.send(
        new DescribeEnvironmentHealthCommand({ EnvironmentName: "app-env", AttributeNames: ["All"] }),
      );
      assert.deepEqual([health.Color, health.InstancesHealth!.Severe, health.InstancesHealth!.Ok], ["Red", 1, 1]);
      const { InstanceHealthList } = await client.send(
        new DescribeInstancesHealthCommand({ EnvironmentName: "app-env", AttributeNames: ["All"] }),
      );
      assert.deepEqual(
        InstanceHealthList!.map(({ Color }) => Color),
        ["Red", "Green"],
      );
      const { Events } = await client.send(new DescribeEventsCommand({ EnvironmentName: "app-env", Severity: "WARN" }));
      assert.match(Events![0]!.Message!, /transitioned from Ok to Severe/);

      const elb = world.client(ElasticLoadBalancingV2Client);
      const { LoadBalancers: [balancer] = [] } = await elb.send(
        new DescribeLoadBalancersCommand({ LoadBalancerArns: [environment.loadBalancerArn] }),
      );
      assert.deepEqual(
        [balancer!.VpcId, balancer!.DNSName, balancer!.Scheme],
        [vpcId, environment.endpoint, "internal"],
      );
      const { TargetGroups: [group] = [] } = await elb.send(
        new DescribeTargetGroupsCommand({ LoadBalancerArn: environment.loadBalancerArn }),
      );
      const { TargetHealthDescriptions } = await elb.send(
        new DescribeTargetHealthCommand({ TargetGroupArn: group!.TargetGroupArn }),
      );
      assert.deepEqual(
        TargetHealthDescriptions!
          .map(({ Target, TargetHealth }) => [Target!.Id === first!.id, TargetHealth!.State])
          .sort(),
        [
          [false, "healthy"],
          [true, "unhealthy"],
        ],
      );
    });
  });
});
