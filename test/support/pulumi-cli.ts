import type { Context } from "mocha";
import { findPulumi } from "../../operations/toolchain";

let announced = false;

/**
 * The path of the Pulumi CLI for a test on the engine. Skips the test and says why, once, where there is none;
 * `./prism test` gets one beforehand if it can.
 *
 * @param context `this` of the test or hook, which therefore is no arrow function.
 */
export async function pulumiCli(context: Context): Promise<string> {
  const missing = process.env.PRISM_PULUMI_MISSING;
  if (missing) skip(context, missing);
  try {
    return (await findPulumi({ obtain: false })).path;
  } catch (error) {
    return skip(context, (error as Error).message);
  }
}

function skip(context: Context, reason: string): never {
  if (!announced) process.stderr.write(`tests on the Pulumi engine are skipped: ${reason}\n`);
  announced = true;
  return context.skip();
}
