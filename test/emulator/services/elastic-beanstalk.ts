import type * as eb from "@aws-sdk/client-elastic-beanstalk";
import { EC2Client, RunInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeregisterTargetsCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { unzipSync } from "fflate";
import { randomBytes } from "node:crypto";
import { parseDocument } from "yaml";
import { type Call, type Service, AwsError } from "../service";
import type { Inside } from "../inside";

/** A machine of an environment, and how it is. */
export interface Instance {
  readonly id: string;
  readonly availabilityZone: string;
  readonly launchedAt: Date;
  health: "Ok" | "Warning" | "Degraded" | "Severe" | "Info" | "Pending" | "Unknown" | "NoData" | "Suspended";
  causes: string[];
  versionLabel: string;
}

/** Colour that Beanstalk shows for a status of enhanced health. */
const COLORS: Readonly<Record<Instance["health"], "Green" | "Yellow" | "Red" | "Grey">> = {
  Ok: "Green",
  Info: "Green",
  Warning: "Yellow",
  Degraded: "Red",
  Severe: "Red",
  Pending: "Grey",
  Unknown: "Grey",
  NoData: "Grey",
  Suspended: "Grey",
};

/** What is the matter with a version: its deployment fails on an instance, or its instances do not serve. */
export interface Fault {
  readonly when: "deploying" | "serving";
  readonly cause: string;
}

/** An environment as Beanstalk has it. */
export class Environment {
  readonly id = `e-${letters(10)}`;
  readonly createdAt = new Date();
  updatedAt = new Date();
  status: "Launching" | "Updating" | "Aborting" | "Ready" | "Terminating" | "Terminated" = "Launching";
  health: Instance["health"] = "Pending";
  causes: string[] = [];
  instances: Instance[] = [];
  readonly events: eb.EventDescription[] = [];
  loadBalancerArn = "";
  targetGroupArn = "";
  endpoint = "";
  /** Keeps the operation that is under way where it is: it takes long. */
  held = false;
  /** Whoever looks once sees all steps of the operation that is under way done. */
  quick = false;
  /** What is left of the operation that is under way, step by step. */
  pending: (() => void)[] = [];
  /** Versions that do not work here, and why. */
  readonly faults = new Map<string, Fault>();
  /** Machines of a temporary scaling group, on which a new version proves itself. */
  fresh: Instance[] = [];
  /** Machines that have come or gone, and that EC2 and the load balancer do not know of yet. */
  readonly arrived: Instance[] = [];
  readonly left: Instance[] = [];

  constructor(
    readonly region: string,
    readonly account: string,
    readonly application: string,
    readonly name: string,
    readonly cname: string,
    readonly solutionStack: string,
    public versionLabel: string,
    public settings: eb.ConfigurationOptionSetting[],
  ) {}

  get arn(): string {
    return `arn:aws:elasticbeanstalk:${this.region}:${this.account}:environment/${this.application}/${this.name}`;
  }

  get autoScalingGroup(): string {
    return `awseb-${this.id}-stack-AWSEBAutoScalingGroup-${letters(12, this.id)}`;
  }

  option(namespace: string, name: string): string | undefined {
    return this.settings.find((one) => one.Namespace === namespace && one.OptionName === name)?.Value;
  }

  /** Adds to the events; the newest comes first in every answer. */
  tell(Message: string, Severity: eb.EventSeverity = "INFO"): void {
    this.events.push({
      EventDate: new Date(),
      Message,
      Severity,
      ApplicationName: this.application,
      EnvironmentName: this.name,
      VersionLabel: this.versionLabel,
    });
  }

  /** Enhanced health of the environment, with a reason where it is not well. */
  become(health: Instance["health"], ...causes: string[]): void {
    const before = this.health;
    this.health = health;
    this.causes = causes;
    if (before !== health) {
      const why = causes.length > 0 ? ` ${causes.join(" ")}` : "";
      this.tell(
        `Environment health has transitioned from ${before} to ${health}.${why}`,
        COLORS[health] === "Red" ? "WARN" : "INFO",
      );
    }
  }

  /** Takes the operation that is under way one step on; false when there is none. */
  advance(): boolean {
    const step = this.held ? undefined : this.pending.shift();
    step?.();
    return step !== undefined;
  }

  /** Takes the operation that is under way to its end. */
  settle(): void {
    while (this.advance());
  }

  describe(): eb.EnvironmentDescription {
    return {
      EnvironmentName: this.name,
      EnvironmentId: this.id,
      ApplicationName: this.application,
      VersionLabel: this.versionLabel,
      SolutionStackName: this.solutionStack,
      EndpointURL: this.endpoint,
      CNAME: this.cname,
      DateCreated: this.createdAt,
      DateUpdated: this.updatedAt,
      Status: this.status,
      AbortableOperationInProgress: this.status === "Updating",
      Health: COLORS[this.health],
      HealthStatus: this.health === "NoData" ? "NoData" : this.health,
      Tier: { Name: "WebServer", Type: "Standard", Version: "1.0" },
      EnvironmentLinks: [],
      EnvironmentArn: this.arn,
    };
  }
}

interface Application {
  readonly name: string;
  readonly region: string;
  readonly versions: Map<string, eb.ApplicationVersionDescription>;
  readonly events: eb.EventDescription[];
}

/** Elastic Beanstalk, which the emulator lacks: applications, versions, environments and what happens to them. */
export class ElasticBeanstalk implements Service {
  readonly name = "elasticbeanstalk";
  private readonly applications: Application[] = [];
  readonly environments: Environment[] = [];

  constructor(private readonly inside: Inside) {}

  /** @throws Error when the world has no such environment */
  environment(name: string): Environment {
    const found = this.environments.find((one) => one.name === name && one.status !== "Terminated");
    if (!found) throw new Error(`the world has no environment ${name}`);
    return found;
  }

  readonly answers = {
    CreateApplication: ({ input, region }: Call<eb.CreateApplicationMessage>): eb.ApplicationDescriptionMessage => {
      const name = input.ApplicationName!;
      if (this.find(region, name)) {
        throw new AwsError("InvalidParameterValue", `Application ${name} already exists.`);
      }
      this.applications.push({ name, region, versions: new Map(), events: [] });
      return { Application: { ApplicationName: name, Description: input.Description } };
    },

    CreateApplicationVersion: async (
      call: Call<eb.CreateApplicationVersionMessage>,
    ): Promise<eb.ApplicationVersionDescriptionMessage> => {
      const { input, region, account } = call;
      const { versions, name, events } = this.application(region, input.ApplicationName!);
      const label = input.VersionLabel!;
      if (versions.has(label)) {
        throw new AwsError("InvalidParameterValue", `Application Version ${label} already exists.`);
      }
      const problems = input.SourceBundle ? await this.problemsOfBundle(region, account, input.SourceBundle) : [];
      const version: eb.ApplicationVersionDescription = {
        ApplicationVersionArn: `arn:aws:elasticbeanstalk:${region}:${account}:applicationversion/${name}/${label}`,
        ApplicationName: name,
        VersionLabel: label,
        Description: input.Description,
        SourceBundle: input.SourceBundle,
        DateCreated: new Date(),
        DateUpdated: new Date(),
        Status: input.Process ? "Processing" : "Unprocessed",
      };
      versions.set(label, version);
      const tell = (Message: string, Severity: eb.EventSeverity): void => {
        events.push({ EventDate: new Date(), Message, Severity, ApplicationName: name, VersionLabel: label });
      };
      if (input.Process) {
        this.processing.set(version, () => {
          for (const problem of problems) tell(problem, "ERROR");
          version.Status = problems.length > 0 ? "Failed" : "Processed";
          tell(`Finished processing application version ${label}. Status: ${version.Status.toUpperCase()}.`, "INFO");
        });
      }
      return { ApplicationVersion: { ...version } };
    },

    DescribeApplicationVersions: ({
      input,
      region,
    }: Call<eb.DescribeApplicationVersionsMessage>): eb.ApplicationVersionDescriptionsMessage => ({
      ApplicationVersions: this.applications
        .filter((one) => one.region === region && (input.ApplicationName ?? one.name) === one.name)
        .flatMap(({ versions }) => [...versions.values()])
        .filter(({ VersionLabel }) => !input.VersionLabels || input.VersionLabels.includes(VersionLabel!))
        .map((version) => {
          const seen = { ...version };
          this.processing.get(version)?.();
          this.processing.delete(version);
          return seen;
        })
        .reverse(),
    }),

    DeleteApplicationVersion: ({ input, region }: Call<eb.DeleteApplicationVersionMessage>): object => {
      const { versions, name } = this.application(region, input.ApplicationName!);
      const label = input.VersionLabel!;
      if (!versions.has(label)) {
        throw new AwsError("InvalidParameterValue", `No Application Version named '${label}' found.`);
      }
      if (this.environments.some((one) => one.application === name && one.versionLabel === label)) {
        throw new AwsError(
          "InvalidParameterCombination",
          `Unable to delete application version ${label} because it is deployed to one or more environments.`,
        );
      }
      versions.delete(label);
      return {};
    },

    UpdateEnvironment: async (call: Call<eb.UpdateEnvironmentMessage>): Promise<eb.EnvironmentDescription> => {
      const { input, region } = call;
      const one = this.asked(region, input);
      if (one.status !== "Ready") {
        throw new AwsError(
          "InvalidParameterValue",
          `Environment named ${one.name} is in an invalid state for this operation. Must be Ready.`,
        );
      }
      const label = input.VersionLabel ?? one.versionLabel;
      const version = this.application(region, one.application).versions.get(label);
      if (!version) throw new AwsError("InvalidParameterValue", `No Application Version named '${label}' found.`);
      if (version.Status === "Failed" || version.Status === "Processing") {
        throw new AwsError(
          "InvalidParameterValue",
          `Application version ${label} is unusable and cannot be used with an environment`,
        );
      }
      if (one.option("aws:elasticbeanstalk:command", "DeploymentPolicy") !== "Immutable") {
        throw new Error("the emulated world only knows immutable deployments");
      }
      one.settings = [
        ...one.settings.filter(
          ({ Namespace, OptionName }) =>
            !input.OptionSettings?.some((its) => its.Namespace === Namespace && its.OptionName === OptionName),
        ),
        ...(input.OptionSettings ?? []),
      ];
      one.fresh = await this.launch(one, label, one.instances.length);
      one.status = "Updating";
      one.tell("Environment update is starting.");
      one.pending = immutableDeployment(one, label);
      return one.describe();
    },

    AbortEnvironmentUpdate: ({ input, region }: Call<eb.AbortEnvironmentUpdateMessage>): object => {
      const one = this.asked(region, input);
      if (one.status !== "Updating") {
        throw new AwsError(
          "InvalidParameterValue",
          `Environment named ${one.name} is in an invalid state for this operation. Must be pending deployment.`,
        );
      }
      one.status = "Aborting";
      one.tell("Environment update is aborting.");
      one.pending = [
        () => {
          giveUp(one);
          one.tell("Environment update was aborted.", "WARN");
        },
      ];
      return {};
    },

    CreateEnvironment: async (call: Call<eb.CreateEnvironmentMessage>): Promise<eb.EnvironmentDescription> => {
      const { input, region, account } = call;
      const application = this.application(region, input.ApplicationName!);
      const name = input.EnvironmentName!;
      if (this.environments.some((one) => one.region === region && one.name === name && one.status !== "Terminated")) {
        throw new AwsError("InvalidParameterValue", `Environment ${name} already exists.`);
      }
      if (input.VersionLabel !== undefined && !application.versions.has(input.VersionLabel)) {
        throw new AwsError("InvalidParameterValue", `No Application Version named '${input.VersionLabel}' found.`);
      }
      const environment = new Environment(
        region,
        account,
        application.name,
        name,
        `${input.CNAMEPrefix ?? name.toLowerCase()}.${region}.elasticbeanstalk.com`,
        input.SolutionStackName ?? "",
        input.VersionLabel ?? "Sample Application",
        [...(input.OptionSettings ?? [])],
      );
      environment.tell("createEnvironment is starting.");
      await this.buildFleet(environment);
      environment.pending = [
        () => {
          environment.status = "Ready";
          environment.become("Ok");
          environment.tell(`Successfully launched environment: ${name}`);
        },
      ];
      this.environments.push(environment);
      return environment.describe();
    },

    DescribeEnvironments: async ({
      input,
      region,
    }: Call<eb.DescribeEnvironmentsMessage>): Promise<eb.EnvironmentDescriptionsMessage> => {
      const found = this.environments.filter(
        (one) =>
          one.region === region &&
          (one.status !== "Terminated" || input.IncludeDeleted === true) &&
          (input.ApplicationName ?? one.application) === one.application &&
          (input.VersionLabel ?? one.versionLabel) === one.versionLabel &&
          (input.EnvironmentIds?.includes(one.id) ?? true) &&
          (input.EnvironmentNames?.includes(one.name) ?? true),
      );
      const seen = found.map((one) => one.describe());
      for (const one of found) {
        // Whoever looks again sees the operation one step further on; there is no clock in this world.
        if (one.quick) one.settle();
        else one.advance();
        await this.moveTargets(one);
      }
      return { Environments: seen };
    },

    DescribeEnvironmentHealth: ({
      input,
      region,
    }: Call<eb.DescribeEnvironmentHealthRequest>): eb.DescribeEnvironmentHealthResult => {
      const one = this.asked(region, input);
      const of = (...healths: Instance["health"][]): number =>
        one.instances.filter(({ health }) => healths.includes(health)).length;
      // Status is left out: AWS answers with a word that its own model does not have.
      const attributes = {
        HealthStatus: one.health,
        Color: COLORS[one.health],
        Causes: one.causes,
        InstancesHealth: {
          NoData: of("NoData"),
          Unknown: of("Unknown"),
          Pending: of("Pending"),
          Ok: of("Ok"),
          Info: of("Info"),
          Warning: of("Warning"),
          Degraded: of("Degraded"),
          Severe: of("Severe"),
        },
        RefreshedAt: new Date(),
      };
      return { EnvironmentName: one.name, ...picked(attributes, input.AttributeNames) };
    },

    DescribeInstancesHealth: ({
      input,
      region,
    }: Call<eb.DescribeInstancesHealthRequest>): eb.DescribeInstancesHealthResult => ({
      InstanceHealthList: this.asked(region, input).instances.map((instance) => ({
        InstanceId: instance.id,
        HealthStatus: instance.health,
        Color: COLORS[instance.health],
        Causes: instance.causes,
        LaunchedAt: instance.launchedAt,
        AvailabilityZone: instance.availabilityZone,
        Deployment: {
          VersionLabel: instance.versionLabel,
          DeploymentId: 1,
          Status: "Deployed",
          DeploymentTime: instance.launchedAt,
        },
      })),
      RefreshedAt: new Date(),
    }),

    DescribeEvents: ({ input, region }: Call<eb.DescribeEventsMessage>): eb.EventDescriptionsMessage => {
      const severities = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
      const ofEnvironments = this.environments.filter(
        (one) =>
          one.region === region &&
          (input.ApplicationName ?? one.application) === one.application &&
          (input.EnvironmentId ?? one.id) === one.id &&
          (input.EnvironmentName ?? one.name) === one.name,
      );
      const ofVersions =
        input.EnvironmentId || input.EnvironmentName
          ? []
          : this.applications.filter(
              (one) => one.region === region && (input.ApplicationName ?? one.name) === one.name,
            );
      const events = [...ofVersions, ...ofEnvironments]
        .flatMap((one) => one.events)
        .sort((one, other) => Number(one.EventDate) - Number(other.EventDate))
        .filter(
          ({ EventDate, Severity, VersionLabel }) =>
            (!input.StartTime || EventDate! >= input.StartTime) &&
            (!input.EndTime || EventDate! < input.EndTime) &&
            (input.VersionLabel ?? VersionLabel) === VersionLabel &&
            severities.indexOf(Severity!) >= severities.indexOf(input.Severity ?? "TRACE"),
        )
        .reverse();
      return { Events: events.slice(0, input.MaxRecords ?? 1000) };
    },

    DescribeConfigurationSettings: ({
      input,
      region,
    }: Call<eb.DescribeConfigurationSettingsMessage>): eb.ConfigurationSettingsDescriptions => {
      const one = this.asked(region, input);
      return {
        ConfigurationSettings: [
          {
            ApplicationName: one.application,
            EnvironmentName: one.name,
            SolutionStackName: one.solutionStack,
            DeploymentStatus: one.status === "Updating" ? "pending" : "deployed",
            DateCreated: one.createdAt,
            DateUpdated: one.updatedAt,
            OptionSettings: one.settings,
          },
        ],
      };
    },

    DescribeEnvironmentResources: ({
      input,
      region,
    }: Call<eb.DescribeEnvironmentResourcesMessage>): eb.EnvironmentResourceDescriptionsMessage => {
      const one = this.asked(region, input);
      return {
        EnvironmentResources: {
          EnvironmentName: one.name,
          AutoScalingGroups: [{ Name: one.autoScalingGroup }],
          Instances: one.instances.map(({ id }) => ({ Id: id })),
          LaunchConfigurations: [],
          LaunchTemplates: [],
          LoadBalancers: [{ Name: one.loadBalancerArn }],
          Triggers: [],
          Queues: [],
        },
      };
    },
  };

  /** Versions that are being validated, and how that ends. */
  private readonly processing = new Map<eb.ApplicationVersionDescription, () => void>();

  private find(region: string, name: string): Application | undefined {
    return this.applications.find((one) => one.region === region && one.name === name);
  }

  private application(region: string, name: string): Application {
    const found = this.find(region, name);
    if (!found) throw new AwsError("InvalidParameterValue", `No Application named '${name}' found.`);
    return found;
  }

  /** The environment that a call names, by id or name. */
  private asked(
    region: string,
    { EnvironmentId: id, EnvironmentName: name }: { EnvironmentId?: string; EnvironmentName?: string },
  ): Environment {
    const found = this.environments.find(
      (one) =>
        one.region === region &&
        one.status !== "Terminated" &&
        (id ?? one.id) === one.id &&
        (name ?? one.name) === one.name,
    );
    if (!found || (id === undefined && name === undefined)) {
      throw new AwsError("InvalidParameterValue", `No Environment found for EnvironmentName = '${name ?? id}'.`);
    }
    return found;
  }

  /** What keeps a bundle from being deployed, by its configuration files. @throws AwsError when there is no such object */
  private async problemsOfBundle(
    region: string,
    account: string,
    { S3Bucket, S3Key }: eb.S3Location,
  ): Promise<string[]> {
    const s3 = this.inside(S3Client, region, account);
    let archive: Uint8Array;
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: S3Bucket, Key: S3Key }));
      archive = await Body!.transformToByteArray();
    } catch (error) {
      const { name } = error as Error;
      throw new AwsError(
        "InvalidParameterCombination",
        `Unable to download from S3 location (Bucket: ${S3Bucket}  Key: ${S3Key}). Reason: ${name === "NoSuchKey" ? "Not Found" : name}`,
      );
    }
    const files = unzipSync(archive, { filter: ({ name }) => /^\.ebextensions\/[^/]+\.config$/.test(name) });
    return Object.entries(files)
      .filter(([, content]) => parseDocument(Buffer.from(content).toString()).errors.length > 0)
      .map(
        ([file]) =>
          `The configuration file ${file} in application version contains invalid YAML or JSON. YAML or JSON exception: Invalid Yaml`,
      );
  }

  /** Machines that run a version; the load balancer does not know them yet. */
  private async launch(environment: Environment, versionLabel: string, count: number): Promise<Instance[]> {
    const { region, account } = environment;
    const option = (namespace: string, name: string): string[] =>
      environment.option(namespace, name)?.split(",").filter(Boolean) ?? [];
    const subnets = option("aws:ec2:vpc", "Subnets");
    const ec2 = this.inside(EC2Client, region, account);
    const launched: Instance[] = [];
    for (let index = 0; index < count; index++) {
      const { Instances: [instance] = [] } = await ec2.send(
        new RunInstancesCommand({
          ImageId: "ami-00000000",
          InstanceType: (environment.option("aws:ec2:instances", "InstanceTypes") ?? "t3.small") as "t3.small",
          MinCount: 1,
          MaxCount: 1,
          SubnetId: subnets[index % Math.max(subnets.length, 1)],
          SecurityGroupIds: option("aws:autoscaling:launchconfiguration", "SecurityGroups"),
        }),
      );
      launched.push({
        id: instance!.InstanceId!,
        availabilityZone: instance!.Placement?.AvailabilityZone ?? `${region}a`,
        launchedAt: new Date(),
        health: "Ok",
        causes: [],
        versionLabel,
      });
    }
    return launched;
  }

  /** Has load balancer and EC2 follow the fleet. */
  private async moveTargets(environment: Environment): Promise<void> {
    const { region, account, targetGroupArn: TargetGroupArn } = environment;
    const [arrived, left] = [environment.arrived.splice(0), environment.left.splice(0)];
    const elb = this.inside(ElasticLoadBalancingV2Client, region, account);
    if (arrived.length > 0) {
      await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: arrived.map(({ id }) => ({ Id: id })) }));
    }
    if (left.length > 0) {
      await elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: left.map(({ id }) => ({ Id: id })) }));
      const ec2 = this.inside(EC2Client, region, account);
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: left.map(({ id }) => id) }));
    }
  }

  /** What Beanstalk's own stack creates for an environment: instances, and a load balancer before them. */
  private async buildFleet(environment: Environment): Promise<void> {
    const count = Number(environment.option("aws:autoscaling:asg", "MinSize") ?? "1");
    environment.instances = await this.launch(environment, environment.versionLabel, count);
    await this.buildLoadBalancer(environment, environment.option("aws:ec2:vpc", "ELBSubnets")?.split(",") ?? []);
  }

  private async buildLoadBalancer(environment: Environment, subnets: string[]): Promise<void> {
    const elb = this.inside(ElasticLoadBalancingV2Client, environment.region, environment.account);
    const { LoadBalancers: [balancer] = [] } = await elb.send(
      new CreateLoadBalancerCommand({
        Name: `awseb--AWSEB-${letters(12)}`,
        Scheme: environment.option("aws:ec2:vpc", "ELBScheme") === "internal" ? "internal" : "internet-facing",
        Subnets: subnets,
        SecurityGroups: environment.option("aws:elbv2:loadbalancer", "SecurityGroups")?.split(","),
      }),
    );
    const process = "aws:elasticbeanstalk:environment:process:default";
    const { TargetGroups: [group] = [] } = await elb.send(
      new CreateTargetGroupCommand({
        Name: `awseb-AWSEB-${letters(12)}`,
        Protocol: "HTTP",
        Port: Number(environment.option(process, "Port") ?? "80"),
        VpcId: environment.option("aws:ec2:vpc", "VPCId"),
        HealthCheckPath: environment.option(process, "HealthCheckPath") ?? "/",
      }),
    );
    await elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: balancer!.LoadBalancerArn,
        Protocol: "HTTP",
        Port: 80,
        DefaultActions: [{ Type: "forward", TargetGroupArn: group!.TargetGroupArn }],
      }),
    );
    await elb.send(
      new RegisterTargetsCommand({
        TargetGroupArn: group!.TargetGroupArn,
        Targets: environment.instances.map(({ id }) => ({ Id: id })),
      }),
    );
    environment.loadBalancerArn = balancer!.LoadBalancerArn!;
    environment.targetGroupArn = group!.TargetGroupArn!;
    environment.endpoint = balancer!.DNSName!;
  }
}

/**
 * An immutable deployment, in the steps and words of Beanstalk's own: one machine proves the version, the others follow, and
 * only then the old ones go. A version with a fault gets no further than that one machine.
 */
function immutableDeployment(one: Environment, label: string): (() => void)[] {
  const [first, ...others] = one.fresh;
  const fault = one.faults.get(label);
  const names = (instances: readonly Instance[]): string => instances.map(({ id }) => id).join(",");
  const start = [
    () => {
      one.become("Info", "Application update in progress.");
      one.tell("Immutable deployment policy enabled. Launching one instance with the new settings to verify health.");
    },
    () => {
      const group = `awseb-${one.id}-immutable-stack-AWSEBAutoScalingGroup-${letters(12)}`;
      one.tell(`Created temporary auto scaling group ${group}.`);
    },
  ];
  if (fault?.when === "deploying") {
    return [
      ...start,
      () => {
        one.tell("Instance deployment failed. For details, see 'eb-engine.log'.", "ERROR");
        one.tell(`[Instance: ${first!.id}] Command failed on instance. Return code: 1 Output: ${fault.cause}`, "ERROR");
        giveUp(one);
        one.tell("Failed to deploy application.", "ERROR");
      },
    ];
  }
  const added = (instances: readonly Instance[]): void => {
    one.instances.push(...instances);
    one.arrived.push(...instances);
    one.tell(`Adding new instance(s) (${names(instances)}) to the load balancer.`);
  };
  start.push(() => {
    one.tell("Instance deployment completed successfully.");
    added([first!]);
    one.tell(`Waiting for instance(s) (${first!.id}) to pass health checks.`);
  });
  if (fault) {
    return [
      ...start,
      () => {
        first!.health = "Severe";
        first!.causes = [fault.cause];
        one.become("Degraded", "1 out of 1 new instance is unhealthy.", fault.cause);
      },
      () => {
        giveUp(one);
        one.tell("Failed to deploy application.", "ERROR");
      },
    ];
  }
  const old = [...one.instances];
  return [
    ...start,
    () => {
      one.tell("Test instance passed health checks. Launching remaining new instances.");
      if (others.length > 0) added(others);
    },
    () => {
      one.tell("Detached new instance(s) from temporary auto scaling group.");
      one.tell("Attached new instance(s) to the permanent auto scaling group.");
      one.tell("Starting post-deployment configuration on new instances.");
    },
    () => {
      one.tell("Deployment succeeded. Terminating old instances and temporary Auto Scaling group.");
      one.instances = one.instances.filter((instance) => !old.includes(instance));
      one.left.push(...old);
    },
    () => {
      one.fresh = [];
      one.versionLabel = label;
      one.status = "Ready";
      one.updatedAt = new Date();
      one.tell("Environment update completed successfully.");
      one.become("Ok");
    },
  ];
}

/** Takes the new machines away; those of before have served all the time. */
function giveUp(one: Environment): void {
  one.left.push(...one.fresh);
  one.instances = one.instances.filter((instance) => !one.fresh.includes(instance));
  one.fresh = [];
  one.status = "Ready";
  one.become("Ok");
}

/** The attributes that a call asks for; without any, AWS gives none. */
function picked<T extends object>(attributes: T, names: readonly string[] = []): Partial<T> {
  if (names.includes("All")) return attributes;
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => names.includes(name))) as Partial<T>;
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

/** Letters and digits as ids have them; the same for the same seed. */
function letters(count: number, seed?: string): string {
  const bytes = seed ? Buffer.from(seed.repeat(count)) : randomBytes(count);
  return [...bytes.subarray(0, count)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
}
