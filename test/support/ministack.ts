import path from "node:path";
import { freePort, start, until, type Started } from "./processes";
import { virtualEnvironment } from "./tools";

/** A running emulator of AWS. */
export interface Ministack {
  readonly port: number;
  readonly started: Started;
}

/** The virtual environment of the tests: the emulator, the service models of the AWS SDK for Python that it brings, a linter. */
export function testEnvironment(): string {
  return virtualEnvironment(path.join(__dirname, "requirements.txt"));
}

/**
 * Starts the emulator with some services and waits until it answers.
 *
 * @param folder What it writes lies below it.
 * @param services Names as the emulator's `SERVICES` takes them.
 */
export async function startMinistack(folder: string, services: readonly string[]): Promise<Ministack> {
  const bin = path.join(testEnvironment(), "bin");
  const port = await freePort();
  const started = start(path.join(bin, "ministack"), [], {
    cwd: folder,
    env: {
      PATH: `${bin}:${process.env.PATH}`,
      TMPDIR: folder,
      // It would listen on every address otherwise.
      BIND_HOST: "127.0.0.1",
      GATEWAY_PORT: String(port),
      MINISTACK_REGION: "eu-north-1",
      MINISTACK_AUTOCREATE_AWS_MANAGED: "1",
      SERVICES: services.join(","),
      SFTP_ENABLED: "0",
      IOT_MTLS_ENABLED: "0",
    },
  });
  const answers = async (): Promise<boolean> => {
    if (started.child.exitCode !== null) throw new Error(`ministack ended:\n${started.output()}`);
    return fetch(`http://127.0.0.1:${port}/_ministack/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  await until("ministack answers", answers, () => started.output());
  return { port, started };
}
