import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const elasticacheInTransitEncryption: ResourceRule = {
  id: "elasticache-in-transit-encryption",
  title: "Caches accept TLS connections only",
  family: "encryption",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  controls: { fsbp: ["ElastiCache.5"], wellArchitected: ["SEC09-BP02"] },
  remediation: 'Set transitEncryptionEnabled to true and transitEncryptionMode to "required".',
  url: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html",
  check(cache, { fail }) {
    if (cache.value("globalReplicationGroupId") !== undefined) return;
    if (!isTrue(cache.value("transitEncryptionEnabled"))) return fail("transitEncryptionEnabled is not true.");
    // Left out, a new group requires TLS; "preferred" goes on taking plain connections.
    const mode = cache.text("transitEncryptionMode") ?? "required";
    if (mode !== "required") fail(`transitEncryptionMode is "${mode}", so plain connections are still accepted.`);
  },
};
