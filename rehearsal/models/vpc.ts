import { securityGroupRule } from "./ec2";
import type { Models } from "./model";

export const models: Models = {
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule,
};
