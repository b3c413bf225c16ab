import { Deferred } from "../read";
import type { StackRule } from "../rule";

export const vpcRequiredEndpoints: StackRule = {
  id: "vpc-required-endpoints",
  title: "What instances send to AWS stays inside AWS where that is asked for",
  family: "network",
  severity: "low",
  enforcement: "advisory",
  scope: "stack",
  types: ["aws:ec2/vpc:Vpc"],
  controls: { fsbp: ["EC2.57"], wellArchitected: ["SEC05-BP01", "COST08-BP02"] },
  remediation:
    "Add a VpcEndpoint for the service: the gateway endpoint of S3 is free and saves the NAT gateway's charge.",
  url: "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html",
  parameters: {
    services: {
      type: "array",
      items: { type: "string" },
      description: "Services that every VPC has an endpoint for, e.g. secretsmanager or bedrock-runtime.",
      default: ["s3"],
    },
  },
  check(vpc, { fail, parameter, stack }) {
    const { found, unknown } = stack.referrers(vpc, ["aws:ec2/vpcEndpoint:VpcEndpoint"], "vpcId");
    if (found.length === 0 && unknown.length > 0) throw new Deferred("vpcId");
    const names = found.map((endpoint) => endpoint.text("serviceName") ?? "");
    for (const service of parameter<string[]>("services")) {
      if (!names.some((name) => name.endsWith(`.${service}`))) fail(`No VpcEndpoint exists for ${service}.`);
    }
  },
};
