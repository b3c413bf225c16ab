import { text } from "../values";
import { type ModelContext, type Models, type Refused, refused } from "./model";
import { type Access, lets } from "./policy";
import { bucketPolicyOf, cannotAssume, contextOf, keyBars, keyOf, topicPolicyOf, unusableKey } from "./references";

const SERVICE = "cloudtrail.amazonaws.com";

function refuse(context: ModelContext): Refused | undefined {
  if (context.inputs.isMultiRegionTrail === true && context.inputs.includeGlobalServiceEvents === false) {
    return refused("InvalidParameterCombinationException", "isMultiRegionTrail needs includeGlobalServiceEvents true");
  }
  return refuseBucket(context) ?? refuseKey(context) ?? refuseLogGroup(context) ?? refuseTopic(context);
}

function refuseBucket(context: ModelContext): Refused | undefined {
  const { inputs, world, partition, account, arn } = context;
  const bucket = String(inputs.s3BucketName);
  if (!world.find("aws:s3/bucket:Bucket", bucket)) {
    return refused(
      "S3BucketDoesNotExistException",
      `S3 bucket ${bucket} does not exist: there is no bucket "${bucket}"`,
    );
  }
  const policy = bucketPolicyOf(world, bucket);
  const may = (action: string, resource: string) => {
    const access: Access = {
      service: SERVICE,
      action,
      resource,
      context: { ...contextOf(context), "aws:SourceArn": arn },
    };
    return lets(policy, access);
  };
  const prefix = text(inputs.s3KeyPrefix);
  const folder = `${prefix ? `${prefix}/` : ""}AWSLogs/${account}`;
  const home = `arn:${partition}:s3:::${bucket}`;
  const [action, resource] =
    [
      ["s3:GetBucketAcl", home],
      ["s3:PutObject", `${home}/${folder}/CloudTrail`],
    ].find(([wanted, place]) => !may(wanted!, place!)) ?? [];
  return action
    ? refused(
        "InsufficientS3BucketPolicyException",
        `Incorrect S3 bucket policy is detected for bucket: ${bucket}: its policy must let ${SERVICE} do ${action} on ${resource} before the trail is made`,
      )
    : undefined;
}

function refuseKey(context: ModelContext): Refused | undefined {
  const { inputs, world, region, partition, account } = context;
  const unusable = unusableKey(context, inputs.kmsKeyId);
  if (unusable) return refused("KmsKeyDisabledException", unusable);
  const bucket = world.find("aws:s3/bucket:Bucket", String(inputs.s3BucketName));
  const key = keyOf(world, inputs.kmsKeyId, region);
  if (bucket && key && bucket.region !== key.region) {
    return refused(
      "KmsException",
      `the key of a trail must be in the region of its bucket, ${bucket.region}, and is in ${key.region}`,
    );
  }
  const trail = {
    "kms:EncryptionContext:aws:cloudtrail:arn": `arn:${partition}:cloudtrail:${region}:${account}:trail/${String(inputs.name)}`,
  };
  const barred = keyBars(context, inputs.kmsKeyId, SERVICE, "kms:GenerateDataKey", trail);
  return barred
    ? refused(
        "InsufficientEncryptionPolicyException",
        `Insufficient permissions to access S3 bucket or KMS key: ${barred}`,
      )
    : undefined;
}

function refuseLogGroup(context: ModelContext): Refused | undefined {
  const { inputs, world, region } = context;
  const group = text(inputs.cloudWatchLogsGroupArn);
  if (!group) return undefined;
  if (!group.endsWith(":*")) {
    return refused(
      "InvalidCloudWatchLogsLogGroupArnException",
      `cloudWatchLogsGroupArn must end in :*, and is ${group}`,
    );
  }
  if (!world.findBy("aws:cloudwatch/logGroup:LogGroup", "arn", group.slice(0, -2), region)) {
    return refused(
      "InvalidCloudWatchLogsLogGroupArnException",
      `CloudTrail cannot validate the specified log group ARN: there is no log group ${group} in ${region}`,
    );
  }
  const barred = cannotAssume(context, inputs.cloudWatchLogsRoleArn, SERVICE);
  return barred
    ? refused(
        "InvalidCloudWatchLogsRoleArnException",
        `Access denied. Verify in IAM that the role has adequate permissions: ${barred}`,
      )
    : undefined;
}

function refuseTopic(context: ModelContext): Refused | undefined {
  const { inputs, world, region } = context;
  const name = text(inputs.snsTopicName);
  if (!name) return undefined;
  const topic =
    world.findBy("aws:sns/topic:Topic", "arn", name) ?? world.findBy("aws:sns/topic:Topic", "name", name, region);
  const access: Access = {
    service: SERVICE,
    action: "SNS:Publish",
    resource: text(topic?.outputs.arn),
    context: { ...contextOf(context), "aws:SourceArn": context.arn },
  };
  return topic && lets(topicPolicyOf(world, topic), access)
    ? undefined
    : refused(
        "InsufficientSnsTopicPolicyException",
        `SNS Topic does not exist or the topic policy is incorrect: "${name}"`,
      );
}

export const models: Models = {
  "aws:cloudtrail/trail:Trail": {
    outputs: ({ region, inputs, partition, account }) => ({
      homeRegion: region,
      snsTopicArn: inputs.snsTopicName
        ? `arn:${partition}:sns:${region}:${account}:${String(inputs.snsTopicName)}`
        : "",
    }),
    refuse,
  },
};
