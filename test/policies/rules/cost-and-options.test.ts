import { budgetRequired } from "../../../policies/rules/budget-required";
import { instanceClassLimits } from "../../../policies/rules/instance-class-limits";
import { noFlattenedOutputs } from "../../../policies/rules/no-flattened-outputs";
import { noIgnoredGuardrails } from "../../../policies/rules/no-ignored-guardrails";
import { requiredTags } from "../../../policies/rules/required-tags";
import { resourceCountLimits } from "../../../policies/rules/resource-count-limits";
import { fixture } from "../fixture";
import { describeRule, resource, unknown } from "../support";

const database = fixture("aws:rds/instance:Instance", { instanceClass: "db.t3.micro", maxAllocatedStorage: 100 });
const cache = fixture("aws:elasticache/replicationGroup:ReplicationGroup", { nodeType: "cache.t3.micro" });
const fleet = (...options: [string, string, unknown][]) =>
  fixture("aws:elasticbeanstalk/environment:Environment")({
    settings: options.map(([namespace, name, value]) => ({ namespace, name, value })),
  });
describeRule(instanceClassLimits, {
  passes: {
    "a small database": database(),
    "a small cache": cache(),
    "a fleet within bounds": fleet(
      ["aws:ec2:instances", "InstanceTypes", "t3.large, t3a.large"],
      ["aws:autoscaling:asg", "MaxSize", "15"],
    ),
    "a class that the parameter lists": {
      resources: database({ instanceClass: "db.r6g.4xlarge" }),
      parameters: { allowedClasses: ["db.r6g.*"] },
    },
  },
  fails: {
    "a database for a bank": [database({ instanceClass: "db.r6g.16xlarge" }), /instanceClass is "db\.r6g\.16xlarge"/],
    "a database that may grow without end": [database({ maxAllocatedStorage: 16384 }), /grow to 16384 GiB/],
    "a cache for a bank": [cache({ nodeType: "cache.r7g.8xlarge" }), /nodeType/],
    "large instances": [fleet(["aws:ec2:instances", "InstanceTypes", "t3.large,m6i.8xlarge"]), /"m6i\.8xlarge"/],
    "large instances the older way": [
      fleet(["aws:autoscaling:launchconfiguration", "InstanceType", "p4d.24xlarge"]),
      /p4d\.24xlarge/,
    ],
    "too many instances": [fleet(["aws:autoscaling:asg", "MaxSize", "200"]), /MaxSize is 200, more than 20/],
  },
  waits: { "a class that is not known yet": database({ instanceClass: unknown }) },
});

const gateways = (count: number) =>
  Array.from({ length: count }, (_, index) => resource("aws:ec2/natGateway:NatGateway", `nat-${index}`));
describeRule(resourceCountLimits, {
  passes: {
    "one gateway for each of three zones": gateways(3),
    "more where that is agreed": { resources: gateways(6), parameters: { natGateways: 6 } },
  },
  fails: {
    "a fourth gateway": [gateways(4), /There are 4 nat gateways, more than 3/],
    "a proxy where none is agreed": [
      { resources: fixture("aws:rds/proxy:Proxy")(), parameters: { databaseProxies: 0 } },
      /1 database proxies, more than 0/,
    ],
  },
  waits: {},
});

const told = { threshold: 80, thresholdType: "PERCENTAGE", subscriberEmailAddresses: ["ops@example.com"] };
const budget = (...notifications: unknown[]) => fixture("aws:budgets/budget:Budget")({ notifications });
describeRule(budgetRequired, {
  passes: {
    "a budget that tells somebody": [...budget(told), ...database()],
    "a budget that tells a topic": budget({
      ...told,
      subscriberEmailAddresses: [],
      subscriberSnsTopicArns: unknown,
    }),
  },
  fails: {
    "a stack without a budget": [database(), /No Budget exists/],
    "a budget that says nothing": [budget(), /no notifications/],
    "a budget that tells nobody": [
      budget({ ...told, subscriberEmailAddresses: [] }),
      /notifications\[0\] tells nobody/,
    ],
    "a budget that waits until it is spent twice": [budget({ ...told, threshold: 200 }), /until 200 %/],
  },
  waits: {
    "notifications that are not known yet": fixture("aws:budgets/budget:Budget")({ notifications: unknown }),
  },
});

const tags = (given: unknown, provider?: Record<string, unknown>) =>
  fixture("aws:s3/bucket:Bucket")({ tags: given }, { provider });
describeRule(requiredTags, {
  passes: {
    "tags of the provider": tags(undefined, {
      defaultTags: '{"tags":{"Environment":"production","Owner":"platform"}}',
    }),
    "tags of the bucket": tags({ Environment: "production", Owner: "platform" }),
    "some of each": tags({ Owner: "platform" }, { defaultTags: '{"tags":{"Environment":"production"}}' }),
  },
  fails: {
    "no tags": [tags(undefined), /The tags Environment, Owner are missing/],
    "one tag": [tags({ Owner: "platform" }), /The tags Environment are missing/],
    "other tags than the parameter asks for": [
      { resources: tags({ Environment: "x", Owner: "y" }), parameters: { keys: ["DataClass"] } },
      /DataClass/,
    ],
  },
  waits: { "tags that are not known yet": tags(unknown) },
});

const ignoring = (type: string, ...ignoreChanges: string[]) => fixture(type)({}, { ignoreChanges });
const environment = "aws:elasticbeanstalk/environment:Environment";
describeRule(noIgnoredGuardrails, {
  passes: {
    "what releases move on": ignoring(environment, "version", "solutionStackName"),
    nothing: ignoring("aws:rds/instance:Instance"),
  },
  fails: {
    "the settings of an environment": [ignoring(environment, "settings"), /covers settings/],
    "one of the settings": [ignoring(environment, "settings[3].value"), /covers settings/],
    "a quoted name": [ignoring(environment, '["settings"][0]'), /covers settings/],
    everything: [ignoring("aws:kms/key:Key", "*"), /covers \*/],
    "a bucket's policy": [ignoring("aws:s3/bucketPolicy:BucketPolicy", "policy"), /covers policy/],
    "the older form of a bucket's versions": [
      ignoring("aws:s3/bucketVersioningV2:BucketVersioningV2", "versioningConfiguration.status"),
      /covers versioningConfiguration/,
    ],
  },
  waits: { "an option that nobody can see": fixture(environment)() },
});

describeRule(noFlattenedOutputs, {
  passes: { "a text": fixture("aws:sns/topic:Topic")({ displayName: "Output of the week" }) },
  fails: {
    "an output joined to a text": [
      fixture("aws:elasticbeanstalk/environment:Environment")({
        settings: [{ name: "URL", value: "rediss://Calling [toString] on an [Output<T>] is not supported." }],
      }),
      /^settings\.0\.value holds Pulumi's complaint/,
    ],
    "an output put into JSON": [
      fixture("aws:cloudwatch/dashboard:Dashboard")({
        dashboardBody: '{"x":"Calling [toJSON] on an [Output<T>] is not supported."}',
      }),
      /^dashboardBody/,
    ],
  },
  waits: {},
});
