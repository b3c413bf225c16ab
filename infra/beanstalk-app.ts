import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import path from "node:path";
import { INSTANCE_NAMESPACE } from "../catalog/metrics";
import { beanstalkSettings, type SettingsInputs } from "./beanstalk-settings";
import { createBucket, expireOldVersions, type BucketNodes, type BucketTransforms } from "./bucket";
import { bundle } from "./bundle";
import { Component, type Transform } from "./component";
import { policyJson, trustService, type Statement } from "./policy-document";

/** Arguments of {@link BeanstalkApp}. */
export interface BeanstalkAppArgs {
  readonly applicationName: string;
  /** Physical name of the environment. Changing it replaces the environment and its load balancer. */
  readonly environmentName: string;
  /** First label of the environment's own host name, unique in the region among all of AWS. */
  readonly cnamePrefix: string;
  readonly region: string;
  readonly accountId: string;
  readonly vpcId: pulumi.Input<string>;
  readonly instanceSubnetIds: pulumi.Input<string[]>;
  readonly loadBalancerSubnetIds: pulumi.Input<string[]>;
  /** Reached by the CDN alone, over HTTP inside AWS, or by everybody over HTTPS. Changing it replaces the environment. */
  readonly loadBalancer: { readonly access: "cdn" } | { readonly access: "public"; readonly certificateArn: string };
  readonly securityGroupIds: { readonly loadBalancer: pulumi.Input<string>; readonly instances: pulumi.Input<string> };
  readonly roleName: pulumi.Input<string>;
  readonly instanceProfileName: pulumi.Input<string>;
  readonly serviceRoleName: string;
  /** What instances may do, by topic; each becomes an inline policy of the instance role. */
  readonly instanceStatements: Readonly<Record<string, pulumi.Input<Statement[]>>>;
  readonly instanceType: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  /** Zones that instances are spread over. */
  readonly zones: number;
  /** Gunicorn processes on each instance. */
  readonly webProcesses: number;
  /** Threads of each of them. */
  readonly webThreads: number;
  /** RQ workers on each instance. */
  readonly workerProcesses: number;
  readonly scaleOutAboveCpuPercent: number;
  readonly scaleInBelowCpuPercent: number;
  /** Plain environment variables; shown in console and state, so never a secret. 4096 characters together. */
  readonly variables: Readonly<Record<string, pulumi.Input<string>>>;
  /** Variables that Beanstalk reads from Secrets Manager when an instance starts: name to secret ARN, or `ARN:key`. */
  readonly secretVariables: Readonly<Record<string, pulumi.Input<string>>>;
  /** Folder of the application, from the repository's root; the platform's files in `app/platform` are added. */
  readonly bundle: string;
  readonly bundleBucketName: string;
  readonly kmsKeyArn: pulumi.Input<string>;
  /** Bucket in the region that load balancer and bundle bucket log to. */
  readonly logBucketName: pulumi.Input<string>;
  readonly logRetentionInDays: number;
  /** Longest a request may take before the balancer gives up on it. */
  readonly requestTimeoutInSeconds: number;
  /** Lets logs and bundles go with the environment. @default false */
  readonly disposable?: boolean;
  readonly transform?: BeanstalkAppTransforms;
}

export interface BeanstalkAppTransforms {
  readonly application?: Transform<aws.elasticbeanstalk.ApplicationArgs>;
  readonly applicationVersion?: Transform<aws.elasticbeanstalk.ApplicationVersionArgs>;
  readonly bundleBucket?: BucketTransforms;
  readonly environment?: Transform<aws.elasticbeanstalk.EnvironmentArgs>;
  readonly logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
  readonly serviceRole?: Transform<aws.iam.RoleArgs>;
}

/** Files that instances stream, by what writes them. `app/platform` has the workers write to the application's too. */
const LOG_FILES = {
  application: "var/log/web.stdout.log",
  access: "var/log/nginx/access.log",
  error: "var/log/nginx/error.log",
  engine: "var/log/eb-engine.log",
  hooks: "var/log/eb-hooks.log",
  health: "environment-health.log",
} as const;

const SERVICE_POLICIES = {
  health: "arn:aws:iam::aws:policy/service-role/AWSElasticBeanstalkEnhancedHealth",
  updates: "arn:aws:iam::aws:policy/AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy",
} as const;

/** Newest platform of this Python on this Amazon Linux. */
const PLATFORM = "^64bit Amazon Linux 2023 v4\\.(.*) running Python 3\\.11$";

const VARIABLES_LIMIT = 4096;
const SECRET_NAME = /PASSWORD|PASSWD|TOKEN|PRIVATE|CREDENTIAL|API_?KEY|SECRET(?!_ARN$)/i;

/** Roots that database certificates are checked against; `app/platform` puts them there, libpq reads the variable. */
const DATABASE_ROOTS = "/etc/pki/ai-prism/database-roots.pem";

const ROOT = path.join(__dirname, "..");

/**
 * The Flask application on Elastic Beanstalk: fleet, load balancer, deployments and logs. Three t3.large and a load
 * balancer cost about 220 USD a month.
 */
export class BeanstalkApp extends Component<BeanstalkAppTransforms> {
  readonly environmentName: pulumi.Output<string>;
  /** `e-…` */
  readonly environmentId: pulumi.Output<string>;
  /** Host name that the environment answers to by itself. */
  readonly cname: pulumi.Output<string>;
  readonly loadBalancerArn: pulumi.Output<string>;
  /** `app/…/…`: the dimension LoadBalancer of the balancer's metrics. */
  readonly loadBalancerDimension: pulumi.Output<string>;
  /** The load balancer's DNS name. */
  readonly endpointUrl: pulumi.Output<string>;
  readonly autoScalingGroupName: pulumi.Output<string>;
  readonly bundleBucketName: pulumi.Output<string>;
  /** Label of the version that the environment came up with. */
  readonly versionLabel: pulumi.Output<string>;
  readonly logGroupNames: Readonly<Record<keyof typeof LOG_FILES, pulumi.Output<string>>>;
  readonly nodes: {
    readonly application: aws.elasticbeanstalk.Application;
    readonly applicationVersion: aws.elasticbeanstalk.ApplicationVersion;
    readonly bundleBucket: BucketNodes;
    readonly environment: aws.elasticbeanstalk.Environment;
    readonly serviceRole: aws.iam.Role;
  };

  /**
   * @throws InvalidArgument for more instances at least than at most, a plain variable that is named like a secret, or
   *   more than 4096 characters of plain variables
   */
  constructor(name: string, args: BeanstalkAppArgs, options?: pulumi.ComponentResourceOptions) {
    super("BeanstalkApp", name, args.transform, options);
    const { region, kmsKeyArn, disposable } = args;
    if (args.minInstances > args.maxInstances) {
      this.refuse("minInstances", args.minInstances, `at most maxInstances, ${args.maxInstances}`);
    }
    const variables = {
      ...args.variables,
      WEB_PROCESSES: String(args.webProcesses),
      WEB_THREADS: String(args.webThreads),
      WORKER_PROCESSES: String(args.workerProcesses),
      PGSSLROOTCERT: DATABASE_ROOTS,
    };
    for (const variable of Object.keys(variables)) {
      if (!SECRET_NAME.test(variable)) continue;
      this.refuse("variables", variable, "names that do not sound like a secret; a secret goes into secretVariables");
    }

    const logGroups = Object.entries(LOG_FILES).map(([log, file]) => {
      const group = this.child("logGroup", aws.cloudwatch.LogGroup, `${name}-${log}`, {
        name: `/aws/elasticbeanstalk/${args.environmentName}/${file}`,
        region,
        retentionInDays: args.logRetentionInDays,
        kmsKeyId: kmsKeyArn,
      });
      return [log, group] as const;
    });
    const logGroupNames = Object.fromEntries(logGroups.map(([log, group]) => [log, group.name])) as Record<
      keyof typeof LOG_FILES,
      pulumi.Output<string>
    >;

    const serviceRole = this.child("serviceRole", aws.iam.Role, `${name}-service`, {
      name: args.serviceRoleName,
      description: `Elastic Beanstalk's own work for ${args.environmentName}`,
      assumeRolePolicy: trustService("elasticbeanstalk.amazonaws.com", {
        StringEquals: { "sts:ExternalId": "elasticbeanstalk" },
      }),
    });
    const servicePolicies = Object.entries(SERVICE_POLICIES).map(
      ([purpose, policyArn]) =>
        new aws.iam.RolePolicyAttachment(
          `${name}-service-${purpose}`,
          { role: serviceRole.name, policyArn },
          { parent: this },
        ),
    );
    const instancePolicies = Object.entries({
      ...args.instanceStatements,
      platform: platformStatements(args),
    }).map(
      ([topic, statements]) =>
        new aws.iam.RolePolicy(
          `${name}-${topic}`,
          { name: topic, role: args.roleName, policy: policyJson(statements) },
          { parent: this },
        ),
    );

    const application = this.child("application", aws.elasticbeanstalk.Application, name, {
      name: args.applicationName,
      description: "Reviews documents with Claude models",
      region,
      appversionLifecycle: { serviceRole: serviceRole.arn, maxCount: 100, deleteSourceFromS3: false },
    });
    const bundleBucket = createBucket(
      this,
      `${name}-bundles`,
      {
        bucketName: args.bundleBucketName,
        region,
        kmsKeyArn,
        logBucketName: args.logBucketName,
        lifecycleRules: [expireOldVersions(90)],
        statements: () => [],
        disposable,
      },
      args.transform?.bundleBucket,
    );
    const { versionLabel, archive } = bundle([path.join(ROOT, "app/platform"), path.join(ROOT, args.bundle)]);
    const object = new aws.s3.BucketObjectv2(
      `${name}-bundle`,
      { bucket: bundleBucket.bucket.id, region, key: `${args.applicationName}/${versionLabel}.zip`, source: archive },
      {
        parent: this,
        // Uploaded before encryption is set, it would stay as it was.
        dependsOn: [bundleBucket.encryption, bundleBucket.versioning],
        // Later versions are releases'. AWS would not delete the version that runs, nor take a label a second time.
        ignoreChanges: ["key", "source"],
        retainOnDelete: !disposable,
      },
    );
    const applicationVersion = this.child(
      "applicationVersion",
      aws.elasticbeanstalk.ApplicationVersion,
      name,
      {
        name: versionLabel,
        application: application.name,
        region,
        bucket: bundleBucket.bucket.id,
        key: object.key,
        description: "Brought along by the infrastructure program",
      },
      { ignoreChanges: ["name", "key"], retainOnDelete: !disposable },
    );

    const sorted = (ids: pulumi.Input<string[]>) => pulumi.output(ids).apply((list) => [...list].sort().join(","));
    const settingsInputs: SettingsInputs<pulumi.Input<string>> = {
      vpcId: args.vpcId,
      instanceSubnets: sorted(args.instanceSubnetIds),
      loadBalancerSubnets: sorted(args.loadBalancerSubnetIds),
      access: args.loadBalancer.access === "cdn" ? "cdn" : args.loadBalancer,
      loadBalancerSecurityGroup: args.securityGroupIds.loadBalancer,
      instanceSecurityGroup: args.securityGroupIds.instances,
      instanceProfile: args.instanceProfileName,
      serviceRole: serviceRole.arn,
      instanceType: args.instanceType,
      minInstances: args.minInstances,
      maxInstances: args.maxInstances,
      zones: args.zones,
      scaleOutAboveCpuPercent: args.scaleOutAboveCpuPercent,
      scaleInBelowCpuPercent: args.scaleInBelowCpuPercent,
      logBucket: args.logBucketName,
      logRetentionInDays: args.logRetentionInDays,
      requestTimeoutInSeconds: args.requestTimeoutInSeconds,
      variables: this.withinLimit(variables),
      secretVariables: args.secretVariables,
      deleteLogsOnTermination: disposable ?? false,
    };
    const platform = aws.elasticbeanstalk.getSolutionStackOutput(
      { mostRecent: true, nameRegex: PLATFORM, region },
      { parent: this },
    );
    const environment = this.child(
      "environment",
      aws.elasticbeanstalk.Environment,
      name,
      {
        name: args.environmentName,
        application: application.name,
        description: "AI-Prism behind an Application Load Balancer",
        region,
        cnamePrefix: args.cnamePrefix,
        tier: "WebServer",
        solutionStackName: platform.name,
        version: applicationVersion.name,
        settings: beanstalkSettings(settingsInputs),
        waitForReadyTimeout: "45m",
      },
      {
        // Beanstalk makes log groups that it does not find, unencrypted.
        dependsOn: [...servicePolicies, ...instancePolicies, ...logGroups.map(([, group]) => group)],
        // Releases move the version on, managed updates the platform; the next deployment must not set either back.
        ignoreChanges: ["version", "solutionStackName"],
        // Repeats every setting, and the engine does not know that it does.
        additionalSecretOutputs: ["allSettings"],
        customTimeouts: { create: "60m", update: "60m", delete: "45m" },
      },
    );

    this.nodes = { application, applicationVersion, bundleBucket, environment, serviceRole };
    this.environmentName = environment.name;
    this.environmentId = environment.id;
    this.cname = environment.cname;
    this.loadBalancerArn = environment.loadBalancers.apply(([arn]) => arn!);
    this.loadBalancerDimension = this.loadBalancerArn.apply((arn) => arn.slice(arn.indexOf("loadbalancer/") + 13));
    this.endpointUrl = environment.endpointUrl;
    this.autoScalingGroupName = environment.autoscalingGroups.apply(([group]) => group!);
    this.bundleBucketName = bundleBucket.bucket.bucket;
    this.versionLabel = applicationVersion.name;
    this.logGroupNames = logGroupNames;
    this.registerOutputs({
      environmentName: this.environmentName,
      environmentId: this.environmentId,
      cname: this.cname,
      loadBalancerArn: this.loadBalancerArn,
      endpointUrl: this.endpointUrl,
      autoScalingGroupName: this.autoScalingGroupName,
      bundleBucketName: this.bundleBucketName,
      versionLabel: this.versionLabel,
      logGroupNames: this.logGroupNames,
    });
  }

  /** The variables themselves, which fail as soon as they are known to be longer together than Beanstalk takes. */
  private withinLimit(variables: Record<string, pulumi.Input<string>>): Record<string, pulumi.Input<string>> {
    const check = (known: Record<string, unknown>): void => {
      const length = Object.entries(known).reduce(
        (sum, [key, value]) => sum + key.length + String(value).length + 2,
        0,
      );
      if (length <= VARIABLES_LIMIT) return;
      this.refuse("variables", `${length} characters`, `at most ${VARIABLES_LIMIT} characters of names and values`);
    };
    const isPlain = ([, value]: [string, unknown]): boolean => typeof value === "string";
    check(Object.fromEntries(Object.entries(variables).filter(isPlain)));
    const checked = pulumi.all(variables).apply(check);
    // Only outputs wait for the check: what is known stays known in a preview although others are not.
    return Object.fromEntries(
      Object.entries(variables).map(([key, value]) => [
        key,
        isPlain([key, value]) ? value : pulumi.all([value, checked]).apply(([own]) => own),
      ]),
    );
  }
}

/** What every instance of the platform does: send logs, health and memory, and fetch bundles. */
function platformStatements(args: BeanstalkAppArgs): pulumi.Output<Statement[]> {
  const { region, accountId } = args;
  return pulumi.output([
    {
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams", "logs:DescribeLogGroups"],
      Resource: `arn:aws:logs:${region}:${accountId}:log-group:/aws/elasticbeanstalk/${args.environmentName}/*`,
    },
    {
      Effect: "Allow",
      Action: "elasticbeanstalk:PutInstanceStatistics",
      Resource: [
        `arn:aws:elasticbeanstalk:${region}:${accountId}:application/${args.applicationName}`,
        `arn:aws:elasticbeanstalk:${region}:${accountId}:environment/${args.applicationName}/${args.environmentName}`,
      ],
    },
    {
      // The API names no resource; the namespace is what limits it.
      Effect: "Allow",
      Action: "cloudwatch:PutMetricData",
      Resource: "*",
      Condition: { StringEquals: { "cloudwatch:namespace": INSTANCE_NAMESPACE } },
    },
    {
      // The agent looks up its scaling group; the API names no resource.
      Effect: "Allow",
      Action: ["ec2:DescribeTags", "ec2:DescribeInstances"],
      Resource: "*",
      Condition: { StringEquals: { "aws:RequestedRegion": region } },
    },
    {
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: [
        `arn:aws:s3:::${args.bundleBucketName}/*`,
        `arn:aws:s3:::elasticbeanstalk-${region}-${accountId}/resources/environments/*`,
      ],
    },
    {
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:::elasticbeanstalk-${region}-${accountId}/resources/environments/logs/*`,
    },
    {
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: args.kmsKeyArn,
      Condition: { StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } },
    },
  ]) as pulumi.Output<Statement[]>;
}
