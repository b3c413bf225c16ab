import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { prism, sample, temporaryDirectory } from "../operations/prism";
import { pulumiCli } from "../support/pulumi-cli";
import { HOSTILE, exportOf, foreignExport, secret, urnOf } from "./fixtures";

describe("./prism report", function () {
  this.timeout(300_000);
  const directory = temporaryDirectory();
  const fileOf = (name: string) => path.join(directory, name);
  const checkpointOf = (content: unknown): string => {
    const file = fileOf("checkpoint.json");
    fs.writeFileSync(file, JSON.stringify(content));
    return file;
  };
  const report = (...args: string[]) => prism(["report", ...args], { env: { PRISM_DIR: fileOf(".prism") } });

  it("writes the stack of any program as one file that loads nothing", async () => {
    const file = fileOf("foreign.html");
    const { code, stdout, stderr } = await report("--checkpoint", checkpointOf(foreignExport()), "--out", file);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `Report: ${file}\n`);
    const html = fs.readFileSync(file, "utf8");
    assert.match(html, /<h1>shop live<\/h1>/);
    assert.match(html, /Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-/);
    assert.doesNotMatch(html, /<(?:script|img|iframe)[^>]+src=|<link[^>]+href="(?!data:)|@import|url\(https?:/);
    assert.ok(!html.includes(HOSTILE));
  });

  it("takes the usage, and with it the load, of an environment that is named with a checkpoint", async () => {
    const file = fileOf("with-usage.html");
    const type = "aws:cloudfront/distribution:Distribution";
    const checkpoint = checkpointOf(exportOf([{ type, name: "cdn" }]));
    const { code, stderr } = await report("production", "--checkpoint", checkpoint, "--out", file);
    assert.equal(code, 0, stderr);
    assert.match(fs.readFileSync(file, "utf8"), /First bottleneck: CDN/);
  });

  it("prints one JSON document that says where the file is", async () => {
    const { code, stdout } = await report("--checkpoint", checkpointOf(foreignExport()), "--json");
    assert.equal(code, 0);
    const { verb, ok, file } = JSON.parse(stdout) as { verb: string; ok: boolean; file: string };
    assert.deepEqual([verb, ok, file], ["report", true, fileOf(".prism/reports/checkpoint.html")]);
    assert.ok(fs.existsSync(file));
  });

  it("replaces a report as a whole, and leaves nothing beside it", async () => {
    const folder = fileOf("reports");
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, "report.html"), "the one before");
    await report("--checkpoint", checkpointOf(foreignExport()), "--out", path.join(folder, "report.html"));
    assert.deepEqual(fs.readdirSync(folder), ["report.html"]);
    assert.match(fs.readFileSync(path.join(folder, "report.html"), "utf8"), /^<!doctype html>/);
  });

  it("ends with 2 for what cannot be read or written, naming it and holding nothing of its content", async () => {
    const broken = fileOf("broken.json");
    fs.writeFileSync(broken, `{"deployment": "correct horse battery staple`);
    for (const [args, message] of [
      [["--checkpoint", broken], /broken\.json: not JSON/],
      [["--checkpoint", fileOf("nowhere.json")], /nowhere\.json: cannot be read \(ENOENT\)/],
      [["--checkpoint", checkpointOf(foreignExport()), "--out", fileOf("no/folder.html")], /--out .*: ENOENT/],
      [["nowhere"], /environment "nowhere" has no stack file/],
      [["production", "--from", "nowhere"], /--from nowhere: git knows no such branch/],
      [["--checkpoint", broken, "--from", "main"], /mutually exclusive/],
    ] as [string[], RegExp][]) {
      const { code, stderr } = await report(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /correct horse|^\s+at /m);
    }
  });

  it("never shows a secret of an export that was made with them", async () => {
    const file = fileOf("secrets.html");
    const password = "correct horse battery staple";
    const checkpoint = exportOf(
      [
        { type: "aws:rds/instance:Instance", name: "database", inputs: { password: secret(password) } },
        { type: "aws:s3/bucket:Bucket", name: "copy", inputs: { tags: { note: password } } },
      ],
      { address: `postgres://app:${password}@db` },
    );
    const { code } = await report("--checkpoint", checkpointOf(checkpoint), "--out", file);
    assert.equal(code, 0);
    const html = fs.readFileSync(file, "utf8");
    assert.ok(!html.includes(password));
    assert.ok(html.includes(urnOf("aws:rds/instance:Instance", "database")));
  });

  it("is written by each rehearsal, which says where, and again from what that kept", async function () {
    const env = { PRISM_PULUMI: await pulumiCli(this), PRISM_DIR: fileOf(".prism") };
    const rehearsal = await prism(["rehearse", "plain", ...sample], { env });
    assert.equal(rehearsal.code, 0, rehearsal.stderr);
    const file = /^Report: (.*)$/m.exec(rehearsal.stdout)?.[1] ?? "";
    const first = fs.readFileSync(file, "utf8");
    assert.match(first, /bucket-0/);
    assert.doesNotMatch(first, /correct-horse-battery/);
    fs.rmSync(file);
    const again = await prism(["report", "plain", "--program", sample[1]!], { env });
    assert.equal(again.stdout, `Report: ${file}\n`, again.stderr);
    assert.equal(fs.readFileSync(file, "utf8"), first);
  });

  it("says that a rehearsal failed and why, where one brought something up", async function () {
    const env = { PRISM_PULUMI: await pulumiCli(this), PRISM_DIR: fileOf(".prism") };
    const { code, stdout } = await prism(["rehearse", "restless", ...sample, "--json"], { env });
    assert.equal(code, 1);
    const { location } = JSON.parse(stdout) as { location: { report: string } };
    const html = fs.readFileSync(location.report, "utf8");
    assert.match(html, /The rehearsal failed\.[\s\S]*a second deployment would change something again[\s\S]*tags\.at/);
  });

  it("rehearses an environment that never was", async function () {
    const env = { PRISM_PULUMI: await pulumiCli(this), PRISM_DIR: fileOf("fresh") };
    const { code, stdout, stderr } = await prism(["report", "dev", "--program", "account"], { env });
    assert.equal(code, 0, stderr);
    const html = fs.readFileSync(stdout.replace(/^Report: /, "").trim(), "utf8");
    assert.match(html, /<h1>ai-prism-account dev<\/h1>/);
  });
});
