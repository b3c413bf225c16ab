import type * as bedrock from "@aws-sdk/client-bedrock";
import type * as runtime from "@aws-sdk/client-bedrock-runtime";
import { GEOGRAPHIES, MODELS, parseModelId } from "../../../catalog/models";
import { type Call, type Service, AwsError } from "../service";

/** How a model stands with the account. */
export type ModelState =
  | "invocable"
  /** Anthropic's use-case form has not been sent. */
  | "form missing"
  /** Nobody accepted the agreement. */
  | "not granted"
  /** Too many calls, or tokens. */
  | "throttled"
  /** Bedrock has trouble of its own. */
  | "unavailable"
  /** It answers when a test lets it, see {@link Bedrock.hold}. */
  | "held";

/** Bedrock's models: which there are, from where they can be called, and what each has to say. */
export class Bedrock {
  private readonly states = new Map<string, ModelState>();
  private waiting: (() => void)[] = [];
  /** Every call of a model that was let in, in order. */
  readonly calls: { readonly modelId: string; readonly document?: string }[] = [];

  /** Changes how a model, without a geography, stands with the account. */
  set(model: string, state: ModelState): void {
    this.states.set(parseModelId(model).model, state);
    if (state !== "held") {
      for (const answer of this.waiting.splice(0)) answer();
    }
  }

  readonly control: Service = {
    name: "bedrock",
    answers: {
      GetFoundationModelAvailability: ({
        input,
        region,
      }: Call<bedrock.GetFoundationModelAvailabilityRequest>): bedrock.GetFoundationModelAvailabilityResponse => {
        const modelId = input.modelId!;
        this.known(modelId);
        const state = this.state(modelId);
        return {
          modelId,
          agreementAvailability: { status: state === "not granted" ? "NOT_AVAILABLE" : "AVAILABLE" },
          authorizationStatus: state === "form missing" ? "NOT_AUTHORIZED" : "AUTHORIZED",
          entitlementAvailability: state === "not granted" ? "NOT_AVAILABLE" : "AVAILABLE",
          regionAvailability: reachable(modelId, region) ? "AVAILABLE" : "NOT_AVAILABLE",
        };
      },
    },
  };

  readonly runtime: Service = {
    name: "bedrock-runtime",
    answers: {
      Converse: async ({ input, region }: Call<runtime.ConverseRequest>): Promise<runtime.ConverseResponse> => {
        const modelId = decodeURIComponent(input.modelId!);
        this.known(modelId);
        if (!reachable(modelId, region))
          throw new AwsError("ValidationException", "The provided model identifier is invalid.");
        await this.admit(modelId);
        const content = input.messages?.[0]?.content ?? [];
        const bytes = content.find((part) => part.document)?.document?.source?.bytes;
        const document = bytes && Buffer.from(bytes).toString();
        this.calls.push({ modelId, document });
        return {
          output: {
            message: {
              role: "assistant",
              content: [{ text: document === undefined ? "ok" : `review of: ${document}` }],
            },
          },
          stopReason: "end_turn",
          usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
          metrics: { latencyMs: 1 },
        };
      },
    },
  };

  private state(modelId: string): ModelState {
    return this.states.get(parseModelId(modelId).model) ?? "invocable";
  }

  private known(modelId: string): void {
    const facts = MODELS[parseModelId(modelId).model];
    if (!facts) throw new AwsError("ValidationException", "The provided model identifier is invalid.");
    if (facts.endOfLife && facts.endOfLife <= new Date().toISOString()) {
      throw new AwsError("ResourceNotFoundException", "This model version has reached the end of its life.");
    }
  }

  /** Lets a call of a model pass, or says why not. */
  private async admit(modelId: string): Promise<void> {
    const state = this.state(modelId);
    switch (state) {
      case "invocable":
        return;
      case "form missing":
        throw new AwsError(
          "ResourceNotFoundException",
          "Model use case details have not been submitted for this account. Fill out the Anthropic use case details form before using the model.",
        );
      case "not granted":
        throw new AwsError("AccessDeniedException", "You don't have access to the model with the specified model ID.");
      case "throttled":
        throw new AwsError("ThrottlingException", "Too many requests, please wait before trying again.");
      case "unavailable":
        throw new AwsError("ServiceUnavailableException", "Bedrock is unable to process your request.");
      case "held":
        await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }
}

/** Whether a model id, with or without a geography, can be called from a region. */
function reachable(modelId: string, region: string): boolean {
  const { model, geography } = parseModelId(modelId);
  const facts = MODELS[model];
  if (!facts) return false;
  if (geography === undefined) return (facts.inRegion as readonly string[]).includes(region);
  const known = Object.entries(GEOGRAPHIES).find(([name]) => name === geography);
  if (!known || !(facts.geographies as readonly string[]).includes(geography)) return false;
  const { sources } = known[1];
  return sources.includes("*") || sources.includes(region);
}
