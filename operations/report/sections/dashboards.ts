import type { Report } from "../collect";
import type { Dashboard, Widget } from "../dashboards";
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
  return html`<article class="widget ${placeOf(each)}">
    <h4>${title}${type !== "metric" && html` <span class="tag muted">${type}</span>`}</h4>
    ${
      metrics.length > 0 &&
      html`<ul>
        ${metrics.map(
          ({ label, metric, statistic, namespace, dimensions }) =>
            html`<li>
              ${label && label !== metric && html`<strong>${label}</strong>: `}${metric}${statistic && `, ${statistic}`}
              <span class="muted">${namespace}${dimensions && `; ${dimensions}`}</span>
            </li>`,
        )}
      </ul>`
    }${shows !== undefined && html`<pre>${shows}</pre>`}
  </article>`;
}

const placeOf = ({ x, y, width, height }: Widget) => `at-${x}-${y}-${width}-${height}`;

/** The places of all widgets as rules of the style sheet, which allows no styles on elements. */
export function placesOf(all: readonly Dashboard[]): string {
  const places = new Map(all.flatMap(({ widgets }) => widgets.map((each) => [placeOf(each), each])));
  const rules = [...places].map(
    ([name, { x, y, width, height }]) => `.${name}{grid-area:${y + 1}/${x + 1}/span ${height}/span ${width}}`,
  );
  return `@media (min-width: 60rem) {${rules.join("")}}`;
}
