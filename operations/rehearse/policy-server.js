// The engine starts this in the folder of a Node policy pack when there is no Node language host, with its own address
// and "." as arguments, and reads the port that the pack's server prints. A compiled pack is loaded as it is; one in
// TypeScript goes through the SDK's runner, which brings a compiler along and takes a second longer.
"use strict";

// Keeps what V8 compiles, where this Node can: loading the SDK is most of a pack's start.
require("node:module").enableCompileCache?.();
require("../light-sdk.js");

const parent = process.ppid;
// A killed engine does not end the pack it started. Process 1 adopts what has lost its parent already.
setInterval(() => {
  if (process.ppid !== parent || parent === 1) process.exit(1);
}, 1000).unref();

const pack = process.cwd();
let main = "";
try {
  main = require.resolve(pack);
} catch {
  // The runner says what is missing.
}
if (main.endsWith(".js")) require(main);
else require(require.resolve("@pulumi/pulumi/cmd/run-policy-pack", { paths: [pack] }));
