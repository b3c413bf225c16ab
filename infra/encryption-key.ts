import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type Transform } from "./component";
import { administeredThroughIam, ownAccount, policyJson, type Statement } from "./policy-document";

/** AWS services that can be let in to a key. */
export type KeyService = "budgets" | "cloudtrail" | "cloudwatch" | "logs" | "s3" | "bedrock";

/** Arguments of {@link EncryptionKey}. */
export interface EncryptionKeyArgs {
  /** `alias/…`, unique in account and region. */
  readonly alias: string;
  readonly description: string;
  readonly region: string;
  readonly accountId: string;
  /**
   * Services that use the key in their own name. Services that act for a caller, such as RDS, S3 for an upload or
   * Secrets Manager, need no entry: the caller's IAM policy decides.
   */
  readonly services: readonly KeyService[];
  /** Lifts Pulumi's protection and shortens the waiting time before deletion. @default false */
  readonly disposable?: boolean;
  readonly transform?: EncryptionKeyTransforms;
}

export interface EncryptionKeyTransforms {
  readonly key?: Transform<aws.kms.KeyArgs>;
  readonly alias?: Transform<aws.kms.AliasArgs>;
}

const USE = ["kms:Decrypt", "kms:GenerateDataKey*"];

/**
 * One customer-managed key for everything an environment keeps in one region. About 1 USD a month. Rotated yearly by
 * KMS; whoever deletes it loses what it encrypts after the waiting time.
 */
export class EncryptionKey extends Component<EncryptionKeyTransforms> {
  readonly keyArn: pulumi.Output<string>;
  readonly keyId: pulumi.Output<string>;
  readonly nodes: { readonly key: aws.kms.Key; readonly alias: aws.kms.Alias };

  /** @throws InvalidArgument for an alias that KMS would not take */
  constructor(name: string, args: EncryptionKeyArgs, options?: pulumi.ComponentResourceOptions) {
    super("EncryptionKey", name, args.transform, options);
    const { region, accountId, disposable } = args;
    if (!args.alias.startsWith("alias/")) this.refuse("alias", args.alias, "a name that starts with alias/");
    const key = this.child(
      "key",
      aws.kms.Key,
      name,
      {
        description: args.description,
        region,
        enableKeyRotation: true,
        deletionWindowInDays: disposable ? 14 : 30,
        policy: policyJson([
          administeredThroughIam(accountId),
          ...args.services.flatMap((s) => grants(s, region, accountId)),
        ]),
      },
      { protect: !disposable },
    );
    const alias = this.child("alias", aws.kms.Alias, name, { name: args.alias, region, targetKeyId: key.keyId });
    this.nodes = { key, alias };
    this.keyArn = key.arn;
    this.keyId = key.keyId;
    this.registerOutputs({ keyArn: this.keyArn, keyId: this.keyId });
  }
}

/** Lets one service use the key for this account's things. Resource `*` in a key policy is the key itself. */
function grants(service: KeyService, region: string, accountId: string): Statement[] {
  const statement = (sid: string, principal: string, condition: Statement["Condition"]): Statement => ({
    Sid: sid,
    Effect: "Allow",
    Principal: { Service: principal },
    Action: USE,
    Resource: "*",
    Condition: condition,
  });
  const account = ownAccount(accountId);
  switch (service) {
    case "logs":
      return [
        {
          ...statement("LogGroups", `logs.${region}.amazonaws.com`, {
            ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${region}:${accountId}:log-group:*` },
          }),
          Action: ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        },
      ];
    case "cloudtrail":
      return [
        statement("Trails", "cloudtrail.amazonaws.com", {
          ...account,
          StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${accountId}:trail/*` },
        }),
        // Looking at the key carries no encryption context, and a trail is refused where CloudTrail may not look.
        { ...statement("TrailsLookAtKey", "cloudtrail.amazonaws.com", account), Action: "kms:DescribeKey" },
      ];
    case "cloudwatch":
      return [statement("AlarmsToTopics", "cloudwatch.amazonaws.com", account)];
    case "budgets":
      return [statement("BudgetsToTopics", "budgets.amazonaws.com", account)];
    case "s3":
      return [statement("BucketEventsToTopics", "s3.amazonaws.com", account)];
    case "bedrock":
      return [statement("InvocationLogs", "bedrock.amazonaws.com", account)];
  }
}
