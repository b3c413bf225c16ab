import path from "node:path";
import type { Bench } from "./measure";
import { run } from "./measure";

const prism = path.join(__dirname, "../prism");

const empty = [
  process.execPath,
  "--require",
  path.join(__dirname, "../operations/register.js"),
  path.join(__dirname, "rehearsal/empty.ts"),
];

/** Production rehearsed warm, against the engine doing the same three passes over as many empty resources. */
export const rehearsal: Bench = {
  name: "rehearsal",
  measured: [prism, "rehearse", "production"],
  against: [...empty, "automation"],
  limit: 1.5,
  prepare: () => run([prism, "rehearse", "production"]),
};

/**
 * The same without what the Automation API asks the CLI around each pass: what the rehearsal's own resources, stand-in
 * and policies come to. Claimed less tightly, because two policy servers and real inputs are work that has to be done.
 */
export const rehearsalBare: Bench = { ...rehearsal, name: "rehearsal-bare", against: [...empty, "bare"], limit: 2.5 };
