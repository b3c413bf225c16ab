// Keeps what V8 compiles of the packages between runs: most of a start is that. Newer Nodes do it themselves.
"use strict";

const path = require("node:path");
const { enableCompileCache } = require("node:module");

const directory = path.join(path.dirname(__dirname), ".prism", "compiled", "v8");

/**
 * Call before the packages are loaded.
 *
 * @param name Tells the kinds of processes apart: each loads other packages.
 * @returns what writes the cache down, for a process that will be killed; one that exits does so by itself
 */
exports.keepCompiled = (name) => {
  if (enableCompileCache) {
    enableCompileCache(directory);
    return () => undefined;
  }
  const cache = require("v8-compile-cache-lib").install({ cacheDir: directory, prefix: name });
  return () => cache?.uninstall();
};
