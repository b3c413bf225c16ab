import {
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  type ReplicationGroup,
} from "@aws-sdk/client-elasticache";
import { type Check, ok, once, wrong } from "../finding";
import { reachableOnlyFrom } from "../security-groups";
import type { World } from "../world";

const RUNBOOK = "problem-sessions.md";

/** Redis: there, encrypted, and reached from the instances alone. */
export function redis({ environment, outputs, aws }: World): Check[] {
  const { regions, network, redis: expected } = outputs;
  const id = expected.replicationGroupId;
  const elasticache = aws.client(ElastiCacheClient, regions.home);
  const group = once(async (): Promise<ReplicationGroup> => {
    const { ReplicationGroups = [] } = await elasticache.send(
      new DescribeReplicationGroupsCommand({ ReplicationGroupId: id }),
    );
    return ReplicationGroups[0] ?? {};
  });
  const about = (name: string, look: Check["look"]): Check => ({ name, subject: id, runbook: RUNBOOK, look });
  /** Groups that every node has: one that differs is as open as it is itself. */
  const attached = async (): Promise<string[]> => {
    const { MemberClusters = [] } = await group();
    const nodes = await Promise.all(
      MemberClusters.map((node) => elasticache.send(new DescribeCacheClustersCommand({ CacheClusterId: node }))),
    );
    const perNode = nodes.map(({ CacheClusters: [node] = [] }) =>
      (node?.SecurityGroups ?? []).flatMap(({ SecurityGroupId }) => SecurityGroupId ?? []),
    );
    const all = [...new Set(perNode.flat())];
    return all.filter(
      (one) => one !== network.securityGroupIds.redis || perNode.every((groups) => groups.includes(one)),
    );
  };

  return [
    about("available", async () => {
      const { Status = "unknown", MemberClusters = [], AutomaticFailover } = await group();
      const replicated = AutomaticFailover === "enabled" ? ", one takes over when another fails" : "";
      if (Status === "available") return ok(`available, ${MemberClusters.length} nodes${replicated}`);
      return wrong(
        `its status is ${Status}`,
        `wait for what the status names; a failover takes seconds. aws elasticache describe-events --source-type replication-group --source-identifier ${id} --duration 120`,
      );
    }),
    about("encrypted", async () => {
      const { AtRestEncryptionEnabled, TransitEncryptionEnabled, TransitEncryptionMode } = await group();
      const missing = [
        ...(AtRestEncryptionEnabled ? [] : ["at rest"]),
        ...(TransitEncryptionEnabled && TransitEncryptionMode !== "preferred" ? [] : ["in transit"]),
      ];
      if (missing.length === 0) return ok("encrypted at rest and in transit");
      return wrong(
        `is not encrypted ${missing.join(" and ")}`,
        `./prism drift ${environment}; encryption at rest comes with a new group only, and people log in again`,
      );
    }),
    about(
      "reachable",
      reachableOnlyFrom({
        aws,
        region: regions.home,
        environment,
        port: expected.port,
        peer: network.securityGroupIds.instances!,
        peerName: "the instances",
        target: network.securityGroupIds.redis!,
        attached,
      }),
    ),
  ];
}
