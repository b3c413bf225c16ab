import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { type Aws, AwsFailure } from "../aws";
import { PrismError } from "../errors";
import type { PackedBundle } from "./package";

/**
 * One release or rollback, as it is written down in the bundle bucket. Beanstalk itself does not remember which version
 * ran before, and forgets its events after six weeks.
 */
export interface ReleaseRecord {
  kind: "release" | "rollback";
  from: string;
  to: string;
  /** Who did it, as STS says. */
  by: string;
  startedAt: string;
  /** Last event of the environment before it, by AWS's clock. */
  eventsAfter?: string;
  outcome: "started" | "deployed" | "failed" | "refused";
  endedAt?: string;
}

/** A record, and the number that orders it among its environment's. */
export interface NumberedRecord extends ReleaseRecord {
  number: number;
}

/** The bucket that an environment's bundles and the records of its releases lie in. */
export class ReleaseStore {
  readonly #client: S3Client;
  readonly #records: string;

  constructor(
    aws: Aws,
    private readonly region: string,
    readonly bucket: string,
    private readonly applicationName: string,
    environmentName: string,
  ) {
    // A bundle may take longer to upload than any other call.
    this.#client = aws.client(S3Client, region, { answer: 600 });
    this.#records = `${applicationName}/releases/${environmentName}/`;
  }

  keyOf(versionLabel: string): string {
    return `${this.applicationName}/${versionLabel}.zip`;
  }

  /** Uploads a bundle, encrypted as the bucket says. @returns whether it had to be: false when it lies there already */
  async upload({ versionLabel, archive, sha256 }: PackedBundle): Promise<boolean> {
    const key = this.keyOf(versionLabel);
    if ((await this.#head(this.bucket, key))?.ChecksumSHA256 === sha256) return false;
    const command = new PutObjectCommand({
      Bucket: this.bucket,
      Key: key,
      Body: archive,
      ContentType: "application/zip",
      ChecksumSHA256: sha256,
    });
    await this.#client.send(command);
    return true;
  }

  /** Whether an object is there. */
  async has(bucket: string, key: string): Promise<boolean> {
    return (await this.#head(bucket, key)) !== undefined;
  }

  /** An object's content, or undefined where it is larger than that. */
  async read(bucket: string, key: string, mostBytes: number): Promise<Uint8Array | undefined> {
    if (((await this.#head(bucket, key))?.ContentLength ?? Infinity) > mostBytes) return undefined;
    return this.#content(bucket, key);
  }

  async #content(bucket: string, key: string): Promise<Uint8Array> {
    const { Body: body } = await this.#client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return body!.transformToByteArray().catch((error: unknown) => {
      throw new AwsFailure("S3Client", "GetObject", this.region, error);
    });
  }

  async #head(bucket: string, key: string): Promise<HeadObjectCommandOutput | undefined> {
    const command = new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: "ENABLED" });
    try {
      return await this.#client.send(command);
    } catch (error) {
      if (error instanceof AwsFailure && error.kind === "missing") return undefined;
      throw error;
    }
  }

  /** Records of the environment's releases, newest first; read one by one as they are asked for. */
  async *records(): AsyncGenerator<NumberedRecord> {
    for (const number of (await this.#numbers()).reverse()) yield { number, ...(await this.#read(number)) };
  }

  /** Writes the next record down. @throws PrismError when somebody else has at the same moment */
  async add(record: ReleaseRecord): Promise<NumberedRecord> {
    const numbered = { number: ((await this.#numbers()).at(-1) ?? 0) + 1, ...record };
    try {
      await this.#write(numbered, { IfNoneMatch: "*" });
    } catch (error) {
      if (!(
        error instanceof AwsFailure && /^(PreconditionFailed|ConditionalRequestConflict|412|409)$/.test(error.awsCode)
      )) {
        throw error;
      }
      throw new PrismError(
        "somebody else has begun a release of this environment at the same moment; nothing was deployed",
      );
    }
    return numbered;
  }

  /** Writes down how it went. */
  async update(record: NumberedRecord): Promise<void> {
    await this.#write(record, {});
  }

  async #numbers(): Promise<number[]> {
    const numbers: number[] = [];
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        Bucket: this.bucket,
        Prefix: this.#records,
        ContinuationToken: token,
      });
      const page = await this.#client.send(command);
      for (const { Key = "" } of page.Contents ?? []) {
        const number = /(\d{6})\.json$/.exec(Key)?.[1];
        if (number) numbers.push(Number(number));
      }
      token = page.NextContinuationToken;
    } while (token);
    return numbers.sort((one, other) => one - other);
  }

  async #read(number: number): Promise<ReleaseRecord> {
    const key = this.#recordKey(number);
    const text = new TextDecoder().decode(await this.#content(this.bucket, key));
    try {
      return JSON.parse(text) as ReleaseRecord;
    } catch {
      throw new PrismError(
        `s3://${this.bucket}/${key} is no record of a release; restore its version before, or delete it`,
      );
    }
  }

  async #write({ number, ...record }: NumberedRecord, condition: { IfNoneMatch?: string }): Promise<void> {
    const command = new PutObjectCommand({
      Bucket: this.bucket,
      Key: this.#recordKey(number),
      Body: JSON.stringify(record, null, 2),
      ContentType: "application/json",
      ...condition,
    });
    await this.#client.send(command);
  }

  #recordKey(number: number): string {
    return `${this.#records}${String(number).padStart(6, "0")}.json`;
  }
}
