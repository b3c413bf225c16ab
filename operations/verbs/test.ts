import { fork, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { CommandModule } from "yargs";
import { MissingTool, UsageError, exitCode } from "../errors";
import { Progress, plural, printJson, seconds } from "../output";
import { root } from "../paths";
import { buildPolicyPack } from "../policy-pack";
import { findPulumi } from "../toolchain";
import { jsonOption } from "./options";

interface Options {
  patterns?: string[];
  json: boolean;
}

/** What `./prism test --json` prints. */
export interface TestReport {
  verb: "test";
  ok: boolean;
  exitCode: number;
  /** Tests and checks together. */
  passed: number;
  failed: number;
  skipped: number;
  failures: { title: string; message: string }[];
  /** Why tests were skipped, where this machine is the reason. */
  notes: string[];
  seconds: number;
}

type Counts = Pick<TestReport, "passed" | "failed" | "skipped" | "failures">;

/** Checks that count as one test each. */
interface Check {
  title: string;
  run: () => Promise<{ ok: boolean; output: string }>;
}

/** Checks of the sources: formatting, rules, types. */
const checks: Check[] = [
  { title: "every file is formatted (prettier)", run: () => tool("prettier/bin/prettier.cjs", "--check", ".") },
  { title: "no rule is broken (eslint)", run: () => tool("eslint/bin/eslint.js", ".") },
  { title: "the types agree (tsc)", run: () => tool("typescript/bin/tsc", "--noEmit") },
];

/** Runs the checks of the sources and the tests, and ends with the line `N passed, N failed`. */
export const test: CommandModule<object, Options> = {
  command: "test [patterns..]",
  describe: "Run the checks of the sources and every test, or the test files whose path contains a pattern",
  builder: (yargs) =>
    yargs
      .positional("patterns", { type: "string", array: true, describe: "Parts of test files' paths" })
      .option("json", jsonOption)
      .example("$0 test", "everything")
      .example("$0 test operations rehearsal", "the tests of two folders"),
  handler: async ({ patterns = [], json }) => {
    const started = Date.now();
    const progress = new Progress();
    const say = (text: string): void => {
      progress.line(text);
    };
    const files = selectFiles(patterns);
    if (files.length === 0) throw new UsageError(`no test file's path contains ${patterns.join(" or ")}`);

    const notes: string[] = [];
    const env = { ...process.env };
    try {
      env.PRISM_PULUMI = (await findPulumi({ onProgress: say })).path;
    } catch (error) {
      if (!(error instanceof MissingTool)) throw error;
      env.PRISM_PULUMI_MISSING = error.message;
      notes.push(`tests on the Pulumi engine are skipped: ${error.message}`);
      say(notes[0] ?? "");
    }
    buildPolicyPack(say);

    const results = patterns.length === 0 ? [await runChecks(say)] : [];
    results.push(await runMocha(files, env, json));
    const sum = (count: "passed" | "failed" | "skipped"): number =>
      results.reduce((total, result) => total + result[count], 0);
    const failed = sum("failed");
    const report: TestReport = {
      verb: "test",
      ok: failed === 0,
      exitCode: failed === 0 ? exitCode.fine : exitCode.failed,
      passed: sum("passed"),
      failed,
      skipped: sum("skipped"),
      failures: results.flatMap(({ failures }) => failures),
      notes,
      seconds: (Date.now() - started) / 1000,
    };
    process.exitCode = report.exitCode;
    if (json) {
      printJson(report);
      return;
    }
    for (const note of notes) say(note);
    for (const { title } of report.failures) say(`failed: ${title}`);
    const skipped = report.skipped > 0 ? `, ${report.skipped} skipped` : "";
    say(`${plural(files.length, "test file")}, ${seconds(report.seconds)}`);
    process.stdout.write(`${report.passed} passed, ${report.failed} failed${skipped}\n`);
  },
};

async function runChecks(say: (text: string) => void): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  say(`checking the sources: ${checks.map(({ title }) => title).join(", ")} ...`);
  await Promise.all(
    checks.map(async ({ title, run }) => {
      const { ok, output } = await run();
      say(`  ${ok ? "✔" : "✗"} ${title}`);
      if (ok) counts.passed++;
      else {
        counts.failed++;
        counts.failures.push({ title, message: output });
        say(output.trimEnd().replace(/^/gm, "    "));
      }
    }),
  );
  return counts;
}

/** Runs a tool from the project's packages in the root of the checkout. */
function tool(script: string, ...args: string[]): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, "node_modules", script), ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (data: Buffer) => (output += data.toString()));
    child.stderr.on("data", (data: Buffer) => (output += data.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ ok: code === 0, output });
    });
  });
}

function runMocha(files: string[], env: NodeJS.ProcessEnv, quiet: boolean): Promise<Counts> {
  const modules = path.join(root, "node_modules");
  const args = [
    "--no-config",
    "--extension=ts",
    // Half of the time a test waits for the engine or for an emulator, so two files at once take the time of one.
    "--parallel",
    "--jobs=2",
    "--timeout=60000",
    `--require=${path.join(root, "operations", "register.js")}`,
    `--reporter=${path.join(root, "operations", "test-reporter.js")}`,
    ...files,
  ];
  return new Promise((resolve, reject) => {
    const child = fork(path.join(modules, "mocha", "bin", "mocha.js"), args, {
      cwd: root,
      env,
      stdio: ["ignore", quiet ? 2 : 1, 2, "ipc"],
    });
    let counts: Counts | undefined;
    child.on("message", (message: Counts) => (counts = message));
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (counts && (code === 0 || counts.failed > 0)) resolve(counts);
      else {
        const failure = { title: "mocha runs to its end", message: `it ended with ${signal ?? `exit code ${code}`}` };
        const { passed, failed, skipped, failures } = counts ?? { passed: 0, failed: 0, skipped: 0, failures: [] };
        resolve({ passed, failed: failed + 1, skipped, failures: [...failures, failure] });
      }
    });
  });
}

function testFiles(directory: string): string[] {
  return fs
    .readdirSync(directory, { withFileTypes: true })
    .flatMap((entry) => {
      const file = path.join(directory, entry.name);
      if (entry.isDirectory()) return testFiles(file);
      return entry.name.endsWith(".test.ts") ? [file] : [];
    })
    .sort();
}

/** The test files whose path contains a pattern, all without one; a pattern may be the path of any TypeScript file. */
function selectFiles(patterns: string[]): string[] {
  const all = testFiles(path.join(root, "test"));
  if (patterns.length === 0) return all;
  const named = patterns.filter((pattern) => pattern.endsWith(".ts") && fs.existsSync(pattern));
  const parts = patterns.filter((pattern) => !named.includes(pattern)).map((pattern) => pattern.replace(/^\.\//, ""));
  const selected = all.filter((file) => parts.some((part) => path.relative(root, file).includes(part)));
  return [...new Set([...selected, ...named.map((file) => path.resolve(file))])];
}
