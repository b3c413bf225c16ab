import { DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import type * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Inside } from "../inside";
import type { Call, Service } from "../service";
import type { ElasticBeanstalk } from "./elastic-beanstalk";

/** Load balancers: the emulator's, with their VPC, and with targets as well as the instances behind them are. */
export class LoadBalancing implements Service {
  readonly name = "elbv2";
  private readonly vpcs = new Map<string, string>();

  constructor(
    private readonly inside: Inside,
    private readonly beanstalk: ElasticBeanstalk,
  ) {}

  readonly answers = {
    DescribeLoadBalancers: async (
      call: Call<elb.DescribeLoadBalancersInput>,
    ): Promise<elb.DescribeLoadBalancersOutput> => {
      const answer = await call.forward<elb.DescribeLoadBalancersOutput>();
      const balancers = answer.LoadBalancers?.map(async (one) => ({ ...one, VpcId: await this.vpcOf(one, call) }));
      return { ...answer, LoadBalancers: balancers && (await Promise.all(balancers)) };
    },

    DescribeTargetHealth: async (
      call: Call<elb.DescribeTargetHealthInput>,
    ): Promise<elb.DescribeTargetHealthOutput> => {
      const { TargetHealthDescriptions } = await call.forward<elb.DescribeTargetHealthOutput>();
      const instances = this.beanstalk.environments.flatMap((one) => one.instances);
      return {
        TargetHealthDescriptions: TargetHealthDescriptions?.map((target) => {
          const instance = instances.find(({ id }) => id === target.Target!.Id);
          if (!instance || (instance.health !== "Severe" && instance.health !== "NoData")) return target;
          return {
            ...target,
            TargetHealth: {
              State: "unhealthy",
              Reason: "Target.FailedHealthChecks",
              Description: "Health checks failed",
            },
          };
        }),
      };
    },
  };

  private async vpcOf(
    { LoadBalancerArn: arn, AvailabilityZones: zones = [] }: elb.LoadBalancer,
    { region, account }: Pick<Call, "region" | "account">,
  ): Promise<string> {
    const known = this.vpcs.get(arn!);
    if (known) return known;
    const { Subnets: [subnet] = [] } = await this.inside(EC2Client, region, account).send(
      new DescribeSubnetsCommand({ SubnetIds: zones.map(({ SubnetId }) => SubnetId!) }),
    );
    this.vpcs.set(arn!, subnet!.VpcId!);
    return subnet!.VpcId!;
  }
}
