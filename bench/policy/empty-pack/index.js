// The least that a pack can be: what it takes is what the engine and the SDK's policy server take.
"use strict";

const { PolicyPack } = require("@pulumi/policy");

new PolicyPack("empty", {
  policies: [
    {
      name: "nothing",
      description: "Finds nothing.",
      enforcementLevel: "mandatory",
      validateResource: () => undefined,
    },
  ],
});
