import type { JudgedResource } from "../../policies/evaluate";
import { field, list, text } from "../cost/resource";

/** One line of a graph. */
export interface WidgetMetric {
  readonly namespace: string;
  readonly metric: string;
  readonly statistic: string;
  /** `Name value`, joined. */
  readonly dimensions: string;
  readonly label: string;
}

/** One field of a dashboard: its place in a grid of 24 columns, and what it shows. */
export interface Widget {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly type: string;
  readonly title: string;
  readonly metrics: readonly WidgetMetric[];
  /** What it shows where that is no metric: a text, a query, alarms. */
  readonly shows?: string;
}

/** A dashboard of the stack. */
export interface Dashboard {
  readonly urn: string;
  readonly name: string;
  readonly widgets: readonly Widget[];
  /** Why nothing can be shown of it. */
  readonly problem?: string;
}

export const GRID_COLUMNS = 24;

/** CloudWatch's defaults for a widget without a size. */
const [WIDTH, HEIGHT] = [6, 6];

/** Beyond this CloudWatch takes no widget. */
const MOST_ROWS = 1000;

/** Every dashboard of a stack, read from its body. */
export function dashboardsOf(resources: readonly JudgedResource[]): Dashboard[] {
  return resources
    .filter(({ type }) => type === "aws:cloudwatch/dashboard:Dashboard")
    .map((resource) => {
      const name = text(resource, "dashboardName") ?? resource.name;
      const body = text(resource, "dashboardBody");
      try {
        const widgets = list(field(JSON.parse(body ?? ""), "widgets")).map(widgetOf);
        return { urn: resource.urn, name, widgets };
      } catch {
        return { urn: resource.urn, name, widgets: [], problem: "its body is not known, or not JSON" };
      }
    });
}

function widgetOf(widget: unknown): Widget {
  const properties = field(widget, "properties");
  const whole = (name: string, least: number, most: number, fallback: number) => {
    const value = field(widget, name);
    return typeof value === "number" && Number.isInteger(value) ? Math.min(most, Math.max(least, value)) : fallback;
  };
  const width = whole("width", 1, GRID_COLUMNS, WIDTH);
  const type = string(field(widget, "type")) || "unknown";
  const metrics = metricsOf(properties);
  const shows = metrics.length > 0 ? undefined : contentOf(properties);
  return {
    x: whole("x", 0, GRID_COLUMNS - width, 0),
    y: whole("y", 0, MOST_ROWS, 0),
    width,
    height: whole("height", 1, MOST_ROWS, HEIGHT),
    type,
    title: string(field(properties, "title")) || (type === "text" ? "" : "(without a title)"),
    metrics,
    ...(shows !== undefined && { shows }),
  };
}

/** CloudWatch repeats a namespace, name or dimension of the line above as `.`, and all of them as `...`. */
function metricsOf(properties: unknown): WidgetMetric[] {
  let above: string[] = [];
  return list(field(properties, "metrics")).flatMap((entry): WidgetMetric[] => {
    const given = list(entry);
    const options = typeof given.at(-1) === "object" ? given.at(-1) : undefined;
    const words = (options === undefined ? given : given.slice(0, -1)).map(string);
    const expression = string(field(options, "expression"));
    if (words.length === 0) {
      if (!expression) return [];
      const label = string(field(options, "label"));
      return [{ namespace: "", metric: expression, statistic: "", dimensions: "", label }];
    }
    const whole = words[0] === "..." ? [...above.slice(0, above.length - words.length + 1), ...words.slice(1)] : words;
    const [namespace = "", metric = "", ...dimensions] = whole.map((word, index) =>
      word === "." ? (above[index] ?? word) : word,
    );
    above = [namespace, metric, ...dimensions];
    return [
      {
        namespace,
        metric,
        statistic: string(field(options, "stat")) || string(field(properties, "stat")) || "Average",
        dimensions: pairs(dimensions).join(", "),
        label: string(field(options, "label")),
      },
    ];
  });
}

function pairs(words: readonly string[]): string[] {
  return words.flatMap((word, index) => (index % 2 === 0 ? [`${word} ${words[index + 1] ?? ""}`.trim()] : []));
}

function contentOf(properties: unknown): string | undefined {
  const found = ["markdown", "query", "alarms"].map((name) => field(properties, name)).find((value) => value);
  if (found === undefined) return undefined;
  return Array.isArray(found) ? found.map(string).join("\n") : string(found);
}

const string = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";
