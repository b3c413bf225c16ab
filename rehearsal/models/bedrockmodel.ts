import { isObject, text } from "../values";
import { because, type ModelContext, type Models, type Refused, refused } from "./model";
import { lets } from "./policy";
import { bucketPolicyOf, cannotAssume, contextOf } from "./references";

const SERVICE = "bedrock.amazonaws.com";

function refuseLogGroup(context: ModelContext, configuration: Record<string, unknown>): Refused | undefined {
  const { world, region, account, partition } = context;
  const group = String(configuration.logGroupName);
  const missing = world.findBy("aws:cloudwatch/logGroup:LogGroup", "name", group, region)
    ? undefined
    : because(`there is no log group "${group}" in ${region}`);
  const origin = { "aws:SourceArn": `arn:${partition}:bedrock:${region}:${account}:*` };
  const wrong = missing ?? cannotAssume(context, configuration.roleArn, SERVICE, origin);
  return wrong
    ? refused(
        "ValidationException",
        `Failed to validate permissions for log group: ${group}, with role: ${String(configuration.roleArn)}. Verify the IAM role permissions are correct: ${wrong}`,
      )
    : undefined;
}

function refuseBucket(context: ModelContext, configuration: Record<string, unknown>): Refused | undefined {
  const { world, account, partition } = context;
  const name = String(configuration.bucketName);
  const bucket = world.find("aws:s3/bucket:Bucket", name);
  if (!bucket) return undefined;
  if (bucket.region !== context.region) {
    return refused("ValidationException", `bucket "${name}" is in ${bucket.region}, and must be in ${context.region}`);
  }
  const prefix = text(configuration.keyPrefix);
  const folder = `${prefix ? `${prefix}/` : ""}AWSLogs/${account}/BedrockModelInvocationLogs`;
  const resource = `arn:${partition}:s3:::${name}/${folder}/log`;
  return lets(bucketPolicyOf(world, name), {
    service: SERVICE,
    action: "s3:PutObject",
    resource,
    context: contextOf(context),
  })
    ? undefined
    : refused(
        "ValidationException",
        `Failed to validate permissions for S3 bucket: the policy of "${name}" must let ${SERVICE} put objects under ${folder}`,
      );
}

export const models: Models = {
  "aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration": {
    refuse(context) {
      const { loggingConfig } = context.inputs;
      const { cloudwatchConfig, s3Config } = isObject(loggingConfig) ? loggingConfig : {};
      return (
        (isObject(cloudwatchConfig) ? refuseLogGroup(context, cloudwatchConfig) : undefined) ??
        (isObject(s3Config) ? refuseBucket(context, s3Config) : undefined)
      );
    },
  },
};
