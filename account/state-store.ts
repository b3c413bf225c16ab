import * as pulumi from "@pulumi/pulumi";
import { createBucket, expireOldVersions, type BucketNodes, type BucketTransforms } from "../infra/bucket";
import { Component, type Transform } from "../infra/component";
import { administeredThroughIam, policyJson } from "../infra/policy-document";
import * as aws from "@pulumi/aws";

/** Arguments of {@link StateStore}. */
export interface StateStoreArgs {
  readonly bucketName: string;
  readonly keyAlias: string;
  readonly region: string;
  readonly accountId: string;
  readonly logBucketName: pulumi.Input<string>;
  readonly transform?: {
    readonly bucket?: BucketTransforms;
    readonly key?: Transform<aws.kms.KeyArgs>;
  };
}

/** Versions of a state are how a lost or spoilt one comes back. */
const OLD_STATES_DAYS = 365;

/** Where Pulumi keeps what it knows: a bucket for state and a key for the secrets in it. About 1 USD a month. */
export class StateStore extends Component<NonNullable<StateStoreArgs["transform"]>> {
  readonly bucketArn: pulumi.Output<string>;
  readonly keyArn: pulumi.Output<string>;
  /** For `pulumi login`. */
  readonly backendUrl: pulumi.Output<string>;
  /** For `pulumi stack init --secrets-provider`. */
  readonly secretsProvider: string;
  readonly nodes: { readonly key: aws.kms.Key; readonly alias: aws.kms.Alias; readonly bucket: BucketNodes };

  constructor(name: string, args: StateStoreArgs, options?: pulumi.ComponentResourceOptions) {
    super("StateStore", name, args.transform, options);
    const { region, accountId } = args;
    const key = this.child(
      "key",
      aws.kms.Key,
      name,
      {
        description: "Secrets in Pulumi's state",
        region,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: policyJson([administeredThroughIam(accountId)]),
      },
      { protect: true },
    );
    const alias = new aws.kms.Alias(name, { name: args.keyAlias, region, targetKeyId: key.keyId }, { parent: this });
    const bucket = createBucket(
      this,
      name,
      {
        bucketName: args.bucketName,
        region,
        kmsKeyArn: key.arn,
        logBucketName: args.logBucketName,
        lifecycleRules: [expireOldVersions(OLD_STATES_DAYS, "old-states")],
        statements: () => [],
      },
      args.transform?.bucket,
    );
    this.nodes = { key, alias, bucket };
    this.bucketArn = bucket.bucket.arn;
    this.keyArn = key.arn;
    this.backendUrl = pulumi.interpolate`s3://${bucket.bucket.bucket}?region=${region}`;
    this.secretsProvider = `awskms://${args.keyAlias}?region=${region}`;
    this.registerOutputs({ backendUrl: this.backendUrl, secretsProvider: this.secretsProvider });
  }
}
