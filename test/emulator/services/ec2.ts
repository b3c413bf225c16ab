import type * as ec2 from "@aws-sdk/client-ec2";
import type { Call, Service } from "../service";

interface PrefixRule {
  readonly groupId: string;
  readonly isEgress: boolean;
  readonly permission: ec2.IpPermission;
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
      if (input.Groups) this.groups.set(input.InstanceId!, input.Groups);
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
    const answer = await call.forward<ec2.AuthorizeSecurityGroupIngressResult>();
    const [permission] = call.input.IpPermissions ?? [];
    const [rule] = answer.SecurityGroupRules ?? [];
    if (permission?.PrefixListIds?.length && rule) {
      this.rules.set(rule.SecurityGroupRuleId!, { groupId: call.input.GroupId!, isEgress, permission });
    }
    return { ...answer, SecurityGroupRules: answer.SecurityGroupRules?.map((one) => this.whole(one)) };
  }

  private whole(rule: ec2.SecurityGroupRule): ec2.SecurityGroupRule {
    const [list] = this.rules.get(rule.SecurityGroupRuleId!)?.permission.PrefixListIds ?? [];
    return list ? { ...rule, PrefixListId: list.PrefixListId, Description: list.Description } : rule;
  }

  private withPrefixLists(group: ec2.SecurityGroup): ec2.SecurityGroup {
    const rules = [...this.rules.values()].filter(({ groupId }) => groupId === group.GroupId);
    const complete = (permissions: ec2.IpPermission[] = [], isEgress: boolean): ec2.IpPermission[] =>
      permissions.map((one) => {
        const lists = rules
          .filter(
            (rule) =>
              rule.isEgress === isEgress &&
              rule.permission.IpProtocol === one.IpProtocol &&
              rule.permission.FromPort === one.FromPort &&
              rule.permission.ToPort === one.ToPort,
          )
          .flatMap(({ permission }) => permission.PrefixListIds ?? []);
        return { ...one, PrefixListIds: lists };
      });
    return {
      ...group,
      IpPermissions: complete(group.IpPermissions, false),
      IpPermissionsEgress: complete(group.IpPermissionsEgress, true),
    };
  }
}
