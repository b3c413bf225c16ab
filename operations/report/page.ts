import { createHash } from "node:crypto";
import * as fs from "node:fs";
import path from "node:path";
import type { Report } from "./collect";
import { Links } from "./elements";
import { Markup, html } from "./html";
import { architecture } from "./sections/architecture";
import { capacity } from "./sections/capacity";
import { changes } from "./sections/changes";
import { costs } from "./sections/costs";
import { dashboards, placesOf } from "./sections/dashboards";
import { deployment } from "./sections/deployment";
import { outputs } from "./sections/outputs";
import { policies } from "./sections/policies";
import { resources } from "./sections/resources";
import { summary } from "./sections/summary";

const SECTIONS: readonly { id: string; title: string; show: (report: Report, links: Links) => Markup }[] = [
  { id: "changes", title: "Changes", show: changes },
  { id: "architecture", title: "Architecture", show: architecture },
  { id: "policies", title: "Policies", show: policies },
  { id: "costs", title: "Costs", show: costs },
  { id: "capacity", title: "Capacity", show: capacity },
  { id: "deployment", title: "First deployment", show: deployment },
  { id: "dashboards", title: "Dashboards", show: dashboards },
  { id: "outputs", title: "Outputs", show: outputs },
  { id: "resources", title: "Resources", show: resources },
];

/** The report as one HTML document that needs nothing else and asks for nothing. */
export function pageOf(report: Report): string {
  const links = new Links(report);
  const style = `${asset("report.css")}${placesOf(report.dashboards)}`;
  const script = asset("report.js");
  const policy = `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const title = `${report.project} ${report.stack}: report`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${new Markup(`<style>${style}</style>`)}
      </head>
      <body>
        <a class="skip" href="#content">To the content</a>
        <div class="frame">
          ${summary(report)}
          <div class="bar">
            <nav aria-label="Sections">
              <ul>
                ${SECTIONS.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
              </ul>
            </nav>
            <button id="theme" type="button" hidden>◐ auto</button>
          </div>
          <main id="content" tabindex="-1">
            ${SECTIONS.map(
              ({ id, title, show }) =>
                html`<section id="${id}" aria-labelledby="${id}-title">
                  <h2 id="${id}-title">${title}</h2>
                  ${show(report, links)}
                </section> `,
            )}
          </main>
        </div>
        ${new Markup(`<script>${script}</script>`)}
      </body>
    </html> `.text;
}

function asset(name: string): string {
  return fs.readFileSync(path.join(__dirname, "assets", name), "utf8");
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
