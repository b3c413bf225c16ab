import { ACMClient, DescribeCertificateCommand, RequestCertificateCommand } from "@aws-sdk/client-acm";
import {
  CloudTrailClient,
  StartLoggingCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from "@aws-sdk/client-cloudtrail";
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { EC2Client, DescribeInstancesCommand, ModifyInstanceAttributeCommand } from "@aws-sdk/client-ec2";
import { DisableKeyCommand, EnableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CreateReplicationGroupCommand,
  DeleteReplicationGroupCommand,
  ElastiCacheClient,
} from "@aws-sdk/client-elasticache";
import {
  CreateDBInstanceCommand,
  DeleteDBInstanceCommand,
  DeregisterDBProxyTargetsCommand,
  ModifyDBInstanceCommand,
  RDSClient,
  RegisterDBProxyTargetsCommand,
  StartDBInstanceAutomatedBackupsReplicationCommand,
  StopDBInstanceAutomatedBackupsReplicationCommand,
} from "@aws-sdk/client-rds";
import { GetBucketEncryptionCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { DeleteSecretCommand, RestoreSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  ConfirmSubscriptionCommand,
  ListSubscriptionsByTopicCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import assert from "node:assert/strict";
import { MANAGED_CACHE_POLICIES } from "../../catalog/cloudfront";
import { type Area, AREA_NAMES } from "../../operations/doctor/areas";
import { certificate } from "../../operations/doctor/areas/certificate";
import { type Line, run, runAll, silentRegions } from "../../operations/doctor/run";
import type { DeploymentOutputs } from "../../outputs";
import { Deployed } from "../emulator/deployed";
import type { EmulatedAws } from "../emulator/emulated-aws";
import { describeWith } from "../support/tools";
import { Looking } from "./looking";
import { changeAlarm, changeDistribution, changeReplication, keepOut, letIn, type Undo } from "./world-changes";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What a fault is to be found as. */
interface Expected {
  /** What the line says is wrong. */
  detail: RegExp;
  /** What it says to do, where that is more than the obvious. */
  remedy?: RegExp;
  runbook?: string;
  /** Since when, to the minute. */
  since?: () => Date;
  state?: Line["state"];
}

describeWith("aws", "./prism doctor in an emulated AWS", function () {
  this.timeout(300_000);
  let looking: Looking;
  let world: EmulatedAws;
  let outputs: DeploymentOutputs;

  before(async function () {
    looking = new Looking(await Deployed.start(this));
    ({ world, outputs } = looking.deployed);
  });
  after(async () => {
    looking?.end();
    await looking?.deployed.stop();
  });

  /** Brings about a fault in the world, looks, and mends the world again. */
  function finds(
    title: string,
    area: Area,
    check: string,
    fault: () => Promise<Undo> | Undo,
    expected: Expected,
  ): void {
    it(`finds ${title}`, async () => {
      const mend = await fault();
      let line: Line;
      try {
        line = await looking.one(area, check);
      } finally {
        await mend();
      }
      const shown = JSON.stringify(line, null, 2);
      assert.equal(line.state, expected.state ?? "wrong", shown);
      assert.match(line.detail, expected.detail, shown);
      assert.match(line.remedy ?? "", expected.remedy ?? /./, shown);
      if (expected.runbook) assert.equal(line.runbook, expected.runbook, shown);
      const since = expected.since?.();
      if (since)
        assert.ok(Math.abs(line.since!.getTime() - since.getTime()) < MINUTE, `${shown} ${since.toISOString()}`);
      const mended = await looking.one(area, check);
      assert.ok(mended.state === "ok" || mended.state === "skipped", JSON.stringify(mended, null, 2));
    });
  }

  /** A change by a call of AWS, and the call that takes it back. */
  const call = (make: () => Promise<unknown>, mend: () => Promise<unknown>) => async (): Promise<Undo> => {
    await make();
    return mend;
  };
  /** A change that AWS has no call for: something breaks, or time passes. */
  const set =
    <T extends object>(target: () => T, change: () => Partial<T>) =>
    (): Undo => {
      const object = target();
      const before = { ...object };
      const changed = change();
      Object.assign(object, changed);
      return () => {
        for (const key of Object.keys(changed) as (keyof T)[]) object[key] = before[key];
        return Promise.resolve();
      };
    };
  const ago = (milliseconds: number): Date => new Date(Date.now() - milliseconds);
  const rds = (region?: string): RDSClient => world.client(RDSClient, region);
  const database = () => world.rds.database(outputs.database.instanceIdentifier);
  const beanstalk = () => world.beanstalk.environment(outputs.application.environmentName);
  const groups = (): Record<string, string> => outputs.network.securityGroupIds;
  const alarm = (what: string): string => `AI-Prism-${what}`;

  for (const area of AREA_NAMES) {
    it(`finds nothing wrong with the ${area} of an environment that is as it was deployed`, async () => {
      for (const line of await looking.look(area)) {
        assert.ok(line.state === "ok" || line.state === "skipped", JSON.stringify(line, null, 2));
      }
    });
  }

  describe("looking at the database", () => {
    const modify = (change: object) =>
      rds().send(
        new ModifyDBInstanceCommand({
          DBInstanceIdentifier: outputs.database.instanceIdentifier,
          ApplyImmediately: true,
          ...change,
        }),
      );

    finds(
      "that it has run out of storage",
      "database",
      "available",
      set(database, () => ({ status: "storage-full" })),
      {
        detail: /storage-full/,
        remedy: /maxAllocatedStorageInGiB/,
        runbook: "database-low-storage.md",
      },
    );
    finds(
      "that somebody stopped it",
      "database",
      "available",
      set(database, () => ({ status: "stopped" })),
      {
        detail: /stopped/,
        remedy: /start-db-instance/,
        runbook: "problem-database.md",
      },
    );
    finds(
      "that it was given a public address",
      "database",
      "private",
      call(
        () => modify({ PubliclyAccessible: true }),
        () => modify({ PubliclyAccessible: false }),
      ),
      { detail: /public address/, remedy: /--no-publicly-accessible/ },
    );
    finds(
      "that its log is not saved any more",
      "database",
      "restorable",
      set(database, () => ({ latestRestorableTime: ago(3 * HOUR) })),
      { detail: /3 h ago/, since: () => ago(3 * HOUR) },
    );
    finds(
      "that its backups were switched off",
      "database",
      "restorable",
      call(
        () => modify({ BackupRetentionPeriod: 0 }),
        () => modify({ BackupRetentionPeriod: 7 }),
      ),
      { detail: /backups are off/ },
    );
    it("finds that no snapshot was taken in two days", async () => {
      const line = await looking.with(async (now) => {
        const { database: checks } = await import("../../operations/doctor/areas/database");
        const later = { ...now, now: new Date(Date.now() + 2 * DAY) };
        return run(
          later,
          "database",
          checks(later).find(({ name }) => name === "snapshot")!,
        );
      });
      assert.equal(line.state, "wrong", JSON.stringify(line));
      assert.match(line.detail, /no automated snapshot/);
    });
    finds(
      "that its backups are not copied to the other region any more",
      "database",
      "copied",
      set(
        () => world.rds.replicated[0]!,
        () => ({ status: "retained" }),
      ),
      { detail: /eu-west-1 is retained/ },
    );
    finds(
      "that its copied backups have fallen behind",
      "database",
      "copied",
      set(
        () => world.rds.replicated[0]!,
        () => ({ latestTime: ago(5 * HOUR) }),
      ),
      { detail: /end 5 h ago/, since: () => ago(5 * HOUR) },
    );
    finds(
      "that somebody ended the copying",
      "database",
      "copied",
      async () => {
        const { sourceArn, kmsKeyId, retention } = world.rds.replicated[0]!;
        await rds("eu-west-1").send(
          new StopDBInstanceAutomatedBackupsReplicationCommand({ SourceDBInstanceArn: sourceArn }),
        );
        return () =>
          rds("eu-west-1").send(
            new StartDBInstanceAutomatedBackupsReplicationCommand({
              SourceDBInstanceArn: sourceArn,
              KmsKeyId: kmsKeyId,
              BackupRetentionPeriod: retention,
            }),
          );
      },
      { detail: /no backups of it are copied/, remedy: /\.\/prism up/ },
    );
    finds(
      "that the proxy has lost its database",
      "database",
      "proxy",
      () => {
        const target = {
          DBProxyName: outputs.database.proxyName,
          DBInstanceIdentifiers: [outputs.database.instanceIdentifier],
        };
        return call(
          () => rds().send(new DeregisterDBProxyTargetsCommand(target)),
          () => rds().send(new RegisterDBProxyTargetsCommand(target)),
        )();
      },
      { detail: /no database behind it/ },
    );
    finds(
      "that it is open to the world",
      "database",
      "reachable",
      () =>
        letIn(world, groups().database!, {
          IpProtocol: "tcp",
          FromPort: 5432,
          ToPort: 5432,
          IpRanges: [{ CidrIp: "0.0.0.0/0" }],
        }),
      { detail: /open to others than the proxy: 0\.0\.0\.0\/0 on port 5432/, remedy: /revoke-security-group-ingress/ },
    );
    finds("that the proxy is kept out", "database", "reachable", () => keepOut(world, groups().database!), {
      detail: /does not let in the proxy/,
      remedy: /\.\/prism drift production/,
    });
    finds(
      "that it has another security group",
      "database",
      "reachable",
      () =>
        call(
          () => modify({ VpcSecurityGroupIds: [groups().redis] }),
          () => modify({ VpcSecurityGroupIds: [groups().database] }),
        )(),
      { detail: /does not have its security group/ },
    );
    finds(
      "that the instances are kept out",
      "database",
      "proxy-reachable",
      () => keepOut(world, groups().databaseProxy!),
      {
        detail: /does not let in the instances/,
      },
    );
  });

  describe("looking at Redis", () => {
    finds(
      "that it is open to the whole network",
      "redis",
      "reachable",
      () =>
        letIn(world, groups().redis!, {
          IpProtocol: "tcp",
          FromPort: 6379,
          ToPort: 6379,
          IpRanges: [{ CidrIp: "10.20.0.0/16" }],
        }),
      { detail: /open to others than the instances: 10\.20\.0\.0\/16/, runbook: "problem-sessions.md" },
    );
    finds(
      "that another group is let in",
      "redis",
      "reachable",
      () =>
        letIn(world, groups().redis!, {
          IpProtocol: "tcp",
          FromPort: 0,
          ToPort: 65535,
          UserIdGroupPairs: [{ GroupId: groups().loadBalancer }],
        }),
      { detail: /ports 0 to 65535/ },
    );
    finds("that the instances are kept out", "redis", "reachable", () => keepOut(world, groups().redis!), {
      detail: /does not let in the instances on port 6379/,
    });
  });

  describe("looking at the application", () => {
    finds(
      "that the environment is Red, and why",
      "application",
      "green",
      () => {
        beanstalk().become("Severe", "All instances are failing the health check.");
        return () => Promise.resolve(beanstalk().become("Ok"));
      },
      {
        detail: /Red \(Severe\).*failing the health check/,
        runbook: "unhealthy-instances.md",
        since: () => new Date(),
      },
    );
    finds(
      "that a deployment is under way",
      "application",
      "green",
      set(beanstalk, () => ({ status: "Updating" as const })),
      {
        detail: /is updating/,
      },
    );
    finds(
      "that an instance stayed on another version",
      "application",
      "version",
      set(
        () => beanstalk().instances[0]!,
        () => ({ versionLabel: "v-000000000000" }),
      ),
      { detail: /these instances are not: i-\w+ v-000000000000/, remedy: /\.\/prism release production/ },
    );
    finds(
      "that an instance takes no traffic",
      "application",
      "targets",
      set(
        () => beanstalk().instances[0]!,
        () => ({ health: "Severe" as const }),
      ),
      { detail: /2 of 3 instances take traffic; i-\w+ Target\.FailedHealthChecks/ },
    );
    finds(
      "that an instance has lost the security group that database and Redis let in",
      "application",
      "instances",
      async () => {
        const { id } = beanstalk().instances[0]!;
        const client = world.client(EC2Client);
        const { Reservations = [] } = await client.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
        const before = Reservations[0]!.Instances![0]!.SecurityGroups!.map(({ GroupId }) => GroupId!);
        const put = (list: string[]) =>
          client.send(new ModifyInstanceAttributeCommand({ InstanceId: id, Groups: list }));
        await put([groups().loadBalancer!]);
        return () => put(before);
      },
      { detail: /i-\w+ lack/ },
    );
    for (const [part, reason, remedy] of [
      ["database", "OperationalError", /failed-health-checks/],
      ["redis", "no answer in time", /--why sessions/],
      ["redis", "AuthenticationError", /\.\/prism up production/],
      ["s3", "AccessDenied", /failed-health-checks/],
      ["bedrock", "no model is free", /every model/],
    ] as const) {
      finds(
        `that ${part} does not answer the application: ${reason}`,
        "application",
        `health-${part}`,
        set(
          () => looking.deployed.application.parts,
          () => ({ [part]: reason }),
        ),
        { detail: new RegExp(reason), remedy },
      );
    }
    finds(
      "that nothing answers",
      "application",
      "answers",
      () => {
        const before = beanstalk().instances.map(({ health }) => health);
        for (const instance of beanstalk().instances) instance.health = "Severe";
        return () => Promise.resolve(beanstalk().instances.forEach((one, index) => (one.health = before[index]!)));
      },
      { detail: /status 503/, remedy: /--why cdn/ },
    );
  });

  describe("looking at the CDN", () => {
    const change = (edit: Parameters<typeof changeDistribution>[2]) => () =>
      changeDistribution(world, outputs.cdn.distributionId, edit);

    finds(
      "that it was switched off",
      "cdn",
      "deployed",
      change((config) => (config.Enabled = false)),
      {
        detail: /switched off/,
      },
    );
    finds(
      "that a change is still under way",
      "cdn",
      "deployed",
      set(
        () => world.cloudfront,
        () => ({ inProgress: true }),
      ),
      { detail: /under way/ },
    );
    finds(
      "that it leads somewhere else",
      "cdn",
      "origin",
      change((config) => (config.Origins!.Items![0]!.DomainName = "elsewhere.example.com")),
      { detail: /sends requests to elsewhere\.example\.com/, runbook: "problem-cdn.md" },
    );
    finds(
      "that its firewall was taken away",
      "cdn",
      "firewall",
      change((config) => (config.WebACLId = "")),
      {
        detail: /its firewall is none/,
      },
    );
    finds(
      "that plain HTTP is served",
      "cdn",
      "redirect",
      change((config) => (config.DefaultCacheBehavior!.ViewerProtocolPolicy = "allow-all")),
      { detail: /not redirected/ },
    );
    finds(
      "that static files have lost their behavior",
      "cdn",
      "static-cached",
      change((config) => (config.CacheBehaviors = { Quantity: 0 })),
      { detail: /no behavior of its own/ },
    );
    finds(
      "that static files are not cached",
      "cdn",
      "static-cached",
      change((config) => (config.CacheBehaviors!.Items![0]!.CachePolicyId = MANAGED_CACHE_POLICIES.cachingDisabled)),
      { detail: /caches nothing/ },
    );
    finds(
      "that pages are cached",
      "cdn",
      "pages-uncached",
      change((config) => (config.DefaultCacheBehavior!.CachePolicyId = MANAGED_CACHE_POLICIES.cachingOptimized)),
      { detail: /pages are cached/ },
    );
    finds(
      "that cookies do not reach the application",
      "cdn",
      "pages-uncached",
      change((config) => (config.DefaultCacheBehavior!.OriginRequestPolicyId = undefined)),
      { detail: /cookies/ },
    );
    it("finds that its name leads nowhere", async () => {
      const line = await looking.with(async (now) => {
        const { cdn } = await import("../../operations/doctor/areas/cdn");
        // The names of the real internet are no part of the emulated world; this one can never be given away.
        const nameless = { ...now, outputs: { ...outputs, url: "https://prism.invalid" } };
        return run(
          nameless,
          "cdn",
          cdn(nameless).find(({ name }) => name === "name")!,
        );
      });
      assert.equal(line.state, "wrong");
      assert.match(line.detail, /does not resolve/);
    });
  });

  describe("looking at the documents and their copies", () => {
    const metric = async (name: string, value: number, region: string): Promise<void> => {
      const { bucketName, replicaBucketName } = outputs.storage;
      await world.client(CloudWatchClient, region).send(
        new PutMetricDataCommand({
          Namespace: "AWS/S3",
          MetricData: [
            {
              MetricName: name,
              Dimensions: [
                { Name: "SourceBucket", Value: bucketName },
                { Name: "DestinationBucket", Value: replicaBucketName },
                { Name: "RuleId", Value: "everything" },
              ],
              Value: value,
              Timestamp: new Date(),
            },
          ],
        }),
      );
    };

    finds(
      "that the replica keeps no versions",
      "storage",
      "versions-replica",
      () => {
        const put = (Status: "Suspended" | "Enabled") =>
          world.client(S3Client, "eu-west-1").send(
            new PutBucketVersioningCommand({
              Bucket: outputs.storage.replicaBucketName,
              VersioningConfiguration: { Status },
            }),
          );
        return call(
          () => put("Suspended"),
          () => put("Enabled"),
        )();
      },
      { detail: /versioning is suspended/, runbook: "problem-replication.md" },
    );
    finds(
      "that the rule is switched off",
      "storage",
      "rule",
      () => changeReplication(world, outputs.storage.bucketName, (rule) => (rule.Status = "Disabled")),
      { detail: /switched off/ },
    );
    finds(
      "that only some documents are copied, and deletions are not",
      "storage",
      "rule",
      () =>
        changeReplication(world, outputs.storage.bucketName, (rule) => {
          rule.Filter = { Prefix: "documents/" };
          rule.DeleteMarkerReplication = { Status: "Disabled" };
        }),
      { detail: /only some objects.*deletions are not copied/ },
    );
    for (const [side, region] of [
      ["source", "eu-north-1"],
      ["replica", "eu-west-1"],
    ] as const) {
      finds(
        `that the key of the ${side} is disabled`,
        "storage",
        `key-${side}`,
        async () => {
          const Bucket = side === "source" ? outputs.storage.bucketName : outputs.storage.replicaBucketName;
          const { ServerSideEncryptionConfiguration } = await world
            .client(S3Client, region)
            .send(new GetBucketEncryptionCommand({ Bucket }));
          const KeyId =
            ServerSideEncryptionConfiguration!.Rules![0]!.ApplyServerSideEncryptionByDefault!.KMSMasterKeyID!;
          const kms = world.client(KMSClient, region);
          await kms.send(new DisableKeyCommand({ KeyId }));
          return () => kms.send(new EnableKeyCommand({ KeyId }));
        },
        { detail: /is Disabled/, remedy: new RegExp(`aws kms enable-key --region ${region}`) },
      );
    }
    it("finds that copies have failed, and by how much the replica is behind", async () => {
      await metric("OperationsFailedReplication", 3, "eu-north-1");
      await metric("ReplicationLatency", 3600, "eu-west-1");
      const [failures, lag] = await looking.look("storage", "failures", "lag");
      assert.equal(failures!.state, "wrong");
      assert.match(failures!.detail, /3 objects were not copied/);
      assert.match(failures!.remedy!, /Batch Replication/);
      assert.equal(lag!.state, "wrong");
      assert.match(lag!.detail, /60 min behind/);
      assert.match(lag!.remedy!, /--why replication/);
    });
  });

  describe("looking at the alarms", () => {
    const cloudwatch = (): CloudWatchClient => world.client(CloudWatchClient);
    const names = { AlarmNames: [alarm("High-CPU")] };

    finds(
      "that one is firing, since when, and where its page is",
      "alarms",
      "high-cpu",
      () => {
        const state = (StateValue: "ALARM" | "OK") =>
          cloudwatch().send(
            new SetAlarmStateCommand({ AlarmName: alarm("High-CPU"), StateValue, StateReason: "busy" }),
          );
        return call(
          () => state("ALARM"),
          () => state("OK"),
        )();
      },
      { detail: /is firing: Instances are busy/, runbook: "high-cpu.md", since: () => new Date() },
    );
    finds(
      "that nobody hears of one because its actions are switched off",
      "alarms",
      "high-cpu",
      call(
        () => cloudwatch().send(new DisableAlarmActionsCommand(names)),
        () => cloudwatch().send(new EnableAlarmActionsCommand(names)),
      ),
      { detail: /actions are switched off/, remedy: /enable-alarm-actions/ },
    );
    finds(
      "that one tells nobody",
      "alarms",
      "high-memory",
      async () => {
        const undo = await changeAlarm(world, alarm("High-Memory"), { AlarmActions: [] });
        return async () => {
          await undo();
        };
      },
      { detail: /does not tell the topic/ },
    );
    finds(
      "that one watches a metric that nobody publishes",
      "alarms",
      "high-memory",
      () => changeAlarm(world, alarm("High-Memory"), { Namespace: "AWS/EC2", MetricName: "MemoryUtilization" }),
      { detail: /nothing was published for AWS\/EC2 MemoryUtilization/, runbook: "high-memory.md" },
    );
    it("finds that one was deleted", async () => {
      await cloudwatch().send(new DeleteAlarmsCommand({ AlarmNames: [alarm("Redis-Evictions")] }));
      const line = await looking.one("alarms", "redis-evictions");
      assert.equal(line.state, "wrong");
      assert.match(line.detail, /does not exist/);
    });
    it("looks for each alarm in the region where its metric is", async () => {
      const line = await looking.one("alarms", "replication-latency");
      assert.notEqual(line.detail, "does not exist");
    });
  });

  describe("looking at who hears", () => {
    const sns = (): SNSClient => world.client(SNSClient);

    finds(
      "that an address has not confirmed, and shows no more of it than is needed",
      "notifications",
      "home",
      async () => {
        const TopicArn = outputs.alerts.topicArns.home;
        const { SubscriptionArn } = await sns().send(
          new SubscribeCommand({
            TopicArn,
            Protocol: "email",
            Endpoint: "somebody.new@example.com",
            ReturnSubscriptionArn: true,
          }),
        );
        return async () => {
          const { token } = world.sns.invitations.find((one) => one.subscriptionArn === SubscriptionArn)!;
          await sns().send(new ConfirmSubscriptionCommand({ TopicArn, Token: token }));
          await sns().send(new UnsubscribeCommand({ SubscriptionArn }));
        };
      },
      { detail: /^som…@example\.com has not confirmed/, remedy: /aws sns subscribe/ },
    );
    it("finds that somebody has unsubscribed", async () => {
      const TopicArn = outputs.alerts.topicArns.replica;
      const client = world.client(SNSClient, "eu-west-1");
      const { Subscriptions: [one] = [] } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
      await client.send(new UnsubscribeCommand({ SubscriptionArn: one!.SubscriptionArn }));
      const line = await looking.one("notifications", "replica");
      assert.equal(line.state, "wrong");
      assert.match(line.detail, /pla…@example\.com is not subscribed any more/);
    });
  });

  describe("looking at the models", () => {
    const model = (): string => outputs.models.ids[0]!;
    const becomes = (state: Parameters<EmulatedAws["bedrock"]["set"]>[1]) => (): Undo => {
      world.bedrock.set(model(), state);
      return () => Promise.resolve(world.bedrock.set(model(), "invocable"));
    };
    finds("that the account was not let in to one", "models", "model-1", becomes("not granted"), {
      detail: /no access/,
      remedy: /Model access/,
    });
    finds("that Anthropic's form was not sent", "models", "model-1", becomes("form missing"), {
      detail: /use case details have not been submitted/,
      remedy: /form/,
    });
    finds("that Bedrock has trouble of its own", "models", "model-1", becomes("unavailable"), {
      state: "unknown",
      detail: /bedrock in eu-north-1 does not answer/,
    });
    it("does not take a busy model for one that may not be called", async () => {
      const mend = becomes("throttled")();
      const line = await looking.one("models", "model-1");
      await mend();
      assert.equal(line.state, "ok");
      assert.match(line.detail, /busy/);
    });
  });

  describe("looking at the secrets", () => {
    finds(
      "that the database's password was not rotated when it was due",
      "secrets",
      "database",
      set(
        () => world.secrets.datesOf(outputs.database.secretArn),
        () => ({ rotated: ago(90 * DAY) }),
      ),
      { detail: /should have been rotated/, remedy: /rotate-secret/ },
    );
    finds(
      "that the operators' token is old",
      "secrets",
      "operator-token",
      set(
        () => world.secrets.datesOf(outputs.application.operatorTokenSecretArn),
        () => ({ changed: ago(500 * DAY) }),
      ),
      { detail: /500 days ago/, since: () => ago(500 * DAY) },
    );
    finds(
      "that one is marked for deletion",
      "secrets",
      "redis",
      () => {
        const secret = { SecretId: outputs.redis.secretArn };
        const client = world.client(SecretsManagerClient);
        return call(
          () => client.send(new DeleteSecretCommand({ ...secret, RecoveryWindowInDays: 30 })),
          () => client.send(new RestoreSecretCommand(secret)),
        )();
      },
      { detail: /marked for deletion/, remedy: /restore-secret/ },
    );
  });

  describe("looking at the account's trail", () => {
    const Name = "ai-prism-account";
    const cloudtrail = (): CloudTrailClient => world.client(CloudTrailClient);
    finds(
      "that it was switched off",
      "audit",
      "trail",
      call(
        () => cloudtrail().send(new StopLoggingCommand({ Name })),
        () => cloudtrail().send(new StartLoggingCommand({ Name })),
      ),
      { detail: /switched off/, remedy: /start-logging/, since: () => new Date() },
    );
    finds(
      "that it cannot deliver",
      "audit",
      "trail",
      set(
        () => world.cloudtrail.delivery(Name),
        () => ({ error: "AccessDenied" }),
      ),
      { detail: /cannot deliver its files: AccessDenied/ },
    );
    finds(
      "that it has delivered nothing for days",
      "audit",
      "trail",
      set(
        () => world.cloudtrail.delivery(Name),
        () => ({ latest: ago(3 * DAY) }),
      ),
      { detail: /nothing for 3 days/, since: () => ago(3 * DAY) },
    );
    finds(
      "that it records its own region only",
      "audit",
      "trail",
      call(
        () => cloudtrail().send(new UpdateTrailCommand({ Name, IsMultiRegionTrail: false })),
        () => cloudtrail().send(new UpdateTrailCommand({ Name, IsMultiRegionTrail: true })),
      ),
      { detail: /its own region only/ },
    );
  });

  describe("looking at the certificate of an own domain", () => {
    it("finds it well while it is young, and tells what is left of it when it is not", async () => {
      const { CertificateArn } = await world
        .client(ACMClient, "us-east-1")
        .send(new RequestCertificateCommand({ DomainName: "prism.example.com", ValidationMethod: "DNS" }));
      const mend = await changeDistribution(world, outputs.cdn.distributionId, (config) => {
        config.ViewerCertificate = {
          ACMCertificateArn: CertificateArn,
          SSLSupportMethod: "sni-only",
          MinimumProtocolVersion: "TLSv1.2_2021",
        };
      });
      const { Certificate } = await world
        .client(ACMClient, "us-east-1")
        .send(new DescribeCertificateCommand({ CertificateArn }));
      const at = (time: Date): Promise<Line> =>
        looking.with((seen) => {
          const then = { ...seen, now: time };
          return run(then, "certificate", certificate(then)[0]!);
        });
      const [young, old] = [await at(new Date()), await at(new Date(Certificate!.NotAfter!.getTime() - 10 * DAY))];
      await mend();
      assert.equal(young.state, "ok", JSON.stringify(young));
      assert.equal(old.state, "wrong", JSON.stringify(old));
      assert.match(old.detail, /ends in 10 days/);
      assert.equal(old.runbook, "certificate-expiry.md");
    });
  });

  describe("when it may not look, or nobody answers", () => {
    afterEach(() => {
      world.operator.denied.clear();
      world.weather.down.clear();
      world.weather.throttled.clear();
    });

    it("names the permission that is missing, and takes nothing for well or broken", async () => {
      for (const [action, area, check] of [
        ["rds:DescribeDBInstances", "database", "available"],
        ["ec2:DescribeSecurityGroupRules", "redis", "reachable"],
        ["elasticbeanstalk:DescribeEnvironments", "application", "green"],
        ["s3:GetReplicationConfiguration", "storage", "rule"],
        ["s3:GetBucketVersioning", "storage", "versions-source"],
        ["cloudwatch:DescribeAlarms", "alarms", "high-cpu"],
        ["sns:ListSubscriptionsByTopic", "notifications", "home"],
        ["bedrock:InvokeModel", "models", "model-1"],
        ["secretsmanager:GetSecretValue", "application", "health-redis"],
        ["secretsmanager:DescribeSecret", "secrets", "redis"],
        ["cloudtrail:GetTrailStatus", "audit", "trail"],
        ["cloudfront:GetDistribution", "certificate", "valid"],
      ] as const) {
        world.operator.denied.add(action);
        const line = await looking.one(area, check);
        world.operator.denied.clear();
        assert.equal(line.state, "unknown", JSON.stringify(line));
        assert.equal(line.detail, `may not be looked at: ${action} is not allowed`);
      }
    });

    it("asks again when it is throttled, and says so when that does not end", async () => {
      world.weather.throttled.set("rds:DescribeDBInstances", 2);
      assert.equal((await looking.one("database", "available")).state, "ok");
      world.weather.throttled.set("rds:DescribeDBInstances", 1000);
      const line = await looking.one("database", "available");
      assert.equal(line.state, "unknown");
      assert.match(line.detail, /rds in eu-north-1 is asked too often/);
    });

    it("names a region that is down, and still looks at the others", async () => {
      world.weather.down.add("eu-west-1");
      const lines = await looking.with((now) => runAll(now, ["models"], () => undefined));
      assert.match(silentRegions(lines).join("\n"), /^eu-west-1 does not answer: \d+ checks could not be made$/);
      assert.equal(lines.find(({ area, check }) => area === "database" && check === "available")!.state, "ok");
      const copied = lines.find(({ area, check }) => area === "database" && check === "copied")!;
      assert.equal(copied.state, "unknown");
      assert.match(copied.detail, /rds in eu-west-1 does not answer/);
      const left = lines.find(({ area }) => area === "models")!;
      assert.equal(left.state, "skipped");
    });
  });

  describe("looking at what somebody has made anew by hand, without encryption", () => {
    it("finds that Redis is gone, and then that what took its place is open to read", async () => {
      const client = world.client(ElastiCacheClient);
      const ReplicationGroupId = outputs.redis.replicationGroupId;
      await client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId }));
      const gone = await looking.one("redis", "available");
      assert.equal(gone.state, "wrong", JSON.stringify(gone));
      assert.match(gone.detail, /does not exist in AWS/);
      assert.equal(gone.runbook, "problem-sessions.md");
      await client.send(
        new CreateReplicationGroupCommand({
          ReplicationGroupId,
          ReplicationGroupDescription: "made by hand",
          NumCacheClusters: 1,
          CacheNodeType: "cache.t3.micro",
          Engine: "redis",
        }),
      );
      const line = await looking.one("redis", "encrypted");
      assert.equal(line.state, "wrong", JSON.stringify(line));
      assert.match(line.detail, /is not encrypted at rest and in transit/);
    });

    it("finds that the database is gone, and then that what took its place is open to read", async () => {
      const DBInstanceIdentifier = outputs.database.instanceIdentifier;
      await rds().send(new ModifyDBInstanceCommand({ DBInstanceIdentifier, DeletionProtection: false }));
      await rds().send(new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true }));
      const gone = await looking.one("database", "available");
      assert.equal(gone.state, "wrong", JSON.stringify(gone));
      assert.match(gone.detail, /does not exist in AWS/);
      await rds().send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier,
          DBInstanceClass: "db.t3.micro",
          Engine: "postgres",
          AllocatedStorage: 20,
          MasterUsername: "aiprismadmin",
          ManageMasterUserPassword: true,
        }),
      );
      const line = await looking.one("database", "encrypted");
      assert.equal(line.state, "wrong", JSON.stringify(line));
      assert.match(line.detail, /storage is not encrypted/);
    });
  });
});
