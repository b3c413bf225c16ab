import type { ResourceRule } from "../rule";

export const elasticacheAuth: ResourceRule = {
  id: "elasticache-auth",
  title: "Caches ask who is there",
  family: "identity",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  controls: { fsbp: ["ElastiCache.6"], wellArchitected: ["SEC02-BP01"] },
  remediation: "Give userGroupIds a group whose users have passwords, or set authToken.",
  url: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
  check(cache, { fail }) {
    if (cache.read("globalReplicationGroupId").state !== "absent") return;
    // A group or token that is not known yet is there all the same.
    if (["authToken", "authTokenWo"].some((field) => cache.read(field).state !== "absent")) return;
    const groups = cache.read("userGroupIds");
    if (groups.state === "unknown") return;
    if (groups.state === "absent" || cache.list("userGroupIds").length === 0) {
      fail("Neither userGroupIds nor authToken is set, so whoever reaches the port is in.");
    }
  },
};
