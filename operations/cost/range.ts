/** The least and the most of an amount that is not known exactly; both the same where it is. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** An amount as a stack file gives it, or one that is known. */
export type Amount = number | Range;

export const NOTHING: Range = { low: 0, high: 0 };

export function rangeOf(amount: Amount): Range {
  return typeof amount === "number" ? { low: amount, high: amount } : amount;
}

export function add(...amounts: readonly Amount[]): Range {
  return amounts.map(rangeOf).reduce((sum, { low, high }) => ({ low: sum.low + low, high: sum.high + high }), NOTHING);
}

export function multiply(...amounts: readonly Amount[]): Range {
  return amounts
    .map(rangeOf)
    .reduce((product, { low, high }) => ({ low: product.low * low, high: product.high * high }), { low: 1, high: 1 });
}

/** Applies a function that never falls to both ends. */
export function map(amount: Amount, change: (value: number) => number): Range {
  const { low, high } = rangeOf(amount);
  return { low: change(low), high: change(high) };
}

/** The larger of two amounts, end by end. */
export function larger(one: Amount, other: Amount): Range {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
}

/** What is left of one amount without another, end by end, and never less than nothing. */
export function remainder(one: Amount, other: Amount): Range {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return { low: Math.max(0, a.low - b.low), high: Math.max(0, a.high - b.high) };
}
