import { Deferred } from "../read";
import type { StackRule } from "../rule";
import { isPublicSubnet, subnetTypes } from "../subnets";

/** Data stores by the property that names their subnet group. */
const stores: Record<string, string> = {
  "aws:rds/instance:Instance": "dbSubnetGroupName",
  "aws:rds/cluster:Cluster": "dbSubnetGroupName",
  "aws:elasticache/replicationGroup:ReplicationGroup": "subnetGroupName",
};

export const dataSubnetsPrivate: StackRule = {
  id: "data-subnets-private",
  title: "Databases and caches lie in subnets without a way in",
  family: "network",
  severity: "high",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:rds/subnetGroup:SubnetGroup", "aws:elasticache/subnetGroup:SubnetGroup", ...Object.keys(stores)],
  controls: { fsbp: ["RDS.46", "ElastiCache.7"], wellArchitected: ["SEC05-BP01"] },
  remediation:
    "Give the store a subnet group of its own, of subnets whose route table has no route to an internet gateway.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html",
  check(resource, { fail, attempt, stack }) {
    const groupName = stores[resource.type];
    if (groupName !== undefined) {
      // A replica and a secondary of a global datastore can inherit the group.
      const inherits = ["replicateSourceDb", "globalReplicationGroupId"].some(
        (field) => resource.read(field).state !== "absent",
      );
      const group = resource.read(groupName);
      if (!inherits && (group.state === "absent" || (group.state === "known" && group.value === "default"))) {
        fail(`${groupName} is not set, so it lands in the default VPC, whose subnets are public.`);
      }
      return;
    }
    const { resources: subnets, unknown } = stack.targets(resource, "subnetIds", subnetTypes);
    for (const subnet of subnets) {
      attempt(() => {
        if (isPublicSubnet(stack, subnet)) fail(`The subnet "${subnet.name}" has a route to an internet gateway.`);
      });
    }
    if (unknown && subnets.length === 0) throw new Deferred("subnetIds");
  },
};
