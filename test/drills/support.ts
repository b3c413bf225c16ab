import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import type { RehearsalReport } from "../../operations/rehearse/report";
import { readState, type StateResource } from "../../operations/rehearse/state";
import { engineEnvironment, type Workspace } from "../../operations/rehearse/workspace";
import { World, type WorldResource } from "../../rehearsal";
import { copyOfThisCheckout, type Ended, run } from "../operations/prism";

/** One environment of a copy of this checkout, whose stack file a drill edits as the person on call would. */
export class Drill {
  readonly #directory: string;
  readonly #checkout: string;
  readonly #cli: string;
  readonly #environment: string;

  /** @param like Environment whose stack file one that is new starts from. */
  constructor(directory: string, cli: string, environment = "production", like = environment) {
    this.#directory = directory;
    this.#checkout = path.join(directory, "checkout");
    this.#cli = cli;
    this.#environment = environment;
    copyOfThisCheckout(this.#checkout);
    if (like !== environment) fs.copyFileSync(path.join(this.#checkout, `Pulumi.${like}.yaml`), this.#stackFile);
  }

  /** Sets a key of the stack file, such as `["redis", "passwordGenerations"]`. */
  configure([section = "", ...keys]: string[], value: unknown): void {
    this.#set([`ai-prism:${section}`, ...keys], value);
  }

  /** Sets the home region. */
  configureRegion(region: string): void {
    this.#set(["aws:region"], region);
  }

  #set(keys: string[], value: unknown): void {
    const document = parseDocument(fs.readFileSync(this.#stackFile, "utf8"));
    document.setIn(["config", ...keys], value);
    fs.writeFileSync(this.#stackFile, document.toString());
  }

  get #stackFile(): string {
    return path.join(this.#checkout, `Pulumi.${this.#environment}.yaml`);
  }

  /** Deploys what the stack file says over what there is. */
  async rehearse(...options: string[]): Promise<RehearsalReport> {
    const { stdout, stderr } = await this.prism(["rehearse", this.#environment, "--json", ...options]);
    assert.ok(stdout, stderr);
    return JSON.parse(stdout) as RehearsalReport;
  }

  /** Deploys, and fails the test when that fails. */
  async deploy(...options: string[]): Promise<RehearsalReport> {
    const report = await this.rehearse(...options);
    assert.equal(report.ok, true, JSON.stringify([report.failure, report.policies.broken]));
    return report;
  }

  /** Runs the checkout's own `./prism`. */
  prism(args: string[]): Promise<Ended> {
    const env = { PRISM_DIR: path.join(this.#directory, "prism"), PRISM_PULUMI: this.#cli };
    return run(path.join(this.#checkout, "prism"), args, { cwd: this.#checkout, env });
  }

  /** Runs the Pulumi CLI on the rehearsed stack, as the person on call does on the real one. */
  async pulumi(...args: string[]): Promise<string> {
    const workspace = {
      backend: path.join(this.place, "state"),
      passphraseFile: path.join(this.place, "passphrase"),
      bin: path.join(this.place, "bin"),
      pulumiHome: path.join(this.place, "home"),
    } as Workspace;
    const { code, stdout, stderr } = await run(this.#cli, [...args, "--stack", this.#environment], {
      cwd: path.join(this.place, "work"),
      env: engineEnvironment(workspace),
    });
    assert.equal(code, 0, stderr);
    return stdout;
  }

  /** Folder of the rehearsed environment: the engine's backend, its passphrase, the world. */
  get place(): string {
    return path.join(this.#directory, "prism", "rehearsals", "ai-prism", this.#environment);
  }

  get stateFile(): string {
    return path.join(this.place, "state", ".pulumi", "stacks", "ai-prism", `${this.#environment}.json`);
  }

  /** What exists in the stand-in of one type, by its name in the program. */
  inAws(type: string, name: string): WorldResource {
    const file = path.join(this.place, "world.json");
    const { accountId } = JSON.parse(fs.readFileSync(file, "utf8")) as { accountId: string };
    const found = World.load(file, { accountId, region: "eu-north-1" })
      .ofType(type)
      .filter((one) => one.name === name);
    assert.equal(found.length, 1, `${type} ${name}: ${found.length}`);
    return found[0]!;
  }

  /** What the engine holds of one resource. */
  inState(type: string, name: string): StateResource {
    const resources = readState(this.stateFile)?.deployment.resources ?? [];
    const found = resources.find((one) => one.type === type && one.urn.endsWith(`::${name}`));
    assert.ok(found, `${type} ${name}`);
    return found;
  }
}

/** The resources of one kind of change, by type and name. */
export function named(changes: RehearsalReport["changes"]): Record<keyof RehearsalReport["changes"], string[]> {
  const names = (kind: keyof typeof changes) => changes[kind].map(({ resource }) => resource).sort();
  return {
    created: names("created"),
    updated: names("updated"),
    replaced: names("replaced"),
    deleted: names("deleted"),
  };
}
