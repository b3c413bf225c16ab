import type { Report } from "../collect";
import { type Links, choice, filters } from "../elements";
import { type Markup, html } from "../html";
import type { RuleReport } from "../policies";
import { plural } from "../../output";

const STATES: Readonly<Record<RuleReport["state"], { text: string; tone: string }>> = {
  broken: { text: "broken", tone: "bad" },
  exempted: { text: "exempted", tone: "warn" },
  waiting: { text: "waiting", tone: "warn" },
  passed: { text: "passed", tone: "good" },
  idle: { text: "nothing to judge", tone: "muted" },
  disabled: { text: "disabled", tone: "warn" },
};

/** Every rule with what it judged; what is broken first. */
export function policies({ policies: summary }: Report, links: Links): Markup {
  const { rules, checks, mandatory, advisory, exempted, waiting } = summary;
  return html`<p class="lead">
      ${plural(checks, "check")} by ${plural(rules.length, "rule")}: ${mandatory} mandatory and ${advisory} advisory
      broken, ${exempted} exempted.
    </p>
    ${waiting > 0 && html`<p>${plural(waiting, "check")} could not be made here, because a value is encrypted or not known; the engine makes them when it deploys.</p>`}
    ${filters("rules", "rules", [
      choice(
        "Result",
        "state",
        rules.map(({ state }) => STATES[state].text),
      ),
      choice(
        "Family",
        "family",
        rules.map(({ family }) => family),
      ),
      choice(
        "Severity",
        "severity",
        rules.map(({ severity }) => severity),
      ),
    ])}
    <div class="list" id="rules" data-list>${rules.map((rule) => entry(rule, links))}</div>`;
}

function entry(rule: RuleReport, links: Links): Markup {
  const { id, title, family, severity, level, state, judged, waiting, violations, remediation, url, controls } = rule;
  const words = [id, title, family, severity, level, ...controls, ...violations.map(({ resource }) => resource)];
  const { text, tone } = STATES[state];
  const others = judged.filter((urn) => !violations.some((violation) => violation.urn === urn));
  return html`<details
    id="${links.idOfRule(id)}"
    data-text="${words.join(" ").toLowerCase()}"
    data-state="${text}"
    data-family="${family}"
    data-severity="${severity}"
    ${state === "broken" && html` open`}
  >
    <summary>
      <span class="tag ${tone}">${text}</span><span class="grow">${title}</span
      ><span class="muted">${severity}, ${level}</span>
    </summary>
    <div class="inside">
      <dl>
        <dt>Rule</dt>
        <dd><code>${id}</code>, ${family}${controls.length > 0 && `; ${controls.join(", ")}`}</dd>
        ${
          violations.length > 0 &&
          html`<dt>Found</dt>
            <dd>
              <ul>
                ${violations.map(
                  ({ urn, message, exemption }) =>
                    html`<li>
                      ${links.resource(urn)}:
                      ${message}${exemption && html`<br />Exempted until ${exemption.expires} by ${exemption.owner}: ${exemption.reason.trim()}`}
                    </li>`,
                )}
              </ul>
            </dd>
            <dt>Put right by</dt>
            <dd>${remediation}</dd>`
        }
        ${
          waiting.length > 0 &&
          html`<dt>Not decided</dt>
            <dd>
              <ul class="inline">
                ${waiting.map((urn) => html`<li>${links.resource(urn)}</li>`)}
              </ul>
            </dd>`
        }
        <dt>Judges</dt>
        <dd>
          ${
            others.length === 0
              ? judged.length === 0
                ? "no resource of this stack"
                : "those above"
              : html`<ul class="inline">
                  ${others.map((urn) => html`<li>${links.resource(urn)}</li>`)}
                </ul>`
          }
        </dd>
        <dt>Why</dt>
        <dd><a href="${url}" rel="noreferrer">${url}</a></dd>
      </dl>
    </div>
  </details>`;
}
