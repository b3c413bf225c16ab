import type { JudgedResource } from "../../../policies/evaluate";
import { unknownMarker } from "../../../policies/read";

/** What may stand where something else is expected. */
const JUNK: readonly unknown[] = [
  null,
  5,
  -1,
  "",
  "x",
  true,
  [],
  {},
  [null],
  [[]],
  [5],
  { a: null },
  unknownMarker,
  [unknownMarker],
  "{",
  "null",
  "[]",
  '{"Statement":[null]}',
  '{"Statement":5}',
  '{"Statement":[5,{"Effect":"Allow","Principal":5,"Action":{},"Condition":[5]}]}',
  '{"widgets":[null]}',
  '{"widgets":[{"properties":{"metrics":[5,null,[null],["a"]],"query":[]}}]}',
];

/** Numbers from 0 to `limit - 1`, the same for the same seed. */
export function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) % limit;
}

/** The same resources, in every third of which something somewhere is replaced by something else. */
export function withJunk(resources: readonly JudgedResource[], next: (limit: number) => number): JudgedResource[] {
  return resources.map((one) =>
    next(3) > 0
      ? one
      : {
          ...one,
          inputs: spoiled(one.inputs ?? {}, next),
          properties: spoiled(one.properties, next),
          provider: next(9) > 0 ? one.provider : { allowedAccountIds: "x", defaultTags: "{", region: 5 },
        },
  );
}

function spoiled(properties: Record<string, unknown>, next: (limit: number) => number): Record<string, unknown> {
  const [key] = pick(Object.keys(properties), next);
  return key === undefined ? properties : { ...properties, [key]: spoil(properties[key], next, 0) };
}

function spoil(value: unknown, next: (limit: number) => number, depth: number): unknown {
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  const [key] = pick(keys, next);
  if (key === undefined || depth > 6 || next(4) === 0) return pick(JUNK, next)[0];
  const inner = spoil((value as Record<string, unknown>)[key], next, depth + 1);
  return Array.isArray(value)
    ? Object.assign([...(value as unknown[])], { [key]: inner })
    : { ...(value as object), [key]: inner };
}

/** One of a list, in a list; none of an empty one. */
function pick<T>(list: readonly T[], next: (limit: number) => number): T[] {
  return list.length === 0 ? [] : [list[next(list.length)]!];
}
