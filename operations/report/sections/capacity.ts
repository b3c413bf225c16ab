import { scaleLog } from "d3-scale";
import type { Report } from "../collect";
import { absent, barChart, linesOf, tableOf } from "../elements";
import { type Markup, html } from "../html";

/** What is full first, as a chart of the loads at which each part is, and the figures behind it. */
export function capacity({ capacity: found }: Report): Markup {
  if (!found) {
    return absent(
      "No load is known: a checkpoint alone does not say how it is used. Naming an environment beside it takes the usage of that environment’s stack file.",
    );
  }
  const { report, lines, tables } = found;
  if (report.parts.length === 0)
    return absent("The stack has no part whose capacity is known here.", ...lines.map((line) => ` ${line}`));
  const loads = report.parts.flatMap(({ fullAt }) => (fullAt === undefined ? [] : [fullAt]));
  const [least, most] = [Math.min(1, ...loads), Math.max(100, ...loads)];
  const scale = scaleLog([10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(most))], [0, 100]);
  const powers = scale.ticks().filter((tick) => Math.abs(Math.log10(tick) % 1) < 1e-9);
  const parts = [...report.parts].sort((a, b) => (a.fullAt ?? Infinity) - (b.fullAt ?? Infinity));
  const bars = parts.map((part) => {
    const end = part.fullAt === undefined ? 100 : scale(part.fullAt);
    const isFirst = part.name === report.bottleneck?.name;
    return {
      label: part.name,
      value: part.fullAt === undefined ? "never full" : `${Number(part.fullAt.toPrecision(3)).toLocaleString("en")} ×`,
      low: end,
      high: end,
      className: isFirst ? "first" : part.beyond.absorbed ? "absorbed" : undefined,
    };
  });
  return html`${linesOf(lines)}
    <figure>
      <figcaption>
        At how many times today’s load each part is full, on a logarithmic scale. The first bottleneck is marked; where
        another part takes over, the bar is faint.
      </figcaption>
      ${barChart(
        bars,
        powers.map((tick) => ({ at: scale(tick), label: `${tick.toLocaleString("en")} ×` })),
      )}
    </figure>
    ${tables.map((table) => tableOf(table))}`;
}
