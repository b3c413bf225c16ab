import { plural } from "../../output";
import { about } from "../../capacity/tables";
import { dollars } from "../../cost/tables";
import { countsByKind } from "../changes";
import type { Report } from "../collect";
import { type Markup, type Part, html } from "../html";
import { minutes } from "./deployment";

interface Tile {
  readonly href: string;
  readonly what: string;
  readonly figure: Part;
  readonly detail: Part;
  readonly tone?: "good" | "warn" | "bad";
}

/** What the page is about, and its figures at a glance. */
export function summary(report: Report): Markup {
  const { project, stack, source, notes, failure } = report;
  return html`<header class="title">
    <h1>${project} ${stack}</h1>
    <p>Source: ${source}.</p>
    ${notes.map((note) => html`<p>${note}</p>`)}
    ${
      failure &&
      html`<div class="alert">
        <p><strong>The rehearsal failed.</strong> ${failure.message}</p>
        ${failure.details.map((detail) => html`<p>${detail}</p>`)}
      </div>`
    }
    <ul class="tiles">
      ${tilesOf(report).map(
        ({ href, what, figure, detail, tone }) =>
          html`<li>
            <a href="${href}"
              ><span class="what">${what}</span><span class="figure${tone && ` ${tone}`}">${figure}</span
              ><span class="detail">${detail}</span></a
            >
          </li>`,
      )}
    </ul>
  </header>`;
}

function tilesOf(report: Report): Tile[] {
  return [
    changeTile(report),
    resourceTile(report),
    policyTile(report),
    costTile(report),
    capacityTile(report),
    timeTile(report),
  ].filter((tile): tile is Tile => tile !== undefined);
}

function changeTile({ change }: Report): Tile | undefined {
  if (!change) return undefined;
  return {
    href: "#changes",
    what: `Changes against ${change.against}`,
    figure: plural(change.resources.length, "resource"),
    detail: countsByKind(change.resources).join(", ") || "nothing changes",
    ...(change.resources.some(({ kind }) => kind === "deleted" || kind === "replaced") && { tone: "warn" }),
  };
}

function resourceTile({ groups, resources }: Report): Tile {
  const count = groups.reduce((sum, { members }) => sum + members.length, 0);
  const components = new Set(resources.filter(({ isComponent }) => isComponent).map(({ urn }) => urn));
  const outermost = groups.filter(({ urn }) => components.has(urn)).length;
  return {
    href: "#architecture",
    what: "Deployed",
    figure: plural(count, "resource"),
    detail: outermost > 0 ? `in ${plural(outermost, "component")}` : "in no component",
  };
}

function policyTile({ policies }: Report): Tile {
  const { mandatory, advisory, exempted, checks, rules } = policies;
  return {
    href: "#policies",
    what: "Policies",
    figure: mandatory + advisory === 0 ? "none broken" : `${mandatory + advisory} broken`,
    detail: `${plural(checks, "check")} by ${plural(rules.length, "rule")}${exempted > 0 ? `, ${exempted} exempted` : ""}${mandatory > 0 ? `, ${mandatory} mandatory` : ""}`,
    tone: mandatory > 0 ? "bad" : advisory > 0 ? "warn" : "good",
  };
}

function costTile({ costs }: Report): Tile {
  return {
    href: "#costs",
    what: "A month, in USD",
    figure: dollars(costs.estimate.total),
    detail: costs.hasUsage ? "estimated, for the usage of the stack file" : "estimated, without what is paid by use",
  };
}

function capacityTile({ capacity }: Report): Tile | undefined {
  if (!capacity || capacity.report.parts.length === 0) return undefined;
  const { bottleneck } = capacity.report;
  return {
    href: "#capacity",
    what: "First bottleneck",
    figure: bottleneck ? `${about(bottleneck.fullAt!)} × today’s load` : "none",
    detail: bottleneck?.name ?? "no part fills up",
    tone: !bottleneck ? "good" : bottleneck.fullAt! < 1 ? "bad" : undefined,
  };
}

function timeTile({ deployment }: Report): Tile | undefined {
  if (!deployment) return undefined;
  return {
    href: "#deployment",
    what: "First deployment",
    figure: minutes(deployment.program.seconds),
    detail: `estimated; AWS itself forces ${minutes(deployment.forced.seconds)}`,
  };
}
