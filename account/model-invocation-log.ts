import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type Transform } from "../infra/component";
import { ownAccount, policyJson, trustService } from "../infra/policy-document";

/** Arguments of {@link ModelInvocationLog}. */
export interface ModelInvocationLogArgs {
  readonly logGroupName: string;
  readonly region: string;
  readonly accountId: string;
  /** Key that CloudWatch Logs is let in to. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** Whether prompts and answers are logged beside the calls. They are documents: who reads the log reads them. */
  readonly text: boolean;
  readonly retentionInDays: number;
  readonly transform?: {
    readonly logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
    readonly role?: Transform<aws.iam.RoleArgs>;
    readonly configuration?: Transform<aws.bedrockmodel.InvocationLoggingConfigurationArgs>;
  };
}

/** Every call of a Bedrock model: which, by whom, how many tokens. One setting per account and region. About 0.54 USD a GB. */
export class ModelInvocationLog extends Component<NonNullable<ModelInvocationLogArgs["transform"]>> {
  readonly logGroupName: pulumi.Output<string>;
  readonly nodes: {
    readonly logGroup: aws.cloudwatch.LogGroup;
    readonly role: aws.iam.Role;
    readonly configuration: aws.bedrockmodel.InvocationLoggingConfiguration;
  };

  constructor(name: string, args: ModelInvocationLogArgs, options?: pulumi.ComponentResourceOptions) {
    super("ModelInvocationLog", name, args.transform, options);
    const { region, accountId } = args;
    const logGroup = this.child("logGroup", aws.cloudwatch.LogGroup, name, {
      name: args.logGroupName,
      region,
      retentionInDays: args.retentionInDays,
      kmsKeyId: args.kmsKeyArn,
    });
    const role = this.child("role", aws.iam.Role, name, {
      description: "Lets Bedrock write its invocation log",
      assumeRolePolicy: trustService("bedrock.amazonaws.com", {
        ...ownAccount(accountId),
        ArnLike: { "aws:SourceArn": `arn:aws:bedrock:${region}:${accountId}:*` },
      }),
    });
    const policy = new aws.iam.RolePolicy(
      name,
      {
        role: role.name,
        policy: policyJson([
          {
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: pulumi.interpolate`${logGroup.arn}:log-stream:aws/bedrock/modelinvocations`,
          },
        ]),
      },
      { parent: this },
    );
    const configuration = this.child(
      "configuration",
      aws.bedrockmodel.InvocationLoggingConfiguration,
      name,
      {
        region,
        loggingConfig: {
          textDataDeliveryEnabled: args.text,
          imageDataDeliveryEnabled: false,
          embeddingDataDeliveryEnabled: false,
          videoDataDeliveryEnabled: false,
          cloudwatchConfig: { logGroupName: logGroup.name, roleArn: role.arn },
        },
      },
      // Bedrock writes a trial line at once.
      { dependsOn: [policy] },
    );
    this.nodes = { logGroup, role, configuration };
    this.logGroupName = logGroup.name;
    this.registerOutputs({ logGroupName: this.logGroupName });
  }
}
