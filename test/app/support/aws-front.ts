import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** What a service answers instead of doing its work. */
export type Fault = { readonly status: number; readonly code: string } | "hang";

/** How a model takes one call: an answer, or an error of Bedrock's. */
export type ModelBehaviour = "answer" | "slow" | Fault;

const THROTTLED: Fault = { status: 429, code: "ThrottlingException" };

/** Bedrock's own errors, as its API documents them. */
export const BEDROCK_FAULTS = {
  throttled: THROTTLED,
  denied: { status: 403, code: "AccessDeniedException" },
  timeout: { status: 408, code: "ModelTimeoutException" },
  broken: { status: 500, code: "InternalServerException" },
  unavailable: { status: 503, code: "ServiceUnavailableException" },
  invalid: { status: 400, code: "ValidationException" },
} as const satisfies Record<string, Fault>;

/**
 * The one endpoint that the application's AWS clients are given: answers for Bedrock itself and hands the rest to the
 * emulator, or fails on command.
 */
export class AwsFront {
  /** Fault of S3 or Secrets Manager, by what `when` matches of the request's path and target. */
  fault?: { readonly when: RegExp; readonly fault: Fault };
  /** How each model behaves; those not named answer. */
  behaviour = new Map<string, ModelBehaviour>();
  /** Every call of a model, in order. */
  readonly calls: {
    readonly model: string;
    readonly at: number;
    readonly outcome: string;
    readonly document?: string;
  }[] = [];

  private constructor(
    private readonly server: http.Server,
    private readonly emulatorPort: number,
  ) {}

  static async start(emulatorPort: number): Promise<AwsFront> {
    const server = http.createServer();
    const front = new AwsFront(server, emulatorPort);
    server.on("request", (request, response) => {
      front.answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** All models answer, and everything works. */
  mend(): void {
    this.fault = undefined;
    this.behaviour.clear();
  }

  /** A call of S3 in the emulator. @throws Error when it is refused */
  async s3(method: "GET" | "PUT", path: string, body?: Buffer<ArrayBuffer>): Promise<Buffer<ArrayBuffer>> {
    const response = await fetch(`http://127.0.0.1:${this.emulatorPort}${path}`, { method, body });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** A call of Secrets Manager in the emulator. @throws Error when it is refused */
  async secrets(action: string, body: object): Promise<Record<string, unknown>> {
    const response = await fetch(`http://127.0.0.1:${this.emulatorPort}/`, {
      method: "POST",
      headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `secretsmanager.${action}` },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${action}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) =>
      this.server.close(() => {
        resolve();
      }),
    );
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const body: Buffer[] = [];
    request.on("data", (part: Buffer) => body.push(part));
    request.on("end", () => {
      const model = /^\/model\/([^/]+)\/converse$/.exec(request.url ?? "")?.[1];
      if (model) this.converse(decodeURIComponent(model), Buffer.concat(body), response);
      else this.forward(request, Buffer.concat(body), response);
    });
  }

  private converse(model: string, body: Buffer, response: http.ServerResponse): void {
    const behaviour = this.behaviour.get(model) ?? "answer";
    const outcome = typeof behaviour === "string" ? behaviour : behaviour.code;
    const { messages } = JSON.parse(body.toString()) as {
      messages: { content: { document?: { source: { bytes: string } } }[] }[];
    };
    const bytes = messages[0]?.content.find(({ document }) => document)?.document?.source.bytes;
    const document = bytes === undefined ? undefined : Buffer.from(bytes, "base64").toString();
    this.calls.push({ model, at: Date.now(), outcome, document });
    if (behaviour !== "answer" && behaviour !== "slow") {
      fail(response, behaviour);
      return;
    }
    const text = document === undefined ? "ok" : `review of: ${document}`;
    const answer = {
      output: { message: { role: "assistant", content: [{ text }] } },
      stopReason: "end_turn",
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      metrics: { latencyMs: 1 },
    };
    setTimeout(
      () => {
        json(response, 200, answer);
      },
      behaviour === "slow" ? 1000 : 0,
    );
  }

  private forward(request: http.IncomingMessage, body: Buffer, response: http.ServerResponse): void {
    const what = `${request.method} ${request.url} ${request.headers["x-amz-target"] ?? ""}`;
    if (this.fault?.when.test(what)) {
      fail(response, this.fault.fault);
      return;
    }
    const onward = http.request(
      {
        host: "127.0.0.1",
        port: this.emulatorPort,
        path: request.url,
        method: request.method,
        headers: request.headers,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => {
      response.destroy();
    });
    onward.end(body);
  }
}

function fail(response: http.ServerResponse, fault: Fault): void {
  // Left open until the client gives up, or the tests end.
  if (fault === "hang") return;
  response.setHeader("x-amzn-errortype", fault.code);
  // S3 alone answers in XML; its code stands there.
  response.writeHead(fault.status, { "content-type": "application/xml" });
  response.end(`<Error><Code>${fault.code}</Code><Message>as the test wants it</Message></Error>`);
}

function json(response: http.ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
