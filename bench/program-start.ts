import path from "node:path";
import type { Bench } from "./measure";

/** The program from nothing to its last registration, against importing the packages it stands on and nothing more. */
export const programStart: Bench = {
  name: "program-start",
  measured: [
    process.execPath,
    "--require",
    path.join(__dirname, "../operations/register.js"),
    path.join(__dirname, "program-start/program.ts"),
  ],
  against: [process.execPath, path.join(__dirname, "program-start/packages.js")],
  limit: 1.5,
};
