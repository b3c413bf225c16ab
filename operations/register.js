// Lets Node load this project's TypeScript: types are stripped with swc, once per file content, and the result is kept
// under .prism/compiled. ts-node does the same in ten times the time, because it loads the type checker first.
"use strict";

const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

// Keeps what V8 compiles of the packages, where this Node can.
require("node:module").enableCompileCache?.();
require("./light-sdk.js");

const root = path.dirname(__dirname);
const cache = path.join(root, ".prism", "compiled");
const options = {
  jsc: { parser: { syntax: "typescript", dynamicImport: true }, target: "es2022", keepClassNames: true },
  module: { type: "commonjs", noInterop: false, ignoreDynamic: false },
  sourceMaps: "inline",
  isModule: true,
  swcrc: false,
};
const swcVersion = require(path.join(root, "node_modules", "@swc", "core", "package.json")).version;
const salt = JSON.stringify([swcVersion, options]);

function compile(source, filename) {
  const sha256 = (text) => createHash("sha256").update(text).digest("hex").slice(0, 40);
  const cached = path.join(cache, `${path.basename(filename, ".ts")}-${sha256(filename).slice(0, 12)}.js`);
  const head = `/*${sha256(salt + source)}*/`;
  try {
    const code = fs.readFileSync(cached, "utf8");
    if (code.startsWith(head)) return code;
  } catch {
    // Not compiled yet.
  }
  const code = head + require("@swc/core").transformSync(source, { ...options, filename }).code;
  try {
    fs.mkdirSync(cache, { recursive: true });
    const temporary = `${cached}.${process.pid}`;
    fs.writeFileSync(temporary, code);
    fs.renameSync(temporary, cached);
  } catch {
    // A checkout that cannot be written to still runs, only slower.
  }
  return code;
}

const compiled = new Map();
require.extensions[".ts"] = (module, filename) => {
  compiled.set(filename, compile(fs.readFileSync(filename, "utf8"), filename));
  module._compile(compiled.get(filename), filename);
};

// Stack traces name the TypeScript line. Pulumi takes one without a message for every resource; mapping those would take
// longer than registering it.
let map;
Error.prepareStackTrace = (error, frames) => {
  if (!error.message) return `${error}\n    at ${frames.join("\n    at ")}`;
  if (!map) {
    const format = Error.prepareStackTrace;
    require("source-map-support").install({
      environment: "node",
      handleUncaughtExceptions: false,
      retrieveFile: (file) => compiled.get(file),
    });
    map = Error.prepareStackTrace;
    Error.prepareStackTrace = format;
  }
  return map(error, frames);
};
