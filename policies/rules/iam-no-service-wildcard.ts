import { eachAllowed, identityPolicyTypes, statements } from "../policy-document";
import type { Resource } from "../resource";
import type { StackContext, StackRule } from "../rule";

const roleType = ["aws:iam/role:Role"];

export const iamNoServiceWildcard: StackRule = {
  id: "iam-no-service-wildcard",
  title: "What AWS services run as is allowed action by action",
  family: "identity",
  severity: "high",
  enforcement: "mandatory",
  scope: "stack",
  types: identityPolicyTypes,
  controls: { fsbp: ["IAM.21"], wellArchitected: ["SEC03-BP02"] },
  remediation: "List the actions that are needed instead of a whole service.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
  check(policy, context) {
    eachAllowed(policy, context, (statement, label) => {
      // A service named whole; every service at once is for iam-no-admin-star.
      const whole = statement.actions.find((action) => /^[a-z0-9-]+:\*+$/.test(action));
      if (whole !== undefined && !forPeopleOnly(policy, context)) context.fail(`${label} allows ${whole}.`);
    });
  },
};

/**
 * Whether only people or a delivery pipeline act as the roles that a policy belongs to: they come in through a
 * federation, or as principals of an account. What runs in AWS gets by on less.
 */
function forPeopleOnly(policy: Resource, { stack }: StackContext): boolean {
  const roles = rolesOf(policy, stack);
  return roles.length > 0 && roles.every((role) => !assumedByService(role));
}

function rolesOf(policy: Resource, stack: StackContext["stack"]): Resource[] {
  if (policy.type === "aws:iam/role:Role") return [policy];
  if (policy.type === "aws:iam/rolePolicy:RolePolicy") return stack.target(policy, "role", roleType).resources;
  if (policy.type !== "aws:iam/policy:Policy") return [];
  const attachments = stack.referrers(policy, ["aws:iam/rolePolicyAttachment:RolePolicyAttachment"], "policyArn").found;
  return attachments.flatMap((attachment) => stack.target(attachment, "role", roleType).resources);
}

/** @throws Deferred */
function assumedByService(role: Resource): boolean {
  const document = statements(role, "assumeRolePolicy") ?? [];
  return document.some((statement) => statement.allows && statement.principals.some(({ kind }) => kind === "Service"));
}
