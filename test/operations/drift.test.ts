import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { RehearsalReport } from "../../operations/rehearse/report";
import { violationsOf } from "../../operations/rehearse/drift";
import { missedDrift } from "../../operations/rehearse/failure";
import type { RunSettings } from "../../policies/evaluate";
import { pulumiCli } from "../support/pulumi-cli";
import { type Ended, prism, sample, temporaryDirectory } from "./prism";

const urn = "urn:pulumi:plain::sample::sample:index:Store$aws:s3/bucket:Bucket::bucket-0";

describe("rehearsing drift", function () {
  this.timeout(120_000);
  const directory = temporaryDirectory();
  let cli: string;

  before(async function () {
    cli = await pulumiCli(this);
  });

  function rehearse(document: string, args: string[] = [], more: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const file = path.join(directory, "drift.yaml");
    fs.writeFileSync(file, document);
    const env = { PRISM_DIR: directory, PRISM_PULUMI: cli, ...more };
    return prism(["rehearse", "plain", ...sample, "--drift", file, ...args], { env });
  }

  it("finds exactly what was changed by hand, and what was deleted", async () => {
    const { code, stdout, stderr } = await rehearse(
      `changes:\n  - resource: ${urn}\n    set: { tags.Owner: somebody }\n  - resource: s3.Bucket bucket-1\n    delete: true\n`,
    );
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^\[4\/4\] refresh that must find what was changed by hand: /m);
    assert.match(
      stdout,
      /^Drift that the refresh found: 1 updated, 1 deleted\n {2}updated s3\.Bucket bucket-0 \(tags.*\)\n {2}deleted s3\.Bucket bucket-1$/m,
    );
  });

  it("says which of it a policy forbids, and nothing that was broken before", async () => {
    const { code, stdout } = await rehearse("changes:\n  - resource: bucket-0\n    set: { forceDestroy: true }\n", [
      "--json",
    ]);
    const { failure, policies } = JSON.parse(stdout) as RehearsalReport;
    assert.equal(code, 1);
    assert.equal(failure?.message, "what was changed by hand breaks mandatory policies");
    assert.deepEqual(
      policies.broken.map(({ policy, resource }) => [policy, resource]),
      [["protect-stateful", "s3.Bucket bucket-0"]],
    );
  });

  it("lets pass what is exempted, and says why", async () => {
    const exemptions = path.join(directory, "exemptions.yaml");
    const expires = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
    const exemption = { rule: "protect-stateful", resource: urn, reason: "The bucket is emptied by hand", expires };
    fs.writeFileSync(exemptions, JSON.stringify({ exemptions: [{ ...exemption, owner: "platform team" }] }));
    const { code, stdout, stderr } = await rehearse(
      "changes:\n  - resource: bucket-0\n    set: { forceDestroy: true }\n",
      ["--json"],
      { POLICY_EXEMPTIONS: exemptions },
    );
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      (JSON.parse(stdout) as RehearsalReport).policies.broken.map(({ policy, level, message }) => [
        policy,
        level,
        message.split("\n")[0],
      ]),
      [["protect-stateful", "advisory", `Exempted until ${expires} (platform team): ${exemption.reason}`]],
    );
  });

  it("is judged by the configuration of its environment", () => {
    const configuration = { "protect-stateful": { parameters: { disposableStacks: ["plain"] } } };
    const bucket = {
      type: "aws:s3/bucket:Bucket",
      name: "bucket-0",
      urn,
      properties: { forceDestroy: true },
      protect: true,
    };
    const found = (settings: RunSettings) =>
      violationsOf([bucket], settings).filter(({ policy }) => policy === "protect-stateful").length;
    assert.equal(found({}), 1);
    assert.equal(found({ configuration }), 0);
  });

  it("names every change that cannot be made, and makes none", async () => {
    const { code, stderr } = await rehearse(
      "changes:\n  - resource: bucket-9\n    delete: true\n  - resource: bucket-0\n    set: { colour: blue }\n",
    );
    assert.equal(code, 2);
    assert.match(stderr, /^changes\[0\]: resource bucket-9 does not exist in the rehearsed environment$/m);
    assert.match(stderr, /^changes\[1\]: set colour: s3\.Bucket bucket-0 has no property colour; it has acceleration/m);
  });

  it("refuses a file with faults, naming each", async () => {
    const { code, stderr } = await rehearse("changes:\n  - resource: a\n  - resourse: b\n    delete: true\n");
    assert.equal(code, 2);
    assert.match(stderr, /changes\.0: needs either set or delete: true/);
    assert.match(stderr, /changes\.1: Unrecognized key: "resourse"/);
    assert.equal((await rehearse("- [")).code, 2);
  });

  it("fails when the refresh finds more or less than was changed", () => {
    const nothing = { created: [], updated: [], replaced: [], deleted: [] };
    const made = [{ urn, deleted: false, properties: ["tags", "acl"] }];
    const found = { ...nothing, updated: [{ urn, resource: "s3.Bucket bucket-0", properties: ["tags.Owner"] }] };
    assert.deepEqual(missedDrift(made, found)?.details, [
      "s3.Bucket bucket-0: changed by hand was acl, tags; the refresh found tags",
    ]);
    assert.deepEqual(missedDrift([], found)?.details, [
      "s3.Bucket bucket-0: changed by hand was nothing; the refresh found tags",
    ]);
    assert.deepEqual(missedDrift(made, nothing)?.details, [
      "s3.Bucket bucket-0: changed by hand was acl, tags; the refresh found nothing",
    ]);
    assert.equal(missedDrift([{ urn, deleted: false, properties: ["tags"] }], found), undefined);
  });
});
