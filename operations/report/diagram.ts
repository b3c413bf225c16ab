import { Graph, layout } from "@dagrejs/dagre";
import { curveBasis, line } from "d3-shape";

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
  readonly arrows: readonly (Arrow & { readonly path: string })[];
}

export const HEAD_HEIGHT = 44;
export const ROW_HEIGHT = 38;
const MORE_HEIGHT = 26;
const MARGIN = 8;

/** Lays cards out so that arrows lead in one direction. */
export function draw(cards: readonly Card[], arrows: readonly Arrow[], direction: "LR" | "TB", width: number): Drawing {
  const graph = new Graph({ multigraph: false });
  graph.setGraph({ rankdir: direction, nodesep: 24, ranksep: 52, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  const heightOf = ({ rows, more }: Card) =>
    HEAD_HEIGHT + rows.length * ROW_HEIGHT + (more === undefined ? 0 : MORE_HEIGHT) + (rows.length > 0 ? 6 : 0);
  for (const card of cards) graph.setNode(card.id, { width, height: heightOf(card) });
  for (const { from, to } of arrows) graph.setEdge(from, to);
  layout(graph);
  const path = line<{ x: number; y: number }>(
    ({ x }) => Math.round(x * 10) / 10,
    ({ y }) => Math.round(y * 10) / 10,
  ).curve(curveBasis);
  const size = graph.graph() as { width?: number; height?: number };
  return {
    width: Math.ceil(size.width ?? 0),
    height: Math.ceil(size.height ?? 0),
    cards: cards.map((card) => {
      const { x, y, height } = graph.node(card.id) as { x: number; y: number; height: number };
      return { ...card, x: Math.round(x - width / 2), y: Math.round(y - height / 2), width, height };
    }),
    arrows: arrows.map((arrow) => {
      const { points } = graph.edge(arrow.from, arrow.to) as { points: { x: number; y: number }[] };
      return { ...arrow, path: path(points) ?? "" };
    }),
  };
}
