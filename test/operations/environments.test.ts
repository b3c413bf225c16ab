import assert from "node:assert/strict";
import { ENVIRONMENTS } from "../support/stack-files";
import { rehearsed } from "../support/rehearsed";

describe("every environment", function () {
  this.timeout(120_000);

  for (const environment of ENVIRONMENTS) {
    it(`comes up and settles with every policy passed: ${environment}`, async function () {
      const { report } = await rehearsed(this, environment);
      assert.ok(report.components.length > 10);
      assert.deepEqual(
        report.passes.map(({ name }) => name),
        ["gate", "up", "check"],
      );
      assert.deepEqual(
        report.policies.broken.filter(({ level }) => level === "mandatory"),
        [],
      );
    });

    it(`lets nothing wait on its longest chain that AWS does not make wait: ${environment}`, async function () {
      const { firstDeployment } = (await rehearsed(this, environment)).report;
      assert.ok(firstDeployment);
      assert.ok(firstDeployment.forced.seconds > 600, "the chain through the database");
      assert.deepEqual(firstDeployment.avoidable, []);
      assert.equal(firstDeployment.ratio, 1);
    });
  }
});
