import type { Report } from "../collect";
import type { Dashboard, Widget, WidgetMetric } from "../dashboards";
import { type Links, absent } from "../elements";
import { type Markup, html } from "../html";

/** The dashboards as CloudWatch lays them out, each widget with what it shows. */
export function dashboards({ dashboards: all }: Report, links: Links): Markup {
  if (all.length === 0) return absent("The stack has no CloudWatch dashboards.");
  return html`${all.map(
    (dashboard) =>
      html`<h3 class="group-head">${dashboard.name} <span class="muted">${links.resource(dashboard.urn)}</span></h3>
        ${dashboard.problem ? absent(`What it shows cannot be said: ${dashboard.problem}.`) : html`<div class="dashboard">${dashboard.widgets.map(widget)}</div>`}`,
  )}`;
}

function widget(each: Widget): Markup {
  const { type, title, metrics, shows } = each;
  // What all lines have in common is said once.
  const common = (name: keyof WidgetMetric) => metrics.every((metric) => metric[name] === metrics[0]![name]);
  const [sameMetric, sameSource] = [common("metric") && common("statistic"), common("namespace")];
  const sameDimensions = common("dimensions");
  const once = metrics[0] && [
    ...(sameMetric ? [measureOf(metrics[0])] : []),
    ...(sameSource ? [metrics[0].namespace] : []),
    ...(sameDimensions ? [metrics[0].dimensions] : []),
  ];
  const lines = metrics.map((metric) => {
    const { label, namespace, dimensions } = metric;
    const value = dimensions.split(" ").at(-1) ?? "";
    const rest = [
      ...(sameMetric || measureOf(metric) === label ? [] : [measureOf(metric)]),
      ...(sameSource ? [] : [namespace]),
      // A label that names the resource says it already.
      ...(sameDimensions || (value !== "" && label.includes(value)) ? [] : [dimensions]),
    ].filter(Boolean);
    return html`<li>
      ${label !== "" && html`<strong>${label}</strong> `}<span class="muted">${rest.join(", ")}</span>
    </li>`;
  });
  return html`<article class="widget ${placeOf(each)}">
    <h4>${title}${type !== "metric" && html` <span class="tag muted">${type}</span>`}</h4>
    ${once && once.length > 0 && html`<p class="muted">${once.filter(Boolean).join(", ")}</p>`}
    ${
      lines.length > 0 &&
      html`<ul>
        ${lines}
      </ul>`
    }
    ${shows !== undefined && html`<pre>${shows}</pre>`}
  </article>`;
}

const measureOf = ({ metric, statistic }: WidgetMetric) => (statistic === "" ? metric : `${metric} (${statistic})`);

const placeOf = ({ x, y, width, height }: Widget) => `at-${x}-${y}-${width}-${height}`;

/** The places of all widgets as rules of the style sheet, which allows no styles on elements. */
export function placesOf(all: readonly Dashboard[]): string {
  const places = new Map(all.flatMap(({ widgets }) => widgets.map((each) => [placeOf(each), each])));
  const rules = [...places].map(
    ([name, { x, y, width, height }]) => `.${name}{grid-area:${y + 1}/${x + 1}/span ${height}/span ${width}}`,
  );
  return `@media (min-width: 60rem) {${rules.join("")}}`;
}
