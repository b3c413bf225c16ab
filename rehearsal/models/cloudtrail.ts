import { text } from "../values";
import type { ModelContext, Models } from "./model";

function refuse({ inputs, world }: ModelContext): string | undefined {
  const bucket = String(inputs.s3BucketName);
  if (!world.find("aws:s3/bucket:Bucket", bucket)) return `there is no bucket "${bucket}"`;
  const policy = text(world.findBy("aws:s3/bucketPolicy:BucketPolicy", "bucket", bucket)?.inputs.policy);
  if (!policy?.includes("cloudtrail.amazonaws.com")) {
    return `the policy of bucket "${bucket}" must let cloudtrail.amazonaws.com write before the trail is made`;
  }
  if (inputs.isMultiRegionTrail === true && inputs.includeGlobalServiceEvents === false) {
    return "isMultiRegionTrail needs includeGlobalServiceEvents true";
  }
  const group = text(inputs.cloudWatchLogsGroupArn);
  return group && !group.endsWith(":*") ? `cloudWatchLogsGroupArn must end in :*, and is ${group}` : undefined;
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
