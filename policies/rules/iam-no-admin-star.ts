import { identityDocuments, identityPolicyTypes, statements } from "../policy-document";
import type { ResourceRule } from "../rule";

export const iamNoAdminStar: ResourceRule = {
  id: "iam-no-admin-star",
  title: "No policy allows every action",
  family: "identity",
  severity: "critical",
  enforcement: "mandatory",
  scope: "resource",
  types: identityPolicyTypes,
  controls: { fsbp: ["IAM.1"], cis: ["1.15"], wellArchitected: ["SEC03-BP02"] },
  remediation: "List the actions that are needed, on the resources they are needed for.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
  check(resource, { fail, attempt }) {
    for (const { label, path } of identityDocuments(resource)) {
      attempt(() => {
        const document = statements(resource, path);
        if (!document) return fail(`${label} is not a JSON document.`);
        for (const statement of document) {
          attempt(() => {
            if (!statement.allows) return;
            if (statement.has("NotAction"))
              fail(`${label}, ${statement.sid} allows every action but a few (NotAction).`);
            else if (statement.actions.some((action) => /^\*+(:\*+)?$/.test(action))) {
              fail(`${label}, ${statement.sid} allows every action.`);
            }
          });
        }
      });
    }
  },
};
