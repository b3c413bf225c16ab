import { beanstalkTypes, option } from "../beanstalk";
import type { ResourceRule } from "../rule";

export const ebEnhancedHealth: ResourceRule = {
  id: "eb-enhanced-health",
  title: "Beanstalk reports enhanced health",
  family: "observability",
  severity: "low",
  enforcement: "mandatory",
  scope: "resource",
  types: beanstalkTypes,
  controls: { fsbp: ["ElasticBeanstalk.1"], wellArchitected: ["REL06-BP01"] },
  remediation: 'Set aws:elasticbeanstalk:healthreporting:system SystemType to "enhanced".',
  url: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced.html",
  check(environment, { fail }) {
    const type = option(environment, "aws:elasticbeanstalk:healthreporting:system", "SystemType") ?? "basic";
    if (type !== "enhanced") fail(`SystemType is "${type}".`);
  },
};
