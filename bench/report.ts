import path from "node:path";
import { root } from "../operations/paths";
import { type Bench, rehearseProduction, run } from "./measure";

/** The report of production from its kept state, against the rehearsal that left it. */
export const report: Bench = {
  name: "report",
  measured: [path.join(root, "prism"), "report", "production"],
  against: rehearseProduction,
  limit: 0.2,
  prepare: () => {
    run(rehearseProduction);
  },
};
