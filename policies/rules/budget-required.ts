import { need, needList, read } from "../read";
import type { StackRule } from "../rule";

const budgetType = "aws:budgets/budget:Budget";

export const budgetRequired: StackRule = {
  id: "budget-required",
  title: "Somebody hears before the money is gone",
  family: "cost",
  severity: "medium",
  enforcement: "advisory",
  scope: "stack",
  types: [budgetType, "aws:elasticbeanstalk/environment:Environment", "aws:rds/instance:Instance"],
  controls: { wellArchitected: ["COST02-BP05", "COST03-BP06"] },
  remediation: "Add a Budget whose notifications name an e-mail address or a topic, one of them for what is forecast.",
  url: "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html",
  check(resource, { fail, attempt, stack }) {
    if (resource.type !== budgetType) {
      if (stack.ofType([budgetType]).length === 0) fail("No Budget exists in the stack.");
      return;
    }
    const notifications = resource.list("notifications");
    if (notifications.length === 0) return fail("The budget has no notifications.");
    for (const [index, notification] of notifications.entries()) {
      attempt(() => {
        // A list that is not known yet is somebody all the same.
        const told = ["subscriberEmailAddresses", "subscriberSnsTopicArns"].some((field) => {
          const list = read(notification, field);
          return list.state === "unknown" || needList(notification, field).length > 0;
        });
        if (!told) fail(`notifications[${index}] tells nobody.`);
      });
      attempt(() => {
        const percent = String(need(notification, "thresholdType")) === "PERCENTAGE";
        const threshold = Number(need(notification, "threshold"));
        if (percent && threshold > 100) fail(`notifications[${index}] waits until ${threshold} % are spent.`);
      });
    }
  },
};
