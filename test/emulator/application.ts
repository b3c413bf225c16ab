import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as http from "node:http";
import { OnePort } from "./one-port";
import type { EmulatedAws } from "./emulated-aws";
import type { DeploymentOutputs } from "../../outputs";

/** Parts that the application stands on. */
export type Part = "database" | "redis" | "s3" | "bedrock";

/**
 * What answers on an environment's instances where the reference application itself would be too slow to start: its health
 * checks, in its words, and one static file.
 */
export class StandInApplication {
  /** For each part `ok`, or why it does not answer. */
  readonly parts: Record<Part, string> = { database: "ok", redis: "ok", s3: "ok", bedrock: "ok" };
  private port!: OnePort;
  private requests = 0;

  private constructor(
    private readonly world: EmulatedAws,
    private readonly outputs: DeploymentOutputs["application"],
  ) {}

  /** Starts it as the application of the environment that the outputs tell of. */
  static async start(world: EmulatedAws, outputs: DeploymentOutputs): Promise<StandInApplication> {
    const application = new StandInApplication(world, outputs.application);
    const server = http.createServer((request, response) => {
      void application.answer(request, response);
    });
    application.port = await OnePort.listen({ http: server });
    world.cdn.applications.set(outputs.application.environmentName, `http://127.0.0.1:${application.port.number}`);
    return application;
  }

  stop(): Promise<void> {
    return this.port.close();
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const json = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    switch (request.url?.split("?", 1)[0]) {
      case "/health/live":
        json(200, { status: "ok" });
        return;
      case "/health": {
        const ok = Object.values(this.parts).every((part) => part === "ok");
        const details = (await this.isOperator(request)) ? { parts: this.parts } : {};
        json(ok ? 200 : 503, { status: ok ? "ok" : "failing", version: this.version(), ...details });
        return;
      }
      case "/":
        response.writeHead(200, { "content-type": "text/html" });
        response.end('<!doctype html><link rel="stylesheet" href="/static/style.css"><title>AI-Prism</title>');
        return;
      case "/static/style.css":
        response.writeHead(200, { "content-type": "text/css", "cache-control": "public, max-age=3600" });
        response.end("body { color: black }");
        return;
      default:
        json(404, { error: "not found" });
    }
  }

  /** The version of the instance whose turn it is. */
  private version(): string | undefined {
    const { instances } = this.world.beanstalk.environment(this.outputs.environmentName);
    return instances[this.requests++ % instances.length]?.versionLabel;
  }

  private async isOperator({ headers }: http.IncomingMessage): Promise<boolean> {
    if (headers.authorization === undefined) return false;
    const { SecretString } = await this.world
      .client(SecretsManagerClient)
      .send(new GetSecretValueCommand({ SecretId: this.outputs.operatorTokenSecretArn }));
    return headers.authorization === `Bearer ${SecretString}`;
  }
}
