import type { Range } from "../cost/range";
import { multiply } from "../cost/range";
import type { Assumptions } from "../cost/source";
import { type Part, partsOf } from "./parts";
import type { Plant } from "./plant";

/** Times of today's load that are looked at. */
export const LOADS = [1, 10, 100] as const;

/** One part and how far it is used. */
export interface PartReport extends Omit<Part, "used"> {
  readonly loads: readonly {
    readonly load: number;
    readonly used: Range;
    /** Of what it holds; 1 is full. */ readonly share: Range;
  }[];
  /** Times of today's load, at its upper end, at which it is full; absent where no load fills it. */
  readonly fullAt?: number;
}

/** What a deployment holds. */
export interface CapacityReport {
  readonly parts: readonly PartReport[];
  /** The part that is full first and that nothing else stands in for. */
  readonly bottleneck?: PartReport;
  readonly notes: readonly string[];
}

/** How far each part of a deployment is used, and which is full first. */
export function capacity(plant: Plant, assumptions: Assumptions): CapacityReport {
  const { parts, notes } = partsOf(plant, assumptions);
  const reports = parts.filter(({ holds }) => holds > 0).map(reportOf);
  const empty = parts.filter(({ holds }) => !(holds > 0)).map(({ name, basis }) => `${name}: holds nothing (${basis})`);
  const bottleneck = reports
    .filter(({ beyond, fullAt }) => !beyond.absorbed && fullAt !== undefined)
    .reduce<PartReport | undefined>(
      (first, each) => (first && first.fullAt! <= each.fullAt! ? first : each),
      undefined,
    );
  return { parts: reports, notes: [...notes, ...empty], ...(bottleneck && { bottleneck }) };
}

function reportOf({ used, ...part }: Part): PartReport {
  const loads = LOADS.map((load) => ({ load, used: used(load), share: multiply(used(load), 1 / part.holds) }));
  const fullAt = fullLoad(part.holds, used);
  return { ...part, loads, ...(fullAt !== undefined && { fullAt }) };
}

/** Beyond this no plan for one deployment means anything. */
const MOST = 1e6;

/** The load at which the upper end of what is used exceeds what there is, by bisection: what is used never falls. */
export function fullLoad(holds: number, used: (load: number) => Range): number | undefined {
  const fitsAt = (load: number) => used(load).high <= holds;
  if (fitsAt(MOST)) return undefined;
  let [low, high] = [0, MOST];
  for (let step = 0; step < 100 && high - low > 1e-9 * high; step++) {
    const middle = (low + high) / 2;
    if (fitsAt(middle)) low = middle;
    else high = middle;
  }
  return high;
}
