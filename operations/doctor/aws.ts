import { exitCode, MissingTool, PrismError, UsageError } from "../errors";

/** How long a connection and an answer may take; a call is tried several times. */
const CONNECT_MILLISECONDS = 3000;
const ANSWER_MILLISECONDS = 10_000;
const TRIES = 4;

/** Names of services in IAM actions, by the SDK's client. */
const SERVICES: Readonly<Record<string, string>> = {
  ACMClient: "acm",
  BedrockRuntimeClient: "bedrock",
  CloudFrontClient: "cloudfront",
  CloudTrailClient: "cloudtrail",
  CloudWatchClient: "cloudwatch",
  EC2Client: "ec2",
  ElastiCacheClient: "elasticache",
  ElasticBeanstalkClient: "elasticbeanstalk",
  ElasticLoadBalancingV2Client: "elasticloadbalancing",
  KMSClient: "kms",
  RDSClient: "rds",
  S3Client: "s3",
  SecretsManagerClient: "secretsmanager",
  SNSClient: "sns",
};

/** Calls whose permission has another name. */
const ACTIONS: Readonly<Record<string, string>> = {
  "bedrock:Converse": "bedrock:InvokeModel",
  "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
  "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
  "s3:ListObjectsV2": "s3:ListBucket",
};

/** Why AWS did not do what it was asked. */
export type FailureKind = "denied" | "missing" | "throttled" | "credentials" | "unreachable" | "refused";

/** A call that failed for good, after its retries. */
export class AwsFailure extends Error {
  readonly kind: FailureKind;
  /** AWS's own code, or Node's. */
  readonly code: string;
  /** IAM's name of the service. */
  readonly service: string;
  /** IAM action that allows the call. */
  readonly action: string;

  constructor(
    client: string,
    command: string,
    readonly region: string,
    cause: unknown,
  ) {
    const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
    super(message.split("\n")[0], { cause });
    this.name = "AwsFailure";
    this.code = codeOf(cause) ?? name;
    this.kind = kindOf(cause, this.code);
    this.service = SERVICES[client] ?? client;
    const call = `${this.service}:${command.replace(/Command$/, "")}`;
    this.action = /not authorized to perform:? ([\w-]+:\w+)/i.exec(message)?.[1] ?? ACTIONS[call] ?? call;
  }
}

const UNREACHABLE = /^(ENOTFOUND|ECONN\w+|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|TimeoutError|AbortError)$/;
const CREDENTIALS =
  /^(ExpiredToken\w*|InvalidClientTokenId|UnrecognizedClient\w*|CredentialsProviderError|TokenProviderError)$/;
const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/;
const DENIED = /^(AccessDenied\w*|UnauthorizedOperation|AuthorizationError\w*|InsufficientPrivileges\w*|Forbidden)$/;
const MISSING = /NotFound|^NoSuch/;

function kindOf(cause: unknown, code: string): FailureKind {
  const status = (cause as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
  if (CREDENTIALS.test(code)) return "credentials";
  if (THROTTLED.test(code)) return "throttled";
  if (DENIED.test(code)) return "denied";
  if (UNREACHABLE.test(code) || status >= 500) return "unreachable";
  if (MISSING.test(code)) return "missing";
  // S3 answers some questions with a status alone.
  if (status === 403) return "denied";
  return status === 404 ? "missing" : "refused";
}

function codeOf(error: unknown): string | undefined {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === "string" && UNREACHABLE.test(code)) return code;
  return typeof name === "string" && name !== "Error" ? name : undefined;
}

/** What every client of the SDK is made of, as far as it is used here. */
interface SdkClient {
  readonly config: { readonly credentials: unknown };
  readonly middlewareStack: { add(middleware: never, options: never): void };
  destroy(): void;
}

interface SdkConfig {
  region: string;
  maxAttempts: number;
  credentials?: never;
  requestHandler: { connectionTimeout: number; requestTimeout: number; throwOnRequestTimeout: boolean };
}

type Handler = (args: unknown) => Promise<unknown>;

/**
 * The SDK's clients, one of each service and region, all with the same credentials and patience. Whatever a call fails
 * with is an {@link AwsFailure}.
 */
export class Aws {
  readonly #clients = new Map<string, SdkClient>();
  #closed = false;
  #credentials: unknown;

  /** A client, by its class. */
  client<Client extends SdkClient>(type: new (config: SdkConfig) => Client, region: string): Client {
    const key = `${type.name} ${region}`;
    const known = this.#clients.get(key);
    if (known) return known as Client;
    const client = new type({
      region,
      maxAttempts: TRIES,
      // Found out once: a profile may ask STS, or a person.
      ...(this.#credentials !== undefined && { credentials: this.#credentials as never }),
      requestHandler: {
        connectionTimeout: CONNECT_MILLISECONDS,
        requestTimeout: ANSWER_MILLISECONDS,
        throwOnRequestTimeout: true,
      },
    });
    this.#credentials ??= client.config.credentials;
    const named =
      (next: Handler, { commandName = "" }: { commandName?: string }): Handler =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          throw new AwsFailure(type.name, commandName, region, error);
        }
      };
    client.middlewareStack.add(
      named as never,
      { step: "initialize", priority: "high", name: "prismFailures" } as never,
    );
    const unlessClosed = (next: Handler): Handler => {
      return (args) => (this.#closed ? Promise.reject(new Error("closed")) : next(args));
    };
    client.middlewareStack.add(
      unlessClosed as never,
      { step: "finalizeRequest", priority: "low", name: "prismClosed" } as never,
    );
    this.#clients.set(key, client);
    return client;
  }

  /** Ends what is still under way; nothing is tried again. */
  close(): void {
    this.#closed = true;
    for (const client of this.#clients.values()) client.destroy();
  }
}

/** A failure that ends the whole verb, for a person. */
export function toPrismError(failure: AwsFailure, doing: string): PrismError {
  const { kind, service, region, action, code, message } = failure;
  switch (kind) {
    case "denied":
      return new PrismError(`${doing}: these credentials may not call ${action} (${service} in ${region})`);
    case "credentials":
      return new MissingTool(`${doing}: AWS credentials are refused (${code}); sign in again (aws sso login)`);
    case "unreachable":
      return new PrismError(`${doing}: ${service} in ${region} does not answer (${code})`);
    case "throttled":
      return new PrismError(`${doing}: ${service} in ${region} is asked too often (${code}); run it again in a minute`);
    case "missing":
      return new UsageError(`${doing}: ${message} (${service} in ${region})`);
    case "refused":
      return new PrismError(`${doing}: ${service} in ${region} refuses it: ${code}: ${message}`, exitCode.failed);
  }
}
