import * as assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { policies } from "../../policies/pack";
import { rules } from "../../policies/rules";
import { packFolder } from "./server";

/** Rules and what they do when broken. A lost or weakened rule shows here. */
const inventory: Record<string, "mandatory" | "advisory"> = {
  "alarm-action-live": "mandatory",
  "alarm-dimension-exists": "advisory",
  "alarm-has-action": "mandatory",
  "alarm-metric-published": "mandatory",
  "alarm-missing-data": "advisory",
  "alb-https-only": "mandatory",
  "alb-tls-policy": "mandatory",
  "bedrock-invocation-logging": "mandatory",
  "bedrock-model-geography": "mandatory",
  "bedrock-model-scope": "mandatory",
  "budget-required": "advisory",
  "cdn-origin-bypass": "mandatory",
  "cloudfront-hygiene": "advisory",
  "cloudfront-logging": "mandatory",
  "cloudfront-origin-tls": "mandatory",
  "cloudfront-s3-oac": "mandatory",
  "cloudfront-s3-origin-exists": "mandatory",
  "cloudfront-security-headers": "mandatory",
  "cloudfront-viewer-tls": "mandatory",
  "cloudfront-waf": "mandatory",
  "cloudtrail-bucket-hardened": "mandatory",
  "cloudtrail-encrypted-delivered": "mandatory",
  "cloudtrail-integrity": "mandatory",
  "dashboard-live-references": "advisory",
  "data-subnets-private": "mandatory",
  "eb-connection-pool-fits": "mandatory",
  "eb-enhanced-health": "mandatory",
  "eb-imdsv2-only": "mandatory",
  "eb-instances-private": "mandatory",
  "eb-listener-tls": "mandatory",
  "eb-load-balancer-logs": "mandatory",
  "eb-log-streaming": "mandatory",
  "eb-managed-updates": "mandatory",
  "eb-min-instances": "mandatory",
  "eb-no-ssh": "mandatory",
  "eb-own-instance-role": "mandatory",
  "eb-own-security-groups": "mandatory",
  "eb-root-volume": "advisory",
  "eb-safe-deployments": "mandatory",
  "eb-secret-flow": "mandatory",
  "eb-settings-secret": "advisory",
  "ebs-encryption-by-default": "mandatory",
  "eip-unused": "advisory",
  "elasticache-at-rest-encryption": "mandatory",
  "elasticache-auth": "mandatory",
  "elasticache-backups": "mandatory",
  "elasticache-failover": "mandatory",
  "elasticache-hygiene": "advisory",
  "elasticache-in-transit-encryption": "mandatory",
  "elasticache-user-passwords": "mandatory",
  "flow-log-complete": "advisory",
  "iam-no-admin-star": "mandatory",
  "iam-no-broad-managed-policy": "mandatory",
  "iam-no-kms-decrypt-all": "mandatory",
  "iam-no-privilege-escalation": "mandatory",
  "iam-no-resource-wildcard": "advisory",
  "iam-no-service-wildcard": "mandatory",
  "iam-no-users": "mandatory",
  "iam-password-policy": "mandatory",
  "iam-role-no-policy-conflicts": "mandatory",
  "iam-trust-policy-scoped": "mandatory",
  "instance-class-limits": "mandatory",
  "kms-deletion-safety": "mandatory",
  "kms-key-policy-not-public": "mandatory",
  "kms-key-policy-own-account": "mandatory",
  "kms-rotation": "mandatory",
  "kms-service-principals": "mandatory",
  "log-destination-integrity": "mandatory",
  "log-group-kms": "advisory",
  "log-group-retention": "mandatory",
  "network-tier-path": "mandatory",
  "no-default-vpc": "mandatory",
  "no-flattened-outputs": "mandatory",
  "no-ignored-guardrails": "mandatory",
  "no-plaintext-secrets": "mandatory",
  "protect-stateful": "mandatory",
  "rds-auto-minor-upgrade": "mandatory",
  "rds-backup-copy": "mandatory",
  "rds-backup-retention": "mandatory",
  "rds-deletion-protection": "mandatory",
  "rds-hygiene": "advisory",
  "rds-log-exports": "mandatory",
  "rds-managed-password": "mandatory",
  "rds-monitoring": "advisory",
  "rds-multi-az": "mandatory",
  "rds-not-public": "mandatory",
  "rds-proxy-tls": "mandatory",
  "rds-query-logging": "advisory",
  "rds-storage-encrypted": "mandatory",
  "rds-supported-engine": "mandatory",
  "rds-tls-required": "mandatory",
  "region-consistency": "mandatory",
  "required-tags": "advisory",
  "resource-count-limits": "mandatory",
  "rotation-wired": "mandatory",
  "s3-abort-multipart": "advisory",
  "s3-access-logging": "mandatory",
  "s3-account-public-access-block": "mandatory",
  "s3-acls-disabled": "mandatory",
  "s3-bucket-key-enabled": "advisory",
  "s3-bucket-name-without-dots": "advisory",
  "s3-cross-account-allowlist": "mandatory",
  "s3-encryption-configured": "mandatory",
  "s3-lifecycle-configured": "advisory",
  "s3-no-public-acl": "mandatory",
  "s3-no-public-policy": "mandatory",
  "s3-public-access-block": "mandatory",
  "s3-replication-configured": "advisory",
  "s3-replication-integrity": "mandatory",
  "s3-tls-only": "mandatory",
  "s3-versioning-enabled": "mandatory",
  "secret-cmk": "advisory",
  "secret-flow": "mandatory",
  "secret-policy-not-public": "mandatory",
  "secret-rotation": "advisory",
  "secret-version-not-literal": "advisory",
  "sg-description": "advisory",
  "sg-no-public-sensitive-ports": "mandatory",
  "sg-no-rule-conflicts": "mandatory",
  "sg-public-ingress-allowlist": "mandatory",
  "sg-restricted-egress": "advisory",
  "sg-unused": "advisory",
  "sns-encrypted": "mandatory",
  "sns-https-subscriptions": "mandatory",
  "sns-policy-scoped": "mandatory",
  "stack-output-not-secret": "mandatory",
  "stateful-resource-alarmed": "advisory",
  "subnet-no-auto-public-ip": "advisory",
  "vpc-default-sg-closed": "mandatory",
  "vpc-endpoint-policy-scoped": "mandatory",
  "vpc-flow-logs": "mandatory",
  "vpc-required-endpoints": "advisory",
  "waf-effective-rules": "mandatory",
  "waf-logging": "mandatory",
  "waf-not-count-only": "mandatory",
  "waf-scope-region": "mandatory",
};

const providerFolder = dirname(require.resolve("@pulumi/aws/package.json"));

/** Whether the installed AWS provider has a type: its module's file holds the token. */
function isProviderType(token: string): boolean {
  // The stack's own resource, whose properties are the outputs.
  if (token === "pulumi:pulumi:Stack") return true;
  const [, module = "", type = ""] = /^aws:(\w+)\/(\w+):\w+$/.exec(token) ?? [];
  const file = join(providerFolder, module, `${type}.js`);
  return existsSync(file) && readFileSync(file, "utf8").includes(`__pulumiType = '${token}'`);
}

describe("The rules of the pack", () => {
  it("are these, and stop or advise as written here", () => {
    assert.deepEqual(Object.fromEntries(rules.map(({ id, enforcement }) => [id, enforcement])), inventory);
  });

  it("stand one to a file of the same name, and no file is left out", () => {
    const files = readdirSync(join(packFolder, "rules")).filter((file) => file !== "index.ts");
    assert.deepEqual(files.sort(), rules.map(({ id }) => `${id}.ts`).sort());
    for (const { id } of rules) {
      const text = readFileSync(join(packFolder, "rules", `${id}.ts`), "utf8");
      assert.match(text, new RegExp(`^  id: "${id}",$`, "m"));
      assert.equal(text.match(/^  id: /gm)?.length, 1, id);
    }
  });

  it("have a fixture that complies and a mutation that is caught, each of them", () => {
    const folder = join(__dirname, "rules");
    const tests = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
    for (const { id } of rules) {
      const name = id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
      const described = tests.some((text) =>
        new RegExp(`describeRule\\(${name}, {\\s+passes: {[^]+?fails:`).test(text),
      );
      assert.ok(described, `${id} has no describeRule(${name}, …)`);
    }
  });

  for (const rule of rules) {
    it(`describe themselves whole: ${rule.id}`, () => {
      assert.match(rule.id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      assert.match(rule.title, /^[A-Z].{15,90}[^.]$/);
      assert.match(rule.remediation, /^[A-Z].{10,}\.$/);
      assert.match(rule.url, /^https:\/\/docs\.aws\.amazon\.com\/\S+\.html$/);
      assert.ok(["low", "medium", "high", "critical"].includes(rule.severity));
      const { fsbp = [], cis = [], wellArchitected } = rule.controls;
      assert.ok(wellArchitected.length > 0);
      for (const id of fsbp) assert.match(id, /^[A-Z][A-Za-z0-9]+\.\d+$/);
      for (const id of cis) assert.match(id, /^\d+(\.\d+)+$/);
      for (const id of wellArchitected) assert.match(id, /^(OPS|SEC|REL|PERF|COST|SUS)\d{2}-BP\d{2}$/);
      for (const token of rule.types === "any" ? [] : rule.types) assert.ok(isProviderType(token), token);
      for (const parameter of Object.values(rule.parameters ?? {})) {
        assert.match(parameter.description, /^[A-Z].+\.$/);
        assert.notEqual(parameter.default, undefined);
      }
    });
  }

  it("give every alias of a type where the provider has one", () => {
    for (const rule of rules) {
      if (rule.types === "any") continue;
      for (const token of rule.types) {
        const twin = token.replace(/\/(\w+?)(V2)?:(\w+?)(V2)?$/, (_, file, second, type) =>
          second ? `/${file}:${type}` : `/${file}V2:${type}V2`,
        );
        if (isProviderType(twin)) assert.ok(rule.types.includes(twin), `${rule.id} lists ${token} but not ${twin}`);
      }
    }
  });

  it("take part in the pack under unique names, with all control ids as tags", () => {
    const names = policies(rules).map((policy) => policy.name);
    assert.equal(new Set(names).size, names.length);
    const encryption = policies(rules).find((policy) => policy.name === "rds-storage-encrypted");
    assert.deepEqual(encryption?.tags, [
      "encryption",
      "fsbp:RDS.3",
      "cis-aws-5.0:2.2.1",
      "well-architected:SEC08-BP02",
    ]);
    assert.equal(encryption?.framework?.reference, "RDS.3");
  });

  it("import nothing from outside the pack but the policy SDK's types, and what reads exemptions", () => {
    const files = readdirSync(packFolder, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".ts") && !file.startsWith("node_modules"),
    );
    for (const file of files) {
      const text = readFileSync(join(packFolder, file), "utf8");
      for (const [line, from = ""] of text.matchAll(/^(?:import|export)[^;]*? from "([^"]+)";/gms)) {
        const allowed =
          from.startsWith("./") ||
          (from.startsWith("../") && file.startsWith("rules")) ||
          (from.startsWith("@pulumi/policy") && (line.startsWith("import type") || file === "index.ts")) ||
          (file === "exemptions-file.ts" && ["node:fs", "node:path", "yaml"].includes(from));
        assert.ok(allowed, `${file}: ${line}`);
      }
    }
  });
});
