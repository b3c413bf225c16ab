import { beanstalkTypes, option } from "../beanstalk";
import { matches } from "../policy-document";
import type { ResourceRule } from "../rule";

export const instanceClassLimits: ResourceRule = {
  id: "instance-class-limits",
  title: "Machines are no larger and no more than agreed",
  family: "cost",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: [...beanstalkTypes, "aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup"],
  controls: { wellArchitected: ["COST06-BP03", "COST02-BP02"] },
  remediation:
    "Take a listed class, or add the class to allowedClasses and the number to maxInstances once somebody agreed to pay.",
  url: "https://docs.aws.amazon.com/wellarchitected/latest/cost-optimization-pillar/cost_type_size_number_resources_data.html",
  parameters: {
    allowedClasses: {
      type: "array",
      items: { type: "string" },
      description: "Sizes that may be used, with * for any text; classes of RDS and ElastiCache carry their prefix.",
      default: ["*.nano", "*.micro", "*.small", "*.medium", "*.large", "*.xlarge"],
    },
    maxInstances: { type: "integer", minimum: 1, description: "Most instances of one fleet.", default: 20 },
    maxStorageGib: { type: "integer", minimum: 20, description: "Most storage of one database.", default: 500 },
  },
  check(resource, { fail, attempt, parameter }) {
    const judge = (place: string, value: string | undefined) => {
      if (value === undefined) return;
      for (const one of value.split(",").map((part) => part.trim())) {
        const allowed = parameter<string[]>("allowedClasses").some((pattern) => matches(pattern, one));
        if (!allowed) fail(`${place} is "${one}", which allowedClasses does not list.`);
      }
    };
    attempt(() => judge("instanceClass", resource.text("instanceClass")));
    attempt(() => judge("nodeType", resource.text("nodeType")));
    attempt(() => {
      const storage = Number(resource.value("maxAllocatedStorage") ?? resource.value("allocatedStorage") ?? 0);
      const most = parameter<number>("maxStorageGib");
      if (storage > most) fail(`Storage may grow to ${storage} GiB, more than ${most}.`);
    });
    if (!beanstalkTypes.includes(resource.type as never)) return;
    attempt(() => judge("InstanceTypes", option(resource, "aws:ec2:instances", "InstanceTypes")));
    attempt(() => judge("InstanceType", option(resource, "aws:autoscaling:launchconfiguration", "InstanceType")));
    attempt(() => {
      const most = parameter<number>("maxInstances");
      const size = Number(option(resource, "aws:autoscaling:asg", "MaxSize") ?? 4);
      if (size > most) fail(`MaxSize is ${size}, more than ${most}.`);
    });
  },
};
