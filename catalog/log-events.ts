import type { MetricKey } from "./metrics";

/**
 * One kind of line in the application's log that is counted. A line is a JSON object with `event` and the fields here;
 * the application writes them, metric filters read them, and this is the only place that spells them.
 */
export interface LogEvent {
  /** Value of the field `event`. */
  readonly event: string;
  /** The metric that the filter feeds. */
  readonly metric: MetricKey;
  /** What a line adds: a number, or the field that holds one, as `$.field`. */
  readonly value: string;
  readonly unit: "Count" | "Seconds";
  /** Metric dimension to the field that holds its value. */
  readonly dimensions?: Readonly<Record<string, string>>;
}

export const LOG_EVENTS: readonly LogEvent[] = [
  {
    event: "model_called",
    metric: "applicationModelCalls",
    value: "1",
    unit: "Count",
    dimensions: { Model: "$.model" },
  },
  { event: "session_created", metric: "sessionsCreated", value: "1", unit: "Count" },
  { event: "session_expired", metric: "sessionsExpired", value: "1", unit: "Count" },
  { event: "document_processed", metric: "documentSeconds", value: "$.seconds", unit: "Seconds" },
  // One instance writes these, once a minute: the queue is one for all.
  { event: "queue_depth", metric: "queueDepth", value: "$.jobs", unit: "Count" },
  { event: "queue_oldest_job", metric: "queueOldestJob", value: "$.seconds", unit: "Seconds" },
];
