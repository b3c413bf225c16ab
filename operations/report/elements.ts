import type { Table } from "../table";
import { type Markup, type Part, html } from "./html";
import type { Report } from "./collect";

/** Links into the page: to resources and components by URN, and to components by the label that tables have of them. */
export class Links {
  readonly #anchors = new Map<string, { id: string; label: string }>();
  readonly #labels = new Map<string, string>();

  constructor({ resources, groups, policies }: Pick<Report, "resources" | "groups" | "policies">) {
    resources.forEach(({ urn, type, name }, index) =>
      this.#anchors.set(urn, { id: `r-${index}`, label: `${type} ${name}` }),
    );
    groups.forEach(({ type, name, urn }, index) => {
      if (this.#anchors.get(urn)?.label !== undefined) this.#labels.set(`${type} ${name}`, `g-${index}`);
    });
    groups.forEach(({ urn, name }, index) => this.#anchors.set(`group ${urn}`, { id: `g-${index}`, label: name }));
    policies.rules.forEach(({ id }, index) => this.#anchors.set(`rule ${id}`, { id: `p-${index}`, label: id }));
  }

  /** The id of the element that shows a resource. */
  idOf(key: string): string | undefined {
    return this.#anchors.get(key)?.id;
  }

  idOfGroup(urn: string): string | undefined {
    return this.idOf(`group ${urn}`);
  }

  idOfRule(id: string): string | undefined {
    return this.idOf(`rule ${id}`);
  }

  /** A resource by type and name; the name alone of what the page does not show, such as a provider. */
  resource(urn: string): Markup {
    const anchor = this.#anchors.get(urn);
    return anchor
      ? html`<a href="#${anchor.id}">${anchor.label}</a>`
      : html`${urn.split("::").slice(3).join("::") || urn}`;
  }

  rule(id: string): Markup {
    const anchor = this.#anchors.get(`rule ${id}`);
    return anchor ? html`<a href="#${anchor.id}">${id}</a>` : html`${id}`;
  }

  /** A text that may be the label of a component. */
  label(text: string): Markup {
    const id = this.#labels.get(text);
    return id === undefined ? html`${text}` : html`<a href="#${id}">${text}</a>`;
  }
}

/** A table of the verbs' reports. What is wider than the page scrolls by itself. */
export function tableOf({ title, columns, rows, sums = 0, notes = [] }: Table, links?: Links): Markup {
  const align = (index: number) => (columns[index]?.align === "right" ? html` class="number"` : undefined);
  const text = (cell: string) => (links ? links.label(cell) : html`${cell}`);
  const head = columns.map(({ name }, index) =>
    name === "" ? html`<td></td>` : html`<th scope="col" ${align(index)}>${name}</th>`,
  );
  const body = rows.map((row, at) => {
    const cells = row.map((cell, index) =>
      index === 0 ? html`<th scope="row">${text(cell)}</th>` : html`<td${align(index)}>${text(cell)}</td>`,
    );
    return html`<tr${at >= rows.length - sums && html` class="sum"`}>${cells}</tr>`;
  });
  return html`<div class="scroll" role="group" aria-label="${title}" tabindex="0">
      <table>
        <caption>
          ${title}
        </caption>
        <thead>
          <tr>
            ${head}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>
    ${notes.map((note) => html`<p class="note">${note}</p>`)}`;
}

/** Why a section has nothing to show. */
export function absent(...text: readonly Part[]): Markup {
  return html`<p class="absent">${text}</p>`;
}

/** Lines of the verbs' reports as paragraphs, the first one leading. */
export function linesOf(lines: readonly string[]): Markup {
  return html`${lines.map((line, index) => html`<p${index === 0 && html` class="lead"`}>${line}</p>`)}`;
}

/** A field of the form above a list that chooses by one attribute of its entries. */
export function choice(label: string, name: string, values: readonly string[]): Markup {
  return html`<label
    >${label}<select name="${name}">
      <option value="">all</option>
      ${[...new Set(values)].sort().map((value) => html`<option>${value}</option>`)}
    </select></label
  >`;
}

/** The form above a list: words to look for, choices, how many are left. */
export function filters(list: string, what: string, choices: Part): Markup {
  return html`<form class="filters" data-filters="${list}" aria-label="Filter the ${what}" hidden>
    <label>Find in ${what}<input type="search" name="text" autocomplete="off" /></label>${choices}
    <button type="reset">Show all</button><output aria-live="polite"></output>
  </form>`;
}

/** One row of a chart of bars: percentages of the axis, from its beginning or from `start`. */
export interface Bar {
  readonly label: Part;
  readonly value: string;
  readonly start?: number;
  /** Where what is certain ends, and where what is possible does. */
  readonly low: number;
  readonly high: number;
  readonly className?: string;
}

/** Bars on a common axis. All figures are there as text, so the bars themselves are hidden from screen readers. */
export function barChart(bars: readonly Bar[], ticks: readonly { at: number; label: string }[]): Markup {
  const percent = (value: number) => `${Math.round(value * 100) / 100}%`;
  const lines = ticks.map(
    ({ at }) => html`<line class="grid" x1="${percent(at)}" x2="${percent(at)}" y1="0" y2="100%" />`,
  );
  const axis = ticks.map(({ at, label }) => {
    const anchor = at > 95 ? "end" : at < 5 ? "start" : "middle";
    return html`<text x="${percent(at)}" y="14" text-anchor="${anchor}">${label}</text>`;
  });
  return html`<div class="chart">
    <div class="chart-row axis" aria-hidden="true"><span></span><svg>${axis}</svg><span></span></div>
    <ul class="plain">
      ${bars.map(({ label, value, start = 0, low, high, className }) => {
        const sure = Math.max(low - start, 0);
        return html`<li class="chart-row${className && ` ${className}`}">
          <span class="label">${label}</span>
          <svg aria-hidden="true">
            ${lines}${high > low && html`<rect class="range" x="${percent(low)}" width="${percent(high - low)}" y="50%" height="12" transform="translate(0 -6)" />`}
            <rect
              class="sure"
              x="${percent(start)}"
              width="${percent(sure)}"
              y="50%"
              height="12"
              transform="translate(0 -6)"
            />
          </svg>
          <span class="value">${value}</span>
        </li>`;
      })}
    </ul>
  </div>`;
}
