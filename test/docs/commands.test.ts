import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { prism, temporaryDirectory } from "../operations/prism";
import { AWS_CALLS, AWS_OUTPUTS } from "../support/aws-outputs";
import { testEnvironment } from "../support/ministack";
import { runMocked, valueOf } from "../support/mocks";
import { pulumiCli } from "../support/pulumi-cli";
import { ROOT, stackFile } from "../support/stack-files";
import { whatIsMissing } from "../support/tools";
import { type Call, Shell, snippetsOf } from "./shell";

/** Pages with commands for people. */
const PAGES = [
  "README.md",
  "app/README.md",
  "policies/README.md",
  ...["docs", "docs/runbooks"].flatMap((folder) =>
    fs
      .readdirSync(path.join(ROOT, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`),
  ),
];

const REPOSITORY = JSON.stringify({ repository: "prism/infrastructure" });

describe("the commands of the documentation", function () {
  this.timeout(600_000);
  const folder = temporaryDirectory();
  let calls: Call[];
  let complaints: string[];
  let names: Set<string>;

  before(async () => {
    const [main, account] = [await deployed(""), await deployed("account")];
    names = new Set([...main.names, ...account.names]);
    const shell = new Shell(folder, { main: main.outputs, account: account.outputs });
    const pages = await Promise.all(
      PAGES.map((page) => shell.run(snippetsOf(page, fs.readFileSync(path.join(ROOT, page), "utf8")))),
    );
    calls = pages.flatMap((page) => page.calls);
    complaints = pages.flatMap((page) => page.complaints);
  });

  const of = (command: string) => calls.filter((call) => call.command === command);

  it("run in a shell, one after the other, and read outputs that the stack has", () => {
    assert.deepEqual(complaints, []);
    for (const command of ["aws", "pulumi", "prism"]) assert.ok(of(command).length > 20, command);
  });

  it("give the AWS CLI operations, options and queries that the service has", function () {
    if (whatIsMissing("python")) this.skip();
    const found = awsFaults(of("aws"));
    assert.deepEqual(found, []);
    const wrong = ["rds restore-db", "rds describe-db-instances --name x", "s3api get-object --bucket b --key k"].map(
      (line) => ({ ...calls[0]!, snippet: { where: line, text: line, fragment: false }, arguments: line.split(" ") }),
    );
    assert.equal(awsFaults(wrong).length, 3, "the check finds nothing");
  });

  it("name things that production has, or that a command of the page makes", () => {
    const made = of("aws").flatMap((call) =>
      call.arguments.filter((_, index) =>
        /^--(target-|new-|(final-)?db-snapshot-)/.test(call.arguments[index - 1] ?? ""),
      ),
    );
    const known = new Set([...names, ...made]);
    const unknown = of("aws").flatMap(({ snippet, arguments: given }) =>
      given
        .filter((word) => /^(alias\/)?(ai-prism|ai\.prism)[\w./-]*$/i.test(word) && !known.has(word))
        .map((word) => `${snippet.where}: ${word}`),
    );
    assert.deepEqual(unknown, []);
  });

  it("give `./prism` verbs and options that it has", async () => {
    const verbs = [...new Set(of("prism").map((call) => call.arguments[0]!))].filter((one) => !one.startsWith("-"));
    const helps = await Promise.all(verbs.map((verb) => prism([verb, "--help"])));
    verbs.forEach((verb, index) => {
      const { code, stdout, stderr } = helps[index]!;
      const uses = of("prism").filter((call) => call.arguments[0] === verb);
      const [{ snippet }] = uses as [Call];
      assert.equal(code, 0, `${snippet.where}: ./prism ${verb}: ${stderr}`);
      assert.deepEqual(unknownOptions(uses, stdout), []);
    });
  });

  it("give the Pulumi CLI commands and options that it has", async function () {
    const cli = await pulumiCli(this);
    const helps = new Map<string, Promise<string>>();
    const help = (words: string): Promise<string> => {
      const asked =
        helps.get(words) ??
        new Promise<string>((resolve) => {
          execFile(cli, [...words.split(" "), "--help"], (_error, stdout) => {
            resolve(stdout);
          });
        });
      helps.set(words, asked);
      return asked;
    };
    const uses = of("pulumi").map((call) => {
      const first = call.arguments.findIndex((one) => !/^[a-z][a-z-]*$/.test(one));
      return { call, words: call.arguments.slice(0, first < 0 ? undefined : first).join(" ") };
    });
    const texts = await Promise.all(uses.map(({ words }) => help(words)));
    uses.forEach(({ call, words }, index) => {
      const text = texts[index]!;
      // Asked about what is no command of it, a command that has some shows its own help.
      const [, shown = ""] = /^ {2}pulumi ([a-z- ]*)\[command\]/m.exec(text) ?? [];
      if (shown) assert.equal(words, shown.trim(), `${call.snippet.where}: there is no command pulumi ${words}`);
      assert.match(text, /^Usage:\n {2}pulumi [a-z]/m, `${call.snippet.where}: there is no command pulumi ${words}`);
      assert.deepEqual(unknownOptions([call], text), []);
    });
  });
});

/** Options of command lines that a help does not list. */
function unknownOptions(uses: readonly Call[], help: string): string[] {
  const known = new Set([...help.matchAll(/(?:^|[\s,])(--?[a-z][\w-]*)/gm)].map(([, name]) => name));
  return uses.flatMap(({ snippet, arguments: given }) =>
    given
      .filter((one) => one.startsWith("-") && one !== "-")
      .map((one) => one.split("=")[0]!)
      .filter((one) => !known.has(one))
      .map((one) => `${snippet.where}: ${given.join(" ")}: no option ${one}`),
  );
}

function awsFaults(uses: readonly Call[]): string[] {
  const input = uses.map((call) => ({ arguments: call.arguments, fragment: call.snippet.fragment }));
  const answer = execFileSync(
    path.join(testEnvironment(), "bin", "python"),
    [path.join(__dirname, "aws_commands.py")],
    { input: JSON.stringify(input), encoding: "utf8" },
  );
  return (JSON.parse(answer) as string[][]).flatMap((faults, index) => {
    const { snippet, arguments: given } = uses[index]!;
    return faults.map((fault) => `${snippet.where}: aws ${given.join(" ")}: ${fault}`);
  });
}

/** The outputs of a program's stack as production would have them, and every text that its resources were given. */
async function deployed(program: string): Promise<{ outputs: Record<string, unknown>; names: string[] }> {
  const { result, resources } = await runMocked(
    () => (require(path.join(ROOT, program) + path.sep) as () => Promise<Record<string, unknown>>)(),
    {
      stack: "production",
      // With a repository, the account has roles for it.
      config: { ...stackFile("production", program), ...(program && { "ai-prism-account:github": REPOSITORY }) },
      outputs: AWS_OUTPUTS,
      calls: AWS_CALLS,
    },
  );
  const outputs = (await valueOf(pulumi.output(result))) as Record<string, unknown>;
  return {
    // What depends on a setting that production does not have.
    outputs: Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== undefined)),
    names: resources.flatMap(({ inputs }) => textsIn(inputs)),
  };
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
