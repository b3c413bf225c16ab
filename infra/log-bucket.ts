import * as pulumi from "@pulumi/pulumi";
import { createBucket, expireAfter, type BucketNodes, type BucketTransforms } from "./bucket";
import { Component } from "./component";
import type { Statement } from "./policy-document";

/** A service that delivers access logs. */
export type LogWriter = "loadBalancer" | "s3" | "logDelivery";

/** Arguments of {@link LogBucket}. */
export interface LogBucketArgs {
  readonly bucketName: string;
  /** Load balancers and S3 log only to a bucket in their own region. */
  readonly region: string;
  readonly accountId: string;
  /** Days that logs are kept. */
  readonly retentionInDays: number;
  readonly writers: readonly LogWriter[];
  /** Lets `pulumi destroy` delete the logs too. @default false */
  readonly disposable?: boolean;
  readonly transform?: BucketTransforms;
}

/** Days an overwritten or deleted log can still be brought back. */
const OLD_VERSION_DAYS = 30;

/**
 * Where AWS services deliver access logs. Encrypted with S3's own key, because load balancers deliver to no other; it
 * does not log accesses to itself, which would never end. Costs what it stores.
 */
export class LogBucket extends Component {
  /** Known once the services may write, so that whoever logs here waits for that. */
  readonly bucketName: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;
  readonly nodes: BucketNodes;

  /** @throws InvalidArgument without a writer */
  constructor(name: string, args: LogBucketArgs, options?: pulumi.ComponentResourceOptions) {
    super("LogBucket", name, undefined, options);
    if (args.writers.length === 0)
      this.refuse("writers", args.writers, "at least one of loadBalancer, s3, logDelivery");
    this.nodes = createBucket(
      this,
      name,
      {
        bucketName: args.bucketName,
        region: args.region,
        lifecycleRules: [expireAfter(args.retentionInDays, OLD_VERSION_DAYS)],
        statements: (arn) => args.writers.map((writer) => delivery(writer, arn, args)),
        disposable: args.disposable,
      },
      args.transform,
    );
    const { bucket, policy } = this.nodes;
    this.bucketName = policy.bucket;
    this.bucketArn = pulumi.all([bucket.arn, policy.id]).apply(([arn]) => arn);
    this.registerOutputs({ bucketName: this.bucketName, bucketArn: this.bucketArn });
  }
}

/** Lets one service write below the prefix it uses, for this account's resources only. */
function delivery(
  writer: LogWriter,
  bucketArn: pulumi.Output<string>,
  { accountId, region }: LogBucketArgs,
): pulumi.Input<Statement> {
  switch (writer) {
    case "loadBalancer":
      return {
        Sid: "LoadBalancerLogs",
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: pulumi.interpolate`${bucketArn}/load-balancer/AWSLogs/${accountId}/*`,
        Condition: {
          ArnLike: { "aws:SourceArn": `arn:aws:elasticloadbalancing:${region}:${accountId}:loadbalancer/*` },
        },
      };
    case "s3":
      return {
        Sid: "BucketAccessLogs",
        Effect: "Allow",
        Principal: { Service: "logging.s3.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: pulumi.interpolate`${bucketArn}/s3/*`,
        Condition: { StringEquals: { "aws:SourceAccount": accountId } },
      };
    case "logDelivery":
      return {
        Sid: "CdnLogs",
        Effect: "Allow",
        Principal: { Service: "delivery.logs.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: pulumi.interpolate`${bucketArn}/cdn/*`,
        Condition: {
          StringEquals: { "aws:SourceAccount": accountId, "s3:x-amz-acl": "bucket-owner-full-control" },
          ArnLike: { "aws:SourceArn": `arn:aws:logs:us-east-1:${accountId}:delivery-source:*` },
        },
      };
  }
}
