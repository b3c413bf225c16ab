import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  GetBucketEncryptionCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  type ReplicationRule,
  S3Client,
} from "@aws-sdk/client-s3";
import { METRICS } from "../../../catalog/metrics";
import { AwsFailure } from "../../aws";
import { type Check, type Finding, ok, once, wrong } from "../finding";
import { duration, DAY, HOUR, MINUTE, type World } from "../world";

const RUNBOOK = "problem-replication.md";

/** Within which S3 promises a copy. */
const PROMISED_SECONDS = 15 * 60;

/** The documents' bucket and its copy in the other region. */
export function storage(world: World): Check[] {
  const { environment, outputs, aws, now } = world;
  const { regions, storage: expected } = outputs;
  const sides = [
    { side: "source", bucket: expected.bucketName, region: regions.home },
    { side: "replica", bucket: expected.replicaBucketName, region: regions.replica },
  ];
  const s3 = (region: string): S3Client => aws.client(S3Client, region);
  const about = (name: string, subject: string, look: Check["look"]): Check => ({
    name,
    subject,
    runbook: RUNBOOK,
    look,
  });
  const both = `${expected.bucketName} → ${expected.replicaBucketName}`;
  const rule = once(() => ruleOf(s3(regions.home), expected.bucketName, expected.replicaBucketArn));
  const drift = `./prism drift ${environment} names the change, ./prism up ${environment} undoes it`;
  const measured = (key: "replicationLatency" | "replicationFailures", past: number, period: number) =>
    measure(world, key, past, period, [expected.bucketName, expected.replicaBucketName], rule);

  return [
    ...sides.map(({ side, bucket, region }) =>
      about(`versions-${side}`, bucket, async () => {
        const { Status } = await s3(region).send(new GetBucketVersioningCommand({ Bucket: bucket }));
        if (Status === "Enabled") return ok("keeps versions");
        return wrong(
          `versioning is ${Status?.toLowerCase() ?? "off"}: nothing is replicated and nothing can be restored`,
          drift,
        );
      }),
    ),
    about("rule", both, async () => {
      const found = await rule();
      if (!found) return wrong("no rule copies documents to the replica", drift);
      const faults = faultsOf(found);
      if (faults.length === 0) return ok("everything is copied, within 15 minutes, deletions too");
      return wrong(faults.join("; "), drift);
    }),
    ...sides.map(({ side, bucket, region }) =>
      about(`key-${side}`, bucket, async () => {
        const { ServerSideEncryptionConfiguration } = await s3(region).send(
          new GetBucketEncryptionCommand({ Bucket: bucket }),
        );
        const key = ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID;
        if (!key) return wrong("new objects are not encrypted with the environment's key", drift);
        return judgeKey(aws.client(KMSClient, region), key, region);
      }),
    ),
    about("failures", both, async () => {
      const failures = await measured("replicationFailures", DAY, 3600);
      const failed = failures.reduce((sum, { value }) => sum + value, 0);
      if (failed === 0) return ok("no copy has failed in 24 hours");
      return wrong(
        `${failed} ${failed === 1 ? "object was" : "objects were"} not copied in 24 hours and will not be tried again`,
        `find the reason (./prism doctor ${environment} --why replication), then copy them with an S3 Batch Replication job`,
        { since: failures.filter(({ value }) => value > 0).at(-1)?.at },
      );
    }),
    about("lag", both, async () => {
      const latencies = await measured("replicationLatency", HOUR, 300);
      const [latest] = latencies;
      if (!latest) return ok("nothing has been waiting to be copied in the last hour");
      if (latest.value <= PROMISED_SECONDS) return ok(`is ${duration(latest.value * 1000)} behind`);
      const behind = latencies.findIndex(({ value }) => value <= PROMISED_SECONDS);
      return wrong(
        `is ${duration(latest.value * 1000)} behind, S3 promises 15 min`,
        `./prism doctor ${environment} --why replication; AWS support when each link of it holds`,
        { since: latencies.at(behind === -1 ? -1 : behind - 1)?.at ?? new Date(now.getTime() - 15 * MINUTE) },
      );
    }),
  ];
}

async function ruleOf(s3: S3Client, bucket: string, replicaArn: string): Promise<ReplicationRule | undefined> {
  try {
    const { ReplicationConfiguration } = await s3.send(new GetBucketReplicationCommand({ Bucket: bucket }));
    return ReplicationConfiguration?.Rules?.find(({ Destination }) => Destination?.Bucket === replicaArn);
  } catch (error) {
    if (error instanceof AwsFailure && error.awsCode === "ReplicationConfigurationNotFoundError") return undefined;
    throw error;
  }
}

function faultsOf({
  Status,
  Filter,
  Destination,
  DeleteMarkerReplication,
  SourceSelectionCriteria,
}: ReplicationRule): string[] {
  const narrow = Filter?.Prefix || Filter?.Tag || Filter?.And;
  return [
    ...(Status === "Enabled" ? [] : ["the rule is switched off"]),
    ...(narrow ? [`only some objects are copied: ${JSON.stringify(Filter)}`] : []),
    ...(Destination?.ReplicationTime?.Status === "Enabled"
      ? []
      : ["no time is promised (Replication Time Control is off)"]),
    ...(Destination?.Metrics?.Status === "Enabled" ? [] : ["nobody is told of delays (metrics are off)"]),
    ...(DeleteMarkerReplication?.Status === "Enabled" ? [] : ["deletions are not copied"]),
    ...(SourceSelectionCriteria?.SseKmsEncryptedObjects?.Status === "Enabled"
      ? []
      : ["encrypted objects are left out"]),
  ];
}

async function judgeKey(kms: KMSClient, key: string, region: string): Promise<Finding> {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: key }));
  const { KeyState = "unknown", KeyId = key, DeletionDate } = KeyMetadata ?? {};
  if (KeyState === "Enabled") return ok(`its key ${KeyId} is enabled`);
  const cancel = `aws kms cancel-key-deletion --region ${region} --key-id ${KeyId}, then `;
  return wrong(
    `its key ${KeyId} is ${KeyState}${DeletionDate ? `, gone for good on ${DeletionDate.toISOString().slice(0, 10)}` : ""}`,
    `${KeyState === "PendingDeletion" ? cancel : ""}aws kms enable-key --region ${region} --key-id ${KeyId}`,
  );
}

/** Values of a metric of the replication, newest first. */
async function measure(
  { aws, outputs, now }: World,
  key: "replicationLatency" | "replicationFailures",
  past: number,
  period: number,
  buckets: readonly string[],
  rule: () => Promise<ReplicationRule | undefined>,
): Promise<{ at: Date; value: number }[]> {
  const { namespace, name, dimensions, place } = METRICS[key];
  const values = [...buckets, (await rule())?.ID ?? "everything"];
  const { MetricDataResults: [result] = [] } = await aws.client(CloudWatchClient, outputs.regions[place]).send(
    new GetMetricDataCommand({
      StartTime: new Date(now.getTime() - past),
      EndTime: now,
      ScanBy: "TimestampDescending",
      MetricDataQueries: [
        {
          Id: "replication",
          MetricStat: {
            Metric: {
              Namespace: namespace,
              MetricName: name,
              Dimensions: dimensions.map((dimension, index) => ({ Name: dimension, Value: values[index] })),
            },
            Period: period,
            Stat: key === "replicationFailures" ? "Sum" : "Maximum",
          },
        },
      ],
    }),
  );
  const { Timestamps = [], Values = [] } = result ?? {};
  return Timestamps.map((at, index) => ({ at, value: Values[index] ?? 0 })).sort(
    (a, b) => b.at.getTime() - a.at.getTime(),
  );
}
