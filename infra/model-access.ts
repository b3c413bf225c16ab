import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { GEOGRAPHIES, parseModelId, type Geography } from "../catalog/models";
import { Component, type Transform } from "./component";
import { policyJson, type Statement } from "./policy-document";

/** One link of the fallback chain. */
export interface ChainedModel {
  /** Bedrock model or inference profile id, as it is called. */
  readonly id: string;
  /** Calls a minute the application may make; it falls back to the next model beyond that. */
  readonly requestsPerMinute: number;
}

/** Arguments of {@link ModelAccess}. */
export interface ModelAccessArgs {
  /** Region that models are called from. */
  readonly region: string;
  readonly accountId: string;
  readonly policyName: string;
  /** Roles that may call the models. */
  readonly roleNames: readonly pulumi.Input<string>[];
  /** First choice first. */
  readonly chain: readonly ChainedModel[];
  readonly transform?: { readonly policy?: Transform<aws.iam.PolicyArgs> };
}

/** Characters that IAM takes for a managed policy, white space aside. */
const POLICY_LIMIT = 6144;

/** Permission to call exactly the models of a chain, and the chain as the application reads it. No charge by itself. */
export class ModelAccess extends Component<NonNullable<ModelAccessArgs["transform"]>> {
  readonly policyArn: pulumi.Output<string>;
  /** Ids as called, first choice first: the dimension `ModelId` of Bedrock's metrics. */
  readonly modelIds: readonly string[];
  /** The chain as one environment variable, JSON. */
  readonly chainVariable: string;
  readonly nodes: { readonly policy: aws.iam.Policy };

  /** @throws InvalidArgument for an empty chain, one too long for a policy, or a geography Bedrock does not have */
  constructor(name: string, args: ModelAccessArgs, options?: pulumi.ComponentResourceOptions) {
    super("ModelAccess", name, args.transform, options);
    if (args.chain.length === 0) this.refuse("chain", args.chain, "at least one model");
    for (const [index, { id }] of args.chain.entries()) {
      const { geography } = parseModelId(id);
      if (geography !== undefined && !Object.hasOwn(GEOGRAPHIES, geography)) {
        this.refuse(`chain[${index}].id`, id, `a geography of ${Object.keys(GEOGRAPHIES).join(", ")}`);
      }
    }
    const statements = invokeStatements(args);
    const length = JSON.stringify({ Version: "2012-10-17", Statement: statements }).length;
    if (length > POLICY_LIMIT) {
      const allowed = `fewer: their policy has ${length} characters, and IAM takes ${POLICY_LIMIT}`;
      this.refuse("chain", `${args.chain.length} models`, allowed);
    }
    const policy = this.child("policy", aws.iam.Policy, name, {
      name: args.policyName,
      description: "Calls of the models in AI-Prism's chain, and of no others",
      policy: policyJson(statements),
    });
    args.roleNames.forEach((role, index) => {
      new aws.iam.RolePolicyAttachment(`${name}-${index}`, { role, policyArn: policy.arn }, { parent: this });
    });
    this.nodes = { policy };
    this.policyArn = policy.arn;
    this.modelIds = args.chain.map(({ id }) => id);
    this.chainVariable = JSON.stringify(args.chain.map(({ id, requestsPerMinute }) => ({ id, requestsPerMinute })));
    this.registerOutputs({ policyArn: this.policyArn, modelIds: this.modelIds });
  }
}

/**
 * The statements for a chain. A profile needs two: the profile itself, and the models it forwards to, in each region
 * it may forward to and through that profile only.
 */
export function invokeStatements({
  region,
  accountId,
  chain,
}: Pick<ModelAccessArgs, "region" | "accountId" | "chain">): Statement[] {
  const invoke = (resources: string[], condition?: Statement["Condition"]): Statement => ({
    Effect: "Allow",
    Action: ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
    Resource: resources,
    ...(condition && { Condition: condition }),
  });
  return chain.flatMap(({ id }) => {
    const { model, geography } = parseModelId(id);
    const foundationModel = (where: string) => `arn:aws:bedrock:${where}::foundation-model/${model}`;
    if (geography === undefined) return [invoke([foundationModel(region)])];
    const profile = `arn:aws:bedrock:${region}:${accountId}:inference-profile/${id}`;
    const through = { "bedrock:InferenceProfileArn": profile };
    if (geography !== "global") {
      const { destinations } = GEOGRAPHIES[geography as Geography];
      return [invoke([profile]), invoke(destinations.map(foundationModel), { StringEquals: through })];
    }
    return [
      invoke([profile]),
      invoke([foundationModel(region)], { StringEquals: through }),
      // A global call leaves the region's authorization and has none of its own.
      invoke([foundationModel("")], { StringEquals: { ...through, "aws:RequestedRegion": "unspecified" } }),
    ];
  });
}
