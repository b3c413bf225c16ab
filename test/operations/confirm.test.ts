import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { confirmed } from "../../operations/confirm";

describe("a question before a change", () => {
  /** Whether it counts as confirmed, and what was shown. */
  async function ask(answer: (input: PassThrough) => void): Promise<[boolean, string]> {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const asked = confirmed("production", "deploy", { input, output });
    answer(input);
    const yes = await asked;
    return [yes, String(output.read())];
  }

  it("is confirmed by the word that it names, and by nothing else", async () => {
    assert.deepEqual(await ask((input) => input.write(" production \n")), [true, "Type production to deploy: "]);
    for (const answer of ["yes\n", "\n", "Production\n", "production!\n"]) {
      assert.equal((await ask((input) => input.write(answer)))[0], false, answer);
    }
  });

  it("is not confirmed by who leaves it", async () => {
    assert.equal((await ask((input) => input.end()))[0], false);
  });
});
