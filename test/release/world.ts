import {
  CloudFrontClient,
  CreateDistributionCommand,
  type DistributionConfig,
  ListInvalidationsCommand,
} from "@aws-sdk/client-cloudfront";
import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateApplicationCommand,
  CreateApplicationVersionCommand,
  CreateEnvironmentCommand,
  DescribeEnvironmentsCommand,
  ElasticBeanstalkClient,
} from "@aws-sdk/client-elastic-beanstalk";
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { MANAGED_CACHE_POLICIES } from "../../catalog/cloudfront";
import { Progress } from "../../operations/output";
import { root } from "../../operations/paths";
import { packBundle } from "../../operations/release/package";
import type { Pace } from "../../operations/release/wait";
import { writeStack } from "../emulator/deployed";
import { type EmulatedAws, startEmulatedAws } from "../emulator/emulated-aws";
import type { Environment } from "../emulator/services/elastic-beanstalk";

/** As often as the tests' world moves on: it does with each question, and has no clock. */
export const TEST_PACE: Pace = {
  first: 0.01,
  most: 0.05,
  processing: 30,
  deployment: 60,
  settling: 30,
  invalidation: 30,
};

/** Physical names of what a release works with. */
export const NAMES = {
  application: "AI-Prism",
  environment: "AI-Prism-Production",
  bucket: "ai-prism-bundles-111122223333",
} as const;

const REGION = "eu-north-1";

/** The part of production that releases work with, in an emulated AWS, and a stack that says where it is. */
export class ReleaseWorld {
  /** Version that the environment came up with: the reference application. */
  initialVersion = "";
  /** Whether every part that the application stands on answers. */
  partsAnswer = true;
  private answering = 0;
  private distributionId = "";

  private constructor(
    readonly folder: string,
    readonly aws: EmulatedAws,
    private readonly application: http.Server,
  ) {}

  /** @param folder Where bundles and the stack's backend lie; the caller removes it. */
  static async start(folder: string): Promise<ReleaseWorld> {
    const server = http.createServer();
    const world = new ReleaseWorld(folder, await startEmulatedAws(), server);
    server.on("request", (_request, response) => {
      world.answer(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await world.deploy();
    world.writeStack();
    return world;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.application.address() as AddressInfo).port}`;
  }

  get environment(): Environment {
    return this.aws.beanstalk.environment(NAMES.environment);
  }

  /** The variables with which `./prism` works on this world. */
  variables(): NodeJS.ProcessEnv {
    return {
      ...this.aws.environment(),
      PRISM_DIR: path.join(this.folder, "prism"),
      PULUMI_BACKEND_URL: pathToFileURL(path.join(this.folder, "state")).href,
      PULUMI_CONFIG_PASSPHRASE: "of a test",
      PULUMI_HOME: path.join(this.folder, "pulumi-home"),
    };
  }

  /** Folder of an application like the reference one, with other content, and so another version. */
  applicationFolder(name: string, files: Record<string, string> = {}): string {
    const folder = path.join(this.folder, name);
    fs.cpSync(path.join(root, "app", "reference"), folder, { recursive: true });
    for (const [file, content] of Object.entries({ "name.txt": name, ...files })) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), content);
    }
    return folder;
  }

  /** Paths of each invalidation that the distribution was asked for. */
  async invalidations(): Promise<number> {
    const client = this.aws.client(CloudFrontClient, "us-east-1");
    const { InvalidationList: list } = await client.send(
      new ListInvalidationsCommand({ DistributionId: this.distributionId }),
    );
    return list?.Quantity ?? 0;
  }

  async stop(): Promise<void> {
    this.application.closeAllConnections();
    this.application.close();
    await this.aws.stop();
  }

  /**
   * What an instance behind the load balancer answers; they take turns. Over plain HTTP, past the world's edge: this
   * process does not trust the edge's certificate.
   */
  private answer(response: http.ServerResponse): void {
    const { instances } = this.environment;
    const instance = instances[this.answering++ % instances.length];
    const status = this.partsAnswer ? "ok" : "failing";
    response.writeHead(this.partsAnswer ? 200 : 503, { "content-type": "application/json" });
    response.end(JSON.stringify({ status, version: instance?.versionLabel }));
  }

  /** Makes everything, as the program's first deployment does. */
  private async deploy(): Promise<void> {
    const s3 = this.aws.client(S3Client);
    await s3.send(
      new CreateBucketCommand({ Bucket: NAMES.bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }),
    );
    await s3.send(
      new PutBucketVersioningCommand({ Bucket: NAMES.bucket, VersioningConfiguration: { Status: "Enabled" } }),
    );
    const { versionLabel, archive } = packBundle(path.join(root, "app", "reference"));
    const key = `${NAMES.application}/${versionLabel}.zip`;
    await s3.send(new PutObjectCommand({ Bucket: NAMES.bucket, Key: key, Body: archive }));

    const ec2 = this.aws.client(EC2Client);
    const { Vpc: vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
    const subnets: string[] = [];
    for (const [index, zone] of ["a", "b"].entries()) {
      const { Subnet: subnet } = await ec2.send(
        new CreateSubnetCommand({
          VpcId: vpc!.VpcId,
          CidrBlock: `10.0.${index}.0/24`,
          AvailabilityZone: `${REGION}${zone}`,
        }),
      );
      subnets.push(subnet!.SubnetId!);
    }
    const beanstalk = this.aws.client(ElasticBeanstalkClient);
    await beanstalk.send(new CreateApplicationCommand({ ApplicationName: NAMES.application }));
    await beanstalk.send(
      new CreateApplicationVersionCommand({
        ApplicationName: NAMES.application,
        VersionLabel: versionLabel,
        SourceBundle: { S3Bucket: NAMES.bucket, S3Key: key },
      }),
    );
    const option = (Namespace: string, OptionName: string, Value: string) => ({ Namespace, OptionName, Value });
    await beanstalk.send(
      new CreateEnvironmentCommand({
        ApplicationName: NAMES.application,
        EnvironmentName: NAMES.environment,
        VersionLabel: versionLabel,
        OptionSettings: [
          option("aws:ec2:vpc", "VPCId", vpc!.VpcId!),
          option("aws:ec2:vpc", "Subnets", subnets.join(",")),
          option("aws:ec2:vpc", "ELBSubnets", subnets.join(",")),
          option("aws:autoscaling:asg", "MinSize", "3"),
          option("aws:elasticbeanstalk:command", "DeploymentPolicy", "Immutable"),
        ],
      }),
    );
    const described = () => beanstalk.send(new DescribeEnvironmentsCommand({ EnvironmentNames: [NAMES.environment] }));
    while ((await described()).Environments?.[0]?.Status !== "Ready");
    this.initialVersion = versionLabel;

    const cloudfront = this.aws.client(CloudFrontClient, "us-east-1");
    const { Distribution: distribution } = await cloudfront.send(
      new CreateDistributionCommand({ DistributionConfig: distributionConfig(this.environment.endpoint) }),
    );
    this.distributionId = distribution!.Id!;
  }

  /**
   * A stack that says what the verbs read of it.
   *
   * @param pending What a run that was cut off has left, by type and URN.
   */
  writeStack(pending: { type: string; resource: { urn: string } }[] = []): void {
    const outputs = {
      regions: { home: REGION, replica: "eu-west-1", edge: "us-east-1" },
      url: this.url,
      application: {
        applicationName: NAMES.application,
        environmentName: NAMES.environment,
        bundleBucketName: NAMES.bucket,
        logGroupNames: { engine: `/aws/elasticbeanstalk/${NAMES.environment}/var/log/eb-engine.log` },
      },
      cdn: { distributionId: this.distributionId, domainName: "d111111abcdef8.cloudfront.net" },
    };
    const stack = {
      urn: "urn:pulumi:production::ai-prism::pulumi:pulumi:Stack::ai-prism-production",
      custom: false,
      type: "pulumi:pulumi:Stack",
      outputs,
    };
    const manifest = { time: "2026-11-26T00:00:00Z", magic: "", version: "" };
    writeStack(path.join(this.folder, "state"), "production", {
      version: 3,
      deployment: { manifest, resources: [stack], pending_operations: pending },
    });
  }
}

function distributionConfig(origin: string): DistributionConfig {
  const behavior = { TargetOriginId: "application", ViewerProtocolPolicy: "redirect-to-https" as const };
  return {
    CallerReference: "a deployment",
    Comment: "AI-Prism",
    Enabled: true,
    Origins: {
      Quantity: 1,
      Items: [
        {
          Id: "application",
          DomainName: origin,
          CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: "http-only" },
        },
      ],
    },
    DefaultCacheBehavior: { ...behavior, CachePolicyId: MANAGED_CACHE_POLICIES.cachingDisabled },
    CacheBehaviors: {
      Quantity: 1,
      Items: [{ ...behavior, PathPattern: "/static/*", CachePolicyId: MANAGED_CACHE_POLICIES.cachingOptimized }],
    },
  };
}

/** Progress that is kept instead of shown. */
export class KeptProgress extends Progress {
  readonly lines: string[] = [];

  override status(): void {
    // Nothing of it stays on a terminal either.
  }

  override line(text: string): void {
    this.lines.push(text);
  }
}
