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
  parameters: {
    allowedModels: {
      type: "array",
      items: { type: "string" },
      description:
        "Ids of models that may be called, with * for any text and without a geography; any where it is empty.",
      default: [],
    },
    requireGuardrail: {
      type: "boolean",
      description: "Whether calls have to name a guardrail, by a condition on bedrock:GuardrailIdentifier.",
      default: false,
    },
  },
  check(resource, { fail, attempt, parameter }) {
    for (const { label, path } of identityDocuments(resource)) {
      attempt(() => {
        for (const statement of statements(resource, path) ?? []) {
          attempt(() => {
            if (!statement.allows || !statement.actions.some(invokes)) return;
            if (statement.has("NotResource")) return fail(`${label}, ${statement.sid} allows all models but a few.`);
            const open = statement.resources.find(anyModel);
            if (open) return fail(`${label}, ${statement.sid} allows every model (${open}).`);
            const allowed = parameter<string[]>("allowedModels");
            const other = statement.resources.map(modelIn).find((id) => id && !allowed.some((one) => matches(one, id)));
            const guarded = statement.conditions.some(({ key }) => key === "bedrock:guardrailidentifier");
            if (parameter<boolean>("requireGuardrail") && !guarded) {
              fail(`${label}, ${statement.sid} allows calls without a guardrail.`);
            }
            if (allowed.length > 0 && other) fail(`${label}, ${statement.sid} allows ${other}.`);
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

/** The id of the model or profile that an ARN names, without the geography of a profile. */
function modelIn(arn: string): string | undefined {
  return /^arn:[^:]*:bedrock:.*:(?:foundation-model|inference-profile)\/(?:(?:global|eu|us|us-gov|apac|jp|au|ca)\.)?(.+)$/.exec(
    arn,
  )?.[1];
}
