import type * as ec2 from "@aws-sdk/client-ec2";
import { type Call, type Service, AwsError } from "../service";

/** A rule whose peer is a prefix list. */
interface PrefixRule {
  readonly groupId: string;
  readonly isEgress: boolean;
  readonly permission: ec2.IpPermission;
  readonly list: ec2.PrefixListId;
}

/** EC2: the emulator's, with the prefix lists that rules of security groups name, and changes of an instance's groups. */
export class Ec2 implements Service {
  readonly name = "ec2";
  private readonly rules = new Map<string, PrefixRule>();
  /** Groups that instances were given after they were started, by instance. */
  private readonly groups = new Map<string, readonly string[]>();

  readonly answers = {
    AuthorizeSecurityGroupIngress: (
      call: Call<ec2.AuthorizeSecurityGroupIngressRequest>,
    ): Promise<ec2.AuthorizeSecurityGroupIngressResult> => this.authorize(call, false),

    AuthorizeSecurityGroupEgress: (
      call: Call<ec2.AuthorizeSecurityGroupEgressRequest>,
    ): Promise<ec2.AuthorizeSecurityGroupEgressResult> => this.authorize(call, true),

    RevokeSecurityGroupIngress: (
      call: Call<ec2.RevokeSecurityGroupIngressRequest>,
    ): Promise<ec2.RevokeSecurityGroupIngressResult> => this.revoke(call, false),

    RevokeSecurityGroupEgress: (
      call: Call<ec2.RevokeSecurityGroupEgressRequest>,
    ): Promise<ec2.RevokeSecurityGroupEgressResult> => this.revoke(call, true),

    DescribeSecurityGroupRules: async (
      call: Call<ec2.DescribeSecurityGroupRulesRequest>,
    ): Promise<ec2.DescribeSecurityGroupRulesResult> => {
      const answer = await call.forward<ec2.DescribeSecurityGroupRulesResult>();
      return { ...answer, SecurityGroupRules: answer.SecurityGroupRules?.map((rule) => this.whole(rule)) };
    },

    DescribeSecurityGroups: async (
      call: Call<ec2.DescribeSecurityGroupsRequest>,
    ): Promise<ec2.DescribeSecurityGroupsResult> => {
      const answer = await call.forward<ec2.DescribeSecurityGroupsResult>();
      return { ...answer, SecurityGroups: answer.SecurityGroups?.map((group) => this.withPrefixLists(group)) };
    },

    ModifyInstanceAttribute: ({ input }: Call<ec2.ModifyInstanceAttributeRequest>): object => {
      if (!input.Groups) throw new AwsError("InvalidParameterCombination", "Only an instance's groups change here.");
      this.groups.set(input.InstanceId!, input.Groups);
      return {};
    },

    DescribeInstances: async (call: Call<ec2.DescribeInstancesRequest>): Promise<ec2.DescribeInstancesResult> => {
      const answer = await call.forward<ec2.DescribeInstancesResult>();
      return {
        ...answer,
        Reservations: answer.Reservations?.map((one) => ({
          ...one,
          Instances: one.Instances?.map((instance) => this.withGroups(instance)),
        })),
      };
    },
  };

  private withGroups(instance: ec2.Instance): ec2.Instance {
    const groups = this.groups.get(instance.InstanceId!);
    return groups ? { ...instance, SecurityGroups: groups.map((GroupId) => ({ GroupId })) } : instance;
  }

  private async authorize(
    call: Call<ec2.AuthorizeSecurityGroupIngressRequest>,
    isEgress: boolean,
  ): Promise<ec2.AuthorizeSecurityGroupIngressResult> {
    const { GroupId, IpPermissions = [] } = call.input;
    const [permission] = IpPermissions;
    const [list] = permission?.PrefixListIds ?? [];
    const peers = IpPermissions.flatMap((one) => [
      one.UserIdGroupPairs,
      one.IpRanges,
      one.Ipv6Ranges,
      one.PrefixListIds,
    ]);
    if (
      IpPermissions.some(({ PrefixListIds = [] }) => PrefixListIds.length > 0) &&
      peers.flatMap((one = []) => one).length > 1
    ) {
      // The emulator has one rule for all peers of a permission, and the same one for every prefix list.
      throw new Error("a rule for a prefix list is to be authorized by a call of its own");
    }
    const answer = await call.forward<ec2.AuthorizeSecurityGroupIngressResult>();
    const [rule] = answer.SecurityGroupRules ?? [];
    if (permission && list)
      this.rules.set(rule!.SecurityGroupRuleId!, { groupId: GroupId!, isEgress, permission, list });
    return { ...answer, SecurityGroupRules: answer.SecurityGroupRules?.map((one) => this.whole(one)) };
  }

  private async revoke(
    call: Call<ec2.RevokeSecurityGroupIngressRequest>,
    isEgress: boolean,
  ): Promise<ec2.RevokeSecurityGroupIngressResult> {
    const answer = await call.forward<ec2.RevokeSecurityGroupIngressResult>();
    const { GroupId, SecurityGroupRuleIds = [], IpPermissions = [] } = call.input;
    for (const [id, rule] of this.rules) {
      const named = IpPermissions.some(
        (one) =>
          samePorts(one, rule.permission) &&
          one.PrefixListIds?.some(({ PrefixListId }) => PrefixListId === rule.list.PrefixListId),
      );
      if (SecurityGroupRuleIds.includes(id) || (named && rule.groupId === GroupId && rule.isEgress === isEgress)) {
        this.rules.delete(id);
      }
    }
    return answer;
  }

  private whole(rule: ec2.SecurityGroupRule): ec2.SecurityGroupRule {
    const list = this.rules.get(rule.SecurityGroupRuleId!)?.list;
    return list ? { ...rule, PrefixListId: list.PrefixListId, Description: list.Description } : rule;
  }

  private withPrefixLists(group: ec2.SecurityGroup): ec2.SecurityGroup {
    const rules = [...this.rules.values()].filter(({ groupId }) => groupId === group.GroupId);
    const complete = (permissions: ec2.IpPermission[] = [], isEgress: boolean): ec2.IpPermission[] =>
      permissions.map((one) => {
        const lists = rules
          .filter((rule) => rule.isEgress === isEgress && samePorts(rule.permission, one))
          .map(({ list }) => list);
        return { ...one, PrefixListIds: lists };
      });
    return {
      ...group,
      IpPermissions: complete(group.IpPermissions, false),
      IpPermissionsEgress: complete(group.IpPermissionsEgress, true),
    };
  }
}

function samePorts(one: ec2.IpPermission, other: ec2.IpPermission): boolean {
  return one.IpProtocol === other.IpProtocol && one.FromPort === other.FromPort && one.ToPort === other.ToPort;
}
