import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { findProvider } from "../../../operations/provider-check";
import { factsOf, modelledTypes } from "../../../rehearsal/facts";
import { type Agreement, compare, formatAgreements } from "./agreement";
import { readAnswers, writeAnswers } from "./answers";
import { generate, type RehearsedResource } from "./generate";
import type { Answers } from "./probes";
import { StandInJudge } from "./stand-in";
import { TerraformJudge } from "./terraform";

/**
 * `npm run conformance -- CHECKPOINT... [--only NAME,...]`: makes probes from the provider's schema and the checkpoints, has
 * the Terraform AWS provider on this machine answer them, and records the answers.
 */
async function main(args: string[]): Promise<void> {
  const only = args.includes("--only") ? args[args.indexOf("--only") + 1] : undefined;
  const files = args.filter((arg, index) => arg !== "--only" && args[index - 1] !== "--only");
  if (files.length === 0) {
    throw new Error("give the checkpoints of rehearsals, as `./prism rehearse ENV --checkpoint FILE` writes them");
  }
  const tools = findProvider();
  if (typeof tools === "string") throw new Error(tools);
  const rehearsed = files.flatMap(
    (file) => (JSON.parse(fs.readFileSync(file, "utf8")) as Checkpoint).deployment.resources,
  );
  const judge = await TerraformJudge.start(tools);
  try {
    const types = modelledTypes().filter((type) => {
      const terraform = factsOf(type)?.tf;
      return (
        type.startsWith("aws:") &&
        terraform &&
        judge.schema[terraform] &&
        (!only || only.split(",").some((name) => type.endsWith(`:${name}`)))
      );
    });
    const answers = new Map<string, Answers>(only ? readAnswers().types : []);
    const waiting = [...types];
    const work = async () => {
      for (let type = waiting.shift(); type; type = waiting.shift()) {
        const started = Date.now();
        const own = rehearsed.filter((resource) => resource.type === type);
        const answer = await generate(judge, type, own);
        answers.set(type, answer);
        writeAnswers({ version: tools.version, types: answers });
        const seconds = ((Date.now() - started) / 1000).toFixed(1);
        process.stderr.write(`${type}: ${answer.bases.length} bases, ${answer.probes.length} probes, ${seconds} s\n`);
      }
    };
    await Promise.all(Array.from({ length: 6 }, work));
    process.stdout.write(`${await agreementTable(answers)}\n`);
  } finally {
    judge.stop();
  }
}

/** How far the stand-in agrees, by type. */
async function agreementTable(types: ReadonlyMap<string, Answers>): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prism-conformance-"));
  try {
    const standIn = new StandInJudge(path.join(folder, "world.json"));
    const agreements = new Map<string, Agreement>();
    for (const [type, answers] of types) agreements.set(type, (await compare(type, answers, standIn)).agreement);
    return formatAgreements(agreements);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

interface Checkpoint {
  deployment: { resources: RehearsedResource[] };
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`conformance: ${error.message}\n`);
  process.exitCode = 1;
});
