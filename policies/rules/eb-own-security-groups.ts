import { beanstalkTypes, option, optionSettings } from "../beanstalk";
import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const ebOwnSecurityGroups: ResourceRule = {
  id: "eb-own-security-groups",
  title: "Beanstalk uses the program's security groups",
  family: "network",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: beanstalkTypes,
  controls: { fsbp: ["EC2.18"], wellArchitected: ["SEC05-BP02"] },
  remediation:
    'Set SecurityGroups and ManagedSecurityGroup of aws:elbv2:loadbalancer, SecurityGroups of aws:autoscaling:launchconfiguration, and DisableDefaultEC2SecurityGroup to "true".',
  url: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.managing.ec2.html",
  check(environment, { fail, attempt }) {
    const launch = "aws:autoscaling:launchconfiguration";
    // A group whose id is not known yet is a group all the same.
    const given = (namespace: string, name: string) =>
      optionSettings(environment).some((one) => one.namespace === namespace && one.name === name) ||
      option(environment, namespace, name) !== undefined;
    attempt(() => {
      if (!given(launch, "SecurityGroups")) fail("Instances have no SecurityGroups of the program's.");
    });
    attempt(() => {
      if (!isTrue(option(environment, launch, "DisableDefaultEC2SecurityGroup"))) {
        fail('DisableDefaultEC2SecurityGroup is not "true", so Beanstalk adds a group of its own to the instances.');
      }
    });
    attempt(() => {
      const type = option(environment, "aws:elasticbeanstalk:environment", "EnvironmentType");
      if (type === "SingleInstance" || environment.text("tier") === "Worker") return;
      for (const name of ["SecurityGroups", "ManagedSecurityGroup"]) {
        if (given("aws:elbv2:loadbalancer", name)) continue;
        fail(`${name} of the load balancer is not set, so Beanstalk makes a group that is open to the world.`);
      }
    });
  },
};
