import * as readline from "node:readline/promises";

/** Asks on the terminal; whether the answer is the expected word. Ctrl-C and Ctrl-D are another answer. */
export async function confirmed(
  expected: string,
  purpose: string,
  { input, output }: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream } = {
    input: process.stdin,
    output: process.stderr,
  },
): Promise<boolean> {
  const prompt = readline.createInterface({ input, output });
  const ended = new AbortController();
  // The question would wait for ever, and the process end without a word.
  prompt.once("close", () => {
    ended.abort();
  });
  try {
    const answer = await prompt.question(`Type ${expected} to ${purpose}: `, { signal: ended.signal });
    return answer.trim() === expected;
  } catch (error) {
    if (!ended.signal.aborted) throw error;
    return false;
  } finally {
    prompt.close();
  }
}
