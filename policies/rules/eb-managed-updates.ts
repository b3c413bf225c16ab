import { beanstalkTypes, option } from "../beanstalk";
import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const ebManagedUpdates: ResourceRule = {
  id: "eb-managed-updates",
  title: "Beanstalk updates its platform by itself",
  family: "data-safety",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: beanstalkTypes,
  controls: { fsbp: ["ElasticBeanstalk.2"], wellArchitected: ["SEC06-BP01"] },
  remediation: 'Set ManagedActionsEnabled to "true" with a PreferredStartTime, and UpdateLevel to "minor".',
  url: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-platform-update-managed.html",
  check(environment, { fail, attempt }) {
    attempt(() => {
      const enabled = option(environment, "aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled");
      if (!isTrue(enabled)) fail('ManagedActionsEnabled is not "true".');
    });
    attempt(() => {
      const level = option(environment, "aws:elasticbeanstalk:managedactions:platformupdate", "UpdateLevel");
      if (level === undefined) fail("UpdateLevel is not set, which Beanstalk asks for.");
    });
  },
};
