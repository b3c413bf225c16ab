import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type Transform } from "../infra/component";

/** Arguments of {@link Safeguards}. */
export interface SafeguardsArgs {
  readonly region: string;
  readonly accountId: string;
  readonly transform?: SafeguardsTransforms;
}

export interface SafeguardsTransforms {
  readonly ebsEncryption?: Transform<aws.ebs.EncryptionByDefaultArgs>;
  readonly publicAccessBlock?: Transform<aws.s3.AccountPublicAccessBlockArgs>;
  readonly passwordPolicy?: Transform<aws.iam.AccountPasswordPolicyArgs>;
  readonly analyzer?: Transform<aws.accessanalyzer.AnalyzerArgs>;
}

/**
 * Settings of the whole account that no environment could make alone: disks are encrypted (Elastic Beanstalk has no
 * option for it), no bucket is public, and what is shared outside is found. No charge.
 */
export class Safeguards extends Component<SafeguardsTransforms> {
  readonly nodes: {
    readonly ebsEncryption: aws.ebs.EncryptionByDefault;
    readonly publicAccessBlock: aws.s3.AccountPublicAccessBlock;
    readonly passwordPolicy: aws.iam.AccountPasswordPolicy;
    readonly analyzer: aws.accessanalyzer.Analyzer;
  };

  constructor(name: string, args: SafeguardsArgs, options?: pulumi.ComponentResourceOptions) {
    super("Safeguards", name, args.transform, options);
    const { region } = args;
    const ebsEncryption = this.child("ebsEncryption", aws.ebs.EncryptionByDefault, name, { region, enabled: true });
    const publicAccessBlock = this.child("publicAccessBlock", aws.s3.AccountPublicAccessBlock, name, {
      accountId: args.accountId,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    const passwordPolicy = this.child("passwordPolicy", aws.iam.AccountPasswordPolicy, name, {
      minimumPasswordLength: 16,
      passwordReusePrevention: 24,
      requireLowercaseCharacters: true,
      requireUppercaseCharacters: true,
      requireNumbers: true,
      requireSymbols: true,
      allowUsersToChangePassword: true,
    });
    const analyzer = this.child("analyzer", aws.accessanalyzer.Analyzer, name, {
      analyzerName: "ai-prism-account",
      type: "ACCOUNT",
      region,
    });
    this.nodes = { ebsEncryption, publicAccessBlock, passwordPolicy, analyzer };
    this.registerOutputs({});
  }
}
