import path from "node:path";
import { prismDirectory, root } from "../operations/paths";
import { loadProgram } from "../operations/program";
import { readState } from "../operations/rehearse/state";
import { workspaceOf } from "../operations/rehearse/workspace";
import { findPulumi } from "../operations/toolchain";
import { type Bench, rehearseProduction, run } from "./measure";

/** Production rehearsed warm, against Pulumi as it comes doing the same three passes over as many empty resources. */
export const rehearsal: Bench = {
  name: "rehearsal",
  measured: rehearseProduction,
  limit: 1.4,
  prepare: async () => {
    run(rehearseProduction);
    const { path: cli } = await findPulumi({ onProgress: () => undefined });
    process.env.PATH = `${path.dirname(cli)}${path.delimiter}${process.env.PATH}`;
  },
  get against() {
    const state = readState(workspaceOf(loadProgram(undefined), "production").stateFile);
    const count = state?.deployment.resources?.length ?? 0;
    return [
      process.execPath,
      path.join(__dirname, "rehearsal/empty.js"),
      String(count),
      path.join(prismDirectory(), "bench"),
    ];
  },
};

const many = (environment: string): string[] => [
  path.join(root, "prism"),
  ...["rehearse", environment, "--program", path.join(__dirname, "rehearsal/many")],
];

/** A thousand resources, against ten times a hundred at most. */
export const rehearsalOfMany: Bench = {
  name: "rehearsal-of-many",
  measured: many("thousand"),
  against: many("hundred"),
  limit: 10,
};
