import { serviceOf } from "../facts";
import type { Model, Models } from "./model";

/** The model files by service. Loaded when the program first uses the service. */
const services: Record<string, () => { models: Models }> = {
  accessanalyzer: () => require("./accessanalyzer"),
  acm: () => require("./acm"),
  bedrock: () => require("./bedrock"),
  bedrockmodel: () => require("./bedrockmodel"),
  budgets: () => require("./budgets"),
  chatbot: () => require("./chatbot"),
  cloudfront: () => require("./cloudfront"),
  cloudtrail: () => require("./cloudtrail"),
  cloudwatch: () => require("./cloudwatch"),
  costexplorer: () => require("./costexplorer"),
  dynamodb: () => require("./dynamodb"),
  ec2: () => require("./ec2"),
  elasticache: () => require("./elasticache"),
  elasticbeanstalk: () => require("./elasticbeanstalk"),
  guardduty: () => require("./guardduty"),
  iam: () => require("./iam"),
  kms: () => require("./kms"),
  lambda: () => require("./lambda"),
  lb: () => require("./lb"),
  random: () => require("./random"),
  rds: () => require("./rds"),
  route53: () => require("./route53"),
  s3: () => require("./s3"),
  secretsmanager: () => require("./secretsmanager"),
  sns: () => require("./sns"),
  sqs: () => require("./sqs"),
  ssm: () => require("./ssm"),
  vpc: () => require("./vpc"),
  wafv2: () => require("./wafv2"),
};

/** What a type's service does beyond the facts, or undefined when the facts say everything. */
export function modelOf(type: string): Model | undefined {
  return services[serviceOf(type)]?.().models[type];
}
