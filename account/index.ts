import { TRAIL_NAME } from "../catalog/account";
import { AuditTrail } from "../infra/audit-trail";
import { accountProvider } from "../infra/account-provider";
import { EncryptionKey } from "../infra/encryption-key";
import { LogBucket } from "../infra/log-bucket";
import { loadConfig } from "./config";
import { DeliveryRoles } from "./delivery-roles";
import { ModelInvocationLog } from "./model-invocation-log";
import { Safeguards } from "./safeguards";
import { StateStore } from "./state-store";

/** What belongs to an AWS account: deployed once, before the first environment in it. */
export = async () => {
  const { stack, accountId, region, owner, audit, modelInvocationLog, github } = loadConfig();
  const provider = accountProvider({ accountId, region, environment: `${stack}-account`, owner });
  const options = { providers: [provider] };
  const trailBucketName = `ai-prism-account-trail-${accountId}`;

  new Safeguards("safeguards", { region, accountId }, options);

  const key = new EncryptionKey(
    "audit-key",
    {
      alias: "alias/ai-prism-audit",
      description: "CloudTrail and model invocation logs",
      region,
      accountId,
      services: ["cloudtrail", "logs"],
    },
    options,
  );
  const logs = new LogBucket(
    "logs",
    {
      bucketName: `ai-prism-account-logs-${accountId}`,
      region,
      accountId,
      retentionInDays: audit.retentionInDays,
      writers: ["s3"],
    },
    options,
  );
  const trail = new AuditTrail(
    "trail",
    {
      ...audit,
      trailName: TRAIL_NAME,
      bucketName: trailBucketName,
      logGroupName: "/ai-prism/account/trail",
      region,
      accountId,
      kmsKeyArn: key.keyArn,
      logBucketName: logs.bucketName,
    },
    options,
  );
  new ModelInvocationLog(
    "model-invocations",
    {
      ...modelInvocationLog,
      logGroupName: "/ai-prism/account/model-invocations",
      region,
      accountId,
      kmsKeyArn: key.keyArn,
    },
    options,
  );

  const state = new StateStore(
    "state",
    {
      bucketName: `ai-prism-pulumi-state-${accountId}`,
      keyAlias: "alias/ai-prism-pulumi-state",
      region,
      accountId,
      logBucketName: logs.bucketName,
    },
    options,
  );
  const roles =
    github.repository === undefined
      ? undefined
      : new DeliveryRoles(
          "delivery",
          {
            ...github,
            repository: github.repository,
            accountId,
            stateBucketArn: state.bucketArn,
            stateKeyArn: state.keyArn,
            recordBucketArns: [`arn:aws:s3:::${trailBucketName}`, logs.bucketArn],
            recordLogGroupArn: `arn:aws:logs:${region}:${accountId}:log-group:/ai-prism/account/*`,
            recordKeyArn: key.keyArn,
          },
          options,
        );

  return {
    accountId,
    trailArn: trail.trailArn,
    /** For `pulumi login`. */
    backendUrl: state.backendUrl,
    /** For `pulumi stack init --secrets-provider`. */
    secretsProvider: state.secretsProvider,
    previewRoleArn: roles?.previewRoleArn,
    deployRoleArn: roles?.deployRoleArn,
  };
};
