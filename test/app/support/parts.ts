import { startMinistack } from "../../support/ministack";
import { stop, type Started } from "../../support/processes";
import { AwsFront } from "./aws-front";
import { FIRST_PASSWORD, startStores, Stores } from "./stores";

/**
 * What the application stands on, as real as this machine has it: the stores, S3 and Secrets Manager from an emulator, and a
 * stand-in for Bedrock. Whoever starts them stops them.
 */
export class Parts extends Stores {
  private constructor(
    stores: Awaited<ReturnType<typeof startStores>>,
    readonly aws: AwsFront,
    /** Secret with the database's password. */
    readonly secretArn: string,
    private readonly emulator: Started,
  ) {
    super(...stores);
  }

  static override async start(): Promise<Parts> {
    const stores = await startStores();
    const emulator = await startMinistack(stores[0], ["s3", "secretsmanager"]);
    const aws = await AwsFront.start(emulator.port);
    await aws.s3("PUT", "/documents");
    await aws.s3("PUT", "/documents-replica");
    const { ARN } = await aws.secrets("CreateSecret", {
      Name: "rds!db-1",
      SecretString: JSON.stringify({ username: "aiprismadmin", password: FIRST_PASSWORD }),
    });
    return new Parts(stores, aws, ARN as string, emulator.started);
  }

  override async stop(): Promise<void> {
    await Promise.all([this.aws.stop(), stop(this.emulator)]);
    await super.stop();
  }
}
