import { Deferred } from "../read";
import type { StackRule } from "../rule";

export const cloudfrontLogging: StackRule = {
  id: "cloudfront-logging",
  title: "Distributions log who asked for what",
  family: "observability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:cloudfront/distribution:Distribution"],
  controls: { fsbp: ["CloudFront.5"], wellArchitected: ["SEC04-BP01"] },
  remediation:
    "Add a LogDeliverySource of type ACCESS_LOGS for the distribution and a delivery of it, or set loggingConfig.",
  url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html",
  check(distribution, { fail, stack }) {
    if (distribution.read("loggingConfig.bucket").state !== "absent") return;
    const sources = stack.referrers(
      distribution,
      ["aws:cloudwatch/logDeliverySource:LogDeliverySource"],
      "resourceArn",
    );
    if (sources.found.length === 0 && sources.unknown.length > 0) throw new Deferred("resourceArn");
    const source = sources.found.find((one) => one.text("logType") === "ACCESS_LOGS");
    if (!source) return fail("Neither loggingConfig nor a LogDeliverySource exists for the distribution.");
    const deliveries = stack.referrers(source, ["aws:cloudwatch/logDelivery:LogDelivery"], "deliverySourceName");
    if (deliveries.found.length === 0 && deliveries.unknown.length === 0)
      fail("No LogDelivery takes the logs anywhere.");
  },
};
