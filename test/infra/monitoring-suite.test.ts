import assert from "node:assert/strict";
import { METRICS, type MetricFacts } from "../../catalog/metrics";
import { MonitoringSuite, type MonitoringSuiteArgs } from "../../infra/monitoring-suite";
import { runMocked, type Registered, type Run } from "../support/mocks";

const REGIONS = { home: "eu-north-1", replica: "eu-west-1", edge: "us-east-1" };
const topic = (region: string) => `arn:aws:sns:${region}:111122223333:ai-prism-alerts`;
const MODELS = ["eu.anthropic.claude-sonnet-4-6", "eu.anthropic.claude-haiku-4-5-20251001-v1:0"];
const ARGS: MonitoringSuiteArgs = {
  regions: REGIONS,
  topicArns: { home: topic("eu-north-1"), replica: topic("eu-west-1"), edge: topic("us-east-1") },
  alarmName: (what) => `AI-Prism-${what}`,
  dashboardName: (what) => `AI-Prism-${what}`,
  runbooksUrl: "https://example.invalid/runbooks",
  queryPrefix: "AI-Prism",
  application: {
    environmentName: "AI-Prism-Production",
    autoScalingGroupName: "awseb-group",
    loadBalancerDimension: "app/awseb/0123456789abcdef",
    logGroupName: "/aws/elasticbeanstalk/AI-Prism-Production/var/log/web.stdout.log",
    accessLogGroupName: "/aws/elasticbeanstalk/AI-Prism-Production/var/log/nginx/access.log",
  },
  redis: { clusterIds: ["ai-prism-redis-001", "ai-prism-redis-002"] },
  database: { instanceIdentifier: "ai-prism-postgres", maxConnections: 112, allocatedStorageInGiB: 20 },
  bucket: { name: "ai.prism", replicaName: "ai-prism-backups", ruleId: "everything" },
  cdn: { distributionId: "E123" },
  firewall: { webAclName: "ai-prism-cdn" },
  modelIds: MODELS,
};
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const DASHBOARD = "aws:cloudwatch/dashboard:Dashboard";

function run(args: Partial<MonitoringSuiteArgs> = {}, preview = false): Promise<Run<MonitoringSuite>> {
  return runMocked(() => new MonitoringSuite("monitoring", { ...ARGS, ...args }), { preview });
}

/** The metrics of an alarm, the single one or those of its expression. */
function metricsOf({ inputs }: Registered): { namespace: string; metricName: string; dimensions: object }[] {
  if (inputs.metricName) return [inputs as never];
  return inputs.metricQueries.flatMap(({ metric }: { metric?: object }) => metric ?? []);
}

/** The catalog's entry for a metric as it is asked for, dimensions and all. */
function inCatalog(namespace: string, name: string, dimensions: string[]): MetricFacts | undefined {
  return Object.values<MetricFacts>(METRICS).find(
    (facts) =>
      facts.namespace === namespace &&
      facts.name === name &&
      JSON.stringify([...facts.dimensions].sort()) === JSON.stringify([...dimensions].sort()),
  );
}

describe("MonitoringSuite", () => {
  let update: Run<MonitoringSuite>;
  before(async () => {
    update = await run({
      cdn: { distributionId: "E123", certificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/c" },
    });
  });
  const alarm = (what: string) => update.all(ALARM).find(({ inputs }) => inputs.name === `AI-Prism-${what}`)!.inputs;

  it("has the requirements' five alarms, those that were missing, and one per model", () => {
    assert.deepEqual(
      update
        .all(ALARM)
        .map(({ inputs }) => inputs.name)
        .sort(),
      [
        "AI-Prism-Bedrock-Throttling",
        "AI-Prism-Bedrock-Throttling-eu.anthropic.claude-haiku-4-5-20251001-v1-0",
        "AI-Prism-Bedrock-Throttling-eu.anthropic.claude-sonnet-4-6",
        "AI-Prism-CDN-5xx-Errors",
        "AI-Prism-Certificate-Expiry",
        "AI-Prism-Database-Connections",
        "AI-Prism-Database-High-CPU",
        "AI-Prism-Database-Low-Storage",
        "AI-Prism-Firewall-Blocked-Requests",
        "AI-Prism-High-5xx-Errors",
        "AI-Prism-High-CPU",
        "AI-Prism-High-Memory",
        "AI-Prism-Queue-Oldest-Job",
        "AI-Prism-Redis-Evictions",
        "AI-Prism-Redis-High-CPU",
        "AI-Prism-Redis-High-Memory",
        "AI-Prism-Replication-Failures",
        "AI-Prism-Replication-Latency",
        "AI-Prism-Unhealthy-Instances",
      ],
    );
    assert.deepEqual(
      update.result.alarmNames.sort(),
      update
        .all(ALARM)
        .map(({ inputs }) => inputs.name)
        .sort(),
    );
  });

  it("registers the same resources in preview and in an update", async () => {
    const plain = await run();
    assert.deepEqual((await run({}, true)).list(), plain.list());
    const others = plain.list().filter((line) => !line.startsWith(ALARM));
    assert.deepEqual(others, [
      "aws:cloudwatch/dashboard:Dashboard monitoring-application-performance",
      "aws:cloudwatch/dashboard:Dashboard monitoring-bedrock-metrics",
      "aws:cloudwatch/dashboard:Dashboard monitoring-infrastructure-health",
      "aws:cloudwatch/logMetricFilter:LogMetricFilter monitoring-document-processed",
      "aws:cloudwatch/logMetricFilter:LogMetricFilter monitoring-model-called",
      "aws:cloudwatch/logMetricFilter:LogMetricFilter monitoring-queue-depth",
      "aws:cloudwatch/logMetricFilter:LogMetricFilter monitoring-queue-oldest-job",
      "aws:cloudwatch/logMetricFilter:LogMetricFilter monitoring-session-created",
      "aws:cloudwatch/logMetricFilter:LogMetricFilter monitoring-session-expired",
      "aws:cloudwatch/queryDefinition:QueryDefinition monitoring-answers-by-status",
      "aws:cloudwatch/queryDefinition:QueryDefinition monitoring-errors",
      "aws:cloudwatch/queryDefinition:QueryDefinition monitoring-failed-health-checks",
      "aws:cloudwatch/queryDefinition:QueryDefinition monitoring-model-calls",
      "aws:cloudwatch/queryDefinition:QueryDefinition monitoring-slow-documents",
    ]);
    assert.equal(plain.all(ALARM).length, 18, "no alarm about a certificate that is not there");
  });

  it("puts every alarm where its metric is published, on dimensions it is published with, and tells the topic there", () => {
    for (const registered of update.all(ALARM)) {
      const { inputs } = registered;
      for (const { namespace, metricName, dimensions } of metricsOf(registered)) {
        const facts = inCatalog(namespace, metricName, Object.keys(dimensions));
        assert.ok(facts, `${inputs.name}: ${namespace} ${metricName} ${Object.keys(dimensions).join()}`);
        assert.equal(inputs.region, REGIONS[facts.place], inputs.name);
      }
      assert.deepEqual(inputs.alarmActions, [topic(inputs.region)], inputs.name);
      assert.equal(inputs.actionsEnabled, true);
      assert.match(inputs.treatMissingData, /^(breaching|notBreaching|missing)$/);
      assert.ok(inputs.alarmDescription.length > 20);
    }
  });

  it("reads every metric of the catalog, in an alarm or on a dashboard", () => {
    const read = new Set<MetricFacts | undefined>();
    for (const registered of update.all(ALARM)) {
      for (const { namespace, metricName, dimensions } of metricsOf(registered)) {
        read.add(inCatalog(namespace, metricName, Object.keys(dimensions)));
      }
    }
    for (const { inputs } of update.all(DASHBOARD)) {
      for (const { properties } of JSON.parse(inputs.dashboardBody).widgets) {
        for (const [namespace, name, ...rest] of properties.metrics) {
          const dimensions = rest.slice(0, -1).filter((_: string, index: number) => index % 2 === 0);
          read.add(inCatalog(namespace, name, dimensions));
        }
      }
    }
    const unread = Object.entries<MetricFacts>(METRICS).filter(([, facts]) => !read.has(facts));
    assert.deepEqual(
      unread.map(([key]) => key),
      [],
    );
  });

  it("fires beyond the requirements' thresholds", () => {
    const figures = ["High-CPU", "High-Memory", "Bedrock-Throttling", "High-5xx-Errors", "Redis-High-Memory"].map(
      (what) => [what, alarm(what).comparisonOperator, alarm(what).threshold],
    );
    assert.deepEqual(figures, [
      ["High-CPU", "GreaterThanThreshold", 80],
      ["High-Memory", "GreaterThanThreshold", 80],
      ["Bedrock-Throttling", "GreaterThanThreshold", 10],
      ["High-5xx-Errors", "GreaterThanThreshold", 50],
      ["Redis-High-Memory", "GreaterThanThreshold", 80],
    ]);
    const errors = alarm("High-5xx-Errors");
    assert.deepEqual([errors.evaluationPeriods, errors.metricQueries[1].metric.period], [1, 300]);
    assert.equal(alarm("Database-Connections").threshold, 89);
    assert.equal(alarm("Database-Low-Storage").threshold, 0.2 * 20 * 1024 ** 3);
    assert.equal(alarm("Replication-Latency").threshold, 900);
    assert.equal(alarm("Queue-Oldest-Job").threshold, 900);
  });

  it("adds counters up although some are silent, and takes the fullest Redis node", () => {
    assert.equal(alarm("Bedrock-Throttling").metricQueries[0].expression, "SUM([FILL(m0, 0), FILL(m1, 0)])");
    assert.equal(alarm("Redis-High-Memory").metricQueries[0].expression, "MAX([m0, m1])");
    const returned = alarm("High-5xx-Errors").metricQueries.filter(
      ({ returnData }: { returnData: boolean }) => returnData,
    );
    assert.equal(returned.length, 1);
  });

  it("watches memory where the agent on the instances puts it", () => {
    const { namespace, metricName, dimensions } = alarm("High-Memory");
    assert.deepEqual([namespace, metricName], ["AIPrism/Instances", "mem_used_percent"]);
    assert.deepEqual(dimensions, { AutoScalingGroupName: "awseb-group" });
  });

  it("draws three dashboards from metrics that exist, each from its region, for every model and every node", () => {
    assert.deepEqual(
      update
        .all(DASHBOARD)
        .map(({ inputs }) => inputs.dashboardName)
        .sort(),
      ["AI-Prism-Application-Performance", "AI-Prism-Bedrock-Metrics", "AI-Prism-Infrastructure-Health"],
    );
    const seen = new Set<string>();
    for (const { inputs } of update.all(DASHBOARD)) {
      for (const { properties } of JSON.parse(inputs.dashboardBody).widgets) {
        assert.ok(properties.region && properties.title);
        for (const [namespace, name, ...rest] of properties.metrics) {
          const options = rest.pop();
          const dimensions = rest.filter((_: string, index: number) => index % 2 === 0);
          const facts = inCatalog(namespace, name, dimensions);
          assert.ok(facts, `${namespace} ${name} ${dimensions}`);
          assert.equal(options.region, REGIONS[facts.place]);
          for (const value of rest.filter((_: string, index: number) => index % 2 === 1)) seen.add(value);
        }
      }
    }
    for (const name of [...MODELS, ...ARGS.redis.clusterIds, "ai-prism-postgres", "app/awseb/0123456789abcdef"]) {
      assert.ok(seen.has(name), name);
    }
  });

  it("counts the application's log lines into its own namespace, models by name", () => {
    const filters = update.all("aws:cloudwatch/logMetricFilter:LogMetricFilter").map(({ inputs }) => inputs);
    const calls = filters.find(({ name }) => name === "model_called")!;
    assert.equal(calls.pattern, '{ $.event = "model_called" }');
    assert.deepEqual(calls.metricTransformation, {
      namespace: "AIPrism/Application",
      name: "ModelCalls",
      value: "1",
      unit: "Count",
      dimensions: { Model: "$.model" },
    });
    const seconds = filters.find(({ name }) => name === "document_processed")!;
    assert.equal(seconds.metricTransformation.value, "$.seconds");
    const defaults = filters.map(({ name, metricTransformation }) => [name, metricTransformation.defaultValue]);
    assert.deepEqual(Object.fromEntries(defaults), {
      model_called: undefined,
      session_created: "0",
      session_expired: "0",
      document_processed: undefined,
      queue_depth: undefined,
      queue_oldest_job: undefined,
    });
    for (const { metricTransformation } of filters) {
      assert.ok(
        !(metricTransformation.dimensions && metricTransformation.defaultValue),
        "CloudWatch takes one of them",
      );
    }
  });

  it("applies a transform to every alarm", async () => {
    const { all } = await run({ transform: { alarm: { evaluationPeriods: 9 } } });
    assert.ok(all(ALARM).every(({ inputs }) => inputs.evaluationPeriods === 9));
  });

  it("refuses to watch no model or no node", async () => {
    await assert.rejects(run({ modelIds: [] }), {
      message: 'MonitoringSuite "monitoring": modelIds = [] is not allowed: at least one model',
    });
    await assert.rejects(run({ redis: { clusterIds: [] } }), {
      message: 'MonitoringSuite "monitoring": redis.clusterIds = [] is not allowed: at least one node',
    });
  });
});
