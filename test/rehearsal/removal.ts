// Takes the checks of the stand-in out, one at a time, and says which no test misses. Run by removed-checks.test.ts in a
// process of its own, because it loads the stand-in with a switch in front of every check.
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

import Mocha from "mocha";
import ts from "typescript";

/** A place in the source that says no. */
export interface Site {
  file: string;
  line: number;
  /** The beginning of what it says. */
  text: string;
}

/** What the process prints. */
export interface Report {
  sites: number;
  /** Checks that no test reaches. */
  unreached: Site[];
  /** Checks that can go without any test failing. */
  unmissed: Site[];
  /** How many more there are of both without the one test that the process was told to leave out. */
  missedWithout: number;
}

const root = dirname(dirname(__dirname));
const sources = [
  ...["provider", "check", "functions", "awsx-vpc", "subnet-layout"].map((name) => `${name}.ts`),
  ...readdirSync(join(root, "rehearsal", "models")).map((name) => join("models", name)),
].map((name) => join(root, "rehearsal", name));

const sites: Site[] = [];
const reached = new Set<number>();
let removed = -1;

/** The switch in front of a check. */
(globalThis as unknown as { checkStands(site: number): boolean }).checkStands = (site) => {
  reached.add(site);
  return site !== removed;
};

/** Whether an expression is a check by itself: a call that makes a refusal, a reason or a failure. */
function isCheck(node: ts.Node): node is ts.CallExpression {
  if (!ts.isCallExpression(node)) return false;
  const { expression } = node;
  if (ts.isIdentifier(expression)) return expression.text === "refused" || expression.text === "because";
  return ts.isPropertyAccessExpression(expression) && expression.name.text === "#fail";
}

/** Puts the switch in front of every check of a file. */
function withSwitches(context: ts.TransformationContext): ts.Transformer<ts.SourceFile> {
  const { factory } = context;
  return (file) => {
    const stands = (node: ts.Node) => {
      const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
      const text = node.getText(file).replace(/\s+/g, " ").slice(0, 100);
      const id = sites.push({ file: relative(root, file.fileName), line, text }) - 1;
      return factory.createCallExpression(factory.createIdentifier("checkStands"), undefined, [
        factory.createNumericLiteral(id),
      ]);
    };
    const visit = (node: ts.Node): ts.Node => {
      if (isCheck(node)) {
        const guard = stands(node);
        const call = ts.visitEachChild(node, visit, context);
        return factory.createParenthesizedExpression(
          factory.createConditionalExpression(guard, undefined, call, undefined, factory.createVoidZero()),
        );
      }
      if (ts.isThrowStatement(node) && ts.isNewExpression(node.expression)) {
        return factory.createIfStatement(stands(node), ts.visitEachChild(node, visit, context));
      }
      return ts.visitEachChild(node, visit, context);
    };
    return ts.visitEachChild(file, visit, context);
  };
}

const load = require.extensions[".ts"]!;
require.extensions[".ts"] = (module, filename) => {
  if (!sources.includes(filename)) return load(module, filename);
  const { outputText } = ts.transpileModule(readFileSync(filename, "utf8"), {
    fileName: filename,
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
    transformers: { before: [withSwitches] },
  });
  (module as unknown as { _compile(code: string, filename: string): void })._compile(outputText, filename);
};

interface Test {
  title: string;
  run(): Promise<void>;
}

/** The tests of the stand-in that need no engine. */
function loadTests(): Test[] {
  const files = readdirSync(__dirname)
    .filter((name) => name.endsWith(".test.ts") && name !== "removed-checks.test.ts")
    .map((name) => join(__dirname, name))
    .filter((path) => {
      const source = readFileSync(path, "utf8");
      return !/"\.\/engine"|node:child_process/.test(source) && sources.some((one) => source.includes(imported(one)));
    });
  const mocha = new Mocha({ ui: "bdd" });
  mocha.files = files;
  (mocha as unknown as { loadFiles(): void }).loadFiles();
  return testsOf(mocha.suite);
}

/** How a test names a source when it imports it; any model counts, through the account that tests use. */
function imported(source: string): string {
  const name = basename(source, ".ts");
  return dirname(source).endsWith("models") ? '"./account"' : `rehearsal/${name}"`;
}

function testsOf(suite: Mocha.Suite): Test[] {
  const own = suite.tests
    .filter(({ fn }) => fn && fn.length === 0)
    .map((test) => ({
      title: test.fullTitle(),
      run: async () => {
        await (test.fn as unknown as () => unknown).call({ timeout() {}, slow() {} });
      },
    }));
  return [...own, ...suite.suites.flatMap(testsOf)];
}

async function passes(test: Test): Promise<boolean> {
  try {
    await test.run();
    return true;
  } catch {
    return false;
  }
}

/** Whether one of the tests fails without the check. */
async function isMissed(site: number, tests: Test[]): Promise<boolean> {
  removed = site;
  try {
    for (const test of tests) if (!(await passes(test))) return true;
    return false;
  } finally {
    removed = -1;
  }
}

async function main(without: string | undefined): Promise<Report> {
  for (const source of sources) require(source);
  const witnesses = sites.map((): Test[] => []);
  for (const test of loadTests()) {
    reached.clear();
    // A test that fails by itself bears no witness; the suite says so elsewhere.
    if (!(await passes(test))) continue;
    for (const site of reached) witnesses[site]!.push(test);
  }
  const unreached = sites.filter((_, site) => witnesses[site]!.length === 0);
  const unmissed: Site[] = [];
  let missedWithout = 0;
  for (const [site, tests] of witnesses.entries()) {
    if (tests.length === 0) continue;
    if (!(await isMissed(site, tests))) unmissed.push(sites[site]!);
    else if (tests.some(({ title }) => title === without)) {
      const others = tests.filter(({ title }) => title !== without);
      if (!(await isMissed(site, others))) missedWithout++;
    }
  }
  return { sites: sites.length, unreached, unmissed, missedWithout };
}

main(process.argv[2]).then(
  (report) => process.stdout.write(JSON.stringify(report)),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
