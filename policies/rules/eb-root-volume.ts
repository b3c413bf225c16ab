import { beanstalkTypes, option } from "../beanstalk";
import type { ResourceRule } from "../rule";

const launch = "aws:autoscaling:launchconfiguration";

export const ebRootVolume: ResourceRule = {
  id: "eb-root-volume",
  title: "Beanstalk instances have current disks, encrypted by the account",
  family: "encryption",
  severity: "low",
  enforcement: "advisory",
  scope: "resource",
  types: beanstalkTypes,
  controls: { fsbp: ["EC2.7"], wellArchitected: ["SEC08-BP02", "COST06-BP03"] },
  remediation:
    'Set RootVolumeType to "gp3" and leave BlockDeviceMappings out; EBS encryption by default covers the root volume.',
  url: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html",
  check(environment, { fail, attempt }) {
    attempt(() => {
      const type = option(environment, launch, "RootVolumeType");
      if (type !== undefined && !/^(gp3|io1|io2)$/.test(type)) fail(`RootVolumeType is "${type}".`);
    });
    attempt(() => {
      // A snapshot that was made unencrypted and shared stays what it was elsewhere.
      const mapping = option(environment, launch, "BlockDeviceMappings");
      if (mapping !== undefined && /=snap-/.test(mapping)) {
        fail("BlockDeviceMappings starts from a snapshot, whose encryption nobody here can see.");
      }
    });
  },
};
