import { DATA_HOLDERS } from "../../../catalog/data-holders";
import { resourceType } from "../../rehearse/state";
import type { ResourceChange } from "../changes";
import { KINDS, type Report } from "../collect";
import { type Links, absent, tableOf } from "../elements";
import { type Markup, html } from "../html";

const SENTENCES = { deleted: "Deleted", replaced: "Replaced", updated: "Updated", created: "Created" } as const;

const TONES = { deleted: "bad", replaced: "warn", updated: "muted", created: "good" } as const;

/** What a change does: to resources, property by property, and to the costs. */
export function changes({ change, stack }: Report, links: Links): Markup {
  if (!change) {
    return absent(
      "Nothing is compared here. ",
      html`<code>./prism report ${stack} --from main</code>`,
      " shows what the working tree changes against a branch, tag or commit.",
    );
  }
  const { resources, costs, against } = change;
  return html`<p class="lead">
      ${resources.length === 0 ? `No resource differs from ${against}.` : `Against ${against}:`}
    </p>
    ${KINDS.map((kind) => {
      const own = resources.filter((each) => each.kind === kind);
      if (own.length === 0) return undefined;
      return html`<h3>${SENTENCES[kind]}: ${own.length}</h3>
        <div class="list">${own.map((each) => entry(each, links))}</div>`;
    })}
    ${tableOf({ ...costs, title: "What that does to the costs" }, links)}`;
}

/** Lists longer than this are folded, and cut in the line that stays. */
const SHOWN = 4;

function entry({ kind, urn, resource, properties }: ResourceChange, links: Links): Markup {
  const paths = properties.slice(0, SHOWN).map(({ path }) => path);
  const more = properties.length > SHOWN ? `, and ${properties.length - SHOWN} more` : "";
  const holder = kind === "deleted" || kind === "replaced" ? DATA_HOLDERS[resourceType(urn)] : undefined;
  const summary = html`<span class="tag ${TONES[kind]}">${kind}</span><span class="grow">${resource}</span
    ><span class="muted">${paths.join(", ")}${more}</span>`;
  return html`<details ${(properties.length <= SHOWN || holder) && html`open`}>
    <summary>${summary}</summary>
    <div class="inside">
      ${holder && html`<p><strong class="bad">It holds ${holder.holds}.</strong> Instead: ${holder.instead}.</p>`}
      ${kind === "deleted" ? html`<p class="muted">It is not there any more.</p>` : html`<p>${links.resource(urn)}</p>`}
      ${properties.length > 0 && propertyTable(properties, resource)}
    </div>
  </details>`;
}

function propertyTable(properties: ResourceChange["properties"], of: string): Markup {
  return html`<div class="scroll" role="group" aria-label="Properties of ${of}" tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">Property</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        ${properties.map(
          ({ path, before, after }) =>
            html`<tr>
              <th scope="row"><code>${path}</code></th>
              <td><pre class="before">${before}</pre></td>
              <td><pre class="after">${after}</pre></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
