import assert from "node:assert/strict";
import { dashboardsOf } from "../../operations/report/dashboards";
import { checkpointResources } from "../../policies/checkpoint";
import { exportOf } from "./fixtures";

function dashboardOf(body: unknown) {
  const dashboardBody = typeof body === "string" ? body : JSON.stringify(body);
  const type = "aws:cloudwatch/dashboard:Dashboard";
  const inputs = { dashboardName: "Shop", dashboardBody };
  return dashboardsOf(checkpointResources(exportOf([{ type, name: "board", inputs }])))[0]!;
}

describe("a dashboard in the report", () => {
  it("has its widgets where CloudWatch shows them, a quarter wide where nothing is said", () => {
    const { name, widgets } = dashboardOf({
      widgets: [
        { type: "metric", x: 8, y: 6, width: 16, height: 3, properties: { title: "Requests" } },
        { type: "text", properties: { markdown: "# Hello" } },
      ],
    });
    assert.equal(name, "Shop");
    assert.deepEqual(
      widgets.map(({ x, y, width, height, type, title, shows }) => [x, y, width, height, type, title, shows]),
      [
        [8, 6, 16, 3, "metric", "Requests", undefined],
        [0, 0, 6, 6, "text", "", "# Hello"],
      ],
    );
  });

  it("tells the metrics of a widget, and what stands for a part of the line above", () => {
    const metrics = [
      ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "shop", { stat: "Maximum", label: "busy" }],
      [".", "FreeStorageSpace", ".", "."],
      ["...", "other"],
      [{ expression: "m1 + m2", label: "sum" }],
    ];
    const [widget] = dashboardOf({ widgets: [{ type: "metric", properties: { stat: "Sum", metrics } }] }).widgets;
    assert.deepEqual(
      widget!.metrics.map(({ namespace, metric, statistic, dimensions, label }) =>
        [namespace, metric, statistic, dimensions, label].join("|"),
      ),
      [
        "AWS/RDS|CPUUtilization|Maximum|DBInstanceIdentifier shop|busy",
        "AWS/RDS|FreeStorageSpace|Sum|DBInstanceIdentifier shop|",
        "AWS/RDS|FreeStorageSpace|Sum|DBInstanceIdentifier other|",
        "|m1 + m2|||sum",
      ],
    );
  });

  it("is kept in its grid whatever its body says", () => {
    const { widgets } = dashboardOf({ widgets: [{ x: 23, y: -4, width: 99, height: 0.5 }, "no widget", null] });
    for (const { x, y, width, height } of widgets) {
      assert.ok(x >= 0 && x + width <= 24 && y >= 0 && height >= 1);
    }
    assert.equal(widgets.length, 3);
  });

  it("says when its body cannot be read", () => {
    assert.equal(dashboardOf("{ not JSON").problem, "its body is not known, or not JSON");
  });
});
