import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "../../operations/paths";
import type { RehearsalReport } from "../../operations/rehearse/report";
import { lossIn } from "../../operations/rehearse/data-loss";
import { readState } from "../../operations/rehearse/state";
import { pulumiCli } from "../support/pulumi-cli";
import { type Ended, copyOfThisCheckout, run, temporaryDirectory } from "./prism";

const pack = path.join("test", "operations", "fixtures", "pack");

/** A program over one store of each kind that matters here. */
const program = (resources: string): string => `
import * as aws from "@pulumi/aws";
export = async () => {
${resources}
  return {};
};
`;
const bucket = `  new aws.s3.Bucket("documents", { bucket: "sample-documents" });`;
const topic = `  new aws.sns.Topic("news", { name: "sample-news" });`;
const secret = `  new aws.secretsmanager.Secret("token", { name: "sample-token" }, { protect: true });`;

describe("rehearsing a change", function () {
  this.timeout(120_000);
  const checkout = temporaryDirectory();
  let cli: string;
  let base: string;

  before(async function () {
    cli = await pulumiCli(this);
    copyOfThisCheckout(checkout);
    write(program([bucket, topic, secret].join("\n")));
    base = commit("base");
  });

  it("passes quietly over what changes nothing", async () => {
    write(program([bucket, topic, secret].join("\n")));
    const { code, stdout } = await rehearse(base);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^Changes against ${base} \\(${base.slice(0, 10)}\\): none$`, "m"));
    assert.match(stdout, /^Passes: base [\d.]+ s, gate [\d.]+ s, up [\d.]+ s, check [\d.]+ s$/m);
  });

  it("says what is created, updated, replaced and deleted where nothing holds data", async () => {
    const tagged = bucket.replace(" })", ", tags: { team: 'a' } })");
    write(program([tagged, secret, `  new aws.sns.Topic("notes", {});`].join("\n")));
    const { changes, from, exitCode } = await report(base);
    assert.equal(exitCode, 0);
    assert.deepEqual(from, { reference: base, commit: base });
    assert.deepEqual(
      Object.entries(changes).map(([kind, list]) => [kind, list.map(({ resource }) => resource)]),
      [
        ["created", ["sns.Topic notes"]],
        ["updated", ["s3.Bucket documents"]],
        ["replaced", []],
        ["deleted", ["sns.Topic news"]],
      ],
    );
    write(program([bucket, topic.replace("sample-news", "other"), secret].join("\n")));
    const renamed = await report(base);
    assert.equal(renamed.exitCode, 0);
    assert.deepEqual(
      renamed.changes.replaced.map(({ resource, properties }) => [resource, properties]),
      [["sns.Topic news", ["name"]]],
    );
  });

  it("keeps the state that the change starts from, for whoever compares the two", async () => {
    write(program([bucket, secret].join("\n")));
    const { location, exitCode } = await report(base);
    assert.equal(exitCode, 0);
    const topics = (file: string) =>
      (readState(file)?.deployment.resources ?? []).filter(({ type }) => type === "aws:sns/topic:Topic").length;
    assert.deepEqual([topics(path.join(location.directory, "base.json")), topics(location.state)], [1, 0]);
  });

  it("refuses the replacement of what holds data, by name and property, with what to do instead", async () => {
    write(program([bucket.replace("sample-documents", "other"), topic, secret].join("\n")));
    const { code, stderr } = await rehearse(base);
    assert.equal(code, 1);
    assert.match(stderr, /^rehearsal failed: the change would lose data; nothing was changed$/m);
    assert.match(stderr, /^ {2}s3\.Bucket documents would be replaced because of bucket: it holds its objects/m);
    assert.match(stderr, /^ {4}instead: add a second bucket, copy into it/m);
  });

  it("refuses every deletion of data at once, and tells how a renamed resource keeps its data", async () => {
    write(program([bucket.replace(`"documents"`, `"papers"`).replace("sample-documents", "other"), topic].join("\n")));
    const { failure, passes } = await report(base);
    assert.equal(failure?.kind, "data-loss");
    assert.deepEqual(failure.details.filter((line) => !line.startsWith(" ")).sort(), [
      "s3.Bucket documents would be deleted: it holds its objects and their versions",
      "secretsmanager.Secret token would be deleted: it holds the secret and its versions",
    ]);
    const urn = "urn:pulumi:only::change::aws:s3/bucket:Bucket::documents";
    assert.ok(
      failure.details.includes(
        `  if it is s3.Bucket papers under a new name or parent: give that the option aliases: ["${urn}"]`,
      ),
    );
    assert.deepEqual(
      passes.map(({ name }) => name),
      ["base", "gate"],
    );
  });

  it("lets a rename pass that an alias covers", async () => {
    const renamed = `  new aws.s3.Bucket("papers", { bucket: "sample-documents" }, { aliases: [{ name: "documents" }] });`;
    write(program([renamed, topic, secret].join("\n")));
    const { exitCode, changes } = await report(base);
    assert.equal(exitCode, 0);
    assert.deepEqual([changes.created, changes.replaced, changes.deleted], [[], [], []]);
  });

  it("lets data go where that was asked for, but nothing that is protected", async () => {
    write(program([topic, secret].join("\n")));
    assert.equal((await report(base, ["--allow-loss", "documents"])).exitCode, 0);
    write(program([bucket, topic].join("\n")));
    const { failure } = await report(base, ["--allow-loss", "token"]);
    assert.equal(failure?.kind, "data-loss");
    assert.ok(failure.details.some((line) => line.includes("a change of its own has to lift that")));
  });

  it("lets the stack forget what it leaves in AWS", async () => {
    const retained = bucket.replace(");", ", { retainOnDelete: true });");
    write(program([retained, topic, secret].join("\n")));
    const kept = commit("retained");
    write(program([topic, secret].join("\n")));
    const { exitCode, changes } = await report(kept);
    assert.equal(exitCode, 0);
    assert.deepEqual(
      changes.deleted.map(({ resource, retained }) => [resource, retained]),
      [["s3.Bucket documents", true]],
    );
  });

  it("does not let it forget what is protected, even though AWS would keep it", () => {
    const urn = "urn:pulumi:only::change::aws:rds/instance:Instance::database";
    const forgotten = { urn, resource: "rds.Instance database", properties: [], retained: true };
    const changes = { created: [], replaced: [], deleted: [forgotten] };
    assert.equal(lossIn(changes, { protected: [], allowed: [] }), undefined);
    assert.match(
      lossIn(changes, { protected: [urn], allowed: [] })!.details[0]!,
      /^rds\.Instance database would be deleted/,
    );
  });

  it("refuses a reference that git does not know, with exit code 2", async () => {
    const { code, stderr } = await rehearse("no-such-branch");
    assert.equal(code, 2);
    assert.match(stderr, /^prism: --from no-such-branch: git knows no such branch, tag or commit here/m);
  });

  it("says that the reference does not come up when its program is broken", async () => {
    write("export = async () => { new NoSuchThing(); };");
    const broken = commit("broken");
    write(program(bucket));
    const { code, stderr } = await rehearse(broken);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /the program of [0-9a-f]+ does not come up, so a change from it cannot be rehearsed: NoSuchThing/,
    );
  });

  it("says so when the reference lacks the program or its environment", async () => {
    fs.rmSync(path.join(checkout, "change"), { recursive: true });
    const without = commit("without");
    write(program(bucket));
    const { code, stderr } = await rehearse(without);
    assert.equal(code, 2);
    assert.match(
      stderr,
      new RegExp(`^prism: --from ${without}: no Pulumi program in change: Pulumi.yaml is missing`, "m"),
    );
  });

  it("installs the packages of a reference whose lockfile differs, and runs its program with those", async () => {
    write(`import { version } from "the-package"; export = async () => ({ version });`);
    const lockfile = path.join(checkout, "package-lock.json");
    const current = fs.readFileSync(lockfile, "utf8");
    fs.writeFileSync(lockfile, current.replace(`"version":`, `"version" :`));
    const other = commit("other packages");
    fs.writeFileSync(lockfile, current);
    commit("packages of today");
    write(`export = async () => ({ version: "none" });`);
    // Stands in for the registry: installs this checkout's packages and one more.
    const tools = path.join(checkout, ".prism", "tools");
    fs.mkdirSync(tools, { recursive: true });
    const npm = `#!/bin/sh
set -e
[ "$1" = ci ]
mkdir -p node_modules/the-package
for entry in '${root}'/node_modules/* ; do ln -s "$entry" node_modules/; done
echo 'exports.version = "old";' > node_modules/the-package/index.js
`;
    fs.writeFileSync(path.join(tools, "npm"), npm, { mode: 0o755 });
    const env = { PATH: `${tools}${path.delimiter}${process.env.PATH ?? ""}` };
    const { code, stderr } = await rehearse(other, [], env);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^installing the packages of [0-9a-f]+, whose lockfile differs/m);
    assert.doesNotMatch((await rehearse(other, [], env)).stderr, /installing/);
  });

  it("keeps the rehearsal of the environment apart from that of the change", async () => {
    write(program(bucket));
    assert.equal((await prism(["rehearse", "only"])).code, 0);
    const state = path.join(checkout, ".prism", "rehearsals", "change", "only", "world.json");
    const before = fs.readFileSync(state, "utf8");
    write(program(""));
    assert.equal((await rehearse(base)).code, 1);
    assert.equal(fs.readFileSync(state, "utf8"), before);
  });

  function prism(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const options = [...args, "--program", "change", "--policy-pack", pack];
    return run(path.join(checkout, "prism"), options, {
      cwd: checkout,
      env: { PRISM_DIR: "", PRISM_PULUMI: cli, ...env },
    });
  }

  function rehearse(from: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return prism(["rehearse", "only", "--from", from, ...args], env);
  }

  async function report(from: string, args: string[] = []): Promise<RehearsalReport> {
    const { stdout, stderr } = await rehearse(from, [...args, "--json"]);
    assert.ok(stdout, stderr);
    return JSON.parse(stdout) as RehearsalReport;
  }

  function write(source: string): void {
    const directory = path.join(checkout, "change");
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(path.join(directory, "index.ts"), source);
    fs.writeFileSync(path.join(directory, "Pulumi.yaml"), "name: change\nruntime: nodejs\n");
    fs.writeFileSync(path.join(directory, "Pulumi.only.yaml"), "config:\n  aws:region: eu-north-1\n");
  }

  function commit(message: string): string {
    git(["add", "--all", "."]);
    git(["commit", "--quiet", "--allow-empty", "--message", message]);
    return git(["rev-parse", "HEAD"]);
  }

  function git(args: string[]): string {
    const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"];
    return execFileSync("git", [...identity, ...args], { cwd: checkout, encoding: "utf8" }).trim();
  }
});
