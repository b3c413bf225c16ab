import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { guardIds } from "../../policies/evaluate";
import { rules } from "../../policies/rules";
import { packFolder, PolicyServer } from "./server";
import { resource, run, unknown } from "./support";

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

  it("stops a resource under the name, level and severity of the rule that it breaks", async () => {
    const found = await server.analyze(key);
    assert.deepEqual(
      found.map(({ policy, enforcement, severity }) => ({ policy, enforcement, severity })),
      [{ policy: "kms-rotation", enforcement: mandatory, severity: 2 }],
    );
    assert.match(found[0]!.message, /^Symmetric customer-managed keys rotate\nenableKeyRotation is not true\.\nFix: /);
    assert.match(found[0]!.message, /\nSee: https:\/\/docs\.aws\.amazon\.com\//);
  });

  it("reports a stack rule on the resource that breaks it, under the rule's own name", async () => {
    const found = await server.analyzeStack([bucket]);
    assert.deepEqual(
      found.map(({ policy, urn, enforcement }) => ({ policy, urn, enforcement })),
      ["s3-encryption-configured", "s3-public-access-block", "s3-tls-only", "s3-versioning-enabled"].map((policy) => ({
        policy,
        urn: bucket.urn,
        enforcement: mandatory,
      })),
    );
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
      (await server.analyze(key)).map(({ enforcement }) => enforcement),
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
    assert.deepEqual(await server.analyze(database), []);
    await server.configure({
      "rds-backup-retention": { enforcement: mandatory, parameters: { minDays: 14 } },
      "s3-encryption-configured": { enforcement: mandatory, parameters: { requireExplicit: false } },
    });
    assert.deepEqual(
      (await server.analyze(database)).map(({ policy }) => policy),
      ["rds-backup-retention"],
    );
    assert.ok(!(await server.analyzeStack([bucket])).some(({ policy }) => policy === "s3-encryption-configured"));
  });

  it("counts in one advisory line what waits for values, and does not report it elsewhere", async () => {
    const role = resource("aws:iam/rolePolicy:RolePolicy", "role", { policy: unknown, role: unknown });
    const fresh = await PolicyServer.start();
    try {
      assert.deepEqual(await fresh.analyze(role), []);
      const found = await fresh.analyzeStack([role]);
      assert.equal(found.length, 1);
      assert.equal(found[0]!.policy, "policy-coverage");
      assert.equal(found[0]!.enforcement, advisory);
      assert.match(
        found[0]!.message,
        /\n1 checks evaluated, 2 waiting for `pulumi up`: bedrock-model-scope 1, iam-no-admin-star 1$/,
      );
    } finally {
      fresh.stop();
    }
  }).timeout(60_000);

  it("says the same as the evaluation without a server", async () => {
    const stack = [bucket, key, resource("aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.0.0.0/16" })];
    const served = [
      ...(await Promise.all(stack.map((one) => server.analyze(one)))).flat(),
      ...(await server.analyzeStack(stack)),
    ];
    const name = (one: { policy: string; message: string }) => `${one.policy}: ${one.message.split("\n")[1]}`;
    assert.deepEqual(
      served
        .filter(({ policy }) => policy !== "policy-coverage")
        .map(name)
        .sort(),
      run(rules, stack)
        .violations.map(({ rule, message }) => name({ policy: rule, message: `\n${message}` }))
        .sort(),
    );
  });
});
