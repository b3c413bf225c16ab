import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createBucket, expireAfter, type BucketNodes, type BucketTransforms } from "./bucket";
import { Component, type Transform } from "./component";
import { policyJson, trustService } from "./policy-document";

/** Arguments of {@link AuditTrail}. */
export interface AuditTrailArgs {
  /** Physical name of the trail. */
  readonly trailName: string;
  readonly bucketName: string;
  readonly region: string;
  readonly accountId: string;
  /** Key that CloudTrail and CloudWatch Logs are let in to. */
  readonly kmsKeyArn: pulumi.Input<string>;
  readonly logGroupName: string;
  /** Days that the bucket keeps events. */
  readonly retentionInDays: number;
  /** Days that events can be searched in CloudWatch Logs. */
  readonly logRetentionInDays: number;
  /** Bucket that accesses to the events are logged to. */
  readonly logBucketName: pulumi.Input<string>;
  /** Lets `pulumi destroy` delete the events too. @default false */
  readonly disposable?: boolean;
  readonly transform?: AuditTrailTransforms;
}

export interface AuditTrailTransforms {
  readonly bucket?: BucketTransforms;
  readonly logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
  readonly role?: Transform<aws.iam.RoleArgs>;
  readonly trail?: Transform<aws.cloudtrail.TrailArgs>;
}

/** Who did what in the account, in every region, in files that show when they were tampered with. About 3 USD a month. */
export class AuditTrail extends Component<AuditTrailTransforms> {
  readonly trailArn: pulumi.Output<string>;
  readonly bucketName: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;
  readonly nodes: {
    readonly bucket: BucketNodes;
    readonly logGroup: aws.cloudwatch.LogGroup;
    readonly role: aws.iam.Role;
    readonly trail: aws.cloudtrail.Trail;
  };

  constructor(name: string, args: AuditTrailArgs, options?: pulumi.ComponentResourceOptions) {
    super("AuditTrail", name, args.transform, options);
    const { region, accountId, trailName, kmsKeyArn } = args;
    const trailArn = `arn:aws:cloudtrail:${region}:${accountId}:trail/${trailName}`;
    const bucket = createBucket(
      this,
      name,
      {
        ...args,
        lifecycleRules: [expireAfter(args.retentionInDays, args.retentionInDays)],
        statements: (arn) =>
          [
            { Sid: "TrailChecksBucket", Action: "s3:GetBucketAcl", Resource: arn, condition: {} },
            {
              Sid: "TrailWritesEvents",
              Action: "s3:PutObject",
              Resource: pulumi.interpolate`${arn}/AWSLogs/${accountId}/*`,
              condition: { "s3:x-amz-acl": "bucket-owner-full-control" },
            },
          ].map(({ condition, ...statement }) => ({
            ...statement,
            Effect: "Allow" as const,
            Principal: { Service: "cloudtrail.amazonaws.com" },
            Condition: { StringEquals: { "aws:SourceArn": trailArn, ...condition } },
          })),
      },
      args.transform?.bucket,
    );
    const logGroup = this.child("logGroup", aws.cloudwatch.LogGroup, name, {
      name: args.logGroupName,
      region,
      retentionInDays: args.logRetentionInDays,
      kmsKeyId: kmsKeyArn,
    });
    const role = this.child("role", aws.iam.Role, name, {
      description: `Lets ${trailName} write its log group`,
      // Without a condition on the account: CloudTrail does not support one for this role.
      assumeRolePolicy: trustService("cloudtrail.amazonaws.com"),
    });
    const rolePolicy = new aws.iam.RolePolicy(
      name,
      {
        role: role.name,
        policy: policyJson([
          {
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: pulumi.interpolate`${logGroup.arn}:log-stream:*`,
          },
        ]),
      },
      { parent: this },
    );
    const trail = this.child(
      "trail",
      aws.cloudtrail.Trail,
      name,
      {
        name: trailName,
        region,
        s3BucketName: bucket.bucket.id,
        isMultiRegionTrail: true,
        includeGlobalServiceEvents: true,
        enableLogFileValidation: true,
        enableLogging: true,
        kmsKeyId: kmsKeyArn,
        cloudWatchLogsGroupArn: pulumi.interpolate`${logGroup.arn}:*`,
        cloudWatchLogsRoleArn: role.arn,
      },
      // CloudTrail tries both at creation.
      { dependsOn: [bucket.policy, rolePolicy], protect: !args.disposable },
    );
    this.nodes = { bucket, logGroup, role, trail };
    this.trailArn = trail.arn;
    this.bucketName = bucket.bucket.bucket;
    this.logGroupName = logGroup.name;
    this.registerOutputs({ trailArn: this.trailArn, bucketName: this.bucketName, logGroupName: this.logGroupName });
  }
}
