import assert from "node:assert/strict";
import { physicalName, physicalNames } from "../../infra/names";

describe("physical names", () => {
  it("of production are those of the requirements", () => {
    const names = physicalNames("production", "111122223333");
    assert.equal(names.redis, "ai-prism-redis");
    assert.equal(names.database, "ai-prism-postgres");
    assert.equal(names.documents, "ai.prism");
    assert.equal(names.documentsReplica, "ai-prism-backups");
    assert.equal(names.replicationRole, "ai-prism-s3-replication-role");
    assert.equal(names.application, "AI-Prism");
    assert.equal(names.environment, "AI-Prism-Production");
    assert.equal(names.cnamePrefix, "ai-prism-prod");
    assert.equal(names.alarm("High-CPU"), "AI-Prism-High-CPU");
    assert.equal(names.dashboard("Bedrock-Metrics"), "AI-Prism-Bedrock-Metrics");
  });

  it("of every other environment carry its name, and no bucket's has a dot", () => {
    const production = Object.entries(physicalNames("production", "111122223333"));
    const staging = physicalNames("staging", "111122223333") as Record<string, unknown>;
    for (const [key, name] of production) {
      if (typeof name !== "string") continue;
      assert.notEqual(staging[key], name, key);
      assert.match(String(staging[key]), /staging/i, key);
    }
    assert.equal(staging.documents, "ai-prism-staging");
  });

  it("throw when AWS would refuse them, and are never cut", () => {
    assert.throws(() => physicalName("cacheGroup", "a-very-long-name-for-a-cache", "feature-branch-9"), {
      message:
        'Name of the cacheGroup: a-very-long-name-for-a-cache = "a-very-long-name-for-a-cache-feature-branch-9" is not ' +
        "allowed: at most 40 characters: lower-case letters, digits, single hyphens",
    });
  });

  it("beside a deployment made by hand end in a suffix where that one holds them, and nowhere else", () => {
    const plain = Object.entries(physicalNames("production", "111122223333"));
    const beside = physicalNames("production", "111122223333", "2") as Record<string, unknown>;
    const suffixed = plain.filter(([key, name]) => typeof name === "string" && beside[key] !== name);
    assert.deepEqual(
      suffixed.map(([key]) => `${key} ${String(beside[key])}`),
      [
        "redis ai-prism-redis-2",
        "documentsReplica ai-prism-backups-2",
        "replicationRole ai-prism-s3-replication-role-2",
        "environment AI-Prism-Production-2",
        "cnamePrefix ai-prism-prod-2",
      ],
    );
  });
});
