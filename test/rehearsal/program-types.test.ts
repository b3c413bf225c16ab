import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { factsOf } from "../../rehearsal/facts";
import { modelledFunctions } from "../../rehearsal/functions";

const root = dirname(dirname(__dirname));

/** The TypeScript of the programs: what they register in any environment and configuration is named there. */
function sources(): string[] {
  return ["infra", "account", "examples"]
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
    )
    .concat("index.ts")
    .filter((name) => name.endsWith(".ts") && !name.includes("node_modules"))
    .map((name) => readFileSync(join(root, name), "utf8"));
}

function firstLower(name: string): string {
  return name[0]!.toLowerCase() + name.slice(1);
}

describe("the stand-in", () => {
  it("has facts of every type that the programs name", () => {
    const tokens = new Set<string>();
    for (const source of sources()) {
      for (const [, module, name] of source.matchAll(/\baws\.([a-z0-9]+)\.([A-Z]\w*)/g)) {
        const file = firstLower(name!);
        // Types of arguments and the like have no file of their own.
        const isResource = existsSync(join(root, "node_modules", "@pulumi", "aws", module!, `${file}.js`));
        if (isResource) tokens.add(`aws:${module}/${file}:${name}`);
      }
      for (const [, name] of source.matchAll(/\brandom\.(Random\w+)\(/g)) {
        tokens.add(`random:index/${firstLower(name!)}:${name}`);
      }
    }
    assert.ok(tokens.size > 60, `${tokens.size} types`);
    assert.deepEqual(
      [...tokens].filter((token) => !factsOf(token)),
      [],
    );
  });

  it("answers every data call that the programs name", () => {
    const tokens = new Set<string>();
    for (const source of sources()) {
      for (const [, module = "index", name] of source.matchAll(
        /\baws\.(?:([a-z0-9]+)\.)?(get[A-Z]\w*?)(?:Output)?\(/g,
      )) {
        tokens.add(`aws:${module}/${name}:${name}`);
      }
    }
    assert.ok(tokens.size > 2, `${tokens.size} calls`);
    assert.deepEqual(
      [...tokens].filter((token) => !modelledFunctions().includes(token)),
      [],
    );
  });
});
