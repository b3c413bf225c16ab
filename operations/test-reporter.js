// Mocha's own output, and the counts for `./prism test`, which started this process.
"use strict";

const Mocha = require("mocha");

module.exports = class extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      const failed = this.failures.map((test) => ({ title: test.fullTitle(), message: test.err?.message ?? "" }));
      process.send?.({ passed: passes, failed: failures, skipped: pending, failures: failed });
    });
  }
};
