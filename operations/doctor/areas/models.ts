import { BedrockRuntimeClient, ConverseCommand } from "@aws-sdk/client-bedrock-runtime";
import { AwsFailure } from "../../aws";
import { type Check, ok, wrong } from "../finding";
import type { World } from "../world";

/**
 * Each model of the chain, by calling it: nothing else shows that it may be called. One token costs a thousandth of a cent.
 */
export function models({ environment, outputs, aws }: World): Check[] {
  const client = aws.client(BedrockRuntimeClient, outputs.regions.home);
  return outputs.models.ids.map((id, index) => ({
    name: `model-${index + 1}`,
    subject: id,
    runbook: "bedrock-throttling.md",
    look: async () => {
      const started = Date.now();
      try {
        await client.send(
          new ConverseCommand({
            modelId: id,
            messages: [{ role: "user", content: [{ text: "ok" }] }],
            inferenceConfig: { maxTokens: 1 },
          }),
        );
      } catch (error) {
        if (!(error instanceof AwsFailure)) throw error;
        // It would have answered: the quota is what is used up, and an alarm watches that.
        if (error.kind === "throttled") return ok("may be called; it is busy at the moment");
        // AWS says the same of credentials that may not call, and of an account that was not let in to the model.
        const notLetIn = error.kind === "denied" && !/not authorized to perform/i.test(error.awsMessage);
        if (notLetIn || /use case details/i.test(error.awsMessage)) {
          return wrong(
            `this account has no access to it: ${error.awsMessage}`,
            "request access in the console of Bedrock, Model access; Claude models need Anthropic's use-case form once",
          );
        }
        if (error.kind === "missing" || error.kind === "refused") {
          return wrong(
            `cannot be called: ${error.awsMessage}`,
            `take it out of ai-prism:models.chain in Pulumi.${environment}.yaml, or put its successor there`,
          );
        }
        throw error;
      }
      return ok(`answers within ${((Date.now() - started) / 1000).toFixed(1)} s`);
    },
  }));
}
