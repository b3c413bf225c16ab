// Importing @pulumi/pulumi loads TypeScript and npm's dependency resolver, which turn functions into Lambdas. Nothing
// here does that, and the two are most of what the import takes, so they are loaded when they are first used.
"use strict";

const Module = require("node:module");

const RARELY_USED = new Set(["typescript", "@npmcli/arborist"]);
const load = Module._load;

Module._load = function (request, parent, isMain) {
  if (!RARELY_USED.has(request) || !/@pulumi[\\/]pulumi[\\/]/.test(parent?.filename ?? "")) {
    return load.call(this, request, parent, isMain);
  }
  let loaded;
  const real = () => (loaded ??= load.call(this, request, parent, isMain));
  return new Proxy(Object.create(null), {
    // What compiled TypeScript asks a module first; any other answer makes it copy, and so load, the whole of it.
    get: (_, key) => (key === "__esModule" ? true : key === "default" ? (real().default ?? real()) : real()[key]),
    has: (_, key) => key in real(),
    ownKeys: () => Reflect.ownKeys(real()),
    getOwnPropertyDescriptor: (_, key) => {
      const descriptor = Object.getOwnPropertyDescriptor(real(), key);
      // A proxy may not call a property fixed that its own target lacks.
      return descriptor && { ...descriptor, configurable: true };
    },
  });
};
