import type { JudgedResource } from "../../policies/evaluate";
import { type Price, findPrice } from "../../catalog/prices";
import { groupBy } from "../group-by";
import { shortType } from "../rehearse/state";
import { CHARGES, FREE, type Charge, type Service, leastInstances } from "./charges";
import { NOTHING, type Range, add, map, multiply, rangeOf } from "./range";
import { type Usage, volumesOf } from "./volumes";

/** One charge of one resource, in USD a month. */
export interface CostItem {
  readonly service: Service;
  /** Class and name of the component that the resource is in, or `stack`. */
  readonly component: string;
  /** Type and name, as in `rds.Instance database`. */
  readonly resource: string;
  readonly urn: string;
  readonly what: string;
  readonly quantity: Range;
  readonly price: Price;
  /** The quantity follows from the usage assumptions. */
  readonly byUse: boolean;
  readonly usd: Range;
}

/** What is paid for and has no figure here. */
export interface NotPriced {
  readonly component: string;
  readonly resource: string;
  readonly urn: string;
  readonly reason: string;
  /** A figure is missing that there could be: a price, the usage, a type. */
  readonly missing: boolean;
}

/** The monthly estimate of a stack. */
export interface Estimate {
  readonly items: readonly CostItem[];
  readonly notPriced: readonly NotPriced[];
  /** How many resources cost nothing by themselves. */
  readonly free: number;
  readonly total: Range;
  /** The stack's budgets, in USD a month. */
  readonly budgets: readonly { readonly resource: string; readonly limitUsd: number }[];
}

/** Providers whose resources are not bought from anybody. */
const WITHOUT_COSTS = ["pulumi", "random", "awsx"];

/**
 * What the resources of a checkpoint cost in a month.
 *
 * @param usage Without it, whatever is paid by use is listed as not priced.
 */
export function estimate(resources: readonly JudgedResource[], usage: Usage | undefined): Estimate {
  const around = { resources, volumes: usage && volumesOf(usage), instances: leastInstances(resources) };
  const components = componentsOf(resources);
  const free = new Allowances();
  const items: CostItem[] = [];
  const notPriced: NotPriced[] = [];
  let costless = 0;
  for (const resource of resources) {
    const provider = resource.type.split(":")[0] ?? "";
    if (!resource.custom || WITHOUT_COSTS.includes(provider)) continue;
    const place = {
      component: components(resource),
      resource: `${shortType(resource.type)} ${resource.name}`,
      urn: resource.urn,
    };
    const charger = Object.hasOwn(CHARGES, resource.type) ? CHARGES[resource.type] : undefined;
    if (!charger) {
      if (Object.hasOwn(FREE, resource.type)) costless++;
      else {
        const reason = provider === "aws" ? "this type is not known here" : `no prices of ${provider} here`;
        notPriced.push({ ...place, reason, missing: true });
      }
      continue;
    }
    const charges = charger(resource, around);
    if (charges.length === 0) costless++;
    for (const charge of charges) {
      if ("notPriced" in charge) {
        notPriced.push({ ...place, reason: charge.notPriced, missing: !charge.accepted });
        continue;
      }
      const region = charge.region ?? regionOf(resource);
      const price = findPrice(charge.price, region);
      if (!price) {
        const reason = `${charge.what}: no price of ${charge.price} in ${region || "its region"}`;
        notPriced.push({ ...place, reason, missing: true });
        continue;
      }
      items.push({ ...place, ...itemOf(charge, price, free) });
    }
  }
  const total = add(...items.map(({ usd }) => usd));
  return { items, notPriced, free: costless, total, budgets: budgetsOf(resources) };
}

function itemOf(charge: Charge, price: Price, free: Allowances): Omit<CostItem, "component" | "resource" | "urn"> {
  const quantity = rangeOf(charge.quantity);
  return {
    service: charge.service,
    what: charge.what,
    quantity,
    price,
    byUse: charge.byUse ?? false,
    usd: multiply(free.beyond(price, quantity), price.usd),
  };
}

/** What an account gets for nothing, used up by one resource after the other. */
class Allowances {
  readonly #left = new Map<string, Range>();

  /** The part of a quantity that is paid for. */
  beyond(price: Price, quantity: Range): Range {
    const key = `${price.id} ${price.region}`;
    const left = this.#left.get(key) ?? rangeOf(price.included ?? 0);
    const paid = {
      low: Math.max(0, quantity.low - left.low),
      high: Math.max(0, quantity.high - left.high),
    };
    this.#left.set(key, { low: left.low - (quantity.low - paid.low), high: left.high - (quantity.high - paid.high) });
    return paid;
  }
}

function regionOf({ inputs, properties, provider }: JudgedResource): string {
  const region = [inputs?.region, properties.region, provider?.region].find((value) => typeof value === "string");
  return typeof region === "string" ? region : "";
}

/** Finds the child of the stack that a resource is in. */
function componentsOf(resources: readonly JudgedResource[]): (resource: JudgedResource) => string {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  return (resource) => {
    let top: JudgedResource | undefined = resource;
    const seen = new Set<string>();
    for (;;) {
      const parent: JudgedResource | undefined = top.parent === undefined ? undefined : byUrn.get(top.parent);
      if (!parent || parent.type === "pulumi:pulumi:Stack" || seen.has(parent.urn)) break;
      seen.add(parent.urn);
      top = parent;
    }
    return top.custom ? "stack" : `${top.type.split(":").at(-1) ?? top.type} ${top.name}`;
  };
}

function budgetsOf(resources: readonly JudgedResource[]): Estimate["budgets"] {
  return resources.flatMap(({ type, name, inputs = {} }) => {
    const limitUsd = Number(inputs.limitAmount);
    if (type !== "aws:budgets/budget:Budget" || inputs.limitUnit !== "USD" || !(limitUsd > 0)) return [];
    return [{ resource: `${shortType(type)} ${name}`, limitUsd }];
  });
}

/** One row of the table: what a component costs at one service. */
export interface CostRow {
  readonly service: Service;
  readonly component: string;
  /** What is paid for, each once. */
  readonly what: readonly string[];
  readonly usd: Range;
  /** A price in it may be off. */
  readonly uncertain: boolean;
  readonly byUse: boolean;
}

/** The items by service and component, the services in the order of what they cost at most. */
export function rowsOf(items: readonly CostItem[]): CostRow[] {
  const rows = groupBy(items, ({ service, component }) => JSON.stringify([service, component]));
  const services = new Map<Service, number>();
  for (const item of items) {
    services.set(item.service, (services.get(item.service) ?? 0) + item.usd.high);
  }
  return [...rows.values()]
    .map((group): CostRow => {
      const { service, component } = group[0]!;
      return {
        service,
        component,
        what: summarize(group),
        usd: add(...group.map(({ usd }) => usd)),
        uncertain: group.some(({ price, usd }) => price.uncertain !== undefined && usd.high > 0),
        byUse: group.some((item) => item.byUse),
      };
    })
    .sort(
      (a, b) =>
        services.get(b.service)! - services.get(a.service)! ||
        a.service.localeCompare(b.service) ||
        b.usd.high - a.usd.high,
    );
}

/** `3 × NAT gateway`, `18 alarms`: what the resources of a row have in common is said once. */
function summarize(items: readonly CostItem[]): string[] {
  return [...groupBy(items, ({ what }) => what)].map(([what, group]) => {
    // Of what is bought by the piece, the pieces count; of all else, the resources.
    const pieces = /^(?!GiB).*-month$/.test(group[0]!.price.unit);
    const count = pieces ? add(...group.map(({ quantity }) => quantity)).high : group.length;
    return count > 1 ? `${count} ${pieces ? "" : "× "}${what}` : what;
  });
}

/** Prices that an estimate rests on and that may be off, each once, the dearest first. */
export function uncertainPrices(items: readonly CostItem[]): { price: Price; usd: Range }[] {
  const found = new Map<string, { price: Price; usd: Range }>();
  for (const { price, usd } of items) {
    if (price.uncertain === undefined || usd.high === 0) continue;
    const key = `${price.id} ${price.region}`;
    found.set(key, { price, usd: add(found.get(key)?.usd ?? NOTHING, usd) });
  }
  return [...found.values()].sort((a, b) => b.usd.high - a.usd.high);
}

/** What a budget's limit has to be, given an estimate: from its upper end to half as much again. */
export interface BudgetVerdict {
  readonly resource: string;
  readonly limitUsd: number;
  readonly ok: boolean;
  readonly least: number;
  /** Absent where figures are missing from the estimate, which may then be far too low. */
  readonly most?: number;
  /** What to set where the limit is wrong: a tenth above the estimate's upper end, rounded up to 50. */
  readonly suggested: number;
}

/** Holds every budget of an estimate against it. */
export function judgeBudgets({
  budgets,
  total,
  notPriced,
}: Pick<Estimate, "budgets" | "total" | "notPriced">): BudgetVerdict[] {
  const complete = !notPriced.some(({ missing }) => missing);
  const least = Math.ceil(total.high);
  const suggested = Math.ceil((total.high * 1.1) / 50) * 50;
  const most = complete ? Math.max(Math.ceil(total.high * 1.5), suggested) : undefined;
  return budgets.map(({ resource, limitUsd }) => ({
    resource,
    limitUsd,
    ok: limitUsd >= least && limitUsd <= (most ?? Infinity),
    least,
    ...(most !== undefined && { most }),
    suggested,
  }));
}

/** One row of a comparison: what changes, in USD a month. */
export interface CostChange {
  readonly service: Service;
  readonly component: string;
  readonly before: Range;
  readonly after: Range;
  /** After less before, end by end. */
  readonly change: Range;
}

/** The rows that differ between two estimates by a cent or more, the largest change first. */
export function compare(before: readonly CostItem[], after: readonly CostItem[]): CostChange[] {
  const of = (items: readonly CostItem[]) =>
    new Map(rowsOf(items).map((row) => [JSON.stringify([row.service, row.component]), row]));
  const [old, now] = [of(before), of(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((key): CostChange => {
      const [was, is] = [old.get(key), now.get(key)];
      const { service, component } = (is ?? was)!;
      const [b, a] = [was?.usd ?? NOTHING, is?.usd ?? NOTHING];
      return { service, component, before: b, after: a, change: { low: a.low - b.low, high: a.high - b.high } };
    })
    .filter(({ change }) => Math.abs(change.low) >= 0.01 || Math.abs(change.high) >= 0.01)
    .sort((a, b) => Math.abs(b.change.high) - Math.abs(a.change.high));
}

/** Rounds both ends to cents, for documents. */
export function cents(usd: Range): Range {
  return map(usd, (value) => Math.round(value * 100) / 100);
}
