import { isTrue } from "../read";
import { singleZoneStacks, type ResourceRule } from "../rule";

export const elasticacheFailover: ResourceRule = {
  id: "elasticache-failover",
  title: "Caches survive the loss of a zone",
  family: "availability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  controls: { fsbp: ["ElastiCache.3"], wellArchitected: ["REL10-BP01"] },
  remediation:
    "Give it two nodes or more, and set automaticFailoverEnabled and multiAzEnabled to true; or name the stack in singleZoneStacks.",
  url: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html",
  parameters: { singleZoneStacks },
  check(cache, { fail, attempt, parameter }) {
    if (parameter<string[]>("singleZoneStacks").includes(cache.stack)) return;
    for (const field of ["automaticFailoverEnabled", "multiAzEnabled"]) {
      attempt(() => {
        if (!isTrue(cache.value(field))) fail(`${field} is not true.`);
      });
    }
    attempt(() => {
      const nodes = cache.value("numCacheClusters");
      if (nodes !== undefined && Number(nodes) < 2)
        fail(`numCacheClusters is ${Number(nodes)}, so nothing can take over.`);
    });
  },
};
