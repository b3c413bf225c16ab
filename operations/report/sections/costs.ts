import { scaleLinear } from "d3-scale";
import { dollars } from "../../cost/tables";
import type { Report } from "../collect";
import { type Links, absent, barChart, linesOf, tableOf } from "../elements";
import { type Markup, html } from "../html";

const TICKS = 5;

/** What a month costs: by service as a chart, by service and component as a table. */
export function costs({ costs: { services, lines, tables, hasUsage, estimate } }: Report, links: Links): Markup {
  const most = Math.max(...services.map(({ high }) => high), 0);
  const scale = scaleLinear([0, most || 1], [0, 100]).nice(TICKS);
  const chart =
    services.length === 0
      ? absent(
          estimate.free > 0
            ? "No resource of the stack has a price here; those that cost something and are not priced are named below."
            : "There are no prices for what the stack holds; what is not priced is named below.",
        )
      : html`<figure>
          <figcaption>
            USD a month by service. Full is what it costs at least under the assumptions, faint what it can cost at
            most.
          </figcaption>
          ${barChart(
            services.map(({ service, low, high }) => ({
              label: service,
              value: dollars({ low, high }),
              low: scale(low),
              high: scale(high),
            })),
            scale.ticks(TICKS).map((tick) => ({ at: scale(tick), label: tick.toLocaleString("en") })),
          )}
        </figure>`;
  return html`<p class="lead">${dollars(estimate.total)} USD a month.</p>
    ${linesOf(lines)}
    ${!hasUsage && html`<p>No usage is assumed, so what is paid by use is listed as not priced. Naming an environment beside the checkpoint takes the usage of its stack file.</p>`}
    ${chart}${tables.map((table) => tableOf(table, links))}`;
}
