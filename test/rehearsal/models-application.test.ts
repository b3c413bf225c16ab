import assert from "node:assert/strict";
import { drift } from "../../rehearsal/drift";
import type { Properties } from "../../rehearsal/values";
import { Account, ACCOUNT } from "./account";
import { allow, bucket, code, key, network, role, securityGroup } from "./fixtures";

const ENVIRONMENT = "aws:elasticbeanstalk/environment:Environment";
const APPLICATION = "aws:elasticbeanstalk/application:Application";
const VERSION = "aws:elasticbeanstalk/applicationVersion:ApplicationVersion";
const PROFILE = "aws:iam/instanceProfile:InstanceProfile";
const FUNCTION = "aws:lambda/function:Function";

type Option = [namespace: string, name: string, value: string];

const PROFILE_OPTION: Option = ["aws:autoscaling:launchconfiguration", "IamInstanceProfile", "web"];

/** An account in which an environment can be made. */
function prepared(): Account {
  const account = new Account();
  role(account, "web", "ec2.amazonaws.com");
  account.create(PROFILE, "web", { name: "web", role: "web" });
  account.create(APPLICATION, "app", { name: "app" });
  return account;
}

function environment(options: Option[], more: Properties = {}): Properties {
  return {
    name: "app-production",
    application: "app",
    solutionStackName: "64bit Amazon Linux 2023 v4.13.7 running Python 3.11",
    settings: options.map(([namespace, name, value]) => ({ namespace, name, value })),
    ...more,
  };
}

/** Asserts that an environment with these options is refused. */
function refuses(account: Account, options: Option[], words: RegExp, more: Properties = {}): void {
  account.refuses(ENVIRONMENT, environment([PROFILE_OPTION, ...options], more), words);
}

describe("a simulated environment", () => {
  it("has an application, a version of it and a platform", () => {
    const account = prepared();
    refuses(account, [], /No Application named 'gone' found/, { application: "gone" });
    refuses(account, [], /No Application Version named 'v1' found: application "app" has no version "v1"$/, {
      version: "v1",
    });
    refuses(account, [], /solutionStackName "Python" is no solution stack$/, { solutionStackName: "Python" });
    refuses(account, [], /tier Worker takes no cnamePrefix$/, { tier: "Worker", cnamePrefix: "app-production" });
  });

  it("has options that there are, each once and within their bounds", () => {
    const account = prepared();
    refuses(account, [["aws:none", "A", "1"]], /there is no option namespace "aws:none"$/);
    refuses(
      account,
      [["aws:autoscaling:asg", "A", "1"]],
      /namespace "aws:autoscaling:asg" has no option "A"; it has MinSize/,
    );
    const size: Option = ["aws:autoscaling:asg", "MinSize", "2"];
    refuses(account, [size, size], /option "MinSize" of "aws:autoscaling:asg" is given twice$/);
    refuses(account, [size, ["aws:autoscaling:asg", "MaxSize", "1"]], /MinSize 2 is above MaxSize 1$/);
    const variable: Option = ["aws:elasticbeanstalk:application:environment", "A", "x".repeat(4096)];
    refuses(account, [variable], /the environment variables have 4099 characters together; 4096 are allowed$/);
  });

  it("has instances with a profile that exists, whose role they may assume", () => {
    const account = prepared();
    account.refuses(
      ENVIRONMENT,
      environment([]),
      /IamInstanceProfile of aws:autoscaling:launchconfiguration must be given$/,
    );
    const profile = (name: string): Option => ["aws:autoscaling:launchconfiguration", "IamInstanceProfile", name];
    const refusesProfile = (name: string, words: RegExp) =>
      account.refuses(ENVIRONMENT, environment([profile(name)]), words);
    refusesProfile("gone", /The instance profile gone .* does not exist: there is no instance profile "gone"$/);
    account.create(PROFILE, "empty", { name: "empty" });
    refusesProfile("empty", /IAM Instance Profile "empty" has no associated IAM Roles: "empty" needs role$/);
    role(account, "tasks", "ecs-tasks.amazonaws.com");
    account.create(PROFILE, "tasks", { name: "tasks", role: "tasks" });
    refusesProfile(
      "tasks",
      /The instances cannot assume the role of instance profile "tasks": .* lets in ecs-tasks\.amazonaws\.com/,
    );
    account.create(ENVIRONMENT, "web", environment([profile("web")]));
  });

  it("has a service role that Beanstalk may assume by its external id", () => {
    const account = prepared();
    const service = (arn: string): Option => ["aws:elasticbeanstalk:environment", "ServiceRole", arn];
    const named = (id: string) => ({ StringEquals: { "sts:ExternalId": id } });
    const wrong = role(account, "wrong", "elasticbeanstalk.amazonaws.com", named("other"));
    refuses(account, [service(wrong)], /Unable to assume role ".*:role\/wrong"\. Verify that the role exists/);
    const right = role(account, "right", "elasticbeanstalk.amazonaws.com", named("elasticbeanstalk"));
    account.create(ENVIRONMENT, "web", environment([PROFILE_OPTION, service(right)]));
  });

  it("lies in its VPC, with groups of that VPC and a balancer in two zones", () => {
    const account = prepared();
    const here = network(account);
    const there = network(account, ["eu-north-1c"], "there");
    const vpc = (name: string, value: string): Option => ["aws:ec2:vpc", name, value];
    const home = vpc("VPCId", here.vpcId);
    const mixed = `${here.subnetIds[0]}, ${there.subnetIds[0]}`;
    refuses(account, [home, vpc("Subnets", mixed)], /OptionName: 'Subnets'\): the subnet is in vpc-.*, not in vpc-/);
    refuses(account, [home, vpc("ELBSubnets", mixed)], /OptionName: 'ELBSubnets'\): the subnet is in vpc-/);
    const stranger = securityGroup(account, there.vpcId, "stranger");
    refuses(
      account,
      [home, ["aws:autoscaling:launchconfiguration", "SecurityGroups", stranger]],
      /OptionName: 'SecurityGroups'\): security group "stranger"/,
    );
    const balanced: Option = ["aws:elasticbeanstalk:environment", "LoadBalancerType", "application"];
    refuses(
      account,
      [home, balanced, vpc("ELBSubnets", here.subnetIds[0]!)],
      /ELBSubnets: At least two subnets in two different Availability Zones must be specified: they cover eu-north-1a$/,
    );
    const own = securityGroup(account, here.vpcId, "own");
    account.create(
      ENVIRONMENT,
      "web",
      environment([
        PROFILE_OPTION,
        home,
        balanced,
        vpc("ELBSubnets", here.subnetIds.join(",")),
        ["aws:elbv2:loadbalancer", "ManagedSecurityGroup", own],
      ]),
    );
    account.keeps("aws:ec2/securityGroup:SecurityGroup", "own", own, /"web" .* is in it$/);
    account.keeps("aws:ec2/subnet:Subnet", "net-0", here.subnetIds[0]!, /"web" .* is in it$/);
  });

  it("writes the logs of its balancer to a bucket that lets it", () => {
    const account = prepared();
    const logs = (name: string): Option[] => [
      ["aws:elbv2:loadbalancer", "AccessLogsS3Enabled", "true"],
      ["aws:elbv2:loadbalancer", "AccessLogsS3Bucket", name],
      ["aws:elbv2:loadbalancer", "AccessLogsS3Prefix", "lb"],
    ];
    bucket(account, "closed");
    refuses(
      account,
      logs("closed"),
      /Access Denied for bucket: closed\. .* put objects under lb\/AWSLogs\/111122223333$/,
    );
    const writer = "logdelivery.elasticloadbalancing.amazonaws.com";
    bucket(account, "open", allow(writer, "s3:PutObject", "arn:aws:s3:::open/lb/*"));
    account.create(ENVIRONMENT, "web", environment([PROFILE_OPTION, ...logs("open")]));
  });

  it("keeps the version and the platform that it was brought to past the engine, through every change of it", () => {
    const account = prepared();
    bucket(account, "bundles");
    for (const name of ["v1", "v2"]) {
      account.create(VERSION, name, { name, application: "app", bucket: "bundles", key: `${name}.zip` });
    }
    const first = environment([PROFILE_OPTION], { version: "v1" });
    const { id } = account.create(ENVIRONMENT, "web", first);
    const engine = account.world.find(ENVIRONMENT, id)!;
    const platform = "64bit Amazon Linux 2023 v4.14.0 running Python 3.11";
    const resource = "elasticbeanstalk.Environment web";
    drift(account.world, [{ resource, set: { version: "v2", solutionStackName: platform } }]);
    const scaled = environment([PROFILE_OPTION, ["aws:autoscaling:asg", "MaxSize", "9"]], { version: "v1" });
    const checked = account.check(ENVIRONMENT, "web", scaled, engine.inputs);
    const { type, name, urn } = engine;
    const { configuration, provider } = account;
    const { inputs, outputs } = engine;
    const now = provider.update({ type, name, urn }, id, configuration, outputs, inputs, checked, false);
    assert.deepEqual([now.version, now.solutionStackName], ["v2", platform]);
    assert.ok(JSON.stringify(account.world.find(ENVIRONMENT, id)!.inputs.settings).includes("MaxSize"));
  });

  it("keeps its application, its version and its certificate", () => {
    const account = prepared();
    bucket(account, "bundles");
    const version = { name: "v1", application: "app", bucket: "bundles", key: "v1.zip" };
    account.refuses(VERSION, { ...version, application: "gone" }, /No Application named 'gone' found/);
    account.create("aws:s3/bucket:Bucket", "far", { bucket: "far", region: "us-east-1" });
    account.refuses(
      VERSION,
      { ...version, bucket: "far" },
      /S3LocationNotInServiceRegion: bucket "far" is in us-east-1/,
    );
    account.create(VERSION, "v1", version);
    account.create(VERSION, "v2", { ...version, name: "v2" });
    const certificate = "aws:acm/certificate:Certificate";
    const { id } = account.create(certificate, "tls", { domainName: "a.example", validationMethod: "DNS" });
    const tls: Option = ["aws:elbv2:listener:443", "SSLCertificateArns", id];
    const made = account.create(ENVIRONMENT, "web", environment([PROFILE_OPTION, tls], { version: "v1" }));
    account.keeps(APPLICATION, "app", "app", /Unable to delete application 'app' .*: environment "web" runs in it$/);
    account.keeps(VERSION, "v1", "v1", /currently in use by the following environments: "web"/);
    account.keeps(certificate, "tls", id, /ResourceInUseException: .*: "web" uses it$/);
    account.delete(VERSION, "v2", "v2");
    account.delete(ENVIRONMENT, "web", made.id);
    account.delete(VERSION, "v1", "v1");
    account.delete(APPLICATION, "app", "app");
  });
});

describe("a simulated function", () => {
  it("has a role that exists and that Lambda may assume", () => {
    const account = new Account();
    const gone = `arn:aws:iam::${ACCOUNT}:role/gone`;
    account.refuses(
      FUNCTION,
      { ...code, name: "f", role: gone },
      /cannot be assumed by Lambda: there is no role .*gone$/,
    );
    const wrong = role(account, "wrong", "ec2.amazonaws.com");
    account.refuses(
      FUNCTION,
      { ...code, name: "f", role: wrong },
      /cannot be assumed by Lambda: the trust policy of role "wrong"/,
    );
    account.create(FUNCTION, "abroad", { ...code, name: "abroad", role: "arn:aws:iam::999999999999:role/theirs" });
  });

  it("lies in one VPC, and has variables under a key that can be used", () => {
    const account = new Account();
    const arn = role(account, "f", "lambda.amazonaws.com");
    const here = network(account);
    const there = network(account, ["eu-north-1a"], "there");
    const placed = (subnetIds: string[], securityGroupIds: string[] = []) => ({
      ...code,
      name: "f",
      role: arn,
      vpcConfig: { subnetIds, securityGroupIds },
    });
    const mixed = [here.subnetIds[0]!, there.subnetIds[0]!];
    account.refuses(FUNCTION, placed(mixed, ["sg-0"]), /vpcConfig must be in one VPC: subnet/);
    const stranger = securityGroup(account, there.vpcId, "stranger");
    account.refuses(
      FUNCTION,
      placed(here.subnetIds, [stranger]),
      /vpcConfig must be in one VPC: security group "stranger"/,
    );
    const kmsKeyArn = key(account, "off", { isEnabled: false }).arn;
    const variables = { environment: { variables: { A: "1" } } };
    account.refuses(
      FUNCTION,
      { ...code, name: "f", role: arn, kmsKeyArn, ...variables },
      /cannot be encrypted: key "off" .* is disabled$/,
    );
    account.create(FUNCTION, "f", { ...code, ...placed(here.subnetIds), kmsKeyArn });
    account.keeps("aws:ec2/subnet:Subnet", "net-0", here.subnetIds[0]!, /"f" is in it$/);
  });
});

describe("simulated random texts", () => {
  const PASSWORD = "random:index/randomPassword:RandomPassword";

  it("have a length that fits their minima, and letters to choose from", () => {
    const account = new Account();
    account.refuses(
      PASSWORD,
      { length: 3, minUpper: 2, minLower: 2 },
      /length 3 is less than the 4 characters that the minima ask for$/,
    );
    const none = { lower: false, upper: false, numeric: false, special: false };
    account.refuses(PASSWORD, { length: 3, ...none }, /one kind of characters must be allowed$/);
    account.refuses(PASSWORD, { length: 0 }, /length must be at least 1$/);
  });
});
