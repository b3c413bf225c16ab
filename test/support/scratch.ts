import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

let root: string | undefined;

/** A folder of its own that goes away with this process. */
export function scratchDirectory(): string {
  if (root === undefined) {
    const made = (root = fs.mkdtempSync(path.join(os.tmpdir(), "prism-scratch-")));
    process.on("exit", () => {
      fs.rmSync(made, { recursive: true, force: true });
    });
  }
  return fs.mkdtempSync(path.join(root, "_"));
}
