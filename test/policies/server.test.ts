import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { evaluate, guardIds } from "../../policies/evaluate";
import { rules } from "../../policies/rules";
import { type Diagnostic, packFolder, PolicyServer } from "./server";
import { resource, unknown } from "./support";

const advisory = 0;
const mandatory = 1;
const disabled = 2;

describe("The compiled pack behind the policy runner", () => {
  let server: PolicyServer;

  before(async function () {
    this.timeout(60_000);
    execFileSync(process.execPath, [join(packFolder, "build.mjs")], { stdio: "inherit" });
    server = await PolicyServer.start();
  });
  after(() => server.stop());
  beforeEach(() => server.configure({}));

  const bucket = resource("aws:s3/bucket:Bucket", "data", { bucket: unknown });
  const key = resource("aws:kms/key:Key", "key", { enableKeyRotation: false });

  it("offers every rule as a policy of its own, with its level and severity", async () => {
    const severities = ["", "low", "medium", "high", "critical"];
    const offered = (await server.policies()).map(({ name, description, enforcement, severity }) => ({
      name,
      description,
      enforcement,
      severity: severities[severity],
    }));
    assert.deepEqual(
      offered.filter((policy) => !guardIds.includes(policy.name)).sort((a, b) => a.name.localeCompare(b.name)),
      rules
        .map(({ id, title, enforcement, severity }) => ({
          name: id,
          description: title,
          enforcement: enforcement === "mandatory" ? mandatory : advisory,
          severity,
        }))
        .sort((a, b) => a.name.localeCompare(b.name)),
    );
  });

  /** What one policy reported. */
  const by = (policy: string, found: readonly Diagnostic[]) => found.filter((one) => one.policy === policy);

  it("stops a resource under the name, level and severity of the rule that it breaks", async () => {
    const found = by("kms-rotation", await server.analyze(key));
    assert.deepEqual(
      found.map(({ policy, enforcement, severity }) => ({ policy, enforcement, severity })),
      [{ policy: "kms-rotation", enforcement: mandatory, severity: 2 }],
    );
    assert.match(found[0]!.message, /^Symmetric customer-managed keys rotate\nenableKeyRotation is not true\.\nFix: /);
    assert.match(found[0]!.message, /\nSee: https:\/\/docs\.aws\.amazon\.com\//);
  });

  it("reports a stack rule on the resource that breaks it, under the rule's own name", async () => {
    const found = await server.analyzeStack([bucket]);
    for (const policy of ["s3-encryption-configured", "s3-public-access-block", "s3-tls-only"]) {
      assert.deepEqual(
        by(policy, found).map(({ urn, enforcement }) => ({ urn, enforcement })),
        [{ urn: bucket.urn, enforcement: mandatory }],
      );
    }
  });

  it("joins resources whose ids are not known yet by what their properties came from", async () => {
    const versioning = resource(
      "aws:s3/bucketVersioning:BucketVersioning",
      "data",
      { bucket: unknown, versioningConfiguration: { status: "Enabled" } },
      { links: { bucket } },
    );
    const found = await server.analyzeStack([bucket, versioning]);
    assert.ok(!found.some(({ policy }) => policy === "s3-versioning-enabled"));
  });

  it("takes the level of a rule from the configuration", async () => {
    await server.configure({ "kms-rotation": { enforcement: advisory }, "s3-tls-only": { enforcement: disabled } });
    assert.deepEqual(
      by("kms-rotation", await server.analyze(key)).map(({ enforcement }) => enforcement),
      [advisory],
    );
    assert.ok(!(await server.analyzeStack([bucket])).some(({ policy }) => policy === "s3-tls-only"));
  });

  it("takes the parameters of resource and stack rules from the configuration", async () => {
    const database = resource("aws:rds/instance:Instance", "db", {
      storageEncrypted: true,
      manageMasterUserPassword: true,
      backupRetentionPeriod: 7,
      deletionProtection: true,
    });
    const retention = async () => by("rds-backup-retention", await server.analyze(database));
    assert.deepEqual(await retention(), []);
    await server.configure({
      "rds-backup-retention": { enforcement: mandatory, parameters: { minDays: 14 } },
      "s3-encryption-configured": { enforcement: mandatory, parameters: { requireExplicit: false } },
    });
    assert.equal((await retention()).length, 1);
    assert.ok(!(await server.analyzeStack([bucket])).some(({ policy }) => policy === "s3-encryption-configured"));
  });

  it("counts in one advisory line what waits for values, and does not report it elsewhere", async () => {
    const role = resource(
      "aws:iam/rolePolicy:RolePolicy",
      "role",
      { policy: unknown, role: unknown },
      { ignoreChanges: [], additionalSecretOutputs: [] },
    );
    assert.deepEqual(await server.analyze(role), []);
    const found = await server.analyzeStack([role]);
    assert.equal(found.length, 1);
    assert.equal(found[0]!.policy, "policy-coverage");
    assert.equal(found[0]!.enforcement, advisory);
    const { evaluated, deferred } = evaluate(rules, [role]);
    const [, summary, list = ""] = /\n(.*): (.*)$/.exec(found[0]!.message) ?? [];
    assert.equal(summary, `${evaluated} checks evaluated, ${deferred.length} waiting for \`pulumi up\``);
    assert.ok(list.split(", ").includes("iam-no-admin-star 1"));
  });

  it("knows nothing in a second run of what the first one saw", async () => {
    const waiting = resource("aws:s3/bucketPolicy:BucketPolicy", "policy", { bucket: unknown, policy: unknown });
    await server.analyze(waiting);
    assert.equal(by("policy-coverage", await server.analyzeStack([waiting])).length, 1);
    await server.begin();
    assert.deepEqual(by("policy-coverage", await server.analyzeStack([key])), []);
  });

  it("says of each resource which rules do not apply to it", async () => {
    const { skipped } = await server.answer(key);
    const others = rules.filter(
      ({ scope, types }) => scope === "resource" && types !== "any" && !types.includes(key.type),
    );
    assert.deepEqual(skipped.filter((id) => !guardIds.includes(id)).sort(), others.map(({ id }) => id).sort());
  });

  it("says it of each alike, until a configuration changes what applies", async () => {
    const tags = { Environment: "production", Owner: "platform" };
    const whole = { ...key, properties: { enableKeyRotation: true, tags } };
    const first = await server.answer(whole);
    assert.deepEqual(first.diagnostics, []);
    assert.deepEqual(await server.answer({ ...whole, urn: `${key.urn}-2`, name: "key-2" }), first);
    assert.ok(first.skipped.includes("rds-multi-az"));
    await server.configure({ "rds-multi-az": { enforcement: disabled } });
    const { skipped } = await server.answer(whole);
    assert.deepEqual(
      skipped,
      first.skipped.filter((id) => id !== "rds-multi-az"),
    );
  });

  it("keeps resources apart that it is asked about at once", async () => {
    const database = resource("aws:rds/instance:Instance", "db", { engine: "postgres", publiclyAccessible: true });
    const asked = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? key : database));
    const answers = await Promise.all(asked.map((one) => server.answer(one)));
    const alone = [await server.answer(key), await server.answer(database)];
    assert.deepEqual(
      answers,
      asked.map((_, index) => alone[index % 2]!),
    );
    assert.equal(by("kms-rotation", answers[0]!.diagnostics).length, 1);
    assert.equal(by("rds-not-public", answers[1]!.diagnostics).length, 1);
  });

  it("lets no configuration change what watches over the run", async () => {
    const all = Object.fromEntries(guardIds.map((id) => [id, { enforcement: disabled }]));
    const typo = { "kms-rotatoin": { enforcement: mandatory } };
    const stack = resource("pulumi:pulumi:Stack", "stack");
    await server.configure({ ...all, ...typo });
    const [found, ...others] = await server.analyze(stack);
    assert.deepEqual(others, []);
    assert.equal(found?.policy, "policy-configuration");
    assert.equal(found.enforcement, mandatory);
    assert.match(found.message, /There is no rule "kms-rotatoin"/);
    const waiting = resource("aws:s3/bucketPolicy:BucketPolicy", "policy", { bucket: unknown, policy: unknown });
    assert.equal(by("policy-coverage", await server.analyzeStack([waiting])).length, 1);
  });

  it("reports a rule that throws as that rule's fault, at its level and without a value, and runs the others", async () => {
    const folder = mkdtempSync(join(tmpdir(), "throwing-pack-"));
    symlinkSync(resolve(packFolder, "../node_modules"), join(folder, "node_modules"));
    copyFileSync(join(packFolder, "package.json"), join(folder, "package.json"));
    await build({
      entryPoints: [join(__dirname, "fixtures/throwing-pack.ts")],
      outfile: join(folder, "bin/index.js"),
      bundle: true,
      platform: "node",
      external: ["@pulumi/*"],
    });
    const throwing = await PolicyServer.start(folder);
    try {
      const found = await throwing.analyze({ ...key, properties: { description: "hunter22" } });
      assert.deepEqual(
        found.map(({ policy, enforcement }) => ({ policy, enforcement })),
        ["throwing", "working"].map((policy) => ({ policy, enforcement: mandatory })),
      );
      assert.match(
        found[0]!.message,
        /\nThe rule itself failed with TypeError in \S+ \(\S+\); the resource is not judged\./,
      );
      assert.doesNotMatch(found[0]!.message, /hunter22/);
    } finally {
      throwing.stop();
      rmSync(folder, { recursive: true });
    }
  }).timeout(60_000);
});
