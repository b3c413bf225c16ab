/** One option setting of an Elastic Beanstalk environment. */
export interface Setting<Value = string> {
  readonly namespace: string;
  readonly name: string;
  readonly value: Value;
}

/** What decides the option settings of an environment; `Value` is text, or an output of it. */
export interface SettingsInputs<Value = string> {
  readonly vpcId: Value;
  /** Sorted, as Beanstalk reads them back. */
  readonly instanceSubnets: Value;
  readonly loadBalancerSubnets: Value;
  readonly access: "cdn" | { readonly certificateArn: Value };
  readonly loadBalancerSecurityGroup: Value;
  readonly instanceSecurityGroup: Value;
  readonly instanceProfile: Value;
  readonly serviceRole: Value;
  readonly instanceType: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  /** Zones the subnets are in. */
  readonly zones: number;
  readonly scaleOutAboveCpuPercent: number;
  readonly scaleInBelowCpuPercent: number;
  readonly logBucket: Value;
  readonly logRetentionInDays: number;
  readonly requestTimeoutInSeconds: number;
  readonly variables: Readonly<Record<string, Value>>;
  /** Variable name to secret reference: ARN, or ARN and key. */
  readonly secretVariables: Readonly<Record<string, Value>>;
  /** Whether logs go with the environment. */
  readonly deleteLogsOnTermination: boolean;
}

/** Minutes over which CPU is averaged, and for how many such periods it has to stay there, before the fleet changes. */
const SCALING_PERIOD_MINUTES = 1;
const SCALING_PERIODS = 5;

/** Most zones that Beanstalk can be asked to spread instances over. */
const MOST_ZONES = 3;

/** Metrics that enhanced health publishes beyond the free one. Each is billed as a custom metric. */
const PUBLISHED_HEALTH_METRICS = { InstancesDegraded: 60, InstancesSevere: 60 };

/**
 * The option settings of a load-balanced Python environment behind an Application Load Balancer, sorted by namespace
 * and name, so that the same input always gives the same list.
 */
export function beanstalkSettings<Value>(inputs: SettingsInputs<Value>): Setting<Value | string>[] {
  const isPublic = inputs.access !== "cdn";
  const options: Record<string, Record<string, Value | string | number | boolean>> = {
    "aws:ec2:vpc": {
      VPCId: inputs.vpcId,
      Subnets: inputs.instanceSubnets,
      ELBSubnets: inputs.loadBalancerSubnets,
      ELBScheme: isPublic ? "public" : "internal",
      AssociatePublicIpAddress: false,
    },
    "aws:elasticbeanstalk:environment": {
      EnvironmentType: "LoadBalanced",
      LoadBalancerType: "application",
      ServiceRole: inputs.serviceRole,
    },
    "aws:autoscaling:asg": {
      MinSize: inputs.minInstances,
      MaxSize: inputs.maxInstances,
      "Availability Zones": `Any ${Math.min(inputs.zones, MOST_ZONES)}`,
      Cooldown: 360,
    },
    "aws:autoscaling:trigger": {
      MeasureName: "CPUUtilization",
      Statistic: "Average",
      Unit: "Percent",
      Period: SCALING_PERIOD_MINUTES,
      EvaluationPeriods: SCALING_PERIODS,
      BreachDuration: SCALING_PERIOD_MINUTES * SCALING_PERIODS,
      UpperThreshold: inputs.scaleOutAboveCpuPercent,
      LowerThreshold: inputs.scaleInBelowCpuPercent,
      UpperBreachScaleIncrement: 1,
      LowerBreachScaleIncrement: -1,
    },
    "aws:autoscaling:updatepolicy:rollingupdate": {
      RollingUpdateEnabled: true,
      RollingUpdateType: "Immutable",
    },
    "aws:ec2:instances": { InstanceTypes: inputs.instanceType },
    "aws:autoscaling:launchconfiguration": {
      IamInstanceProfile: inputs.instanceProfile,
      SecurityGroups: inputs.instanceSecurityGroup,
      // Beanstalk's own group would let the whole VPC in.
      DisableDefaultEC2SecurityGroup: true,
      DisableIMDSv1: true,
      // Encrypted through the account's EBS default: Beanstalk has no option for it.
      RootVolumeType: "gp3",
      RootVolumeSize: 20,
      MonitoringInterval: "1 minute",
    },
    "aws:elbv2:loadbalancer": {
      SecurityGroups: inputs.loadBalancerSecurityGroup,
      ManagedSecurityGroup: inputs.loadBalancerSecurityGroup,
      IdleTimeout: inputs.requestTimeoutInSeconds,
      AccessLogsS3Enabled: true,
      AccessLogsS3Bucket: inputs.logBucket,
      AccessLogsS3Prefix: "load-balancer",
    },
    "aws:elbv2:listener:default": isPublic
      ? { ListenerEnabled: false }
      : { ListenerEnabled: true, Protocol: "HTTP", DefaultProcess: "default" },
    ...(inputs.access !== "cdn" && {
      "aws:elbv2:listener:443": {
        ListenerEnabled: true,
        Protocol: "HTTPS",
        DefaultProcess: "default",
        SSLCertificateArns: inputs.access.certificateArn,
        SSLPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      },
    }),
    "aws:elasticbeanstalk:environment:process:default": {
      Port: 80,
      Protocol: "HTTP",
      // Shallow on purpose: a failing database must not have the whole fleet replaced.
      HealthCheckPath: "/health/live",
      MatcherHTTPCode: "200",
      HealthCheckInterval: 15,
      HealthCheckTimeout: 5,
      HealthyThresholdCount: 3,
      UnhealthyThresholdCount: 5,
      DeregistrationDelay: inputs.requestTimeoutInSeconds,
      StickinessEnabled: false,
    },
    "aws:elasticbeanstalk:environment:proxy": { ProxyServer: "nginx" },
    "aws:elasticbeanstalk:command": { DeploymentPolicy: "Immutable", Timeout: 1800 },
    "aws:elasticbeanstalk:healthreporting:system": {
      SystemType: "enhanced",
      EnhancedHealthAuthEnabled: true,
      ConfigDocument: JSON.stringify({
        Version: 1,
        CloudWatchMetrics: { Environment: PUBLISHED_HEALTH_METRICS, Instance: {} },
      }),
    },
    "aws:elasticbeanstalk:cloudwatch:logs": {
      StreamLogs: true,
      DeleteOnTerminate: inputs.deleteLogsOnTermination,
      RetentionInDays: inputs.logRetentionInDays,
    },
    "aws:elasticbeanstalk:cloudwatch:logs:health": {
      HealthStreamingEnabled: true,
      DeleteOnTerminate: inputs.deleteLogsOnTermination,
      RetentionInDays: inputs.logRetentionInDays,
    },
    "aws:elasticbeanstalk:managedactions": {
      ManagedActionsEnabled: true,
      PreferredStartTime: "Tue:09:00",
      ServiceRoleForManagedUpdates: inputs.serviceRole,
    },
    "aws:elasticbeanstalk:managedactions:platformupdate": { UpdateLevel: "minor", InstanceRefreshEnabled: true },
    "aws:elasticbeanstalk:xray": { XRayEnabled: false },
    "aws:elasticbeanstalk:application:environment": { ...inputs.variables },
    "aws:elasticbeanstalk:application:environmentsecrets": { ...inputs.secretVariables },
  };
  return Object.entries(options)
    .flatMap(([namespace, values]) =>
      Object.entries(values).map(([name, value]) => ({
        namespace,
        name,
        value: typeof value === "number" || typeof value === "boolean" ? String(value) : value,
      })),
    )
    .sort((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
