import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Component, type Transform } from "./component";
import { readSecret, type Statement } from "./policy-document";

/** Arguments of {@link GeneratedSecret}. */
export interface GeneratedSecretArgs {
  /** Physical name of the secret. */
  readonly secretName: string;
  /** What the secret opens, for whoever meets it in the console. */
  readonly description: string;
  readonly region: string;
  /** Key in the secret's region. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** Lets the secret be deleted at once and lifts Pulumi's protection. @default false */
  readonly disposable?: boolean;
  readonly transform?: GeneratedSecretTransforms;
}

export interface GeneratedSecretTransforms {
  readonly secret?: Transform<aws.secretsmanager.SecretArgs>;
  readonly secretVersion?: Transform<aws.secretsmanager.SecretVersionArgs>;
}

/** Letters and digits, so that the secret stands in a header or a URL as it is; 40 of them are 238 bits. */
const LENGTH = 40;

/** A random text in Secrets Manager that instances read by reference. 0.40 USD a month. */
export class GeneratedSecret extends Component<GeneratedSecretTransforms> {
  /** ARN of the secret, for Beanstalk's environment secrets and for whoever may read it. */
  readonly secretArn: pulumi.Output<string>;
  /** What an instance needs to be allowed to read it. */
  readonly instanceStatements: pulumi.Output<Statement[]>;
  readonly nodes: {
    readonly value: random.RandomPassword;
    readonly secret: aws.secretsmanager.Secret;
    readonly secretVersion: aws.secretsmanager.SecretVersion;
  };

  constructor(name: string, args: GeneratedSecretArgs, options?: pulumi.ComponentResourceOptions) {
    super("GeneratedSecret", name, args.transform, options);
    const { region, kmsKeyArn, disposable } = args;
    const value = new random.RandomPassword(name, { length: LENGTH, special: false }, { parent: this });
    const secret = this.child(
      "secret",
      aws.secretsmanager.Secret,
      name,
      {
        name: args.secretName,
        description: args.description,
        region,
        kmsKeyId: kmsKeyArn,
        recoveryWindowInDays: disposable ? 0 : 30,
      },
      { protect: !disposable },
    );
    const secretVersion = this.child("secretVersion", aws.secretsmanager.SecretVersion, name, {
      secretId: secret.id,
      region,
      secretString: pulumi.secret(value.result),
    });
    this.nodes = { value, secret, secretVersion };
    // Whoever reads the secret by this ARN waits until it has a value. The version's own ARN is the same, and unknown to a
    // preview that replaces it.
    this.secretArn = pulumi.all([secret.arn, secretVersion.urn]).apply(([arn]) => arn);
    this.instanceStatements = readSecret(secret.arn, kmsKeyArn, region);
    this.registerOutputs({ secretArn: this.secretArn });
  }
}
