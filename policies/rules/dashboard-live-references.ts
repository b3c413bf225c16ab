import { deadMetric, otherNamespaces, unpublished, widgetMetrics } from "../metrics";
import { need, needList } from "../read";
import type { Resource } from "../resource";
import type { StackRule } from "../rule";
import type { StackIndex } from "../stack-index";

export const dashboardLiveReferences: StackRule = {
  id: "dashboard-live-references",
  title: "Dashboards show something that is there",
  family: "observability",
  severity: "low",
  enforcement: "advisory",
  scope: "stack",
  types: ["aws:cloudwatch/dashboard:Dashboard"],
  controls: { wellArchitected: ["REL06-BP01", "OPS08-BP01"] },
  remediation:
    "Take names from the resources' outputs instead of writing them again, and each metric from the region where it is published.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html",
  parameters: { otherNamespaces },
  check(dashboard, { fail, attempt, parameter, stack }) {
    const widgets = widgetsOf(dashboard);
    if (!widgets) return fail("dashboardBody is not a JSON document.");
    // The same is often shown by several widgets.
    const dead = new Set<string>();
    for (const shown of widgets) {
      for (const { region, ...use } of widgetMetrics(shown)) {
        attempt(() => {
          const others = parameter<string[]>("otherNamespaces");
          const reason = unpublished(use) ?? deadMetric(stack, use, region, others);
          if (reason) dead.add(`A widget shows what is not there: ${reason}.`);
        });
      }
      attempt(() => {
        for (const arn of alarmsOf(shown)) {
          if (isGone(stack, arn)) dead.add(`A widget shows the alarm ${arn.split(":").at(-1)}, which is not here.`);
        }
      });
      attempt(() => {
        for (const group of missingGroups(stack, shown)) {
          dead.add(`A widget reads the log group ${group}, which is not here.`);
        }
      });
    }
    for (const text of dead) fail(text);
  },
};

/** The properties of a dashboard's widgets; undefined when its body is no JSON document. @throws Deferred */
function widgetsOf(dashboard: Resource): unknown[] | undefined {
  let body: unknown;
  try {
    body = JSON.parse(dashboard.text("dashboardBody") ?? "{}");
  } catch (error) {
    // What is not known yet is for the caller to count.
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
  return needList(body, "widgets").map((widget) => need(widget, "properties"));
}

/** The ARNs of alarms that a widget shows, by themselves or as a line in a graph. */
function alarmsOf(shown: unknown): string[] {
  return [...needList(shown, "alarms"), ...needList(shown, "annotations.alarms")].map(String);
}

/** Whether an alarm is not in this stack, though it has alarms. @throws Deferred */
function isGone(stack: StackIndex, arn: string): boolean {
  const arns = stack.derive(arnsOfAlarms);
  return arns.size > 0 && !arns.has(arn);
}

function arnsOfAlarms(stack: StackIndex): ReadonlySet<string | undefined> {
  const types = ["aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"];
  return new Set(stack.ofType(types).map((alarm) => alarm.text("arn")));
}

/** The log groups that a widget's query reads and this stack, which has log groups, does not hold in that region. */
function missingGroups(stack: StackIndex, shown: unknown): string[] {
  const query = String(need(shown, "query") ?? "");
  const read = [...query.matchAll(/SOURCE\s+'([^']+)'/g)].map(([, group]) => group!);
  if (read.length === 0) return [];
  const region = need(shown, "region");
  const groups = stack.ofType(["aws:cloudwatch/logGroup:LogGroup"]);
  const names = groups
    .filter((group) => region === undefined || group.region === undefined || group.region === region)
    .map((group) => group.text("name"));
  return groups.length === 0 ? [] : read.filter((group) => !names.includes(group));
}
