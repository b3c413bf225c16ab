import { beanstalkTypes, option } from "../beanstalk";
import { singleZoneStacks, type ResourceRule } from "../rule";

export const ebMinInstances: ResourceRule = {
  id: "eb-min-instances",
  title: "Beanstalk survives the loss of an instance and of a zone",
  family: "availability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: beanstalkTypes,
  controls: { fsbp: ["AutoScaling.2"], wellArchitected: ["REL10-BP01", "REL11-BP02"] },
  remediation: 'Set aws:autoscaling:asg MinSize to 2 or more and Availability Zones to "Any 2" or more.',
  url: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.managing.as.html",
  parameters: { singleZoneStacks },
  check(environment, { fail, attempt, parameter }) {
    if (parameter<string[]>("singleZoneStacks").includes(environment.stack)) return;
    attempt(() => {
      const type = option(environment, "aws:elasticbeanstalk:environment", "EnvironmentType");
      if (type === "SingleInstance") fail("EnvironmentType is SingleInstance.");
    });
    attempt(() => {
      const least = Number(option(environment, "aws:autoscaling:asg", "MinSize") ?? 1);
      if (least < 2) fail(`MinSize is ${least}.`);
    });
    attempt(() => {
      if (option(environment, "aws:autoscaling:asg", "Availability Zones") === "Any 1") {
        fail('Availability Zones is "Any 1".');
      }
    });
  },
};
