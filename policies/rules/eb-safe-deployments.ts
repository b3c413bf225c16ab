import { beanstalkTypes, option } from "../beanstalk";
import { singleZoneStacks, type ResourceRule } from "../rule";

export const ebSafeDeployments: ResourceRule = {
  id: "eb-safe-deployments",
  title: "A bad release does not take the environment down",
  family: "availability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: beanstalkTypes,
  controls: { wellArchitected: ["OPS06-BP03", "REL08-BP04"] },
  remediation: 'Set aws:elasticbeanstalk:command DeploymentPolicy to "Immutable" or "RollingWithAdditionalBatch".',
  url: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html",
  parameters: { singleZoneStacks },
  check(environment, { fail, parameter }) {
    if (parameter<string[]>("singleZoneStacks").includes(environment.stack)) return;
    const policy = option(environment, "aws:elasticbeanstalk:command", "DeploymentPolicy") ?? "AllAtOnce";
    if (policy === "AllAtOnce")
      fail("DeploymentPolicy is AllAtOnce: a release that fails leaves no instance that works.");
  },
};
