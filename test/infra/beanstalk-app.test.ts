import assert from "node:assert/strict";
import * as fs from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { METRICS } from "../../catalog/metrics";
import { BeanstalkApp, type BeanstalkAppArgs } from "../../infra/beanstalk-app";
import { AWS_CALLS, AWS_OUTPUTS } from "../support/aws-outputs";
import { runMocked, valueOf, type Run } from "../support/mocks";

const ARGS: BeanstalkAppArgs = {
  applicationName: "AI-Prism",
  environmentName: "AI-Prism-Production",
  cnamePrefix: "ai-prism-prod",
  region: "eu-north-1",
  accountId: "111122223333",
  vpcId: "vpc-1",
  instanceSubnetIds: ["subnet-c", "subnet-a"],
  loadBalancerSubnetIds: ["subnet-b", "subnet-a"],
  loadBalancer: { access: "cdn" },
  securityGroupIds: { loadBalancer: "sg-balancer", instances: "sg-instances" },
  roleName: "ai-prism-instance-role",
  instanceProfileName: "ai-prism-instance-role",
  serviceRoleName: "ai-prism-beanstalk-service-role",
  instanceStatements: {
    documents: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::ai.prism/*" }],
  },
  instanceType: "t3.large",
  minInstances: 3,
  maxInstances: 15,
  zones: 3,
  webProcesses: 3,
  webThreads: 4,
  workerProcesses: 1,
  scaleOutAboveCpuPercent: 70,
  scaleInBelowCpuPercent: 30,
  variables: { FLASK_ENV: "production" },
  secretVariables: { REDIS_URL: "arn:aws:secretsmanager:eu-north-1:111122223333:secret:redis:url" },
  bundle: "app/reference",
  bundleBucketName: "ai-prism-bundles-111122223333",
  kmsKeyArn: "arn:aws:kms:eu-north-1:111122223333:key/home",
  logBucketName: "logs",
  logRetentionInDays: 90,
  requestTimeoutInSeconds: 120,
};

const ENVIRONMENT = "aws:elasticbeanstalk/environment:Environment";

function run(args: Partial<BeanstalkAppArgs> = {}, preview = false): Promise<Run<BeanstalkApp>> {
  return runMocked(() => new BeanstalkApp("application", { ...ARGS, ...args }), {
    preview,
    outputs: AWS_OUTPUTS,
    calls: AWS_CALLS,
  });
}

describe("BeanstalkApp", () => {
  let update: Run<BeanstalkApp>;
  before(async () => {
    update = await run();
  });

  const setting = ({ one }: Run<BeanstalkApp>, namespace: string, name: string): string | undefined =>
    one(ENVIRONMENT).inputs.settings.find(
      (candidate: { namespace: string; name: string }) => candidate.namespace === namespace && candidate.name === name,
    )?.value;

  const RESOURCES = [
    "aws:cloudwatch/logGroup:LogGroup application-access",
    "aws:cloudwatch/logGroup:LogGroup application-application",
    "aws:cloudwatch/logGroup:LogGroup application-engine",
    "aws:cloudwatch/logGroup:LogGroup application-error",
    "aws:cloudwatch/logGroup:LogGroup application-health",
    "aws:cloudwatch/logGroup:LogGroup application-hooks",
    "aws:elasticbeanstalk/application:Application application",
    "aws:elasticbeanstalk/applicationVersion:ApplicationVersion application",
    "aws:elasticbeanstalk/environment:Environment application",
    "aws:iam/role:Role application-service",
    "aws:iam/rolePolicy:RolePolicy application-documents",
    "aws:iam/rolePolicy:RolePolicy application-platform",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment application-service-health",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment application-service-updates",
    "aws:s3/bucket:Bucket application-bundles",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration application-bundles",
    "aws:s3/bucketLogging:BucketLogging application-bundles",
    "aws:s3/bucketObjectv2:BucketObjectv2 application-bundle",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls application-bundles",
    "aws:s3/bucketPolicy:BucketPolicy application-bundles",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock application-bundles",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration application-bundles",
    "aws:s3/bucketVersioning:BucketVersioning application-bundles",
  ];
  it("registers exactly its resources in an update", () => {
    assert.deepEqual(update.list(), RESOURCES);
  });
  it("registers exactly its resources in preview", async () => {
    assert.deepEqual((await run({}, true)).list(), RESOURCES);
  });

  it("comes up with the bundled application, and leaves releases and platform updates alone afterwards", async () => {
    const environment = update.one(ENVIRONMENT);
    const version = update.one("aws:elasticbeanstalk/applicationVersion:ApplicationVersion");
    assert.equal(environment.inputs.version, version.inputs.name);
    assert.equal(environment.inputs.solutionStackName, "64bit Amazon Linux 2023 v4.13.7 running Python 3.11");
    assert.deepEqual(environment.ignoreChanges, ["version", "solutionStackName"]);
    assert.equal(version.inputs.key, `AI-Prism/${version.inputs.name}.zip`);
    assert.match(version.inputs.name, /^v-[0-9a-f]{12}$/);
    assert.equal(await valueOf(update.result.versionLabel), version.inputs.name);
  });

  it("uploads the bundle encrypted, and never again: AWS takes no label twice and deletes no version that runs", () => {
    const object = update.one("aws:s3/bucketObjectv2:BucketObjectv2");
    const version = update.one("aws:elasticbeanstalk/applicationVersion:ApplicationVersion");
    const waitsFor = (type: string) => object.dependencies.some((urn) => urn.endsWith(`${type}::application-bundles`));
    assert.ok(waitsFor("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"));
    assert.ok(waitsFor("aws:s3/bucketVersioning:BucketVersioning"));
    assert.equal(object.inputs.key, version.inputs.key);
    assert.deepEqual(object.ignoreChanges, ["key", "source"]);
    assert.deepEqual(version.ignoreChanges, ["name", "key"]);
  });

  it("waits for the roles it starts with", () => {
    const dependencies = update.one(ENVIRONMENT).dependencies.map((urn) => urn.split("::").at(-1));
    for (const name of ["application-service-health", "application-service-updates", "application-platform"]) {
      assert.ok(dependencies.includes(name), name);
    }
    assert.ok(dependencies.includes("application-documents"));
  });

  it("waits for its log groups, which Beanstalk would otherwise make itself, unencrypted", () => {
    const groups = update.all("aws:cloudwatch/logGroup:LogGroup").map(({ urn }) => urn.split("::").at(-1));
    const dependencies = update.one(ENVIRONMENT).dependencies.map((urn) => urn.split("::").at(-1));
    assert.deepEqual(
      groups.filter((group) => !dependencies.includes(group)),
      [],
    );
  });

  it("lets Beanstalk alone assume the service role, with the two policies it asks for", () => {
    assert.deepEqual(JSON.parse(update.one("aws:iam/role:Role").inputs.assumeRolePolicy).Statement, [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: "elasticbeanstalk.amazonaws.com" },
        Condition: { StringEquals: { "sts:ExternalId": "elasticbeanstalk" } },
      },
    ]);
    assert.deepEqual(
      update
        .all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        .map(({ inputs }) => inputs.policyArn)
        .sort(),
      [
        "arn:aws:iam::aws:policy/AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy",
        "arn:aws:iam::aws:policy/service-role/AWSElasticBeanstalkEnhancedHealth",
      ],
    );
  });

  it("keeps what repeats its settings out of plain state", () => {
    assert.deepEqual(update.one(ENVIRONMENT).additionalSecretOutputs, ["allSettings"]);
  });

  it("hands subnets over sorted, because Beanstalk reads them back so", () => {
    assert.equal(setting(update, "aws:ec2:vpc", "Subnets"), "subnet-a,subnet-c");
    assert.equal(setting(update, "aws:ec2:vpc", "ELBSubnets"), "subnet-a,subnet-b");
  });

  it("passes plain variables as they are, secrets by reference and the number of processes beside them", () => {
    const plain = "aws:elasticbeanstalk:application:environment";
    assert.equal(setting(update, plain, "FLASK_ENV"), "production");
    assert.equal(setting(update, plain, "WEB_PROCESSES"), "3");
    assert.equal(setting(update, plain, "WEB_THREADS"), "4");
    assert.equal(setting(update, plain, "WORKER_PROCESSES"), "1");
    assert.equal(setting(update, plain, "REDIS_URL"), undefined);
    assert.match(setting(update, `${plain}secrets`, "REDIS_URL")!, /^arn:aws:secretsmanager:.*:url$/);
  });

  it("keeps known settings known in a preview although others are not", async () => {
    const settings = (await run({ variables: { A: "known", B: pulumi.output("also") } }, true)).one(ENVIRONMENT).inputs
      .settings as { name: string; value: unknown }[];
    assert.equal(settings.find(({ name }) => name === "A")?.value, "known");
    assert.notEqual(typeof settings.find(({ name }) => name === "ServiceRole")?.value, "string");
  });

  it("lets instances do what the platform needs, by name, and nothing on everything but two calls that name nothing", () => {
    const policy = JSON.parse(update.one("aws:iam/rolePolicy:RolePolicy", "application-platform").inputs.policy);
    const open = policy.Statement.filter(({ Resource }: { Resource: unknown }) => Resource === "*");
    assert.deepEqual(open, [
      {
        Effect: "Allow",
        Action: "cloudwatch:PutMetricData",
        Resource: "*",
        Condition: { StringEquals: { "cloudwatch:namespace": "AIPrism/Instances" } },
      },
      {
        Effect: "Allow",
        Action: ["ec2:DescribeTags", "ec2:DescribeInstances"],
        Resource: "*",
        Condition: { StringEquals: { "aws:RequestedRegion": "eu-north-1" } },
      },
    ]);
  });

  it("makes its log groups itself, encrypted and kept so many days", () => {
    for (const { inputs } of update.all("aws:cloudwatch/logGroup:LogGroup")) {
      assert.equal(inputs.kmsKeyId, ARGS.kmsKeyArn);
      assert.equal(inputs.retentionInDays, 90);
      assert.match(inputs.name, /^\/aws\/elasticbeanstalk\/AI-Prism-Production\//);
    }
  });

  it("tells the names that alarms and CDN go by", async () => {
    const { result } = update;
    assert.equal(await valueOf(result.loadBalancerDimension), "app/awseb/0123456789abcdef");
    assert.equal(await valueOf(result.autoScalingGroupName), "awseb-AI-Prism-Production");
    assert.equal(await valueOf(result.cname), "ai-prism-prod.eu-north-1.elasticbeanstalk.com");
    assert.equal(
      await valueOf(result.logGroupNames.application),
      "/aws/elasticbeanstalk/AI-Prism-Production/var/log/web.stdout.log",
    );
  });

  it("serves HTTPS from a public load balancer when that is chosen", async () => {
    const certificateArn = "arn:aws:acm:eu-north-1:111122223333:certificate/c";
    const open = await run({ loadBalancer: { access: "public", certificateArn } });
    assert.equal(setting(open, "aws:elbv2:listener:443", "SSLCertificateArns"), certificateArn);
    assert.equal(setting(open, "aws:elbv2:listener:default", "ListenerEnabled"), "false");
  });

  it("has no listener on 443 while the CDN alone reaches it", () => {
    assert.equal(setting(update, "aws:elbv2:listener:443", "ListenerEnabled"), undefined);
    assert.equal(setting(update, "aws:elbv2:listener:default", "ListenerEnabled"), "true");
    assert.equal(setting(update, "aws:ec2:vpc", "ELBScheme"), "internal");
  });

  it("tells nothing in a preview that AWS has yet to say", async () => {
    const { result } = await run({}, true);
    assert.equal(await valueOf(result.loadBalancerArn), undefined);
    assert.equal(await valueOf(result.loadBalancerDimension), undefined);
    assert.equal(await valueOf(result.autoScalingGroupName), undefined);
    assert.equal(await valueOf(result.environmentName), "AI-Prism-Production");
  });

  it("keeps bundles that a release may go back to, unless it is disposable", async () => {
    assert.equal(update.one("aws:s3/bucket:Bucket").protect, true);
    assert.equal(update.one("aws:s3/bucket:Bucket").inputs.forceDestroy, false);
    const disposable = await run({ disposable: true });
    const lifecycle = setting(disposable, "aws:elasticbeanstalk:cloudwatch:logs", "DeleteOnTerminate");
    assert.equal(lifecycle, "true");
    assert.equal(disposable.one("aws:s3/bucket:Bucket").protect, false);
    assert.equal(disposable.one("aws:s3/bucket:Bucket").inputs.forceDestroy, true);
  });

  it("applies a transform to one child", async () => {
    const { one } = await run({ transform: { environment: { waitForReadyTimeout: "1h" } } });
    assert.equal(one(ENVIRONMENT).inputs.waitForReadyTimeout, "1h");
    assert.equal(one(ENVIRONMENT).inputs.cnamePrefix, "ai-prism-prod");
  });

  describe("and the files in app/platform agree:", () => {
    const read = (file: string) => fs.readFileSync(path.join(__dirname, "../../app/platform", file), "utf8");
    const extension = (file: string) => parse(read(`.ebextensions/${file}.config`));
    const variable = (name: string) => setting(update, "aws:elasticbeanstalk:application:environment", name);

    it("libpq finds the roots that the platform gathers", () => {
      const { command } = extension("15-database-roots").commands["10_database_roots"];
      assert.equal(command.split(" > ")[1], variable("PGSSLROOTCERT"));
    });

    it("the agent adds memory, under the metric that the alarm watches, to what Beanstalk has it stream", () => {
      const { files, container_commands: commands } = extension("20-cloudwatch-agent");
      const [[file, { content }]] = Object.entries<{ content: string }>(files) as [[string, { content: string }]];
      const {
        namespace,
        aggregation_dimensions: dimensions,
        metrics_collected: collected,
      } = JSON.parse(content).metrics;
      const { mem } = collected;
      assert.deepEqual(
        { namespace, name: mem.measurement[0], dimensions: dimensions[0], place: "home" },
        METRICS.instanceMemory,
      );
      const { command } = commands["90_cloudwatch_agent"];
      assert.match(command, / -a append-config /);
      assert.ok(command.endsWith(`file:${file}`));
    });

    it("web and workers write plain lines into the file whose log group is filtered", async () => {
      const { content } = extension("25-logs").files["/etc/rsyslog.d/10-ai-prism.conf"];
      const [, processes, target] = /programname == \[(.*)\] then[^]*file="([^"]+)"/.exec(content)!;
      assert.deepEqual(
        processes!.split(", ").map((quoted) => `${quoted.slice(1, -1)}:`),
        read("Procfile").match(/^\w+:/gm),
      );
      const group = await valueOf(update.result.logGroupNames.application);
      assert.equal(group, `/aws/elasticbeanstalk/AI-Prism-Production${target}`);
    });

    it("the processes start from variables that the environment has", () => {
      const needed = [...read("gunicorn.conf.py").matchAll(/_whole\(['"](\w+)['"]/g)].map(([, name]) => name!);
      assert.deepEqual(needed, ["PORT", "WEB_PROCESSES", "WEB_THREADS"]);
      // PORT is the application's, which says where it listens.
      assert.deepEqual(
        needed.filter((name) => variable(name) === undefined),
        ["PORT"],
      );
    });

    it("nginx waits at least as long as CDN and load balancer ever do, and closes connections after them", () => {
      const longest = 120;
      const nginx = read(".platform/nginx/nginx.conf");
      const seconds = (directive: string) => Number(new RegExp(`${directive} (\\d+)s;`).exec(nginx)?.[1]);
      for (const directive of ["client_body_timeout", "proxy_read_timeout", "proxy_send_timeout"]) {
        assert.ok(seconds(directive) >= longest, directive);
      }
      assert.ok(seconds("keepalive_timeout") > longest);
      const gunicorn = Number(/^timeout = (\d+)$/m.exec(read("gunicorn.conf.py"))?.[1]);
      assert.ok(gunicorn >= longest);
      assert.match(nginx, /include conf\.d\/elasticbeanstalk\/\*\.conf;/);
    });

    it("one instance migrates the database, and a dead process gets its instance replaced", () => {
      const migration = extension("30-migrations").container_commands["10_migrate"];
      assert.equal(migration.leader_only, true);
      assert.match(migration.command, /&& python migrate_database\.py$/);
      const group = extension("10-scaling-group").Resources.AWSEBAutoScalingGroup.Properties;
      assert.deepEqual(group, { HealthCheckType: "ELB", HealthCheckGracePeriod: 300 });
    });
  });

  it("refuses more instances at least than at most", async () => {
    await assert.rejects(run({ minInstances: 16 }), {
      message: 'BeanstalkApp "application": minInstances = 16 is not allowed: at most maxInstances, 15',
    });
  });

  for (const variable of ["DB_PASSWORD", "API_KEY", "SESSION_TOKEN", "FLASK_SECRET"]) {
    it(`refuses the plain variable ${variable} and never prints its value`, async () => {
      await assert.rejects(run({ variables: { [variable]: "what it holds" } }), {
        message:
          `BeanstalkApp "application": variables = "${variable}" is not allowed: names that do not sound like a secret; ` +
          "a secret goes into secretVariables",
      });
    });
  }

  it("takes the ARN of a secret for what it is: a reference", async () => {
    await run({ variables: { DATABASE_SECRET_ARN: "arn:aws:secretsmanager:eu-north-1:111122223333:secret:x" } });
  });

  it("refuses more characters of variables than Beanstalk takes, those it adds itself included", async () => {
    const message = (length: number) =>
      `BeanstalkApp "application": variables = "${length} characters" is not allowed: ` +
      "at most 4096 characters of names and values";
    const none = await lengthOf({});
    await assert.rejects(run({ variables: { LONG: "x".repeat(4096) } }), { message: message(none + 4 + 4096 + 2) });
    await run({ variables: { LONG: "x".repeat(4096 - none - 6) } });
    await assert.rejects(run({ variables: { LONG: "x".repeat(4097 - none - 6) } }), { message: message(4097) });
  });

  it("refuses them in a preview when those that are known are too long already", async () => {
    const variables = { LONG: "x".repeat(4096), LATER: pulumi.output("known after the deployment") };
    await assert.rejects(
      run({ variables }, true),
      /variables = "\d+ characters" is not allowed: at most 4096 characters/,
    );
  });

  /** Characters that variables take up together with those of the platform: names, values and two separators each. */
  async function lengthOf(variables: Record<string, string>): Promise<number> {
    const settings = (await run({ variables })).one(ENVIRONMENT).inputs.settings as {
      namespace: string;
      name: string;
      value: string;
    }[];
    return settings
      .filter(({ namespace }) => namespace === "aws:elasticbeanstalk:application:environment")
      .reduce((sum, { name, value }) => sum + name.length + value.length + 2, 0);
  }
});
