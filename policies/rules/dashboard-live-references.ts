import { deadDimension } from "../metrics";
import { need } from "../read";
import type { StackRule } from "../rule";

export const dashboardLiveReferences: StackRule = {
  id: "dashboard-live-references",
  title: "Dashboards show something that is there",
  family: "observability",
  severity: "low",
  enforcement: "advisory",
  scope: "stack",
  types: ["aws:cloudwatch/dashboard:Dashboard"],
  controls: { wellArchitected: ["REL06-BP01", "OPS08-BP01"] },
  remediation: "Take names from the resources' outputs instead of writing them again.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html",
  check(dashboard, { fail, attempt, stack }) {
    let body: unknown;
    try {
      body = JSON.parse(dashboard.text("dashboardBody") ?? "{}");
    } catch (error) {
      // What is not known yet is for the caller to count.
      if (!(error instanceof SyntaxError)) throw error;
      return fail("dashboardBody is not a JSON document.");
    }
    const widgets = need(body, "widgets");
    const properties = (Array.isArray(widgets) ? widgets : []).map((widget) => need(widget, "properties"));
    const dead = new Set<string>();
    attempt(() => {
      for (const shown of properties) {
        for (const [name, value] of dimensionsIn(need(shown, "metrics"))) {
          const text = deadDimension(stack, name, value);
          if (text) dead.add(text);
        }
      }
    });
    for (const text of dead) fail(`A widget's ${text}.`);
    attempt(() => {
      const groups = stack.ofType(["aws:cloudwatch/logGroup:LogGroup"]).map((group) => group.text("name"));
      for (const shown of properties) {
        for (const [, group = ""] of String(need(shown, "query") ?? "").matchAll(/SOURCE\s+'([^']+)'/g)) {
          if (groups.length > 0 && !groups.includes(group))
            fail(`A widget reads the log group ${group}, which is not here.`);
        }
      }
    });
  },
};

/** Pairs of dimension and value in a widget's metrics: `[namespace, name, dimension, value, …, options]`. */
function dimensionsIn(metrics: unknown): [string, string][] {
  let before: unknown[] = [];
  return (Array.isArray(metrics) ? (metrics as unknown[]) : []).flatMap((row) => {
    if (!Array.isArray(row)) return [];
    // A dot repeats what stood in the row above.
    const cells: unknown[] = row.map((cell, index) => (cell === "." ? before[index] : cell));
    before = cells;
    const pairs: [string, string][] = [];
    for (let index = 2; index + 1 < cells.length && typeof cells[index + 1] === "string"; index += 2) {
      pairs.push([String(cells[index]), String(cells[index + 1])]);
    }
    return pairs;
  });
}
