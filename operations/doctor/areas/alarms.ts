import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type MetricAlarm,
  type MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";
import { groupBy } from "../../group-by";
import { type Check, type Finding, ok, once, wrong } from "../finding";
import { DAY, duration, HOUR, type World } from "../world";

/** How far back a metric is looked for at least. */
const LOOK_BACK = 3 * HOUR;

/** An alarm as CloudWatch has it, and where. */
export interface PlacedAlarm {
  readonly alarm: MetricAlarm;
  readonly region: string;
  /** Topic in that region that hears of alarms. */
  readonly topicArn: string;
}

/** Every alarm: there, telling somebody, with data behind it, and not firing. */
export function alarms(world: World): Check[] {
  const { environment, outputs, now } = world;
  const names = outputs.monitoring.alarmNames;
  const placed = once(() => findAlarms(world, names));
  const data = once(async () => silentMetrics(world, [...(await placed()).values()]));
  return names.map((name) => ({
    name: shortName(name, environment),
    subject: name,
    look: async (): Promise<Finding> => {
      const found = (await placed()).get(name);
      if (!found) return wrong("does not exist", `./prism up ${environment} makes it again`);
      const { alarm, topicArn, region } = found;
      const { meaning, runbook } = described(alarm);
      const drift = `./prism drift ${environment} names the change, ./prism up ${environment} undoes it`;
      if (!alarm.ActionsEnabled) {
        return wrong(
          "its actions are switched off, so that nobody hears of it",
          `aws cloudwatch enable-alarm-actions --region ${region} --alarm-names ${name}`,
          { runbook },
        );
      }
      if (!alarm.AlarmActions?.includes(topicArn))
        return wrong(`does not tell the topic ${topicArn}`, drift, { runbook });
      const since = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
      if (alarm.StateValue === "ALARM") {
        return wrong(`is firing: ${meaning}`, "its page says what to do", { since, runbook });
      }
      const silent = (await data()).get(name);
      if (silent && silent.length > 0 && alarm.TreatMissingData !== "notBreaching") {
        const looked = duration(lookBackOf(alarm));
        return wrong(
          `has no data: nothing was published for ${silent.join(", ")} in ${looked}`,
          `whatever publishes it has stopped, or the alarm watches the wrong thing: ${drift}`,
          { since: alarm.StateValue === "INSUFFICIENT_DATA" ? since : undefined, runbook },
        );
      }
      // A counter is silent as long as nothing happens.
      if (silent && silent.length > 0) return ok(`quiet: nothing to count in ${duration(lookBackOf(alarm))}`, since);
      if (alarm.StateValue === "INSUFFICIENT_DATA") {
        const age = now.getTime() - (alarm.AlarmConfigurationUpdatedTimestamp?.getTime() ?? 0);
        if (age > lookBackOf(alarm)) {
          return wrong("has not been able to tell its state, although its metric has data", drift, { since, runbook });
        }
        return ok("is new, and has not told its state yet", since);
      }
      return ok("its metric has data and is as it should be", since);
    },
  }));
}

/** The alarms of these names, wherever in the environment's regions they are. */
export async function findAlarms(
  { outputs, aws }: Pick<World, "outputs" | "aws">,
  names: readonly string[],
): Promise<Map<string, PlacedAlarm>> {
  const { regions, alerts } = outputs;
  const places = ["home", "replica", "edge"] as const;
  const found = await Promise.all(
    places.map(async (place) => {
      const region = regions[place];
      const client = aws.client(CloudWatchClient, region);
      const chunks = Array.from({ length: Math.ceil(names.length / 100) }, (_, index) =>
        names.slice(100 * index, 100 * index + 100),
      );
      const pages = await Promise.all(
        chunks.map((chunk) => client.send(new DescribeAlarmsCommand({ AlarmNames: [...chunk], MaxRecords: 100 }))),
      );
      return pages.flatMap(({ MetricAlarms = [] }) =>
        MetricAlarms.map((alarm) => ({ alarm, region, topicArn: alerts.topicArns[place] })),
      );
    }),
  );
  return new Map(found.flat().map((placed) => [placed.alarm.AlarmName ?? "", placed]));
}

/** What an alarm means, and its page; the program writes both into the description. */
export function described({ AlarmDescription = "" }: MetricAlarm): { meaning: string; runbook?: string } {
  const [meaning = "", where = ""] = AlarmDescription.split(" What to do: ");
  return { meaning, runbook: /([\w-]+\.md)$/.exec(where)?.[1] };
}

/** The last part of an alarm's name as the runbooks call it, the same in every environment: `high-cpu`. */
export function shortName(name: string, environment: string): string {
  const suffix = `-${environment.charAt(0).toUpperCase()}${environment.slice(1)}`;
  const base = name.replace(/^AI-Prism-/, "");
  return (base.endsWith(suffix) ? base.slice(0, -suffix.length) : base).toLowerCase();
}

function lookBackOf(alarm: MetricAlarm): number {
  const periods = metricsOf(alarm).map(({ MetricStat }) => MetricStat?.Period ?? 0);
  const longest = Math.max(...periods, 0) * 1000;
  return longest >= HOUR ? Math.max(2 * DAY, 2 * longest) : LOOK_BACK;
}

/** The metrics that an alarm reads, each as a query of its own. */
function metricsOf(alarm: MetricAlarm): MetricDataQuery[] {
  if (alarm.Metrics && alarm.Metrics.length > 0) {
    return alarm.Metrics.filter(({ MetricStat }) => MetricStat).map(({ MetricStat, Id }) => ({ Id, MetricStat }));
  }
  return [
    {
      Id: "metric",
      MetricStat: {
        Metric: { Namespace: alarm.Namespace, MetricName: alarm.MetricName, Dimensions: alarm.Dimensions },
        Period: alarm.Period,
        Stat: alarm.Statistic ?? alarm.ExtendedStatistic,
      },
    },
  ];
}

/** By alarm, the metrics it reads that have no data; none where one of several has some. */
async function silentMetrics({ aws, now }: World, placed: readonly PlacedAlarm[]): Promise<Map<string, string[]>> {
  const questions = placed.flatMap(({ alarm, region }) =>
    metricsOf(alarm).map(({ MetricStat }) => ({ alarm, region, stat: MetricStat!, past: lookBackOf(alarm) })),
  );
  const answered = await Promise.all(
    [...groupBy(questions, ({ region, past }) => `${region} ${past}`).values()].map(async (group) => {
      const { region, past } = group[0]!;
      const { MetricDataResults = [] } = await aws.client(CloudWatchClient, region).send(
        new GetMetricDataCommand({
          StartTime: new Date(now.getTime() - past),
          EndTime: now,
          MetricDataQueries: group.map(({ stat }, index) => ({ Id: `q${index}`, MetricStat: stat })),
        }),
      );
      const withData = new Set(MetricDataResults.flatMap(({ Id, Values = [] }) => (Values.length > 0 ? [Id] : [])));
      return group.map((question, index) => ({ ...question, silent: !withData.has(`q${index}`) }));
    }),
  );
  return new Map(
    [...groupBy(answered.flat(), ({ alarm }) => alarm.AlarmName ?? "")].map(([name, metrics]) => [
      name,
      metrics.every(({ silent }) => silent)
        ? metrics.map(({ stat }) => `${stat.Metric?.Namespace} ${stat.Metric?.MetricName}`)
        : [],
    ]),
  );
}
