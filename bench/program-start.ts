import path from "node:path";
import type { Bench } from "./measure";

const node = [process.execPath, "--require", path.join(__dirname, "../operations/register.js")];

/** The program from nothing to its last registration, against importing the packages it stands on and nothing more. */
export const programStart: Bench = {
  name: "program-start",
  measured: [...node, path.join(__dirname, "program-start/program.ts")],
  against: [...node, path.join(__dirname, "program-start/packages.ts")],
  limit: 1.5,
};
