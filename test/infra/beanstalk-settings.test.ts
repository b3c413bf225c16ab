import assert from "node:assert/strict";
import { beanstalkSettings, type SettingsInputs } from "../../infra/beanstalk-settings";

const INPUTS: SettingsInputs = {
  vpcId: "vpc-1",
  instanceSubnets: "subnet-a,subnet-b",
  loadBalancerSubnets: "subnet-c,subnet-d",
  access: "cdn",
  loadBalancerSecurityGroup: "sg-balancer",
  instanceSecurityGroup: "sg-instances",
  instanceProfile: "profile",
  serviceRole: "arn:service-role",
  instanceType: "t3.large",
  minInstances: 3,
  maxInstances: 15,
  zones: 3,
  scaleOutAboveCpuPercent: 70,
  scaleInBelowCpuPercent: 30,
  logBucket: "logs",
  logRetentionInDays: 90,
  requestTimeoutInSeconds: 120,
  variables: { PORT: "8080" },
  secretVariables: { REDIS_URL: "arn:secret:url" },
  deleteLogsOnTermination: false,
};

const EXPECTED: Record<string, Record<string, string>> = {
  "aws:autoscaling:asg": { "Availability Zones": "Any 3", Cooldown: "360", MaxSize: "15", MinSize: "3" },
  "aws:autoscaling:launchconfiguration": {
    DisableDefaultEC2SecurityGroup: "true",
    DisableIMDSv1: "true",
    IamInstanceProfile: "profile",
    MonitoringInterval: "1 minute",
    RootVolumeSize: "20",
    RootVolumeType: "gp3",
    SecurityGroups: "sg-instances",
  },
  "aws:autoscaling:trigger": {
    BreachDuration: "5",
    EvaluationPeriods: "5",
    LowerBreachScaleIncrement: "-1",
    LowerThreshold: "30",
    MeasureName: "CPUUtilization",
    Period: "1",
    Statistic: "Average",
    Unit: "Percent",
    UpperBreachScaleIncrement: "1",
    UpperThreshold: "70",
  },
  "aws:autoscaling:updatepolicy:rollingupdate": { RollingUpdateEnabled: "true", RollingUpdateType: "Immutable" },
  "aws:ec2:instances": { InstanceTypes: "t3.large" },
  "aws:ec2:vpc": {
    AssociatePublicIpAddress: "false",
    ELBScheme: "internal",
    ELBSubnets: "subnet-c,subnet-d",
    Subnets: "subnet-a,subnet-b",
    VPCId: "vpc-1",
  },
  "aws:elasticbeanstalk:application:environment": { PORT: "8080" },
  "aws:elasticbeanstalk:application:environmentsecrets": { REDIS_URL: "arn:secret:url" },
  "aws:elasticbeanstalk:cloudwatch:logs": { DeleteOnTerminate: "false", RetentionInDays: "90", StreamLogs: "true" },
  "aws:elasticbeanstalk:cloudwatch:logs:health": {
    DeleteOnTerminate: "false",
    HealthStreamingEnabled: "true",
    RetentionInDays: "90",
  },
  "aws:elasticbeanstalk:command": { DeploymentPolicy: "Immutable", Timeout: "1800" },
  "aws:elasticbeanstalk:environment": {
    EnvironmentType: "LoadBalanced",
    LoadBalancerType: "application",
    ServiceRole: "arn:service-role",
  },
  "aws:elasticbeanstalk:environment:process:default": {
    DeregistrationDelay: "120",
    HealthCheckInterval: "15",
    HealthCheckPath: "/health/live",
    HealthCheckTimeout: "5",
    HealthyThresholdCount: "3",
    MatcherHTTPCode: "200",
    Port: "80",
    Protocol: "HTTP",
    StickinessEnabled: "false",
    UnhealthyThresholdCount: "5",
  },
  "aws:elasticbeanstalk:environment:proxy": { ProxyServer: "nginx" },
  "aws:elasticbeanstalk:healthreporting:system": {
    ConfigDocument:
      '{"Version":1,"CloudWatchMetrics":{"Environment":{"InstancesDegraded":60,"InstancesSevere":60},"Instance":{}}}',
    EnhancedHealthAuthEnabled: "true",
    SystemType: "enhanced",
  },
  "aws:elasticbeanstalk:managedactions": {
    ManagedActionsEnabled: "true",
    PreferredStartTime: "Tue:09:00",
    ServiceRoleForManagedUpdates: "arn:service-role",
  },
  "aws:elasticbeanstalk:managedactions:platformupdate": { InstanceRefreshEnabled: "true", UpdateLevel: "minor" },
  "aws:elasticbeanstalk:xray": { XRayEnabled: "false" },
  "aws:elbv2:listener:default": { DefaultProcess: "default", ListenerEnabled: "true", Protocol: "HTTP" },
  "aws:elbv2:loadbalancer": {
    AccessLogsS3Bucket: "logs",
    AccessLogsS3Enabled: "true",
    AccessLogsS3Prefix: "load-balancer",
    IdleTimeout: "120",
    ManagedSecurityGroup: "sg-balancer",
    SecurityGroups: "sg-balancer",
  },
};

function byNamespace(inputs: SettingsInputs): Record<string, Record<string, string>> {
  const result: Record<string, Record<string, string>> = {};
  for (const { namespace, name, value } of beanstalkSettings(inputs)) (result[namespace] ??= {})[name] = value;
  return result;
}

describe("Beanstalk option settings", () => {
  it("are exactly these for an environment behind the CDN", () => {
    assert.deepEqual(byNamespace(INPUTS), EXPECTED);
  });

  it("are text, sorted by namespace and name, and the same for the same input", () => {
    const settings = beanstalkSettings(INPUTS);
    const keys = settings.map(({ namespace, name }) => `${namespace} ${name}`);
    assert.deepEqual(keys, [...keys].sort());
    assert.ok(settings.every(({ value }) => typeof value === "string"));
    assert.deepEqual(beanstalkSettings(INPUTS), settings);
  });

  it("serve HTTPS alone when the load balancer is public", () => {
    const settings = byNamespace({ ...INPUTS, access: { certificateArn: "arn:certificate" } });
    assert.equal(settings["aws:ec2:vpc"]!.ELBScheme, "public");
    assert.deepEqual(settings["aws:elbv2:listener:default"], { ListenerEnabled: "false" });
    assert.deepEqual(settings["aws:elbv2:listener:443"], {
      DefaultProcess: "default",
      ListenerEnabled: "true",
      Protocol: "HTTPS",
      SSLCertificateArns: "arn:certificate",
      SSLPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    });
  });

  for (const [zones, value] of [
    [2, "Any 2"],
    [3, "Any 3"],
    [6, "Any 3"],
  ] as const) {
    it(`ask for ${value} of ${zones} zones: Beanstalk knows no more than three`, () => {
      assert.equal(byNamespace({ ...INPUTS, zones })["aws:autoscaling:asg"]!["Availability Zones"], value);
    });
  }

  it("give the load balancer, and instances that leave it, the time that a request may take", () => {
    const settings = byNamespace({ ...INPUTS, requestTimeoutInSeconds: 45 });
    assert.equal(settings["aws:elbv2:loadbalancer"]!.IdleTimeout, "45");
    assert.equal(settings["aws:elasticbeanstalk:environment:process:default"]!.DeregistrationDelay, "45");
  });

  it("let logs go with a disposable environment", () => {
    const settings = byNamespace({ ...INPUTS, deleteLogsOnTermination: true });
    assert.equal(settings["aws:elasticbeanstalk:cloudwatch:logs"]!.DeleteOnTerminate, "true");
  });
});
