import { beanstalkTypes, option } from "../beanstalk";
import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const ebLoadBalancerLogs: ResourceRule = {
  id: "eb-load-balancer-logs",
  title: "Beanstalk's load balancer logs its requests",
  family: "observability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: beanstalkTypes,
  controls: { fsbp: ["ELB.5"], wellArchitected: ["SEC04-BP01"] },
  remediation: 'Set aws:elbv2:loadbalancer AccessLogsS3Enabled to "true" and AccessLogsS3Bucket to a log bucket.',
  url: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-cfg-alb.html",
  check(environment, { fail }) {
    const type = option(environment, "aws:elasticbeanstalk:environment", "EnvironmentType");
    if (type === "SingleInstance" || environment.text("tier") === "Worker") return;
    if (!isTrue(option(environment, "aws:elbv2:loadbalancer", "AccessLogsS3Enabled"))) {
      fail('AccessLogsS3Enabled is not "true".');
    }
  },
};
