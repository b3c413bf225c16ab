import { bucketTypes, encryptionTypes, loggingTypes } from "../buckets";
import type { StackRule } from "../rule";

const key = ["aws:kms/key:Key"];
const topic = ["aws:sns/topic:Topic"];

/** References that only work within one region: type, property, what it names, and the path inside the property. */
const references: readonly { type: string; property: string; names: readonly string[]; path?: string }[] = [
  { type: "aws:cloudwatch/logGroup:LogGroup", property: "kmsKeyId", names: key },
  { type: "aws:sns/topic:Topic", property: "kmsMasterKeyId", names: key },
  { type: "aws:rds/instance:Instance", property: "kmsKeyId", names: key },
  { type: "aws:rds/instance:Instance", property: "masterUserSecretKmsKeyId", names: key },
  {
    type: "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
    property: "kmsKeyId",
    names: key,
  },
  { type: "aws:elasticache/replicationGroup:ReplicationGroup", property: "kmsKeyId", names: key },
  { type: "aws:secretsmanager/secret:Secret", property: "kmsKeyId", names: key },
  ...encryptionTypes.map((type) => ({
    type,
    property: "rules",
    names: key,
    path: "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId",
  })),
  ...loggingTypes.map((type) => ({ type, property: "targetBucket", names: bucketTypes })),
  { type: "aws:s3/bucketNotification:BucketNotification", property: "topics", names: topic, path: "topics.0.topicArn" },
  { type: "aws:cloudwatch/metricAlarm:MetricAlarm", property: "alarmActions", names: topic },
  { type: "aws:cloudwatch/metricAlarm:MetricAlarm", property: "okActions", names: topic },
];

export const regionConsistency: StackRule = {
  id: "region-consistency",
  title: "What only works within a region stands in one",
  family: "availability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: [...new Set(references.map(({ type }) => type))],
  controls: { wellArchitected: ["REL10-BP01"] },
  remediation: "Name the key, topic or bucket of the resource's own region.",
  url: "https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/regions.html",
  check(resource, { fail, attempt, stack }) {
    for (const { type, property, names, path } of references) {
      if (type !== resource.type) continue;
      attempt(() => {
        const { region } = resource;
        if (region === undefined) return;
        const { resources } = stack.targets(resource, property, names, path ?? property);
        const own =
          resources.length > 0 ? resources.map((one) => one.region) : [regionOf(resource.read(path ?? property))];
        // One of several is enough: dependencies of a list come merged.
        if (own.includes(undefined) || own.includes(region)) return;
        fail(`It stands in ${region}, and ${property} names something in ${own[0]}.`);
      });
    }
  },
};

/** The region in a known ARN, undefined for anything else. */
function regionOf(reading: { state: string; value?: unknown }): string | undefined {
  const text = reading.state === "known" && Array.isArray(reading.value) ? reading.value[0] : reading.value;
  return /^arn:aws[a-z-]*:[a-z0-9-]+:([a-z0-9-]+):/.exec(String(text ?? ""))?.[1];
}
