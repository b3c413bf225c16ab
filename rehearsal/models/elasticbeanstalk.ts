import { isObject, list, type Properties, text } from "../values";
import { cannotLogTo, tooFewZones } from "./lb";
import { type Model, type ModelContext, type Models, type Refused, refused } from "./model";
import { cannotAssume, groupElsewhere, naming, optionValues, plain, vpcOfSubnet } from "./references";

const APPLICATION = "aws:elasticbeanstalk/application:Application";
const VERSION = "aws:elasticbeanstalk/applicationVersion:ApplicationVersion";
const ENVIRONMENT = "aws:elasticbeanstalk/environment:Environment";

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

function refuseSettings(context: ModelContext): Refused | undefined {
  const seen = new Set<string>();
  for (const { namespace, name } of settingsOf(context)) {
    const known = optionsOf(namespace);
    if (!known) {
      return refused("ConfigurationValidationException", `settings: there is no option namespace "${namespace}"`);
    }
    if (known !== "*" && !known.includes(name)) {
      return refused(
        "ConfigurationValidationException",
        `settings: namespace "${namespace}" has no option "${name}"; it has ${known.join(", ")}`,
      );
    }
    const key = `${namespace}\n${name}`;
    const resource = namespace === "aws:autoscaling:scheduledaction";
    if (!resource && seen.has(key)) {
      return refused("InvalidParameterValue", `settings: option "${name}" of "${namespace}" is given twice`);
    }
    seen.add(key);
  }
  const variables = settingsOf(context).filter(
    ({ namespace }) => namespace === "aws:elasticbeanstalk:application:environment",
  );
  const characters = variables.reduce((sum, { name, value }) => sum + name.length + value.length + 2, 0);
  if (characters > VARIABLES_LIMIT) {
    return refused(
      "ConfigurationValidationException",
      `settings: the environment variables have ${characters} characters together; ${VARIABLES_LIMIT} are allowed`,
    );
  }
  const asg = (name: string) => Number(setting(context, "aws:autoscaling:asg", name) ?? NaN);
  return asg("MinSize") > asg("MaxSize")
    ? refused(
        "ConfigurationValidationException",
        `settings: MinSize ${asg("MinSize")} is above MaxSize ${asg("MaxSize")}`,
      )
    : undefined;
}

function refuse(context: ModelContext): Refused | undefined {
  const { inputs, world, region } = context;
  const application = text(inputs.application);
  if (!world.findBy(APPLICATION, "name", application, region)) {
    return refused(
      "InvalidParameterValue",
      `No Application named '${application}' found: there is no application "${application}" in ${region}`,
    );
  }
  const version = text(inputs.version);
  const known = world
    .ofType(VERSION)
    .some((one) => one.region === region && one.inputs.name === version && one.inputs.application === application);
  if (version && !known) {
    return refused(
      "InvalidParameterValue",
      `No Application Version named '${version}' found: application "${application}" has no version "${version}"`,
    );
  }
  if (inputs.tier === "Worker" && inputs.cnamePrefix !== undefined) {
    return refused("InvalidParameterCombination", "tier Worker takes no cnamePrefix");
  }
  const stack = text(inputs.solutionStackName);
  if (stack && !/^64bit Amazon Linux \d+ v\d+\.\d+\.\d+ running .+$/.test(stack)) {
    return refused(
      "InvalidParameterValue",
      `No Solution Stack named '${stack}' found: solutionStackName "${stack}" is no solution stack`,
    );
  }
  return refuseSettings(context) ?? refuseRoles(context) ?? refuseNetwork(context) ?? refuseLogs(context);
}

/** The instances and the service itself act as roles; without them no environment becomes ready. */
function refuseRoles(context: ModelContext): Refused | undefined {
  const { world } = context;
  const profile = setting(context, "aws:autoscaling:launchconfiguration", "IamInstanceProfile");
  if (!profile) {
    return refused(
      "ConfigurationValidationException",
      "settings: IamInstanceProfile of aws:autoscaling:launchconfiguration must be given",
    );
  }
  const name = profile.slice(profile.lastIndexOf("/") + 1);
  const known = world.findBy("aws:iam/instanceProfile:InstanceProfile", "name", name);
  if (!known) {
    return refused(
      "ConfigurationValidationException",
      `The instance profile ${name} associated with the environment does not exist: there is no instance profile "${name}"`,
    );
  }
  const role = plain(known).role;
  if (role === undefined) {
    return refused(
      "ConfigurationValidationException",
      `IAM Instance Profile "${name}" has no associated IAM Roles: ${naming(known)} needs role`,
    );
  }
  const instances = cannotAssume(context, role, "ec2.amazonaws.com");
  if (instances) {
    return refused(
      "ConfigurationValidationException",
      `The instances cannot assume the role of instance profile "${name}": ${instances}`,
    );
  }
  const service = setting(context, "aws:elasticbeanstalk:environment", "ServiceRole");
  const barred =
    service === undefined
      ? undefined
      : cannotAssume(context, service, "elasticbeanstalk.amazonaws.com", { "sts:ExternalId": "elasticbeanstalk" });
  return barred
    ? refused(
        "ConfigurationValidationException",
        `Unable to assume role "${service}". Verify that the role exists and is configured correctly: ${barred}`,
      )
    : undefined;
}

function refuseNetwork(context: ModelContext): Refused | undefined {
  const { inputs, world } = context;
  const vpc = setting(context, "aws:ec2:vpc", "VPCId");
  for (const name of ["Subnets", "ELBSubnets"]) {
    const stray = optionValues(inputs, "aws:ec2:vpc", name).find(
      (subnet) => vpc !== undefined && (vpcOfSubnet(world, subnet) ?? vpc) !== vpc,
    );
    if (stray) {
      return refused(
        "ConfigurationValidationException",
        `Invalid option value: '${stray}' (Namespace: 'aws:ec2:vpc', OptionName: '${name}'): the subnet is in ${vpcOfSubnet(world, stray)}, not in ${vpc}`,
      );
    }
  }
  const groups = [
    ...optionValues(inputs, "aws:autoscaling:launchconfiguration", "SecurityGroups"),
    ...optionValues(inputs, "aws:elbv2:loadbalancer", "SecurityGroups"),
    ...optionValues(inputs, "aws:elbv2:loadbalancer", "ManagedSecurityGroup"),
  ];
  const elsewhere = groupElsewhere(world, groups, vpc);
  if (elsewhere) {
    return refused(
      "ConfigurationValidationException",
      `Invalid option value (OptionName: 'SecurityGroups'): ${elsewhere}`,
    );
  }
  const application = setting(context, "aws:elasticbeanstalk:environment", "LoadBalancerType") === "application";
  const few = application ? tooFewZones(context, optionValues(inputs, "aws:ec2:vpc", "ELBSubnets")) : undefined;
  return few ? refused("ConfigurationValidationException", `ELBSubnets: ${few}`) : undefined;
}

function refuseLogs(context: ModelContext): Refused | undefined {
  const option = (name: string) => setting(context, "aws:elbv2:loadbalancer", name);
  const bucket = option("AccessLogsS3Bucket");
  if (option("AccessLogsS3Enabled") !== "true" || !bucket) return undefined;
  const closed = cannotLogTo(context, bucket, option("AccessLogsS3Prefix"));
  return closed
    ? refused(
        "InvalidConfigurationRequest",
        `Access Denied for bucket: ${bucket}. Please check S3bucket permission: AccessLogsS3Bucket: ${closed}`,
      )
    : undefined;
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
    if (!world.findBy(APPLICATION, "name", inputs.application, region)) {
      return refused(
        "InvalidParameterValue",
        `No Application named '${String(inputs.application)}' found: there is no application "${String(inputs.application)}" in ${region}`,
      );
    }
    const bucket = world.find("aws:s3/bucket:Bucket", String(inputs.bucket));
    if (bucket && bucket.region !== region) {
      return refused("S3LocationNotInServiceRegion", `bucket "${bucket.id}" is in ${bucket.region}, not in ${region}`);
    }
    return undefined;
  },
  refuseDelete({ inputs, world, region }) {
    if (inputs.forceDelete === true) return undefined;
    const user = world
      .ofType(ENVIRONMENT)
      .find(
        (one) =>
          one.region === region && plain(one).application === inputs.application && plain(one).version === inputs.name,
      );
    return (
      user &&
      refused(
        "SourceBundleDeletionFailure",
        `Unable to delete Application Version, it is currently in use by the following environments: ${naming(user)}`,
      )
    );
  },
};

export const models: Models = {
  [ENVIRONMENT]: { outputs, refuse, sendsOnlyChanges: true },
  [VERSION]: applicationVersion,
  [APPLICATION]: {
    refuseDelete({ world, inputs, region }) {
      const user = world.findBy(ENVIRONMENT, "application", inputs.name, region);
      return (
        user &&
        refused(
          "OperationInProgressFailure",
          `Unable to delete application '${String(inputs.name)}' because it has environments: environment "${user.name}" runs in it`,
        )
      );
    },
  },
};
