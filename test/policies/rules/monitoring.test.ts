import type { ResourceData } from "../../../policies/resource";
import { alarmActionLive } from "../../../policies/rules/alarm-action-live";
import { alarmDimensionExists } from "../../../policies/rules/alarm-dimension-exists";
import { alarmMetricPublished } from "../../../policies/rules/alarm-metric-published";
import { alarmMissingData } from "../../../policies/rules/alarm-missing-data";
import { bedrockInvocationLogging } from "../../../policies/rules/bedrock-invocation-logging";
import { cloudtrailBucketHardened } from "../../../policies/rules/cloudtrail-bucket-hardened";
import { cloudtrailEncryptedDelivered } from "../../../policies/rules/cloudtrail-encrypted-delivered";
import { dashboardLiveReferences } from "../../../policies/rules/dashboard-live-references";
import { logDestinationIntegrity } from "../../../policies/rules/log-destination-integrity";
import { statefulResourceAlarmed } from "../../../policies/rules/stateful-resource-alarmed";
import { document, fixture } from "../fixture";
import { describeRule, resource, unknown } from "../support";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const alarm = (properties: object) => fixture(alarmType)({ ...properties });

const admits = (...services: string[]) =>
  document({
    Effect: "Allow",
    Principal: { Service: services },
    Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
    Resource: "*",
  });
/** A sender, its topic, the topic's key and a subscriber, with a part changed or left out. */
function chain(
  change: { key?: unknown; topic?: object; subscription?: false; sender?: [string, string, object] } = {},
): ResourceData[] {
  const key = resource("aws:kms/key:Key", "key", { policy: change.key ?? admits("cloudwatch.amazonaws.com") });
  const topic = resource(
    "aws:sns/topic:Topic",
    "alerts",
    { arn: unknown, kmsMasterKeyId: unknown, ...change.topic },
    { links: { kmsMasterKeyId: key } },
  );
  const subscription = resource(
    "aws:sns/topicSubscription:TopicSubscription",
    "mail",
    { topic: unknown, protocol: "email" },
    { links: { topic } },
  );
  const [type, property, properties] = change.sender ?? [alarmType, "alarmActions", { alarmActions: [unknown] }];
  const sender = resource(type, "sender", { ...properties }, { links: { [property]: topic } });
  return [key, topic, ...(change.subscription === false ? [] : [subscription]), sender];
}
const budget: [string, string, object] = [
  "aws:budgets/budget:Budget",
  "notifications",
  { notifications: [{ subscriberSnsTopicArns: [unknown] }] },
];
describeRule(alarmActionLive, {
  passes: {
    "a topic with a subscriber and a key that lets alarms in": chain(),
    "a topic that a chat channel listens to": [
      ...chain({ subscription: false }),
      resource(
        "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
        "slack",
        { snsTopicArns: [unknown] },
        { links: { snsTopicArns: chain()[1]! } },
      ),
    ],
    "a budget whose service is let in": chain({ sender: budget, key: admits("budgets.amazonaws.com") }),
    "a topic of another program": alarm({ alarmActions: ["arn:aws:sns:eu-north-1:123456789012:central"] }),
    "a topic without encryption, which another rule judges": chain({ topic: { kmsMasterKeyId: undefined } }),
  },
  fails: {
    "a topic without a subscriber": [chain({ subscription: false }), /"alerts" has no subscriber/],
    "a topic with AWS's own key": [
      chain({ topic: { kmsMasterKeyId: "alias/aws/sns" } }),
      /AWS's own key, with which cloudwatch\.amazonaws\.com cannot send/,
    ],
    "a key that lets nobody in": [chain({ key: document() }), /does not let in cloudwatch\.amazonaws\.com/],
    "a key that knows alarms and no budgets": [chain({ sender: budget }), /does not let in budgets\.amazonaws\.com/],
    "bucket events to a key that does not know S3": [
      chain({
        sender: ["aws:s3/bucketNotification:BucketNotification", "topics", { topics: [{ topicArn: unknown }] }],
      }),
      /does not let in s3\.amazonaws\.com/,
    ],
  },
  waits: { "a key's policy that is not known yet": chain({ key: unknown }) },
});

const metric = (namespace: unknown, metricName: string, dimensions: object = {}) =>
  alarm({ namespace, metricName, dimensions });
describeRule(alarmMetricPublished, {
  passes: {
    "a metric that AWS has begun to publish since": {
      resources: metric("AWS/EC2", "MemoryUtilization"),
      parameters: { otherMetrics: ["MemoryUtilization"] },
    },
    "a metric that EC2 has": metric("AWS/EC2", "CPUUtilization"),
    "memory from the agent": metric("AIPrism/Instances", "mem_used_percent"),
    "a query over metrics that there are": alarm({
      metricQueries: [
        { id: "sum", expression: "m0 + m1" },
        { id: "m0", metric: { namespace: "AWS/Bedrock", metricName: "InvocationThrottles" } },
      ],
    }),
    "a namespace that nobody here knows": metric("AWS/Kafka", "Whatever"),
  },
  fails: {
    "the memory that EC2 never published": [
      metric("AWS/EC2", "MemoryUtilization"),
      /AWS\/EC2 has no metric MemoryUtilization/,
    ],
    "the memory that Beanstalk never published": [
      metric("AWS/ElasticBeanstalk", "MemoryUsage"),
      /no metric MemoryUsage/,
    ],
    "a metric inside a query": [
      alarm({ metricQueries: [{ id: "m0", metric: { namespace: "AWS/Bedrock", metricName: "Throttles" } }] }),
      /^metricQueries\.0\.metric: AWS\/Bedrock has no metric Throttles/,
    ],
  },
  waits: { "a namespace that is not known yet": metric(unknown, "CPUUtilization") },
});

const database = resource("aws:rds/instance:Instance", "db", { identifier: "ai-prism-postgres" });
const cache = resource("aws:elasticache/replicationGroup:ReplicationGroup", "redis", {
  replicationGroupId: "ai-prism",
});
const environment = resource("aws:elasticbeanstalk/environment:Environment", "app", {
  name: "AI-Prism",
  autoscalingGroups: ["awseb-group"],
  loadBalancers: ["arn:aws:elasticloadbalancing:eu-north-1:1:loadbalancer/app/awseb/0123"],
});
const ofDatabase = metric("AWS/RDS", "CPUUtilization", { DBInstanceIdentifier: "ai-prism-postgres" });
describeRule(alarmDimensionExists, {
  passes: {
    "a database that is here": [database, ...ofDatabase],
    "a node of a group that is here": [
      cache,
      ...metric("AWS/ElastiCache", "Evictions", { CacheClusterId: "ai-prism-001" }),
    ],
    "a shard's node": [cache, ...metric("AWS/ElastiCache", "Evictions", { CacheClusterId: "ai-prism-0001-002" })],
    "the fleet and the balancer of an environment": [
      environment,
      ...metric("AWS/EC2", "CPUUtilization", { AutoScalingGroupName: "awseb-group" }),
      resource(alarmType, "lb", {
        namespace: "AWS/ApplicationELB",
        metricName: "RequestCount",
        dimensions: { LoadBalancer: "app/awseb/0123" },
      }),
    ],
    "a database of another program, where this one has none": ofDatabase,
    "a dimension that names no resource": [
      database,
      ...metric("AWS/RDS", "CPUUtilization", { EngineName: "postgres" }),
    ],
  },
  fails: {
    "a database of another name": [
      [database, ...metric("AWS/RDS", "CPUUtilization", { DBInstanceIdentifier: "old" })],
      /DBInstanceIdentifier is "old"/,
    ],
    "the group in the place of a node": [
      [cache, ...metric("AWS/ElastiCache", "Evictions", { CacheClusterId: "ai-prism" })],
      /CacheClusterId is "ai-prism"/,
    ],
    "a name inside a query": [
      [
        database,
        ...alarm({
          metricQueries: [
            {
              metric: { namespace: "AWS/RDS", metricName: "CPUUtilization", dimensions: { DBInstanceIdentifier: "x" } },
            },
          ],
        }),
      ],
      /^metricQueries\.0\.metric: DBInstanceIdentifier is "x"/,
    ],
  },
  waits: {
    "a name that is not known yet": [
      database,
      ...metric("AWS/RDS", "CPUUtilization", { DBInstanceIdentifier: unknown }),
    ],
  },
});

const dashboard = (body: unknown) =>
  fixture("aws:cloudwatch/dashboard:Dashboard")({
    dashboardBody: typeof body === "string" ? body : JSON.stringify(body),
  });
const showing = (...metrics: unknown[][]) => dashboard({ widgets: [{ type: "metric", properties: { metrics } }] });
const logGroup = resource("aws:cloudwatch/logGroup:LogGroup", "log", { name: "/app/web" });
const reading = (query: string) => dashboard({ widgets: [{ type: "log", properties: { query } }] });
const ALARM_ARN = "arn:aws:cloudwatch:eu-north-1:123456789012:alarm:High-CPU";
const filter = resource("aws:cloudwatch/logMetricFilter:LogMetricFilter", "jobs", {
  metricTransformation: { namespace: "App", name: "Jobs", value: "1" },
});
describeRule(dashboardLiveReferences, {
  passes: {
    "a database that is here": [
      database,
      ...showing(["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "ai-prism-postgres", { stat: "Average" }]),
    ],
    "rows that repeat the row above": [
      database,
      ...showing(
        ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "ai-prism-postgres"],
        [".", "ReadLatency", ".", "."],
      ),
    ],
    "text alone": [database, ...dashboard({ widgets: [{ type: "text", properties: { markdown: "# Hello" } }] })],
    "rows that repeat all but the end of the row above": [
      database,
      ...showing(
        ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "ai-prism-postgres"],
        ["...", "ai-prism-postgres"],
      ),
    ],
    "an expression over other rows": [database, ...showing([{ expression: "m1 * 2", id: "e1" }])],
    "a database of another account": [
      database,
      ...showing(["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "old", { accountId: "123456789012" }]),
    ],
    "an alarm that is here": [
      ...alarm({ arn: ALARM_ARN }),
      ...dashboard({ widgets: [{ type: "alarm", properties: { alarms: [ALARM_ARN] } }] }),
    ],
    "a metric of the program's own that a filter counts": [filter, ...showing(["App", "Jobs"])],
    "a metric that something outside the stack publishes": {
      resources: showing(["Elsewhere", "Jobs"]),
      parameters: { otherNamespaces: ["Elsewhere"] },
    },
    "a metric that a role may put where it likes": [
      resource("aws:iam/rolePolicy:RolePolicy", "agent", {
        policy: document({
          Effect: "Allow",
          Action: "cloudwatch:PutMetricData",
          Resource: "*",
          Condition: { StringEquals: { "cloudwatch:namespace": "Machines/*" } },
        }),
      }),
      ...showing(["Machines/Web", "Memory"]),
    ],
    "a log group that is here": [logGroup, ...reading("SOURCE '/app/web' | fields @message")],
  },
  fails: {
    "a database of another name": [
      [database, ...showing(["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "old"])],
      /DBInstanceIdentifier is "old"/,
    ],
    "the last of three rows": [
      [
        database,
        ...showing(["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "ai-prism-postgres"], ["...", "old"]),
      ],
      /DBInstanceIdentifier is "old"/,
    ],
    "a metric that nobody publishes": [showing(["AWS/EC2", "MemoryUtilization"]), /AWS\/EC2 has no metric Memory/],
    "a metric that no filter counts": [[filter, ...showing(["App", "Documents"])], /no filter counts App Documents/],
    "a metric that a filter counts without dimensions": [
      [filter, ...showing(["App", "Jobs", "Queue", "x"])],
      /App Jobs is counted by other dimensions/,
    ],
    "an alarm that is not here": [
      [
        ...alarm({ arn: ALARM_ARN }),
        ...dashboard({ widgets: [{ properties: { annotations: { alarms: [`${ALARM_ARN}-old`] } } }] }),
      ],
      /shows the alarm High-CPU-old/,
    ],
    "a log group that is not here": [[logGroup, ...reading("SOURCE '/app/old' | fields @message")], /\/app\/old/],
    "a text that is no JSON": [dashboard("{"), /not a JSON document/],
  },
  waits: { "a body that is not known yet": dashboard(unknown) },
});

const replication = resource("aws:s3/bucketReplicationConfig:BucketReplicationConfig", "copy", {});
describeRule(statefulResourceAlarmed, {
  passes: {
    "a database with an alarm": [database, ...ofDatabase],
    "an environment that is watched as a fleet": [
      environment,
      ...metric("AWS/EC2", "CPUUtilization", { AutoScalingGroupName: "awseb-group" }),
    ],
    "a replication whose failures are counted": [replication, ...metric("AWS/S3", "OperationsFailedReplication")],
  },
  fails: {
    "a database that nobody watches": [[database], /No alarm has it as its DBInstanceIdentifier/],
    "a cache beside a database that is watched": [[cache, ...ofDatabase], /CacheClusterId/],
    "an environment that nobody watches": [[environment], /EnvironmentName/],
    "copies that nobody watches": [[replication], /whether copies arrive/],
  },
  waits: {
    "an alarm whose metric is not known yet": [
      database,
      ...metric("AWS/RDS", "CPUUtilization", { DBInstanceIdentifier: unknown }),
    ],
  },
});

const writable = (service: string) =>
  document({ Effect: "Allow", Principal: { Service: service }, Action: "s3:PutObject", Resource: "*" });
/** A bucket with what makes it take logs. */
function logBucket(service: string, algorithm = "AES256", keyPolicy?: string): ResourceData[] {
  const bucket = resource("aws:s3/bucket:Bucket", "logs", { bucket: "logs" });
  const key = resource("aws:kms/key:Key", "key", { policy: keyPolicy });
  const policy = resource(
    "aws:s3/bucketPolicy:BucketPolicy",
    "logs",
    { bucket: unknown, policy: writable(service) },
    { links: { bucket } },
  );
  const byDefault = { sseAlgorithm: algorithm, ...(keyPolicy !== undefined && { kmsMasterKeyId: unknown }) };
  const encryption = resource(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "logs",
    { bucket: unknown, rules: [{ applyServerSideEncryptionByDefault: byDefault }] },
    { links: { bucket, ...(keyPolicy !== undefined && { rules: key }) } },
  );
  return [bucket, ...(keyPolicy === undefined ? [] : [key]), policy, encryption];
}
const s3 = "logging.s3.amazonaws.com";
const elb = "logdelivery.elasticloadbalancing.amazonaws.com";
const logs = (target: ResourceData[], source?: ResourceData) => {
  const own = source ?? resource("aws:s3/bucket:Bucket", "data", { bucket: "data" });
  return [
    ...target,
    ...(source ? [] : [own]),
    resource(
      "aws:s3/bucketLogging:BucketLogging",
      "data",
      { bucket: unknown, targetBucket: unknown },
      { links: { bucket: own, targetBucket: target[0]! } },
    ),
  ];
};
const balanced = (target: ResourceData[], value: unknown = "logs") => [
  ...target,
  resource(
    "aws:elasticbeanstalk/environment:Environment",
    "app",
    { settings: [{ namespace: "aws:elbv2:loadbalancer", name: "AccessLogsS3Bucket", value }] },
    { links: { settings: target[0]! } },
  ),
];
const trailed = (target: ResourceData[]) => [
  ...target,
  resource("aws:cloudtrail/trail:Trail", "trail", { s3BucketName: unknown }, { links: { s3BucketName: target[0]! } }),
];
const firewallLog = (arn: unknown) =>
  fixture("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")({ logDestinationConfigs: [arn] });
describeRule(logDestinationIntegrity, {
  passes: {
    "a bucket that lets S3's logging in": logs(logBucket(s3)),
    "a bucket with a key that lets it in": logs(logBucket(s3, "aws:kms", admits(s3))),
    "a bucket that takes a load balancer's logs": balanced(logBucket(elb)),
    "a bucket that takes a trail": trailed(logBucket("cloudtrail.amazonaws.com")),
    "a log group that WAF writes to": firewallLog("arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-cdn"),
    "a bucket that the parameter names": {
      resources: fixture("aws:s3/bucketLogging:BucketLogging")({ bucket: "data", targetBucket: "central" }),
      parameters: { otherBuckets: ["central"] },
    },
  },
  fails: {
    "a bucket that does not let logging in": [logs(logBucket("cloudtrail.amazonaws.com")), /does not let logging\.s3/],
    "a bucket that logs to itself": [logs(logBucket(s3), logBucket(s3)[0]), /logs to itself/],
    "a bucket that is not here": [
      fixture("aws:s3/bucketLogging:BucketLogging")({ bucket: "data", targetBucket: "gone" }),
      /"gone" is not here/,
    ],
    "a bucket with AWS's own key": [logs(logBucket(s3, "aws:kms")), /AWS's own key, with which no service writes/],
    "a bucket with a key that does not know S3's logging": [
      logs(logBucket(s3, "aws:kms", admits("cloudwatch.amazonaws.com"))),
      /"key" of the bucket "logs" does not let in logging\.s3/,
    ],
    "a load balancer and a bucket with a key": [
      balanced(logBucket(elb, "aws:kms", admits(elb))),
      /load balancers write AES256 only/,
    ],
    "a bucket that does not know load balancers": [balanced(logBucket(s3)), /does not let logdelivery/],
    "a bucket that does not know trails": [trailed(logBucket(s3)), /does not let cloudtrail/],
    "a log group that WAF does not write to": [
      firewallLog("arn:aws:logs:us-east-1:123456789012:log-group:firewall"),
      /no destination called "firewall"/,
    ],
  },
  waits: { "a destination that is not known yet": firewallLog(unknown) },
});

const trail = fixture("aws:cloudtrail/trail:Trail", { kmsKeyId: unknown, cloudWatchLogsGroupArn: unknown });
describeRule(cloudtrailEncryptedDelivered, {
  passes: { "a trail with a key and a log group": trail() },
  fails: {
    "a trail without a key": [trail({ kmsKeyId: undefined }), /kmsKeyId is not set/],
    "a trail that nobody can search": [trail({ cloudWatchLogsGroupArn: "" }), /cloudWatchLogsGroupArn is not set/],
  },
  waits: {},
});

const flags = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const trailBucket = (change: object | undefined, logging = true) => {
  const bucket = resource("aws:s3/bucket:Bucket", "trail", { bucket: "trail" });
  const own = { links: { bucket } };
  return [
    ...trailed([bucket]),
    ...(change
      ? [
          resource(
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "trail",
            { bucket: unknown, ...flags, ...change },
            own,
          ),
        ]
      : []),
    ...(logging
      ? [resource("aws:s3/bucketLogging:BucketLogging", "trail", { bucket: unknown, targetBucket: "logs" }, own)]
      : []),
  ];
};
describeRule(cloudtrailBucketHardened, {
  passes: { "a bucket that is private and logs": trailBucket({}) },
  fails: {
    "a bucket without a block": [trailBucket(undefined), /does not block public access/],
    "a block with a gap": [trailBucket({ ignorePublicAcls: false }), /does not block public access/],
    "a bucket that logs nothing": [trailBucket({}, false), /logs no accesses/],
  },
  waits: { "a flag that is not known yet": trailBucket({ blockPublicAcls: unknown }) },
});

const invocations = (loggingConfig: object, groupProperties: object = { kmsKeyId: unknown }) => [
  resource("aws:cloudwatch/logGroup:LogGroup", "models", { name: "models", ...groupProperties }),
  resource("aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration", "x", { loggingConfig }),
];
describeRule(bedrockInvocationLogging, {
  passes: {
    "an encrypted log group": invocations({ cloudwatchConfig: { logGroupName: "models" } }),
    "a bucket": invocations({ s3Config: { bucketName: "models" } }),
  },
  fails: {
    nowhere: [invocations({ textDataDeliveryEnabled: true }), /names no destination/],
    "a log group without a key": [invocations({ cloudwatchConfig: { logGroupName: "models" } }, {}), /has no key/],
  },
  waits: {},
});

const silent = fixture(alarmType, {
  namespace: "AWS/RDS",
  metricName: "FreeStorageSpace",
  treatMissingData: "breaching",
});
describeRule(alarmMissingData, {
  passes: {
    "an alarm that silence sets off": silent(),
    "an alarm that says when it does not know": silent({ treatMissingData: "missing" }),
    "AWS's default": silent({ treatMissingData: undefined }),
    "a count that is only there when something happens": silent({
      namespace: "AWS/Bedrock",
      metricName: "InvocationThrottles",
      treatMissingData: "notBreaching",
    }),
  },
  fails: {
    "a database whose silence is health": [
      silent({ treatMissingData: "notBreaching" }),
      /treatMissingData is "notBreaching", and FreeStorageSpace is silent only when nothing runs/,
    ],
    "a query of a load balancer whose silence is ignored": [
      silent({
        namespace: undefined,
        metricName: undefined,
        treatMissingData: "ignore",
        metricQueries: [{ id: "m", metric: { namespace: "AWS/ApplicationELB", metricName: "HealthyHostCount" } }],
      }),
      /^metricQueries\.0\.metric: treatMissingData is "ignore", and HealthyHostCount/,
    ],
  },
  waits: { "a treatment that is not known yet": silent({ treatMissingData: unknown }) },
});
