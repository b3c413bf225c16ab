import { METRICS, type MetricKey, type MetricPlace } from "../catalog/metrics";

/** A metric of the catalog on one resource. `Value` is text, or an output of it. */
export interface Metric<Value = string> {
  readonly key: MetricKey;
  /** Every dimension that the catalog lists for the metric. */
  readonly dimensions: Readonly<Record<string, Value>>;
  readonly statistic: "Average" | "Maximum" | "Minimum" | "Sum" | "p99";
  /** What a dashboard calls it. @default the metric's name */
  readonly label?: string;
}

/** A metric by its key and the values of its dimensions, in the catalog's order. */
export function metric<Value>(
  key: MetricKey,
  values: readonly Value[],
  statistic: Metric["statistic"],
  label?: string,
): Metric<Value> {
  const { dimensions } = METRICS[key];
  return {
    key,
    dimensions: Object.fromEntries(dimensions.map((dimension, index) => [dimension, values[index]!])),
    statistic,
    label,
  };
}

/** Where a metric is published. */
export function placeOf(key: MetricKey): MetricPlace {
  return METRICS[key].place;
}
