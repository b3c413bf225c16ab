import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { importing, importsOf, type Adoption } from "../../infra/adoption";

const NOTHING: Adoption = { alarmNames: [], dashboardNames: [], dnsRecordTypes: [] };
const DOMAIN = { name: "prism.example.com", hostedZoneId: "Z0123456789" };

/** What the option `import` of a resource becomes; undefined where it stays without. */
async function importOf(imports: ReturnType<typeof importsOf>, type: string, props: Record<string, unknown>) {
  const args = {
    custom: true,
    type,
    name: "any",
    props,
    opts: { ignoreChanges: ["engineVersion"] },
  } as pulumi.ResourceTransformArgs;
  const result = await importing(imports)(args);
  if (!result) return undefined;
  const { import: id, ...others } = result.opts as pulumi.CustomResourceOptions;
  assert.deepEqual(others.ignoreChanges, ["engineVersion"]);
  assert.equal(others.protect, /Alarm|Dashboard/.test(type) ? undefined : true);
  return id;
}

describe("an adoption", () => {
  it("imports each resource by what the provider imports its type by", () => {
    const imports = importsOf(
      {
        bucketName: "ai.prism",
        database: { identifier: "ai-prism-postgres", logGroupNames: ["/aws/rds/instance/ai-prism-postgres/upgrade"] },
        applicationName: "AI-Prism",
        alarmNames: ["AI-Prism-High-CPU"],
        dashboardNames: ["AI-Prism-Bedrock-Metrics"],
        distributionId: "E1A2B3C4D5E6F7",
        dnsRecordTypes: ["A", "AAAA"],
      },
      DOMAIN,
    );
    assert.deepEqual(
      imports.map(({ type, id }) => `${type.split(":").at(-1)} ${id}`),
      [
        "Bucket ai.prism",
        "Instance ai-prism-postgres",
        "LogGroup /aws/rds/instance/ai-prism-postgres/upgrade",
        "Application AI-Prism",
        "MetricAlarm AI-Prism-High-CPU",
        "Dashboard AI-Prism-Bedrock-Metrics",
        "Distribution E1A2B3C4D5E6F7",
        "Record Z0123456789_prism.example.com_A",
        "Record Z0123456789_prism.example.com_AAAA",
      ],
    );
  });

  it("imports no record before the domain is the program's", () => {
    assert.deepEqual(importsOf({ ...NOTHING, dnsRecordTypes: ["A"] }), []);
  });

  it("gives the option to the resource of that type and name, and protects what is more than a view", async () => {
    const imports = importsOf({ ...NOTHING, bucketName: "ai.prism", alarmNames: ["AI-Prism-High-CPU"] });
    assert.equal(await importOf(imports, "aws:s3/bucket:Bucket", { bucket: "ai.prism" }), "ai.prism");
    assert.equal(await importOf(imports, "aws:s3/bucket:Bucket", { bucket: "ai-prism-logs" }), undefined);
    assert.equal(await importOf(imports, "aws:s3/bucketPolicy:BucketPolicy", { bucket: "ai.prism" }), undefined);
    const alarm = "aws:cloudwatch/metricAlarm:MetricAlarm";
    assert.equal(await importOf(imports, alarm, { name: "AI-Prism-High-CPU" }), "AI-Prism-High-CPU");
    assert.equal(await importOf(imports, alarm, { name: "AI-Prism-High-Memory" }), undefined);
  });

  it("finds the one distribution by its type, and a record by zone, name and type", async () => {
    const imports = importsOf({ ...NOTHING, distributionId: "E1A2B3C4D5E6F7", dnsRecordTypes: ["A"] }, DOMAIN);
    assert.equal(await importOf(imports, "aws:cloudfront/distribution:Distribution", {}), "E1A2B3C4D5E6F7");
    assert.equal(await importOf(importsOf(NOTHING), "aws:cloudfront/distribution:Distribution", {}), undefined);
    const record = { zoneId: DOMAIN.hostedZoneId, name: DOMAIN.name };
    assert.equal(
      await importOf(imports, "aws:route53/record:Record", { ...record, type: "A" }),
      "Z0123456789_prism.example.com_A",
    );
    assert.equal(await importOf(imports, "aws:route53/record:Record", { ...record, type: "CNAME" }), undefined);
  });
});
