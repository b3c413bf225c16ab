import { randomInt } from "node:crypto";

import type { Identifiers } from "../aws";
import type { Properties } from "../values";
import { type Model, type ModelContext, type Models, type Refused, refused } from "./model";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** Picks a whole number below a bound. */
type Draw = (bound: number) => number;

/** The same numbers for the same resource: what is no secret may be foreseeable, and its id repeats it. */
function repeatable(identifiers: Identifiers): Draw {
  let count = 0;
  return (bound) => parseInt(identifiers.hex(8, `pick${count++}`), 16) % bound;
}

/** A text of the length and the kinds of characters asked for. */
function characters({ inputs }: Pick<ModelContext, "inputs">, pick: Draw): string {
  const kinds: [boolean, number, string][] = [
    [inputs.lower !== false, Number(inputs.minLower ?? 0), LETTERS],
    [inputs.upper !== false, Number(inputs.minUpper ?? 0), LETTERS.toUpperCase()],
    [(inputs.numeric ?? inputs.number) !== false, Number(inputs.minNumeric ?? 0), "0123456789"],
    [inputs.special !== false, Number(inputs.minSpecial ?? 0), String(inputs.overrideSpecial ?? SPECIAL)],
  ];
  const chosen = kinds.flatMap(([allowed, least, letters]) =>
    allowed ? Array.from({ length: least }, () => letters[pick(letters.length)]!) : [],
  );
  const all = kinds.map(([allowed, , letters]) => (allowed ? letters : "")).join("");
  while (chosen.length < Number(inputs.length)) chosen.push(all[pick(all.length)]!);
  for (let last = chosen.length - 1; last > 0; last--) {
    const other = pick(last + 1);
    [chosen[last], chosen[other]] = [chosen[other]!, chosen[last]!];
  }
  return chosen.join("");
}

function refuse({ inputs }: ModelContext): Refused | undefined {
  const length = Number(inputs.length);
  const minima = ["minLower", "minUpper", "minNumeric", "minSpecial"];
  const least = minima.reduce((sum, name) => sum + Number(inputs[name] ?? 0), 0);
  if (!(length >= 1)) return refused("Invalid Attribute Value", "length must be at least 1");
  if (least > length) {
    return refused(
      "Invalid Attribute Value",
      `length ${length} is less than the ${least} characters that the minima ask for`,
    );
  }
  const kinds = [inputs.lower, inputs.upper, inputs.numeric ?? inputs.number, inputs.special];
  return kinds.every((allowed) => allowed === false)
    ? refused("Invalid Attribute Combination", "one kind of characters must be allowed")
    : undefined;
}

const randomString = (context: Pick<ModelContext, "inputs" | "identifiers">) =>
  characters(context, repeatable(context.identifiers));

function bytesOf({ inputs, identifiers }: Pick<ModelContext, "inputs" | "identifiers">): Buffer {
  return Buffer.from(identifiers.hex(2 * Number(inputs.byteLength)), "hex");
}

const randomId: Model = {
  id: (context) => bytesOf(context).toString("base64url"),
  outputs: (context): Properties => {
    const bytes = bytesOf(context);
    const prefix = String(context.inputs.prefix ?? "");
    return {
      hex: prefix + bytes.toString("hex"),
      dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
      b64Std: prefix + bytes.toString("base64"),
      b64Url: prefix + bytes.toString("base64url"),
    };
  },
};

export const models: Models = {
  "random:index/randomPassword:RandomPassword": {
    refuse,
    outputs: (context) => ({ result: characters(context, randomInt) }),
  },
  "random:index/randomString:RandomString": {
    refuse,
    id: randomString,
    outputs: (context) => ({ result: randomString(context) }),
  },
  "random:index/randomId:RandomId": randomId,
};
