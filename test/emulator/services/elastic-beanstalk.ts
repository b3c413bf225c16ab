import type * as eb from "@aws-sdk/client-elastic-beanstalk";
import { EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { randomBytes } from "node:crypto";
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

/** An environment as Beanstalk has it. */
export class Environment {
  readonly id = `e-${letters(10)}`;
  readonly createdAt = new Date();
  updatedAt = new Date();
  status: "Launching" | "Updating" | "Ready" | "Terminating" | "Terminated" = "Launching";
  health: Instance["health"] = "Pending";
  causes: string[] = [];
  instances: Instance[] = [];
  readonly events: eb.EventDescription[] = [];
  loadBalancerArn = "";
  targetGroupArn = "";
  endpoint = "";
  /** What is left of the operation that is under way, step by step. */
  pending: (() => void)[] = [];

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
    const step = this.pending.shift();
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
      this.applications.push({ name, region, versions: new Map() });
      return { Application: { ApplicationName: name, Description: input.Description } };
    },

    CreateApplicationVersion: (
      call: Call<eb.CreateApplicationVersionMessage>,
    ): eb.ApplicationVersionDescriptionMessage => {
      const { input, region, account } = call;
      const { versions, name } = this.application(region, input.ApplicationName!);
      const label = input.VersionLabel!;
      if (versions.has(label)) {
        throw new AwsError("InvalidParameterValue", `Application Version ${label} already exists.`);
      }
      const version: eb.ApplicationVersionDescription = {
        ApplicationVersionArn: `arn:aws:elasticbeanstalk:${region}:${account}:applicationversion/${name}/${label}`,
        ApplicationName: name,
        VersionLabel: label,
        Description: input.Description,
        SourceBundle: input.SourceBundle,
        DateCreated: new Date(),
        DateUpdated: new Date(),
        Status: input.Process ? "Processed" : "Unprocessed",
      };
      versions.set(label, version);
      return { ApplicationVersion: version };
    },

    DescribeApplicationVersions: ({
      input,
      region,
    }: Call<eb.DescribeApplicationVersionsMessage>): eb.ApplicationVersionDescriptionsMessage => ({
      ApplicationVersions: this.applications
        .filter((one) => one.region === region && (input.ApplicationName ?? one.name) === one.name)
        .flatMap(({ versions }) => [...versions.values()])
        .filter(({ VersionLabel }) => !input.VersionLabels || input.VersionLabels.includes(VersionLabel!))
        .reverse(),
    }),

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
        input.VersionLabel ?? "",
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

    DescribeEnvironments: ({
      input,
      region,
    }: Call<eb.DescribeEnvironmentsMessage>): eb.EnvironmentDescriptionsMessage => ({
      Environments: this.environments
        .filter(
          (one) =>
            one.region === region &&
            (one.status !== "Terminated" || input.IncludeDeleted === true) &&
            (input.ApplicationName ?? one.application) === one.application &&
            (input.VersionLabel ?? one.versionLabel) === one.versionLabel &&
            (input.EnvironmentIds?.includes(one.id) ?? true) &&
            (input.EnvironmentNames?.includes(one.name) ?? true),
        )
        .map((one) => {
          const seen = one.describe();
          // Whoever looks again sees the operation one step further on; there is no clock in this world.
          one.advance();
          return seen;
        }),
    }),

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
      const events = this.environments
        .filter(
          (one) =>
            one.region === region &&
            (input.ApplicationName ?? one.application) === one.application &&
            (input.EnvironmentId ?? one.id) === one.id &&
            (input.EnvironmentName ?? one.name) === one.name,
        )
        .flatMap((one) => one.events)
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

  /** What Beanstalk's own stack creates for an environment: instances, and a load balancer before them. */
  private async buildFleet(environment: Environment): Promise<void> {
    const { region, account } = environment;
    const option = (namespace: string, name: string): string[] =>
      environment.option(namespace, name)?.split(",").filter(Boolean) ?? [];
    const subnets = option("aws:ec2:vpc", "Subnets");
    const count = Number(environment.option("aws:autoscaling:asg", "MinSize") ?? "1");
    const ec2 = this.inside(EC2Client, region, account);
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
      environment.instances.push({
        id: instance!.InstanceId!,
        availabilityZone: instance!.Placement?.AvailabilityZone ?? `${region}a`,
        launchedAt: new Date(),
        health: "Ok",
        causes: [],
        versionLabel: environment.versionLabel,
      });
    }
    await this.buildLoadBalancer(environment, option("aws:ec2:vpc", "ELBSubnets"));
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
