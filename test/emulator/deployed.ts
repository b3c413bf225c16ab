import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type MetricAlarm,
  type MetricDatum,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { ConfirmSubscriptionCommand, SNSClient } from "@aws-sdk/client-sns";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type { DeploymentOutputs } from "../../outputs";
import { pulumiCli } from "../support/pulumi-cli";
import { rehearsed } from "../support/rehearsed";
import { StandInApplication } from "./application";
import { type EmulatedAws, startEmulatedAws } from "./emulated-aws";
import { type Checkpoint, seed } from "./seed";

/** How an environment is to stand in the emulated world. */
export interface Wanted {
  /** `production` by default. */
  environment?: string;
  /** Names of metrics that nothing has ever published. */
  silentMetrics?: readonly string[];
}

/**
 * An environment that is deployed and healthy, in an emulated AWS of its own, with the account's resources beside it and a
 * stack that says where everything is.
 */
export class Deployed {
  private constructor(
    readonly world: EmulatedAws,
    readonly environment: string,
    readonly outputs: DeploymentOutputs,
    /** What the stack's backend holds. */
    readonly checkpoint: Checkpoint,
    /** What runs on the environment's instances. */
    readonly application: StandInApplication,
    private readonly cli: string,
  ) {}

  /** Starts everything; whoever starts it stops it. The test or suite is skipped where there is no Pulumi CLI. */
  static async start(
    context: Mocha.Context,
    { environment = "production", silentMetrics = [] }: Wanted = {},
  ): Promise<Deployed> {
    const account = await rehearsed(context, environment, "account");
    const own = await rehearsed(context, environment);
    const world = await startEmulatedAws();
    try {
      await seed(world, account.checkpoint);
      const { checkpoint, outputs } = await seed(world, own.checkpoint);
      await publishMetrics(world, outputs, silentMetrics);
      await confirmSubscriptions(world);
      writeStack(stateFolder(world), environment, checkpoint);
      const application = await StandInApplication.start(world, outputs);
      return new Deployed(world, environment, outputs, checkpoint, application, await pulumiCli(context));
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  /** The variables with which `./prism`, run from the checkout, works on this environment. */
  variables(): Record<string, string> {
    const own = (name: string): string => path.join(this.world.folder, name);
    return {
      ...this.world.environment(),
      PRISM_DIR: own("prism"),
      PRISM_PULUMI: this.cli,
      PULUMI_BACKEND_URL: pathToFileURL(stateFolder(this.world)).href,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_HOME: own("pulumi-home"),
    };
  }

  /** Ends everything. @throws Error when something broke a service's model */
  async stop(): Promise<void> {
    await this.application.stop();
    await this.world.stop();
  }
}

function stateFolder(world: EmulatedAws): string {
  return path.join(world.folder, "state");
}

/** Writes a stack into a backend of files, as the CLI keeps it there; `pulumi stack init` would change the checkout. */
export function writeStack(folder: string, environment: string, { version, deployment }: Checkpoint): void {
  const stacks = path.join(folder, ".pulumi", "stacks", "ai-prism");
  fs.mkdirSync(stacks, { recursive: true });
  fs.writeFileSync(path.join(folder, ".pulumi", "meta.yaml"), "version: 1\n");
  const state = { version, checkpoint: { stack: `organization/ai-prism/${environment}`, latest: deployment } };
  fs.writeFileSync(path.join(stacks, `${environment}.json`), JSON.stringify(state));
}

/** How often, and for how long, what the alarms watch has been published. */
const EVERY_MILLISECONDS = 15 * 60_000;
const TIMES = 12;

/** Has every metric that an alarm watches tell of quiet hours, and the alarms find that all is well. */
async function publishMetrics(
  world: EmulatedAws,
  { regions }: DeploymentOutputs,
  silentMetrics: readonly string[],
): Promise<void> {
  for (const region of new Set(Object.values(regions))) {
    const client = world.client(CloudWatchClient, region);
    const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({}));
    const published = new Map<string, MetricDatum[]>();
    for (const { namespace, datum } of MetricAlarms.flatMap(quietData)) {
      if (silentMetrics.includes(datum.MetricName!)) continue;
      published.set(namespace, [...(published.get(namespace) ?? []), datum]);
    }
    for (const [Namespace, data] of published) {
      const now = Date.now();
      const MetricData = data.flatMap((datum) =>
        Array.from({ length: TIMES }, (_, index) => ({
          ...datum,
          Timestamp: new Date(now - index * EVERY_MILLISECONDS),
        })),
      );
      await client.send(new PutMetricDataCommand({ Namespace, MetricData }));
    }
    for (const alarm of MetricAlarms) {
      if (quietData(alarm).some(({ datum }) => silentMetrics.includes(datum.MetricName!))) continue;
      await client.send(
        new SetAlarmStateCommand({ AlarmName: alarm.AlarmName, StateValue: "OK", StateReason: "nothing is wrong" }),
      );
    }
  }
}

/** For each metric of an alarm, a value at which it does not fire. */
function quietData(alarm: MetricAlarm): { namespace: string; datum: MetricDatum }[] {
  const { ComparisonOperator = "", Threshold = 0, Metrics = [], Namespace, MetricName, Dimensions } = alarm;
  const metrics =
    Metrics.length > 0
      ? Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])
      : [{ Namespace, MetricName, Dimensions }];
  const Value = ComparisonOperator.startsWith("Less") ? Threshold * 2 : Threshold / 10;
  return metrics.map((metric) => ({
    namespace: metric.Namespace!,
    datum: { MetricName: metric.MetricName, Dimensions: metric.Dimensions, Value },
  }));
}

/** Follows the link in every invitation, as the people do who are to hear of alarms. */
async function confirmSubscriptions(world: EmulatedAws): Promise<void> {
  for (const { topicArn, token } of [...world.sns.invitations]) {
    await world
      .client(SNSClient, topicArn.split(":")[3])
      .send(new ConfirmSubscriptionCommand({ TopicArn: topicArn, Token: token }));
  }
}
