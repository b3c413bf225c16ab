import { isUnknown } from "../read";
import type { ResourceRule } from "../rule";

export const iamNoBroadManagedPolicy: ResourceRule = {
  id: "iam-no-broad-managed-policy",
  title: "No policy of AWS's that allows a whole service or more",
  family: "identity",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: [
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/role:Role",
  ],
  controls: { fsbp: ["IAM.1"], cis: ["1.15"], wellArchitected: ["SEC03-BP02"] },
  remediation: "Write a policy of your own that lists what is needed, or name the policy in allowedPolicies.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html",
  parameters: {
    allowedPolicies: {
      type: "array",
      items: { type: "string" },
      description: "Names of managed policies that may be attached although they are broad.",
      default: [],
    },
  },
  check(resource, { fail, attempt, parameter }) {
    const broad =
      /(^|\/)(AdministratorAccess(-[\w-]+)?|PowerUserAccess|IAMFullAccess|SystemAdministrator|DatabaseAdministrator|AWSElasticBeanstalk(WebTier|WorkerTier|MulticontainerDocker)|\w*FullAccess(V2)?)$/;
    attempt(() => {
      const lists = [...resource.list("policyArn"), ...resource.list("managedPolicyArns")].filter(
        (one) => !isUnknown(one),
      );
      for (const arn of lists.map(String)) {
        // A customer's own policies carry an account id and are judged by their documents.
        const name = arn.slice(arn.lastIndexOf("/") + 1);
        if (
          /^arn:aws[a-z-]*:iam::aws:policy\//.test(arn) &&
          broad.test(arn) &&
          !parameter<string[]>("allowedPolicies").includes(name)
        ) {
          fail(`The managed policy ${name} is attached.`);
        }
      }
    });
  },
};
