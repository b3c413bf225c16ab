import * as fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createCertificate } from "../support/certificate";
import { startMinistack, type Ministack } from "../support/ministack";
import { stop } from "../support/processes";
import { Cdn } from "./cdn";
import { Credentials, EMULATED_SERVICES, Front } from "./front";
import type { ClientClass, Inside } from "./inside";
import { Bedrock } from "./services/bedrock";
import { CloudFront } from "./services/cloudfront";
import { CloudTrail } from "./services/cloudtrail";
import { CloudWatch } from "./services/cloudwatch";
import { Ec2 } from "./services/ec2";
import { ElasticBeanstalk } from "./services/elastic-beanstalk";
import { ElastiCache } from "./services/elasticache";
import { LoadBalancing } from "./services/elb";
import { Rds } from "./services/rds";
import { SecretsManager } from "./services/secrets-manager";
import { Sns } from "./services/sns";
import { Sts } from "./services/sts";

/** The account of the world; the stack files name the same one. */
export const ACCOUNT = "111122223333";

interface Destroyable {
  destroy(): void;
}

/**
 * AWS as far as the tests need it: an emulator for most services, and a front that answers for what the emulator lacks. Tests
 * change this world, by calls of AWS where AWS has them; they never change an answer.
 */
export class EmulatedAws {
  /** Who the program under test is. */
  readonly operator: Credentials;
  /** Who the application on the instances is. */
  readonly instance: Credentials;
  readonly bedrock = new Bedrock();
  readonly cloudfront: CloudFront;
  readonly cloudtrail = new CloudTrail();
  readonly rds: Rds;
  readonly secrets = new SecretsManager();
  readonly sns = new Sns();
  private readonly clientsByKind = new Map<string, Destroyable>();

  private constructor(
    readonly folder: string,
    private readonly ministack: Ministack,
    private readonly front: Front,
    private readonly insideClients: readonly Destroyable[],
    inside: Inside,
    readonly beanstalk: ElasticBeanstalk,
    /** The edge that viewers reach the distribution at. */
    readonly cdn: Cdn,
  ) {
    this.cloudfront = new CloudFront(cdn);
    this.rds = new Rds(inside);
    for (const service of [
      beanstalk,
      this.cloudfront,
      this.rds,
      this.bedrock.control,
      this.bedrock.runtime,
      this.cloudtrail,
      this.secrets,
      this.sns,
      new CloudWatch(),
      new Ec2(),
      new ElastiCache(),
      new LoadBalancing(inside, beanstalk),
      new Sts(),
    ]) {
      front.add(service);
    }
    this.operator = this.credentials("operator");
    this.credentials("administrator");
    this.instance = this.credentials("instance");
  }

  static async start(): Promise<EmulatedAws> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ai-prism-aws-"));
    const ministack = await startMinistack(folder, EMULATED_SERVICES);
    const front = await Front.start(ministack.port);
    const clients: Destroyable[] = [];
    const inside: Inside = (client, region, account) => {
      const made = new client({
        endpoint: `http://127.0.0.1:${ministack.port}`,
        region,
        credentials: { accessKeyId: account, secretAccessKey: "inside" },
      });
      clients.push(made as Destroyable);
      return made;
    };
    const beanstalk = new ElasticBeanstalk(inside);
    const cdn = await Cdn.start(inside, ACCOUNT, beanstalk, createCertificate(folder));
    return new EmulatedAws(folder, ministack, front, clients, inside, beanstalk, cdn);
  }

  /** Where every AWS client is to call. */
  get url(): string {
    return this.front.url;
  }

  /** Regions that are down, and actions that are throttled. */
  get weather(): Front["weather"] {
    return this.front.weather;
  }

  /** The variables with which a process is somebody in this world, and in no other. */
  environment(who: "operator" | "instance" = "operator"): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.url,
      AWS_ACCESS_KEY_ID: who,
      AWS_SECRET_ACCESS_KEY: "of-the-emulated-world",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: os.devNull,
      AWS_SHARED_CREDENTIALS_FILE: os.devNull,
      NODE_EXTRA_CA_CERTS: this.cdn.certificateFile,
    };
  }

  /** A client of somebody who may do everything, for tests to change and read the world with. */
  client<Client>(client: ClientClass<Client>, region = "eu-north-1"): Client {
    const key = `${client.name} ${region}`;
    const made =
      this.clientsByKind.get(key) ??
      new client({
        endpoint: this.url,
        region,
        credentials: { accessKeyId: "administrator", secretAccessKey: "of-the-emulated-world" },
      });
    this.clientsByKind.set(key, made as Destroyable);
    return made as Client;
  }

  /** Ends the world. @throws Error when a request, or an answer of the front's own, broke a service's model */
  async stop(): Promise<void> {
    for (const client of [...this.clientsByKind.values(), ...this.insideClients]) client.destroy();
    await Promise.all([this.front.stop(), this.cdn.stop(), stop(this.ministack.started)]);
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
    const complaints = this.takeComplaints();
    if (complaints.length > 0) throw new Error(`not as AWS's own models have it:\n${complaints.join("\n")}`);
  }

  /** What broke a service's model so far; whoever takes it answers for it. */
  takeComplaints(): string[] {
    return this.front.complaints.splice(0);
  }

  private credentials(name: string): Credentials {
    const made = new Credentials(name, ACCOUNT, name);
    this.front.credentials.set(name, made);
    return made;
  }
}

/** Starts an emulated AWS with nothing in it; whoever starts it stops it. */
export function startEmulatedAws(): Promise<EmulatedAws> {
  return EmulatedAws.start();
}
