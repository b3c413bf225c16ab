import path from "node:path";
import type { Bench } from "./measure";
import { run } from "./measure";

const prism = path.join(__dirname, "../prism");

/** Production rehearsed warm, against the engine doing the same three passes over as many empty resources. */
export const rehearsal: Bench = {
  name: "rehearsal",
  measured: [prism, "rehearse", "production"],
  against: [
    process.execPath,
    "--require",
    path.join(__dirname, "../operations/register.js"),
    path.join(__dirname, "rehearsal/empty.ts"),
  ],
  limit: 1.5,
  prepare: () => run([prism, "rehearse", "production"]),
};
