import type { ResourceRule } from "../rule";

export const iamNoUsers: ResourceRule = {
  id: "iam-no-users",
  title: "Nobody has a lasting password or access key",
  family: "identity",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: [
    "aws:iam/user:User",
    "aws:iam/accessKey:AccessKey",
    "aws:iam/userLoginProfile:UserLoginProfile",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential",
  ],
  controls: { fsbp: ["IAM.2", "IAM.3"], cis: ["1.13"], wellArchitected: ["SEC02-BP02", "SEC02-BP04"] },
  remediation: "Let people in through IAM Identity Center and machines through roles.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
  check(resource, { fail }) {
    fail(`A program should make no ${resource.type.slice(resource.type.lastIndexOf(":") + 1)}.`);
  },
};
