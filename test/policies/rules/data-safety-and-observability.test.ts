import { alarmHasAction } from "../../../policies/rules/alarm-has-action";
import { cloudtrailIntegrity } from "../../../policies/rules/cloudtrail-integrity";
import { logGroupRetention } from "../../../policies/rules/log-group-retention";
import { protectStateful } from "../../../policies/rules/protect-stateful";
import { rdsDeletionProtection } from "../../../policies/rules/rds-deletion-protection";
import { vpcFlowLogs } from "../../../policies/rules/vpc-flow-logs";
import { describeRule, resource, unknown, urnOf } from "../support";

const instance = "aws:rds/instance:Instance";
const database = (properties: object, stack = "production") => [
  resource(instance, "db", { ...properties }, { urn: urnOf(instance, "db", stack) }),
];

describeRule(rdsDeletionProtection, {
  passes: {
    "a protected database with a final snapshot": database({ deletionProtection: true, skipFinalSnapshot: false }),
    "a database of a disposable stack": database({ deletionProtection: false, skipFinalSnapshot: true }, "dev"),
    "a replica, which has no snapshot of its own": database({
      deletionProtection: true,
      skipFinalSnapshot: true,
      replicateSourceDb: "db",
    }),
  },
  fails: {
    "a database without protection": [database({ deletionProtection: false }), /deletionProtection is not true/],
    "a database that leaves it out": [database({}), /deletionProtection is not true/],
    "a database that skips its final snapshot": [
      database({ deletionProtection: true, skipFinalSnapshot: true }),
      /skipFinalSnapshot is true/,
    ],
    "a database whose backups go with it": [
      database({ deletionProtection: true, deleteAutomatedBackups: true }),
      /deleteAutomatedBackups is true/,
    ],
    "disposable settings outside the disposable stacks": [
      database({ deletionProtection: true, skipFinalSnapshot: true }, "staging"),
      /skipFinalSnapshot is true/,
    ],
    "a stack named dev where the parameter lists none": [
      { resources: database({}, "dev"), parameters: { disposableStacks: [] } },
      /deletionProtection is not true/,
    ],
  },
  waits: { "a value that is not known yet": database({ deletionProtection: unknown }) },
});

const bucketType = "aws:s3/bucket:Bucket";
describeRule(protectStateful, {
  passes: {
    "a protected bucket": [resource(bucketType, "data")],
    "a protected secret that can be recovered": [
      resource("aws:secretsmanager/secret:Secret", "s", { recoveryWindowInDays: 7 }),
    ],
    "an unprotected bucket of a disposable stack": [
      resource(bucketType, "data", { forceDestroy: true }, { protect: false, urn: urnOf(bucketType, "data", "dev") }),
    ],
  },
  fails: Object.fromEntries([
    ...[
      bucketType,
      instance,
      "aws:elasticache/replicationGroup:ReplicationGroup",
      "aws:kms/key:Key",
      "aws:secretsmanager/secret:Secret",
    ].map((type) => [
      `an unprotected ${type.slice(type.indexOf(":", 4) + 1)}`,
      [[resource(type, "x", {}, { protect: false })], /The resource option protect is not true/],
    ]),
    ["a bucket that is emptied on destroy", [[resource(bucketType, "data", { forceDestroy: true })], /forceDestroy/]],
    [
      "a secret that is gone at once",
      [[resource("aws:secretsmanager/secret:Secret", "s", { recoveryWindowInDays: 0 })], /recoveryWindowInDays is 0/],
    ],
  ]),
  waits: { "an option that mocks do not show": [resource(bucketType, "data", {}, { protect: undefined })] },
});

const alarm = (properties: object, type = "aws:cloudwatch/metricAlarm:MetricAlarm") => [
  resource(type, "cpu", { alarmActions: ["arn:aws:sns:eu-north-1:1:alerts"], ...properties }),
];
describeRule(alarmHasAction, {
  passes: {
    "an alarm with an action": alarm({}),
    "an action whose ARN is not known yet": alarm({ alarmActions: [unknown] }),
  },
  fails: {
    "an alarm without actions": [alarm({ alarmActions: [] }), /alarmActions is empty/],
    "an alarm that only tells when all is well": [
      alarm({ alarmActions: undefined, okActions: ["arn:aws:sns:eu-north-1:1:alerts"] }),
      /alarmActions is empty/,
    ],
    "an alarm whose actions are off": [alarm({ actionsEnabled: false }), /actionsEnabled is false/],
    "a composite alarm without actions": [
      alarm({ alarmActions: [] }, "aws:cloudwatch/compositeAlarm:CompositeAlarm"),
      /alarmActions is empty/,
    ],
  },
  waits: { "a list that is not known yet": alarm({ alarmActions: unknown }) },
});

const logGroup = (properties: object) => [resource("aws:cloudwatch/logGroup:LogGroup", "app", { ...properties })];
describeRule(logGroupRetention, {
  passes: {
    "a month": logGroup({ retentionInDays: 30 }),
    "the delivery class, whose retention is fixed": logGroup({ logGroupClass: "DELIVERY" }),
  },
  fails: {
    "a group that never forgets": [logGroup({}), /forever/],
    "the same said with a zero": [logGroup({ retentionInDays: 0 }), /forever/],
    "too few days": [logGroup({ retentionInDays: 1 }), /kept for 1 days, fewer than 7/],
    "fewer days than the parameter asks for": [
      { resources: logGroup({ retentionInDays: 30 }), parameters: { minDays: 365 } },
      /fewer than 365/,
    ],
  },
  waits: { "a figure that is not known yet": logGroup({ retentionInDays: unknown }) },
});

const component = resource("awsx:ec2:Vpc", "network");
const vpc = resource("aws:ec2/vpc:Vpc", "network", { cidrBlock: "10.0.0.0/16" }, { parent: component.urn });
const flowLog = (properties: object = {}, links = { vpcId: vpc }) =>
  resource("aws:ec2/flowLog:FlowLog", "network", { vpcId: unknown, trafficType: "ALL", ...properties }, { links });
describeRule(vpcFlowLogs, {
  passes: {
    "a VPC with a flow log": [component, vpc, flowLog()],
    "a flow log that knows the VPC through the component around it": [
      component,
      vpc,
      flowLog({}, { vpcId: component }),
    ],
    "a flow log of what was rejected": [vpc, flowLog({ trafficType: "REJECT" })],
  },
  fails: {
    "a VPC without a flow log": [[vpc], /No FlowLog exists/],
    "a VPC while another has one": [[resource("aws:ec2/vpc:Vpc", "other"), vpc, flowLog()], /No FlowLog exists/],
    "a flow log of accepted traffic alone": [[vpc, flowLog({ trafficType: "ACCEPT" })], /accepted traffic only/],
  },
  waits: {
    "a flow log of which nobody knows the VPC": [vpc, resource("aws:ec2/flowLog:FlowLog", "x", { vpcId: unknown })],
  },
});

const trail = (properties: object) => [
  resource("aws:cloudtrail/trail:Trail", "audit", {
    isMultiRegionTrail: true,
    enableLogFileValidation: true,
    ...properties,
  }),
];
describeRule(cloudtrailIntegrity, {
  passes: { "a trail of all regions with validation": trail({}) },
  fails: {
    "a trail of one region": [trail({ isMultiRegionTrail: false }), /isMultiRegionTrail is not true/],
    "a trail that leaves that out": [trail({ isMultiRegionTrail: undefined }), /isMultiRegionTrail/],
    "a trail without validation": [trail({ enableLogFileValidation: false }), /enableLogFileValidation/],
    "a trail that is off": [trail({ enableLogging: false }), /enableLogging is false/],
    "a trail that leaves global services out": [
      trail({ includeGlobalServiceEvents: false }),
      /includeGlobalServiceEvents/,
    ],
  },
  waits: { "a value that is not known yet": trail({ isMultiRegionTrail: unknown }) },
});
