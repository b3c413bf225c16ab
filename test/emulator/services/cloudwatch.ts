import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import type { Call, Service } from "../service";

/** CloudWatch: the emulator's, with the expressions of alarms over several metrics, which it loses. */
export class CloudWatch implements Service {
  readonly name = "cloudwatch";
  private readonly metrics = new Map<string, cloudwatch.MetricDataQuery[]>();

  readonly answers = {
    PutMetricAlarm: async (call: Call<cloudwatch.PutMetricAlarmInput>): Promise<object> => {
      const answer = await call.forward<object>();
      const key = `${call.region} ${call.input.AlarmName}`;
      if (call.input.Metrics) this.metrics.set(key, call.input.Metrics);
      else this.metrics.delete(key);
      return answer;
    },

    DescribeAlarms: async (call: Call<cloudwatch.DescribeAlarmsInput>): Promise<cloudwatch.DescribeAlarmsOutput> => {
      const answer = await call.forward<cloudwatch.DescribeAlarmsOutput>();
      return { ...answer, MetricAlarms: answer.MetricAlarms?.map((alarm) => this.whole(alarm, call.region)) };
    },
  };

  private whole(alarm: cloudwatch.MetricAlarm, region: string): cloudwatch.MetricAlarm {
    const Metrics = this.metrics.get(`${region} ${alarm.AlarmName}`);
    // An alarm on an expression has no statistic of its own; the emulator makes one up.
    return Metrics ? { ...alarm, Metrics, Statistic: undefined, Period: undefined, Dimensions: [] } : alarm;
  }
}
