import { isObject, list, type Properties, text } from "../values";
import type { Model, ModelContext, Models } from "./model";

/** Option names by namespace; `*` is a namespace whose names are the user's own. */
const OPTIONS: Record<string, string[] | "*"> = {
  "aws:ec2:vpc": ["VPCId", "Subnets", "ELBSubnets", "ELBScheme", "AssociatePublicIpAddress", "DBSubnets"],
  "aws:elasticbeanstalk:environment": [
    "EnvironmentType",
    "LoadBalancerType",
    "LoadBalancerIsShared",
    "ServiceRole",
    "ExternalExtensionsS3Bucket",
    "ExternalExtensionsS3Key",
  ],
  "aws:autoscaling:asg": [
    "MinSize",
    "MaxSize",
    "Cooldown",
    "Availability Zones",
    "EnableCapacityRebalancing",
    "Custom Availability Zones",
  ],
  "aws:ec2:instances": [
    "InstanceTypes",
    "SupportedArchitectures",
    "EnableSpot",
    "SpotFleetOnDemandBase",
    "SpotFleetOnDemandAboveBasePercentage",
    "SpotMaxPrice",
    "SpotAllocationStrategy",
  ],
  "aws:autoscaling:launchconfiguration": [
    "IamInstanceProfile",
    "SecurityGroups",
    "DisableDefaultEC2SecurityGroup",
    "DisableIMDSv1",
    "RootVolumeType",
    "RootVolumeSize",
    "RootVolumeIOPS",
    "RootVolumeThroughput",
    "MonitoringInterval",
    "EC2KeyName",
    "SSHSourceRestriction",
    "BlockDeviceMappings",
    "ImageId",
    "InstanceType",
    "LaunchTemplateTagPropagationEnabled",
  ],
  "aws:autoscaling:trigger": [
    "MeasureName",
    "Statistic",
    "Unit",
    "UpperThreshold",
    "LowerThreshold",
    "UpperBreachScaleIncrement",
    "LowerBreachScaleIncrement",
    "BreachDuration",
    "Period",
    "EvaluationPeriods",
  ],
  "aws:autoscaling:scheduledaction": [
    "StartTime",
    "EndTime",
    "MaxSize",
    "MinSize",
    "DesiredCapacity",
    "Recurrence",
    "Suspend",
  ],
  "aws:autoscaling:updatepolicy:rollingupdate": [
    "RollingUpdateEnabled",
    "RollingUpdateType",
    "MaxBatchSize",
    "MinInstancesInService",
    "PauseTime",
    "Timeout",
  ],
  "aws:elasticbeanstalk:application": ["Application Healthcheck URL"],
  "aws:elasticbeanstalk:command": ["DeploymentPolicy", "BatchSizeType", "BatchSize", "Timeout", "IgnoreHealthCheck"],
  "aws:elasticbeanstalk:trafficsplitting": ["NewVersionPercent", "EvaluationTime"],
  "aws:elbv2:loadbalancer": [
    "AccessLogsS3Bucket",
    "AccessLogsS3Enabled",
    "AccessLogsS3Prefix",
    "IdleTimeout",
    "SecurityGroups",
    "ManagedSecurityGroup",
    "IpAddressType",
    "SharedLoadBalancer",
  ],
  "aws:elasticbeanstalk:healthreporting:system": [
    "SystemType",
    "ConfigDocument",
    "EnhancedHealthAuthEnabled",
    "HealthCheckSuccessThreshold",
  ],
  "aws:elasticbeanstalk:cloudwatch:logs": ["StreamLogs", "DeleteOnTerminate", "RetentionInDays"],
  "aws:elasticbeanstalk:cloudwatch:logs:health": ["HealthStreamingEnabled", "DeleteOnTerminate", "RetentionInDays"],
  "aws:elasticbeanstalk:managedactions": [
    "ManagedActionsEnabled",
    "PreferredStartTime",
    "ServiceRoleForManagedUpdates",
  ],
  "aws:elasticbeanstalk:managedactions:platformupdate": ["UpdateLevel", "InstanceRefreshEnabled"],
  "aws:elasticbeanstalk:monitoring": ["Automatically Terminate Unhealthy Instances"],
  "aws:elasticbeanstalk:hostmanager": ["LogPublicationControl"],
  "aws:elasticbeanstalk:xray": ["XRayEnabled"],
  "aws:elasticbeanstalk:control": ["DefaultSSHPort", "LaunchTimeout", "LaunchType", "RollbackLaunchOnFailure"],
  "aws:elasticbeanstalk:sns:topics": [
    "Notification Endpoint",
    "Notification Protocol",
    "Notification Topic ARN",
    "Notification Topic Name",
  ],
  "aws:elasticbeanstalk:container:python": ["WSGIPath", "NumProcesses", "NumThreads"],
  "aws:elasticbeanstalk:container:python:staticfiles": "*",
  "aws:elasticbeanstalk:environment:proxy": ["ProxyServer"],
  "aws:elasticbeanstalk:environment:proxy:staticfiles": "*",
  "aws:elasticbeanstalk:application:environment": "*",
  "aws:elasticbeanstalk:application:environmentsecrets": "*",
};

const PROCESS = [
  "HealthCheckPath",
  "Port",
  "Protocol",
  "MatcherHTTPCode",
  "HealthCheckInterval",
  "HealthCheckTimeout",
  "HealthyThresholdCount",
  "UnhealthyThresholdCount",
  "DeregistrationDelay",
  "StickinessEnabled",
  "StickinessType",
  "StickinessLBCookieDuration",
];

/** Namespaces that end in a name of the user's own. */
const NAMED: [RegExp, string[]][] = [
  [/^aws:elasticbeanstalk:environment:process:[\w-]+$/, PROCESS],
  [
    /^aws:elbv2:listener:(default|\d+)$/,
    ["ListenerEnabled", "Protocol", "DefaultProcess", "Rules", "SSLCertificateArns", "SSLPolicy"],
  ],
  [/^aws:elbv2:listenerrule:[\w-]+$/, ["HostHeaders", "PathPatterns", "Priority", "Process"]],
];

/** Characters that the environment's variables may have together. */
const VARIABLES_LIMIT = 4096;

function optionsOf(namespace: string): string[] | "*" | undefined {
  if (Object.hasOwn(OPTIONS, namespace)) return OPTIONS[namespace];
  return NAMED.find(([pattern]) => pattern.test(namespace))?.[1];
}

interface Setting {
  namespace: string;
  name: string;
  value: string;
}

function settingsOf({ inputs }: Pick<ModelContext, "inputs">): Setting[] {
  return list(inputs.settings)
    .filter(isObject)
    .map(({ namespace, name, value }) => ({
      namespace: String(namespace),
      name: String(name),
      value: String(value ?? ""),
    }));
}

function setting(context: Pick<ModelContext, "inputs">, namespace: string, name: string): string | undefined {
  return settingsOf(context).find((one) => one.namespace === namespace && one.name === name)?.value;
}

function refuseSettings(context: ModelContext): string | undefined {
  const seen = new Set<string>();
  for (const { namespace, name } of settingsOf(context)) {
    const known = optionsOf(namespace);
    if (!known) return `settings: there is no option namespace "${namespace}"`;
    if (known !== "*" && !known.includes(name)) {
      return `settings: namespace "${namespace}" has no option "${name}"; it has ${known.join(", ")}`;
    }
    const key = `${namespace}\n${name}`;
    const resource = namespace === "aws:autoscaling:scheduledaction";
    if (!resource && seen.has(key)) return `settings: option "${name}" of "${namespace}" is given twice`;
    seen.add(key);
  }
  const variables = settingsOf(context).filter(
    ({ namespace }) => namespace === "aws:elasticbeanstalk:application:environment",
  );
  const characters = variables.reduce((sum, { name, value }) => sum + name.length + value.length + 2, 0);
  if (characters > VARIABLES_LIMIT) {
    return `settings: the environment variables have ${characters} characters together; ${VARIABLES_LIMIT} are allowed`;
  }
  const asg = (name: string) => Number(setting(context, "aws:autoscaling:asg", name) ?? NaN);
  if (asg("MinSize") > asg("MaxSize")) return `settings: MinSize ${asg("MinSize")} is above MaxSize ${asg("MaxSize")}`;
  return undefined;
}

function refuse(context: ModelContext): string | undefined {
  const { inputs, world, region } = context;
  const application = text(inputs.application);
  if (!world.findBy("aws:elasticbeanstalk/application:Application", "name", application, region)) {
    return `there is no application "${application}" in ${region}`;
  }
  const version = text(inputs.version);
  const known = world
    .ofType("aws:elasticbeanstalk/applicationVersion:ApplicationVersion")
    .some((one) => one.region === region && one.inputs.name === version && one.inputs.application === application);
  if (version && !known) return `application "${application}" has no version "${version}"`;
  if (inputs.tier === "Worker" && inputs.cnamePrefix !== undefined) return "tier Worker takes no cnamePrefix";
  const stack = text(inputs.solutionStackName);
  if (stack && !/^64bit Amazon Linux \d+ v\d+\.\d+\.\d+ running .+$/.test(stack)) {
    return `solutionStackName "${stack}" is no solution stack`;
  }
  const wrong = refuseSettings(context);
  if (wrong) return wrong;
  const profile = setting(context, "aws:autoscaling:launchconfiguration", "IamInstanceProfile");
  if (!profile) return "settings: IamInstanceProfile of aws:autoscaling:launchconfiguration must be given";
  const name = profile.slice(profile.lastIndexOf("/") + 1);
  if (!world.findBy("aws:iam/instanceProfile:InstanceProfile", "name", name))
    return `there is no instance profile "${name}"`;
  return undefined;
}

function outputs(context: ModelContext): Properties {
  const { inputs, identifiers, id, region, account, partition } = context;
  const worker = inputs.tier === "Worker";
  const stack = `awseb-${id}-stack`;
  const single = setting(context, "aws:elasticbeanstalk:environment", "EnvironmentType") === "SingleInstance";
  const balanced = !worker && !single;
  const application = setting(context, "aws:elasticbeanstalk:environment", "LoadBalancerType") === "application";
  const internal = setting(context, "aws:ec2:vpc", "ELBScheme") === "internal";
  const balancer = `awseb--AWSEB-${identifiers.mixed(12, "lb")}`;
  const address = `${internal ? "internal-" : ""}${balancer}-${identifiers.digits(9, "lb")}.${region}.elb.amazonaws.com`;
  const prefix = text(inputs.cnamePrefix) ?? `${String(inputs.name)}.${identifiers.lower(10, "cname")}`;
  const count = single ? 1 : Number(setting(context, "aws:autoscaling:asg", "MinSize") ?? 1);
  const arn = `arn:${partition}:elasticloadbalancing:${region}:${account}:loadbalancer/app/${balancer}/${identifiers.hex(16, "lb")}`;
  const platform = text(inputs.solutionStackName)?.match(/^64bit (Amazon Linux \d+) v([\d.]+) running (.+)$/);
  return {
    allSettings: list(inputs.settings),
    autoscalingGroups: [`${stack}-AWSEBAutoScalingGroup-${identifiers.mixed(12, "asg")}`],
    launchConfigurations: [`${stack}-AWSEBEC2LaunchTemplate-${identifiers.mixed(12, "lt")}`],
    loadBalancers: balanced ? [application ? arn : balancer] : [],
    instances: Array.from({ length: count }, (_, index) => `i-${identifiers.hex(17, `instance${index}`)}`),
    queues: worker
      ? [`https://sqs.${region}.amazonaws.com/${account}/${stack}-AWSEBWorkerQueue-${identifiers.mixed(12, "queue")}`]
      : [],
    triggers: [],
    cname: worker ? "" : `${prefix}.${region}.elasticbeanstalk.com`,
    cnamePrefix: worker ? "" : prefix,
    endpointUrl: worker ? "" : balanced ? address : `13.48.${parseInt(identifiers.hex(2, "ip"), 16)}.10`,
    platformArn: platform
      ? `arn:${partition}:elasticbeanstalk:${region}::platform/${platform[3]} running on 64bit ${platform[1]}/${platform[2]}`
      : undefined,
    version: "",
  };
}

const applicationVersion: Model = {
  refuse({ inputs, world, region }) {
    if (!world.findBy("aws:elasticbeanstalk/application:Application", "name", inputs.application, region)) {
      return `there is no application "${String(inputs.application)}" in ${region}`;
    }
    const bucket = world.find("aws:s3/bucket:Bucket", String(inputs.bucket));
    if (bucket && bucket.region !== region) return `bucket "${bucket.id}" is in ${bucket.region}, not in ${region}`;
    return undefined;
  },
};

export const models: Models = {
  "aws:elasticbeanstalk/environment:Environment": { outputs, refuse },
  "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": applicationVersion,
  "aws:elasticbeanstalk/application:Application": {
    refuseDelete({ world, inputs, region }) {
      const user = world.findBy("aws:elasticbeanstalk/environment:Environment", "application", inputs.name, region);
      return user && `environment "${user.name}" runs in it`;
    },
  },
};
