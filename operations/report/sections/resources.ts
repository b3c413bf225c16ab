import { dollars } from "../../cost/tables";
import { plural } from "../../output";
import type { Report, ResourceView } from "../collect";
import { type Links, choice, filters } from "../elements";
import { type Markup, html } from "../html";
import type { RuleReport } from "../policies";

/** Every resource by component: inputs, dependencies, policies, price. */
export function resources(report: Report, links: Links): Markup {
  const byUrn = new Map(report.resources.map((resource) => [resource.urn, resource]));
  const rules = new Map<string, RuleReport[]>();
  for (const rule of report.policies.rules) {
    for (const urn of rule.judged) rules.set(urn, [...(rules.get(urn) ?? []), rule]);
  }
  const types = report.resources.map(({ type }) => type.split(".")[0] ?? "");
  return html`${filters("all-resources", "resources", choice("Service", "service", types))}
    <div id="all-resources" data-list>
      ${report.groups.map(
        ({ urn, name, type, members }) =>
          html`<div data-group id="${links.idOfGroup(urn)}">
            <h3 class="group-head">
              ${name} <span class="muted">${type}, ${plural(members.length, "resource")}</span>
            </h3>
            <div class="list">
              ${[...new Set([...(byUrn.has(urn) ? [urn] : []), ...members])].map((member) => {
                const resource = byUrn.get(member);
                return resource && entry(resource, rules.get(member) ?? [], links);
              })}
            </div>
          </div>`,
      )}
    </div>`;
}

function entry(resource: ResourceView, rules: readonly RuleReport[], links: Links): Markup {
  const { urn, name, type, id, isProtected, inputs, waitsFor, usedBy, costs, notPriced } = resource;
  const found = rules.flatMap(({ violations }) => violations.filter((violation) => violation.urn === urn));
  const usd = costs.reduce((sum, each) => ({ low: sum.low + each.usd.low, high: sum.high + each.usd.high }), {
    low: 0,
    high: 0,
  });
  return html`<details
    id="${links.idOf(urn)}"
    data-text="${`${type} ${name} ${id}`.toLowerCase()}"
    data-service="${type.split(".")[0]}"
  >
    <summary>
      <span class="grow">${name} <span class="muted">${type}</span></span
      >${found.length > 0 && html`<span class="tag bad">${plural(found.length, "finding")}</span>`}${isProtected && html`<span class="tag muted">protected</span>`}${usd.high >= 0.005 && html`<span class="number">${dollars(usd)} USD</span>`}
    </summary>
    <div class="inside">
      <dl>
        ${
          id !== "" &&
          html`<dt>Id</dt>
            <dd><code>${id}</code></dd>`
        }
        <dt>URN</dt>
        <dd><code>${urn}</code></dd>
        <dt>Price</dt>
        <dd>
          ${priceOf(resource)}${
            notPriced.length > 0 &&
            html`<ul>
              ${notPriced.map((reason) => html`<li>not priced: ${reason}</li>`)}
            </ul>`
          }
        </dd>
        <dt>Policies</dt>
        <dd>
          ${
            found.length > 0 &&
            html`<ul>
              ${found.map(({ rule, message }) => html`<li>${links.rule(rule)}: ${message}</li>`)}
            </ul>`
          }${
            rules.length === 0
              ? "no rule judges it"
              : html`${plural(rules.length, "rule")}:
                  <ul class="inline">
                    ${rules.map((rule) => html`<li>${links.rule(rule.id)}</li>`)}
                  </ul>`
          }
        </dd>
        ${
          waitsFor.length > 0 &&
          html`<dt>Waits for</dt>
            <dd>${linkList(waitsFor, links)}</dd>`
        }
        ${
          usedBy.length > 0 &&
          html`<dt>Needed by</dt>
            <dd>${linkList(usedBy, links)}</dd>`
        }
      </dl>
      ${
        inputs.length > 0 &&
        html`<div class="scroll" role="region" aria-label="Inputs of ${type} ${name}" tabindex="0">
          <table>
            <thead>
              <tr>
                <th scope="col">Input</th>
                <th scope="col">Value</th>
                <th scope="col">From</th>
              </tr>
            </thead>
            <tbody>
              ${inputs.map(
                (input) =>
                  html`<tr>
                    <th scope="row"><code>${input.name}</code></th>
                    <td><pre>${input.value}</pre></td>
                    <td>${input.from.length > 0 && linkList(input.from, links)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>`
      }
    </div>
  </details>`;
}

function priceOf({ costs, notPriced }: ResourceView): Markup {
  if (costs.length === 0) return html`${notPriced.length === 0 && "nothing by itself"}`;
  return html`<ul>
    ${costs.map(
      ({ what, usd, price }) =>
        html`<li>
          ${what}: ${dollars(usd)} USD a month
          <span class="muted"
            >${Number(price.usd.toPrecision(4))} USD per ${price.unit}, ${price.source},
            ${price.date}${price.uncertain !== undefined && `; may be off: ${price.uncertain}`}</span
          >
        </li>`,
    )}
  </ul>`;
}

function linkList(urns: readonly string[], links: Links): Markup {
  return html`<ul class="inline">
    ${urns.map((urn) => html`<li>${links.resource(urn)}</li>`)}
  </ul>`;
}
