import { Deferred, need, needList } from "../read";
import type { Resource } from "../resource";
import type { Context, StackRule } from "../rule";
import { ranges, rulesOf, worldRules } from "../security-groups";
import type { StackIndex } from "../stack-index";

const groupType = ["aws:ec2/securityGroup:SecurityGroup"];
const ruleTypes = [
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  "aws:ec2/securityGroupRule:SecurityGroupRule",
];

/** Data stores by the property that names their security groups. */
const stores: Record<string, string> = {
  "aws:rds/instance:Instance": "vpcSecurityGroupIds",
  "aws:rds/cluster:Cluster": "vpcSecurityGroupIds",
  "aws:rds/proxy:Proxy": "vpcSecurityGroupIds",
  "aws:elasticache/replicationGroup:ReplicationGroup": "securityGroupIds",
};

export const networkTierPath: StackRule = {
  id: "network-tier-path",
  title: "Databases and caches let in groups that the world does not reach",
  family: "network",
  severity: "high",
  enforcement: "mandatory",
  scope: "stack",
  types: Object.keys(stores),
  controls: { wellArchitected: ["SEC05-BP01", "SEC05-BP02"] },
  remediation: "Let the store's group name the application's group, and the application's group the load balancer's.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
  check(store, context) {
    const { fail, attempt, stack } = context;
    const property = stores[store.type]!;
    const { resources: groups, unknown } = stack.targets(store, property, groupType);
    for (const group of groups) {
      for (const { rule, holder } of ingressOf(group, stack, attempt)) {
        attempt(() => {
          if (ranges(rule).length > 0)
            fail(`"${group.name}" lets in addresses (${ranges(rule).join(", ")}) and not groups.`);
          if (need(rule, "prefixListId") !== undefined) fail(`"${group.name}" lets in a list of addresses.`);
        });
        for (const peer of peersOf(rule, holder, stack)) {
          if (openToWorld(peer, stack, context)) {
            fail(`"${group.name}" lets in "${peer.name}", which the world reaches directly.`);
          }
        }
      }
    }
    if (groups.length > 0) return;
    if (unknown) throw new Deferred(property);
    if (store.read(property).state === "absent") fail(`${property} is not set, so the VPC's default group decides.`);
  },
};

/** The ingress rules of a group, inline and as resources of their own, with the resource that holds each. */
function ingressOf(group: Resource, stack: StackIndex, attempt: Context["attempt"]) {
  const own = stack.referrers(group, ruleTypes, "securityGroupId").found;
  return [group, ...own].flatMap((holder) => rulesOf(holder, attempt).map(({ rule }) => ({ rule, holder })));
}

/** The groups of this stack that a rule lets in. */
function peersOf(rule: unknown, holder: Resource, stack: StackIndex): Resource[] {
  if (rule !== holder.properties) {
    const names = needList(rule, "securityGroups").map(String);
    return stack.ofType(groupType).filter((group) => names.some((name) => stack.named(name).includes(group)));
  }
  return ["referencedSecurityGroupId", "sourceSecurityGroupId"].flatMap(
    (property) => stack.target(holder, property, groupType).resources,
  );
}

function openToWorld(group: Resource, stack: StackIndex, { attempt }: Context): boolean {
  const holders = [group, ...stack.referrers(group, ruleTypes, "securityGroupId").found];
  return holders.some((holder) => worldRules(holder, attempt).length > 0);
}
