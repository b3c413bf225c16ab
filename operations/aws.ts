import { exitCode, PrismError } from "./errors";

/** How long AWS is waited for, and how often it is asked again. */
export interface Patience {
  /** Seconds until there is a connection. */
  readonly connect: number;
  /** Seconds until there is an answer. */
  readonly answer: number;
  /** How many times a call is made in all when AWS does not answer, or throttles it. */
  readonly tries: number;
}

const PATIENCE: Patience = { connect: 3, answer: 10, tries: 4 };

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
  STSClient: "sts",
};

/** Calls whose permission has another name. */
const ACTIONS: Readonly<Record<string, string>> = {
  "bedrock:Converse": "bedrock:InvokeModel",
  "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
  "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
  "s3:HeadObject": "s3:GetObject",
  "s3:ListObjectsV2": "s3:ListBucket",
};

/** Why AWS did not do what it was asked. */
export type FailureKind = "denied" | "missing" | "throttled" | "credentials" | "unreachable" | "refused";

/** A call of AWS that failed for good, after its retries. The message says what is in the way and what to do about it. */
export class AwsFailure extends PrismError {
  readonly kind: FailureKind;
  /** AWS's own code, such as `InvalidParameterValue`, or Node's. */
  readonly awsCode: string;
  /** What AWS said, in its first line, without our words around it. */
  readonly awsMessage: string;
  /** IAM's name of the service. */
  readonly service: string;
  /** IAM action that allows the call. */
  readonly action: string;

  /**
   * @param client Class of the SDK's client.
   * @param command Name of the call, with or without `Command` at its end.
   * @param cause What the SDK threw.
   */
  constructor(
    client: string,
    command: string,
    readonly region: string,
    cause: unknown,
  ) {
    const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
    const awsCode = codeOf(cause) ?? name;
    const kind = kindOf(cause, awsCode);
    const awsMessage = message.split("\n")[0] ?? "";
    const service = SERVICES[client] ?? client;
    const call = `${service}:${command.replace(/Command$/, "")}`;
    const action = /not authorized to perform:? ([\w-]+:\w+)/i.exec(message)?.[1] ?? ACTIONS[call] ?? call;
    super(
      explanation(kind, { place: `${service} in ${region}`, action, awsCode, awsMessage }),
      kind === "credentials" ? exitCode.missing : exitCode.failed,
    );
    this.cause = cause;
    this.kind = kind;
    this.awsCode = awsCode;
    this.awsMessage = awsMessage;
    this.service = service;
    this.action = action;
  }

  /** Whether the same call may well succeed in a moment. */
  get isTransient(): boolean {
    return this.kind === "throttled" || this.kind === "unreachable";
  }

  /** The same, said of what it put an end to. */
  endOf(undertaking: string): PrismError {
    return new PrismError(`${undertaking}: ${this.message}`, this.code);
  }
}

function explanation(
  kind: FailureKind,
  { place, action, awsCode, awsMessage }: { place: string; action: string; awsCode: string; awsMessage: string },
): string {
  switch (kind) {
    case "denied":
      return `these credentials may not call ${action} (${place}): ${awsMessage}`;
    case "credentials":
      return NO_CREDENTIALS.test(awsCode)
        ? `no AWS credentials: ${awsMessage}; ${SIGN_IN}`
        : `AWS credentials are refused: ${REFUSED_CREDENTIALS[awsCode] ?? awsCode}; ${SIGN_IN}`;
    case "unreachable":
      return `${place} does not answer (${awsCode})`;
    case "throttled":
      return `${place} is asked too often (${awsCode}); run it again in a minute`;
    case "missing":
      return `${awsMessage} (${awsCode} of ${place})`;
    case "refused":
      return `${place} refuses ${action}: ${awsCode}: ${awsMessage}`;
  }
}

const SIGN_IN = "sign in again (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID";
const NO_CREDENTIALS = /^(CredentialsProviderError|TokenProviderError)$/;

/** What AWS calls credentials that were valid once, or never. */
const REFUSED_CREDENTIALS: Readonly<Record<string, string>> = {
  AuthFailure: "AWS does not know these credentials",
  ExpiredToken: "the session has expired",
  ExpiredTokenException: "the session has expired",
  InvalidAccessKeyId: "AWS does not know these credentials",
  InvalidClientTokenId: "AWS does not know these credentials",
  UnrecognizedClientException: "AWS does not know these credentials",
  SignatureDoesNotMatch: "the secret access key does not belong to the access key",
};

const UNREACHABLE = new RegExp(
  `^(${[
    // Of Node, for sockets and streams.
    "ENOTFOUND|ECONN\\w+|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|EPROTO|ERR_STREAM_PREMATURE_CLOSE",
    // Of the SDK, and of AWS.
    "NetworkingError|TimeoutError|AbortError|ServiceUnavailable(Exception)?",
  ].join("|")})$`,
);
const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/;
const DENIED = /^(AccessDenied\w*|UnauthorizedOperation|AuthorizationError\w*|InsufficientPrivileges\w*|Forbidden)$/;
const MISSING = /NotFound|^NoSuch/;

function kindOf(cause: unknown, code: string): FailureKind {
  const status = (cause as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
  if (NO_CREDENTIALS.test(code) || Object.hasOwn(REFUSED_CREDENTIALS, code)) return "credentials";
  if (THROTTLED.test(code) || status === 429) return "throttled";
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
  readonly #patience: Patience;
  #closed = false;
  #credentials: unknown;

  constructor(patience: Partial<Patience> = {}) {
    this.#patience = { ...PATIENCE, ...patience };
  }

  /** A client, by its class. `unlike` the others, it may have a patience of its own. */
  client<Client extends SdkClient>(
    type: new (config: SdkConfig) => Client,
    region: string,
    unlike: Partial<Patience> = {},
  ): Client {
    const { connect, answer, tries } = { ...this.#patience, ...unlike };
    const key = [type.name, region, connect, answer, tries].join(" ");
    const known = this.#clients.get(key);
    if (known) return known as Client;
    const client = new type({
      region,
      maxAttempts: tries,
      // Found out once: a profile may ask STS, or a person.
      ...(this.#credentials !== undefined && { credentials: this.#credentials as never }),
      requestHandler: {
        connectionTimeout: connect * 1000,
        requestTimeout: answer * 1000,
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
