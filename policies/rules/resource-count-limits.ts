import type { StackRule } from "../rule";

/** What is paid for by the hour, by a short name. */
const counted: Record<string, string> = {
  natGateways: "aws:ec2/natGateway:NatGateway",
  databases: "aws:rds/instance:Instance",
  databaseProxies: "aws:rds/proxy:Proxy",
  caches: "aws:elasticache/replicationGroup:ReplicationGroup",
  environments: "aws:elasticbeanstalk/environment:Environment",
  firewalls: "aws:wafv2/webAcl:WebAcl",
  alarms: "aws:cloudwatch/metricAlarm:MetricAlarm",
  dashboards: "aws:cloudwatch/dashboard:Dashboard",
  keys: "aws:kms/key:Key",
};

export const resourceCountLimits: StackRule = {
  id: "resource-count-limits",
  title: "What is paid for by the hour exists no more often than agreed",
  family: "cost",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: Object.values(counted),
  controls: { wellArchitected: ["COST02-BP02", "COST03-BP03"] },
  remediation: "Remove what is not needed, or raise the limit of that name once somebody agreed to pay.",
  url: "https://docs.aws.amazon.com/wellarchitected/latest/cost-optimization-pillar/cost_govern_usage_goal_target.html",
  parameters: {
    natGateways: { type: "integer", minimum: 0, description: "Most NAT gateways.", default: 3 },
    databases: { type: "integer", minimum: 0, description: "Most database instances.", default: 2 },
    databaseProxies: { type: "integer", minimum: 0, description: "Most database proxies.", default: 1 },
    caches: { type: "integer", minimum: 0, description: "Most cache groups.", default: 2 },
    environments: { type: "integer", minimum: 0, description: "Most Beanstalk environments.", default: 2 },
    firewalls: { type: "integer", minimum: 0, description: "Most firewalls.", default: 2 },
    alarms: { type: "integer", minimum: 0, description: "Most alarms.", default: 60 },
    dashboards: { type: "integer", minimum: 0, description: "Most dashboards; the first three are free.", default: 3 },
    keys: { type: "integer", minimum: 0, description: "Most customer-managed keys.", default: 6 },
  },
  check(resource, { fail, parameter, stack }) {
    const name = Object.keys(counted).find((one) => counted[one] === resource.type)!;
    const most = parameter<number>(name);
    // Once for each that is too many, and not for those that were agreed to.
    if (stack.rankOf(resource) < most) return;
    fail(`There are ${stack.ofType([resource.type]).length} ${spoken(name)}, more than ${most}.`);
  },
};

function spoken(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
