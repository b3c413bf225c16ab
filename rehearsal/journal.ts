import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";

import type { WorldResource } from "./world";

/** A world file that cannot be used. The message is one line: which file, and what to do. */
export class WorldFileError extends Error {
  override readonly name = "WorldFileError";
}

/** One change of the world. The removal comes first. */
export interface JournalEntry {
  remove?: [urn: string, id: string];
  put?: WorldResource;
}

/** What a journal says of the run that wrote it. */
export interface JournalHeader {
  accountId: string;
  /** When the engine had last saved its state before the run. */
  savedAt: string;
  /** Whether the engine saved its state after every step. */
  checkpoints: boolean;
}

const VERSION = 1;

/**
 * The changes of a run, appended to a file one by one: what AWS has accepted outlives the process that was told so.
 * Not synced to the disk, because a rehearsal guards against killed processes and not against a power cut.
 */
export class Journal {
  readonly #header: string;
  readonly #handle: number;
  #failure: unknown;

  constructor(path: string, header: JournalHeader) {
    this.#header = `${JSON.stringify({ version: VERSION, ...header })}\n`;
    mkdirSync(dirname(path), { recursive: true });
    // In append mode, so that what follows a truncation starts at the beginning.
    this.#handle = openSync(path, "a", 0o600);
    this.empty();
  }

  /** @throws the file system's error, and from then on always: what follows half a line could not be read */
  append(entry: JournalEntry): void {
    if (this.#failure) throw this.#failure as Error;
    try {
      writeWhole(this.#handle, `${JSON.stringify(entry)}\n`);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  /** Forgets the entries, which the world's file holds by now. */
  empty(): void {
    ftruncateSync(this.#handle, 0);
    writeWhole(this.#handle, this.#header);
    this.#failure = undefined;
  }

  close(): void {
    closeSync(this.#handle);
  }
}

/**
 * Reads a journal. The last line counts only when it is whole: the process died while it wrote it, so nobody was told.
 *
 * @returns undefined when there is none, or not even its first line is whole
 * @throws WorldFileError when it is damaged, or of another version or account
 */
export function readJournal(
  path: string,
  accountId: string,
): (JournalHeader & { entries: JournalEntry[] }) | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new WorldFileError(`${path}: the file cannot be read (${(error as Error).message}); start over with --fresh`);
  }
  const [first, ...lines] = text.split("\n").slice(0, -1);
  if (first === undefined) return undefined;
  const header = parse(path, 1, first) as Partial<JournalHeader> & { version?: number };
  if (header.version !== VERSION) {
    throw new WorldFileError(
      `${path}: has version ${String(header.version)}, this program writes version ${VERSION}; start over with --fresh`,
    );
  }
  if (header.accountId !== accountId) {
    throw new WorldFileError(
      `${path}: holds the simulated account ${header.accountId}, not ${accountId}; start over with --fresh`,
    );
  }
  const entries = lines.map((line, index) => {
    const entry = parse(path, index + 2, line) as JournalEntry;
    if (!isEntry(entry)) throw damaged(path, index + 2);
    return entry;
  });
  return { accountId, savedAt: String(header.savedAt), checkpoints: header.checkpoints === true, entries };
}

function parse(path: string, line: number, text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below.
  }
  throw damaged(path, line);
}

function isEntry({ put, remove }: JournalEntry): boolean {
  const isKey = Array.isArray(remove) && remove.length === 2 && remove.every((part) => typeof part === "string");
  return (remove === undefined ? put !== undefined : isKey) && (put === undefined || isWorldResource(put));
}

/** Whether a value read from a file has what every resource has. */
export function isWorldResource(value: Partial<WorldResource> | null | undefined): value is WorldResource {
  const texts = [value?.type, value?.id, value?.urn, value?.name, value?.region];
  return texts.every((text) => typeof text === "string") && isRecord(value?.inputs) && isRecord(value?.outputs);
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damaged(path: string, line: number): WorldFileError {
  return new WorldFileError(`${path}: line ${line} is damaged; start over with --fresh`);
}

/** Writes a text to its end, which a single call need not do. */
export function writeWhole(handle: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
}
