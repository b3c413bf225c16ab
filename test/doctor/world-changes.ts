import {
  CloudFrontClient,
  type DistributionConfig,
  GetDistributionConfigCommand,
  UpdateDistributionCommand,
} from "@aws-sdk/client-cloudfront";
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type MetricAlarm,
  PutMetricAlarmCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupRulesCommand,
  EC2Client,
  type IpPermission,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import {
  GetBucketReplicationCommand,
  PutBucketReplicationCommand,
  type ReplicationRule,
  S3Client,
} from "@aws-sdk/client-s3";
import type { EmulatedAws } from "../emulator/emulated-aws";

/** Takes a change back. */
export type Undo = () => Promise<unknown>;

/** Changes the distribution's configuration as somebody does in the console. */
export async function changeDistribution(
  world: EmulatedAws,
  id: string,
  change: (config: DistributionConfig) => void,
): Promise<Undo> {
  const client = world.client(CloudFrontClient, "us-east-1");
  const update = async (edit: (config: DistributionConfig) => DistributionConfig): Promise<DistributionConfig> => {
    const { DistributionConfig: config, ETag } = await client.send(new GetDistributionConfigCommand({ Id: id }));
    const before = structuredClone(config!);
    await client.send(
      new UpdateDistributionCommand({ Id: id, IfMatch: ETag, DistributionConfig: edit(structuredClone(before)) }),
    );
    return before;
  };
  const before = await update((config) => {
    change(config);
    return config;
  });
  return () => update(() => before);
}

/** Lets somebody in to a security group. */
export async function letIn(world: EmulatedAws, groupId: string, permission: IpPermission): Promise<Undo> {
  const client = world.client(EC2Client);
  await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [permission] }));
  return () => client.send(new RevokeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [permission] }));
}

/** Takes away every rule by which a security group lets somebody in. */
export async function keepOut(world: EmulatedAws, groupId: string): Promise<Undo> {
  const client = world.client(EC2Client);
  const { SecurityGroupRules = [] } = await client.send(
    new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: [groupId] }] }),
  );
  const rules = SecurityGroupRules.filter(({ IsEgress }) => !IsEgress);
  const permissions = rules.map(({ IpProtocol, FromPort, ToPort, ReferencedGroupInfo, Description }): IpPermission => ({
    IpProtocol,
    FromPort,
    ToPort,
    UserIdGroupPairs: [{ GroupId: ReferencedGroupInfo?.GroupId, Description }],
  }));
  await client.send(
    new RevokeSecurityGroupIngressCommand({
      GroupId: groupId,
      SecurityGroupRuleIds: rules.map(({ SecurityGroupRuleId }) => SecurityGroupRuleId!),
    }),
  );
  return () => client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: permissions }));
}

/** Changes the rule that copies documents. */
export async function changeReplication(
  world: EmulatedAws,
  bucket: string,
  change: (rule: ReplicationRule) => void,
): Promise<Undo> {
  const client = world.client(S3Client);
  const { ReplicationConfiguration: before } = await client.send(new GetBucketReplicationCommand({ Bucket: bucket }));
  const changed = structuredClone(before!);
  change(changed.Rules![0]!);
  await client.send(new PutBucketReplicationCommand({ Bucket: bucket, ReplicationConfiguration: changed }));
  return () => client.send(new PutBucketReplicationCommand({ Bucket: bucket, ReplicationConfiguration: before }));
}

/** Changes an alarm. */
export async function changeAlarm(
  world: EmulatedAws,
  name: string,
  change: Partial<MetricAlarm>,
  region = "eu-north-1",
): Promise<Undo> {
  const client = world.client(CloudWatchClient, region);
  const { MetricAlarms: [before] = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
  const put = (alarm: MetricAlarm) =>
    client.send(
      new PutMetricAlarmCommand({
        AlarmName: alarm.AlarmName,
        AlarmDescription: alarm.AlarmDescription,
        ActionsEnabled: alarm.ActionsEnabled,
        AlarmActions: alarm.AlarmActions,
        OKActions: alarm.OKActions,
        ComparisonOperator: alarm.ComparisonOperator,
        EvaluationPeriods: alarm.EvaluationPeriods,
        Threshold: alarm.Threshold,
        TreatMissingData: alarm.TreatMissingData,
        Namespace: alarm.Namespace,
        MetricName: alarm.MetricName,
        Dimensions: alarm.Dimensions,
        Period: alarm.Period,
        Statistic: alarm.Statistic,
      }),
    );
  await put({ ...before, ...change });
  return () => put(before!);
}
