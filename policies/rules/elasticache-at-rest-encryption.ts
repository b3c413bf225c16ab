import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const elasticacheAtRestEncryption: ResourceRule = {
  id: "elasticache-at-rest-encryption",
  title: "Caches encrypt their data at rest",
  family: "encryption",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  controls: { fsbp: ["ElastiCache.4"], wellArchitected: ["SEC08-BP02"] },
  remediation: "Set atRestEncryptionEnabled to true. It cannot be changed in place later.",
  url: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html",
  check(cache, { fail }) {
    // A secondary of a global datastore takes this from its primary.
    if (cache.value("globalReplicationGroupId") !== undefined) return;
    const encrypted = cache.value("atRestEncryptionEnabled");
    // Valkey encrypts unless told otherwise; Redis does not.
    if (encrypted === undefined && cache.text("engine") === "valkey") return;
    if (!isTrue(encrypted)) fail("atRestEncryptionEnabled is not true.");
  },
};
