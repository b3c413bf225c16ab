import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";

import { factsOf } from "./facts";
import { isWorldResource, Journal, type JournalEntry, readJournal, WorldFileError, writeWhole } from "./journal";
import { type Properties, redact, reveal, sameValue } from "./values";

/** One thing that exists in the simulated account. */
export interface WorldResource {
  /** Pulumi type token. */
  type: string;
  id: string;
  /** Name in the program. */
  name: string;
  urn: string;
  /** Region it lives in; empty for what is global. */
  region: string;
  inputs: Properties;
  outputs: Properties;
  /** Which incarnation of its URN it is, from 1; absent for what a checkpoint brought in. */
  generation?: number;
  /** The provider that created it, and that provider's own region. */
  provider?: { urn: string; region: string };
}

/** How far a run came that did not live to write the world down. */
export interface Interrupted {
  /** How much of it AWS had accepted. */
  operations: number;
  /** The engine had saved nothing of it, so that the run counts as not made. */
  undone: boolean;
}

/** What the world and an engine's state disagree about. */
export interface Disagreement {
  /** What rehearsals created and the state does not know of. */
  unrecorded: WorldResource[];
  /** How many resources of the state were added to a world that had no file. */
  added: number;
  /** URNs of the state whose resources do not exist. */
  missing: string[];
}

/** The part of an engine checkpoint's resource that the world is reconciled with. */
export interface CheckpointResource {
  urn: string;
  type: string;
  custom?: boolean;
  id?: string;
  inputs?: Properties;
  outputs?: Properties;
  /** Read, not managed: it does not belong to the stack. */
  external?: boolean;
}

interface WorldDefaults {
  accountId: string;
  region: string;
}

interface WorldFile {
  version: number;
  accountId: string;
  region: string;
  generations: Record<string, number>;
  resources: WorldResource[];
}

export { WorldFileError } from "./journal";

const VERSION = 1;

/**
 * Everything that exists in the simulated AWS account. Secrets live in memory only: the file keeps their places and
 * not their contents, and what is read from it is completed from the engine's own state.
 */
export class World {
  readonly accountId: string;
  /** Region of a provider that names none. */
  readonly region: string;
  readonly #path: string;
  /** Set when the run before did not come to its end. */
  readonly interrupted: Interrupted | undefined;
  readonly #isNew: boolean;
  #journal: Journal | undefined;
  readonly #byKey = new Map<string, WorldResource>();
  readonly #byType = new Map<string, Set<WorldResource>>();
  readonly #generations: Map<string, number>;

  private constructor(
    path: string,
    file: WorldFile | undefined,
    { accountId, region }: WorldDefaults,
    savedAt: string,
  ) {
    this.#path = path;
    this.accountId = accountId;
    this.region = region;
    this.#generations = new Map(Object.entries(file?.generations ?? {}));
    for (const resource of file?.resources ?? []) this.#put(resource);
    const journal = readJournal(journalOf(path), accountId);
    this.#isNew = !file && !journal;
    if (!journal?.entries.length) return;
    const undone = !journal.checkpoints && journal.savedAt === savedAt;
    this.interrupted = { operations: journal.entries.length, undone };
    if (!undone) for (const entry of journal.entries) this.#replay(entry);
  }

  /**
   * Reads the world from its file, and from the journal beside it what a run did that was cut off. No file is an empty
   * world.
   *
   * @param defaults Account and region of an empty world; a file knows its own account.
   * @param savedAt When the engine last saved its state. A run of which nothing was to be saved before its end, and nothing
   *   was, counts as not made.
   * @throws WorldFileError when a file is damaged, or of another version or account
   */
  static load(path: string, defaults: WorldDefaults, savedAt = ""): World {
    const file = existsSync(path) ? parse(path) : undefined;
    if (file && file.accountId !== defaults.accountId) {
      throw new WorldFileError(
        `${path}: holds the simulated account ${file.accountId}, not ${defaults.accountId}; start over with --fresh`,
      );
    }
    return new World(path, file, defaults, savedAt);
  }

  /**
   * From now on every change is in a file before the engine hears of it.
   *
   * @param savedAt When the engine last saved its state.
   * @param checkpoints Whether the engine saves its state after every step, as it does for AWS.
   */
  keepJournal(savedAt: string, checkpoints: boolean): void {
    // The file then holds what an earlier journal told.
    if (this.interrupted) this.save();
    this.#journal?.close();
    this.#journal = new Journal(journalOf(this.#path), {
      accountId: this.accountId,
      savedAt,
      checkpoints,
    });
  }

  /** What exists, in the order in which it came to be. */
  resources(): WorldResource[] {
    return [...this.#byKey.values()];
  }

  /** What exists of one type. */
  ofType(type: string): WorldResource[] {
    return [...(this.#byType.get(type) ?? [])];
  }

  /** The resource with this type and id, or undefined. */
  find(type: string, id: string): WorldResource | undefined {
    for (const resource of this.#byType.get(type) ?? []) if (resource.id === id) return resource;
    return undefined;
  }

  /** The resource that this URN made under this id, or undefined. */
  get(urn: string, id: string): WorldResource | undefined {
    return this.#byKey.get(key(urn, id));
  }

  /** The first resource of a type whose input or output `property` has this value, or undefined. */
  findBy(type: string, property: string, value: unknown, region?: string): WorldResource | undefined {
    for (const resource of this.#byType.get(type) ?? []) {
      if (region !== undefined && resource.region !== region) continue;
      const held = resource.outputs[property] ?? resource.inputs[property];
      if (held !== undefined && sameValue(reveal(held), value)) return resource;
    }
    return undefined;
  }

  /** Adds a resource, or replaces the one with the same URN and id. */
  put(resource: WorldResource): void {
    this.#journal?.append({ put: redacted(resource) });
    this.#put(resource);
  }

  /** Puts a resource in another one's place, or under another URN. */
  replace(old: WorldResource, resource: WorldResource): void {
    this.#journal?.append({ put: redacted(resource), remove: [old.urn, old.id] });
    this.#remove(old.urn, old.id);
    this.#put(resource);
  }

  #put(resource: WorldResource): void {
    this.#remove(resource.urn, resource.id);
    this.#byKey.set(key(resource.urn, resource.id), resource);
    const alike = this.#byType.get(resource.type);
    if (alike) alike.add(resource);
    else this.#byType.set(resource.type, new Set([resource]));
  }

  /** Removes a resource; says whether it was there. */
  remove(urn: string, id: string): boolean {
    if (!this.#byKey.has(key(urn, id))) return false;
    this.#journal?.append({ remove: [urn, id] });
    return this.#remove(urn, id);
  }

  #remove(urn: string, id: string): boolean {
    const resource = this.#byKey.get(key(urn, id));
    if (!resource) return false;
    this.#byKey.delete(key(urn, id));
    this.#byType.get(resource.type)?.delete(resource);
    return true;
  }

  /** Counts the times that a URN has been created, so that a replacement gets an id of its own. */
  nextGeneration(urn: string): number {
    const next = (this.#generations.get(urn) ?? 0) + 1;
    this.#generations.set(urn, next);
    return next;
  }

  #replay({ put, remove }: JournalEntry): void {
    if (remove) this.#remove(...remove);
    if (!put) return;
    this.#put(put);
    const { urn, generation = 0 } = put;
    if (generation > (this.#generations.get(urn) ?? 0)) this.#generations.set(urn, generation);
  }

  /**
   * Tells the world what the engine's state holds. AWS does not forget what the state does not know of, nor has it
   * what the state only believes in: both are told, and left. Only a world without a file takes the state's word.
   */
  reconcile(state: CheckpointResource[]): Disagreement {
    const managed = new Set<WorldResource>();
    const missing: string[] = [];
    let added = 0;
    for (const held of state) {
      const { urn, type, custom, id, inputs = {}, outputs = {}, external } = held;
      if (!custom || !id || external || !factsOf(type)) continue;
      const region = regionOf(type, outputs, this.region);
      const name = urn.slice(urn.lastIndexOf("::") + 2);
      let known = this.get(urn, id);
      if (!known) {
        // A resource that was renamed or imported keeps its id.
        const alike = this.ofType(type).filter((one) => one.id === id && !managed.has(one));
        const other = alike.find((one) => one.region === region) ?? alike[0];
        if (other) {
          known = { ...other, urn, name };
          this.replace(other, known);
        } else if (this.#isNew) {
          known = {
            type,
            id,
            urn,
            name,
            region,
            inputs: redact(inputs) as Properties,
            outputs: redact(outputs) as Properties,
          };
          this.put(known);
          added++;
        }
      }
      if (known) managed.add(known);
      else missing.push(urn);
    }
    const unrecorded = this.resources().filter((one) => one.generation !== undefined && !managed.has(one));
    return { unrecorded, added, missing };
  }

  /** Writes the world to its file, whole or not at all. @throws the file system's error, e.g. on a full disk */
  save(): void {
    const file: WorldFile = {
      version: VERSION,
      accountId: this.accountId,
      region: this.region,
      generations: Object.fromEntries(this.#generations),
      resources: this.resources().map(redacted),
    };
    mkdirSync(dirname(this.#path), { recursive: true });
    const temporary = `${this.#path}.${process.pid}.tmp`;
    try {
      const handle = openSync(temporary, "w", 0o600);
      try {
        writeWhole(handle, `${JSON.stringify(file)}\n`);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(temporary, this.#path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    // Read again over the new file, a journal that could not be removed changes nothing.
    if (this.#journal) this.#journal.empty();
    else rmSync(journalOf(this.#path), { force: true });
  }
}

function journalOf(path: string): string {
  return `${path}.journal`;
}

/** A resource as it may be written to a file. */
function redacted(resource: WorldResource): WorldResource {
  return {
    ...resource,
    inputs: redact(resource.inputs) as Properties,
    outputs: redact(resource.outputs) as Properties,
  };
}

function parse(path: string): WorldFile {
  let file: Partial<WorldFile>;
  try {
    file = JSON.parse(readFileSync(path, "utf8")) as Partial<WorldFile>;
  } catch (error) {
    const why = error instanceof SyntaxError ? "is damaged" : `cannot be read (${(error as Error).message})`;
    throw new WorldFileError(`${path}: the file ${why}; start over with --fresh`);
  }
  if (file?.version !== VERSION) {
    throw new WorldFileError(
      `${path}: has version ${String(file?.version)}, this program writes version ${VERSION}; start over with --fresh`,
    );
  }
  const whole =
    typeof file.accountId === "string" &&
    typeof file.region === "string" &&
    typeof file.generations === "object" &&
    file.generations !== null &&
    Array.isArray(file.resources) &&
    file.resources.every(isWorldResource);
  if (!whole) throw new WorldFileError(`${path}: the file is damaged; start over with --fresh`);
  return file as WorldFile;
}

function key(urn: string, id: string): string {
  return `${urn}\n${id}`;
}

function regionOf(type: string, outputs: Properties, fallback: string): string {
  if (!factsOf(type)?.inputs.region) return "";
  return typeof outputs.region === "string" ? outputs.region : fallback;
}
