import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type Transform } from "./component";

/** Arguments of {@link CostBudget}. */
export interface CostBudgetArgs {
  readonly name: string;
  readonly monthlyLimitUsd: number;
  /** Ten at most. */
  readonly emails: readonly string[];
  /** Topic that budgets may publish to. */
  readonly topicArn: pulumi.Input<string>;
  /** Cost allocation tag that tells this environment's costs apart; has to be activated in the billing console once. */
  readonly environmentTag: { readonly key: string; readonly value: string };
  readonly transform?: { readonly budget?: Transform<aws.budgets.BudgetArgs> };
}

/** At which shares of the limit somebody hears: of what was spent, and of what the month will come to. */
const NOTIFY_AT = [
  { notificationType: "ACTUAL", threshold: 80 },
  { notificationType: "ACTUAL", threshold: 100 },
  { notificationType: "FORECASTED", threshold: 100 },
] as const;

/**
 * A monthly limit for one environment, with a warning before it is reached: what carries the environment's tag, and
 * everything bought through AWS Marketplace. Claude models are billed there, not as Amazon Bedrock, and a call of a shared
 * inference profile carries no tag; environments that share an account each count all of it. No charge for the first two.
 */
export class CostBudget extends Component<NonNullable<CostBudgetArgs["transform"]>> {
  readonly budgetName: string;
  readonly nodes: { readonly budget: aws.budgets.Budget };

  /** @throws InvalidArgument for a limit that is none, or more addresses than a budget takes */
  constructor(name: string, args: CostBudgetArgs, options?: pulumi.ComponentResourceOptions) {
    super("CostBudget", name, args.transform, options);
    if (!(args.monthlyLimitUsd > 0)) this.refuse("monthlyLimitUsd", args.monthlyLimitUsd, "more than 0");
    if (args.emails.length > 10) this.refuse("emails", args.emails.length, "ten addresses at most");
    const budget = this.child("budget", aws.budgets.Budget, name, {
      name: args.name,
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: String(args.monthlyLimitUsd),
      limitUnit: "USD",
      metrics: "UnblendedCost",
      filterExpression: {
        ors: [
          { tags: { key: args.environmentTag.key, values: [args.environmentTag.value] } },
          { dimensions: { key: "BILLING_ENTITY", values: ["AWS Marketplace"] } },
        ],
      },
      notifications: NOTIFY_AT.map((notification) => ({
        ...notification,
        comparisonOperator: "GREATER_THAN",
        thresholdType: "PERCENTAGE",
        subscriberEmailAddresses: [...args.emails],
        subscriberSnsTopicArns: [args.topicArn],
      })),
    });
    this.nodes = { budget };
    this.budgetName = args.name;
    this.registerOutputs({ budgetName: this.budgetName });
  }
}
