import { Provider } from "../../../rehearsal/provider";
import { World } from "../../../rehearsal/world";
import type { Change, Inputs, Judge, Verdict } from "./probes";

/** The stand-in as a judge: its check and its comparison, which a preview shows. */
export class StandInJudge implements Judge {
  readonly #provider: Provider;

  /** @param worldFile A file that does not exist; none is written */
  constructor(worldFile: string) {
    this.#provider = new Provider(World.load(worldFile, { accountId: "123456789012", region: "eu-north-1" }));
  }

  verdict(type: string, inputs: Inputs): Promise<Verdict> {
    const { failures } = this.#check(type, undefined, inputs);
    const messages = failures.map(({ property, reason }) => `${property}: ${reason}`);
    return Promise.resolve({ verdict: failures.length > 0 ? "refused" : "accepted", messages });
  }

  change(type: string, before: Inputs, after: Inputs, outputs: Inputs = {}): Promise<Change> {
    const olds = this.#check(type, undefined, before).inputs;
    const { changes, replaces } = this.#provider.diff(type, olds, this.#check(type, olds, after).inputs, outputs);
    if (replaces.length > 0) return Promise.resolve("replace");
    return Promise.resolve(Object.keys(changes).length > 0 ? "update" : "same");
  }

  #check(type: string, olds: Inputs | undefined, news: Inputs) {
    const request = { type, name: "probe", urn: `urn:pulumi:probe::probe::${type}::probe` };
    return this.#provider.check(request, { region: "eu-north-1", defaultTags: {} }, olds, news, Buffer.from("probe"));
  }
}
