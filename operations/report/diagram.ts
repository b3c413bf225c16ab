import { Graph, layout } from "@dagrejs/dagre";
import { curveBumpY, line } from "d3-shape";

/** A card of a drawing: a heading and rows below it. */
export interface Card {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly rows: readonly { readonly id: string; readonly title: string; readonly subtitle: string }[];
  /** What is not shown of it, as its last line. */
  readonly more?: string;
  /** Drawn as something outside of the stack. */
  readonly isOutside?: boolean;
}

/** An arrow between cards. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** A card with its place; x and y are of its upper left corner. */
export interface PlacedCard extends Card {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Cards and arrows with their places. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly cards: readonly PlacedCard[];
  /** With what the `d` of an SVG path takes. */
  readonly arrows: readonly (Arrow & { readonly path: string })[];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export const HEAD_HEIGHT = 44;
export const ROW_HEIGHT = 38;
const MORE_HEIGHT = 22;
const MARGIN = 8;
/** What an arrow goes straight at both ends, so that its tip shows where it leads. */
const STRAIGHT = 9;
const GAP = { cards: 24, layers: 56 } as const;

/** Lays cards out in layers, so that arrows lead downwards and pass no card. */
export function draw(cards: readonly Card[], arrows: readonly Arrow[], width: number): Drawing {
  const graph = new Graph();
  graph.setGraph({ rankdir: "TB", nodesep: GAP.cards, ranksep: GAP.layers, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const card of cards) graph.setNode(card.id, { width, height: heightOf(card) });
  for (const { from, to } of arrows) graph.setEdge(from, to);
  layout(graph);
  const size = graph.graph() as { width?: number; height?: number };
  const placed = cards.map((card): PlacedCard => {
    const { x, y, height } = graph.node(card.id) as Point & { height: number };
    return { ...card, x: Math.round(x - width / 2), y: Math.round(y - height / 2), width, height };
  });
  const bends = (arrow: Arrow) => (graph.edge(arrow.from, arrow.to) as { points: readonly Point[] }).points;
  return {
    width: Math.ceil(size.width ?? 0),
    height: Math.ceil(size.height ?? 0),
    cards: placed,
    arrows: route(placed, arrows, bends),
  };
}

function heightOf({ rows, more }: Card): number {
  const end = rows.length > 0 ? 4 : 0;
  return HEAD_HEIGHT + rows.length * ROW_HEIGHT + (more === undefined ? end : MORE_HEIGHT);
}

/**
 * Leads each arrow from the lower edge of a card to the upper edge of another. It goes sideways only between layers, and
 * straight down through those that it passes, where the layout has left room for it.
 */
function route(
  cards: readonly PlacedCard[],
  arrows: readonly Arrow[],
  bends: (arrow: Arrow) => readonly Point[],
): Drawing["arrows"] {
  const byId = new Map(cards.map((card) => [card.id, card]));
  const layers = layersOf(cards);
  const layerOf = ({ y, height }: PlacedCard) => layers.find(({ middle }) => Math.abs(middle - (y + height / 2)) < 2)!;
  const centre = (id: string) => byId.get(id)!.x;
  const along = line<Point>(
    ({ x }) => Math.round(x * 10) / 10,
    ({ y }) => Math.round(y * 10) / 10,
  ).curve(curveBumpY);
  return arrows.map((arrow) => {
    const [from, to] = [byId.get(arrow.from)!, byId.get(arrow.to)!];
    const isUpwards = from.y > to.y;
    const out = arrows.filter((other) => other.from === arrow.from).sort((a, b) => centre(a.to) - centre(b.to));
    const into = arrows.filter((other) => other.to === arrow.to).sort((a, b) => centre(a.from) - centre(b.from));
    const start = { x: portOf(from, out.indexOf(arrow), out.length), y: isUpwards ? from.y : from.y + from.height };
    const end = { x: portOf(to, into.indexOf(arrow), into.length), y: isUpwards ? to.y + to.height : to.y };
    const passed = bends(arrow)
      .slice(1, -1)
      .flatMap(({ x, y }) => {
        const layer = layers.find(({ top, bottom }) => y > top && y < bottom);
        if (!layer || layer === layerOf(from) || layer === layerOf(to)) return [];
        const ends = [layer.top, layer.bottom].map((edge) => ({ x, y: edge }));
        return isUpwards ? ends.reverse() : ends;
      });
    const leave = { x: start.x, y: isUpwards ? layerOf(from).top - STRAIGHT : layerOf(from).bottom + STRAIGHT };
    const arrive = { x: end.x, y: isUpwards ? layerOf(to).bottom + STRAIGHT : layerOf(to).top - STRAIGHT };
    return { ...arrow, path: along([start, leave, ...passed, arrive, end]) ?? "" };
  });
}

/** Where one of several arrows touches a card: spread over the middle half of its edge. */
function portOf({ x, width }: PlacedCard, index: number, count: number): number {
  return x + width / 4 + ((index + 0.5) / count) * (width / 2);
}

/** The rows in which cards stand, each as high as its highest card. */
function layersOf(cards: readonly PlacedCard[]): { middle: number; top: number; bottom: number }[] {
  const layers: { middle: number; top: number; bottom: number }[] = [];
  for (const { y, height } of cards) {
    const middle = y + height / 2;
    const layer = layers.find((each) => Math.abs(each.middle - middle) < 2);
    if (layer) Object.assign(layer, { top: Math.min(layer.top, y), bottom: Math.max(layer.bottom, y + height) });
    else layers.push({ middle, top: y, bottom: y + height });
  }
  return layers;
}
