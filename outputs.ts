import * as pulumi from "@pulumi/pulumi";

/**
 * What an environment's stack exports. `index.ts` returns exactly this, and {@link deployment} gives it to other
 * programs. No value of a secret is ever among them, only references to where it is kept.
 */
export interface DeploymentOutputs {
  /** `dev`, `staging`, `production`, … */
  readonly environment: string;
  /** The AWS account, 12 digits. */
  readonly accountId: string;
  readonly regions: { readonly home: string; readonly replica: string; readonly edge: string };
  /** Where people reach the application, with scheme. */
  readonly url: string;
  readonly application: {
    readonly applicationName: string;
    readonly environmentName: string;
    /** Beanstalk's id of the environment, `e-…`. */
    readonly environmentId: string;
    /** The environment's own host name; answers only to the CDN unless exposure is public. */
    readonly cname: string;
    readonly loadBalancerArn: string;
    readonly autoScalingGroupName: string;
    /** Bucket that releases upload bundles to. */
    readonly bundleBucketName: string;
    /** Version the program brought the environment up with; releases may have moved on since. */
    readonly initialVersionLabel: string;
    readonly instanceRoleArn: string;
    /** CloudWatch log groups by what writes them. */
    readonly logGroupNames: Readonly<Record<string, string>>;
    /** Secret whose text, sent as a bearer token, lets operators in and has `/health` say which part fails and why. */
    readonly operatorTokenSecretArn: string;
  };
  readonly network: {
    readonly vpcId: string;
    readonly privateSubnetIds: string[];
    readonly securityGroupIds: Readonly<Record<string, string>>;
  };
  readonly redis: {
    readonly replicationGroupId: string;
    readonly primaryEndpoint: string;
    readonly port: number;
    /** Secret with keys username, password and url; and url1, url2, … for each generation of the password. */
    readonly secretArn: string;
  };
  readonly database: {
    readonly instanceIdentifier: string;
    /** Absent where instances connect to the database itself. */
    readonly proxyName?: string;
    /** Host to connect to: the proxy where there is one. */
    readonly address: string;
    readonly port: number;
    readonly databaseName: string;
    /** Secret that RDS keeps and rotates, with keys username and password. */
    readonly secretArn: string;
    /** SQLAlchemy pool of each process. */
    readonly pool: { readonly size: number; readonly overflow: number };
  };
  readonly storage: {
    readonly bucketName: string;
    readonly bucketArn: string;
    readonly replicaBucketName: string;
    readonly replicaBucketArn: string;
  };
  readonly models: {
    /** Ids as called, first choice first. */
    readonly ids: string[];
    /** IAM policy that allows calling exactly these. */
    readonly policyArn: string;
  };
  readonly cdn: { readonly distributionId: string; readonly domainName: string };
  readonly firewall: { readonly webAclArn: string };
  readonly alerts: { readonly topicArns: { readonly home: string; readonly replica: string; readonly edge: string } };
  readonly monitoring: { readonly alarmNames: string[]; readonly dashboardNames: string[] };
}

/** A value in which anything at any depth may still be an output. */
export type InputsOf<T> =
  | pulumi.Input<T>
  | (T extends string | number | readonly unknown[] ? never : { readonly [Key in keyof T]: InputsOf<T[Key]> });

/** The outputs as another program sees them: one typed output each. */
export type Deployment = { readonly [Key in keyof DeploymentOutputs]: pulumi.Output<DeploymentOutputs[Key]> };

/** Every output's name; a record, so that the compiler asks for the one that was forgotten. */
const NAMES: Readonly<Record<keyof DeploymentOutputs, true>> = {
  environment: true,
  accountId: true,
  regions: true,
  url: true,
  application: true,
  network: true,
  redis: true,
  database: true,
  storage: true,
  models: true,
  cdn: true,
  firewall: true,
  alerts: true,
  monitoring: true,
};

/**
 * Reads an environment's outputs from another Pulumi program.
 *
 * @param stack The stack as `StackReference` takes it, e.g. `my-org/ai-prism/production` or, on a self-managed backend,
 *   `organization/ai-prism/production`.
 * @throws when the stack exists and lacks an output: it was deployed by a version of the program before it.
 *
 * @example
 * const prism = deployment("my-org/ai-prism/production");
 * export const bucket = prism.storage.bucketName;
 */
export function deployment(stack: string, options?: pulumi.CustomResourceOptions): Deployment {
  const reference = new pulumi.StackReference(stack, { name: stack }, options);
  const outputs = Object.keys(NAMES).map((name) => [name, reference.requireOutput(name)]);
  return Object.fromEntries(outputs) as Deployment;
}
