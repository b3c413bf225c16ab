import { dnsSuffixOf, Identifiers } from "../aws";
import { list, text } from "../values";
import type { Models } from "./model";

/** `app` in the ARNs of application load balancers, and so on. */
const SHORT: Record<string, string> = { application: "app", network: "net", gateway: "gwy" };

export const models: Models = {
  "aws:lb/loadBalancer:LoadBalancer": {
    arn: ({ inputs, partition, region, account, identifiers }) =>
      `arn:${partition}:elasticloadbalancing:${region}:${account}:loadbalancer/${SHORT[String(inputs.loadBalancerType)] ?? "app"}/${String(inputs.name)}/${identifiers.hex(16)}`,
    outputs: ({ inputs, arn, region, identifiers, world }) => ({
      arnSuffix: arn.slice(arn.indexOf("loadbalancer/") + "loadbalancer/".length),
      dnsName: `${inputs.internal === true ? "internal-" : ""}${String(inputs.name)}-${identifiers.digits(9)}.${region}.elb.${dnsSuffixOf(region)}`,
      zoneId: new Identifiers(`elb ${region}`).upper(14).replace(/^./, "Z"),
      vpcId: world.find("aws:ec2/subnet:Subnet", String(list(inputs.subnets)[0]))?.inputs.vpcId ?? "",
      internal: false,
      ipAddressType: "ipv4",
      securityGroups: [],
      subnets: [],
      subnetMappings: [],
    }),
    refuseDelete: ({ inputs }) =>
      inputs.enableDeletionProtection === true ? "enableDeletionProtection is on" : undefined,
  },
  "aws:lb/listener:Listener": {
    arn: ({ inputs, identifiers }) =>
      `${(text(inputs.loadBalancerArn) ?? "").replace(":loadbalancer/", ":listener/")}/${identifiers.hex(16)}`,
    outputs: ({ inputs }) => ({
      protocol: "HTTP",
      sslPolicy: inputs.protocol === "HTTPS" ? "ELBSecurityPolicy-2016-08" : "",
    }),
  },
  "aws:lb/targetGroup:TargetGroup": {
    outputs: ({ arn }) => ({
      arnSuffix: arn.slice(arn.lastIndexOf(":") + 1),
      loadBalancerArns: [],
      ipAddressType: "ipv4",
      protocolVersion: "HTTP1",
      loadBalancingAlgorithmType: "round_robin",
    }),
  },
};
