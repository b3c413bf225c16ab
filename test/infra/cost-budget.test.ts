import assert from "node:assert/strict";
import { CostBudget, type CostBudgetArgs } from "../../infra/cost-budget";
import { runMocked } from "../support/mocks";

const ARGS: CostBudgetArgs = {
  name: "AI-Prism-Monthly",
  monthlyLimitUsd: 2000,
  emails: ["oncall@example.com"],
  topicArn: "arn:aws:sns:us-east-1:111122223333:ai-prism-alerts",
  environmentTag: { key: "Environment", value: "production" },
};
const BUDGET = "aws:budgets/budget:Budget";

const run = (args: Partial<CostBudgetArgs> = {}, preview = false) =>
  runMocked(() => new CostBudget("budget", { ...ARGS, ...args }), { preview });

describe("CostBudget", () => {
  for (const preview of [false, true]) {
    it(`registers one budget ${preview ? "in preview" : "in an update"}`, async () => {
      assert.deepEqual((await run({}, preview)).list(), ["aws:budgets/budget:Budget budget"]);
    });
  }

  it("limits one environment's month, with the models that are billed through the marketplace and carry no tag", async () => {
    const { inputs } = (await run()).one(BUDGET);
    assert.deepEqual([inputs.limitAmount, inputs.limitUnit, inputs.timeUnit], ["2000", "USD", "MONTHLY"]);
    assert.equal(inputs.metrics, "UnblendedCost");
    assert.deepEqual(inputs.filterExpression, {
      ors: [
        { tags: { key: "Environment", values: ["production"] } },
        { dimensions: { key: "BILLING_ENTITY", values: ["AWS Marketplace"] } },
      ],
    });
  });

  it("warns before the limit is reached, at it, and when it will be", async () => {
    const { notifications } = (await run()).one(BUDGET).inputs;
    assert.deepEqual(
      notifications.map((one: Record<string, unknown>) => [one.notificationType, one.threshold]),
      [
        ["ACTUAL", 80],
        ["ACTUAL", 100],
        ["FORECASTED", 100],
      ],
    );
    for (const one of notifications) {
      assert.deepEqual(one.subscriberSnsTopicArns, [ARGS.topicArn]);
      assert.deepEqual(one.subscriberEmailAddresses, ARGS.emails);
    }
  });

  it("applies a transform", async () => {
    assert.equal((await run({ transform: { budget: { limitAmount: "5" } } })).one(BUDGET).inputs.limitAmount, "5");
  });

  it("refuses a limit that is none, and more addresses than a budget takes", async () => {
    await assert.rejects(run({ monthlyLimitUsd: 0 }), {
      message: 'CostBudget "budget": monthlyLimitUsd = 0 is not allowed: more than 0',
    });
    await assert.rejects(run({ emails: Array(11).fill("a@example.com") }), {
      message: 'CostBudget "budget": emails = 11 is not allowed: ten addresses at most',
    });
  });
});
