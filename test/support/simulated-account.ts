import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { type StandIn, startStandIn, World } from "../../rehearsal";

/** Answers `sts:GetCallerIdentity` as AWS does: who the caller is, or why it does not say. */
class Sts {
  account: string;
  error: { status: number; code: string; message: string } | undefined;
  readonly #server = http.createServer((_request, response) => {
    const { error } = this;
    response.setHeader("content-type", "text/xml");
    response.statusCode = error?.status ?? 200;
    response.end(
      error
        ? `<ErrorResponse><Error><Type>Sender</Type><Code>${error.code}</Code><Message>${error.message}</Message></Error></ErrorResponse>`
        : `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::${this.account}:user/tester</Arn><UserId>U</UserId><Account>${this.account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    );
  });

  constructor(private readonly own: string) {
    this.account = own;
  }

  /** The own account again, without an error. */
  reset(): void {
    this.account = this.own;
    this.error = undefined;
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** An AWS account of the stand-in with a backend for Pulumi's state, for the verbs that work on what is deployed. */
export class SimulatedAccount {
  private constructor(
    readonly world: World,
    readonly sts: Sts,
    /** What the verbs and the Pulumi CLI are to find in their environment. */
    readonly env: NodeJS.ProcessEnv,
    private readonly standIn: StandIn,
  ) {}

  /** @param directory Folder for world, state and settings. */
  static async start(directory: string, accountId: string, cli: string): Promise<SimulatedAccount> {
    const backend = path.join(directory, "state");
    fs.mkdirSync(backend, { recursive: true });
    const world = World.load(path.join(directory, "world.json"), { accountId, region: "eu-north-1" });
    const standIn = await startStandIn(world);
    const sts = new Sts(accountId);
    const env = {
      PRISM_DIR: path.join(directory, "prism"),
      PRISM_PULUMI: cli,
      PULUMI_BACKEND_URL: pathToFileURL(backend).href,
      PULUMI_CONFIG_PASSPHRASE: "of a test",
      PULUMI_HOME: path.join(directory, "home"),
      PULUMI_DEBUG_PROVIDERS: standIn.debugProviders,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      AWS_ENDPOINT_URL_STS: await sts.start(),
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: path.join(directory, "none"),
      AWS_SHARED_CREDENTIALS_FILE: path.join(directory, "none"),
    };
    return new SimulatedAccount(world, sts, env, standIn);
  }

  stop(): void {
    this.standIn.close();
    this.sts.stop();
  }
}
