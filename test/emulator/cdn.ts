import {
  type CachePolicyConfig,
  CloudFrontClient,
  type DefaultCacheBehavior,
  type DistributionConfig,
  GetCachePolicyCommand,
  GetDistributionConfigCommand,
  GetResponseHeadersPolicyCommand,
  GetVpcOriginCommand,
  type ResponseHeadersPolicyConfig,
} from "@aws-sdk/client-cloudfront";
import { DescribeSecurityGroupRulesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import type { Certificate } from "../support/certificate";
import type { Inside } from "./inside";
import { OnePort } from "./one-port";
import type { ElasticBeanstalk, Environment } from "./services/elastic-beanstalk";

/** What an edge location keeps of an answer. */
interface Kept {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly since: number;
  readonly seconds: number;
}

/** An answer on its way to the viewer. */
interface Answer {
  readonly status: number;
  readonly headers: http.OutgoingHttpHeaders;
  readonly body: Buffer | string;
}

/** Why there is no answer of the origin's. */
class EdgeError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * An edge location of CloudFront with one distribution. It asks the world for the distribution's configuration at each request
 * and does what that says: redirects, caches, forwards to the load balancer that the origin names, adds headers. HTTP and
 * HTTPS stand on one port, since the distribution's domain name here is an address with a port.
 */
export class Cdn {
  /** The distribution that the edge serves; known when it was created. */
  distributionId?: string;
  /** Where the application of an environment is served, by the environment's name: what runs on its instances. */
  readonly applications = new Map<string, string>();
  private readonly cache = new Map<string, Kept>();
  private port!: OnePort;

  private constructor(
    private readonly inside: Inside,
    private readonly account: string,
    private readonly beanstalk: ElasticBeanstalk,
    /** The root that viewers have to trust. */
    readonly certificateFile: string,
  ) {}

  static async start(
    inside: Inside,
    account: string,
    beanstalk: ElasticBeanstalk,
    { file, key }: Certificate,
  ): Promise<Cdn> {
    const cdn = new Cdn(inside, account, beanstalk, file);
    const secure = https.createServer(
      { cert: fs.readFileSync(file), key: fs.readFileSync(key) },
      (request, response) => {
        void cdn.serve("https", request, response);
      },
    );
    const plain = http.createServer((request, response) => {
      void cdn.serve("http", request, response);
    });
    cdn.port = await OnePort.listen({ http: plain, tls: secure });
    return cdn;
  }

  /** What stands for the distribution's domain name. */
  get host(): string {
    return `127.0.0.1:${this.port.number}`;
  }

  stop(): Promise<void> {
    return this.port.close();
  }

  /** Forgets what is kept below these patterns, as an invalidation does. */
  forget(patterns: readonly string[]): void {
    for (const path of this.cache.keys()) {
      if (patterns.some((pattern) => matches(pattern, path))) this.cache.delete(path);
    }
  }

  private async serve(
    scheme: "http" | "https",
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    let answer: Answer;
    try {
      answer = await this.answer(scheme, request, Buffer.concat(parts));
    } catch (error) {
      const { status, message } = error instanceof EdgeError ? error : new EdgeError(500, String(error));
      answer = { status, headers: { "x-cache": "Error from cloudfront", "content-type": "text/plain" }, body: message };
    }
    response.writeHead(answer.status, {
      ...answer.headers,
      via: "1.1 emulated.cloudfront.net (CloudFront)",
      "x-amz-cf-pop": "ARN56-P1",
      "x-amz-cf-id": randomBytes(42).toString("base64"),
    });
    response.end(request.method === "HEAD" ? undefined : answer.body);
  }

  private async answer(scheme: string, request: http.IncomingMessage, body: Buffer): Promise<Answer> {
    const { method = "GET", url = "/" } = request;
    const config = await this.configuration();
    if (!config.Enabled) throw new EdgeError(403, "The distribution is disabled.");
    const path = url.split("?", 1)[0]!;
    const behavior =
      config.CacheBehaviors?.Items?.find(({ PathPattern }) => matches(PathPattern!, path)) ??
      config.DefaultCacheBehavior!;
    if (scheme === "http" && behavior.ViewerProtocolPolicy === "redirect-to-https") {
      const headers = { location: `https://${request.headers.host}${url}`, "x-cache": "Redirect from cloudfront" };
      return { status: 301, headers, body: "" };
    }
    if (scheme === "http" && behavior.ViewerProtocolPolicy === "https-only") {
      throw new EdgeError(403, "This distribution is configured to block HTTP requests.");
    }
    if (!behavior.AllowedMethods?.Items?.includes(method as "GET")) {
      throw new EdgeError(403, "This distribution is not configured to allow the HTTP request method.");
    }
    const policy = await this.cachePolicy(behavior.CachePolicyId!);
    const kept = method === "GET" ? this.cache.get(path) : undefined;
    const security = await this.headersOf(behavior);
    if (kept && policy.MaxTTL !== 0) {
      const age = Math.floor((Date.now() - kept.since) / 1000);
      if (age < kept.seconds) {
        const headers = { ...kept.headers, ...security, age: String(age), "x-cache": "Hit from cloudfront" };
        return { status: kept.status, headers, body: kept.body };
      }
    }
    const answer = await this.askOrigin(config, behavior, request, body);
    const seconds = secondsToKeep(answer.headers, policy);
    if (method === "GET" && answer.status === 200 && seconds > 0)
      this.cache.set(path, { ...answer, since: Date.now(), seconds });
    const cache = answer.status >= 500 ? "Error from cloudfront" : "Miss from cloudfront";
    return { status: answer.status, headers: { ...answer.headers, ...security, "x-cache": cache }, body: answer.body };
  }

  private async configuration(): Promise<DistributionConfig> {
    if (this.distributionId === undefined) throw new EdgeError(403, "There is no distribution.");
    const command = new GetDistributionConfigCommand({ Id: this.distributionId });
    const { DistributionConfig } = await this.cloudfront()
      .send(command)
      .catch(() => {
        throw new EdgeError(403, "The distribution is gone.");
      });
    return DistributionConfig!;
  }

  private cloudfront(): CloudFrontClient {
    return this.inside(CloudFrontClient, "us-east-1", this.account);
  }

  private async cachePolicy(id: string): Promise<CachePolicyConfig> {
    const { CachePolicy } = await this.cloudfront().send(new GetCachePolicyCommand({ Id: id }));
    return CachePolicy!.CachePolicyConfig!;
  }

  private async headersOf({ ResponseHeadersPolicyId: id }: DefaultCacheBehavior): Promise<http.OutgoingHttpHeaders> {
    if (!id) return {};
    const { ResponseHeadersPolicy } = await this.cloudfront().send(new GetResponseHeadersPolicyCommand({ Id: id }));
    return securityHeaders(ResponseHeadersPolicy!.ResponseHeadersPolicyConfig!);
  }

  /** Asks the application behind the load balancer that the origin names, where the network lets the edge through. */
  private async askOrigin(
    config: DistributionConfig,
    { TargetOriginId }: DefaultCacheBehavior,
    request: http.IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }> {
    const origin = config.Origins?.Items?.find(({ Id }) => Id === TargetOriginId);
    const environment = this.beanstalk.environments.find(({ endpoint }) => endpoint === origin?.DomainName);
    const application = environment && this.applications.get(environment.name);
    if (!origin || !environment || !application || environment.status === "Terminated") {
      throw new EdgeError(502, "CloudFront wasn't able to resolve the origin domain name.");
    }
    const vpcOriginId = origin.VpcOriginConfig?.VpcOriginId;
    if (vpcOriginId) {
      const { VpcOrigin } = await this.cloudfront()
        .send(new GetVpcOriginCommand({ Id: vpcOriginId }))
        .catch(() => ({ VpcOrigin: undefined }));
      if (VpcOrigin?.VpcOriginEndpointConfig?.Arn !== environment.loadBalancerArn) {
        throw new EdgeError(502, "CloudFront wasn't able to connect to the VPC origin.");
      }
    }
    if (!(await this.letIn(environment))) throw new EdgeError(504, "CloudFront gave up waiting for the origin.");
    if (environment.instances.every(({ health }) => health === "Severe" || health === "NoData")) {
      return {
        status: 503,
        headers: { server: "awselb/2.0" },
        body: Buffer.from("503 Service Temporarily Unavailable"),
      };
    }
    return ask(new URL(request.url!, application), request, body);
  }

  /** Whether the security groups of an environment's load balancer have a rule that port 80 comes in by. */
  private async letIn({ loadBalancerArn, region }: Environment): Promise<boolean> {
    const { LoadBalancers: [balancer] = [] } = await this.inside(
      ElasticLoadBalancingV2Client,
      region,
      this.account,
    ).send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [loadBalancerArn] }));
    const { SecurityGroupRules = [] } = await this.inside(EC2Client, region, this.account).send(
      new DescribeSecurityGroupRulesCommand({
        Filters: [{ Name: "group-id", Values: balancer?.SecurityGroups ?? [] }],
      }),
    );
    return SecurityGroupRules.some(
      ({ IsEgress, FromPort = 0, ToPort = 0 }) => !IsEgress && FromPort <= 80 && ToPort >= 80,
    );
  }
}

function ask(
  url: URL,
  { method, headers }: http.IncomingMessage,
  body: Buffer,
): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const onward = http.request(url, { method, headers: { ...headers, host: url.host } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => {
        // How the next connection carries the answer is its own affair.
        const kept = Object.entries(answer.headers).filter(
          ([name]) => !/^(connection|keep-alive|transfer-encoding)$/.test(name),
        );
        resolve({ status: answer.statusCode!, headers: Object.fromEntries(kept), body: Buffer.concat(parts) });
      });
    });
    onward.on("error", () => {
      reject(new EdgeError(502, "CloudFront wasn't able to connect to the origin."));
    });
    onward.end(body);
  });
}

/** How long the policy lets the edge keep an answer that says this of itself. */
function secondsToKeep(
  headers: http.IncomingHttpHeaders,
  { MinTTL = 0, DefaultTTL = 0, MaxTTL = 0 }: CachePolicyConfig,
): number {
  const control = headers["cache-control"];
  if (control === undefined) return Math.min(DefaultTTL, MaxTTL);
  if (/no-store|no-cache|private/.test(control)) return MinTTL;
  const age = /s-maxage=(\d+)/.exec(control) ?? /max-age=(\d+)/.exec(control);
  return Math.min(Math.max(age ? Number(age[1]) : DefaultTTL, MinTTL), MaxTTL);
}

/** Whether a path fits a pattern of CloudFront's: `*` for any characters, `?` for one. */
function matches(pattern: string, path: string): boolean {
  const expression = pattern
    .replace(/[.+^$()|[\]{}\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^/?${expression.replace(/^\//, "")}$`).test(path);
}

function securityHeaders({ SecurityHeadersConfig: config }: ResponseHeadersPolicyConfig): http.OutgoingHttpHeaders {
  const { ContentSecurityPolicy, ContentTypeOptions, FrameOptions, ReferrerPolicy, StrictTransportSecurity } =
    config ?? {};
  return {
    ...(ContentSecurityPolicy && { "content-security-policy": ContentSecurityPolicy.ContentSecurityPolicy }),
    ...(ContentTypeOptions && { "x-content-type-options": "nosniff" }),
    ...(FrameOptions && { "x-frame-options": FrameOptions.FrameOption }),
    ...(ReferrerPolicy && { "referrer-policy": ReferrerPolicy.ReferrerPolicy }),
    ...(StrictTransportSecurity && {
      "strict-transport-security": `max-age=${StrictTransportSecurity.AccessControlMaxAgeSec}${StrictTransportSecurity.IncludeSubdomains ? "; includeSubDomains" : ""}`,
    }),
  };
}
