import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { root } from "../../operations/paths";
import { prism, run, temporaryDirectory } from "./prism";

interface Launcher {
  nodeProblem: (version: string) => string | undefined;
  isInstalled: (lockfile: string) => boolean;
}

// Read as a user's Node reads it: a file without an extension is CommonJS.
const launcher = require("../../prism") as Launcher;

describe("the launcher", () => {
  const directory = temporaryDirectory();

  it("accepts Node 20.19 and everything newer", () => {
    for (const version of ["20.19.0", "20.20.2", "22.0.0", "26.1.0"]) {
      assert.equal(launcher.nodeProblem(version), undefined, version);
    }
  });

  it("says of an older Node what it found, what is needed and what to type", () => {
    for (const version of ["4.9.1", "18.20.8", "20.18.3"]) {
      const problem = launcher.nodeProblem(version) ?? "";
      assert.match(
        problem,
        new RegExp(`^Node ${version.replaceAll(".", "\\.")} is too old: 20\\.19 or newer is needed`),
      );
      assert.match(problem, /type: nvm install/);
    }
  });

  it("takes packages for installed only when every one has the locked version", () => {
    const locked = fs.readFileSync(path.join(root, "package-lock.json"), "utf8");
    assert.equal(launcher.isInstalled(locked), true);
    const changed = JSON.parse(locked) as { packages: Record<string, { version: string }> };
    changed.packages["node_modules/yargs"]!.version = "0.0.1";
    assert.equal(launcher.isInstalled(JSON.stringify(changed)), false);
    assert.equal(launcher.isInstalled("not a lockfile"), false);
  });

  it("ends with 3 and what to type when the packages cannot be installed", async () => {
    fs.copyFileSync(path.join(root, "prism"), path.join(directory, "prism"));
    fs.chmodSync(path.join(directory, "prism"), 0o755);
    fs.writeFileSync(
      path.join(directory, "package-lock.json"),
      '{ "packages": { "node_modules/none": { "version": "1.0.0" } } }',
    );
    const bin = path.join(directory, "bin");
    fs.mkdirSync(bin);
    fs.symlinkSync(process.execPath, path.join(bin, "node"));
    fs.writeFileSync(path.join(bin, "npm"), "#!/bin/sh\necho no network; exit 1\n", { mode: 0o755 });
    const ended = await run(path.join(directory, "prism"), ["--version"], { env: { PATH: `${bin}:/usr/bin:/bin` } });
    assert.equal(ended.code, 3);
    assert.equal(ended.stdout, "");
    assert.match(ended.stderr, /installing the dependencies/);
    assert.match(ended.stderr, /no network/);
    assert.match(ended.stderr, /type: npm ci/);
  });
});

describe("the command line", () => {
  const directory = temporaryDirectory();

  it("runs from any folder", async () => {
    const ended = await prism(["--version"], { cwd: directory });
    const { version } = require("../../package.json") as { version: string };
    assert.deepEqual(ended, { code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("explains itself and every verb", async () => {
    const all = await prism(["--help"]);
    assert.equal(all.code, 0);
    for (const word of ["rehearse [env]", "test [patterns..]", "completion"])
      assert.ok(all.stdout.includes(word), word);
    const one = await prism(["rehearse", "--help"]);
    for (const word of ["--fresh", "--json", "--checkpoint", "--program", "Examples:"]) {
      assert.ok(one.stdout.includes(word), word);
    }
  });

  it("completes options", async () => {
    const ended = await prism(["--get-yargs-completions", "rehearse", "--ch"]);
    assert.match(ended.stdout, /^--checkpoint/m);
  });

  const mistakes: [args: string[], reason: RegExp][] = [
    [[], /a verb is missing/],
    [["rehears"], /unknown verb\. Did you mean rehearse\?/],
    [["zzzz"], /Unknown command: zzzz/],
    [["rehearse", "--nope"], /Unknown argument: nope/],
    [["rehearse", "dev", "staging"], /Unknown command: staging/],
    [["rehearse", "--program"], /Not enough arguments following: program/],
    [["test", "no-such-test-file"], /no test file's path contains no-such-test-file/],
    [["rehearse", "nowhere"], /environment "nowhere" has no stack file Pulumi\.nowhere\.yaml; there are: .*production/],
    [["rehearse", "dev", "--program", os.tmpdir()], /lies outside this repository/],
    [["rehearse", "dev", "--program", path.join(root, "docs")], /no Pulumi program in docs/],
  ];
  for (const [args, reason] of mistakes) {
    it(`ends with 2 and one reason for: prism ${args.join(" ").replaceAll(root, ".")}`, async () => {
      const ended = await prism(args);
      assert.equal(ended.code, 2);
      assert.equal(ended.stdout, "");
      assert.match(ended.stderr, reason);
      assert.doesNotMatch(ended.stderr, /^\s+at /m);
    });
  }

  it("puts a failure into one JSON document too", async () => {
    const ended = await prism(["rehearse", "nowhere", "--json"]);
    assert.equal(ended.code, 2);
    const document = JSON.parse(ended.stdout) as { ok: boolean; exitCode: number; failure: { kind: string } };
    assert.deepEqual([document.ok, document.exitCode, document.failure.kind], [false, 2, "usage"]);
  });

  it("ends with 3 and what to type when the Pulumi CLI is missing", async () => {
    const env = { PRISM_PULUMI: "/nowhere/pulumi", PRISM_DIR: directory };
    const { code, stdout, stderr } = await prism(["rehearse", "dev", "--json"], { env });
    assert.equal(code, 3);
    assert.equal((JSON.parse(stdout) as { failure: { kind: string } }).failure.kind, "missing");
    assert.match(stderr, /Type: unset PRISM_PULUMI/);
  });
});
