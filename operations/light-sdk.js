// Makes Pulumi's SDK lighter where nothing here uses what weighs.
//
// Importing it loads TypeScript and npm's dependency resolver, which turn functions into Lambdas: most of what the
// import takes. They are loaded when they are first used. It takes a stack trace of every promise, in case one is never
// settled: more than a tenth of what a program takes. Such a promise is still found, only not where it was made;
// PULUMI_DEBUG_PROMISE_LEAKS brings the traces back. And it sends the engine four debug messages for each resource, each
// waiting for the one before: a fifth of what a program takes, and nobody reads them.
"use strict";

const Module = require("node:module");

const RARELY_USED = new Set(["typescript", "@npmcli/arborist"]);
const keepTraces = !!process.env.PULUMI_DEBUG_PROMISE_LEAKS;
const light = new WeakSet();
const silent = () => Promise.resolve();
const load = Module._load;

Module._load = function (request, parent, isMain) {
  const ofSdk = /@pulumi[\\/]pulumi[\\/]/.test(parent?.filename ?? "");
  if (ofSdk && RARELY_USED.has(request)) return whenUsed(() => load.call(this, request, parent, isMain));
  const loaded = load.call(this, request, parent, isMain);
  if (ofSdk && !keepTraces && request.endsWith("/debuggable") && !light.has(loaded)) withoutTraces(loaded);
  if (ofSdk && /(^|\/)log$/.test(request)) loaded.debug = silent;
  return loaded;
};

/** A module in name: loaded when something is asked of it. */
function whenUsed(load) {
  let loaded;
  const real = () => (loaded ??= load());
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
}

function withoutTraces(debuggable) {
  light.add(debuggable);
  const { debuggablePromise } = debuggable;
  debuggable.debuggablePromise = (promise, context) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
}
