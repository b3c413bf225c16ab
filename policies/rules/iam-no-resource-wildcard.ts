import { eachAllowed, identityPolicyTypes, matches } from "../policy-document";
import type { ResourceRule } from "../rule";

/** Actions that change something and can be given on no single resource. */
const withoutResource = [
  "cloudwatch:putmetricdata",
  "xray:put*",
  "ec2messages:*",
  "ssmmessages:*",
  "ssm:updateinstanceinformation",
  "elasticbeanstalk:putinstancestatistics",
  "logs:createloggroup",
  "ecr:getauthorizationtoken",
  "cloudformation:validatetemplate",
];

export const iamNoResourceWildcard: ResourceRule = {
  id: "iam-no-resource-wildcard",
  title: "Writing actions are allowed on named resources",
  family: "identity",
  severity: "high",
  enforcement: "advisory",
  scope: "resource",
  types: identityPolicyTypes,
  controls: { wellArchitected: ["SEC03-BP02"] },
  remediation: "Name the resources, or narrow the statement by a condition.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html",
  check(policy, context) {
    eachAllowed(policy, context, (statement, label) => {
      if (!statement.resources.includes("*") || statement.conditions.length > 0) return;
      const writing = statement.actions.filter(
        (action) => !reads(action) && !withoutResource.some((one) => matches(one, action)),
      );
      // Whole services are for other rules to name.
      const named = writing.find((action) => !/^(\*|[a-z0-9-]+:\*)$/.test(action));
      if (named !== undefined) context.fail(`${label} allows ${named} on every resource.`);
    });
  },
};

function reads(action: string): boolean {
  return /:(get|list|describe|batchget|head|lookup|search|view|check|filter|startquery|stopquery|testmetricfilter)/.test(
    action,
  );
}
