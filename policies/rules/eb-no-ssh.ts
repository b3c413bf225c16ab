import { beanstalkTypes, option, optionSettings } from "../beanstalk";
import { isWorld } from "../security-groups";
import type { ResourceRule } from "../rule";

const namespace = "aws:autoscaling:launchconfiguration";

export const ebNoSsh: ResourceRule = {
  id: "eb-no-ssh",
  title: "Nobody logs in to Beanstalk instances over SSH",
  family: "public-access",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: beanstalkTypes,
  controls: { fsbp: ["EC2.13"], cis: ["5.3"], wellArchitected: ["SEC06-BP03"] },
  remediation: "Remove EC2KeyName and SSHSourceRestriction; reach instances through Session Manager.",
  url: "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager.html",
  check(environment, { fail, attempt }) {
    const key = optionSettings(environment).some((one) => one.namespace === namespace && one.name === "EC2KeyName");
    if (key) fail("EC2KeyName is set, so whoever has that key gets in.");
    attempt(() => {
      // `tcp, 22, 22, 203.0.113.0/24`, or a security group in the place of the range.
      const source = option(environment, namespace, "SSHSourceRestriction")?.split(",").at(-1)?.trim();
      if (source !== undefined && isWorld(source)) fail(`SSHSourceRestriction opens port 22 to ${source}.`);
    });
  },
};
