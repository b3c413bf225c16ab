// Compiles the pack into bin/index.js, the one file that `main` in package.json names. Takes well under a second.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));

const result = await build({
  absWorkingDir: folder,
  entryPoints: ["index.ts"],
  outfile: "bin/index.js",
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["@pulumi/*", "yaml"],
  sourcemap: "linked",
  metafile: true,
  logLevel: "warning",
});

// The pack is a package of its own: a file from outside this folder would be missing for whoever installs it alone.
const foreign = Object.keys(result.metafile.inputs).filter((file) => file.startsWith(".."));
if (foreign.length > 0) {
  console.error(`policies/build.mjs: the pack must not bundle files from outside its folder: ${foreign.join(", ")}`);
  process.exit(1);
}
