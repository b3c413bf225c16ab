import { type MetricUse, watchedMetrics, watches } from "../metrics";
import type { Resource } from "../resource";
import type { StackRule } from "../rule";
import type { StackIndex } from "../stack-index";

/** Resources that must not fail unseen, by the dimension under which their metrics are published. */
const dimensions: Record<string, string> = {
  "aws:rds/instance:Instance": "DBInstanceIdentifier",
  "aws:elasticache/replicationGroup:ReplicationGroup": "CacheClusterId",
  "aws:elasticbeanstalk/environment:Environment": "EnvironmentName",
};
const replicationType = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";

export const statefulResourceAlarmed: StackRule = {
  id: "stateful-resource-alarmed",
  title: "What holds data or serves has an alarm",
  family: "observability",
  severity: "medium",
  enforcement: "advisory",
  scope: "stack",
  types: [...Object.keys(dimensions), replicationType],
  controls: { wellArchitected: ["REL06-BP01", "REL06-BP03"] },
  remediation: "Add a MetricAlarm on the resource's most telling metric.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html",
  check(resource, { fail, stack }) {
    const alarms = stack.derive(metricsOfAlarms);
    if (resource.type === replicationType) {
      const watched = alarms.some(
        ({ namespace, name }) =>
          namespace === "AWS/S3" &&
          /^(ReplicationLatency|OperationsFailedReplication|OperationsPendingReplication|BytesPendingReplication)$/.test(
            name,
          ),
      );
      if (!watched) fail("No alarm watches whether copies arrive.");
      return;
    }
    const dimension = dimensions[resource.type]!;
    const isWatched = ({ dimensions: values }: { dimensions: Record<string, string> }) =>
      Object.hasOwn(values, dimension) && watches(dimension, values[dimension]!, resource);
    if (!alarms.some(isWatched) && !watchedAsFleet(resource, alarms)) fail(`No alarm has it as its ${dimension}.`);
  },
};

function metricsOfAlarms(stack: StackIndex): MetricUse[] {
  return watchedMetrics(stack);
}

/** A Beanstalk environment is watched through its fleet or load balancer as well. */
function watchedAsFleet(resource: Resource, alarms: readonly MetricUse[]): boolean {
  return alarms.some(({ dimensions: values }) =>
    ["AutoScalingGroupName", "LoadBalancer"].some(
      (dimension) => Object.hasOwn(values, dimension) && watches(dimension, values[dimension]!, resource),
    ),
  );
}
