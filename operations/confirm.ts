import * as readline from "node:readline/promises";

/** Asks on the terminal; whether the answer is the expected word. */
export async function confirmed(expected: string, purpose: string): Promise<boolean> {
  const prompt = readline.createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await prompt.question(`Type ${expected} to ${purpose}: `)).trim() === expected;
  } finally {
    prompt.close();
  }
}
