import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

import { factsOf } from "./facts";
import { type Properties, redact, restore, reveal, sameValue } from "./values";

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

/** A world file that cannot be used. The message is one line: which file, and what to do. */
export class WorldFileError extends Error {}

interface WorldFile {
  version: number;
  accountId: string;
  region: string;
  generations: Record<string, number>;
  resources: WorldResource[];
}

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
  readonly #byKey = new Map<string, WorldResource>();
  readonly #byType = new Map<string, Set<WorldResource>>();
  readonly #generations: Map<string, number>;

  private constructor(path: string, file: WorldFile) {
    this.#path = path;
    this.accountId = file.accountId;
    this.region = file.region;
    this.#generations = new Map(Object.entries(file.generations));
    for (const resource of file.resources) this.put(resource);
  }

  /**
   * Reads the world from a file. No file is an empty world.
   *
   * @param defaults Account and region of an empty world; a file knows its own account.
   * @throws WorldFileError when the file is damaged, or of another version or account
   */
  static load(path: string, defaults: { accountId: string; region: string }): World {
    const empty: WorldFile = { version: VERSION, ...defaults, generations: {}, resources: [] };
    if (!existsSync(path)) return new World(path, empty);
    const file = parse(path);
    if (file.accountId !== defaults.accountId) {
      throw new WorldFileError(
        `${path}: holds the simulated account ${file.accountId}, not ${defaults.accountId}; start over with --fresh`,
      );
    }
    return new World(path, { ...file, region: defaults.region });
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
    this.remove(resource.urn, resource.id);
    this.#byKey.set(key(resource.urn, resource.id), resource);
    const alike = this.#byType.get(resource.type);
    if (alike) alike.add(resource);
    else this.#byType.set(resource.type, new Set([resource]));
  }

  /** Removes a resource; says whether it was there. */
  remove(urn: string, id: string): boolean {
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

  /**
   * Makes the world agree with an engine checkpoint: what the checkpoint manages exists as it says, and nothing else
   * of a modelled type does.
   *
   * @returns how many resources were added or dropped
   */
  reconcile(state: CheckpointResource[]): number {
    let changed = 0;
    const managed = new Set<string>();
    for (const { urn, type, custom, id, inputs = {}, outputs = {}, external } of state) {
      if (!custom || !id || external || !factsOf(type)) continue;
      managed.add(key(urn, id));
      const known = this.get(urn, id);
      if (!known) changed++;
      this.put({
        type,
        id,
        urn,
        name: urn.slice(urn.lastIndexOf("::") + 2),
        ...(known?.generation !== undefined && { generation: known.generation }),
        region: known?.region ?? regionOf(type, outputs, this.region),
        // A checkpoint's secrets are ciphertext, which is of no use here: what is known in memory is kept.
        inputs: restore(redact(inputs), known?.inputs) as Properties,
        outputs: restore(redact(outputs), known?.outputs) as Properties,
      });
    }
    for (const resource of this.resources()) {
      if (managed.has(key(resource.urn, resource.id))) continue;
      this.remove(resource.urn, resource.id);
      changed++;
    }
    return changed;
  }

  /** Writes the world to its file, whole or not at all. @throws the file system's error, e.g. on a full disk */
  save(): void {
    const file: WorldFile = {
      version: VERSION,
      accountId: this.accountId,
      region: this.region,
      generations: Object.fromEntries(this.#generations),
      resources: this.resources().map((resource) => ({
        ...resource,
        inputs: redact(resource.inputs) as Properties,
        outputs: redact(resource.outputs) as Properties,
      })),
    };
    mkdirSync(dirname(this.#path), { recursive: true });
    const temporary = `${this.#path}.${process.pid}.tmp`;
    try {
      const handle = openSync(temporary, "w", 0o600);
      try {
        const bytes = Buffer.from(`${JSON.stringify(file)}\n`);
        for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(temporary, this.#path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }
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
    Array.isArray(file.resources) &&
    file.resources.every(
      (one) => typeof one?.type === "string" && typeof one.id === "string" && one.inputs && one.outputs,
    );
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
