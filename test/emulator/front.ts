import * as http from "node:http";
import * as http2 from "node:http2";
import { gunzipSync } from "node:zlib";
import { iamAction } from "./iam-actions";
import { Model } from "./model";
import { OnePort } from "./one-port";
import {
  type WireAnswer,
  type WireRequest,
  operationOf,
  readAnswer,
  readRequest,
  writeAnswer,
  writeError,
} from "./protocol";
import { type Call, type Principal, type Service, AwsError, Forwarded } from "./service";

// This project says itself which Node it needs.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** Folder of the model, in the SDK for Python, of each service of the world, by the name that requests are signed with. */
const SERVICES: Readonly<Record<string, string>> = {
  acm: "acm",
  bedrock: "bedrock",
  budgets: "budgets",
  cloudfront: "cloudfront",
  cloudtrail: "cloudtrail",
  ec2: "ec2",
  elasticache: "elasticache",
  elasticbeanstalk: "elasticbeanstalk",
  elasticloadbalancing: "elbv2",
  iam: "iam",
  kms: "kms",
  logs: "logs",
  monitoring: "cloudwatch",
  rds: "rds",
  s3: "s3",
  secretsmanager: "secretsmanager",
  sns: "sns",
  sqs: "sqs",
  sts: "sts",
  wafv2: "wafv2",
};

type Incoming = http.IncomingMessage | http2.Http2ServerRequest;
type Outgoing = http.ServerResponse | http2.Http2ServerResponse;

/** The same names as the emulator has for them; what the front answers whole is not among them. */
export const EMULATED_SERVICES: readonly string[] = Object.keys(SERVICES)
  .filter((name) => name !== "elasticbeanstalk")
  .concat("bedrock-runtime");

/** Credentials of the world, and what holds for them. */
export class Credentials implements Principal {
  /** A session that has ended. */
  expired = false;
  /** Actions that no policy allows, such as `rds:DescribeDBInstances`; `rds:*` is all of a service. */
  readonly denied = new Set<string>();

  constructor(
    readonly accessKeyId: string,
    /** Account that they belong to. */
    public account: string,
    private readonly name: string,
  ) {}

  get arn(): string {
    return `arn:aws:iam::${this.account}:user/${this.name}`;
  }

  may(action: string): boolean {
    return !this.denied.has(action) && !this.denied.has(`${action.split(":")[0]}:*`);
  }
}

/** What AWS itself does, whoever calls. */
export class Weather {
  /** Regions that nothing answers from. */
  readonly down = new Set<string>();
  /** How many more calls of an action are throttled, by action. */
  readonly throttled = new Map<string, number>();
  /** How many more answers of an action are lost on their way, after AWS did what it was asked, by action. */
  readonly lost = new Map<string, number>();
}

/**
 * The one endpoint of the emulated world. It finds service, region and caller in a request's signature, refuses what the
 * caller may not do, answers what the emulator lacks, and hands on the rest.
 */
export class Front {
  readonly weather = new Weather();
  readonly credentials = new Map<string, Credentials>();
  /** What was malformed, by the services' models: requests, and answers of the world's own. */
  readonly complaints: string[] = [];
  private readonly services = new Map<string, Service>();

  private port!: OnePort;

  private constructor(private readonly emulatorPort: number) {}

  static async start(emulatorPort: number): Promise<Front> {
    const front = new Front(emulatorPort);
    const receive = (request: Incoming, response: Outgoing): void => {
      front.receive(request, response);
    };
    front.port = await OnePort.listen({ http: http.createServer(receive), http2: http2.createServer(receive) });
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port.number}`;
  }

  /** Has the front answer operations of a service. */
  add(service: Service): void {
    this.services.set(service.name, service);
  }

  stop(): Promise<void> {
    return this.port.close();
  }

  private receive(request: Incoming, response: Outgoing): void {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { method = "GET", url = "/", headers } = request;
      const { headers: kept, body } = unpacked(headers, Buffer.concat(parts));
      const answered = this.handle({ method, url, headers: kept, body }).catch((error: unknown) =>
        // Nobody waits for this promise: what the emulator behind the front does not answer has to be told here.
        this.malformed(undefined, `${method} ${url}: ${String(error)}`),
      );
      void answered.then((answer) => {
        if (answer === "silence") {
          request.socket.destroy();
          return;
        }
        // Both kinds write alike; only their types cannot be called as one.
        const writable = response as http.ServerResponse;
        writable.writeHead(answer.status, answer.headers);
        writable.end(method === "HEAD" ? undefined : answer.body);
      });
    });
  }

  private async handle(request: WireRequest): Promise<WireAnswer | "silence"> {
    const signature = signatureOf(request);
    if (!signature) return plain(403, "Missing Authentication Token");
    const { accessKeyId, region, signedFor } = signature;
    if (this.weather.down.has(region)) return "silence";
    const folder = folderOf(signedFor, request);
    if (!folder) return this.malformed(undefined, `the emulated world has no service ${signedFor}`);
    const model = Model.of(folder);
    let operation: string;
    try {
      operation = operationOf(model, request);
    } catch (error) {
      return this.malformed(model, (error as Error).message);
    }
    const action = iamAction(folder, operation);
    const refusal = this.refusal(action, model, this.credentials.get(accessKeyId));
    if (refusal) return refusal;
    const answer = await this.answer(model, operation, request, region, this.credentials.get(accessKeyId)!);
    return oneLess(this.weather.lost, action) ? "silence" : answer;
  }

  /** Why AWS would not even begin: throttling, credentials, permissions. */
  private refusal(action: string, model: Model, credentials: Credentials | undefined): WireAnswer | undefined {
    if (!credentials) {
      return writeError(model, unknownKeyCode(model), "The security token included in the request is invalid.");
    }
    if (credentials.expired) {
      return writeError(model, expiredCode(model), "The security token included in the request is expired");
    }
    if (oneLess(this.weather.throttled, action)) {
      return writeError(model, throttledCode(model), "Rate exceeded");
    }
    if (credentials.may(action)) return undefined;
    const message = `User: ${credentials.arn} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
    return writeError(model, deniedCode(model), message);
  }

  private async answer(
    model: Model,
    name: string,
    request: WireRequest,
    region: string,
    principal: Credentials,
  ): Promise<WireAnswer> {
    const operation = model.operations[name]!;
    const where = `${model.service} ${name}`;
    let input: Record<string, unknown> = {};
    // The emulator's S3 takes bodies that are streams of chunks; they are not the front's business.
    const handler = this.services.get(model.service)?.answers[name];
    if (model.service !== "s3" || handler) {
      let problems: string[];
      try {
        input = readRequest(model, operation, request);
        problems = model.problems(input, operation.input, `${where}, request`);
      } catch (error) {
        problems = [`${where}, request: ${(error as Error).message}`];
      }
      if (problems.length > 0) return this.malformed(model, ...problems);
    }
    const forward = (): Promise<WireAnswer> => this.forward(request, principal.account);
    if (!handler) return forward();
    const call: Call = {
      operation: name,
      input,
      region,
      account: principal.account,
      principal,
      forward: async <Output>() => {
        const answer = await forward();
        if (answer.status >= 300) throw new Forwarded(answer);
        return readAnswer(model, operation, answer) as Output;
      },
    };
    try {
      const output = (await handler(call)) as Record<string, unknown>;
      const problems = model.problems(output, operation.output, `${where}, answer`);
      if (problems.length > 0) return this.malformed(model, ...problems);
      return writeAnswer(model, name, operation, output);
    } catch (error) {
      if (error instanceof Forwarded) return error.wire;
      if (error instanceof AwsError) return writeError(model, error.code, error.message);
      return this.malformed(model, `${where}: ${(error as Error).stack}`);
    }
  }

  /** Notes what is wrong, and answers so that the caller does not try again. */
  private malformed(model: Model | undefined, ...problems: string[]): WireAnswer {
    this.complaints.push(...problems);
    const message = problems.join("\n");
    return model ? writeError(model, "EmulatedWorldRefused", message) : plain(400, message);
  }

  private forward(request: WireRequest, account: string): Promise<WireAnswer> {
    // What HTTP/2 says by headers of its own, the request below says otherwise.
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !name.startsWith(":")));
    // The emulator takes the access key for the account, and verifies no signature.
    headers.authorization = String(headers.authorization).replace(/Credential=[^/]+/, `Credential=${account}`);
    return new Promise((resolve, reject) => {
      const { method, url: path } = request;
      const onward = http.request({ host: "127.0.0.1", port: this.emulatorPort, path, method, headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () => {
          const kept = Object.entries(answer.headers).filter(
            (header): header is [string, string] =>
              typeof header[1] === "string" && !["transfer-encoding", "connection"].includes(header[0]),
          );
          resolve({ status: answer.statusCode ?? 502, headers: Object.fromEntries(kept), body: Buffer.concat(parts) });
        });
        answer.on("error", reject);
      });
      onward.on("error", reject);
      onward.end(request.body);
    });
  }
}

/** The SDK packs long requests, and the emulator does not unpack them. */
function unpacked(headers: http.IncomingHttpHeaders, sent: Buffer): Pick<WireRequest, "headers" | "body"> {
  const { "content-encoding": encoding, ...kept } = headers;
  if (encoding !== "gzip") return { headers, body: sent };
  const body = gunzipSync(sent);
  return { headers: { ...kept, "content-length": String(body.length) }, body };
}

/** Whether there was one left to count down. */
function oneLess(counts: Map<string, number>, action: string): boolean {
  const left = counts.get(action) ?? 0;
  if (left > 0) counts.set(action, left - 1);
  return left > 0;
}

interface Signature {
  readonly accessKeyId: string;
  readonly region: string;
  readonly signedFor: string;
}

/** What a request's signature says of its caller and its destination. */
function signatureOf({ headers }: WireRequest): Signature | undefined {
  const scope = /Credential=([^/,\s]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(
    String(headers.authorization ?? ""),
  );
  return scope ? { accessKeyId: scope[1]!, region: scope[2]!, signedFor: scope[3]! } : undefined;
}

function folderOf(signedFor: string, { url }: WireRequest): string | undefined {
  // Both of Bedrock's services are signed for alike.
  if (signedFor === "bedrock" && url.startsWith("/model/")) return "bedrock-runtime";
  return SERVICES[signedFor];
}

function plain(status: number, message: string): WireAnswer {
  return { status, headers: { "content-type": "text/plain" }, body: message };
}

const isJson = ({ protocol }: Model): boolean => protocol === "json" || protocol === "rest-json";

function unknownKeyCode(model: Model): string {
  if (model.service === "s3") return "InvalidAccessKeyId";
  return isJson(model)
    ? "UnrecognizedClientException"
    : model.service === "ec2"
      ? "AuthFailure"
      : "InvalidClientTokenId";
}

function expiredCode(model: Model): string {
  return isJson(model) ? "ExpiredTokenException" : model.service === "ec2" ? "RequestExpired" : "ExpiredToken";
}

function throttledCode(model: Model): string {
  if (model.service === "s3") return "SlowDown";
  return isJson(model) ? "ThrottlingException" : model.service === "ec2" ? "RequestLimitExceeded" : "Throttling";
}

function deniedCode(model: Model): string {
  if (model.service === "sns") return "AuthorizationError";
  return isJson(model) ? "AccessDeniedException" : model.service === "ec2" ? "UnauthorizedOperation" : "AccessDenied";
}
