import { scaleLinear } from "d3-scale";
import type { Report } from "../collect";
import { type Links, absent, barChart } from "../elements";
import { type Markup, html } from "../html";

const TICKS = 6;

/** `42 min`, or seconds where it is less than one. */
export function minutes(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** The resources that a first deployment waits for, one after the other. */
export function deployment({ deployment: first }: Report, links: Links): Markup {
  if (!first || first.program.links.length === 0) {
    return absent("Nothing in the stack is known to take time when it is created.");
  }
  const { program, forced, ratio, avoidable } = first;
  const scale = scaleLinear([0, program.seconds / 60], [0, 100]);
  let at = 0;
  const bars = program.links.map(({ urn, seconds }) => {
    const start = scale(at / 60);
    at += seconds;
    return { label: links.resource(urn), value: minutes(seconds), start, low: scale(at / 60), high: scale(at / 60) };
  });
  return html`<p class="lead">
      By estimates ${minutes(program.seconds)} from nothing; AWS itself forces ${minutes(forced.seconds)} (ratio
      ${ratio.toFixed(2)}).
    </p>
    <figure>
      <figcaption>
        The longest chain of resources that wait for each other, in minutes since the start. Everything else is created
        beside it.
      </figcaption>
      ${barChart(
        bars,
        scale.ticks(TICKS).map((tick) => ({ at: scale(tick), label: String(tick) })),
      )}
    </figure>
    ${
      avoidable.length === 0
        ? html`<p>Nothing on it waits for what AWS does not ask for.</p>`
        : html`<h3>What need not wait</h3>
            <ul>
              ${avoidable.map(({ resource, waitsFor }) => html`<li>${resource} waits for ${waitsFor}, which AWS does not ask</li>`)}
            </ul>`
    }`;
}
