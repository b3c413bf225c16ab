import { beanstalkTypes, option } from "../beanstalk";
import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const ebImdsv2Only: ResourceRule = {
  id: "eb-imdsv2-only",
  title: "Beanstalk instances answer IMDSv2 only",
  family: "public-access",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: beanstalkTypes,
  controls: { fsbp: ["EC2.8"], cis: ["5.7"], wellArchitected: ["SEC06-BP02"] },
  remediation: 'Set aws:autoscaling:launchconfiguration DisableIMDSv1 to "true".',
  url: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-cfg-ec2-imds.html",
  check(environment, { fail }) {
    const disabled = option(environment, "aws:autoscaling:launchconfiguration", "DisableIMDSv1");
    // Left out, platforms on Amazon Linux 2023 disable it and older ones do not.
    const platform = environment.text("solutionStackName") ?? environment.text("platformArn") ?? "";
    if (disabled === undefined && platform.includes("Amazon Linux 2023")) return;
    if (!isTrue(disabled)) fail('DisableIMDSv1 is not "true", so instances hand out credentials to a plain GET.');
  },
};
