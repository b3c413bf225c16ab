import assert from "node:assert/strict";
import * as fs from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { METRICS, type MetricFacts } from "../../catalog/metrics";
import { evaluate, type JudgedResource } from "../../policies/evaluate";
import { metricCatalog } from "../../policies/metric-catalog";
import { alarmMetrics, type MetricUse, namedDimensions, widgetMetrics } from "../../policies/metrics";
import { Resource } from "../../policies/resource";
import { alarmDimensionExists } from "../../policies/rules/alarm-dimension-exists";
import { alarmMetricPublished } from "../../policies/rules/alarm-metric-published";
import { dashboardLiveReferences } from "../../policies/rules/dashboard-live-references";
import { resourcesOf } from "../policies/whole-program/program";
import { ROOT } from "../support/stack-files";

const RULES = [alarmMetricPublished, alarmDimensionExists, dashboardLiveReferences];
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const DASHBOARD = "aws:cloudwatch/dashboard:Dashboard";
/** Namespaces of the program's own: the agent's on instances, and the filters' of the application's log. */
const OWN = ["AIPrism/Application", "AIPrism/Instances"];
/** Dimensions that name no resource: a model, all locations of the CDN, all rules of the firewall. */
const NAMELESS = ["Model", "ModelId", "Region", "Rule"];

interface Widget {
  properties: { title: string; region: string; metrics?: unknown[][] };
}

const widgetsOf = ({ properties }: JudgedResource): Widget[] =>
  (JSON.parse(String(properties.dashboardBody)) as { widgets: Widget[] }).widgets;

/** What the rules find, without what a run cannot know. */
function found(resources: readonly JudgedResource[]): string[] {
  const { violations, deferred } = evaluate(RULES, resources);
  assert.deepEqual(deferred, []);
  return violations.map(({ rule, message }) => `${rule}: ${message}`);
}

describe("Dashboards and alarms", function () {
  this.timeout(120_000);
  let production: JudgedResource[];

  before(async () => {
    production = await resourcesOf({});
  });

  /** Every metric that an alarm or a widget reads. */
  function uses(): MetricUse[] {
    return production.flatMap((one) => {
      if (one.type === ALARM) return alarmMetrics(new Resource(one));
      return one.type === DASHBOARD ? widgetsOf(one).flatMap(({ properties }) => widgetMetrics(properties)) : [];
    });
  }

  for (const stack of ["production", "staging", "dev"]) {
    it(`of ${stack} read metrics that are published, of resources that are there, where they are published`, async () => {
      assert.deepEqual(found(stack === "production" ? production : await resourcesOf({}, stack)), []);
    });
  }

  it("read from namespaces whose metrics are known, by dimensions whose resources are", () => {
    const read = uses();
    assert.ok(read.length > 80, `only ${read.length} metrics`);
    for (const { namespace, dimensions } of read) {
      assert.ok(OWN.includes(namespace) || Object.hasOwn(metricCatalog, namespace), namespace);
      for (const name of Object.keys(dimensions)) {
        assert.ok(NAMELESS.includes(name) || namedDimensions.includes(name), `${namespace} by ${name}`);
      }
    }
  });

  it("ask for the models that the application may call, and for no others", () => {
    const asked = new Set(uses().flatMap(({ dimensions }) => dimensions.ModelId ?? []));
    const settings = production.find(({ type }) => type === "aws:elasticbeanstalk/environment:Environment")!.properties
      .settings as { name: string; value: string }[];
    const chain = settings.find(({ name }) => name === "BEDROCK_MODELS" || /MODEL/.test(name))!.value;
    for (const id of asked) assert.ok(chain.includes(id), id);
    assert.ok(asked.size >= 3);
  });

  it("read nothing in the catalog that no namespace has, or has by other dimensions", () => {
    for (const { namespace, name, dimensions } of Object.values<MetricFacts>(METRICS)) {
      if (OWN.includes(namespace)) continue;
      const sets = metricCatalog[namespace]!.filter(({ metrics }) => metrics.has(name)).flatMap(
        (group) => group.dimensions,
      );
      const given = [...dimensions].sort().join();
      assert.ok(
        sets.some((set) => [...set].sort().join() === given),
        `${namespace} ${name} by ${given}`,
      );
    }
  });

  it("read of the instances what the agent there is told to measure", () => {
    const folder = path.join(ROOT, "app", "platform", ".ebextensions");
    const file = fs.readdirSync(folder).find((name) => name.includes("cloudwatch"))!;
    const extension = parse(fs.readFileSync(path.join(folder, file), "utf8")) as {
      files: Record<string, { content: string }>;
    };
    const { metrics } = JSON.parse(Object.values(extension.files)[0]!.content) as {
      metrics: {
        namespace: string;
        aggregation_dimensions: string[][];
        metrics_collected: Record<string, { measurement: string[] }>;
      };
    };
    const measured = Object.values(metrics.metrics_collected).flatMap(({ measurement }) => measurement);
    const read = uses().filter(({ namespace }) => namespace === metrics.namespace);
    assert.ok(read.length >= 2);
    for (const { name, dimensions } of read) {
      assert.ok(measured.includes(name), name);
      assert.ok(metrics.aggregation_dimensions.some((set) => set.join() === Object.keys(dimensions).join()));
    }
  });

  describe("are found out when", () => {
    /** Production with the first widget that shows a metric changed. */
    function withWidget(name: string, change: (row: unknown[], widget: Widget) => void): JudgedResource[] {
      let changed = false;
      const resources = production.map((one) => {
        if (one.type !== DASHBOARD || changed) return one;
        const body = JSON.parse(String(one.properties.dashboardBody)) as { widgets: Widget[] };
        for (const widget of body.widgets) {
          const row = widget.properties.metrics?.find(([, metric]) => metric === name);
          if (!row || changed) continue;
          change(row, widget);
          changed = true;
        }
        return { ...one, properties: { ...one.properties, dashboardBody: JSON.stringify(body) } };
      });
      assert.ok(changed, `no widget shows ${name}`);
      return resources;
    }

    /** Production with one alarm changed. */
    function withAlarm(name: string, change: Record<string, unknown>): JudgedResource[] {
      assert.ok(production.some((one) => one.type === ALARM && one.properties.name === name));
      return production.map((one) =>
        one.type === ALARM && one.properties.name === name
          ? {
              ...one,
              properties: { ...one.properties, ...change },
              inputs: { ...one.inputs, ...change },
            }
          : one,
      );
    }

    const replaced = (from: unknown, to: unknown) => (row: unknown[]) => {
      assert.ok(row.includes(from), `${JSON.stringify(row)} has no ${String(from)}`);
      row.splice(row.indexOf(from), 1, to);
    };
    const elsewhere = (region: string) => (row: unknown[], widget: Widget) => {
      (row.at(-1) as { region: string }).region = region;
      widget.properties.region = region;
    };
    const namespaces: Record<
      string,
      [metric: string, what: string, change: (row: unknown[], widget: Widget) => void, message: RegExp][]
    > = {
      "AWS/ElastiCache": [
        [
          "DatabaseMemoryUsagePercentage",
          "a metric that is not published",
          replaced("DatabaseMemoryUsagePercentage", "MemoryUsage"),
          /no metric MemoryU/,
        ],
        [
          "CurrConnections",
          "a dimension that it is not published by",
          replaced("CacheClusterId", "ReplicationGroupId"),
          /not published by ReplicationGroupId/,
        ],
        [
          "NetworkBytesIn",
          "a resource that is not there",
          replaced("ai-prism-redis-001", "ai-prism-redis-009"),
          /CacheClusterId is "ai-prism-redis-009"/,
        ],
      ],
      "AWS/RDS": [
        [
          "FreeStorageSpace",
          "a metric that is not published",
          replaced("FreeStorageSpace", "FreeSpace"),
          /AWS\/RDS has no metric FreeSpace/,
        ],
        [
          "ReadLatency",
          "a dimension that it is not published by",
          replaced("DBInstanceIdentifier", "DBInstance"),
          /not published by DBInstance/,
        ],
        [
          "FreeableMemory",
          "a resource that is not there",
          replaced("ai-prism-postgres", "old"),
          /DBInstanceIdentifier is "old"/,
        ],
        [
          "DatabaseConnections",
          "a region that it is not published in",
          elsewhere("eu-west-1"),
          /published in eu-north-1 and not in eu-west-1/,
        ],
      ],
      "AWS/Bedrock": [
        [
          "InvocationThrottles",
          "a metric that is not published",
          replaced("InvocationThrottles", "Throttles"),
          /no metric Throttles/,
        ],
        [
          "InvocationLatency",
          "a dimension that it is not published by",
          replaced("ModelId", "Model"),
          /not published by Model/,
        ],
      ],
      "AWS/CloudFront": [
        [
          "Requests",
          "a metric that is not published",
          replaced("Requests", "RequestCount"),
          /AWS\/CloudFront has no metric RequestCount/,
        ],
        ["Requests", "one region of the CDN", replaced("Global", "eu-north-1"), /for the Region Global alone/],
        [
          "Requests",
          "a region that it is not published in",
          elsewhere("eu-north-1"),
          /published in us-east-1 and not in eu-north-1/,
        ],
      ],
      "AWS/WAFV2": [
        [
          "BlockedRequests",
          "a metric that is not published",
          replaced("BlockedRequests", "Blocked"),
          /no metric Blocked/,
        ],
        [
          "BlockedRequests",
          "a dimension that it is not published by",
          replaced("WebACL", "WebAcl"),
          /not published by Rule and WebAcl/,
        ],
        ["BlockedRequests", "a resource that is not there", replaced("ai-prism-cdn", "old"), /WebACL is "old"/],
        ["BlockedRequests", "a region that it is not published in", elsewhere("eu-north-1"), /published in us-east-1/],
      ],
      "AWS/ApplicationELB": [
        [
          "TargetResponseTime",
          "a metric that is not published",
          replaced("TargetResponseTime", "ResponseTime"),
          /no metric ResponseTime/,
        ],
        [
          "RejectedConnectionCount",
          "a dimension that it is not published by",
          replaced("LoadBalancer", "LoadBalancerName"),
          /not published by LoadBalancerName/,
        ],
      ],
      "AWS/ElasticBeanstalk": [
        [
          "InstancesSevere",
          "a metric that is not published",
          replaced("InstancesSevere", "InstancesDead"),
          /no metric InstancesDead/,
        ],
        [
          "InstancesDegraded",
          "a resource that is not there",
          replaced("AI-Prism-Production", "AI-Prism-Old"),
          /EnvironmentName is "AI-Prism-Old"/,
        ],
      ],
      "AWS/S3": [
        [
          "ReplicationLatency",
          "a metric that is not published",
          replaced("ReplicationLatency", "Latency"),
          /AWS\/S3 has no metric Latency/,
        ],
        [
          "ReplicationLatency",
          "a resource that is not there",
          replaced("ai-prism-backups", "old"),
          /DestinationBucket is "old"/,
        ],
        ["ReplicationLatency", "a rule that is not there", replaced("everything", "some"), /RuleId is "some"/],
        [
          "ReplicationLatency",
          "a region that it is not published in",
          elsewhere("eu-north-1"),
          /published in eu-west-1 and not in eu-north-1/,
        ],
        [
          "OperationsFailedReplication",
          "a region that it is not published in",
          elsewhere("eu-west-1"),
          /published in eu-north-1 and not in eu-west-1/,
        ],
      ],
      "the agent": [
        [
          "mem_used_percent",
          "a namespace that nobody publishes into",
          replaced("AIPrism/Instances", "AIPrism/Machines"),
          /no filter counts AIPrism\/Machines/,
        ],
      ],
      "the filters": [
        [
          "SessionsCreated",
          "a metric that is not published",
          replaced("SessionsCreated", "Sessions"),
          /no filter counts AIPrism\/Application Sessions/,
        ],
        [
          "ModelCalls",
          "a dimension that it is not published by",
          replaced("Model", "ModelId"),
          /AIPrism\/Application ModelCalls is counted by other dimensions/,
        ],
        [
          "QueueDepth",
          "a region that it is not published in",
          elsewhere("us-east-1"),
          /published in eu-north-1 and not in us-east-1/,
        ],
      ],
    };
    for (const [namespace, mutations] of Object.entries(namespaces)) {
      for (const [metric, what, change, message] of mutations) {
        it(`a widget asks ${namespace} for ${what}, in the place of ${metric}`, () => {
          const texts = found(withWidget(metric, change));
          assert.equal(texts.length, 1, texts.join("\n"));
          assert.match(texts[0]!, message);
          assert.match(texts[0]!, /^dashboard-live-references: /);
        });
      }
    }

    it("an alarm watches a metric, a dimension, a resource or a region that is wrong", () => {
      const cases: [string, Record<string, unknown>, RegExp][] = [
        ["AI-Prism-Database-High-CPU", { metricName: "CPU" }, /^alarm-metric-published: AWS\/RDS has no metric CPU/],
        [
          "AI-Prism-Database-High-CPU",
          { dimensions: { InstanceId: "i-1" } },
          /^alarm-dimension-exists: AWS\/RDS CPUUtilization is not published by InstanceId/,
        ],
        [
          "AI-Prism-Database-High-CPU",
          { dimensions: { DBInstanceIdentifier: "old" } },
          /DBInstanceIdentifier is "old"/,
        ],
        ["AI-Prism-Database-High-CPU", { region: "us-east-1" }, /published in eu-north-1 and not in us-east-1/],
        ["AI-Prism-CDN-5xx-Errors", { region: "eu-north-1" }, /published in us-east-1 and not in eu-north-1/],
        ["AI-Prism-Replication-Latency", { region: "eu-north-1" }, /published in eu-west-1/],
        ["AI-Prism-Queue-Oldest-Job", { metricName: "OldestJob" }, /no filter counts AIPrism\/Application OldestJob/],
      ];
      for (const [name, change, message] of cases) {
        const texts = found(withAlarm(name, change));
        assert.equal(texts.length, 1, texts.join("\n"));
        assert.match(texts[0]!, message);
      }
    });
  });
});
