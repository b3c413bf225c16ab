import assert from "node:assert/strict";
import fc from "fast-check";
import { maxConnections } from "../../catalog/database-classes";
import { poolSize, type PoolInputs } from "../../infra/connection-pool";

const FLEET: PoolInputs = { maxConnections: 112, reserved: 13, maxInstances: 4, processesPerInstance: 4 };

describe("connection pool", () => {
  it("knows what PostgreSQL on RDS allows", () => {
    assert.equal(maxConnections("db.t3.micro"), 112);
    assert.equal(maxConnections("db.r6g.xlarge"), 3604);
  });

  it("divides what is left of the database among two fleets of processes", () => {
    assert.deepEqual(poolSize(FLEET), { size: 1, overflow: 2, peak: 96, available: 99 });
  });

  it("is refused where a process would get less than one connection", () => {
    assert.equal(poolSize({ ...FLEET, maxInstances: 15 }), undefined);
  });

  it("shares a proxied connection among several clients", () => {
    assert.deepEqual(poolSize({ ...FLEET, maxInstances: 15, clientsPerConnection: 10 }), {
      size: 2,
      overflow: 6,
      peak: 960,
      available: 990,
    });
  });

  it("never exceeds 10 and 20, however large the database", () => {
    assert.deepEqual(poolSize({ ...FLEET, maxConnections: 5000, maxInstances: 1 }), {
      size: 10,
      overflow: 20,
      peak: 240,
      available: 4987,
    });
  });

  it("always fits: a full fleet in the middle of a deployment asks for no more than there is", () => {
    fc.assert(
      fc.property(
        fc.record({
          maxConnections: fc.integer({ min: 1, max: 5000 }),
          reserved: fc.integer({ min: 0, max: 200 }),
          maxInstances: fc.integer({ min: 1, max: 100 }),
          processesPerInstance: fc.integer({ min: 1, max: 40 }),
          clientsPerConnection: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
        }),
        (inputs) => {
          const pool = poolSize(inputs);
          if (!pool) return;
          assert.ok(pool.size >= 1 && pool.overflow >= 0 && pool.peak <= pool.available);
        },
      ),
    );
  });
});
