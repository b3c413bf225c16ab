import { dataSubnetsPrivate } from "../../../policies/rules/data-subnets-private";
import { rdsAutoMinorUpgrade } from "../../../policies/rules/rds-auto-minor-upgrade";
import { rdsBackupCopy } from "../../../policies/rules/rds-backup-copy";
import { rdsHygiene } from "../../../policies/rules/rds-hygiene";
import { rdsLogExports } from "../../../policies/rules/rds-log-exports";
import { rdsMonitoring } from "../../../policies/rules/rds-monitoring";
import { rdsMultiAz } from "../../../policies/rules/rds-multi-az";
import { rdsProxyTls } from "../../../policies/rules/rds-proxy-tls";
import { rdsQueryLogging } from "../../../policies/rules/rds-query-logging";
import { rdsSupportedEngine } from "../../../policies/rules/rds-supported-engine";
import { fixture, inStack } from "../fixture";
import { describeRule, resource, unknown } from "../support";

const database = fixture("aws:rds/instance:Instance", {
  engine: "postgres",
  engineVersion: "16.11",
  multiAz: true,
  enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
  autoMinorVersionUpgrade: true,
  performanceInsightsEnabled: true,
  performanceInsightsKmsKeyId: "arn:aws:kms:eu-north-1:123456789012:key/k",
  username: "aiprismadmin",
  copyTagsToSnapshot: true,
  dbSubnetGroupName: "data",
});

describeRule(rdsMultiAz, {
  passes: {
    "a database over two zones": database(),
    "a database in one zone where the stack may fail with it": inStack("staging", database({ multiAz: false })),
    "a replica, whose source has the standby": database({ multiAz: false, replicateSourceDb: "db" }),
  },
  fails: {
    "a database in one zone": [database({ multiAz: false }), /multiAz is not true/],
    "a database that leaves it out": [database({ multiAz: undefined }), /multiAz/],
    "a stack that the parameter no longer names": [
      { resources: inStack("staging", database({ multiAz: false })), parameters: { singleZoneStacks: [] } },
      /multiAz/,
    ],
  },
  waits: { "a value that is not known yet": database({ multiAz: unknown }) },
});

describeRule(rdsLogExports, {
  passes: {
    "a database that exports its log": database(),
    "an engine whose logs are not known here": database({ engine: "oracle-ee", enabledCloudwatchLogsExports: [] }),
  },
  fails: {
    "a database that exports nothing": [
      database({ enabledCloudwatchLogsExports: undefined }),
      /does not name "postgresql"/,
    ],
    "a database that exports upgrades only": [
      database({ enabledCloudwatchLogsExports: ["upgrade"] }),
      /does not name "postgresql"/,
    ],
  },
  waits: { "a list that is not known yet": database({ enabledCloudwatchLogsExports: unknown }) },
});

describeRule(rdsAutoMinorUpgrade, {
  passes: {
    "a database that upgrades": database(),
    "one that leaves it to the default": database({ autoMinorVersionUpgrade: undefined }),
  },
  fails: {
    "a database that stays behind": [database({ autoMinorVersionUpgrade: false }), /autoMinorVersionUpgrade is false/],
  },
  waits: { "a value that is not known yet": database({ autoMinorVersionUpgrade: unknown }) },
});

describeRule(rdsMonitoring, {
  passes: {
    "Performance Insights with a key": database(),
    "Performance Insights with a key that is not known yet": database({ performanceInsightsKmsKeyId: unknown }),
    "enhanced monitoring alone": database({ performanceInsightsEnabled: false, monitoringInterval: 60 }),
  },
  fails: {
    "a database that shows nothing": [database({ performanceInsightsEnabled: false }), /Neither Performance Insights/],
    "Performance Insights with AWS's key": [
      database({ performanceInsightsKmsKeyId: undefined }),
      /performanceInsightsKmsKeyId names no key/,
    ],
  },
  waits: { "a value that is not known yet": database({ performanceInsightsEnabled: unknown }) },
});

describeRule(rdsSupportedEngine, {
  passes: {
    "a version in support": database(),
    "a major version alone": database({ engineVersion: "17" }),
    "a current certificate": database({ caCertIdentifier: "rds-ca-rsa2048-g1" }),
    "another engine": database({ engine: "mysql", engineVersion: "8.0" }),
  },
  fails: {
    "a version out of support": [database({ engineVersion: "13.20" }), /"13\.20", older than 14/],
    "an older version than the parameter asks for": [
      { resources: database(), parameters: { oldestPostgres: 17 } },
      /older than 17/,
    ],
    "a certificate that expired": [database({ caCertIdentifier: "rds-ca-2019" }), /rds-ca-2019/],
  },
  waits: { "a version that is not known yet": database({ engineVersion: unknown }) },
});

describeRule(rdsHygiene, {
  passes: {
    "a user of its own and tagged snapshots": database(),
    "a replica, which has its source's": database({ replicateSourceDb: "db", copyTagsToSnapshot: false }),
  },
  fails: {
    "the user that everybody tries first": [database({ username: "postgres" }), /username is "postgres"/],
    "snapshots without tags": [database({ copyTagsToSnapshot: undefined }), /copyTagsToSnapshot/],
  },
  waits: { "a value that is not known yet": database({ copyTagsToSnapshot: unknown }) },
});

const parameters = (...list: [string, string][]) =>
  fixture("aws:rds/parameterGroup:ParameterGroup", {
    family: "postgres16",
    parameters: list.map(([name, value]) => ({ name, value })),
  })();
describeRule(rdsQueryLogging, {
  passes: {
    "a group that logs slow statements": parameters(["log_min_duration_statement", "1000"]),
    "a group that logs changes of tables": parameters(["log_statement", "ddl"]),
    "a group of another engine": fixture("aws:rds/parameterGroup:ParameterGroup")({ family: "mysql8.0" }),
  },
  fails: {
    "a group that logs nothing": [parameters(["rds.force_ssl", "1"]), /Neither log_min_duration_statement/],
    "a group that turns both off": [
      parameters(["log_statement", "none"], ["log_min_duration_statement", "-1"]),
      /Neither/,
    ],
  },
  waits: {
    "parameters that are not known yet": fixture("aws:rds/parameterGroup:ParameterGroup")({
      family: "postgres16",
      parameters: unknown,
    }),
  },
});

const proxy = fixture("aws:rds/proxy:Proxy", {
  requireTls: true,
  auths: [{ authScheme: "SECRETS", secretArn: unknown }],
});
describeRule(rdsProxyTls, {
  passes: { "a proxy that asks for TLS": proxy() },
  fails: {
    "a proxy that takes plain connections": [proxy({ requireTls: false }), /requireTls is not true/],
    "a proxy that leaves it out": [proxy({ requireTls: undefined }), /requireTls/],
    "a proxy that logs statements": [proxy({ debugLogging: true }), /debugLogging is true/],
    "a proxy with another way in": [proxy({ auths: [{ authScheme: "NONE" }] }), /authScheme is "NONE"/],
  },
  waits: { "a value that is not known yet": proxy({ requireTls: unknown }) },
});

const source = resource("aws:rds/instance:Instance", "db", { arn: unknown, region: "eu-north-1" });
const copy = (change: object = {}) => [
  source,
  resource(
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
    "copy",
    { sourceDbInstanceArn: unknown, region: "eu-west-1", retentionPeriod: 7, ...change },
    { links: { sourceDbInstanceArn: source } },
  ),
];
describeRule(rdsBackupCopy, {
  passes: {
    "copies in another region": copy(),
    "a source known by its ARN": copy({ sourceDbInstanceArn: "arn:aws:rds:eu-north-1:123456789012:db:x" }),
  },
  fails: {
    "copies in the same region": [copy({ region: "eu-north-1" }), /both in eu-north-1/],
    "copies that go after a day": [copy({ retentionPeriod: 1 }), /kept for 1 days, fewer than 7/],
    "fewer days than the parameter asks for": [{ resources: copy(), parameters: { minDays: 30 } }, /fewer than 30/],
  },
  waits: { "a region that is not known yet": copy({ region: undefined }) },
});

const network = (gateway: Record<string, unknown> | undefined, subnetGroup: object = {}) => {
  const subnet = resource("aws:ec2/subnet:Subnet", "data", { vpcId: unknown });
  const table = resource("aws:ec2/routeTable:RouteTable", "data", { vpcId: unknown });
  const internet = resource("aws:ec2/internetGateway:InternetGateway", "igw", {});
  const association = resource(
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "data",
    { subnetId: unknown, routeTableId: unknown },
    { links: { subnetId: subnet, routeTableId: table } },
  );
  const group = resource(
    "aws:rds/subnetGroup:SubnetGroup",
    "data",
    { subnetIds: [unknown], ...subnetGroup },
    { links: { subnetIds: subnet } },
  );
  const route = resource(
    "aws:ec2/route:Route",
    "data",
    { routeTableId: unknown, ...gateway },
    {
      links: { routeTableId: table, ...(gateway?.gatewayId === unknown && { gatewayId: internet }) },
    },
  );
  return [subnet, table, internet, association, group, ...(gateway ? [route] : [])];
};
describeRule(dataSubnetsPrivate, {
  passes: {
    "subnets without any way out": network(undefined),
    "subnets that reach out through a NAT gateway": network({ natGatewayId: unknown }),
    "a database in a group of its own": database(),
    "a group whose name is not known yet": database({ dbSubnetGroupName: unknown }),
    "a replica, which can inherit the group": database({ dbSubnetGroupName: undefined, replicateSourceDb: "db" }),
  },
  fails: {
    "a subnet with a route to an internet gateway": [network({ gatewayId: unknown }), /"data" has a route/],
    "the same before anything but the id is known": [network({ gatewayId: "igw-0123" }), /"data" has a route/],
    "a database in no group": [database({ dbSubnetGroupName: undefined }), /dbSubnetGroupName is not set/],
    "a database in the default group": [database({ dbSubnetGroupName: "default" }), /dbSubnetGroupName/],
    "a cache in no group": [
      fixture("aws:elasticache/replicationGroup:ReplicationGroup")(),
      /subnetGroupName is not set/,
    ],
  },
  waits: {
    "subnets of which nobody knows what they are": fixture("aws:rds/subnetGroup:SubnetGroup")({ subnetIds: unknown }),
  },
});
