import path from "node:path";
import { root } from "../operations/paths";
import { run, type Bench } from "./measure";

const prism = path.join(root, "prism");
const rehearse = [prism, "rehearse", "production"];

/** The report of production from its kept state, against the rehearsal that left it. */
export const report: Bench = {
  name: "report",
  measured: [prism, "report", "production"],
  against: rehearse,
  limit: 0.2,
  prepare: () => {
    run(rehearse);
  },
};
