import * as os from "node:os";
import * as path from "node:path";

/** The root of this checkout. */
export const root = path.dirname(__dirname);

/** Where everything that a run leaves behind lies: `.prism/` of the checkout, or `PRISM_DIR`. Ignored by git. */
export function prismDirectory(): string {
  return process.env.PRISM_DIR ? path.resolve(process.env.PRISM_DIR) : path.join(root, ".prism");
}

/** What outlives a checkout, such as a built Pulumi CLI: `$XDG_CACHE_HOME/ai-prism`, by default under `~/.cache`. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return path.join(env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "ai-prism");
}
