import type { StackRule } from "../rule";

/** Properties with which a role claims all its policies, and what would be removed again by them. */
const claims: Record<string, readonly string[]> = {
  managedPolicyArns: ["aws:iam/rolePolicyAttachment:RolePolicyAttachment"],
  inlinePolicies: ["aws:iam/rolePolicy:RolePolicy"],
};

export const iamRoleNoPolicyConflicts: StackRule = {
  id: "iam-role-no-policy-conflicts",
  title: "A role's policies are managed in one way",
  family: "identity",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:iam/role:Role"],
  controls: { wellArchitected: ["OPS05-BP04"] },
  remediation:
    "Give the role its policies as resources of their own, and leave managedPolicyArns and inlinePolicies out.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-attach-detach.html",
  check(role, { fail, attempt, stack }) {
    for (const [property, types] of Object.entries(claims)) {
      attempt(() => {
        // AWS reports policies that other resources attached in the same property.
        if (!role.gives(property) || role.list(property).length === 0) return;
        const [first] = stack.referrers(role, types, "role").found;
        if (first) fail(`${property} is set, and "${first.name}" adds to it: each deployment undoes the other.`);
      });
    }
  },
};
