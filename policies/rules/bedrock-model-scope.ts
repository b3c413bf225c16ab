import { identityDocuments, identityPolicyTypes, matches, statements } from "../policy-document";
import type { ResourceRule } from "../rule";

export const bedrockModelScope: ResourceRule = {
  id: "bedrock-model-scope",
  title: "Models on Bedrock are allowed one by one",
  family: "identity",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: identityPolicyTypes,
  controls: { fsbp: ["IAM.21"], wellArchitected: ["SEC03-BP02"] },
  remediation: "List the ARNs of the foundation models and inference profiles that the application calls.",
  url: "https://docs.aws.amazon.com/bedrock/latest/userguide/security_iam_id-based-policy-examples.html",
  check(resource, { fail, attempt }) {
    for (const { label, path } of identityDocuments(resource)) {
      attempt(() => {
        for (const statement of statements(resource, path) ?? []) {
          attempt(() => {
            if (!statement.allows || !statement.actions.some(invokes)) return;
            if (statement.has("NotResource")) return fail(`${label}, ${statement.sid} allows all models but a few.`);
            const open = statement.resources.find(anyModel);
            if (open) fail(`${label}, ${statement.sid} allows every model (${open}).`);
          });
        }
      });
    }
  },
};

function invokes(action: string): boolean {
  const calls = [
    "bedrock:invokemodel",
    "bedrock:invokemodelwithresponsestream",
    "bedrock:converse",
    "bedrock:conversestream",
  ];
  return action.startsWith("bedrock:") && calls.some((call) => matches(action, call));
}

/** Whether an ARN pattern takes in a model, or a profile, that nobody would name. */
function anyModel(pattern: string): boolean {
  const partition = "arn:aws:bedrock:eu-north-1";
  return [`${partition}::foundation-model/`, `${partition}:123456789012:inference-profile/`].some(
    (prefix) => matches(pattern, `${prefix}anthropic.x`) && matches(pattern, `${prefix}other.y`),
  );
}
