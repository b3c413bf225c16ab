import { beanstalkTypes, option, optionSettings } from "../beanstalk";
import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const ebInstancesPrivate: ResourceRule = {
  id: "eb-instances-private",
  title: "Beanstalk instances have no public address",
  family: "public-access",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: beanstalkTypes,
  controls: { fsbp: ["EC2.9"], wellArchitected: ["SEC05-BP01"] },
  remediation: 'Set aws:ec2:vpc VPCId and private Subnets, and AssociatePublicIpAddress to "false".',
  url: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/vpc.html",
  check(environment, { fail, attempt }) {
    attempt(() => {
      if (isTrue(option(environment, "aws:ec2:vpc", "AssociatePublicIpAddress"))) {
        fail('AssociatePublicIpAddress is "true".');
      }
    });
    // A VPC whose id is not known yet is a named VPC all the same.
    const named = optionSettings(environment).some((one) => one.namespace === "aws:ec2:vpc" && one.name === "VPCId");
    if (!named && option(environment, "aws:ec2:vpc", "VPCId") === undefined) {
      fail("VPCId is not set, so instances run in the default VPC with public addresses.");
    }
  },
};
