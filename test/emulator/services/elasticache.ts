import type * as elasticache from "@aws-sdk/client-elasticache";
import { randomBytes } from "node:crypto";
import type { Call, Service } from "../service";

/** What the emulator loses of a replication group. */
interface Kept {
  readonly kmsKeyId?: string;
  readonly domain: string;
  readonly port: number;
}

/** ElastiCache: the emulator's, with keys, names and ports as AWS gives them. */
export class ElastiCache implements Service {
  readonly name = "elasticache";
  private readonly kept = new Map<string, Kept>();

  readonly answers = {
    CreateReplicationGroup: async (
      call: Call<elasticache.CreateReplicationGroupMessage>,
    ): Promise<elasticache.CreateReplicationGroupResult> => {
      const { input, region } = call;
      const { ReplicationGroup } = await call.forward<elasticache.CreateReplicationGroupResult>();
      this.kept.set(`${region} ${input.ReplicationGroupId}`, {
        kmsKeyId: input.KmsKeyId,
        domain: `${input.ReplicationGroupId}.${randomBytes(3).toString("hex")}.${region}.cache.amazonaws.com`,
        port: input.Port ?? 6379,
      });
      return { ReplicationGroup: this.whole(ReplicationGroup!, region) };
    },

    DescribeReplicationGroups: async (
      call: Call<elasticache.DescribeReplicationGroupsMessage>,
    ): Promise<elasticache.ReplicationGroupMessage> => {
      const answer = await call.forward<elasticache.ReplicationGroupMessage>();
      return { ...answer, ReplicationGroups: answer.ReplicationGroups?.map((one) => this.whole(one, call.region)) };
    },
  };

  private whole(group: elasticache.ReplicationGroup, region: string): elasticache.ReplicationGroup {
    const kept = this.kept.get(`${region} ${group.ReplicationGroupId}`);
    if (!kept) return group;
    const at = (host: string): elasticache.Endpoint => ({ Address: `${host}.${kept.domain}`, Port: kept.port });
    return {
      ...group,
      KmsKeyId: kept.kmsKeyId,
      NodeGroups: group.NodeGroups?.map((node) => ({
        ...node,
        PrimaryEndpoint: at("master"),
        ReaderEndpoint: at("replica"),
        NodeGroupMembers: node.NodeGroupMembers?.map((member) => ({
          ...member,
          ReadEndpoint: at(member.CacheClusterId!),
        })),
      })),
    };
  }
}
