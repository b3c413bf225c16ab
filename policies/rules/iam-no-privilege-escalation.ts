import { eachAllowed, identityPolicyTypes, matches } from "../policy-document";
import type { ResourceRule } from "../rule";

/** Actions with which whoever has them on any principal makes himself an administrator. */
const escalating = [
  "iam:createpolicyversion",
  "iam:setdefaultpolicyversion",
  "iam:attachuserpolicy",
  "iam:attachgrouppolicy",
  "iam:attachrolepolicy",
  "iam:putuserpolicy",
  "iam:putgrouppolicy",
  "iam:putrolepolicy",
  "iam:addusertogroup",
  "iam:updateassumerolepolicy",
  "iam:createaccesskey",
  "iam:createloginprofile",
  "iam:updateloginprofile",
  "iam:deleterolepermissionsboundary",
  "iam:deleteuserpermissionsboundary",
];

export const iamNoPrivilegeEscalation: ResourceRule = {
  id: "iam-no-privilege-escalation",
  title: "Nobody can give himself more than he has",
  family: "identity",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: identityPolicyTypes,
  controls: { fsbp: ["IAM.1"], wellArchitected: ["SEC03-BP02", "SEC03-BP05"] },
  remediation:
    "Name the roles and policies that may be changed; let iam:PassRole name roles and, in iam:PassedToService, who takes them.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
  check(policy, context) {
    eachAllowed(policy, context, (statement, label) => {
      const everywhere = statement.resources.find((resource) =>
        /^(\*|arn:aws[a-z-]*:iam::(\d{12}|\*):(role|user|policy|group)?\/?\*)$/.test(resource),
      );
      if (everywhere === undefined || statement.actions.some((action) => /^\*+(:\*+)?$/.test(action))) return;
      const keys = statement.conditions.map(({ key }) => key);
      const grants = (wanted: string) => statement.actions.some((action) => matches(action, wanted));
      const found = escalating.find(grants);
      if (found !== undefined && !keys.includes("iam:permissionsboundary")) {
        context.fail(`${label} allows ${found} on ${everywhere}.`);
      }
      if (grants("iam:passrole") && !keys.includes("iam:passedtoservice")) {
        context.fail(`${label} allows iam:passrole of every role to every service.`);
      }
    });
  },
};
