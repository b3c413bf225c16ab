// Compiles the pack into bin/index.js, the one file that `main` in package.json names. Takes well under a second.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

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
  write: false,
  logLevel: "warning",
});

// The pack is a package of its own: a file from outside this folder would be missing for whoever installs it alone.
const foreign = Object.keys(result.metafile.inputs).filter((file) => file.startsWith(".."));
if (foreign.length > 0) {
  console.error(`policies/build.mjs: the pack must not bundle files from outside its folder: ${foreign.join(", ")}`);
  process.exit(1);
}

// Whoever loads the pack meanwhile gets the old one or the new one, whole.
fs.mkdirSync(path.join(folder, "bin"), { recursive: true });
for (const { path: file, contents } of result.outputFiles) {
  const temporary = `${file}.${process.pid}`;
  fs.writeFileSync(temporary, contents);
  fs.renameSync(temporary, file);
}
