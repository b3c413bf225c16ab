import type { ResourceRule } from "../rule";

export const elasticacheBackups: ResourceRule = {
  id: "elasticache-backups",
  title: "Caches are saved daily",
  family: "versioning",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  controls: { fsbp: ["ElastiCache.1"], wellArchitected: ["REL09-BP03"] },
  remediation: "Set snapshotRetentionLimit to at least minDays, or exempt a cache whose content nobody would miss.",
  url: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-automatic.html",
  parameters: {
    minDays: { type: "integer", minimum: 1, maximum: 35, description: "Fewest days of snapshots.", default: 1 },
  },
  check(cache, { fail, parameter }) {
    if (cache.value("globalReplicationGroupId") !== undefined) return;
    const days = Number(cache.value("snapshotRetentionLimit") ?? 0);
    const minimum = parameter<number>("minDays");
    if (!(days >= minimum)) fail(`Snapshots are kept for ${days} days, fewer than ${minimum}.`);
  },
};
