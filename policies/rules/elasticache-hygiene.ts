import { isFalse } from "../read";
import type { ResourceRule } from "../rule";

export const elasticacheHygiene: ResourceRule = {
  id: "elasticache-hygiene",
  title: "Caches take minor versions and use a key of their own",
  family: "encryption",
  severity: "low",
  enforcement: "advisory",
  scope: "resource",
  types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  controls: { fsbp: ["ElastiCache.2"], wellArchitected: ["SEC06-BP01", "SEC08-BP01"] },
  remediation: "Leave autoMinorVersionUpgrade alone, and set kmsKeyId to a customer-managed key.",
  url: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html",
  check(cache, { fail, attempt }) {
    attempt(() => {
      if (isFalse(cache.value("autoMinorVersionUpgrade"))) fail("autoMinorVersionUpgrade is false.");
    });
    if (cache.read("kmsKeyId").state === "absent") fail("kmsKeyId names no key of the program's own.");
  },
};
