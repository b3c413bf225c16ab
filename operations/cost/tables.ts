import type { Price } from "../../catalog/prices";
import { groupBy } from "../group-by";
import type { Table } from "../table";
import { type CostChange, type Estimate, judgeBudgets, rowsOf, uncertainPrices } from "./estimate";
import { type HandMadeRow, estimateOfRow } from "./hand-made";
import { type Range, add } from "./range";
import type { Usage } from "./volumes";

/** `12.34`, or `12 – 340` where both ends differ. Whole dollars from 100 on. */
export function dollars({ low, high }: Range): string {
  const [from, to] = [amount(low), amount(high)];
  return from === to ? from : `${from} – ${to}`;
}

function amount(usd: number): string {
  const text = Math.abs(usd) >= 100 ? usd.toFixed(0) : usd.toFixed(2);
  return /^-0(\.0+)?$/.test(text) ? text.slice(1) : text;
}

const COLUMNS = [
  { name: "Service" },
  { name: "Component" },
  { name: "USD a month", align: "right" },
  { name: "" },
  { name: "For" },
] as const;

/** The estimate by service and component, with what it does not say. */
export function costTable(estimate: Estimate): Table {
  const rows = rowsOf(estimate.items);
  return {
    title: "Costs by service and component",
    columns: COLUMNS,
    rows: [
      ...rows.map(({ service, component, usd, uncertain, byUse, what }) => [
        service,
        component,
        dollars(usd),
        `${byUse ? "u" : ""}${uncertain ? "~" : ""}`,
        what.join(", "),
      ]),
      ["Total", "", dollars(estimate.total), "", ""],
    ],
    sums: 1,
    notes: [
      "USD without taxes and discounts. u: some of it by use, as assumed in the stack file; ~: a price in it may be off.",
    ],
  };
}

/** Prices that may be off, and why. */
export function uncertainTable({ items }: Estimate): Table | undefined {
  const found = uncertainPrices(items);
  if (found.length === 0) return undefined;
  return {
    title: "Prices that may be off",
    columns: [{ name: "Price" }, { name: "USD", align: "right" }, { name: "Share", align: "right" }, { name: "Why" }],
    rows: found.map(({ price, usd }) => [
      `${price.id} in ${price.region}, per ${price.unit}`,
      String(Number(price.usd.toPrecision(4))),
      dollars(usd),
      reasonOf(price),
    ]),
  };
}

const reasonOf = ({ uncertain, source, date }: Price) => `${uncertain} (${source}, ${date})`;

/** What is paid for without a figure; alike ones together. */
export function notPricedTable({ notPriced }: Estimate): Table | undefined {
  if (notPriced.length === 0) return undefined;
  const groups = groupBy(notPriced, ({ reason }) => reason);
  return {
    title: `Not priced: ${notPriced.length === 1 ? "1 thing" : `${notPriced.length} things`}`,
    columns: [{ name: "Resources" }, { name: "Reason" }],
    rows: [...groups].map(([reason, alike]) => {
      const resources = alike.map(({ resource }) => resource);
      return [
        resources.length > 3
          ? `${resources.slice(0, 3).join(", ")} and ${resources.length - 3} more`
          : resources.join(", "),
        reason,
      ];
    }),
  };
}

/** The usage that the estimate assumes. */
export function usageTable(usage: Usage): Table {
  const shown = ([name, value]: [string, Usage[keyof Usage]]) => [
    name,
    typeof value === "number"
      ? value.toLocaleString("en")
      : `${value.low.toLocaleString("en")} – ${value.high.toLocaleString("en")}`,
  ];
  return {
    title: "Usage assumed (ai-prism:usage)",
    columns: [{ name: "Setting" }, { name: "Value", align: "right" }],
    rows: Object.entries(usage).map(shown),
  };
}

/** Whether the budget fits the estimate, one line for each. */
export function budgetLines(estimate: Pick<Estimate, "budgets" | "total" | "notPriced">): string[] {
  const total = dollars(estimate.total);
  return judgeBudgets(estimate).map(({ resource, limitUsd, ok, least, most, suggested }) => {
    if (!ok) {
      const fitting = most === undefined ? `${least} or more` : `${least} to ${most}`;
      const advice = `set ai-prism:budget.monthlyLimitUsd: ${suggested}`;
      return `${resource}: ${limitUsd} USD does not fit the estimate, ${total}: ${fitting} does; ${advice}`;
    }
    const far = most === undefined ? "; whether it is too high cannot be told, because figures are missing" : "";
    return `${resource}: ${limitUsd} USD covers the estimate, ${total}${far}`;
  });
}

/** What a change does to the costs. */
export function changeTable(changes: readonly CostChange[], before: Range, after: Range, reference: string): Table {
  const signed = (usd: Range) => dollars(usd).replace(/(^|– )(?=\d)/g, "$1+");
  const difference = { low: after.low - before.low, high: after.high - before.high };
  return {
    title: `What changes against ${reference}`,
    columns: [
      { name: "Service" },
      { name: "Component" },
      { name: "Before", align: "right" },
      { name: "After", align: "right" },
      { name: "Change", align: "right" },
    ],
    rows: [
      ...changes.map((each) => [
        each.service,
        each.component,
        dollars(each.before),
        dollars(each.after),
        signed(each.change),
      ]),
      ["Total", "", dollars(before), dollars(after), signed(difference)],
    ],
    sums: 1,
    notes: changes.length === 0 ? ["Nothing changes by a cent or more."] : [],
  };
}

/** The old cost table beside what it should have said and, where there is one, what an environment costs. */
export function handMadeTable(rows: readonly HandMadeRow[], estimate?: Estimate, environment = ""): Table {
  const total = (values: readonly Range[]) => dollars(add(...values));
  const old = rows.flatMap((row) => row.old ?? []);
  return {
    title: "The hand-made deployment's cost table, corrected",
    columns: [
      { name: "Row" },
      { name: "Then", align: "right" },
      { name: "Corrected", align: "right" },
      ...(estimate ? [{ name: environment, align: "right" } as const] : []),
      { name: "Why" },
    ],
    rows: [
      ...rows.map((row) => [
        row.title,
        row.old ? dollars(row.old) : "–",
        dollars(row.corrected),
        ...(estimate ? [dollars(estimateOfRow(row, estimate))] : []),
        row.why,
      ]),
      [
        "Total",
        total(old),
        total(rows.map(({ corrected }) => corrected)),
        ...(estimate ? [dollars(estimate.total)] : []),
        "",
      ],
    ],
    sums: 1,
  };
}

/** Every price, for the documentation. */
export function priceTable(prices: readonly Price[]): Table {
  return {
    title: "Prices",
    columns: [
      { name: "Price" },
      { name: "Region" },
      { name: "USD", align: "right" },
      { name: "per" },
      { name: "Free each month", align: "right" },
      { name: "Source" },
      { name: "May be off because" },
    ],
    rows: prices.map(({ id, region, usd, unit, included, source, date, uncertain }) => [
      id,
      region,
      String(Number(usd.toPrecision(4))),
      unit,
      included === undefined ? "" : String(included),
      `${source}, ${date}`,
      uncertain ?? "",
    ]),
  };
}
