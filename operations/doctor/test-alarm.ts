import { SetAlarmStateCommand, CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { UsageError } from "../errors";
import { findAlarms, type PlacedAlarm, shortName } from "./areas/alarms";
import { type Subscriber, subscribersOf } from "./areas/notifications";
import type { World } from "./world";

/** What a test of an alarm did, and who is to have heard of it. */
export interface AlarmTest {
  readonly alarm: string;
  readonly region: string;
  /** The state it had, and was set back to. */
  readonly state: string;
  /** Topics that it tells. */
  readonly topics: string[];
  readonly heard: Omit<Subscriber, "endpoint">[];
}

/** An alarm by its name, or by the part of it that the runbooks use. @throws UsageError when there is none */
export async function alarmNamed(world: World, name: string): Promise<PlacedAlarm> {
  const names = world.outputs.monitoring.alarmNames;
  const short = (one: string): string => shortName(one, world.environment);
  const full = names.find((one) => one === name || short(one) === name.toLowerCase());
  if (!full) {
    throw new UsageError(
      `--test-alarm ${name}: ${world.environment} has no such alarm; there are: ${names.map(short).join(", ")}`,
    );
  }
  const placed = (await findAlarms(world, [full])).get(full);
  if (!placed)
    throw new UsageError(
      `--test-alarm ${name}: ${full} does not exist in AWS; ./prism up ${world.environment} makes it`,
    );
  return placed;
}

/** Who hears of an alarm now: every subscriber of every topic that it tells. */
export async function listenersOf({ aws }: World, { alarm, region }: PlacedAlarm): Promise<Subscriber[]> {
  const topics = topicsOf(alarm.AlarmActions);
  return (await Promise.all(topics.map((topic) => subscribersOf(aws, region, topic)))).flat();
}

/** Sets an alarm off and back; what it tells goes to everybody who listens. */
export async function testAlarm(world: World, placed: PlacedAlarm): Promise<AlarmTest> {
  const { alarm, region } = placed;
  const { AlarmName = "", StateValue: before = "OK" } = alarm;
  const listeners = await listenersOf(world, placed);
  const client = world.aws.client(CloudWatchClient, region);
  const set = (StateValue: "ALARM" | "OK" | "INSUFFICIENT_DATA", reason: string) =>
    client.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: `Test by ./prism doctor: ${reason}` }));
  // One that is firing tells nothing by being set to what it is.
  if (before === "ALARM") await set("OK", "all clear, for a moment");
  try {
    await set("ALARM", "nothing has happened");
  } finally {
    if (before !== "ALARM") await set(before, "over");
  }
  return {
    alarm: AlarmName,
    region,
    state: before,
    topics: topicsOf(alarm.AlarmActions),
    heard: listeners.map(({ protocol, shown, pending }) => ({ protocol, shown, pending })),
  };
}

function topicsOf(actions: readonly string[] = []): string[] {
  return actions.filter((action) => action.split(":")[2] === "sns");
}
