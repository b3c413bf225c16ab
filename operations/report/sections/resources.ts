import { add } from "../../cost/range";
import { dollars } from "../../cost/tables";
import { plural } from "../../output";
import type { Report, ResourceView } from "../collect";
import { groupBy } from "../../group-by";
import { type Links, choice, filters } from "../elements";
import { type Markup, type Part, html } from "../html";
import type { RuleReport } from "../policies";

/** Every resource by component: inputs, dependencies, policies, price. */
export function resources(report: Report, links: Links): Markup {
  const byUrn = new Map(report.resources.map((resource) => [resource.urn, resource]));
  const judged = report.policies.rules.flatMap((rule) => rule.judged.map((urn) => ({ urn, rule })));
  const rules = groupBy(judged, ({ urn }) => urn);
  const types = report.resources.map(({ type }) => serviceOf(type));
  return html`${filters("resources-list", "resources", choice("Service", "service", types))}
    <div id="resources-list" data-list>
      ${report.groups.map(
        ({ urn, name, type, members, urns }) =>
          html`<div data-group id="${links.idOfGroup(urn)}">
            <h3 class="group-head">
              ${name} <span class="muted">${type}, ${plural(members.length, "resource")}</span>
            </h3>
            <div class="list">
              ${urns.map((member) => {
                const resource = byUrn.get(member);
                return (
                  resource &&
                  entry(
                    resource,
                    (rules.get(member) ?? []).map(({ rule }) => rule),
                    links,
                  )
                );
              })}
            </div>
          </div>`,
      )}
    </div>`;
}

function entry(resource: ResourceView, rules: readonly RuleReport[], links: Links): Markup {
  const { urn, name, type, id, isProtected, isComponent, waitsFor, usedBy, costs } = resource;
  const found = rules.flatMap(({ violations }) => violations.filter((violation) => violation.urn === urn));
  const broken = found.filter(({ exemption }) => !exemption);
  const usd = add(...costs.map((each) => each.usd));
  const tags = [
    broken.length > 0 && html`<span class="tag bad">${plural(broken.length, "finding")}</span>`,
    found.length > broken.length && html`<span class="tag warn">exempted</span>`,
    isProtected && html`<span class="tag muted">protected</span>`,
    usd.high >= 0.005 && html`<span class="number">${dollars(usd)} USD</span>`,
  ];
  const rows: readonly (readonly [string, Part])[] = [
    ["Id", id !== "" && html`<code>${id}</code>`],
    ["URN", html`<code>${urn}</code>`],
    ["Price", !isComponent && priceOf(resource)],
    ["Findings", found.length > 0 && findingsOf(found, links)],
    ["Judged by", !isComponent && rulesOf(rules, links)],
    ["Waits for", waitsFor.length > 0 && linkList(waitsFor, links)],
    ["Needed by", usedBy.length > 0 && linkList(usedBy, links)],
  ];
  return html`<details
    id="${links.idOf(urn)}"
    data-text="${`${type} ${name} ${id}`.toLowerCase()}"
    data-service="${serviceOf(type)}"
  >
    <summary>
      <span class="grow">${name} <span class="muted">${type}</span></span
      >${tags}
    </summary>
    <div class="inside">
      <dl>
        ${rows.map(
          ([title, content]) =>
            content !== false &&
            html`<dt>${title}</dt>
              <dd>${content}</dd>`,
        )}
      </dl>
      ${inputTable(resource, links)}
    </div>
  </details>`;
}

const serviceOf = (type: string): string => type.split(".")[0] ?? "";

function priceOf({ costs, notPriced }: ResourceView): Part {
  if (costs.length === 0 && notPriced.length === 0) return "nothing by itself";
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
    )}${notPriced.map((reason) => html`<li>not priced: ${reason}</li>`)}
  </ul>`;
}

function findingsOf(found: RuleReport["violations"], links: Links): Markup {
  return html`<ul>
    ${found.map(
      ({ rule, message, exemption }) =>
        html`<li>${links.rule(rule)}: ${message}${exemption && ` (exempted until ${exemption.expires})`}</li>`,
    )}
  </ul>`;
}

function rulesOf(rules: readonly RuleReport[], links: Links): Part {
  if (rules.length === 0) return "no rule";
  return html`<ul class="inline">
    ${rules.map(({ id }) => html`<li>${links.rule(id)}</li>`)}
  </ul>`;
}

function inputTable({ type, name, inputs }: ResourceView, links: Links): Markup | undefined {
  if (inputs.length === 0) return undefined;
  return html`<div class="scroll" role="group" aria-label="Inputs of ${type} ${name}" tabindex="0">
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
  </div>`;
}

function linkList(urns: readonly string[], links: Links): Markup {
  return html`<ul class="inline">
    ${urns.map((urn) => html`<li>${links.resource(urn)}</li>`)}
  </ul>`;
}
