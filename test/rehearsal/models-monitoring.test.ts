import type { Properties } from "../../rehearsal/values";
import { Account, ACCOUNT } from "./account";
import { administration, allow, bucket, code, deletedKey, key, policy, role } from "./fixtures";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm";
const GROUP = "aws:cloudwatch/logGroup:LogGroup";
const SUBSCRIPTION = "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter";
const SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource";
const DESTINATION = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination";
const DELIVERY = "aws:cloudwatch/logDelivery:LogDelivery";
const RULE = "aws:cloudwatch/eventRule:EventRule";
const RULE_TARGET = "aws:cloudwatch/eventTarget:EventTarget";
const TRAIL = "aws:cloudtrail/trail:Trail";
const TOPIC = "aws:sns/topic:Topic";
const TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy";
const QUEUE = "aws:sqs/queue:Queue";
const INVOCATIONS = "aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration";
const BUDGET = "aws:budgets/budget:Budget";

const alarm: Properties = {
  name: "cpu",
  comparisonOperator: "GreaterThanThreshold",
  evaluationPeriods: 5,
  metricName: "CPUUtilization",
  namespace: "AWS/EC2",
  period: 60,
  statistic: "Average",
  threshold: 80,
};

describe("simulated alarms", () => {
  const refuses = (change: Properties, words: RegExp) => new Account().refuses(ALARM, { ...alarm, ...change }, words);

  it("watch one thing, of which everything is said", () => {
    refuses({ metricName: undefined }, /exactly one of metricName, metricQueries, evaluationCriteria must be given$/);
    refuses({ namespace: undefined, period: undefined }, /metricName needs namespace, period as well$/);
    refuses({ statistic: undefined }, /metricName needs either statistic or extendedStatistic$/);
    const queries = [{ id: "m1", expression: "1", returnData: false }];
    const watched = { metricName: undefined, namespace: undefined, period: undefined, statistic: undefined };
    refuses({ ...watched, metricQueries: queries }, /exactly one of metricQueries must have returnData true, not 0$/);
  });

  it("look back over periods that CloudWatch keeps", () => {
    refuses({ period: 90 }, /period must be 10, 20, 30 or a multiple of 60, not 90$/);
    refuses({ datapointsToAlarm: 6 }, /datapointsToAlarm is above evaluationPeriods$/);
    refuses(
      { period: 1800, evaluationPeriods: 60 },
      /period times evaluationPeriods is 108000 seconds; 86400 are allowed$/,
    );
  });

  it("tell topics of their own region, whether those exist or not", () => {
    const topic = (region: string) => `arn:aws:sns:${region}:${ACCOUNT}:alerts`;
    refuses({ alarmActions: [topic("us-east-1")] }, /alarmActions: .* is not in the alarm's region eu-north-1$/);
    new Account().create(ALARM, "cpu", { ...alarm, okActions: [topic("eu-north-1")] });
  });

  it("stay while a composite alarm counts on them", () => {
    const account = new Account();
    account.create(ALARM, "cpu", alarm);
    account.create(ALARM, "cpu2", { ...alarm, name: "cpu2" });
    const all = { alarmName: "all", alarmRule: 'NOT ALARM("other") OR ALARM("cpu")' };
    account.create(COMPOSITE, "all", all);
    account.create(COMPOSITE, "top", { alarmName: "top", alarmRule: "OK(all)" });
    account.keeps(
      ALARM,
      "cpu",
      "cpu",
      /Cannot delete cpu as there are composite alarm\(s\) depending on it: "all" does$/,
    );
    account.keeps(COMPOSITE, "all", "all", /Cannot delete all as .*: "top" does$/);
    account.delete(ALARM, "cpu2", "cpu2");
  });
});

describe("simulated log groups", () => {
  it("need a key of their region that is usable and lets CloudWatch Logs in for them", () => {
    const account = new Account();
    const group = (name: string, kmsKeyId: string) => ({ name, kmsKeyId });
    account.refuses(
      GROUP,
      group("app", key(account, "far", { region: "us-east-1" }).arn),
      /must be the ARN of a key in eu-north-1/,
    );
    account.refuses(
      GROUP,
      group("app", deletedKey(account)),
      /not allowed to be used with LogGroup .*: key "old" .* is pending deletion$/,
    );
    account.refuses(
      GROUP,
      group("app", key(account, "closed").arn),
      /AccessDeniedException: .*: the policy of key "closed" .* does not let logs\.eu-north-1\.amazonaws\.com do kms:GenerateDataKey$/,
    );
    const within = {
      ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:eu-north-1:${ACCOUNT}:log-group:/app/*` },
    };
    const { arn } = key(account, "open", {
      policy: policy(administration, allow("logs.eu-north-1.amazonaws.com", "kms:*", "*", within)),
    });
    account.refuses(GROUP, group("/other", arn), /the policy of key "open"/);
    account.create(GROUP, "web", group("/app/web", arn));
  });

  it("stay while they are protected, and go while filters read them", () => {
    const account = new Account();
    account.create(GROUP, "kept", { name: "kept", deletionProtectionEnabled: true });
    account.keeps(GROUP, "kept", "kept", /protected from deletion: deletionProtectionEnabled is on$/);
    account.create(GROUP, "app", { name: "app" });
    account.create("aws:cloudwatch/logMetricFilter:LogMetricFilter", "errors", {
      name: "errors",
      logGroupName: "app",
      pattern: "ERROR",
      metricTransformation: { name: "Errors", namespace: "App", value: "1" },
    });
    account.delete(GROUP, "app", "app");
    account.refuses(
      "aws:cloudwatch/logStream:LogStream",
      { name: "s", logGroupName: "app" },
      /ResourceNotFoundException: .*: there is no log group "app" in eu-north-1$/,
    );
  });

  it("have two subscriptions, to functions and roles that let CloudWatch Logs in", () => {
    const account = new Account();
    account.create(GROUP, "app", { name: "app" });
    const to = (name: string, more: Properties = {}) => ({
      name,
      logGroup: "app",
      filterPattern: "",
      destinationArn: `arn:aws:kinesis:eu-north-1:${ACCOUNT}:stream/s`,
      ...more,
    });
    account.refuses(SUBSCRIPTION, to("gone", { logGroup: "gone" }), /there is no log group "gone"/);
    const lambda = account.create("aws:lambda/function:Function", "f", {
      ...code,
      name: "f",
      role: role(account, "f", "lambda.amazonaws.com"),
    }).outputs.arn;
    const words = /Make sure you have given CloudWatch Logs permission to execute your function: "f"$/;
    account.refuses(SUBSCRIPTION, to("f", { destinationArn: lambda }), words);
    const permission = {
      function: "f",
      action: "lambda:InvokeFunction",
      principal: "logs.amazonaws.com",
      statementId: "l",
    };
    account.create("aws:lambda/permission:Permission", "f", permission);
    account.create(SUBSCRIPTION, "f", to("f", { destinationArn: lambda }));
    const wrong = role(account, "wrong", "ec2.amazonaws.com");
    account.refuses(
      SUBSCRIPTION,
      to("s", { roleArn: wrong }),
      /CloudWatch Logs cannot assume roleArn: .* role "wrong"/,
    );
    account.create(SUBSCRIPTION, "s", to("s", { roleArn: role(account, "right", "logs.amazonaws.com") }));
    account.refuses(
      SUBSCRIPTION,
      to("third"),
      /LimitExceededException: .* log group "app" has 2 subscription filters already$/,
    );
  });
});

describe("simulated deliveries of logs", () => {
  it("have a source and a destination, which stay while they do", () => {
    const account = new Account();
    const region = "us-east-1";
    const resourceArn = `arn:aws:cloudfront::${ACCOUNT}:distribution/E1`;
    const source = { name: "cdn", logType: "ACCESS_LOGS", resourceArn, region };
    account.refuses(
      SOURCE,
      { ...source, region: "eu-north-1" },
      /CloudFront delivers its logs from us-east-1, and region is eu-north-1$/,
    );
    account.create(SOURCE, "cdn", source);
    account.refuses(SOURCE, { ...source, name: "again" }, /ConflictException: .*: "cdn"$/);
    const destinationResourceArn = bucket(account, "logs");
    const to = account.create(DESTINATION, "logs", {
      name: "logs",
      region,
      deliveryDestinationConfiguration: { destinationResourceArn },
    });
    const delivery = { deliverySourceName: "cdn", deliveryDestinationArn: to.outputs.arn, region };
    account.refuses(
      DELIVERY,
      { ...delivery, deliverySourceName: "gone" },
      /there is no delivery source "gone" in us-east-1$/,
    );
    const none = `arn:aws:logs:us-east-1:${ACCOUNT}:delivery-destination:none`;
    account.refuses(
      DELIVERY,
      { ...delivery, deliveryDestinationArn: none },
      /there is no delivery destination arn.*:none in us-east-1$/,
    );
    // AWS writes the bucket's policy by itself.
    const made = account.create(DELIVERY, "cdn", delivery);
    account.keeps(
      SOURCE,
      "cdn",
      "cdn",
      /ConflictException: Cannot delete delivery source: "cdn" .* is a delivery of it$/,
    );
    account.keeps(
      DESTINATION,
      "logs",
      "logs",
      /ConflictException: Cannot delete delivery destination: "cdn" .* is a delivery to it$/,
    );
    account.delete(DELIVERY, "cdn", made.id);
    account.delete(SOURCE, "cdn", "cdn");
  });
});

describe("simulated rules of events", () => {
  it("exist before their targets, which they outlive", () => {
    const account = new Account();
    const target = (rule: string, more: Properties = {}) => ({
      rule,
      targetId: "t",
      arn: `arn:aws:sns:eu-north-1:${ACCOUNT}:alerts`,
      ...more,
    });
    account.refuses(
      RULE_TARGET,
      target("gone"),
      /ResourceNotFoundException: .*: there is no rule "gone" in eu-north-1$/,
    );
    account.create(RULE, "daily", { name: "daily", scheduleExpression: "rate(1 day)" });
    const roleArn = role(account, "wrong", "ec2.amazonaws.com");
    account.refuses(
      RULE_TARGET,
      target("daily", { roleArn }),
      /Provided role '.*' cannot be assumed by principal 'events\.amazonaws\.com': .* role "wrong"/,
    );
    const { id } = account.create(RULE_TARGET, "t", target("daily"));
    account.keeps(RULE, "daily", "daily", /Rule can't be deleted since it has targets: "t"/);
    account.delete(RULE_TARGET, "t", id);
    account.delete(RULE, "daily", "daily");
  });
});

describe("simulated trails", () => {
  const service = "cloudtrail.amazonaws.com";
  const arn = `arn:aws:cloudtrail:eu-north-1:${ACCOUNT}:trail/audit`;
  const from = { StringEquals: { "aws:SourceArn": arn } };
  const looking = allow(service, "s3:GetBucketAcl", "arn:aws:s3:::audit", from);
  const writing = allow(service, "s3:PutObject", `arn:aws:s3:::audit/AWSLogs/${ACCOUNT}/*`, from);
  const trail: Properties = { name: "audit", s3BucketName: "audit" };
  const prepared = () => {
    const account = new Account();
    bucket(account, "audit", looking, writing);
    return account;
  };
  const refuses = (account: Account, change: Properties, words: RegExp) =>
    account.refuses(TRAIL, { ...trail, ...change }, words);

  it("need a bucket whose policy lets them look and write", () => {
    const account = new Account();
    refuses(account, {}, /S3BucketDoesNotExistException: .*: there is no bucket "audit"$/);
    bucket(account, "audit");
    refuses(
      account,
      {},
      /InsufficientS3BucketPolicyException: Incorrect S3 bucket policy is detected for bucket: audit: .* do s3:GetBucketAcl/,
    );
    const change = (...statements: Properties[]) => {
      const own = "aws:s3/bucketPolicy:BucketPolicy";
      if (account.world.find(own, "audit")) account.delete(own, "audit", "audit");
      account.create(own, "audit", { bucket: "audit", policy: policy(...statements) });
    };
    change(looking);
    refuses(account, {}, /must let cloudtrail\.amazonaws\.com do s3:PutObject on .* before the trail is made$/);
    change(looking, { ...writing, Condition: { StringEquals: { "aws:SourceArn": `${arn}-other` } } });
    refuses(account, {}, /do s3:PutObject/);
    change(looking, writing, { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::audit/*" });
    refuses(account, {}, /do s3:PutObject/);
    const insecure = { Bool: { "aws:SecureTransport": "false" } };
    change(looking, writing, {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: "arn:aws:s3:::audit/*",
      Condition: insecure,
    });
    refuses(account, { s3KeyPrefix: "elsewhere" }, /do s3:PutObject on arn:aws:s3:::audit\/elsewhere\/AWSLogs/);
    account.create(TRAIL, "audit", trail);
  });

  it("of all regions hold global events", () => {
    refuses(
      prepared(),
      { isMultiRegionTrail: true, includeGlobalServiceEvents: false },
      /isMultiRegionTrail needs includeGlobalServiceEvents true$/,
    );
  });

  it("need a key of the bucket's region whose policy lets CloudTrail in", () => {
    const account = prepared();
    refuses(account, { kmsKeyId: deletedKey(account) }, /KmsKeyDisabledException: key "old" .* is pending deletion$/);
    refuses(
      account,
      { kmsKeyId: key(account, "closed").arn },
      /InsufficientEncryptionPolicyException: .*: the policy of key "closed"/,
    );
    const writer = policy(administration, allow(service, "kms:GenerateDataKey*"));
    account.create(TRAIL, "audit", { ...trail, kmsKeyId: key(account, "open", { policy: writer }).arn });
    account.create("aws:s3/bucket:Bucket", "far", { bucket: "far", region: "us-east-1" });
    const far = policy(allow(service, "s3:*", "arn:aws:s3:::far"), allow(service, "s3:*", "arn:aws:s3:::far/*"));
    account.create("aws:s3/bucketPolicy:BucketPolicy", "far", { bucket: "far", region: "us-east-1", policy: far });
    refuses(
      account,
      { name: "far", s3BucketName: "far", kmsKeyId: key(account, "home", { policy: writer }).arn },
      /KmsException: the key of a trail must be in the region of its bucket, us-east-1, and is in eu-north-1$/,
    );
  });

  it("write to a log group that exists, with a role that they may assume", () => {
    const account = prepared();
    const group = `arn:aws:logs:eu-north-1:${ACCOUNT}:log-group:audit`;
    const right = role(account, "right", service);
    const logging = (cloudWatchLogsGroupArn: string, cloudWatchLogsRoleArn = right) => ({
      cloudWatchLogsGroupArn,
      cloudWatchLogsRoleArn,
    });
    refuses(account, logging(group), /cloudWatchLogsGroupArn must end in :\*, and is arn/);
    refuses(
      account,
      logging(`${group}:*`),
      /CloudTrail cannot validate the specified log group ARN: there is no log group/,
    );
    account.create(GROUP, "audit", { name: "audit" });
    const wrong = role(account, "wrong", "ec2.amazonaws.com");
    refuses(
      account,
      logging(`${group}:*`, wrong),
      /InvalidCloudWatchLogsRoleArnException: Access denied\. .* role "wrong"/,
    );
    account.create(TRAIL, "audit", { ...trail, ...logging(`${group}:*`) });
  });

  it("tell a topic that lets CloudTrail publish", () => {
    const account = prepared();
    const words =
      /InsufficientSnsTopicPolicyException: SNS Topic does not exist or the topic policy is incorrect!?: "alerts"$/;
    refuses(account, { snsTopicName: "alerts" }, words);
    const topic = account.create(TOPIC, "alerts", { name: "alerts" }).outputs.arn;
    refuses(account, { snsTopicName: "alerts" }, words);
    account.create(TOPIC_POLICY, "alerts", {
      arn: topic,
      policy: policy(allow(service, "SNS:Publish", String(topic))),
    });
    account.create(TRAIL, "audit", { ...trail, snsTopicName: "alerts" });
  });
});

describe("simulated logs of model calls", () => {
  const service = "bedrock.amazonaws.com";

  it("need a log group and a role that Bedrock may assume", () => {
    const account = new Account();
    const to = (logGroupName: string, roleArn: string) => ({
      loggingConfig: { cloudwatchConfig: { logGroupName, roleArn } },
    });
    const right = role(account, "right", service, { StringEquals: { "aws:SourceAccount": ACCOUNT } });
    account.refuses(
      INVOCATIONS,
      to("models", right),
      /Failed to validate permissions for log group: models.*: there is no log group "models"/,
    );
    account.create(GROUP, "models", { name: "models" });
    const wrong = role(account, "wrong", "ec2.amazonaws.com");
    account.refuses(
      INVOCATIONS,
      to("models", wrong),
      /Failed to validate permissions for log group: models.* role "wrong"/,
    );
    account.create(INVOCATIONS, "models", to("models", right));
  });

  it("need a bucket of the region that lets Bedrock write", () => {
    const account = new Account();
    const to = (bucketName: string, keyPrefix?: string) => ({ loggingConfig: { s3Config: { bucketName, keyPrefix } } });
    account.create("aws:s3/bucket:Bucket", "far", { bucket: "far", region: "us-east-1" });
    account.refuses(INVOCATIONS, to("far"), /bucket "far" is in us-east-1, and must be in eu-north-1$/);
    const folder = `arn:aws:s3:::models/calls/AWSLogs/${ACCOUNT}/BedrockModelInvocationLogs/*`;
    bucket(account, "models", allow(service, "s3:PutObject", folder));
    account.refuses(
      INVOCATIONS,
      to("models"),
      /Failed to validate permissions for S3 bucket: the policy of "models" must let bedrock/,
    );
    account.create(INVOCATIONS, "models", to("models", "calls"));
  });
});

describe("simulated topics and queues", () => {
  it("end in .fifo where they keep an order", () => {
    const account = new Account();
    account.refuses(TOPIC, { name: "t", fifoTopic: true }, /the name of a FIFO topic must end in \.fifo$/);
    account.refuses(QUEUE, { name: "q", fifoQueue: true }, /\.fifo/);
  });

  it("are found by what belongs to them, in their region", () => {
    const account = new Account();
    const gone = `arn:aws:sns:eu-north-1:${ACCOUNT}:gone`;
    account.refuses(
      TOPIC_POLICY,
      { arn: gone, policy: policy() },
      /NotFound: Topic does not exist: there is no topic .*:gone$/,
    );
    const topic = account.create(TOPIC, "t", { name: "t", region: "us-east-1" }).outputs.arn;
    const subscription = { topic, protocol: "email", endpoint: "ops@a.example" };
    account.refuses(
      "aws:sns/topicSubscription:TopicSubscription",
      subscription,
      /InvalidParameter: .* is not in eu-north-1$/,
    );
  });

  it("may be deleted while alarms tell them", () => {
    const account = new Account();
    const { id } = account.create(TOPIC, "t", { name: "t" });
    account.create(ALARM, "cpu", { ...alarm, alarmActions: [id] });
    account.delete(TOPIC, "t", id);
  });

  it("leave what they cannot deliver to a queue of their kind", () => {
    const account = new Account();
    const dead = account.create(QUEUE, "dead", { name: "dead" }).outputs.arn;
    const redrivePolicy = JSON.stringify({ deadLetterTargetArn: dead, maxReceiveCount: 3 });
    account.refuses(
      QUEUE,
      { name: "q.fifo", fifoQueue: true, redrivePolicy },
      /Dead-letter queue must be same type .*: "dead"/,
    );
    account.create(QUEUE, "q", { name: "q", redrivePolicy });
  });
});

describe("what a simulated account has once", () => {
  it("is a detector and an analyzer in a region, and a monitor of each dimension", () => {
    const account = new Account();
    const detector = "aws:guardduty/detector:Detector";
    account.create(detector, "d", { enable: true });
    account.refuses(
      detector,
      { enable: true },
      /BadRequestException: .* a detector already exists .*: "d" .* in eu-north-1$/,
    );
    account.create(detector, "far", { enable: true, region: "us-east-1" });
    const analyzer = "aws:accessanalyzer/analyzer:Analyzer";
    account.create(analyzer, "a", { analyzerName: "a" });
    account.refuses(
      analyzer,
      { analyzerName: "b", type: "ACCOUNT" },
      /ServiceQuotaExceededException: .* in eu-north-1 already: "a"$/,
    );
    account.create(analyzer, "unused", { analyzerName: "c", type: "ACCOUNT_UNUSED_ACCESS" });
    const monitor = "aws:costexplorer/anomalyMonitor:AnomalyMonitor";
    const services = { monitorType: "DIMENSIONAL", monitorDimension: "SERVICE" };
    account.create(monitor, "services", { name: "services", ...services });
    account.refuses(
      monitor,
      { name: "again", ...services },
      /Limit exceeded on dimensional spend monitor creation: .* "services"/,
    );
  });
});

describe("simulated budgets and chat channels", () => {
  it("need a limit, and people to tell", () => {
    const account = new Account();
    const budget = (notification: Properties, more: Properties = {}) => ({
      name: "b",
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: "10",
      limitUnit: "USD",
      notifications: [
        {
          comparisonOperator: "GREATER_THAN",
          notificationType: "ACTUAL",
          threshold: 80,
          thresholdType: "PERCENTAGE",
          ...notification,
        },
      ],
      ...more,
    });
    const mail = { subscriberEmailAddresses: ["ops@a.example"] };
    account.refuses(
      BUDGET,
      budget(mail, { limitAmount: undefined }),
      /one of limitAmount, plannedLimits, autoAdjustData must be given$/,
    );
    account.refuses(BUDGET, budget({}), /notifications\[0\] has nobody to tell$/);
    const topics = ["a", "b"].map((name) => `arn:aws:sns:us-east-1:${ACCOUNT}:${name}`);
    account.refuses(
      BUDGET,
      budget({ subscriberSnsTopicArns: topics }),
      /notifications\[0\] can tell ten e-mail addresses and one topic$/,
    );
    account.refuses(
      BUDGET,
      budget({ ...mail, notificationType: "FORECASTED" }, { timeUnit: "DAILY" }),
      /notifications\[0\]: a DAILY budget forecasts nothing$/,
    );
  });

  it("need a role that the channel may assume", () => {
    const account = new Account();
    const channel = (iamRoleArn: string) => ({
      configurationName: "ops",
      iamRoleArn,
      slackChannelId: "C0123456789",
      slackTeamId: "T0123456789",
    });
    const type = "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration";
    const wrong = role(account, "wrong", "ec2.amazonaws.com");
    account.refuses(type, channel(wrong), /the channel cannot use iamRoleArn: .* role "wrong"/);
    account.create(type, "ops", channel(role(account, "right", "chatbot.amazonaws.com")));
  });
});
