import { type Link, PATHS, type Problem } from "./paths";
import { checksOf, type Line, run } from "./run";
import type { World } from "./world";

/** Follows the path of a problem, one link after the other, up to the first that is broken; that is the last line. */
export async function follow(world: World, problem: Problem, onLine: (line: Line) => void): Promise<Line[]> {
  const path: readonly Link[] = PATHS[problem];
  const checks = await checksOf(world, [...new Set(path.map(([area]) => area))]);
  const lines: Line[] = [];
  for (const [area, name, optional] of path) {
    const found = checks.find((one) => one.area === area && one.check.name === name);
    if (!found && optional) continue;
    const line: Line = found
      ? await run(world, area, found.check)
      : {
          area,
          check: name,
          subject: name,
          state: "unknown",
          detail: "the stack does not name it",
          remedy: "./prism up",
        };
    lines.push(line);
    onLine(line);
    if (line.state === "wrong") break;
  }
  return lines;
}
