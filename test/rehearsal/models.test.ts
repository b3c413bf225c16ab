import assert from "node:assert/strict";

import { Identifiers, zoneIdOf } from "../../rehearsal/aws";
import { factsOf, modelledTypes } from "../../rehearsal/facts";
import { modelOf } from "../../rehearsal/models";
import { Refusal, UnmodelledType } from "../../rehearsal/provider";
import { hasUnknown, isSecret, type Properties, UNKNOWN } from "../../rehearsal/values";
import { Account, ACCOUNT, REGION } from "./account";

const BUCKET = "aws:s3/bucket:Bucket";
const VERSIONING = "aws:s3/bucketVersioning:BucketVersioning";
const REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
const SUBNET = "aws:ec2/subnet:Subnet";
const SUBNET_GROUP = "aws:rds/subnetGroup:SubnetGroup";
const DATABASE = "aws:rds/instance:Instance";
const ENVIRONMENT = "aws:elasticbeanstalk/environment:Environment";
const ACL = "aws:wafv2/webAcl:WebAcl";

const database: Properties = {
  identifier: "aiprism",
  engine: "postgres",
  engineVersion: "16",
  instanceClass: "db.t3.micro",
  allocatedStorage: 20,
  username: "aiprismadmin",
  manageMasterUserPassword: true,
  skipFinalSnapshot: true,
};

/** A trust policy for one service. */
function trust(service: string): string {
  const statement = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

/** A VPC with one subnet in each of the zones, and a DB subnet group over them. */
function network(account: Account, zones: string[]): string[] {
  const vpc = account.create("aws:ec2/vpc:Vpc", "net", { cidrBlock: "10.0.0.0/16" });
  return zones.map(
    (zone, index) =>
      account.create(SUBNET, `net-${index}`, {
        vpcId: vpc.id,
        cidrBlock: `10.0.${index}.0/24`,
        availabilityZone: zone,
      }).id,
  );
}

/** What an environment needs to exist. */
function application(account: Account): Properties {
  account.create("aws:iam/role:Role", "web", { name: "web", assumeRolePolicy: trust("ec2.amazonaws.com") });
  account.create("aws:iam/instanceProfile:InstanceProfile", "web", { name: "web", role: "web" });
  account.create("aws:elasticbeanstalk/application:Application", "app", { name: "AI-Prism" });
  const option = (namespace: string, name: string, value: string) => ({ namespace, name, value });
  return {
    name: "AI-Prism-Production",
    application: "AI-Prism",
    cnamePrefix: "ai-prism-prod",
    solutionStackName: "64bit Amazon Linux 2023 v4.13.7 running Python 3.11",
    settings: [
      option("aws:autoscaling:launchconfiguration", "IamInstanceProfile", "web"),
      option("aws:autoscaling:asg", "MinSize", "3"),
      option("aws:autoscaling:asg", "MaxSize", "15"),
      option("aws:elasticbeanstalk:environment", "LoadBalancerType", "application"),
      option("aws:ec2:vpc", "ELBScheme", "internal"),
    ],
  };
}

const webAcl: Properties = {
  name: "edge",
  scope: "CLOUDFRONT",
  defaultAction: { allow: {} },
  visibilityConfig: { cloudwatchMetricsEnabled: true, metricName: "edge", sampledRequestsEnabled: true },
};

describe("what the simulated account answers", () => {
  it("computes only outputs that a preview leaves unknown", () => {
    for (const type of modelledTypes()) {
      const facts = factsOf(type)!;
      const known = new Set([...facts.computed, ...(facts.optionalComputed ?? [])]);
      const { world } = new Account();
      const outputs = modelOf(type)?.outputs?.({
        type,
        urn: "urn",
        inputs: Object.fromEntries(facts.required.map((name) => [name, name === "byteLength" ? 4 : "x"])),
        previous: {},
        region: "eu-north-1",
        partition: "aws",
        account: ACCOUNT,
        world,
        identifiers: new Identifiers(type),
        id: "id",
        arn: "arn",
      });
      for (const name of Object.keys(outputs ?? {})) assert.ok(known.has(name), `${type} computes ${name}`);
    }
  });

  it("answers unknown for everything computed while it only previews", () => {
    const outputs = new Account().preview(BUCKET, "logs", { bucket: "logs-of-mine", tags: { a: "b" } });
    assert.equal(outputs.arn, UNKNOWN);
    assert.equal(outputs.bucketDomainName, UNKNOWN);
    assert.equal(outputs.bucket, "logs-of-mine");
    assert.equal(outputs.region, "eu-north-1");
    assert.deepEqual(outputs.tagsAll, { a: "b" });
  });

  it("keeps what is stable known in the preview of a change", () => {
    const account = new Account();
    const { id, outputs } = account.create(BUCKET, "logs", { bucket: "logs-of-mine" });
    const previewed = account.update(BUCKET, "logs", id, { bucket: "logs-of-mine", tags: { a: "b" } }, true);
    assert.equal(previewed.arn, outputs.arn);
    assert.equal(hasUnknown(previewed), false);
    assert.deepEqual(account.world.find(BUCKET, id)!.outputs, outputs);
  });

  it("gives in a change exactly what its preview promised", () => {
    const account = new Account();
    const { id } = account.create(DATABASE, "db", database);
    const changed = { ...database, allocatedStorage: 40, backupRetentionPeriod: 7 };
    const previewed = account.update(DATABASE, "db", id, changed, true);
    const updated = account.update(DATABASE, "db", id, changed);
    for (const [name, value] of Object.entries(previewed)) {
      if (value !== UNKNOWN) assert.deepEqual(updated[name], value, name);
    }
  });

  it("gives a resource that is created again another id, and the same ids to the same history", () => {
    const ids = () => {
      const account = new Account();
      const first = account.create("aws:ec2/vpc:Vpc", "net", { cidrBlock: "10.0.0.0/16" }).id;
      account.delete("aws:ec2/vpc:Vpc", "net", first);
      return [first, account.create("aws:ec2/vpc:Vpc", "net", { cidrBlock: "10.0.0.0/16" }).id];
    };
    const [first, second] = ids();
    assert.notEqual(first, second);
    assert.match(first!, /^vpc-[0-9a-f]{17}$/);
    assert.deepEqual(ids(), [first, second]);
  });

  it("lets a resource's own region win over the provider's", () => {
    const account = new Account();
    const { outputs } = account.create("aws:sns/topic:Topic", "alerts", { name: "alerts", region: "us-east-1" });
    assert.equal(outputs.arn, `arn:aws:sns:us-east-1:${ACCOUNT}:alerts`);
    assert.equal(outputs.region, "us-east-1");
    account.configuration = { region: "cn-north-1", defaultTags: { project: "prism" } };
    const chinese = account.create("aws:sns/topic:Topic", "others", { name: "others", tags: { own: "1" } }).outputs;
    assert.equal(chinese.arn, `arn:aws-cn:sns:cn-north-1:${ACCOUNT}:others`);
    assert.deepEqual(chinese.tags, { own: "1" });
    assert.deepEqual(chinese.tagsAll, { project: "prism", own: "1" });
  });

  it("refuses a name that is taken, and says who holds it", () => {
    const account = new Account();
    account.create(BUCKET, "first", { bucket: "shared-name" });
    assert.throws(
      () => account.create(BUCKET, "second", { bucket: "shared-name", region: "us-east-1" }),
      new Refusal(
        `creating ${BUCKET} "second": BucketAlreadyOwnedByYou: bucket "shared-name" is taken by "first" (urn:pulumi:test::test::${BUCKET}::first)`,
      ),
    );
  });

  it("marks as secret what is secret whatever the program says", () => {
    const { outputs } = new Account().create("random:index/randomPassword:RandomPassword", "redis", { length: 32 });
    assert.ok(isSecret(outputs.result));
    assert.equal(String((outputs.result as Properties).value).length, 32);
  });

  it("names a type and a property of a type that it knows nothing of", () => {
    const account = new Account();
    assert.throws(() => account.create("aws:ecs/cluster:Cluster", "c", {}), UnmodelledType);
    assert.deepEqual([...account.provider.unmodelled], ["aws:ecs/cluster:Cluster"]);
  });
});

describe("the simulated database", () => {
  it("has an endpoint, an actual version and a secret of its own", () => {
    const { id, outputs } = new Account().create(DATABASE, "db", database);
    assert.match(id, /^db-[0-9A-Z]{26}$/);
    assert.match(String(outputs.endpoint), /^aiprism\.[a-z0-9]{12}\.eu-north-1\.rds\.amazonaws\.com:5432$/);
    assert.equal(outputs.endpoint, `${String(outputs.address)}:${String(outputs.port)}`);
    assert.equal(outputs.engineVersion, "16");
    assert.equal(outputs.engineVersionActual, "16.15");
    assert.equal(outputs.resourceId, id);
    const [secret] = outputs.masterUserSecrets as Properties[];
    assert.match(
      String(secret!.secretArn),
      new RegExp(`^arn:aws:secretsmanager:eu-north-1:${ACCOUNT}:secret:rds!db-.+-\\w{6}$`),
    );
  });

  it("keeps an explicit minor version", () => {
    assert.equal(
      new Account().create(DATABASE, "db", { ...database, engineVersion: "16.11" }).outputs.engineVersionActual,
      "16.11",
    );
  });

  it("cannot be created without its subnet group, nor its subnet group in one zone", () => {
    const account = new Account();
    assert.throws(
      () => account.create(DATABASE, "db", { ...database, dbSubnetGroupName: "missing" }),
      /there is no DB subnet group "missing" in eu-north-1$/,
    );
    const subnetIds = network(account, ["eu-north-1a", "eu-north-1a"]);
    assert.throws(
      () => account.create(SUBNET_GROUP, "db", { name: "db", subnetIds }),
      /subnetIds must cover at least two availability zones, and they cover eu-north-1a$/,
    );
  });

  it("cannot be deleted while deletionProtection is on", () => {
    const account = new Account();
    const { id } = account.create(DATABASE, "db", { ...database, deletionProtection: true });
    assert.throws(() => account.delete(DATABASE, "db", id), /deletionProtection is on; deploy it as false first$/);
    account.update(DATABASE, "db", id, { ...database, deletionProtection: false });
    account.delete(DATABASE, "db", id);
    assert.equal(account.world.resources().length, 0);
  });
});

describe("simulated buckets", () => {
  it("replicate only once both ends keep versions", () => {
    const account = new Account();
    account.create(BUCKET, "source", { bucket: "source" });
    account.create(BUCKET, "target", { bucket: "target", region: "eu-west-1" });
    const replicate = () =>
      account.create(REPLICATION, "replication", {
        bucket: "source",
        role: `arn:aws:iam::${ACCOUNT}:role/replication`,
        rules: [{ id: "all", status: "Enabled", destination: { bucket: "arn:aws:s3:::target" } }],
      });
    const enable = (bucket: string, region: string) =>
      account.create(VERSIONING, bucket, { bucket, region, versioningConfiguration: { status: "Enabled" } });
    assert.throws(replicate, /versioning of the source bucket "source" must be Enabled first$/);
    enable("source", "eu-north-1");
    assert.throws(replicate, /rules\[0\]\.destination\.bucket: versioning of "target" must be Enabled first$/);
    enable("target", "eu-west-1");
    assert.equal(replicate().id, "source");
  });

  it("take settings in place of those made by hand, and lose what was imported when it is deleted", () => {
    const account = new Account();
    const byHand = (type: string, inputs: Properties) =>
      account.world.put({
        type,
        id: "old",
        name: "old",
        urn: `by-hand ${type}`,
        region: REGION,
        inputs,
        outputs: inputs,
      });
    byHand(BUCKET, { bucket: "old", region: REGION });
    byHand(VERSIONING, { bucket: "old", region: REGION, versioningConfiguration: { status: "Suspended" } });
    account.create(VERSIONING, "documents", { bucket: "old", versioningConfiguration: { status: "Enabled" } });
    assert.deepEqual(
      account.world.ofType(VERSIONING).map(({ inputs }) => inputs.versioningConfiguration),
      [{ status: "Enabled" }],
    );
    account.delete(VERSIONING, "documents", "old");
    account.delete(BUCKET, "documents", "old");
    assert.deepEqual(account.world.ofType(BUCKET), []);
  });

  it("take settings only in their own region", () => {
    const account = new Account();
    account.create(BUCKET, "logs", { bucket: "logs" });
    const setting = { bucket: "logs", region: "us-east-1", versioningConfiguration: { status: "Enabled" } };
    assert.throws(
      () => account.create(VERSIONING, "logs", setting),
      /bucket "logs" is in eu-north-1, and this setting in us-east-1$/,
    );
  });
});

describe("the simulated Beanstalk environment", () => {
  it("has a load balancer, a group of instances and a name of its own", () => {
    const account = new Account();
    const { id, outputs } = account.create(ENVIRONMENT, "web", application(account));
    assert.match(id, /^e-[a-z0-9]{10}$/);
    assert.match(
      String((outputs.loadBalancers as string[])[0]),
      new RegExp(
        `^arn:aws:elasticloadbalancing:eu-north-1:${ACCOUNT}:loadbalancer/app/awseb--AWSEB-\\w{12}/[0-9a-f]{16}$`,
      ),
    );
    assert.match(String(outputs.endpointUrl), /^internal-awseb--AWSEB-\w{12}-\d{9}\.eu-north-1\.elb\.amazonaws\.com$/);
    assert.equal(outputs.cname, "ai-prism-prod.eu-north-1.elasticbeanstalk.com");
    assert.equal((outputs.instances as string[]).length, 3);
    assert.equal(
      outputs.platformArn,
      "arn:aws:elasticbeanstalk:eu-north-1::platform/Python 3.11 running on 64bit Amazon Linux 2023/4.13.7",
    );
  });

  it("refuses an option that Beanstalk does not know", () => {
    const account = new Account();
    const inputs = application(account);
    const withOption = (namespace: string, name: string) => ({
      ...inputs,
      settings: [...(inputs.settings as object[]), { namespace, name, value: "1" }],
    });
    assert.throws(
      () => account.create(ENVIRONMENT, "web", withOption("aws:autoscaling:asg", "Minimum")),
      /settings: namespace "aws:autoscaling:asg" has no option "Minimum"; it has MinSize, MaxSize, /,
    );
    assert.throws(
      () => account.create(ENVIRONMENT, "web", withOption("aws:autoscaling:group", "MinSize")),
      /settings: there is no option namespace "aws:autoscaling:group"$/,
    );
  });

  it("needs its application and its version to exist", () => {
    const account = new Account();
    const inputs = application(account);
    assert.throws(
      () => account.create(ENVIRONMENT, "web", { ...inputs, application: "Other" }),
      /there is no application "Other"/,
    );
    assert.throws(
      () => account.create(ENVIRONMENT, "web", { ...inputs, version: "v1" }),
      /application "AI-Prism" has no version "v1"$/,
    );
  });
});

describe("the simulated edge", () => {
  it("refuses a firewall of scope CLOUDFRONT outside us-east-1", () => {
    assert.throws(
      () => new Account().create(ACL, "edge", webAcl),
      /scope CLOUDFRONT exists in us-east-1 only, and region is eu-north-1$/,
    );
    const { outputs } = new Account().create(ACL, "edge", { ...webAcl, region: "us-east-1" });
    assert.match(
      String(outputs.arn),
      new RegExp(`^arn:aws:wafv2:us-east-1:${ACCOUNT}:global/webacl/edge/[0-9a-f-]{36}$`),
    );
  });

  it("gives a distribution CloudFront's domain and hosted zone", () => {
    const { id, outputs } = new Account().create("aws:cloudfront/distribution:Distribution", "cdn", {
      enabled: true,
      origins: [{ originId: "web", domainName: "web.example" }],
      defaultCacheBehavior: {
        targetOriginId: "web",
        viewerProtocolPolicy: "redirect-to-https",
        allowedMethods: ["GET", "HEAD"],
        cachedMethods: ["GET", "HEAD"],
        cachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6",
      },
      restrictions: { geoRestriction: { restrictionType: "none" } },
      viewerCertificate: { cloudfrontDefaultCertificate: true },
    });
    assert.match(id, /^E[0-9A-Z]{13}$/);
    assert.match(String(outputs.domainName), /^d[a-z0-9]{13}\.cloudfront\.net$/);
    assert.equal(outputs.hostedZoneId, "Z2FDTNDATAQYW2");
    assert.equal(outputs.status, "Deployed");
    assert.equal(outputs.arn, `arn:aws:cloudfront::${ACCOUNT}:distribution/${id}`);
  });
});

describe("other simulated services", () => {
  it("give a cache its endpoints and one member per node", () => {
    const { id, outputs } = new Account().create("aws:elasticache/replicationGroup:ReplicationGroup", "redis", {
      replicationGroupId: "ai-prism-redis",
      description: "sessions",
      nodeType: "cache.t3.micro",
      numCacheClusters: 2,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      transitEncryptionEnabled: true,
    });
    assert.equal(id, "ai-prism-redis");
    assert.match(
      String(outputs.primaryEndpointAddress),
      /^master\.ai-prism-redis\.[a-z0-9]{6}\.eun1\.cache\.amazonaws\.com$/,
    );
    assert.deepEqual(outputs.memberClusters, ["ai-prism-redis-001", "ai-prism-redis-002"]);
  });

  it("end the ARN of a secret in six characters, and of a log group in its name", () => {
    const account = new Account();
    const secret = account.create("aws:secretsmanager/secret:Secret", "s", { name: "redis" }).outputs;
    assert.match(String(secret.arn), new RegExp(`^arn:aws:secretsmanager:eu-north-1:${ACCOUNT}:secret:redis-\\w{6}$`));
    const group = account.create("aws:cloudwatch/logGroup:LogGroup", "g", { name: "/app/web" }).outputs;
    assert.equal(group.arn, `arn:aws:logs:eu-north-1:${ACCOUNT}:log-group:/app/web`);
  });

  it("spell zone ids as AWS does", () => {
    assert.deepEqual(["eu-north-1a", "us-east-1c", "ap-southeast-2b"].map(zoneIdOf), [
      "eun1-az1",
      "use1-az3",
      "apse2-az2",
    ]);
  });
});
