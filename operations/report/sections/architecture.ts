import { MODELS, type Report, VISITORS } from "../collect";
import { type Arrow, type Card, type Drawing, HEAD_HEIGHT, ROW_HEIGHT, draw } from "../diagram";
import { type Links, absent } from "../elements";
import { type Markup, html } from "../html";
import { plural } from "../../output";

const CARD_WIDTH = 208;
const SMALL_WIDTH = 160;
/** About what a character of a card's two sizes of text takes. */
const [TITLE_CHARACTER, SUBTITLE_CHARACTER] = [8, 6.5];
const MOST_ROWS = 6;
/** More cards than this nobody follows with the eye. */
const MOST_CARDS = 80;
/** A drawing that is wider than this is scrolled on a small screen, not shrunk any further. */
const READABLE = 704;

const OUTSIDE: Readonly<Record<string, { title: string; subtitle: string }>> = {
  [VISITORS]: { title: "Visitors", subtitle: "outside of the stack" },
  [MODELS]: { title: "Models", subtitle: "Amazon Bedrock" },
};

/** The stack drawn twice: where data goes, and what needs what. */
export function architecture(report: Report, links: Links): Markup {
  if (report.groups.length === 0) return absent("The stack holds no resources.");
  return html`<h3>Where data goes</h3>
    ${dataPaths(report, links)}
    <h3>What needs what</h3>
    ${needs(report, links)}`;
}

function dataPaths({ groups, paths, resources }: Report, links: Links): Markup {
  const owner = new Map(groups.flatMap(({ urn, urns }) => urns.map((member) => [member, urn])));
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const groupOf = (end: string) => owner.get(end) ?? end;
  const arrows = new Map<string, Arrow>();
  for (const { from, to } of paths) {
    const arrow = { from: groupOf(from), to: groupOf(to) };
    if (arrow.from !== arrow.to) arrows.set(JSON.stringify(arrow), arrow);
  }
  if (arrows.size === 0) {
    return absent(
      "No path of data can be told from the dependencies: no two components of the stack serve or hold data of each other.",
    );
  }
  const ends = new Set([...arrows.values()].flatMap(({ from, to }) => [from, to]));
  const cards = [
    ...[VISITORS, MODELS]
      .filter((id) => ends.has(id))
      .map((id): Card => ({ id, ...OUTSIDE[id]!, rows: [], isOutside: true })),
    ...groups
      .filter(({ urn }) => ends.has(urn))
      .map(({ urn, name, type, members, onPath }): Card => {
        // A resource that is in no component is its own card.
        const rows = inOrder(
          onPath.filter((member) => member !== urn),
          paths,
        ).slice(0, MOST_ROWS);
        const hidden = members.filter((member) => member !== urn).length - rows.length;
        return {
          id: urn,
          title: name,
          subtitle: type,
          rows: rows.map((member) => ({
            id: member,
            title: byUrn.get(member)?.name ?? "",
            subtitle: byUrn.get(member)?.type ?? "",
          })),
          ...(hidden > 0 && { more: `and ${plural(hidden, "resource")} more` }),
        };
      }),
  ];
  const nameOf = (end: string) => OUTSIDE[end]?.title ?? links.resource(end);
  return html`<figure>
      <div class="drawing" role="group" aria-label="Where data goes, drawn" tabindex="0">
        ${drawn(cards, [...arrows.values()], links, "paths")}
      </div>
      <figcaption>
        Boxes are components; in them, the resources that data passes or stays in. Arrows lead from who calls to who is
        called, as the dependencies of the rehearsed resources tell it. A click leads to the resource.
      </figcaption>
    </figure>
    <details>
      <summary><span class="grow">The ${paths.length} paths as a list, and what says so</span></summary>
      <div class="inside">
        <ul>
          ${paths.map(
            ({ from, to, because }) =>
              html`<li>${nameOf(from)} → ${nameOf(to)} <span class="muted">${because}</span></li>`,
          )}
        </ul>
      </div>
    </details>`;
}

/** Ends of paths in the order in which data passes them. */
function inOrder(urns: readonly string[], paths: Report["paths"]): string[] {
  const depths = new Map<string, number>();
  const depthOf = (urn: string): number => {
    const known = depths.get(urn);
    if (known !== undefined) return known;
    // Where paths lead in a circle, it begins here.
    depths.set(urn, 0);
    const before = paths.filter(({ from, to }) => to === urn && urns.includes(from));
    const depth = Math.max(-1, ...before.map(({ from }) => depthOf(from))) + 1;
    depths.set(urn, depth);
    return depth;
  };
  return [...urns].sort((a, b) => depthOf(a) - depthOf(b));
}

function needs({ groups }: Report, links: Links): Markup {
  const cards = groups.map(({ urn, name, type }): Card => ({ id: urn, title: name, subtitle: type, rows: [] }));
  const arrows = groups.flatMap(({ urn, needs: needed }) => needed.map((to) => ({ from: urn, to })));
  const nameOf = (urn: string) => groups.find((group) => group.urn === urn)?.name ?? urn;
  return html`<figure>
      <div class="drawing" role="group" aria-label="What needs what, drawn" tabindex="0">
        ${drawn(cards, arrows, links, "needs")}
      </div>
      <figcaption>
        Every component, with arrows to those that it cannot be without. Arrows that follow from others are left out.
      </figcaption>
    </figure>
    <details>
      <summary><span class="grow">The same as a list</span></summary>
      <div class="inside">
        <ul>
          ${groups.map(
            ({ name, needs: needed }) =>
              html`<li>${name}${needed.length > 0 && ` needs ${needed.map(nameOf).join(", ")}`}</li>`,
          )}
        </ul>
      </div>
    </details>`;
}

/** What is drawn: where data goes, or what needs what. */
type Kind = "paths" | "needs";

function drawn(cards: readonly Card[], arrows: readonly Arrow[], links: Links, kind: Kind): Markup {
  if (cards.length > MOST_CARDS)
    return absent(`${cards.length} boxes are too many for a drawing; the list below has all.`);
  return svgOf(draw(cards, arrows, kind === "paths" ? CARD_WIDTH : SMALL_WIDTH), links, kind);
}

function svgOf({ width, height, cards, arrows }: Drawing, links: Links, kind: Kind): Markup {
  const link = (id: string | undefined, content: Markup) =>
    id === undefined ? html`<g>${content}</g>` : html`<a href="#${id}">${content}</a>`;
  return html`<svg
    class="${kind}${width > READABLE && " wide"}"
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
    role="group"
    aria-label="${kind === "paths" ? "Components and where data goes" : "Components and what they need"}"
  >
    <defs>
      <marker
        id="tip-${kind}"
        viewBox="0 0 8 8"
        refX="7"
        refY="4"
        markerWidth="8"
        markerHeight="8"
        markerUnits="userSpaceOnUse"
        orient="auto"
      >
        <path class="tip" d="M0 0.5 L8 4 L0 7.5 z" />
      </marker>
    </defs>
    ${arrows.map(({ path }) => html`<path class="arrow" d="${path}" marker-end="url(#tip-${kind})" />`)}
    ${cards.map(
      (card) =>
        html`<svg
          class="${card.isOutside ? "outside" : "component"}"
          x="${card.x - 2}"
          y="${card.y - 2}"
          width="${card.width + 4}"
          height="${card.height + 4}"
          viewBox="-2 -2 ${card.width + 4} ${card.height + 4}"
        >
          ${link(
            links.idOfGroup(card.id),
            html`<rect class="card" width="${card.width}" height="${card.height}" rx="5" /><text
                class="name head"
                x="10"
                y="19"
                >${clipped(card.title, card.width / TITLE_CHARACTER)}</text
              ><text class="type" x="10" y="34">${clipped(card.subtitle, card.width / SUBTITLE_CHARACTER)}</text>`,
          )}${card.rows.map(({ id, title, subtitle }, index) => {
            const y = HEAD_HEIGHT + index * ROW_HEIGHT;
            return link(
              links.idOf(id),
              html`<rect class="row" x="6" y="${y}" width="${card.width - 12}" height="${ROW_HEIGHT - 4}" rx="3" /><text
                  class="name"
                  x="14"
                  y="${y + 15}"
                  >${clipped(title, card.width / TITLE_CHARACTER)}</text
                ><text class="type" x="14" y="${y + 28}">${clipped(subtitle, card.width / SUBTITLE_CHARACTER)}</text>`,
            );
          })}${card.more !== undefined && html`<text class="type" x="14" y="${card.height - 11}">${card.more}</text>`}
        </svg>`,
    )}
  </svg>`;
}

/** As much of a text as fits into a card, with the whole of it on hovering. */
function clipped(text: string, room: number): Markup {
  const length = Math.floor(room) - 3;
  if (text.length <= length) return html`${text}`;
  return html`${text.slice(0, length - 1)}…<title>${text}</title>`;
}
