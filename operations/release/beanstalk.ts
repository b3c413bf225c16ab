import {
  AbortEnvironmentUpdateCommand,
  type ApplicationVersionDescription,
  CreateApplicationVersionCommand,
  DeleteApplicationVersionCommand,
  DescribeApplicationVersionsCommand,
  DescribeEnvironmentHealthCommand,
  DescribeEnvironmentsCommand,
  DescribeEventsCommand,
  type DescribeEventsCommandInput,
  DescribeInstancesHealthCommand,
  ElasticBeanstalkClient,
  type EnvironmentDescription,
  UpdateEnvironmentCommand,
} from "@aws-sdk/client-elastic-beanstalk";
import { setTimeout as sleep } from "node:timers/promises";
import { type Aws, AwsFailure } from "../aws";
import { PrismError } from "../errors";

/** How often an update of the environment is asked for. */
const UPDATE_TRIES = 5;

/** A version that Beanstalk knows. */
export interface Version {
  label: string;
  /** In lower case: `unprocessed`, `processing`, `building`, `processed` or `failed`. */
  status: string;
  createdAt?: Date;
  description: string;
  bucket: string;
  key: string;
}

/** The environment as Beanstalk describes it. */
export interface EnvironmentState {
  status: string;
  versionLabel: string;
  health: string;
  abortable: boolean;
}

export interface BeanstalkEvent {
  at: Date;
  severity: string;
  message: string;
}

/** What enhanced health says. */
export interface Health {
  /** `Green`, `Yellow`, `Red` or `Grey`. */
  color: string;
  /** `Ok`, `Warning`, `Degraded`, `Severe`, … */
  status: string;
  causes: string[];
}

/** What one instance says of itself. */
export interface InstanceState {
  id: string;
  versionLabel: string;
  deployment: string;
  color: string;
  causes: string[];
}

/** One environment of Elastic Beanstalk, and the versions of its application. */
export class Beanstalk {
  readonly #client: ElasticBeanstalkClient;
  /** A second try of what was accepted would be refused, because the environment is not Ready any more. */
  readonly #once: ElasticBeanstalkClient;

  constructor(
    aws: Aws,
    region: string,
    private readonly applicationName: string,
    readonly environmentName: string,
  ) {
    this.#client = aws.client(ElasticBeanstalkClient, region);
    this.#once = aws.client(ElasticBeanstalkClient, region, { tries: 1 });
  }

  /** @throws PrismError when AWS has no such environment */
  async environment(): Promise<EnvironmentState> {
    const command = new DescribeEnvironmentsCommand({
      ApplicationName: this.applicationName,
      EnvironmentNames: [this.environmentName],
      IncludeDeleted: false,
    });
    const { Environments: [found] = [] } = await this.#client.send(command);
    if (!found) {
      throw new PrismError(
        `the environment ${this.environmentName}, which the stack names, is not in Elastic Beanstalk`,
      );
    }
    return stateOf(found);
  }

  /** Every version, newest first, or those of these labels. */
  async versions(labels?: string[]): Promise<Version[]> {
    const versions: Version[] = [];
    let token: string | undefined;
    do {
      const command = new DescribeApplicationVersionsCommand({
        ApplicationName: this.applicationName,
        VersionLabels: labels,
        NextToken: token,
      });
      const page = await this.#client.send(command);
      versions.push(...(page.ApplicationVersions ?? []).map(versionOf));
      token = page.NextToken;
    } while (token);
    return versions.sort((one, other) => Number(other.createdAt ?? 0) - Number(one.createdAt ?? 0));
  }

  async version(label: string): Promise<Version | undefined> {
    return (await this.versions([label]))[0];
  }

  /** Has Beanstalk take a bundle as a version, and validate it. One that is there already is left as it is. */
  async createVersion(label: string, bucket: string, key: string, description: string): Promise<void> {
    const command = new CreateApplicationVersionCommand({
      ApplicationName: this.applicationName,
      VersionLabel: label,
      Description: description,
      SourceBundle: { S3Bucket: bucket, S3Key: key },
      AutoCreateApplication: false,
      Process: true,
    });
    try {
      await this.#client.send(command);
    } catch (error) {
      if (!(error instanceof AwsFailure && /already exists/.test(error.awsMessage))) throw error;
    }
  }

  /** Removes a version that never ran, and leaves its bundle. */
  async deleteVersion(label: string): Promise<void> {
    const command = new DeleteApplicationVersionCommand({
      ApplicationName: this.applicationName,
      VersionLabel: label,
      DeleteSourceBundle: false,
    });
    await this.#client.send(command);
  }

  /** Has the environment change to a version, and nothing else of it. */
  async deploy(label: string): Promise<void> {
    const command = new UpdateEnvironmentCommand({
      ApplicationName: this.applicationName,
      EnvironmentName: this.environmentName,
      VersionLabel: label,
    });
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#once.send(command);
        return;
      } catch (error) {
        if (!(error instanceof AwsFailure) || !error.isTransient) throw error;
        // AWS took it, and only the answer was lost.
        if (error.kind === "unreachable" && (await this.environment()).status === "Updating") return;
        if (attempt === UPDATE_TRIES) throw error;
        await sleep(attempt * 1000);
      }
    }
  }

  async abort(): Promise<void> {
    const command = new AbortEnvironmentUpdateCommand({ EnvironmentName: this.environmentName });
    await this.#client.send(command);
  }

  /** Events since a moment, oldest first. */
  async events(since: Date | undefined): Promise<BeanstalkEvent[]> {
    return this.#events({ EnvironmentName: this.environmentName, StartTime: since });
  }

  /** Events about a version, oldest first. */
  async versionEvents(label: string): Promise<BeanstalkEvent[]> {
    return this.#events({ VersionLabel: label });
  }

  /** When the last event was, by AWS's clock. */
  async lastEventAt(): Promise<Date | undefined> {
    const [last] = await this.#eventPage({ EnvironmentName: this.environmentName, MaxRecords: 1 });
    return last?.at;
  }

  async health(): Promise<Health> {
    const command = new DescribeEnvironmentHealthCommand({
      EnvironmentName: this.environmentName,
      AttributeNames: ["HealthStatus", "Color", "Causes"],
    });
    const found = await this.#client.send(command);
    return { color: found.Color ?? "Grey", status: found.HealthStatus ?? "NoData", causes: found.Causes ?? [] };
  }

  async instances(): Promise<InstanceState[]> {
    const instances: InstanceState[] = [];
    let token: string | undefined;
    do {
      const command = new DescribeInstancesHealthCommand({
        EnvironmentName: this.environmentName,
        AttributeNames: ["HealthStatus", "Color", "Causes", "Deployment"],
        NextToken: token,
      });
      const page = await this.#client.send(command);
      for (const { InstanceId, Deployment, Color, Causes } of page.InstanceHealthList ?? []) {
        instances.push({
          id: InstanceId ?? "",
          versionLabel: Deployment?.VersionLabel ?? "",
          deployment: Deployment?.Status ?? "",
          color: Color ?? "Grey",
          causes: Causes ?? [],
        });
      }
      token = page.NextToken;
    } while (token);
    return instances;
  }

  async #events(query: DescribeEventsCommandInput): Promise<BeanstalkEvent[]> {
    return (await this.#eventPage({ ...query, MaxRecords: 1000 })).reverse();
  }

  /** Newest first, as Beanstalk gives them. */
  async #eventPage(query: DescribeEventsCommandInput): Promise<BeanstalkEvent[]> {
    const command = new DescribeEventsCommand({ ApplicationName: this.applicationName, ...query });
    const { Events: events = [] } = await this.#client.send(command);
    return events.map(({ EventDate, Severity, Message }) => ({
      at: EventDate ?? new Date(0),
      severity: Severity ?? "INFO",
      message: Message ?? "",
    }));
  }
}

function stateOf(found: EnvironmentDescription): EnvironmentState {
  return {
    status: found.Status ?? "",
    versionLabel: found.VersionLabel ?? "",
    health: found.Health ?? "Grey",
    abortable: found.AbortableOperationInProgress ?? false,
  };
}

function versionOf(found: ApplicationVersionDescription): Version {
  return {
    label: found.VersionLabel ?? "",
    // The model has it capitalized; Beanstalk itself has answered in capitals.
    status: (found.Status ?? "").toLowerCase(),
    createdAt: found.DateCreated,
    description: found.Description ?? "",
    bucket: found.SourceBundle?.S3Bucket ?? "",
    key: found.SourceBundle?.S3Key ?? "",
  };
}
