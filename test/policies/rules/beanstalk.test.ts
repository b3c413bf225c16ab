import { bedrockModelGeography } from "../../../policies/rules/bedrock-model-geography";
import { ebConnectionPoolFits } from "../../../policies/rules/eb-connection-pool-fits";
import { ebEnhancedHealth } from "../../../policies/rules/eb-enhanced-health";
import { ebListenerTls } from "../../../policies/rules/eb-listener-tls";
import { ebLoadBalancerLogs } from "../../../policies/rules/eb-load-balancer-logs";
import { ebLogStreaming } from "../../../policies/rules/eb-log-streaming";
import { ebManagedUpdates } from "../../../policies/rules/eb-managed-updates";
import { ebMinInstances } from "../../../policies/rules/eb-min-instances";
import { ebNoSsh } from "../../../policies/rules/eb-no-ssh";
import { ebOwnInstanceRole } from "../../../policies/rules/eb-own-instance-role";
import { ebOwnSecurityGroups } from "../../../policies/rules/eb-own-security-groups";
import { ebRootVolume } from "../../../policies/rules/eb-root-volume";
import { ebSafeDeployments } from "../../../policies/rules/eb-safe-deployments";
import { ebSettingsSecret } from "../../../policies/rules/eb-settings-secret";
import { document, fixture, inStack } from "../fixture";
import { describeRule, resource, unknown } from "../support";

const launch = "aws:autoscaling:launchconfiguration";
const balancer = "aws:elbv2:loadbalancer";
const listener443 = "aws:elbv2:listener:443";
const asg = "aws:autoscaling:asg";
const logs = "aws:elasticbeanstalk:cloudwatch:logs";
const variables = "aws:elasticbeanstalk:application:environment";

/** What complies with every rule, by namespace and name. */
const compliant: Record<string, Record<string, unknown>> = {
  "aws:ec2:vpc": { ELBScheme: "internal" },
  "aws:elasticbeanstalk:environment": { EnvironmentType: "LoadBalanced", ServiceRole: "own-service" },
  [asg]: { MinSize: "3", MaxSize: "15", "Availability Zones": "Any 3" },
  [launch]: {
    IamInstanceProfile: "own-instances",
    SecurityGroups: "sg-1",
    DisableDefaultEC2SecurityGroup: "true",
    RootVolumeType: "gp3",
  },
  [balancer]: { SecurityGroups: "sg-2", ManagedSecurityGroup: "sg-2", AccessLogsS3Enabled: "true" },
  [listener443]: {
    Protocol: "HTTPS",
    SSLPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    SSLCertificateArns: "arn:aws:acm:eu-north-1:123456789012:certificate/c",
  },
  "aws:elasticbeanstalk:command": { DeploymentPolicy: "Immutable" },
  "aws:elasticbeanstalk:managedactions": { ManagedActionsEnabled: "true" },
  "aws:elasticbeanstalk:managedactions:platformupdate": { UpdateLevel: "minor" },
  "aws:elasticbeanstalk:healthreporting:system": { SystemType: "enhanced" },
  [logs]: { StreamLogs: "true", RetentionInDays: "30", DeleteOnTerminate: "false" },
  [variables]: {},
};

/** An environment with some options changed; undefined leaves an option out. */
function app(change: Record<string, Record<string, unknown>> = {}, more: Parameters<typeof resource>[3] = {}) {
  const settings = Object.entries({ ...compliant, ...change }).flatMap(([namespace]) =>
    Object.entries({ ...compliant[namespace], ...change[namespace] }).flatMap(([name, value]) =>
      value === undefined ? [] : [{ namespace, name, value }],
    ),
  );
  return [resource("aws:elasticbeanstalk/environment:Environment", "app", { settings, region: "eu-north-1" }, more)];
}

/** A saved configuration may set what cannot be seen. */
const hidden = [
  resource("aws:elasticbeanstalk/environment:Environment", "app", { settings: [], templateName: "saved" }),
];
const waiting = {
  "options that may stand in a saved configuration": hidden,
  "settings that are not known yet": [
    resource("aws:elasticbeanstalk/environment:Environment", "app", { settings: unknown }),
  ],
};

const open = (change: Record<string, Record<string, unknown>> = {}) =>
  app({
    "aws:ec2:vpc": { ELBScheme: "public" },
    "aws:elbv2:listener:default": { ListenerEnabled: "false" },
    ...change,
  });
describeRule(ebListenerTls, {
  passes: {
    "a balancer inside the VPC, however it speaks": app({
      "aws:elbv2:listener:default": { ListenerEnabled: "true", Protocol: "HTTP" },
    }),
    "a public balancer over TLS": open(),
    "booleans as the console writes them": open({ "aws:elbv2:listener:default": { ListenerEnabled: "False" } }),
    "a worker, which has none": [
      resource("aws:elasticbeanstalk/environment:Environment", "worker", { settings: [], tier: "Worker" }),
    ],
  },
  fails: {
    "a public balancer over plain HTTP": [
      open({ "aws:elbv2:listener:default": { ListenerEnabled: "true", Protocol: "HTTP" } }),
      /answers the whole world over plain HTTP/,
    ],
    "a balancer that says nothing of its default listener": [
      open({ "aws:elbv2:listener:default": { ListenerEnabled: undefined } }),
      /whole world over plain HTTP/,
    ],
    "TLS of yesterday": [open({ [listener443]: { SSLPolicy: "ELBSecurityPolicy-2016-08" } }), /2016-08/],
    "the same inside the VPC": [app({ [listener443]: { SSLPolicy: "ELBSecurityPolicy-2016-08" } }), /2016-08/],
    "no policy at all": [open({ [listener443]: { SSLPolicy: undefined } }), /has no SSLPolicy/],
    "no certificate": [open({ [listener443]: { SSLCertificateArns: undefined } }), /no SSLCertificateArns/],
    "one more port in the clear": [
      open({ "aws:elbv2:listener:8080": { Protocol: "HTTP", ListenerEnabled: "true" } }),
      /port 8080 speaks HTTP/,
    ],
  },
  waits: waiting,
});

describeRule(ebLoadBalancerLogs, {
  passes: {
    "a balancer that logs": app(),
    "a single instance without one": app({
      "aws:elasticbeanstalk:environment": { EnvironmentType: "SingleInstance" },
      [balancer]: { AccessLogsS3Enabled: undefined },
    }),
  },
  fails: {
    "a balancer that does not": [app({ [balancer]: { AccessLogsS3Enabled: "false" } }), /AccessLogsS3Enabled/],
    "a balancer that leaves it out": [app({ [balancer]: { AccessLogsS3Enabled: undefined } }), /AccessLogsS3Enabled/],
  },
  waits: waiting,
});

describeRule(ebNoSsh, {
  passes: {
    "instances without a key": app(),
    "a restriction to a group": app({ [launch]: { SSHSourceRestriction: "tcp, 22, 22, sg-1" } }),
  },
  fails: {
    "instances with a key": [app({ [launch]: { EC2KeyName: "ops" } }), /EC2KeyName is set/],
    "a key whose name is not known yet": [app({ [launch]: { EC2KeyName: unknown } }), /EC2KeyName is set/],
    "a port that the world reaches": [
      app({ [launch]: { SSHSourceRestriction: "tcp, 22, 22, 0.0.0.0/0" } }),
      /opens port 22 to 0\.0\.0\.0\/0/,
    ],
  },
  waits: waiting,
});

describeRule(ebOwnSecurityGroups, {
  passes: {
    "groups of the program": app(),
    "groups whose ids are not known yet": app({
      [launch]: { SecurityGroups: unknown },
      [balancer]: { SecurityGroups: unknown, ManagedSecurityGroup: unknown },
    }),
  },
  fails: {
    "instances in Beanstalk's group": [
      app({ [launch]: { SecurityGroups: undefined } }),
      /Instances have no SecurityGroups/,
    ],
    "instances in Beanstalk's group as well": [
      app({ [launch]: { DisableDefaultEC2SecurityGroup: "false" } }),
      /DisableDefaultEC2SecurityGroup/,
    ],
    "a balancer in a group of Beanstalk's": [
      app({ [balancer]: { SecurityGroups: undefined } }),
      /SecurityGroups of the load balancer/,
    ],
    "a balancer whose group Beanstalk manages": [
      app({ [balancer]: { ManagedSecurityGroup: undefined } }),
      /ManagedSecurityGroup of the load balancer/,
    ],
  },
  waits: waiting,
});

describeRule(ebOwnInstanceRole, {
  passes: {
    "roles of the program": app(),
    "roles that are not known yet": app({
      [launch]: { IamInstanceProfile: unknown },
      "aws:elasticbeanstalk:environment": { ServiceRole: unknown },
    }),
  },
  fails: {
    "the account's shared instance role": [
      app({ [launch]: { IamInstanceProfile: "aws-elasticbeanstalk-ec2-role" } }),
      /IamInstanceProfile is the account's shared/,
    ],
    "the account's shared service role": [
      app({
        "aws:elasticbeanstalk:environment": {
          ServiceRole: "arn:aws:iam::123456789012:role/service-role/aws-elasticbeanstalk-service-role",
        },
      }),
      /ServiceRole is the account's shared/,
    ],
    "no instance role": [app({ [launch]: { IamInstanceProfile: undefined } }), /IamInstanceProfile is not set/],
    "no service role": [app({ "aws:elasticbeanstalk:environment": { ServiceRole: undefined } }), /ServiceRole is not/],
  },
  waits: waiting,
});

const command = "aws:elasticbeanstalk:command";
describeRule(ebSafeDeployments, {
  passes: {
    "new instances beside the old ones": app(),
    "one batch after the other": app({ [command]: { DeploymentPolicy: "RollingWithAdditionalBatch" } }),
    "a stack that may be down": inStack("dev", app({ [command]: { DeploymentPolicy: "AllAtOnce" } })),
  },
  fails: {
    "all at once": [app({ [command]: { DeploymentPolicy: "AllAtOnce" } }), /AllAtOnce/],
    "Beanstalk's default": [app({ [command]: { DeploymentPolicy: undefined } }), /AllAtOnce/],
  },
  waits: waiting,
});

describeRule(ebMinInstances, {
  passes: {
    "three instances": app(),
    "one where the stack may fail with it": inStack("dev", app({ [asg]: { MinSize: "1" } })),
  },
  fails: {
    "one instance": [app({ [asg]: { MinSize: "1" } }), /MinSize is 1/],
    "one instance by default": [app({ [asg]: { MinSize: undefined } }), /MinSize is 1/],
    "one zone": [app({ [asg]: { "Availability Zones": "Any 1" } }), /Any 1/],
    "an environment that cannot grow": [
      app({ "aws:elasticbeanstalk:environment": { EnvironmentType: "SingleInstance" } }),
      /SingleInstance/,
    ],
  },
  waits: waiting,
});

const actions = "aws:elasticbeanstalk:managedactions";
describeRule(ebManagedUpdates, {
  passes: {
    "updates by themselves": app(),
    "a boolean as the console writes it": app({ [actions]: { ManagedActionsEnabled: "True" } }),
  },
  fails: {
    "updates by nobody": [app({ [actions]: { ManagedActionsEnabled: "false" } }), /ManagedActionsEnabled/],
    "updates left out": [app({ [actions]: { ManagedActionsEnabled: undefined } }), /ManagedActionsEnabled/],
    "updates of nothing": [app({ [`${actions}:platformupdate`]: { UpdateLevel: undefined } }), /UpdateLevel/],
  },
  waits: waiting,
});

const health = "aws:elasticbeanstalk:healthreporting:system";
describeRule(ebEnhancedHealth, {
  passes: { "enhanced health": app() },
  fails: {
    "basic health": [app({ [health]: { SystemType: "basic" } }), /SystemType is "basic"/],
    "health left out": [app({ [health]: { SystemType: undefined } }), /SystemType is "basic"/],
  },
  waits: waiting,
});

describeRule(ebLogStreaming, {
  passes: {
    "logs that stay a month": app(),
    "logs that go with a disposable environment": inStack("dev", app({ [logs]: { DeleteOnTerminate: "true" } })),
  },
  fails: {
    "logs that stay on the instance": [app({ [logs]: { StreamLogs: "false" } }), /StreamLogs/],
    "logs left out": [app({ [logs]: { StreamLogs: undefined } }), /StreamLogs/],
    "logs of a day": [app({ [logs]: { RetentionInDays: "1" } }), /RetentionInDays is 1/],
    "logs that go with the environment": [app({ [logs]: { DeleteOnTerminate: "true" } }), /DeleteOnTerminate/],
  },
  waits: waiting,
});

describeRule(ebRootVolume, {
  passes: { "a current disk": app(), "the platform's disk": app({ [launch]: { RootVolumeType: undefined } }) },
  fails: {
    "a magnetic disk": [app({ [launch]: { RootVolumeType: "standard" } }), /"standard"/],
    "a disk of the generation before": [app({ [launch]: { RootVolumeType: "gp2" } }), /"gp2"/],
    "a disk from a snapshot": [app({ [launch]: { BlockDeviceMappings: "/dev/sdj=snap-1:100:true:gp3" } }), /snapshot/],
  },
  waits: waiting,
});

describeRule(ebSettingsSecret, {
  passes: { "settings that are encrypted in state": app({}, { additionalSecretOutputs: ["allSettings"] }) },
  fails: { "settings that are not": [app({}, { additionalSecretOutputs: [] }), /allSettings repeats/] },
  waits: { "an option that nobody can see": app() },
});

const pools = (size: string, instanceClass: unknown = "db.t3.micro", proxied = false) => [
  ...app({
    [variables]: {
      SQLALCHEMY_POOL_SIZE: size,
      SQLALCHEMY_MAX_OVERFLOW: "2",
      WEB_PROCESSES: "2",
      WORKER_PROCESSES: "1",
    },
    [asg]: { MaxSize: "15" },
  }),
  resource("aws:rds/instance:Instance", "db", { instanceClass }),
  ...(proxied ? [resource("aws:rds/proxyTarget:ProxyTarget", "target", {})] : []),
];
describeRule(ebConnectionPoolFits, {
  passes: {
    "pools that fit": pools("2", "db.t3.large"),
    "pools that fit through a proxy": pools("8", "db.t3.micro", true),
    "an application without pools": [
      ...app(),
      resource("aws:rds/instance:Instance", "db", { instanceClass: "db.t3.micro" }),
    ],
    "a class whose memory nobody here knows": pools("10", "db.x2g.16xlarge"),
  },
  fails: {
    "the pools of the hand-made deployment": [
      pools("28"),
      /15 instances ask for up to 2700 connections; the database takes 112/,
    ],
    "pools that are too many for a proxy": [pools("28", "db.t3.micro", true), /takes through RDS Proxy 1120/],
  },
  waits: { "a class that is not known yet": pools("2", unknown) },
});

const chain = (...ids: string[]) =>
  app({ [variables]: { BEDROCK_MODEL_CHAIN: JSON.stringify(ids.map((id) => ({ id }))) } });
const invoke = (resources: unknown) =>
  fixture("aws:iam/policy:Policy")({
    policy: document({ Effect: "Allow", Action: "bedrock:InvokeModel", Resource: resources }),
  });
describeRule(bedrockModelGeography, {
  passes: {
    "a profile of Europe in Europe": chain("eu.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    "a model without a profile": chain("anthropic.claude-haiku-4-5-20251001-v1:0"),
    "an ARN of the region's own profile": invoke(
      "arn:aws:bedrock:eu-north-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-6",
    ),
    "a global profile where that is allowed": {
      resources: chain("global.anthropic.claude-sonnet-4-6"),
      parameters: { allowGlobal: true },
    },
    "a word that only looks like one": app({ [variables]: { HOST: "app.us.example.com" } }),
  },
  fails: {
    "the American profiles of the hand-made deployment": [
      chain("us.anthropic.claude-3-5-sonnet-20241022-v2:0"),
      /names a profile of us, which eu-north-1 cannot call/,
    ],
    "a global profile": [chain("global.anthropic.claude-sonnet-4-6"), /global profile, whose calls may run anywhere/],
    "an American profile in a policy": [
      invoke("arn:aws:bedrock:eu-north-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6"),
      /profile of us/,
    ],
  },
  waits: { "a document that is not known yet": fixture("aws:iam/policy:Policy")({ policy: unknown }) },
});
