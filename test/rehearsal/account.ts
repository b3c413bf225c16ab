import assert from "node:assert/strict";
import { join } from "node:path";

import type { Interference } from "../../rehearsal/faults";
import { Provider, type ProviderConfiguration, Refusal } from "../../rehearsal/provider";
import type { Properties } from "../../rehearsal/values";
import { World } from "../../rehearsal/world";
import { scratchDirectory } from "../support/scratch";

export const ACCOUNT = "111122223333";
export const REGION = "eu-north-1";

/** An empty simulated account with a provider in front of it, for tests without an engine. */
export class Account {
  readonly world: World;
  readonly provider: Provider;
  configuration: ProviderConfiguration = { region: REGION, defaultTags: {} };

  constructor(
    interference?: Interference,
    private readonly path = join(scratchDirectory(), "world.json"),
  ) {
    this.world = World.load(path, { accountId: ACCOUNT, region: REGION });
    this.provider = new Provider(this.world, interference);
  }

  /** The account as its file holds it. */
  reopened(): Account {
    this.world.save();
    return new Account(undefined, this.path);
  }

  /** Checks and completes inputs as the engine has them checked. @throws when the check finds a failure */
  check(type: string, name: string, inputs: Properties, olds?: Properties): Properties {
    const checked = this.provider.check(request(type, name), this.configuration, olds, inputs, Buffer.from(name));
    const [failure] = checked.failures;
    if (failure) throw new Error(`${failure.property}: ${failure.reason}`);
    return checked.inputs;
  }

  create(type: string, name: string, inputs: Properties): { id: string; outputs: Properties } {
    const checked = this.check(type, name, inputs);
    return this.provider.create(request(type, name), this.configuration, checked, false);
  }

  preview(type: string, name: string, inputs: Properties): Properties {
    const checked = this.check(type, name, inputs);
    return this.provider.create(request(type, name), this.configuration, checked, true).outputs;
  }

  /** Changes a resource, or previews the change. */
  update(type: string, name: string, id: string, inputs: Properties, preview = false): Properties {
    const before = this.world.find(type, id)!;
    const checked = this.check(type, name, inputs, before.inputs);
    const { inputs: oldInputs, outputs } = before;
    return this.provider.update(request(type, name), id, this.configuration, outputs, oldInputs, checked, preview);
  }

  delete(type: string, name: string, id: string): void {
    this.provider.delete(request(type, name), id, this.configuration);
  }

  /**
   * Asserts that AWS refuses to create a resource, in these words. What the provider would say before is another matter,
   * and not asked.
   */
  refuses(type: string, inputs: Properties, words: RegExp): void {
    const { provider, configuration } = this;
    const made = request(type, "refused");
    const checked = provider.check(made, configuration, undefined, inputs, Buffer.from("refused")).inputs;
    assert.throws(() => provider.create(made, configuration, checked, false), refusal(words));
  }

  /** Asserts that changing a resource is refused in these words. */
  refusesChange(type: string, name: string, id: string, inputs: Properties, words: RegExp): void {
    assert.throws(() => this.update(type, name, id, inputs), refusal(words));
  }

  /** Asserts that a resource cannot be deleted, in these words. */
  keeps(type: string, name: string, id: string, words: RegExp): void {
    assert.throws(() => this.delete(type, name, id), refusal(words));
  }
}

function request(type: string, name: string) {
  return { type, name, urn: `urn:pulumi:test::test::${type}::${name}` };
}

/** A judge of errors, for `assert.throws`: a refusal in these words. */
function refusal(words: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof Refusal, String(error));
    assert.match(error.message, words);
    return true;
  };
}
