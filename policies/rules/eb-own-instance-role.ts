import { beanstalkTypes, option, optionSettings } from "../beanstalk";
import type { ResourceRule } from "../rule";

const shared = /(^|\/)aws-elasticbeanstalk-(ec2-role|service-role)$/;

export const ebOwnInstanceRole: ResourceRule = {
  id: "eb-own-instance-role",
  title: "Beanstalk's instances and service have roles of their own",
  family: "identity",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: beanstalkTypes,
  controls: { wellArchitected: ["SEC03-BP02", "SEC03-BP05"] },
  remediation: "Set IamInstanceProfile and ServiceRole to roles that this program makes.",
  url: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/concepts-roles-instance.html",
  check(environment, { fail, attempt }) {
    for (const [namespace, name] of [
      ["aws:autoscaling:launchconfiguration", "IamInstanceProfile"],
      ["aws:elasticbeanstalk:environment", "ServiceRole"],
    ] as const) {
      attempt(() => {
        const given = optionSettings(environment).find((one) => one.namespace === namespace && one.name === name);
        const known = given && environment.read(given.path);
        if (known?.state === "unknown") return;
        const role = option(environment, namespace, name);
        if (role === undefined) fail(`${name} is not set, so the account's default role may serve several programs.`);
        else if (shared.test(role)) fail(`${name} is the account's shared default role.`);
      });
    }
  },
};
