import { dollars } from "../cost/tables";
import type { Range } from "../cost/range";
import type { Table } from "../table";
import type { CapacityReport, PartReport } from "./capacity";
import type { Lift } from "./parts";

/** Three digits, as far as a plan is exact. */
export function about(value: number): string {
  return (value >= 100 ? Math.round(value) : Number(value.toPrecision(3))).toLocaleString("en");
}

/** `11 – 56 %`, of what a part holds. */
function percent({ low, high }: Range): string {
  const [from, to] = [low, high].map((share) =>
    share > 0 && share < 0.01 ? "< 1" : Math.round(share * 100).toLocaleString("en"),
  );
  return from === to ? `${to} %` : `${from} – ${to} %`;
}

function fullAt({ fullAt: load, beyond }: PartReport): string {
  if (load === undefined) return "never";
  return `${about(load)} ×${beyond.absorbed ? " (next model)" : ""}`;
}

function price({ usd }: Lift): string {
  return usd === undefined ? "not known" : dollars(usd);
}

/** Every part, how far it is used, and what makes room. */
export function capacityTable({ parts }: CapacityReport): Table {
  const loads = parts[0]?.loads.map(({ load }) => load) ?? [];
  return {
    title: "How far each part is used in the busiest hour",
    columns: [
      { name: "Part" },
      { name: "Holds", align: "right" },
      ...loads.map((load) => ({ name: load === 1 ? "Today" : `${load} ×`, align: "right" as const })),
      { name: "Full at", align: "right" },
      { name: "What makes room" },
      { name: "USD a month", align: "right" },
    ],
    rows: parts.map((part) => [
      part.name,
      `${about(part.holds)} ${part.unit}${part.uncertain === undefined ? "" : " ~"}`,
      ...part.loads.map(({ share }) => percent(share)),
      fullAt(part),
      part.lifts[0]?.how ?? "",
      part.lifts[0] ? price(part.lifts[0]) : "",
    ]),
    notes: ["~: what it holds may be off. Percentages are of what a part holds; × is times today's load."],
  };
}

/** Where each figure comes from. */
export function basisTable({ parts }: CapacityReport): Table {
  return {
    title: "Where the figures come from",
    columns: [{ name: "Part" }, { name: "Holds" }, { name: "Beyond that" }],
    rows: parts.map(({ name, basis, uncertain, beyond }) => [
      name,
      uncertain === undefined ? basis : `${basis} (~ ${uncertain})`,
      beyond.effect,
    ]),
  };
}

/** The first bottleneck and what lifts it, then what is full after it. */
export function bottleneckLines({ bottleneck, parts }: CapacityReport): string[] {
  if (!bottleneck) return ["No part of it fills up."];
  const lifts = bottleneck.lifts.map((lift) => `${lift.how} (${price(lift)} USD a month)`);
  const later = parts
    .filter((each) => each !== bottleneck && !each.beyond.absorbed && each.fullAt !== undefined)
    .sort((a, b) => a.fullAt! - b.fullAt!)
    .slice(0, 4)
    .map(({ name, fullAt: load }) => `${name} at ${about(load!)} ×`);
  return [
    `First bottleneck: ${bottleneck.name}, full at ${about(bottleneck.fullAt!)} times today's load: ${bottleneck.beyond.effect}.`,
    `Lifted by ${lifts.join("; or ")}.`,
    ...(later.length > 0 ? [`After it: ${later.join(", ")}.`] : []),
  ];
}
